"""Every move of a deal with its rows, events and audit; what is refused; and two people at once."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.services.actors import NotYourDeal
from bot.services.feedback import BoughtByAnother, PurchaseStands
from bot.services.figures import Figures, FiguresChange, NewDeal
from bot.services.moves import (
    DealChanged,
    DealMoved,
    Move,
    NewerDealExists,
    OfferOnTheTable,
    OpenDealExists,
    PresentTheOffer,
    Seen,
)
from bot.services.numbered import BuyerNotFound, BuyerRemoved, DealNotFound
from domain.deals import Stage
from domain.kpis import deal as deal_key
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState
from domain.stages import (
    MOVES,
    AgreedPriceMissing,
    AgreementDateMissing,
    AgreementInFuture,
    BuyerMissing,
    ClosedBeforeAgreement,
    ClosedInFuture,
    FeeMissing,
    LostReasonMissing,
    MoveNotAllowed,
    Terms,
)
from storage.deals import change_deal
from storage.leads import deal_brief
from storage.requests import RequestKey
from tests.bot.deal_team import AGREED, ASSIGNED, CLOSED, DANA, EVE, LEE, LOST, TODAY, Team, a_team
from tests.storage.builders import HERE, NOW


@pytest.fixture
async def team(database) -> Team:
    return await a_team(database)


async def brief_status(team, number):
    row = await team.row(number)
    query = select(deal_brief.c.status).where(deal_brief.c.id == row.brief_id)
    return await team.database.read(HERE, lambda tx: tx.connection.execute(query).scalar_one())


async def outcomes(team, number):
    """What buyers did, by number, as it stands."""
    card = await team.card(number)
    return {card.buyers[one].number: [a.event for a in answers] for one, answers in card.answers.items()}


# Each move


async def test_an_agreement_keeps_its_terms_accepts_the_offer_and_counts_the_contract(team):
    number = await team.at(Stage.OFFERED)
    team.clock.at = NOW + timedelta(hours=1)
    card = await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    deal = card.deal
    assert (deal.stage, deal.agreed_price, deal.agreement_on) == (Stage.UNDER_AGREEMENT, Decimal("300000.00"), TODAY)
    assert (deal.closing_on, deal.staged_at, deal.staged_by) == (date(2026, 4, 30), team.clock.at, "U0DANA")
    assert [offer.status for offer in card.offers] == [OfferState.ACCEPTED]
    assert await team.kpis(deal_key(deal.id)) == [("contract_signed", 300_000.0, {"deal_id": deal.id})]
    (entry,) = (await team.audit("stage_moved"))[1:]
    assert (entry.actor, entry.subject, entry.before["stage"]) == ("U0DANA", "D-1", "offered")
    assert entry.after == {
        "stage": "under_agreement",
        "agreement_on": "2026-03-11",
        "closing_on": "2026-04-30",
        "agreed_price": "300000",
    }
    assert await brief_status(team, number) == "active"


async def test_an_agreement_without_an_offer_on_the_table_stands_all_the_same(team):
    number = await team.at(Stage.OFFERED)
    (offer,) = (await team.card(number)).offers
    team.clock.at = NOW + timedelta(days=9)
    assert offer.expires_at < team.clock.at
    card = await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    assert [one.status for one in card.offers] == [OfferState.EXPIRED]
    assert card.deal.stage is Stage.UNDER_AGREEMENT


async def test_the_market_demands_nothing_and_counts_nothing(team):
    number = await team.at(Stage.MARKETED)
    deal = (await team.card(number)).deal
    assert deal.stage is Stage.MARKETED
    assert [metric for metric, _, _ in await team.kpis(deal_key(deal.id))] == ["contract_signed"]


async def test_off_the_market_again_the_agreement_may_be_corrected(team):
    number = await team.at(Stage.MARKETED)
    later = Terms(agreement_on=TODAY, closing_on=date(2026, 5, 15), agreed_price=Decimal(300_000))
    deal = (await team.move(number, Stage.UNDER_AGREEMENT, later)).deal
    assert (deal.stage, deal.closing_on) == (Stage.UNDER_AGREEMENT, date(2026, 5, 15))
    assert [metric for metric, _, _ in await team.kpis(deal_key(deal.id))] == ["contract_signed"]


@pytest.mark.parametrize("start", [Stage.UNDER_AGREEMENT, Stage.MARKETED])
async def test_an_assignment_is_that_buyers_purchase(team, start):
    await team.buyers(1)
    number = await team.at(start)
    before = await team.buyer(1)
    card = await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=1)
    assert (card.deal.buyer_id, card.deal.assignment_fee) == (before.id, Decimal("12000.00"))
    assert await outcomes(team, number) == {1: [Feedback.BOUGHT]}
    assert (await team.buyer(1)).bought == 1
    events = await team.kpis(deal_key(card.deal.id))
    assert events[-1] == ("deal_assigned", 12_000.0, {"deal_id": card.deal.id})
    assert await brief_status(team, number) == "under_contract"


async def test_a_purchase_that_somebody_recorded_before_is_not_recorded_twice(team):
    await team.buyers(1)
    number = await team.at(Stage.MARKETED)
    await team.feedback.record(DANA, number, 1, Feedback.BOUGHT)
    await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=1)
    assert await outcomes(team, number) == {1: [Feedback.BOUGHT]}


async def test_a_deal_that_another_bought_is_not_assigned_until_that_is_undone(team):
    await team.buyers(1, 2)
    number = await team.at(Stage.MARKETED)
    bought = await team.feedback.record(DANA, number, 1, Feedback.BOUGHT)
    with pytest.raises(BoughtByAnother, match="B-1 bought"):
        await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=2)
    assert (await team.row(number)).stage == "marketed"
    await team.feedback.undo(DANA, bought.id)
    await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=2)
    assert await outcomes(team, number) == {2: [Feedback.BOUGHT]}


async def test_the_purchase_of_an_assigned_deal_is_taken_back_by_moving_the_deal_alone(team):
    await team.buyers(1)
    number = await team.at(Stage.ASSIGNED)
    card = await team.deals.card(DANA, number)
    (answer,) = card.answers[card.deal.buyer_id]
    with pytest.raises(PurchaseStands, match="Move the deal back to Marketed"):
        await team.feedback.undo(DANA, answer.id)
    assert await outcomes(team, number) == {1: [Feedback.BOUGHT]}
    await team.move(number, Stage.MARKETED)
    assert await outcomes(team, number) == {}


async def test_a_paused_buyer_may_take_a_deal_over(team):
    await team.buyers(1)
    number = await team.at(Stage.MARKETED)
    await team.change_buyer(1, active=False)
    assert (await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=1)).deal.stage is Stage.ASSIGNED


async def test_a_closing_records_the_fee_that_came_in(team):
    await team.buyers(1)
    number = await team.at(Stage.ASSIGNED)
    card = await team.move(number, Stage.CLOSED, CLOSED)
    assert (card.deal.closed_on, card.deal.assignment_fee) == (TODAY, Decimal("11500.00"))
    events = await team.kpis(deal_key(card.deal.id))
    assert events[-1] == ("deal_closed", 11_500.0, {"deal_id": card.deal.id})
    assert await outcomes(team, number) == {1: [Feedback.BOUGHT]}
    assert await brief_status(team, number) == "sold"
    assert (card.moves, card.next.text) == ((), "Nothing is left to do")


@pytest.mark.parametrize(("to", "terms"), [(Stage.MARKETED, Terms()), (Stage.LOST, LOST)])
async def test_going_back_from_an_assignment_takes_the_purchase_back(team, to, terms):
    await team.buyers(1)
    number = await team.at(Stage.ASSIGNED)
    card = await team.move(number, to, terms)
    assert (card.deal.stage, card.deal.buyer_id) == (to, None)
    assert await outcomes(team, number) == {}
    assert (await team.buyer(1)).bought == 0


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.OFFERED, Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED])
async def test_a_loss_keeps_its_reason_and_counts_it_without_a_persons_words(team, stage):
    await team.buyers(1)
    number = await team.at(stage)
    card = await team.move(number, Stage.LOST, LOST)
    assert card.deal.lost_reason == "no_buyer: they all passed"
    metric, value, detail = (await team.kpis(deal_key(card.deal.id)))[-1]
    assert (metric, value) == ("deal_lost", None)
    assert detail == {"deal_id": card.deal.id, "from": stage.value, "reason": "no_buyer"}
    assert await brief_status(team, number) == "archived"
    assert not [offer for offer in card.offers if offer.status.is_live]


async def test_a_loss_takes_back_what_the_seller_still_had(team):
    number = await team.at(Stage.OFFERED)
    card = await team.move(number, Stage.LOST, LOST)
    assert [offer.status for offer in card.offers] == [OfferState.WITHDRAWN]


async def test_a_lost_deal_that_is_opened_again_forgets_its_loss_and_its_agreement(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    await team.move(number, Stage.LOST, LOST)
    deal = (await team.move(number, Stage.DRAFT)).deal
    assert (deal.stage, deal.lost_reason, deal.agreed_price, deal.agreement_on, deal.closing_on) == (
        Stage.DRAFT,
        *(None,) * 4,
    )
    (entry,) = (await team.audit("stage_moved"))[-1:]
    assert (entry.before["lost_reason"], entry.before["agreed_price"]) == ("no_buyer: they all passed", "300000.00")
    assert await brief_status(team, number) == "active"


async def test_an_offered_deal_goes_back_to_draft_once_nothing_is_on_the_table(team):
    number = await team.at(Stage.OFFERED)
    with pytest.raises(OfferOnTheTable, match="310,000"):
        await team.move(number, Stage.DRAFT)
    team.clock.at = NOW + timedelta(days=9)
    assert (await team.move(number, Stage.DRAFT)).deal.stage is Stage.DRAFT


async def test_a_draft_is_offered_by_presenting_and_by_hand_only_beside_an_offer(team):
    number = await team.at(Stage.DRAFT)
    with pytest.raises(PresentTheOffer, match="press Present"):
        await team.move(number, Stage.OFFERED)
    await team.present(number)
    await team.move(number, Stage.UNDER_AGREEMENT, AGREED)
    await team.move(number, Stage.LOST, LOST)
    await team.move(number, Stage.DRAFT)
    assert (await team.move(number, Stage.OFFERED)).deal.stage is Stage.OFFERED


# What is refused


@pytest.mark.parametrize("stage", Stage)
async def test_a_move_that_is_not_allowed_names_those_that_are_and_changes_nothing(team, stage):
    await team.buyers(1)
    number = await team.at(stage)
    before = await team.row(number)
    for to in set(Stage) - set(MOVES[stage]):
        with pytest.raises(MoveNotAllowed, match=f"D-1 stands at {stage.label} and can't go to {to.label}"):
            await team.move(number, to, LOST)
    assert await team.row(number) == before


AT_AGREEMENT, AT_MARKET, AT_ASSIGNED = Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED


@pytest.mark.parametrize(
    ("stage", "to", "terms", "error"),
    [
        (Stage.OFFERED, AT_AGREEMENT, Terms(), AgreementDateMissing),
        (Stage.OFFERED, AT_AGREEMENT, Terms(TODAY + timedelta(1), TODAY, Decimal(1)), AgreementInFuture),
        (Stage.OFFERED, AT_AGREEMENT, Terms(TODAY, TODAY, Decimal(0)), AgreedPriceMissing),
        (AT_MARKET, AT_ASSIGNED, ASSIGNED, BuyerMissing),
        (AT_MARKET, AT_ASSIGNED, Terms(buyer_id=1, assignment_fee=Decimal(1)), BuyerMissing),
        (AT_ASSIGNED, Stage.CLOSED, Terms(closed_on=TODAY + timedelta(1)), ClosedInFuture),
        (AT_ASSIGNED, Stage.CLOSED, Terms(closed_on=TODAY - timedelta(1)), ClosedBeforeAgreement),
        (AT_ASSIGNED, Stage.CLOSED, Terms(closed_on=TODAY), FeeMissing),
        (Stage.DRAFT, Stage.LOST, Terms(), LostReasonMissing),
    ],
)
async def test_what_a_stage_demands_is_asked_for_and_nothing_is_changed(team, stage, to, terms, error):
    await team.buyers(1)
    number = await team.at(stage)
    before = await team.row(number)
    with pytest.raises(error):
        await team.move(number, to, terms)
    assert await team.row(number) == before


async def test_today_is_the_day_at_the_property(team):
    number = await team.at(Stage.OFFERED, address="800 Robson St, Vancouver BC", region=None)
    team.clock.at = NOW.replace(hour=5)  # the eleventh in Toronto, still the tenth in Vancouver
    with pytest.raises(AgreementInFuture, match="10 Mar 2026"):
        await team.move(number, Stage.UNDER_AGREEMENT, AGREED)


@pytest.mark.parametrize("removed", [False, True])
async def test_a_buyer_who_is_not_there_or_was_removed_takes_nothing_over(team, removed):
    if removed:
        await team.buyers(5)
    number = await team.at(Stage.MARKETED)
    if removed:
        await team.change_buyer(5, removed_at=NOW, active=False)
    with pytest.raises(BuyerRemoved if removed else BuyerNotFound, match="B-5"):
        await team.move(number, Stage.ASSIGNED, ASSIGNED, buyer_number=5)
    assert (await team.row(number)).stage == "marketed"


async def test_reps_move_their_own_and_unassigned_deals_and_approvers_all(team):
    number = await team.capture(DANA)
    with pytest.raises(NotYourDeal, match="L-1 is another rep's"):
        await team.move(number, Stage.LOST, LOST, who=EVE)
    assert (await team.card(number, EVE)).moves == ()
    assert (await team.move(number, Stage.LOST, LOST, who=LEE)).deal.staged_by == "U0LEE"


async def test_a_deal_that_is_not_there_is_said_to_be_none(team):
    with pytest.raises(DealNotFound, match="D-9"):
        await team.deals.move(DANA, Move(9, Stage.LOST, Seen(Stage.DRAFT, 1), LOST))


async def test_an_older_deal_is_not_opened_again_beside_a_newer_one(team):
    number = await team.at(Stage.LOST)
    newer = await team.deals.open(DANA, NewDeal(number, Figures(arv=Decimal(1), repairs=Decimal(0))))
    with pytest.raises(OpenDealExists, match=f"D-{newer}, Draft"):
        await team.move(number, Stage.DRAFT)
    await team.move(newer, Stage.LOST, LOST)
    with pytest.raises(NewerDealExists, match=f"went on with D-{newer}"):
        await team.move(number, Stage.DRAFT)


# Two people at once


async def test_the_second_of_two_sees_the_firsts_move_and_nothing_is_lost(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    seen = await team.seen(number)
    await team.move(number, Stage.MARKETED, who=LEE)
    with pytest.raises(DealMoved) as overtaken:
        await team.deals.move(DANA, Move(number, Stage.LOST, seen, LOST))
    assert str(overtaken.value) == (
        "Lee moved D-1 to Marketed on Wed 11 Mar 11:00. It can go to Assigned, Under agreement or Lost."
    )
    assert (await team.row(number)).stage == "marketed"
    again = await team.seen(number)
    await team.deals.move(DANA, Move(number, Stage.LOST, again, LOST))
    assert (await team.row(number)).stage == "lost"


async def test_ones_own_move_is_told_as_ones_own_and_a_strangers_as_somebodys(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    seen = await team.seen(number)
    await team.move(number, Stage.MARKETED)
    with pytest.raises(DealMoved, match="You moved D-1"):
        await team.deals.move(DANA, Move(number, Stage.MARKETED, seen))
    row = await team.row(number)
    await team.database.write(HERE, lambda tx: change_deal(tx, row.id, {"staged_by": None}))
    with pytest.raises(DealMoved, match="Somebody moved D-1"):
        await team.deals.move(DANA, Move(number, Stage.MARKETED, seen))


async def test_a_deal_that_was_changed_without_a_move_is_looked_at_again(team):
    number = await team.at(Stage.DRAFT)
    seen = await team.seen(number)
    await team.deals.change_figures(LEE, FiguresChange(number, Figures(arv=Decimal(400_000)), seen))
    with pytest.raises(DealChanged, match="still stands at Draft"):
        await team.deals.move(DANA, Move(number, Stage.LOST, seen, LOST))


async def test_of_two_who_move_one_deal_at_once_one_moves_it_and_the_other_hears_where(team):
    for _ in range(5):
        number = await team.at(Stage.UNDER_AGREEMENT)
        seen = await team.seen(number)
        answers = await asyncio.gather(
            team.deals.move(DANA, Move(number, Stage.MARKETED, seen)),
            team.deals.move(LEE, Move(number, Stage.LOST, seen, LOST)),
            return_exceptions=True,
        )
        (lost,) = filter(None, answers)
        assert isinstance(lost, DealMoved)
        assert (await team.row(number)).stage == ("marketed" if answers[0] is None else "lost")
        moves = [one for one in await team.audit("stage_moved") if one.subject == f"D-{number}"]
        assert len(moves) == 3


async def test_two_who_assign_to_two_buyers_at_once_record_one_purchase(team):
    await team.buyers(1, 2)
    number = await team.at(Stage.MARKETED)
    seen = await team.seen(number)
    answers = await asyncio.gather(
        *(team.deals.move(LEE, Move(number, Stage.ASSIGNED, seen, ASSIGNED, buyer_number=n)) for n in (1, 2)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["DealMoved", "NoneType"]
    winner = answers.index(None) + 1
    assert await outcomes(team, number) == {winner: [Feedback.BOUGHT]}
    assert [(await team.buyer(n)).bought for n in (1, 2)] == [int(winner == n) for n in (1, 2)]


async def test_an_answer_recorded_while_the_deal_is_assigned_waits_for_its_turn(team):
    await team.buyers(1, 2)
    for _ in range(3):
        number = await team.at(Stage.MARKETED)
        seen = await team.seen(number)
        await asyncio.gather(
            team.deals.move(LEE, Move(number, Stage.ASSIGNED, seen, ASSIGNED, buyer_number=1)),
            team.feedback.record(DANA, number, 2, Feedback.RESPONDED),
        )
        assert await outcomes(team, number) == {1: [Feedback.BOUGHT], 2: [Feedback.RESPONDED]}


async def test_the_same_request_twice_moves_once(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    wish = Move(number, Stage.MARKETED, await team.seen(number), request=RequestKey("view:V1", "hash"))
    await team.deals.move(DANA, wish)
    await team.deals.move(DANA, wish)
    assert len(await team.audit("stage_moved")) == 3


async def test_a_refused_request_is_not_taken_for_done(team):
    number = await team.at(Stage.UNDER_AGREEMENT)
    key = RequestKey("view:V1", "hash")
    with pytest.raises(DealMoved):
        await team.deals.move(DANA, Move(number, Stage.MARKETED, Seen(Stage.DRAFT, 1), request=key))
    await team.deals.move(DANA, Move(number, Stage.MARKETED, await team.seen(number), request=key))
    assert (await team.row(number)).stage == "marketed"
