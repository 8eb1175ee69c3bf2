"""Hours on the wall clock, held against a look at every minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.policy import Medium, Rules
from domain.windows import (
    ALWAYS,
    WEEK,
    Hours,
    both,
    closed_because,
    difference,
    either,
    intersection,
    next_open,
    open_time,
    union,
    week_of,
    within,
)
from domain.zones import zone
from tests.domain.calendars import ZONES, instant, instants, rules, rules_of_any_kind, shows_open, zone_sets

MINUTE = timedelta(minutes=1)
DEFAULT = rules().hours(Medium.SMS)
spans = st.lists(
    st.tuples(st.integers(0, WEEK - 1), st.integers(0, 2 * 1440)).map(lambda s: (s[0], s[0] + s[1])), max_size=4
)


def minutes_of(some: list[tuple[int, int]]) -> set[int]:
    return {minute % WEEK for start, end in some for minute in range(start, end)}


def open_minutes(week: tuple[int, ...]) -> set[int]:
    return {minute for minute in range(WEEK) if within(week, minute)}


@settings(max_examples=20, deadline=None)
@given(spans, spans)
def test_weeks_are_sets_of_minutes(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    one, other = week_of(some), week_of(others)

    assert open_minutes(one) == minutes_of(some)
    assert open_minutes(union(one, other)) == minutes_of(some) | minutes_of(others)
    assert open_minutes(intersection(one, other)) == minutes_of(some) & minutes_of(others)
    assert open_minutes(difference(one, other)) == minutes_of(some) - minutes_of(others)
    assert list(one) == sorted(set(one))
    assert len(one) % 2 == 0


def test_a_span_over_the_end_of_the_week_goes_on_at_monday() -> None:
    assert week_of([(6 * 1440 + 1320, WEEK + 120)]) == (0, 120, 6 * 1440 + 1320, WEEK)
    assert week_of([(WEEK - 1, WEEK + 1)]) == (0, 1, WEEK - 1, WEEK)
    assert week_of([(WEEK - 1, WEEK)]) == (WEEK - 1, WEEK)


def test_hours_join_and_cut_their_holidays_and_days_as_well() -> None:
    one = Hours((0, 100), (), frozenset({0}))
    other = Hours((50, 150), (50, 150), frozenset({0, 1}))

    assert both(one, other) == Hours((50, 100), (), frozenset({0}))
    assert either(one, other) == Hours((0, 150), (50, 150), frozenset({0, 1}))


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 25, 8, 59, 59, 999_999, tzinfo=UTC), "outside_window"),
        (datetime(2026, 11, 25, 19, 59, 59, 999_999, tzinfo=UTC), None),
        (datetime(2026, 11, 25, 20, 0, tzinfo=UTC), "outside_window"),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), "weekend"),
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), "holiday"),
        (datetime(2026, 12, 25, 21, 0, tzinfo=UTC), "holiday"),
        (datetime(2026, 12, 26, 12, 0, tzinfo=UTC), "holiday"),
    ],
)
def test_a_closed_clock_has_a_reason(local: datetime, reason: str | None) -> None:
    resting = rules(holidays=True).hours(Medium.SMS)

    assert closed_because(resting, local, {date(2026, 12, 25), date(2026, 12, 26)}) == reason


@pytest.mark.parametrize(("at", "reason"), [(12, None), (21, "outside_window")])
def test_a_holiday_says_nothing_where_nobody_rests(at: int, reason: str | None) -> None:
    assert closed_because(DEFAULT, datetime(2026, 12, 25, at, tzinfo=UTC), {date(2026, 12, 25)}) == reason


@settings(max_examples=80, deadline=None)
@given(
    rules_of_any_kind,
    zone_sets(),
    instants(),
    st.sampled_from(Medium),
    st.integers(0, 999_999),
    st.frozensets(st.integers(0, 3), max_size=2),
)
@example(
    rules("0123456@0230-0500"),
    frozenset({"America/Toronto"}),
    instant("2026-03-08T06:00:00Z"),
    Medium.SMS,
    0,
    frozenset(),
)
@example(
    rules("0123456@0130-0230"),
    frozenset({"America/St_Johns"}),
    instant("2026-11-01T04:30:00Z"),
    Medium.SMS,
    0,
    frozenset(),
)
@example(
    rules("0123456@0130-0135"),
    frozenset({"America/Halifax"}),
    instant("2026-11-01T04:40:00Z"),
    Medium.SMS,
    1,
    frozenset(),
)
@example(
    rules("0123456@0000-2400"),
    frozenset({"America/Toronto"}),
    instant("2026-11-01T04:40:00Z"),
    Medium.SMS,
    1,
    frozenset(),
)
def test_the_next_opening_is_the_first_minute_that_a_scan_finds(
    some: Rules, names: frozenset[str], at: datetime, medium: Medium, microsecond: int, rest: frozenset[int]
) -> None:
    at = at.replace(microsecond=microsecond)
    until = at + timedelta(days=2, hours=12)
    holidays = {at.date() + timedelta(days=day) for day in rest}
    places = [zone(name) for name in names]

    def scan() -> datetime | None:
        moment = at
        while moment <= until:
            locals_ = [moment.astimezone(place) for place in places]
            if all(shows_open(some, medium, local, local.date() in holidays) for local in locals_):
                return moment
            moment = moment.replace(second=0, microsecond=0) + MINUTE
        return None

    found = next_open(at, zones=places, hours=some.hours(medium), holidays=holidays, until=until)

    assert found == scan()


@settings(max_examples=40, deadline=None)
@given(rules_of_any_kind, zone_sets(2), instants(), st.integers(0, 2000))
def test_open_time_is_the_number_of_open_minutes(some: Rules, names: frozenset[str], at: datetime, length: int) -> None:
    at = at.replace(second=0)
    places = [zone(name) for name in names]
    minutes = [at + MINUTE * passed for passed in range(length)]
    expected = sum(
        all(shows_open(some, Medium.SMS, minute.astimezone(place), False) for place in places) for minute in minutes
    )

    found = open_time(at, at + MINUTE * length, zones=places, hours=some.hours(Medium.SMS), holidays=())

    assert found == MINUTE * expected


def test_open_time_stops_when_it_is_enough() -> None:
    since = instant("2026-11-24T14:00:00Z")

    found = open_time(
        since, since + timedelta(days=3650), zones=[zone("America/Toronto")], hours=DEFAULT, holidays=(), enough=MINUTE
    )

    assert found == timedelta(hours=11)


def test_without_zones_the_plain_clock_counts() -> None:
    since = instant("2026-11-24T14:00:30Z")

    assert open_time(since, since + timedelta(days=2), zones=[], hours=ALWAYS, holidays=()) == timedelta(days=2)


def test_time_that_runs_backwards_is_no_time() -> None:
    since = instant("2026-11-24T14:00:30Z")

    assert open_time(since, since - MINUTE, zones=[zone("America/Toronto")], hours=ALWAYS, holidays=()) == timedelta()


@pytest.mark.parametrize("name", ZONES)
def test_every_opening_of_two_years_is_at_nine_on_a_weekday(name: str) -> None:
    place = zone(name)
    moment, openings, end = instant("2026-01-01T12:00:00Z"), 0, instant("2028-01-01T00:00:00Z")
    while moment < end:
        found = next_open(moment, zones=[place], hours=DEFAULT, holidays=(), until=moment + timedelta(days=14))
        assert found is not None
        local = found.astimezone(place)
        assert (local.hour, local.minute, local.second) == (9, 0, 0)
        assert local.weekday() < 5
        assert closed_because(DEFAULT, (found - timedelta(microseconds=1)).astimezone(place), ()) is not None
        closing = local.replace(hour=20, minute=0).astimezone(UTC)
        assert closed_because(DEFAULT, (closing - timedelta(microseconds=1)).astimezone(place), ()) is None
        assert closed_because(DEFAULT, closing.astimezone(place), ()) is not None
        moment, openings = closing, openings + 1

    assert openings in (521, 522, 523)
