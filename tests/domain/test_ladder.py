"""The ladder's steps land in lawful windows, in order and spaced; the measure counts open minutes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from timeit import repeat
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.ladder import FAST_LADDER, MAX_SPACING, SEED_LADDER, PlannedStep, Step, plan
from domain.policy import Medium, Policy, Rules, check_contact_window, check_legal_hours
from domain.zones import InstantWithoutZone, zone
from tests.domain.calendars import ZONES, instant, instants, rows, rules, rules_of_any_kind, zone_sets

TORONTO = frozenset({"America/Toronto"})


def shown(planned: list[PlannedStep], name: str = "America/Toronto") -> list[str]:
    return [f"{step.due_at.astimezone(zone(name)):%a %H:%M}" for step in planned]


def ladder(at: str, windows: str = "01234@0900-2000", **others: Any) -> list[PlannedStep]:
    holidays = others.pop("on", ())
    return plan(instant(at), zones=TORONTO, rules=rules(windows, **others), holidays=holidays)


@pytest.mark.parametrize("row", rows("ladder_plans.csv"), ids=lambda row: row["case_id"])
def test_a_plan_of_the_table_comes_out_as_it_says(row: Mapping[str, str]) -> None:
    windows = Rules.from_json({"contact_windows_local": json.loads(row["windows"]), "holidays": True})
    holidays = [date.fromisoformat(day) for day in json.loads(row["holidays"])]

    planned = plan(instant(row["created_utc"]), zones={row["tz"]}, rules=windows, holidays=holidays)

    assert [step.due_at for step in planned] == [instant(row[f"step{number}_local"]) for number in range(1, 7)]


def test_the_default_alternates_messages_and_calls_over_a_week() -> None:
    minutes = [step.delay // timedelta(minutes=1) for step in SEED_LADDER]

    assert minutes == [0, 30, 180, 1440, 4320, 10080]
    assert [step.medium for step in SEED_LADDER] == [Medium.SMS, Medium.CALL] * 3
    assert [step.number for step in SEED_LADDER] == [1, 2, 3, 4, 5, 6]


def test_the_fast_ladder_calls_after_five_minutes() -> None:
    assert [step.delay // timedelta(minutes=1) for step in FAST_LADDER] == [0, 5, 180, 1440, 4320, 10080]
    assert [step.medium for step in FAST_LADDER] == [Medium.SMS, Medium.CALL] * 3


def test_a_lead_of_friday_night_is_followed_from_monday_on() -> None:
    planned = ladder("2026-11-28T02:00:00Z")

    assert shown(planned) == ["Mon 09:00", "Mon 09:30", "Mon 12:00", "Tue 09:00", "Thu 09:00", "Mon 09:00"]
    assert [step.shift for step in planned] == [None] * 6
    assert [(step.step, step.medium) for step in planned] == [(step.number, step.medium) for step in SEED_LADDER]


@pytest.mark.parametrize(
    ("at", "due", "shifts"),
    [
        (
            "2026-11-25T22:59:59Z",
            ["Wed 17:59", "Wed 18:29", "Thu 09:00", "Thu 17:59", "Mon 09:00", "Wed 17:59"],
            [None, None, "outside window", None, "weekend", None],
        ),
        (
            "2026-11-26T00:50:00Z",
            ["Wed 19:50", "Thu 09:00", "Thu 11:00", "Thu 19:50", "Mon 09:00", "Wed 19:50"],
            [None, "outside window", "spacing", None, "weekend", None],
        ),
        (
            "2026-12-18T15:00:00Z",
            ["Fri 10:00", "Fri 10:30", "Fri 13:00", "Mon 09:00", "Mon 11:00", "Mon 09:00"],
            [None, None, None, "weekend", "spacing", "holiday"],
        ),
    ],
)
def test_a_shifted_step_says_why(at: str, due: list[str], shifts: list[str | None]) -> None:
    holidays = [date(2026, 12, 25)]

    planned = ladder(at, on=holidays, holidays=True)

    assert shown(planned) == due
    assert [step.shift for step in planned] == shifts


def test_a_day_that_the_ideal_misses_by_order_is_called_spacing() -> None:
    steps = (
        Step(1, timedelta(), Medium.SMS),
        Step(2, timedelta(days=1), Medium.SMS),
        Step(3, timedelta(days=1, minutes=30), Medium.SMS),
    )

    planned = plan(
        instant("2026-11-24T14:00:00Z"),
        zones=TORONTO,
        rules=rules(holidays=True),
        holidays=[date(2026, 11, 25)],
        steps=steps,
    )

    assert shown(planned) == ["Tue 09:00", "Thu 09:00", "Thu 09:30"]
    assert [step.shift for step in planned] == [None, "holiday", "spacing"]


def test_holidays_bind_only_the_media_that_rest() -> None:
    planned = ladder("2026-12-25T15:00:00Z", on=[date(2026, 12, 25)], holidays=["CALL"])

    assert shown(planned)[:3] == ["Fri 10:00", "Mon 09:00", "Mon 11:00"]
    assert [step.shift for step in planned][:3] == [None, "holiday", "spacing"]


def test_calls_keep_to_the_law_where_messages_may_go() -> None:
    planned = ladder("2026-11-25T04:00:00Z", "0123456@0000-2400")

    assert shown(planned)[:3] == ["Tue 23:00", "Wed 09:00", "Wed 11:00"]
    assert planned[1].shift == "outside window"


def test_each_medium_has_its_own_windows() -> None:
    some = Rules.from_json(
        {
            "contact_windows_local": [
                {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00", "media": ["SMS"]},
                {"days": [1, 3], "start": "13:00", "end": "15:00", "media": ["CALL"]},
            ]
        }
    )

    planned = plan(instant("2026-11-23T14:00:00Z"), zones=TORONTO, rules=some, holidays=())

    assert shown(planned) == ["Mon 09:00", "Tue 13:00", "Tue 15:00", "Thu 13:00", "Thu 15:00", "Tue 13:00"]


def test_steps_of_a_medium_that_is_never_open_are_left_out() -> None:
    planned = ladder("2026-11-23T14:00:00Z", channels_allowed=["CALL"])

    assert [step.step for step in planned] == [2, 4, 6]
    assert shown(planned) == ["Mon 09:30", "Tue 09:00", "Mon 09:00"]


def test_calls_in_hours_that_the_law_forbids_are_left_out() -> None:
    planned = ladder("2026-11-23T14:00:00Z", "0123456@0500-0800")

    assert [step.step for step in planned] == [1, 3, 5]


@pytest.mark.parametrize(
    ("zones", "some"),
    [
        ((), rules()),
        ({"Mars"}, rules()),
        ({"America/Toronto", "Mars"}, rules()),
        (TORONTO, None),
        (TORONTO, rules("")),
        (TORONTO, rules(channels_allowed=[])),
        (TORONTO, rules(channels_allowed=["EMAIL"])),
    ],
)
def test_without_zones_or_windows_nothing_is_planned(zones: Any, some: Rules | None) -> None:
    assert plan(instant("2026-11-23T14:00:00Z"), zones=zones, rules=some, holidays=()) == []


def test_zones_that_share_no_open_minute_plan_nothing() -> None:
    narrow = rules("0123456@0900-0930")

    assert (
        plan(instant("2026-11-23T14:00:00Z"), zones={"America/Toronto", "America/Vancouver"}, rules=narrow, holidays=())
        == []
    )


def test_no_steps_make_no_plan() -> None:
    assert plan(instant("2026-11-23T14:00:00Z"), zones=TORONTO, rules=rules(), holidays=(), steps=()) == []


def test_a_step_that_finds_no_opening_for_eight_weeks_is_left_out() -> None:
    resting = [date(2026, 11, 24) + timedelta(days=day) for day in range(120)]

    planned = ladder("2026-11-23T14:00:00Z", on=resting, holidays=["CALL"])

    assert [step.step for step in planned] == [1, 2, 3, 5]


def test_two_zones_are_waited_for_and_the_first_keeps_the_clock() -> None:
    planned = plan(
        instant("2026-11-24T14:00:00Z"), zones={"America/Vancouver", "America/Toronto"}, rules=rules(), holidays=()
    )

    assert shown(planned)[:4] == ["Tue 11:00", "Tue 11:30", "Tue 14:00", "Wed 11:00"]


def test_steps_out_of_order_keep_the_order_of_the_list() -> None:
    steps = (Step(1, timedelta(minutes=60), Medium.SMS), Step(2, timedelta(), Medium.SMS))

    planned = plan(instant("2026-11-24T14:00:00Z"), zones=TORONTO, rules=rules(), holidays=(), steps=steps)

    assert shown(planned) == ["Tue 10:00", "Tue 10:00"]
    assert planned[1].shift == "spacing"


@pytest.mark.parametrize(
    ("created", "gap_day"), [("2026-03-07T17:00:00Z", "Sun 12:00"), ("2026-10-31T16:00:00Z", "Sun 12:00")]
)
def test_a_day_later_is_the_same_time_on_the_clock_when_the_clocks_change(created: str, gap_day: str) -> None:
    assert shown(ladder(created, "0123456@0900-2000"))[3] == gap_day


def test_a_day_later_in_the_skipped_hour_is_just_after_it() -> None:
    steps = (Step(1, timedelta(days=1), Medium.SMS),)

    planned = plan(
        instant("2026-03-07T07:30:00Z"), zones=TORONTO, rules=rules("0123456@0000-2400"), holidays=(), steps=steps
    )

    assert shown(planned) == ["Sun 03:30"]
    assert planned[0].shift is None


def test_a_creation_without_zone_is_refused() -> None:
    with pytest.raises(InstantWithoutZone):
        plan(datetime(2026, 11, 24, 9), zones=TORONTO, rules=rules(), holidays=())  # noqa: DTZ001 - the case


steps_of_any_kind = st.lists(
    st.tuples(st.sampled_from([0, 5, 30, 121, 180, 1440, 1500, 4320, 10080]), st.sampled_from(Medium)),
    min_size=1,
    max_size=7,
).map(
    lambda rungs: tuple(
        Step(number, timedelta(minutes=minutes), medium)
        for number, (minutes, medium) in enumerate(sorted(rungs, key=lambda rung: rung[0]), 1)
    )
)


@settings(max_examples=120, deadline=None)
@given(
    instants(),
    zone_sets(),
    rules_of_any_kind,
    st.one_of(st.just(SEED_LADDER), st.just(FAST_LADDER), steps_of_any_kind),
    st.frozensets(st.integers(0, 8), max_size=4),
)
@example(instant("2026-03-07T07:30:00Z"), TORONTO, rules("0123456@0230-0500"), SEED_LADDER, frozenset())
def test_every_planned_step_is_allowed_in_order_and_spaced(
    created_at: datetime, names: frozenset[str], some: Rules, steps: tuple[Step, ...], rest: frozenset[int]
) -> None:
    holidays = {created_at.date() + timedelta(days=day) for day in rest}
    row = Policy("ON", "ALL", True, some, 1)

    planned = plan(created_at, zones=names, rules=some, holidays=holidays, steps=steps)

    delays = {step.number: step.delay for step in steps}
    for step in planned:
        due = step.due_at
        assert check_contact_window(row, zones=names, at=due, medium=step.medium, holidays=holidays).allowed
        assert check_legal_hours(step.medium, zones=names, at=due).allowed
        assert step.due_at >= step.ideal_at
        assert (step.shift is None) is (step.due_at == step.ideal_at)
    for before, after in pairwise(planned):
        gap = min(delays[after.step] - delays[before.step], MAX_SPACING)
        assert after.step > before.step
        assert after.due_at - before.due_at >= gap
        if after.shift is not None and after.shift != "spacing":
            earlier = check_contact_window(row, zones=names, at=after.ideal_at, medium=after.medium, holidays=holidays)
            lawful = check_legal_hours(after.medium, zones=names, at=after.ideal_at)
            assert not (earlier.allowed and lawful.allowed)


@pytest.mark.parametrize("name", ZONES)
def test_a_lead_of_any_day_of_two_years_is_followed_at_its_own_hour(name: str) -> None:
    place, every_day = zone(name), rules("0123456@0900-2000")
    for day in range(730):
        on = date(2026, 1, 1) + timedelta(days=day)
        created_at = datetime(on.year, on.month, on.day, 10, 15, tzinfo=place)

        planned = plan(created_at, zones={name}, rules=every_day, holidays=())

        locals_ = [step.due_at.astimezone(place) for step in planned]
        assert [(local.hour, local.minute) for local in locals_] == [(10, 15), (10, 45), (13, 15)] + [(10, 15)] * 3
        assert [(local.date() - on).days for local in locals_] == [0, 0, 0, 1, 3, 7]


def test_a_plan_is_made_in_microseconds() -> None:
    some, created_at = rules(holidays=True), instant("2026-11-28T02:00:00Z")
    holidays = frozenset({date(2026, 12, 25)})

    def make() -> None:
        plan(created_at, zones=TORONTO, rules=some, holidays=holidays)

    # 60 microseconds on a laptop core; the limit leaves room for a busy machine and catches a scan of minutes.
    assert min(repeat(make, number=20, repeat=10)) / 20 < 800e-6


def test_a_plan_of_values_changes_none_of_them() -> None:
    planned = ladder("2026-11-28T02:00:00Z")

    assert replace(planned[0], shift="weekend") != planned[0]
    assert ladder("2026-11-28T02:00:00Z") == planned
