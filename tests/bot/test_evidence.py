"""Evidence at the service: reproduced to the cent or loudly not, compared with today's policy, never another team's."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot.services.comparables import Comparables, CompsAsk
from bot.services.evidence import EvidenceBook, EvidenceNotFound
from bot.services.offers import OfferAsk, Offers
from bot.services.pricing import PricedOffer, recorded_price
from domain.comps import House
from storage.database import Database
from storage.offer_policies import offer_policy
from storage.offers import add_evidence, find_evidence, offer_evidence
from storage.requests import RequestKey
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, captured, founded, rep

FOUR = "525k 1450sqft 25d 0.8km\n498k 1400sqft 45d 0.5km\n540k 1500sf 42d 1.2km\n515k 1440sqft 61d 0.4km"


@pytest.fixture
async def book(database) -> EvidenceBook:
    """A workspace with a lead, whose price is E-1."""
    await founded(database)
    await captured(database)
    return EvidenceBook(database)


async def set_policy(database, **values) -> None:
    query = update(offer_policy).where(offer_policy.c.province == "ON").values(version=2, **values)
    await database.write(HERE, lambda tx: tx.connection.execute(query))


async def tamper(database, number: int = 1, **values) -> None:
    """Change a row of evidence behind the product's back: nothing in the product can."""
    query = update(offer_evidence).where(offer_evidence.c.id == number).values(**values)
    await database.write(HERE, lambda tx: tx.connection.execute(query))


async def kept(database, number: int = 1):
    return await database.read(HERE, lambda tx: find_evidence(tx, number))


async def test_a_price_is_reproduced_to_the_cent(database, book):
    account = await book.account(rep(), 1)
    assert account.differences == ()
    assert account.again.offer.recommended_offer == account.evidence.recommended_offer == Decimal("310000.00")
    assert (account.lead.number, account.evidence.created_by) == (1, "U0REP")
    assert account.again.policy.label == account.evidence.policy_version == "ON/ALL v1"


async def test_todays_policy_gives_the_same_while_nobody_changed_it(database, book):
    account = await book.account(rep(), 1)
    assert account.today.offer == account.again.offer


async def test_a_price_stays_what_it_was_when_the_policy_changes_and_todays_stands_beside_it(database, book):
    await set_policy(database, max_arv_multiplier=Decimal("0.65"), default_assignment_fee=Decimal("10000.00"))
    account = await book.account(rep(), 1)
    assert account.differences == ()
    assert account.again.offer.recommended_offer == Decimal("310000.00")
    assert account.today.offer.recommended_offer == Decimal("275000.00")
    assert account.today.policy.label == "ON/ALL v2"


async def test_todays_refusal_is_a_sentence_and_the_record_stands(database, book):
    await set_policy(database, enabled=False)
    account = await book.account(rep(), 1)
    assert "switched off" in account.today
    assert account.differences == ()


async def test_a_policy_that_is_gone_today_is_a_sentence(database, book):
    await database.write(HERE, lambda tx: tx.connection.execute(delete(offer_policy)))
    assert "No offer policy is set for ON/Toronto" in (await book.account(rep(), 1)).today


async def test_holding_and_a_markets_own_policy_are_reproduced(database, book):
    await set_policy(database, holding_per_month=Decimal("2800.00"), rounding_step=Decimal("500.00"), market="Toronto")
    ask = OfferAsk(Decimal("512345.67"), Decimal("40000.01"), holding_months="5", place="Toronto")
    quote = await Offers(database, StandingClock()).quote(rep(), ask)
    account = await book.account(rep(), quote.evidence_id)
    assert account.differences == ()
    assert account.again.offer == quote.priced.offer
    assert account.again.policy == quote.priced.policy
    assert account.lead is None


@pytest.mark.parametrize(
    ("values", "name", "recorded", "again"),
    [
        ({"recommended_offer": Decimal("310000.01")}, "recommended offer", "310,000.01", "310,000.00"),
        ({"mao": Decimal("309999.99")}, "mao", "309,999.99", "310,000.00"),
        ({"fees_buffer": Decimal("1.00")}, "fees buffer", "1.00", "0.00"),
        ({"repairs": Decimal("30000.00")}, "mao", "310,000.00", "320,000.00"),
        ({"lines": []}, "number of lines", "0", "8"),
    ],
)
async def test_a_row_that_was_tampered_with_shows_both_figures(database, book, values, name, recorded, again):
    await tamper(database, **values)
    account = await book.account(rep(), 1)
    assert (name, recorded, again) in {(each.name, each.recorded, each.again) for each in account.differences}


async def test_a_line_that_was_tampered_with_shows_both_figures(database, book):
    lines = [list(line) for line in (await kept(database)).lines]
    lines[1][2], lines[1][3] = "0.71", None
    await tamper(database, lines=lines)
    (difference,) = (await book.account(rep(), 1)).differences
    assert (difference.name, difference.recorded, difference.again) == ("line multiplier", "0.71", "0.70 → 350,000.00")


async def test_a_line_that_lost_its_figures_says_nothing(database, book):
    lines = [list(line) for line in (await kept(database)).lines]
    lines[0][2] = None
    await tamper(database, lines=lines)
    (difference,) = (await book.account(rep(), 1)).differences
    assert (difference.recorded, difference.again) == ("nothing", "500,000.00")


