"""Calls: the national do-not-call list and who is exempt from it, the age of the list, and our own list."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind, check_lists, may_contact
from domain.policy import Medium
from tests.domain.calendars import instant

NOON = instant("2026-11-24T17:00:00Z")
TORONTO = frozenset({"America/Toronto"})
CALL = ContactRequest(Medium.CALL, MessageKind.COMMERCIAL, "+14165550134", TORONTO)
FRESH = Lists(downloaded_on=date(2026, 11, 1))
LISTED = replace(FRESH, national=True)
NOT_LOADED = Lists()


def entry(kind: ConsentKind, on: str, **others: Any) -> ConsentEvent:
    return ConsentEvent(kind, date.fromisoformat(on), **others)


def contract(ended: str | None, **others: Any) -> ConsentEvent:
    return entry(ConsentKind.CONTRACT, "2020-01-10", ended_on=date.fromisoformat(ended) if ended else None, **others)


WRITTEN, ORAL = ConsentKind.EXPRESS_WRITTEN, ConsentKind.EXPRESS_ORAL
PURCHASE, INQUIRY = ConsentKind.PURCHASE, ConsentKind.INQUIRY

EXEMPT = [
    ("written consent", entry(WRITTEN, "2016-01-10")),
    ("spoken consent to calls", entry(ORAL, "2026-01-10", medium=Medium.CALL)),
    ("a purchase 18 months ago to the day", entry(PURCHASE, "2025-05-24")),
    ("an inquiry 6 months ago to the day", entry(INQUIRY, "2026-05-24")),
    ("an inquiry by text", entry(INQUIRY, "2026-11-01", medium=Medium.SMS)),
    ("a contract in force for years", contract(None)),
    ("a contract that ended 18 months ago to the day", contract("2025-05-24")),
    ("a contract over, made 18 months ago", entry(ConsentKind.CONTRACT, "2025-05-24", in_force=False)),
]
NOT_EXEMPT = [
    ("nothing", None),
    ("consent to texts alone", entry(WRITTEN, "2026-01-10", medium=Medium.SMS)),
    ("spoken consent that nobody can prove", entry(ORAL, "2026-01-10", has_evidence=False)),
    ("a box ticked beforehand", entry(WRITTEN, "2026-01-10", opt_in=False)),
    ("consent that a cold message asked for", entry(WRITTEN, "2026-01-10", requested_by_message=True)),
    ("consent dated tomorrow", entry(WRITTEN, "2026-11-25")),
    ("a purchase a day too old, though texts may still go", entry(PURCHASE, "2025-05-23")),
    ("a purchase dated tomorrow", entry(PURCHASE, "2026-11-25")),
    ("an inquiry a day too old", entry(INQUIRY, "2026-05-23")),
    ("a contract that ended a day too long ago", contract("2025-05-23")),
    ("a contract without evidence", contract(None, has_evidence=False)),
    ("a published number", entry(ConsentKind.PUBLICATION, "2026-11-01")),
    ("a business card", entry(ConsentKind.DISCLOSED, "2026-11-01")),
    ("a referral", entry(ConsentKind.REFERRAL, "2026-11-01", referrer="Ann Tremblay")),
    ("a START after a stop", entry(ConsentKind.START, "2026-11-01")),
]


@pytest.mark.parametrize("lists", [LISTED, NOT_LOADED, FRESH], ids=["listed", "no list", "not listed"])
@pytest.mark.parametrize("event", [event for _, event in EXEMPT], ids=[name for name, _ in EXEMPT])
def test_a_relation_or_consent_takes_a_number_out_of_the_national_list(event: ConsentEvent, lists: Lists) -> None:
    verdict = check_lists(CALL, [event], lists, at=NOON)

    assert (verdict.allowed, verdict.reason) == (True, "ok_list_exempt")
    assert "s.41.7" in (verdict.source or "")
    assert may_contact(CALL, [event], lists, at=NOON).allowed


@pytest.mark.parametrize("event", [event for _, event in NOT_EXEMPT], ids=[name for name, _ in NOT_EXEMPT])
def test_nothing_less_does(event: ConsentEvent | None) -> None:
    ledger = [event] if event else []

    assert check_lists(CALL, ledger, FRESH, at=NOON).reason == "ok_not_listed"
    for lists, reason in ((LISTED, "block_national_dncl"), (NOT_LOADED, "block_stale_list")):
        verdict = may_contact(CALL, ledger, lists, at=NOON)
        assert (verdict.allowed, verdict.reason, verdict.basis) == (False, reason, "law")


def test_businesses_are_exempt() -> None:
    assert check_lists(replace(CALL, kind=MessageKind.B2B), [], LISTED, at=NOON).reason == "ok_business_exempt"
    assert may_contact(replace(CALL, kind=MessageKind.B2B), [], LISTED, at=NOON).allowed


@pytest.mark.parametrize(
    ("downloaded", "reason"),
    [
        ("2026-11-24", "ok_not_listed"),
        ("2026-10-24", "ok_not_listed"),
        ("2026-10-23", "block_stale_list"),
        ("2026-11-25", "block_stale_list"),
    ],
    ids=["today", "31 days", "32 days", "tomorrow"],
)
def test_a_list_counts_for_31_days(downloaded: str, reason: str) -> None:
    verdict = may_contact(CALL, [], Lists(downloaded_on=date.fromisoformat(downloaded)), at=NOON)

    assert (verdict.allowed, verdict.reason) == (reason.startswith("ok_"), reason)


def test_a_listed_number_stays_listed_however_old_the_list() -> None:
    old = Lists(national=True, downloaded_on=date(2020, 1, 1))
    assert may_contact(CALL, [], old, at=NOON).reason == "block_national_dncl"


@pytest.mark.parametrize("lists", [LISTED, NOT_LOADED])
@pytest.mark.parametrize("medium", [Medium.SMS, Medium.EMAIL])
def test_the_lists_say_nothing_of_texts_and_e_mails(medium: Medium, lists: Lists) -> None:
    of, agreed = replace(CALL, medium=medium), [entry(WRITTEN, "2026-01-10")]
    own = replace(lists, internal_since=date(2026, 11, 1))

    assert check_lists(of, [], lists, at=NOON).reason == "ok_no_list"
    assert may_contact(of, agreed, own, at=NOON).reason == "ok_express"


@pytest.mark.parametrize("event", [event for _, event in EXEMPT], ids=[name for name, _ in EXEMPT])
def test_no_relation_counts_after_they_asked_not_to_be_called(event: ConsentEvent) -> None:
    own = replace(FRESH, internal_since=date(2026, 11, 24))
    asked = entry(ConsentKind.DO_NOT_CALL, "2026-11-24", medium=Medium.CALL)

    assert may_contact(CALL, [event], own, at=NOON).reason == "block_internal_dnc"
    assert may_contact(CALL, [event, asked], FRESH, at=NOON).reason == "block_internal_dnc"


def test_a_request_not_to_be_called_leaves_texts_alone() -> None:
    asked = entry(ConsentKind.DO_NOT_CALL, "2026-11-24", medium=Medium.CALL)
    text = replace(CALL, medium=Medium.SMS)

    assert may_contact(text, [entry(WRITTEN, "2026-01-10"), asked], FRESH, at=NOON).reason == "ok_express"


def test_a_later_consent_to_calls_lifts_a_request_but_not_our_own_list() -> None:
    asked = entry(ConsentKind.DO_NOT_CALL, "2026-11-01", medium=Medium.CALL)
    agreed = entry(ORAL, "2026-11-20", medium=Medium.CALL)

    assert may_contact(CALL, [asked, agreed], FRESH, at=NOON).reason == "ok_express"
    own = replace(FRESH, internal_since=date(2026, 11, 1))
    assert may_contact(CALL, [asked, agreed], own, at=NOON).reason == "block_internal_dnc"


def test_a_call_without_consent_rests_on_the_list_and_one_with_consent_on_that() -> None:
    assert may_contact(CALL, [], FRESH, at=NOON).reason == "ok_not_listed"
    assert may_contact(CALL, [entry(INQUIRY, "2026-11-01")], FRESH, at=NOON).reason == "ok_inquiry_6m"


def test_where_it_may_be_tomorrow_already_the_list_is_a_day_older() -> None:
    late = instant("2026-11-25T04:30:00Z")  # 23:30 in Toronto, 01:00 of the next day in St. John's
    lists = Lists(downloaded_on=date(2026, 10, 24))
    both = replace(CALL, zones=frozenset({"America/Toronto", "America/St_Johns"}))

    assert check_lists(CALL, [], lists, at=late).allowed
    assert check_lists(both, [], lists, at=late).reason == "block_stale_list"
