"""Months as the Interpretation Act counts them, on the recipient's own date, and the words for what lapses when."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind, may_contact
from domain.consent import event_words as words
from domain.consent import lapses_on as lapses
from domain.consent_dates import last_day_within, local_dates, months_before
from domain.policy import Medium
from tests.domain.calendars import instant

TORONTO, NEWFOUNDLAND, PACIFIC = "America/Toronto", "America/St_Johns", "America/Vancouver"
INQUIRY, PURCHASE, CONTRACT = ConsentKind.INQUIRY, ConsentKind.PURCHASE, ConsentKind.CONTRACT


@pytest.mark.parametrize(
    ("sent", "months", "first"),
    [
        ("2026-11-24", 6, "2026-05-24"),
        ("2026-01-15", 24, "2024-01-15"),
        ("2026-08-31", 6, "2026-02-28"),
        ("2026-08-28", 6, "2026-02-28"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2026-12-31", 6, "2026-06-30"),
        ("2026-06-30", 6, "2025-12-30"),
        ("2028-02-29", 24, "2026-02-28"),
        ("2026-02-28", 24, "2024-02-28"),
        ("2026-05-31", 18, "2024-11-30"),
        ("2026-01-01", 1, "2025-12-01"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("0001-05-31", 6, "0001-01-01"),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_months_last(sent: str, months: int, first: str) -> None:
    assert months_before(date.fromisoformat(sent), months) == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("on", "months", "last"),
    [
        ("2026-11-14", 6, "2027-05-14"),
        ("2026-02-28", 6, "2026-08-31"),
        ("2026-02-27", 6, "2026-08-27"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2026-02-28", 24, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-06-30", 6, "2026-12-31"),
        ("9999-12-31", 6, "9999-12-31"),
        ("9999-06-30", 6, "9999-12-31"),
    ],
)
def test_the_last_day_is_the_one_after_which_counting_back_no_longer_reaches(on: str, months: int, last: str) -> None:
    assert last_day_within(date.fromisoformat(on), months) == date.fromisoformat(last)


@given(on=st.dates(date(1, 1, 1), date(9990, 1, 1)), months=st.sampled_from([6, 18, 24]), days=st.integers(-3, 3))
def test_the_last_day_and_counting_back_agree(on: date, months: int, days: int) -> None:
    last = last_day_within(on, months)
    sent = last + timedelta(days=days)

    assert (months_before(sent, months) <= on) == (sent <= last)


def answer(event: ConsentEvent, at: datetime, *zones: str, medium: Medium = Medium.SMS) -> str:
    request = ContactRequest(medium, MessageKind.COMMERCIAL, "+14165550134", frozenset(zones))
    return may_contact(request, [event], Lists(), at=at).reason


@pytest.mark.parametrize(
    ("kind", "others", "first", "source"),
    [
        (INQUIRY, {}, "2026-05-24", "s.10(10)(e)"),
        (PURCHASE, {}, "2024-11-24", "s.10(10)(a)"),
        (CONTRACT, {"in_force": False}, "2024-11-24", "s.10(10)(d)"),
    ],
)
def test_a_relation_counts_on_its_last_day_and_not_on_the_next(
    kind: ConsentKind, others: dict[str, Any], first: str, source: str
) -> None:
    event = ConsentEvent(kind, date.fromisoformat(first), **others)
    today, tomorrow = instant("2026-11-24T17:00:00Z"), instant("2026-11-25T17:00:00Z")
    request = ContactRequest(Medium.EMAIL, MessageKind.COMMERCIAL, "ann@example.com", frozenset({TORONTO}))

    allowed = may_contact(request, [event], Lists(), at=today)
    assert allowed.allowed
    assert source in (allowed.source or "")
    assert lapses(event) == date(2026, 11, 24)
    lapsed = may_contact(request, [event], Lists(), at=tomorrow)
    assert (lapsed.allowed, lapsed.reason) == (False, f"block_expired_{kind.value}")
    assert "lapses 24 Nov 2026" in lapsed.sentence


@pytest.mark.parametrize(
    ("zones", "reason"),
    [
        ([TORONTO], "ok_inquiry_6m"),
        ([NEWFOUNDLAND], "block_expired_inquiry"),
        ([TORONTO, NEWFOUNDLAND], "block_expired_inquiry"),
        ([PACIFIC, TORONTO, NEWFOUNDLAND], "block_expired_inquiry"),
        ([], "ok_inquiry_6m"),
        (["Mars/Olympus"], "ok_inquiry_6m"),
    ],
)
def test_where_they_may_be_in_several_zones_the_latest_date_of_the_message_counts(
    zones: list[str], reason: str
) -> None:
    late = instant("2026-11-25T04:30:00Z")  # 23:30 in Toronto, 01:00 of the next day in St. John's
    assert answer(ConsentEvent(INQUIRY, date(2026, 5, 24)), late, *zones) == reason


@pytest.mark.parametrize(
    ("zones", "reason"),
    [
        ([NEWFOUNDLAND], "ok_inquiry_6m"),
        ([TORONTO], "block_expired_inquiry"),
        ([TORONTO, NEWFOUNDLAND], "block_expired_inquiry"),
    ],
)
def test_where_they_may_be_in_several_zones_the_earliest_date_of_the_inquiry_counts(
    zones: list[str], reason: str
) -> None:
    asked_at = instant("2026-05-24T03:30:00Z")  # 01:00 in St. John's, 23:30 of the day before in Toronto
    assert answer(ConsentEvent(INQUIRY, asked_at), instant("2026-11-24T17:00:00Z"), *zones) == reason


@pytest.mark.parametrize(
    ("zones", "reason"),
    [
        ([NEWFOUNDLAND], "ok_express"),
        ([TORONTO], "block_bad_record"),
        ([TORONTO, NEWFOUNDLAND], "block_bad_record"),
    ],
)
def test_a_consent_of_today_counts_once_it_is_today_wherever_they_may_be(zones: list[str], reason: str) -> None:
    late = instant("2026-11-25T04:30:00Z")  # 23:30 in Toronto, 01:00 of the next day in St. John's
    assert answer(ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2026, 11, 25)), late, *zones) == reason


@pytest.mark.parametrize("kind", [INQUIRY, PURCHASE])
def test_only_a_contract_has_an_end_from_which_its_term_runs(kind: ConsentKind) -> None:
    event = ConsentEvent(kind, date(2020, 1, 10), ended_on=date(2026, 11, 1))

    assert answer(event, instant("2026-11-24T17:00:00Z"), TORONTO) == f"block_expired_{kind.value}"
    assert (lapses(event) or date.max) < date(2026, 11, 1)


def test_a_date_stands_for_itself_and_an_instant_for_every_date_that_it_may_be() -> None:
    at = instant("2026-11-25T04:30:00Z")

    assert local_dates(date(2026, 5, 24), [TORONTO]) == (date(2026, 5, 24), date(2026, 5, 24))
    assert local_dates(at, [TORONTO, NEWFOUNDLAND, PACIFIC]) == (date(2026, 11, 24), date(2026, 11, 25))
    assert local_dates(at, []) == (date(2026, 11, 24), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (ConsentEvent(INQUIRY, date(2026, 11, 14)), "inquiry of 14 Nov 2026, lapses 14 May 2027"),
        (ConsentEvent(INQUIRY, instant("2026-11-15T02:00:00Z")), "inquiry of 14 Nov 2026, lapses 14 May 2027"),
        (ConsentEvent(PURCHASE, date(2024, 2, 29)), "purchase of 29 Feb 2024, lapses 28 Feb 2026"),
        (ConsentEvent(CONTRACT, date(2026, 1, 9)), "contract of 9 Jan 2026"),
        (
            ConsentEvent(CONTRACT, date(2024, 1, 9), ended_on=date(2025, 3, 1)),
            "contract that ended 1 Mar 2025, lapses 1 Mar 2027",
        ),
        (ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2026, 1, 10)), "written consent of 10 Jan 2026"),
        (
            ConsentEvent(ConsentKind.TRANSITIONAL, date(2014, 6, 1)),
            "consent carried over in 2014 of 1 Jun 2014, lapses 30 Jun 2017",
        ),
        (ConsentEvent(ConsentKind.STOP, instant("2026-11-20T15:00:00Z")), "STOP of 20 Nov 2026"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_entry_is_said_in_words_with_its_last_day(event: ConsentEvent, said: str) -> None:
    assert words(event) == said


@pytest.mark.parametrize(
    "kind", [kind for kind in ConsentKind if kind not in (INQUIRY, PURCHASE, ConsentKind.TRANSITIONAL)]
)
def test_what_does_not_lapse_by_itself_has_no_last_day(kind: ConsentKind) -> None:
    assert lapses(ConsentEvent(kind, date(2026, 1, 10))) is None
