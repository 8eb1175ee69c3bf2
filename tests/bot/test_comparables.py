"""Comparable sales at the service: what is kept, in one transaction, once, and what stays as it was."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update

from bot.services.comparables import Comparables, CompsAsk, DealNotFound
from bot.services.leads import Leads
from bot.services.numbered import LeadNotFound
from bot.services.offers import OfferAsk, Offers
from bot.services.places import NewPlace, Places
from domain.arv import Confidence
from domain.comp_refusals import CompIncomplete
from domain.comps import CompsTooMany, House, SalesTooFew, SquareFeetMissing
from domain.offers import ArvTooLarge
from storage.audit import audit_entry
from storage.deals import deal
from storage.kpis import kpi_event
from storage.leads import deal_brief, lead
from storage.offer_policies import offer_policy
from storage.offers import find_evidence, offer_evidence
from storage.requests import RequestKey
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, captured, founded, rep

FOUR = """525k 1450sqft 3bd 2ba 2026-02-14 0.8km 12 King St
$498,000 1,400 sq ft 45d 500 m
540k 1500sf 6 weeks ago 1.2km
515000 1440sqft 2 months 0.4 km"""
APART = "400k 1450sqft 30d 1km\n700k 1450sqft 30d 1km"
HOUSE = House(Decimal(1450), 3, Decimal("2.5"))
ASK = CompsAsk(1, FOUR, HOUSE)
KEY = RequestKey("view:V1", "hash")


def comparables(database) -> Comparables:
    return Comparables(database, StandingClock())


async def started(database, **changes):
    """A workspace with one lead."""
    await founded(database)
    return await captured(database, **changes)


async def all_rows(database, table, workspace_id: str = HERE):
    query = select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    return await database.read(workspace_id, lambda tx: list(tx.connection.execute(query)))


async def entered(database, ask: CompsAsk = ASK, key: RequestKey = KEY):
    return await comparables(database).enter(rep(), ask, key)


async def test_sales_set_the_arv_the_offer_and_the_evidence_of_the_deal(database):
    await started(database)
    (before,) = await all_rows(database, deal)
    valued = await entered(database)
    (after,) = await all_rows(database, deal)
    arv = valued.estimate.arv
    assert arv != before.arv
    assert (after.arv, after.repairs, after.version) == (arv, before.repairs, before.version + 1)
    assert after.mao == arv * Decimal("0.70") - 40_000
    assert (after.offer, after.evidence_id) == (valued.quote.priced.offer.recommended_offer, valued.evidence.id)
    assert before.evidence_id != after.evidence_id


async def test_the_evidence_holds_every_line_as_typed_and_as_understood(database):
    await started(database)
    valued = await entered(database, replace(ASK, text=f"{FOUR}\n\n$1 900sf 9d 1km family"))
    row = (await all_rows(database, offer_evidence))[-1]
    assert [sale["typed"] for sale in row.comps_json] == [*FOUR.splitlines(), "$1 900sf 9d 1km family"]
    assert row.comps_json[0] == {
        "line": 1, "typed": "525k 1450sqft 3bd 2ba 2026-02-14 0.8km 12 King St", "price": "525000.00", "sqft": "1450",
        "beds": 3, "baths": "2", "sold_on": "2026-02-14", "age_days": 25, "distance_km": "0.8", "arms_length": True,
        "note": "12 King St", "why_not": None,
    }  # fmt: skip
    assert (row.comps_json[4]["line"], row.comps_json[4]["why_not"]) == (6, "not at arm's length")
    kept = row.assumptions_json
    estimate = valued.estimate
    assert kept["arv_estimate"] == {
        "arv": str(estimate.arv), "low": str(estimate.low), "high": str(estimate.high), "confidence": "high", "used": 4,
    }  # fmt: skip
    assert kept["house"] == {"sqft": "1450", "beds": 3, "baths": "2.5", "trend_percent": "0"}
    assert (kept["valued_on"], kept["max_arv_multiplier"]) == ("2026-03-11", "0.70")
    assert (row.lead_id, row.created_by, row.created_at) == (valued.lead.id, "U0REP", NOW)


async def test_the_evidence_gives_back_the_sales_and_the_house_as_they_were(database):
    await started(database)
    valued = await entered(database)
    kept = await database.read(HERE, lambda tx: find_evidence(tx, valued.evidence.id))
    assert (kept.house, kept.estimate) == (HOUSE, valued.estimate)
    assert kept.sales == valued.evidence.sales
    assert [sale.sold_on for sale in kept.sales][:2] == [date(2026, 2, 14), date(2026, 1, 25)]


async def test_earlier_evidence_stays_as_it_was(database):
    await started(database)
    before = await all_rows(database, offer_evidence)
    await entered(database)
    assert (await all_rows(database, offer_evidence))[:1] == before


async def test_the_change_is_audited_and_counted(database):
    await started(database)
    (before,) = await all_rows(database, deal)
    valued = await entered(database)
    entry = (await all_rows(database, audit_entry))[-1]
    assert (entry.actor, entry.verb, entry.subject) == ("U0REP", "comps_entered", "D-1")
    assert entry.before == {
        "arv": "500000.00",
        "offer": "310000.00",
        "mao": "310000.00",
        "assignment_fee": "0.00",
        "evidence_id": before.evidence_id,
    }
    assert entry.after["arv"] == f"{valued.estimate.arv}.00"
    assert entry.after["evidence_id"] == valued.evidence.id
    event = (await all_rows(database, kpi_event))[-1]
    assert (event.metric, event.success) == ("offer_generated", True)
    assert event.correlation_id == f"offer:{valued.evidence.id}"


async def test_the_briefs_headline_names_the_new_arv(database):
    await started(database)
    valued = await entered(database)
    (brief,) = await all_rows(database, deal_brief)
    assert brief.headline == f"3-bed SFR in Toronto ON, ARV {valued.estimate.arv:,}"


async def test_the_same_request_again_keeps_nothing_and_shows_the_same(database):
    await started(database)
    first = await entered(database)
    counts = [len(await all_rows(database, table)) for table in (offer_evidence, kpi_event, audit_entry)]
    again = await entered(database)
    assert again.evidence == first.evidence
    assert again.quote == first.quote
    assert [len(await all_rows(database, table)) for table in (offer_evidence, kpi_event, audit_entry)] == counts


async def test_the_same_request_twice_at_once_is_kept_once(database):
    await started(database)
    first, second = await asyncio.gather(entered(database), entered(database))
    assert first.evidence == second.evidence
    assert len(await all_rows(database, offer_evidence)) == 2


async def test_a_correction_of_the_same_form_is_another_request(database):
    await started(database)
    first = await entered(database)
    second = await entered(database, replace(ASK, text=APART), RequestKey("view:V1", "other"))
    assert second.evidence.id > first.evidence.id


async def test_the_policys_assignment_fee_goes_to_the_deal(database):
    await started(database)
    fee = {"default_assignment_fee": Decimal("10000.00")}
    await database.write(HERE, lambda tx: tx.connection.execute(update(offer_policy).values(**fee)))
    await entered(database)
    assert (await all_rows(database, deal))[0].assignment_fee == Decimal("10000.00")


# What can't be priced yet


async def test_averages_over_evidence_count_computed_offers_alone(database):
    await started(database)
    await captured(database, repairs=None)
    await entered(database, replace(ASK, lead_number=2))
    columns = ("repairs", "mao", "recommended_offer")
    query = text(f"SELECT {', '.join(f'AVG({name})' for name in columns)} FROM offer_evidence")
    (averages,) = await database.read(HERE, lambda tx: tx.connection.execute(query).all())
    assert [int(average) for average in averages] == [4_000_000, 31_000_000, 31_000_000]


async def test_without_repairs_the_arv_is_kept_and_the_offer_stays_open(database):
    await started(database, repairs=None)
    valued = await entered(database)
    assert valued.quote is None
    assert valued.open_because == "Give the cost of repairs, 0 if there are none."
    (row,) = await all_rows(database, deal)
    assert (row.arv, row.offer, row.mao, row.evidence_id) == (valued.estimate.arv, None, None, valued.evidence.id)
    evidence = (await all_rows(database, offer_evidence))[-1]
    assert (evidence.recommended_offer, evidence.assumptions_json["open_code"]) == (None, "REPAIRS_REQUIRED")
    assert not [event for event in await all_rows(database, kpi_event) if event.metric == "offer_generated"]


async def test_without_a_province_the_arv_is_kept_and_the_card_still_asks_for_the_place(database):
    await started(database, address="the blue house", region=None, phone=None)
    valued = await entered(database)
    assert "province" in valued.open_because
    (row,) = await all_rows(database, lead)
    assert set(row.missing) == {"place", "offer"}
    assert valued.evidence.province is None


async def test_without_a_policy_an_offer_that_stood_is_taken_back(database):
    await started(database)
    await database.write(HERE, lambda tx: tx.connection.execute(update(offer_policy).values(enabled=False)))
    valued = await entered(database)
    assert "switched off" in valued.open_because
    (row,) = await all_rows(database, deal)
    assert (row.offer, row.mao, row.assignment_fee) == (None, None, None)
    entry = (await all_rows(database, audit_entry))[-1]
    assert (entry.before["offer"], entry.after["offer"]) == ("310000.00", None)


async def test_sales_give_a_lead_without_an_arv_its_first_offer(database):
    await started(database, arv=None)
    assert "offer" in (await all_rows(database, lead))[0].missing
    valued = await entered(database)
    assert valued.quote.priced.offer.recommended_offer > 0
    assert (await all_rows(database, lead))[0].missing == {}


async def test_numbers_that_leave_nothing_are_kept_as_no_offer_and_counted_as_none(database):
    await started(database, repairs=Decimal("900000.00"))
    valued = await entered(database)
    assert valued.quote.priced.offer.recommended_offer == 0
    events = await all_rows(database, kpi_event)
    assert {event.correlation_id.partition(":")[0] for event in events[-1:]} == {"ladder"}, "no offer, no failure"


# What is refused, with nothing kept


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (replace(ASK, lead_number=9), LeadNotFound),
        (replace(ASK, text=f"{FOUR}\nhello"), CompIncomplete),
        (replace(ASK, text=""), SalesTooFew),
        (replace(ASK, text=FOUR.splitlines()[0]), SalesTooFew),
        (replace(ASK, house=House(None)), SquareFeetMissing),
        (replace(ASK, text="\n".join([FOUR] * 13)), CompsTooMany),
        (replace(ASK, text="90M 200sf 9d 1km\n90M 200sf 9d 1km"), ArvTooLarge),
    ],
)
async def test_what_is_refused_leaves_everything_as_it_was(database, ask, error):
    await started(database)
    before = [await all_rows(database, table) for table in (deal, offer_evidence, audit_entry, kpi_event, lead)]
    with pytest.raises(error):
        await entered(database, ask)
    assert [await all_rows(database, table) for table in (deal, offer_evidence, audit_entry, kpi_event, lead)] == before


async def test_a_refused_request_can_be_mended_and_sent_again(database):
    await started(database)
    with pytest.raises(SalesTooFew):
        await entered(database, replace(ASK, text=""))
    assert (await entered(database)).quote


async def test_a_lead_without_a_deal_has_nothing_to_price(database):
    await started(database)
    await database.write(HERE, lambda tx: tx.connection.execute(delete(deal)))
    with pytest.raises(DealNotFound, match="L-1 has no deal"):
        await entered(database)


async def test_another_workspaces_lead_is_not_found(database):
    await started(database)
    await founded(database, ELSEWHERE)
    with pytest.raises(LeadNotFound):
        await comparables(database).enter(rep(ELSEWHERE), ASK, KEY)


# Before it is kept


async def test_a_preview_reads_every_line_and_keeps_nothing(database):
    await started(database)
    reading = await comparables(database).preview(rep(), replace(ASK, text=f"{FOUR}\nhello"))
    assert len(reading.lines) == 5
    assert (reading.estimate.used, reading.lacking) == (4, None)
    assert len(await all_rows(database, offer_evidence)) == 1


async def test_a_preview_says_what_is_lacking(database):
    await started(database)
    reading = await comparables(database).preview(rep(), replace(ASK, text="525k 1450sf 9d 1km"))
    assert reading.estimate is None
    assert "of the 1 given, 1 counts" in reading.lacking


async def test_ages_count_on_the_calendar_where_the_house_stands(database):
    await started(database, address="1 Main St, Vancouver, BC", region=None)
    late = StandingClock(datetime(2026, 3, 12, 5, 0, tzinfo=UTC))  # still the 11th in Vancouver
    service = Comparables(database, late)
    (sale, tomorrow) = (
        await service.preview(rep(), CompsAsk(1, "525k 1450sf 1d 1km\n525k 1450sf 2026-03-12 1km", HOUSE))
    ).lines
    assert sale.sold_on == date(2026, 3, 10)
    assert "still to come" in str(tomorrow)


async def test_the_form_starts_with_what_the_brief_knows(database):
    await started(database)
    ask = await comparables(database).ask_for_lead(rep(), 1)
    assert ask == CompsAsk(1, "", House(None, 3, Decimal("2.50")))


async def test_the_form_starts_with_the_sales_that_the_arv_rests_on(database):
    await started(database)
    first = await entered(database)
    ask = await comparables(database).ask_for_lead(rep(), 1)
    assert ask.house == HOUSE
    assert ask.text.splitlines()[:2] == [
        "$525,000 1450 sqft 3bd 2ba 2026-02-14 0.8km; 12 King St",
        "$498,000 1400 sqft 2026-01-25 0.5km",
    ]
    second = await entered(database, ask, RequestKey("view:V2", "hash"))
    assert second.estimate == first.estimate


async def test_a_form_for_an_unknown_lead_is_refused(database):
    await founded(database)
    with pytest.raises(LeadNotFound):
        await comparables(database).ask_for_lead(rep(), 1)


# What follows the ARV around


async def test_the_leads_card_knows_what_the_arv_rests_on(database):
    await started(database)
    assert (await Leads(database, StandingClock()).card(rep(), 1)).worth is None
    valued = await entered(database)
    worth = (await Leads(database, StandingClock()).card(rep(), 1)).worth
    assert worth.estimate == valued.estimate
    assert worth.sensitivity == valued.quote.priced.offer.sensitivity


async def test_an_arv_without_a_price_has_no_sensitivity(database):
    await started(database, repairs=None)
    await entered(database, replace(ASK, text=APART))
    worth = (await Leads(database, StandingClock()).card(rep(), 1)).worth
    assert (worth.estimate.confidence, worth.sensitivity) == (Confidence.LOW, None)


async def test_a_price_of_the_same_arv_names_the_evidence_that_holds_the_sales(database):
    await started(database)
    valued = await entered(database)
    offers = Offers(database, StandingClock())
    first = await offers.quote(rep(), OfferAsk(lead_number=1))
    assert first.estimate == valued.estimate
    kept = (await all_rows(database, offer_evidence))[-1].assumptions_json
    assert (kept["arv_evidence"], kept["arv_estimate"]["used"]) == (valued.evidence.id, 4)


async def test_a_price_of_another_arv_claims_no_sales(database):
    await started(database)
    await entered(database)
    quote = await Offers(database, StandingClock()).quote(rep(), OfferAsk(arv=Decimal("520000.00"), lead_number=1))
    assert quote.estimate is None
    assert "arv_evidence" not in (await all_rows(database, offer_evidence))[-1].assumptions_json


async def test_a_completed_address_prices_anew_and_keeps_the_sales(database):
    draft = {"address": "the blue house", "region": None, "phone": None}
    await started(database, **draft)
    valued = await entered(database)
    await Places(database, StandingClock()).complete(rep(), 1, NewPlace("12 King Street West, Toronto, ON", None))
    card = await Leads(database, StandingClock()).card(rep(), 1)
    assert card.deal.offer is not None
    assert card.worth.estimate == valued.estimate
    ask = await comparables(database).ask_for_lead(rep(), 1)
    assert len(ask.text.splitlines()) == 4
