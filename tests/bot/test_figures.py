"""A deal's figures: changed with the price that follows, and a new deal for a lead that stands."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.services.actors import NotYourDeal
from bot.services.comparables import Comparables, CompsAsk
from bot.services.figures import Figures, FiguresChange, FiguresSettled, NewDeal, figures_of
from bot.services.moves import DealChanged, DealMoved, Move, OpenDealExists
from bot.services.numbered import DealNotFound, LeadNotFound
from bot.services.places import NewPlace, Places
from domain.comps import House
from domain.deals import Stage
from domain.errors import RuleBroken
from domain.leads import AskingPriceNegative, NotesTooLong
from domain.property_types import PropertyType
from storage.deals import deal
from storage.kpis import kpi_event
from storage.leads import deal_brief, lead
from storage.offer_policies import offer_policy
from storage.offers import find_evidence, offer_evidence
from storage.requests import RequestKey
from tests.bot.deal_team import AGREED, DANA, EVE, LEE, LOST, Team, a_team
from tests.storage.builders import HERE


@pytest.fixture
async def team(database) -> Team:
    return await a_team(database)


async def rows(team, table, *columns):
    query = select(*(table.c[name] for name in columns)).where(table.c.workspace_id == HERE).order_by(table.c.id)
    return [tuple(row) for row in await team.database.read(HERE, lambda tx: tx.connection.execute(query).all())]


async def standing(team, number):
    card = await team.card(number)
    return figures_of(card.deal, card.brief, card.lead)


async def change(team, number, who=DANA, **figures):
    """Change some of a deal's figures as somebody does who just looked at it."""
    after = replace(await standing(team, number), **figures)
    await team.deals.change_figures(who, FiguresChange(number, after, await team.seen(number)))


# Changing


async def test_another_arv_is_priced_anew_and_its_evidence_kept(team):
    number = await team.capture()
    await change(team, number, arv=Decimal(520_000), repairs=Decimal(30_000))
    card = await team.card(number)
    assert (card.deal.arv, card.deal.repairs) == (Decimal("520000.00"), Decimal("30000.00"))
    assert (card.deal.offer, card.deal.mao) == (Decimal("334000.00"), Decimal("334000.00"))
    assert "ARV 520,000" in card.brief.headline
    evidence = await team.database.read(HERE, lambda tx: find_evidence(tx, card.deal.evidence_id))
    assert (evidence.arv, evidence.recommended_offer, evidence.lead_id) == (
        card.deal.arv,
        card.deal.offer,
        card.lead.id,
    )
    changed, repriced = await team.audit("figures_changed", "deal_repriced")
    assert (changed.subject, changed.actor) == ("D-1", "U0DANA")
    assert (changed.before, changed.after) == (
        {"arv": "500000.00", "repairs": "40000.00"},
        {"arv": "520000", "repairs": "30000"},
    )
    assert (repriced.before["offer"], repriced.after["offer"]) == ("310000.00", "334000.00")
    events = [row for row in await rows(team, kpi_event, "metric", "correlation_id") if row[0] == "offer_generated"]
    assert events[-1] == ("offer_generated", f"offer:{card.deal.evidence_id}")


async def test_what_moves_no_price_keeps_it_and_changes_the_brief_and_the_lead(team):
    number = await team.capture()
    before = (await team.card(number)).deal
    await change(
        team, number, asking_price=Decimal(299_000), beds=4, property_type=PropertyType.MF, notes="Roof is new."
    )
    card = await team.card(number)
    assert (card.deal.evidence_id, card.deal.offer) == (before.evidence_id, before.offer)
    assert card.deal.version == before.version + 1
    assert card.brief.headline == "4-bed MF in Toronto ON, ARV 500,000"
    assert (card.lead.asking_price, card.lead.notes) == (Decimal("299000.00"), "Roof is new.")
    assert await rows(team, deal_brief, "price", "beds", "notes") == [(Decimal("299000.00"), 4, "Roof is new.")]
    assert len(await rows(team, offer_evidence, "id")) == 1
    assert [entry.verb for entry in await team.audit()] == ["figures_changed"]


async def test_the_same_figures_again_change_nothing(team):
    number = await team.capture()
    before = await team.row(number)
    await change(team, number)
    assert await team.row(number) == before
    assert await team.audit() == []


async def test_figures_that_are_taken_away_take_the_price_back_and_the_cards_say_why(team):
    number = await team.capture()
    await change(team, number, repairs=None)
    card = await team.card(number)
    assert (card.deal.offer, card.deal.mao, card.deal.evidence_id) == (None, None, None)
    assert card.next.text == "Give repairs"
    assert "repairs" in card.lead.missing["offer"].lower()
    await change(team, number, repairs=Decimal(40_000))
    card = await team.card(number)
    assert (card.deal.offer, card.lead.missing) == (Decimal("310000.00"), {})


