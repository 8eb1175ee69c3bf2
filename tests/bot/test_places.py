"""Completing and choosing a lead's place, and all that follows: ladder, price, brief, audit, events."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.services.actors import Actor
from bot.services.comparables import Comparables, CompsAsk
from bot.services.leads import Capture, Leads
from bot.services.numbered import LeadNotFound
from bot.services.places import NewPlace, Places, PlaceSettled, PlaceStillUnknown
from domain.comps import House
from storage.audit import audit_entry
from storage.deals import deal
from storage.kpis import kpi_event
from storage.ladder import followup_task
from storage.leads import lead
from storage.offer_policies import offer_policy
from storage.offers import find_evidence, offer_evidence
from storage.requests import RequestKey
from tests.storage.builders import DRAFT, HERE, StandingClock, founded, rep

NOWHERE = replace(DRAFT, address="12 Xyzzy Lane", region=None)
VAGUE = replace(DRAFT, address="12 Main St Halifax M5V 2T6", region=None)
SALES = "525k 1450sqft 25d 0.8km\n498k 1400sqft 45d 0.5km"
PRICE = ("offer", "mao", "assignment_fee", "evidence_id")
HAMILTON = NewPlace("12 King St W, Hamilton ON L8P 1A1", None)


async def rows(database, table, *columns):
    return await database.read(
        HERE, lambda tx: tx.connection.execute(select(*(table.c[name] for name in columns))).all()
    )


@pytest.fixture
async def team(database):
    await founded(database)
    return Leads(database, StandingClock()), Places(database, StandingClock())


async def test_an_unknown_address_plans_and_prices_nothing_until_it_is_completed(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(NOWHERE))
    before = await leads.card(rep(), captured.number)
    assert (before.lead.province, before.lead.market, before.tasks) == (None, "ALL", ())
    assert before.deal is not None
    assert before.deal.offer is None
    assert "place" in before.lead.missing

    assert await places.complete(rep(), captured.number, HAMILTON)

    after = await leads.card(rep(), captured.number)
    assert (after.lead.province, after.lead.market, after.lead.location_set_by) == ("ON", "Hamilton", "U0REP")
    assert after.lead.version == 2
    assert [task.medium.value for task in after.tasks] == ["SMS", "CALL"] * 3
    assert after.deal is not None
    assert after.deal.offer == Decimal("310000.00")
    assert after.lead.missing == {}
    assert after.brief is not None
    assert "Hamilton ON" in after.brief.headline


async def test_the_follow_ups_are_the_reps_whoever_completes_the_address(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(NOWHERE))
    await places.complete(rep(user_id="U0LEE"), captured.number, HAMILTON)
    assert {row.owner for row in await rows(database, followup_task, "owner")} == {"U0REP"}


async def test_completing_leaves_an_audit_row_and_events_outside_the_flow(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(NOWHERE))
    await places.complete(rep(), captured.number, HAMILTON)
    entries = {
        entry.verb: entry for entry in await rows(database, audit_entry, "actor", "verb", "subject", "before", "after")
    }
    moved = entries.pop("place_set")
    assert (moved.actor, moved.subject) == ("U0REP", f"L-{captured.number}")
    assert (moved.before["province"], moved.after["province"]) == (None, "ON")
    [priced] = entries.values()
    assert (priced.subject, priced.before["offer"], priced.after["offer"]) == ("D-1", None, "310000.00")
    events = [row.correlation_id.partition(":")[0] for row in await rows(database, kpi_event, "correlation_id")]
    assert events.count("leadflow") == 5
    assert {"ladder", "offer"} <= set(events)


async def test_an_address_that_still_tells_no_province_changes_nothing(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(NOWHERE))
    with pytest.raises(PlaceStillUnknown):
        await places.complete(rep(), captured.number, NewPlace("14 Xyzzy Lane", None))
    assert (await leads.card(rep(), captured.number)).lead.address == "12 Xyzzy Lane"


async def test_the_same_completion_twice_is_done_once(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(NOWHERE))
    where = replace(HAMILTON, request=RequestKey("view:V1", "abc"))
    assert await places.complete(rep(), captured.number, where)
    assert not await places.complete(rep(), captured.number, where)
    assert len(await rows(database, followup_task, "id")) == 6


async def test_words_that_contradict_each_other_ask_which_one_and_plan_for_both(database, team):
    leads, _ = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    lead = (await leads.card(rep(), captured.number)).lead
    assert lead.location_readings == (("ON", "Toronto"), ("NS", "Halifax"))
    assert lead.zones == {"America/Toronto", "America/Halifax"}
    assert lead.location_set_by is None


async def test_the_choice_is_kept_as_a_persons_and_moves_the_ladder(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    planned = (await leads.card(rep(), captured.number)).tasks
    await places.choose(rep(user_id="U0LEE"), captured.number, ("NS", "Halifax"))
    card = await leads.card(rep(), captured.number)
    assert (card.lead.province, card.lead.market) == ("NS", "Halifax")
    assert (card.lead.location_set_by, card.lead.location_readings) == ("U0LEE", ())
    assert card.lead.zones == {"America/Halifax"}
    assert len(card.tasks) == len(planned) == 6
    places_of_tasks = {tuple(row) for row in await rows(database, followup_task, "province", "market")}
    assert places_of_tasks == {("NS", "Halifax")}
    assert len(await rows(database, offer_evidence, "id")) == 2


async def test_a_second_choice_hears_that_it_is_settled(team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    await places.choose(rep(), captured.number, ("NS", "Halifax"))
    with pytest.raises(PlaceSettled, match="Halifax, NS"):
        await places.choose(rep(), captured.number, ("ON", "Toronto"))


async def test_a_reading_that_was_never_offered_is_refused(team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    with pytest.raises(PlaceSettled):
        await places.choose(rep(), captured.number, ("BC", "Vancouver"))


async def test_a_lead_of_another_workspace_is_not_there(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    stranger = Actor("T0OTHER", "U0X")
    with pytest.raises(LeadNotFound):
        await places.choose(stranger, captured.number, ("NS", "Halifax"))
    with pytest.raises(LeadNotFound):
        await places.complete(stranger, captured.number, HAMILTON)


# A price that moves with the place


async def set_policy(database, province, **values):
    query = update(offer_policy).where(offer_policy.c.province == province).values(**values)
    await database.write(HERE, lambda tx: tx.connection.execute(query))


async def evidence_of(database, card):
    return await database.read(HERE, lambda tx: find_evidence(tx, card.deal.evidence_id))


async def test_an_offer_that_cannot_be_made_at_the_new_place_is_taken_back_and_the_card_says_why(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    await set_policy(database, "NS", enabled=False)
    await places.choose(rep(), captured.number, ("NS", "Halifax"))
    [price] = await rows(database, deal, *PRICE)
    assert price == (None, None, None, None)
    lead = (await leads.card(rep(), captured.number)).lead
    assert "NS/Halifax is switched off" in lead.missing["offer"]
    entry = (await rows(database, audit_entry, "verb", "subject", "before", "after"))[0]
    assert entry[:2] == ("deal_repriced", "D-1")
    assert (entry.before["offer"], entry.after["offer"]) == ("310000.00", None)


async def test_sales_behind_the_arv_outlive_an_offer_that_is_taken_back(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    ask = CompsAsk(captured.number, SALES, House(Decimal(1450)))
    valued = await Comparables(database, StandingClock()).enter(rep(), ask, RequestKey("view:V2", "hash"))
    await set_policy(database, "NS", enabled=False)
    await places.choose(rep(), captured.number, ("NS", "Halifax"))
    [price] = await rows(database, deal, *PRICE)
    assert price == (None, None, None, valued.evidence.id)
    worth = (await leads.card(rep(), captured.number)).worth
    assert (worth.estimate, worth.sensitivity) == (valued.estimate, None)


async def test_the_new_places_assignment_fee_goes_to_the_deal(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(VAGUE))
    await set_policy(database, "NS", default_assignment_fee=Decimal("10000.00"))
    await places.choose(rep(), captured.number, ("NS", "Halifax"))
    [price] = await rows(database, deal, *PRICE)
    assert price[:3] == (Decimal("300000.00"), Decimal("310000.00"), Decimal("10000.00"))


async def test_a_corrected_street_in_the_same_market_leaves_the_price_alone(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(DRAFT))
    before = await rows(database, deal, *PRICE)
    await set_policy(database, "ON", enabled=False)
    await places.complete(rep(), captured.number, NewPlace("14 King Street West, Toronto, ON", None))
    assert await rows(database, deal, *PRICE) == before
    assert (await leads.card(rep(), captured.number)).lead.missing == {}
    assert [row.verb for row in await rows(database, audit_entry, "verb")] == ["place_set"]


# At once


async def test_of_two_people_who_choose_at_once_one_wins_and_the_other_hears_that_it_is_settled(database, team):
    leads, places = team
    readings = {"U0ANN": ("ON", "Toronto"), "U0LEE": ("NS", "Halifax")}
    numbers = [(await leads.capture(rep(), Capture(VAGUE))).number for _ in range(5)]
    for number in numbers:
        answers = await asyncio.gather(
            *(places.choose(rep(user_id=user), number, reading) for user, reading in readings.items()),
            return_exceptions=True,
        )
        [lost] = filter(None, answers)
        assert isinstance(lost, PlaceSettled)
        winner = list(readings)[answers.index(None)]
        card = await leads.card(rep(), number)
        assert (card.lead.province, card.lead.market, card.lead.location_set_by) == (*readings[winner], winner)
        evidence = await evidence_of(database, card)
        assert (evidence.province, evidence.market, evidence.mao) == (*readings[winner], card.deal.mao)
        tasks = await rows(database, followup_task, "lead_id", "province", "market")
        assert {task[1:] for task in tasks if task.lead_id == card.lead.id} == {readings[winner]}
    subjects = [row.subject for row in await rows(database, audit_entry, "subject", "verb") if row.verb == "place_set"]
    assert subjects == [f"L-{number}" for number in numbers]


async def test_a_place_chosen_while_sales_are_entered_agrees_with_the_price(database, team):
    leads, places = team
    comparables = Comparables(database, StandingClock())
    for turn in range(5):
        number = (await leads.capture(rep(), Capture(VAGUE))).number
        ask = CompsAsk(number, SALES, House(Decimal(1450)))
        await asyncio.gather(
            comparables.enter(rep(), ask, RequestKey(f"view:{turn}", "hash")),
            places.choose(rep(), number, ("NS", "Halifax")),
        )
        card = await leads.card(rep(), number)
        evidence = await evidence_of(database, card)
        assert (evidence.province, evidence.market) == ("NS", "Halifax")
        assert (evidence.arv, evidence.mao) == (card.deal.arv, card.deal.mao)
        assert evidence.estimate is not None
        assert f"in Halifax NS, ARV {card.deal.arv:,.0f}" in card.brief.headline


async def test_the_postal_code_is_kept_as_canada_post_writes_it_and_follows_the_address(database, team):
    leads, places = team
    captured = await leads.capture(rep(), Capture(replace(DRAFT, address="12 King St W, Hamilton ON l8p 1a1")))
    assert [row.postal_code for row in await rows(database, lead, "postal_code")] == ["L8P 1A1"]
    await places.complete(rep(), captured.number, NewPlace("1 Main St, Halifax NS B3H IAO", None))
    assert [row.postal_code for row in await rows(database, lead, "postal_code")] == ["B3H 1A0"]
    await places.complete(rep(), captured.number, NewPlace(None, "Moncton"))
    assert [row.postal_code for row in await rows(database, lead, "postal_code")] == [None]