async def test_a_line_that_is_called_otherwise_today_is_no_difference(database, book):
    lines = [list(line) for line in (await kept(database)).lines]
    lines[5][1] = "MAO"
    await tamper(database, lines=lines)
    assert (await book.account(rep(), 1)).differences == ()


@pytest.mark.parametrize("value", [None, "lots"])
async def test_a_policys_number_that_is_gone_is_named(database, book, value):
    assumptions = dict((await kept(database)).assumptions_json)
    if value is None:
        del assumptions["rounding_step"]
    else:
        assumptions["rounding_step"] = value
    await tamper(database, assumptions_json=assumptions)
    account = await book.account(rep(), 1)
    assert account.again == "E-1 does not hold the policy's rounding step any more, so nothing can be computed from it."
    assert account.today is None


async def test_recorded_inputs_that_no_offer_allows_are_said(database, book):
    assumptions = dict((await kept(database)).assumptions_json) | {"holding_months": "99"}
    await tamper(database, assumptions_json=assumptions)
    assert "months of holding" in (await book.account(rep(), 1)).again


async def test_an_arv_from_sales_is_estimated_again(database, book):
    ask = CompsAsk(1, FOUR, House(Decimal(1450)))
    valued = await Comparables(database, StandingClock()).enter(rep(), ask, RequestKey("view:V1", "hash"))
    account = await book.account(rep(), valued.evidence.id)
    assert account.differences == ()
    assert account.again.offer == valued.quote.priced.offer


async def test_sales_that_were_tampered_with_show_in_the_arv(database, book):
    ask = CompsAsk(1, FOUR, House(Decimal(1450)))
    valued = await Comparables(database, StandingClock()).enter(rep(), ask, RequestKey("view:V1", "hash"))
    sales = [dict(sale) | {"price": "900000.00"} for sale in valued.evidence.comps_json]
    await tamper(database, valued.evidence.id, comps_json=sales)
    (difference,) = (await book.account(rep(), valued.evidence.id)).differences
    assert difference.name == "ARV from the sales"
    assert difference.recorded != difference.again


async def test_sales_that_are_gone_are_said_and_break_nothing(database, book):
    ask = CompsAsk(1, FOUR, House(Decimal(1450)))
    valued = await Comparables(database, StandingClock()).enter(rep(), ask, RequestKey("view:V1", "hash"))
    await tamper(database, valued.evidence.id, comps_json=[])
    (difference,) = (await book.account(rep(), valued.evidence.id)).differences
    assert "At least two arm's-length sales" in difference.again


async def test_evidence_without_an_offer_is_reproduced_as_far_as_it_goes(database):
    await founded(database)
    await captured(database, repairs=None)
    ask = CompsAsk(1, FOUR, House(Decimal(1450)))
    valued = await Comparables(database, StandingClock()).enter(rep(), ask, RequestKey("view:V1", "hash"))
    account = await EvidenceBook(database).account(rep(), valued.evidence.id)
    assert (account.again, account.today, account.differences) == (None, None, ())
    assert account.evidence.open_because


@pytest.mark.parametrize("number", [0, 2, 10**18 - 1])
async def test_unknown_evidence_is_a_plain_sentence(book, number):
    with pytest.raises(EvidenceNotFound, match=f"There is no evidence E-{number} here"):
        await book.account(rep(), number)


async def test_another_workspaces_evidence_is_never_found(database, book):
    await founded(database, ELSEWHERE)
    with pytest.raises(EvidenceNotFound):
        await book.account(rep(ELSEWHERE), 1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    arv=st.decimals(1, 2_000_000, places=2),
    repairs=st.decimals(0, 300_000, places=2),
    months=st.none() | st.integers(0, 60),
    cost=st.none() | st.decimals(0, 50_000, places=2),
)
async def test_whatever_was_priced_is_reproduced(sqlite_url, arv, repairs, months, cost):
    database = Database(sqlite_url)
    await founded(database)
    ask = OfferAsk(arv, repairs, cost, None if months is None else str(months), "Hamilton ON")
    quote = await Offers(database, StandingClock()).quote(rep(), ask)
    account = await EvidenceBook(database).account(rep(), quote.evidence_id)
    await database.close()
    assert account.differences == ()
    assert account.again.offer == quote.priced.offer


async def test_a_row_from_before_today_without_market_is_read(database, book):
    values = {
        "province": "ON", "market": "ALL", "arv": Decimal("500000.00"), "repairs": Decimal("40000.00"),
        "fees_buffer": Decimal("0.00"), "mao": Decimal("310000.00"), "recommended_offer": Decimal("310000.00"),
        "comps_json": [], "assumptions_json": {"max_arv_multiplier": "0.7", "fees_buffer": "0", "assignment_fee": "0",
        "holding_per_month": "0", "rounding_step": "0.01", "policy_version": 7}, "lines": [], "policy_version": "ON/ALL v7",
        "created_by": "endpoint", "created_at": NOW,
    }  # fmt: skip
    number = await database.write(HERE, lambda tx: add_evidence(tx, values))
    account = await book.account(rep(), number)
    assert isinstance(account.again, PricedOffer)
    assert [each.name for each in account.differences] == ["number of lines"]
    assert recorded_price(account.evidence).policy.policy.version == 7