async def test_a_price_that_no_policy_allows_is_taken_back_with_the_reason(team):
    number = await team.capture()
    query = update(offer_policy).where(offer_policy.c.province == "ON").values(enabled=False)
    await team.database.write(HERE, lambda tx: tx.connection.execute(query))
    await change(team, number, arv=Decimal(520_000))
    card = await team.card(number)
    assert card.deal.offer is None
    assert "switched off" in card.next.text


async def test_an_unknown_place_is_said_once_where_the_address_is_asked_for(team):
    number = await team.capture(address="12 Xyzzy Lane", region=None)
    await change(team, number, arv=Decimal(520_000))
    card = await team.card(number)
    assert "offer" not in card.lead.missing
    assert card.next.text == "Complete the address: the price follows from the place"


async def test_an_offer_that_the_seller_has_stays_as_it_was_presented(team):
    number = await team.at(Stage.OFFERED)
    await change(team, number, arv=Decimal(520_000))
    (offer,) = (await team.card(number)).offers
    assert (offer.amount, offer.status.value) == (Decimal("310000.00"), "presented")
    assert offer.evidence_id != (await team.card(number)).deal.evidence_id


@pytest.mark.parametrize("stage", [Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED, Stage.CLOSED, Stage.LOST])
async def test_later_stages_keep_what_was_agreed_and_say_so(team, stage):
    await team.buyers(1)
    number = await team.at(stage)
    before = await team.row(number)
    with pytest.raises(FiguresSettled, match=f"D-1 is {stage.label.lower()}: what was agreed stays"):
        await change(team, number, arv=Decimal(1))
    assert await team.row(number) == before


async def test_whoever_may_not_work_the_deal_changes_nothing(team):
    number = await team.capture(DANA)
    with pytest.raises(NotYourDeal):
        await change(team, number, EVE, arv=Decimal(1))
    with pytest.raises(DealNotFound):
        await change(team, 9)


async def test_figures_of_a_deal_that_moved_or_changed_meanwhile_are_not_written(team):
    number = await team.capture()
    seen, figures = await team.seen(number), replace(await standing(team, number), beds=5)
    await change(team, number, LEE, beds=4)
    with pytest.raises(DealChanged):
        await team.deals.change_figures(DANA, FiguresChange(number, figures, seen))
    await team.move(number, Stage.LOST, LOST, who=LEE)
    with pytest.raises(DealMoved, match="Lee moved D-1 to Lost"):
        await team.deals.change_figures(DANA, FiguresChange(number, figures, seen))
    assert (await standing(team, number)).beds == 4


