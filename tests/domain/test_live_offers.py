"""What may be done with an offer in each state, until when it is open, and what its amount means."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals import Stage
from domain.live_offers import (
    ACTIONS,
    AmountMissing,
    AmountNotPositive,
    CounterMissing,
    CounterNotPositive,
    ExpiryMissing,
    ExpiryPast,
    ExpiryTooFar,
    Fate,
    NoteTooLong,
    NothingToOffer,
    OfferAction,
    OfferNotLive,
    OffersOver,
    OfferState,
    PriceFigures,
    actions_for,
    amount_warning,
    check_priced,
    check_stage,
    checked_amount,
    checked_counter,
    checked_expiry,
    checked_note,
    expires_at,
    last_day,
    state_after,
    state_at,
)
from domain.zones import UnknownZone, zone
from tests.domain.calendars import ZONES

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
"""A Tuesday, 09:00 in Toronto."""
TORONTO, VANCOUVER = "America/Toronto", "America/Vancouver"
LIVE = {
    "counter": "countered",
    "accept": "accepted",
    "reject": "rejected",
    "withdraw": "withdrawn",
    "expire": "expired",
}
TABLE = {
    "drafted": {"present": "presented", "withdraw": "withdrawn"},
    "presented": LIVE,
    "countered": LIVE,
    "accepted": {},
    "rejected": {},
    "expired": {},
    "withdrawn": {},
}
FIGURES = PriceFigures(Decimal("300000.00"), Decimal("310000.00"), Decimal("10000.00"))


def at(state, when=None, by=None):
    return Fate(OfferState(state), when, by)


# States


def test_what_may_be_done_in_each_state_is_this_and_nothing_else():
    assert {state.value: {a.value: to.value for a, to in ways.items()} for state, ways in ACTIONS.items()} == TABLE
    assert set(ACTIONS) == set(OfferState)


@pytest.mark.parametrize("action", OfferAction)
@pytest.mark.parametrize("state", OfferState)
def test_an_action_leads_on_or_says_what_became_of_the_offer(state, action):
    after = TABLE[state].get(action)
    if after:
        assert state_after(action, at(state)) == after
    else:
        with pytest.raises(OfferNotLive, match=r"^This offer .*\. Nothing was changed\.$"):
            state_after(action, at(state))


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        (at("accepted", NOW, "Lee"), "was accepted by Lee on Tue 24 Nov 14:00"),
        (at("withdrawn", NOW), "was withdrawn on Tue 24 Nov 14:00"),
        (at("expired", NOW, "timetable"), "expired on Tue 24 Nov 14:00"),
        (at("drafted", NOW, "Dana"), "was drafted by Dana on Tue 24 Nov 14:00"),
        (at("countered"), "was countered"),
    ],
)
def test_what_became_of_an_offer_names_when_and_by_whom(fate, said):
    assert fate.text == said


def test_who_is_late_hears_what_the_first_one_did():
    with pytest.raises(OfferNotLive) as late:
        state_after(OfferAction.REJECT, at("accepted", NOW.astimezone(zone(TORONTO)), "Lee"))
    assert str(late.value) == "This offer was accepted by Lee on Tue 24 Nov 09:00. Nothing was changed."


@pytest.mark.parametrize("state", OfferState)
def test_an_offer_is_live_while_the_seller_has_it(state):
    assert state.is_live == (state in ("presented", "countered"))
    assert state.label == state.value.capitalize()


@pytest.mark.parametrize("stage", Stage)
def test_offers_are_decided_while_the_deal_is_a_draft_or_offered_and_taken_back_at_any_time(stage):
    early = stage in (Stage.DRAFT, Stage.OFFERED)
    for state, ways in TABLE.items():
        expected = [way for way in ways if early or way in ("withdraw", "expire")]
        assert list(actions_for(OfferState(state), stage)) == expected
    if early:
        check_stage(7, stage)
    else:
        with pytest.raises(OffersOver, match=f"^D-7 stands at {stage.label}. Offers are made"):
            check_stage(7, stage)


@pytest.mark.parametrize("state", OfferState)
@pytest.mark.parametrize(("ends_in", "is_over"), [(-1, True), (0, True), (1, False)])
def test_an_offer_is_over_at_the_very_instant_of_its_end(state, ends_in, is_over):
    end = NOW + timedelta(microseconds=ends_in)
    expected = OfferState.EXPIRED if state.is_live and is_over else state
    assert state_at(state, end, now=NOW) is expected


def test_an_offer_without_an_end_stays_what_it_is():
    assert state_at(OfferState.PRESENTED, None, now=NOW) is OfferState.PRESENTED


# Until when


@pytest.mark.parametrize(
    ("on", "zones", "end"),
    [
        (date(2026, 11, 27), [TORONTO], datetime(2026, 11, 28, 5, tzinfo=UTC)),
        (date(2026, 7, 3), [TORONTO], datetime(2026, 7, 4, 4, tzinfo=UTC)),
        (date(2026, 10, 31), [TORONTO], datetime(2026, 11, 1, 4, tzinfo=UTC)),  # the clock goes back that night, later
        (date(2026, 11, 1), [TORONTO], datetime(2026, 11, 2, 5, tzinfo=UTC)),  # a day of 25 hours
        (date(2027, 3, 14), [TORONTO], datetime(2027, 3, 15, 4, tzinfo=UTC)),  # a day of 23 hours
        (date(2026, 12, 31), ["America/St_Johns"], datetime(2027, 1, 1, 3, 30, tzinfo=UTC)),
        (date(2026, 12, 1), [VANCOUVER], datetime(2026, 12, 2, 7, tzinfo=UTC)),  # British Columbia stays at -7
        (date(2026, 11, 27), [TORONTO, VANCOUVER], datetime(2026, 11, 28, 7, tzinfo=UTC)),
        (date(2026, 11, 27), [], datetime(2026, 11, 28, 5, tzinfo=UTC)),
    ],
)
def test_an_offer_is_open_to_the_midnight_that_ends_the_day_in_the_latest_zone(on, zones, end):
    assert expires_at(on, zones) == end
    assert last_day(end, zones) == on


@given(on=st.dates(date(2026, 1, 1), date(2040, 12, 31)), zones=st.lists(st.sampled_from(ZONES), max_size=4))
def test_the_last_day_is_found_again_wherever_the_property_lies(on, zones):
    assert last_day(expires_at(on, zones), zones) == on


def test_a_zone_that_is_none_is_said():
    with pytest.raises(UnknownZone):
        expires_at(date(2026, 11, 27), ["Mars/Olympus"])


@pytest.mark.parametrize("days", [0, 1, 90])
def test_today_and_the_next_90_days_may_be_the_last_day(days):
    on = date(2026, 11, 24) + timedelta(days=days)
    assert checked_expiry(on, [TORONTO], now=NOW) == expires_at(on, [TORONTO])


def test_a_day_that_is_over_in_one_zone_and_not_in_another_may_still_be_chosen():
    late = datetime(2026, 11, 25, 5, 30, tzinfo=UTC)
    on = date(2026, 11, 24)
    assert checked_expiry(on, [TORONTO, VANCOUVER], now=late) == datetime(2026, 11, 25, 7, tzinfo=UTC)
    with pytest.raises(ExpiryPast):
        checked_expiry(on, [TORONTO], now=late)


def test_the_last_minute_of_a_day_still_counts_and_its_end_does_not():
    end = datetime(2026, 11, 25, 5, tzinfo=UTC)
    assert checked_expiry(date(2026, 11, 24), [TORONTO], now=end - timedelta(microseconds=1)) == end
    with pytest.raises(ExpiryPast) as past:
        checked_expiry(date(2026, 11, 24), [TORONTO], now=end)
    assert str(past.value).startswith("24 Nov 2026 is over where the property is: it is 25 Nov 2026 there.")
    assert past.value.field == "expires_on"


@pytest.mark.parametrize("on", [date(2027, 2, 23), date.max])
def test_a_day_that_lies_too_far_ahead_is_refused_with_the_latest_one(on):
    with pytest.raises(ExpiryTooFar, match=r"^An offer stays open for 90 days at most: until 22 Feb 2027\.$"):
        checked_expiry(on, [TORONTO], now=NOW)


def test_without_a_day_it_is_asked_for():
    with pytest.raises(ExpiryMissing):
        checked_expiry(None, [TORONTO], now=NOW)


# Amounts


def test_an_amount_is_given_and_above_zero():
    assert checked_amount(Decimal("0.01")) == checked_counter(Decimal("0.01")) == Decimal("0.01")
    for amount in (Decimal(0), Decimal("-0.01")):
        with pytest.raises(AmountNotPositive):
            checked_amount(amount)
        with pytest.raises(CounterNotPositive):
            checked_counter(amount)
    with pytest.raises(AmountMissing):
        checked_amount(None)
    with pytest.raises(CounterMissing):
        checked_counter(None)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            PriceFigures(Decimal(0), Decimal(-20_000), Decimal(10_000)),
            "E-5 leave nothing to offer: $30,000.00 is missing.",
        ),
        (PriceFigures(Decimal(0), Decimal(400), Decimal(0)), "E-5 leave nothing to offer. Such a price"),
    ],
)
def test_a_price_that_leaves_nothing_names_what_is_missing_where_it_is_known(figures, said):
    with pytest.raises(NothingToOffer) as nothing:
        check_priced(5, figures)
    assert said in str(nothing.value)


def test_a_price_above_zero_can_be_presented():
    check_priced(5, FIGURES)


@pytest.mark.parametrize(
    ("amount", "figures", "said"),
    [
        ("299999.99", FIGURES, None),
        ("300000", FIGURES, None),
        ("300000.01", FIGURES, "the assignment fee shrinks by $0.01 to $9,999.99."),
        ("304000", FIGURES, "$4,000.00 above the recommended offer: the assignment fee shrinks by $4,000.00 to $6,000.00."),
        ("310000", FIGURES, "the assignment fee shrinks by $10,000.00 to $0.00."),
        ("310000.01", FIGURES, "$0.01 above MAO: at the buyer's ceiling no assignment fee is left and $0.01 is lost."),
        ("300100", PriceFigures(Decimal(300_000), Decimal("310400"), Decimal(10_000)), "rounded down: the assignment fee stays whole."),
        ("300500", PriceFigures(Decimal(300_000), Decimal("310400"), Decimal(10_000)), "shrinks by $100.00 to $9,900.00."),
        ("310000", PriceFigures(Decimal(310_000), Decimal(310_000), Decimal(0)), None),
        ("315000", PriceFigures(Decimal(310_000), Decimal(310_000), Decimal(0)), "$5,000.00 above MAO"),
    ],
)  # fmt: skip
def test_an_amount_above_what_is_recommended_says_what_it_costs(amount, figures, said):
    warned = amount_warning(Decimal(amount), figures)
    assert (warned is None) if said is None else (said in warned)


def test_a_note_is_kept_without_the_spaces_around_it():
    assert checked_note(" by phone \n") == "by phone"
    assert checked_note(" " * 900 + "x" * 500) == "x" * 500
    with pytest.raises(NoteTooLong, match="The note has 501 characters; 500 fit"):
        checked_note("x" * 501)
