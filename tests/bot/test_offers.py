"""Offers at the service: which place prices a lead, the day of its tax, and what a repeated request shows."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.services.comparables import Comparables, CompsAsk
from bot.services.offers import OfferAsk, Offers
from bot.services.places import NewPlace, Places
from domain.comps import House
from domain.taxes import TaxStatus
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from storage.requests import RequestKey
from storage.workspaces import workspace
from tests.storage.builders import HERE, StandingClock, captured, founded, rep

ASK = OfferAsk(Decimal("500000.00"), Decimal("40000.00"), place="Toronto")
KEY = RequestKey("view:V1", "hash")
NEW_YEAR = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
"""01:00 in Gatineau; in Vancouver the old year lasts for two hours more."""


async def change(database, table, **values):
    await database.write(HERE, lambda tx: tx.connection.execute(update(table).values(**values)))


async def evidence_rows(database):
    return await database.read(HERE, lambda tx: tx.connection.execute(select(offer_evidence)).all())


# The place of a lead


async def test_a_lead_is_priced_at_the_place_that_a_person_chose_and_not_at_the_one_its_address_reads_as(database):
    await founded(database)
    await captured(database, address="12 Main St Halifax M5V 2T6", region=None)
    await Places(database, StandingClock()).choose(rep(), 1, ("NS", "Halifax"))
    offers = Offers(database, StandingClock())
    ask = await offers.ask_for_lead(rep(), 1)
    assert ask == OfferAsk(Decimal("500000.00"), Decimal("40000.00"), lead_number=1)
    inputs = (await offers.preview(rep(), ask)).priced.inputs
    assert (inputs.province, inputs.market) == ("NS", "Halifax")


async def test_a_typed_place_is_kept_on_the_quote_as_it_was_typed(database):
    await founded(database)
    offers = Offers(database, StandingClock())
    assert (await offers.quote(rep(), replace(ASK, place="ottawa  QC"))).place == "ottawa  QC"
    assert (await offers.quote(rep(), replace(ASK, place=None))).place is None


# The day of the tax


async def test_the_tax_is_that_of_the_day_where_the_property_stands_not_where_the_rep_sits(database):
    await founded(database)
    await captured(database, address="1 Rue Laurier, Gatineau QC", region=None)
    offers = Offers(database, StandingClock(NEW_YEAR))
    rep_in_vancouver = replace(rep(), zone="America/Vancouver")
    for ask in (OfferAsk(lead_number=1), replace(ASK, place="Gatineau")):
        side = (await offers.preview(rep_in_vancouver, ask)).buyer_side
        assert isinstance(side, str)
        assert "is not known" in side


async def test_the_default_place_has_a_day_of_its_own_too(database):
    await founded(database)
    await change(database, workspace, default_market="QC/ALL")
    old_year = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)
    offers = Offers(database, StandingClock(old_year))
    rep_in_st_johns = replace(rep(), zone="America/St_Johns")
    side = (await offers.preview(rep_in_st_johns, replace(ASK, place=None))).buyer_side
    assert [tax.status for tax in side.taxes] == [TaxStatus.VERIFIED]


# A repeated request


@pytest.mark.parametrize(
    "policy", [{"max_arv_multiplier": Decimal("0.65"), "version": 2}, {"enabled": False}], ids=["changed", "off"]
)
async def test_a_repeated_request_shows_the_price_that_its_evidence_holds(database, policy):
    await founded(database)
    offers = Offers(database, StandingClock())
    first = await offers.quote(rep(), ASK, KEY)
    await change(database, offer_policy, **policy)
    assert await offers.quote(rep(), ASK, KEY) == first
    assert len(await evidence_rows(database)) == 1


async def test_a_repeated_request_of_a_lead_shows_the_amounts_and_sales_of_the_first(database):
    await founded(database)
    await captured(database)
    comparables = Comparables(database, StandingClock())
    sales = CompsAsk(1, "525k 1450sqft 25d 0.8km\n498k 1400sqft 45d 0.5km", House(Decimal(1450)))
    await comparables.enter(rep(), sales, RequestKey("view:V2", "hash"))
    offers = Offers(database, StandingClock())
    first = await offers.quote(rep(), OfferAsk(lead_number=1), KEY)
    assert first.estimate is not None
    await comparables.enter(rep(), replace(sales, text=sales.text.replace("525k", "610k")), RequestKey("view:V3", "h"))
    assert await offers.quote(rep(), OfferAsk(lead_number=1), KEY) == first


async def test_a_request_repeated_after_midnight_shows_the_tax_of_the_first_day(database):
    await founded(database)
    ask = replace(ASK, place="Gatineau")
    first = await Offers(database, StandingClock(datetime(2025, 12, 31, 20, 0, tzinfo=UTC))).quote(rep(), ask, KEY)
    assert not isinstance(first.buyer_side, str)
    assert await Offers(database, StandingClock(NEW_YEAR)).quote(rep(), ask, KEY) == first


async def test_a_repeat_stays_what_it_was_when_the_lead_has_moved(database):
    await founded(database)
    await captured(database)
    offers = Offers(database, StandingClock())
    first = await offers.quote(rep(), OfferAsk(lead_number=1), KEY)
    await Places(database, StandingClock()).complete(rep(), 1, NewPlace("1 Main St, Vancouver BC", None))
    again = await offers.quote(rep(), OfferAsk(lead_number=1), KEY)
    assert (again.priced, again.evidence_id) == (first.priced, first.evidence_id)