async def test_of_two_who_change_figures_at_once_one_hears_of_the_other(team):
    number = await team.capture()
    seen, figures = await team.seen(number), await standing(team, number)
    answers = await asyncio.gather(
        *(
            team.deals.change_figures(LEE, FiguresChange(number, replace(figures, arv=Decimal(arv)), seen))
            for arv in (510_000, 520_000)
        ),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["DealChanged", "NoneType"]
    card = await team.card(number)
    assert card.deal.mao == card.deal.arv * Decimal("0.7") - 40_000


async def test_the_same_request_twice_changes_once(team):
    number = await team.capture()
    figures = replace(await standing(team, number), beds=5)
    wish = FiguresChange(number, figures, await team.seen(number), RequestKey("view:V1", "hash"))
    await team.deals.change_figures(DANA, wish)
    await team.deals.change_figures(DANA, wish)
    assert len(await team.audit("figures_changed")) == 1


@pytest.mark.parametrize(
    ("figures", "error"),
    [({"notes": "x" * 3_001}, NotesTooLong), ({"asking_price": Decimal(-1)}, AskingPriceNegative)],
)
def test_figures_have_the_limits_of_a_lead(figures, error):
    with pytest.raises(error):
        Figures(**figures)


# A new deal


async def test_a_lead_whose_deal_is_over_gets_another_one_with_brief_and_price(team):
    number = await team.at(Stage.LOST)
    figures = replace(await standing(team, number), arv=Decimal(450_000))
    second = await team.deals.open(DANA, NewDeal(number, figures))
    card = await team.card(second)
    assert (second, card.lead.number, card.deal.stage, card.deal.version) == (2, 1, Stage.DRAFT, 1)
    assert (card.deal.offer, card.deal.staged_by) == (Decimal("275000.00"), "U0DANA")
    assert card.brief.headline == "3-bed SFR in Toronto ON, ARV 450,000"
    assert [status for (status,) in await rows(team, deal_brief, "status")] == ["archived", "active"]
    (opened,) = await team.audit("deal_opened")
    assert (opened.subject, opened.before, opened.after["lead"]) == ("D-2", None, 1)
    start = await team.deals.start(DANA, 1)
    assert (start.deal.number, start.brief.id) == (2, card.brief.id)
    flow = [row for row in await rows(team, kpi_event, "correlation_id") if row[0].startswith("leadflow")]
    assert len(flow) == 5


async def test_a_lead_with_an_open_deal_gets_no_second_one(team):
    number = await team.capture()
    with pytest.raises(OpenDealExists, match="L-1 has an open deal already: D-1, draft"):
        await team.deals.open(DANA, NewDeal(number, Figures()))
    assert len(await rows(team, deal, "id")) == 1


async def test_what_a_new_deal_leaves_open_is_taken_from_what_stood_before(team):
    number = await team.at(Stage.LOST)
    before = await standing(team, number)
    second = await team.deals.open(DANA, NewDeal(number, Figures(beds=5), fills=True))
    assert await standing(team, second) == replace(before, beds=5)


async def test_without_filling_a_new_deal_says_what_was_given_and_nothing_else(team):
    number = await team.at(Stage.LOST)
    second = await team.deals.open(DANA, NewDeal(number, Figures(beds=5)))
    assert await standing(team, second) == Figures(beds=5)
    card = await team.card(second)
    assert (card.next.text, card.deal.evidence_id) == ("Give ARV and repairs", None)
    assert card.lead.missing.keys() == {"offer"}


async def test_a_deal_for_a_lead_that_is_not_there_or_anothers_is_refused(team):
    number = await team.at(Stage.LOST)
    with pytest.raises(LeadNotFound):
        await team.deals.open(DANA, NewDeal(9, Figures()))
    with pytest.raises(NotYourDeal):
        await team.deals.open(EVE, NewDeal(number, Figures()))
    with pytest.raises(LeadNotFound):
        await team.deals.start(DANA, 9)
    assert await team.deals.open(DANA, NewDeal(number, Figures())) == 2


async def test_two_who_open_a_deal_at_once_open_one(team):
    number = await team.at(Stage.LOST)
    answers = await asyncio.gather(
        *(team.deals.open(who, NewDeal(number, Figures())) for who in (DANA, LEE)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["OpenDealExists", "int"]
    assert len(await rows(team, deal, "id")) == 2


async def test_the_same_request_twice_opens_one_deal(team):
    number = await team.at(Stage.LOST)
    wish = NewDeal(number, Figures(), request=RequestKey("view:V1", "hash"))
    assert await team.deals.open(DANA, wish) == await team.deals.open(DANA, wish) == 2
    assert await rows(team, lead, "number") == [(1,)]


async def test_a_deal_under_agreement_keeps_its_price_for_buyers(team):
    number = await team.at(Stage.OFFERED)
    await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    card = await team.card(number)
    assert (card.deal.agreed_price, card.lead.asking_price) == (Decimal("300000.00"), Decimal("320000.50"))


# What else changes a price


VANCOUVER = NewPlace("800 Robson St, Vancouver BC", None)
SALES = CompsAsk(1, "525k 1450sqft 25d 0.8km\n498k 1400sqft 45d 0.5km", House(Decimal(1450)))


def price_of(row):
    return row.arv, row.offer, row.mao, row.assignment_fee, row.evidence_id


@pytest.mark.parametrize("stage", [Stage.UNDER_AGREEMENT, Stage.ASSIGNED, Stage.CLOSED])
async def test_a_corrected_address_leaves_a_price_and_a_fee_that_are_agreed(team, stage):
    await team.buyers(1)
    number = await team.at(stage)
    before = price_of(await team.row(number))
    assert await Places(team.database, team.clock).complete(DANA, number, VANCOUVER)
    assert price_of(await team.row(number)) == before
    card = await team.card(number)
    assert (card.lead.province, card.brief.headline, card.lead.missing) == (
        "BC",
        "3-bed SFR in Vancouver BC, ARV 500,000",
        {},
    )


async def test_sales_entered_after_the_agreement_change_no_price_and_say_so(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    before = price_of(await team.row(number))
    with pytest.raises(FiguresSettled, match="what was agreed stays"):
        await Comparables(team.database, team.clock).enter(DANA, SALES, RequestKey("view:V1", "hash"))
    assert price_of(await team.row(number)) == before


async def test_an_address_is_corrected_while_others_present_move_and_change_figures(team):
    places = Places(team.database, team.clock)
    for _ in range(3):
        number = await team.capture()
        seen, figures = await team.seen(number), await standing(team, number)
        answers = await asyncio.gather(
            places.complete(LEE, number, VANCOUVER),
            team.present(number),
            team.deals.change_figures(DANA, FiguresChange(number, replace(figures, beds=5), seen)),
            team.deals.move(LEE, Move(number, Stage.LOST, seen, LOST)),
            return_exceptions=True,
        )
        assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, RuleBroken)]
        card = await team.card(number)
        assert (card.lead.province, "Vancouver BC" in card.brief.headline) == ("BC", True)
