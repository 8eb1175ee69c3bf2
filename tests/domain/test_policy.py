"""Windows, legal hours and overrides: the cases of the table, and what must hold for all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from timeit import repeat
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.holiday import PROVINCES
from domain.policy import (
    HORIZON,
    Medium,
    Policy,
    Rules,
    RulesInvalid,
    check_contact_window,
    check_legal_hours,
    effective_policy,
    holidays_of,
)
from domain.zones import InstantWithoutZone, zone
from tests.domain.calendars import (
    ZONES,
    instant,
    instants,
    policy,
    rows,
    rules,
    rules_json,
    rules_of_any_kind,
    zone_sets,
)

TORONTO = frozenset({"America/Toronto"})
NOON = instant("2026-11-25T17:00:00Z")


def table_policies(row: Mapping[str, str]) -> list[Policy]:
    if not row["windows"]:
        return []
    try:
        read = Rules.from_json(rules_json(row["windows"], holidays=row["rests"] == "true"))
    except RulesInvalid:
        read = None
    return [Policy(code, "ALL", row["enabled"] == "true", read) for code in (*PROVINCES, "ANY")]


def table_holidays(province: str, at: datetime) -> Mapping[date, str]:
    if province not in PROVINCES:
        return {}
    years = (at.year - 1, at.year, at.year + 1)
    return dict(chain.from_iterable(holidays_of(province, year).items() for year in years))


@pytest.mark.parametrize("row", rows("contact_windows.csv"), ids=lambda row: row["case"])
def test_a_case_of_the_table_is_judged_as_it_says(row: Mapping[str, str]) -> None:
    at = instant(row["at"])
    names = ZONES if row["zones"] == "CANADA" else [name for name in row["zones"].split(";") if name]
    found = effective_policy(table_policies(row), row["province"], row["market"])

    verdict = check_contact_window(
        found, zones=names, at=at, medium=Medium[row["medium"]], holidays=table_holidays(row["province"], at)
    )

    assert verdict.allowed is (row["allowed"] == "true")
    assert verdict.reason == row["reason"]
    assert verdict.next_open_at == (instant(row["next_open_at"]) if row["next_open_at"] else None)


@pytest.mark.parametrize(
    ("given_policy", "zones", "medium", "reason"),
    [
        (None, TORONTO, Medium.SMS, "no_policy"),
        (None, (), Medium.SMS, "no_policy"),
        (Policy("ON", "ALL", False, rules(), 1), TORONTO, Medium.SMS, "disabled"),
        (Policy("ON", "ALL", False, None, 1), (), Medium.SMS, "disabled"),
        (Policy("ON", "ALL", True, None, 1), TORONTO, Medium.SMS, "invalid_rules"),
        (Policy("ON", "ALL", True, {}, 1), TORONTO, Medium.SMS, "invalid_rules"),  # type: ignore[arg-type]  # a careless caller
        (policy(channels_allowed=["EMAIL"]), TORONTO, Medium.SMS, "medium_not_allowed"),
        (policy(channels_allowed=[]), TORONTO, Medium.EMAIL, "medium_not_allowed"),
        (policy(), TORONTO, "SMS", "medium_not_allowed"),
        (policy(""), TORONTO, Medium.SMS, "no_windows"),
        (policy("0@0900-0900"), TORONTO, Medium.SMS, "no_windows"),
        (policy(), (), Medium.SMS, "no_zone"),
        (policy(), {"America/Torontoo"}, Medium.SMS, "unknown_zone"),
        (policy(), {"America/Toronto", "Mars"}, Medium.SMS, "unknown_zone"),
        (policy(), {"America/Toronto", None}, Medium.SMS, "unknown_zone"),
        (policy(), "America/Toronto", Medium.SMS, "unknown_zone"),
    ],
)
def test_what_is_missing_or_odd_blocks_at_noon_on_a_wednesday(
    given_policy: Policy | None, zones: Any, medium: Any, reason: str
) -> None:
    verdict = check_contact_window(given_policy, zones=zones, at=NOON, medium=medium, holidays=())

    assert (verdict.allowed, verdict.reason, verdict.next_open_at) == (False, reason, None)
    assert verdict.basis == "policy"
    assert verdict.sentence.startswith("Blocked: ")
    assert verdict.sentence.endswith(".")


def test_a_blocked_answer_still_shows_the_clocks_that_are_known() -> None:
    verdict = check_contact_window(None, zones=["America/Toronto", "Mars"], at=NOON, medium=Medium.SMS, holidays=())

    assert verdict.local_times == {"America/Toronto": NOON}
    assert str(verdict.local_times["America/Toronto"]) == "2026-11-25 12:00:00-05:00"


@pytest.mark.parametrize(
    ("at", "zones", "holidays", "sentence"),
    [
        ("2026-11-25T17:00:00Z", TORONTO, (), "Open: it is 12:00 in America/Toronto."),
        ("2026-11-25T01:14:00Z", TORONTO, (), "Outside the window: it is 20:14 in America/Toronto; open Wed 09:00."),
        (
            "2026-11-28T17:00:00Z",
            TORONTO,
            (),
            "Closed at the weekend: it is Sat 12:00 in America/Toronto; open Mon 09:00.",
        ),
        (
            "2026-11-25T14:30:00Z",
            {"America/Toronto", "America/Vancouver"},
            (),
            "Outside the window: it is 07:30 in America/Vancouver; open Wed 09:00.",
        ),
        (
            "2026-11-25T17:00:00Z",
            TORONTO,
            [date(2026, 11, 25)],
            "Closed on a holiday: it is Wed 12:00 in America/Toronto; open Thu 09:00.",
        ),
        (
            "2026-12-25T17:00:00Z",
            TORONTO,
            holidays_of("ON", 2026),
            "Closed for Christmas Day: it is Fri 12:00 in America/Toronto; open Tue 09:00.",
        ),
        (
            "2026-11-25T17:00:00Z",
            TORONTO,
            [date(2026, 11, 25) + timedelta(days=day) for day in range(8)],
            "Closed on a holiday: it is Wed 12:00 in America/Toronto; open Thu 3 Dec 09:00.",
        ),
        (
            "2026-11-25T17:00:00Z",
            TORONTO,
            [date(2026, 11, 25) + timedelta(days=day) for day in range(20)],
            "Closed on a holiday: it is Wed 12:00 in America/Toronto; nothing opens within 14 days.",
        ),
    ],
)
def test_a_verdict_says_itself_to_a_person(at: str, zones: Any, holidays: Any, sentence: str) -> None:
    verdict = check_contact_window(
        policy(holidays=True), zones=zones, at=instant(at), medium=Medium.SMS, holidays=holidays
    )

    assert verdict.sentence == sentence


def test_a_holiday_binds_only_the_media_that_rest() -> None:
    christmas, bc = instant("2026-12-25T20:00:00Z"), Policy("BC", "ALL", True, rules(holidays=["CALL"]), 4)

    def ask(medium: Medium) -> bool:
        days = holidays_of("BC", 2026)
        return check_contact_window(bc, zones={"America/Vancouver"}, at=christmas, medium=medium, holidays=days).allowed

    assert [ask(medium) for medium in Medium] == [True, False, True]


def test_a_refusal_names_the_row_it_rests_on() -> None:
    row = Policy("BC", "Vancouver", True, rules(), 4)

    verdict = check_contact_window(
        row, zones={"America/Vancouver"}, at=instant("2026-11-25T04:00:00Z"), medium=Medium.SMS, holidays=()
    )

    assert (verdict.basis, verdict.source) == ("policy", "contact policy of BC/Vancouver, version 4")


def test_a_yes_has_no_basis_and_no_next_opening() -> None:
    verdict = check_contact_window(policy(), zones=TORONTO, at=NOON, medium=Medium.SMS, holidays=())

    assert (verdict.allowed, verdict.basis, verdict.source, verdict.next_open_at) == (True, None, None, None)


def test_an_instant_may_come_in_any_zone_but_not_without() -> None:
    local = datetime(2026, 11, 25, 12, tzinfo=zone("America/Toronto"))

    assert check_contact_window(policy(), zones=TORONTO, at=local, medium=Medium.SMS, holidays=()).allowed
    with pytest.raises(InstantWithoutZone):
        check_contact_window(policy(), zones=TORONTO, at=local.replace(tzinfo=None), medium=Medium.SMS, holidays=())
    with pytest.raises(InstantWithoutZone):
        check_legal_hours(Medium.CALL, zones=TORONTO, at=local.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("local", "allowed"),
    [
        ("2026-11-25T08:59:59", False),
        ("2026-11-25T09:00:00", True),
        ("2026-11-25T21:29:59", True),
        ("2026-11-25T21:30:00", False),
        ("2026-11-28T09:59:59", False),
        ("2026-11-28T10:00:00", True),
        ("2026-11-29T17:59:59", True),
        ("2026-11-29T18:00:00", False),
        ("2026-12-25T12:00:00", True),
    ],
)
@pytest.mark.parametrize("name", ["America/Toronto", "America/Vancouver", "America/St_Johns"])
def test_the_law_lets_calls_start_in_the_consumers_day(name: str, local: str, allowed: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=zone(name))

    verdict = check_legal_hours(Medium.CALL, zones={name}, at=at)

    assert verdict.allowed is allowed
    if not allowed:
        assert verdict.basis == "law"
        assert verdict.source == "CRTC Unsolicited Telecommunications Rules, Part III, rule 23"
        assert verdict.sentence.startswith("Outside the legal calling hours: it is ")
        assert verdict.next_open_at is not None


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.EMAIL])
def test_no_law_sets_hours_for_messages(medium: Medium) -> None:
    verdict = check_legal_hours(medium, zones=(), at=instant("2026-11-29T08:00:00Z"))

    assert (verdict.allowed, verdict.reason, verdict.basis) == (True, "in_window", None)
    assert verdict.sentence.startswith("No law sets hours for ")


@pytest.mark.parametrize(
    ("zones", "medium", "reason"),
    [
        ((), Medium.CALL, "no_zone"),
        (["Mars"], Medium.CALL, "unknown_zone"),
        ((), "CALL", "no_zone"),
        ((), None, "no_zone"),
    ],
)
def test_a_call_whose_hours_cannot_be_known_is_blocked_by_law(zones: Any, medium: Any, reason: str) -> None:
    verdict = check_legal_hours(medium, zones=zones, at=NOON)

    assert (verdict.allowed, verdict.reason, verdict.basis, verdict.next_open_at) == (False, reason, "law", None)


def test_a_call_must_be_lawful_in_every_zone() -> None:
    nine_in_toronto = instant("2026-11-25T14:00:00Z")

    verdict = check_legal_hours(Medium.CALL, zones={"America/Toronto", "America/Vancouver"}, at=nine_in_toronto)

    assert not verdict.allowed
    assert verdict.next_open_at == instant("2026-11-25T16:00:00Z")


ROWS = [
    Policy("ON", "ALL", True, rules(), 1),
    Policy("ON", "Toronto", True, rules(), 2),
    Policy("ON", "Ottawa", False, rules(), 3),
    Policy("QC", "ALL", True, rules(), 4),
    Policy("QC", "Montreal", True, rules(), 5),
    Policy("QC", "Montreal", True, rules(), 4),
    Policy("NL", "ALL", True, rules(), 6),
    Policy("NL", "St. John's", True, rules(), 7),
]


@pytest.mark.parametrize(
    ("province", "market", "version"),
    [
        ("ON", "Toronto", 2),
        ("ON", "TORONTO", 2),
        ("on", "toronto ", 2),
        ("Ontario", "Toronto", 2),
        ("ON", "ALL", 1),
        ("ON", None, 1),
        ("ON", "", 1),
        ("ON", "Atlantis", 1),
        ("ON", "Montreal", 1),
        ("ON", "Ottawa", 3),
        ("QC", "Montréal", 5),
        ("Québec", "MONTREAL", 5),
        ("quebec", "ALL", 4),
        ("NL", "ST_JOHNS", 7),
        ("NL", "St Johns", 7),
        ("Terre-Neuve-et-Labrador", "all", 6),
        ("BC", "Vancouver", None),
        ("ZZ", "Toronto", None),
        ("Ontari", "ALL", None),
        ("", "Toronto", None),
        (None, "Toronto", None),
        (None, None, None),
    ],
)
def test_the_row_of_a_place_is_its_market_then_its_province(
    province: str | None, market: str | None, version: int | None
) -> None:
    found = effective_policy(ROWS, province, market)

    assert (found.version if found else None) == version


def test_without_rows_nothing_holds() -> None:
    assert effective_policy([], "ON", "Toronto") is None


@settings(max_examples=100, deadline=None)
@given(rules_of_any_kind, zone_sets(), instants(), st.sampled_from(Medium))
def test_an_answer_agrees_with_its_next_opening(
    some: Rules, names: frozenset[str], at: datetime, medium: Medium
) -> None:
    row = Policy("ON", "ALL", True, some, 1)
    holidays = {at.date() + timedelta(days=1)}

    verdict = check_contact_window(row, zones=names, at=at, medium=medium, holidays=holidays)

    assert set(verdict.local_times) == names
    assert all(local.astimezone(UTC) == at for local in verdict.local_times.values())
    assert verdict.allowed is (verdict.reason == "in_window")
    if verdict.next_open_at is not None:
        then, just_before = verdict.next_open_at, verdict.next_open_at - timedelta(microseconds=1)
        assert not verdict.allowed
        assert at < then <= at + HORIZON
        assert then.tzinfo is UTC
        assert check_contact_window(row, zones=names, at=then, medium=medium, holidays=holidays).allowed
        assert not check_contact_window(row, zones=names, at=just_before, medium=medium, holidays=holidays).allowed


def test_an_open_window_is_answered_in_microseconds() -> None:
    row, holidays = policy(), frozenset(holidays_of("ON", 2026))

    def ask() -> None:
        check_contact_window(row, zones=TORONTO, at=NOON, medium=Medium.SMS, holidays=holidays)

    # 6 microseconds on a laptop core; the limit leaves room for a busy machine and catches a scan.
    assert min(repeat(ask, number=200, repeat=10)) / 200 < 60e-6
