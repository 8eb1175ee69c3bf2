"""A ladder that rested goes on from now: in order, as far apart as before, in lawful windows."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ladder import MAX_SPACING, PAUSE, PlannedStep, late_at, minutes_late, opening_for, plan, replan
from domain.policy import Medium, Rules, lawful_hours
from domain.windows import next_open, open_time
from domain.zones import zone
from tests.domain.calendars import instant, instants, rules, rules_of_any_kind, zone_sets
from tests.domain.test_ladder import TORONTO, ladder, shown
from tests.domain.test_ladder_sla import task, toronto

SMS, CALL = Medium.SMS, Medium.CALL


def again(steps: list[PlannedStep], now: str, some: Rules | None = None) -> list[PlannedStep]:
    return replan(steps, instant(now), zones=TORONTO, rules=some or rules(), holidays=())


def test_what_fell_into_the_pause_begins_now_as_far_apart_as_before() -> None:
    steps = ladder("2026-11-24T14:00:00Z")
    assert shown(steps) == ["Tue 09:00", "Tue 09:30", "Tue 12:00", "Wed 09:00", "Fri 09:00", "Tue 09:00"]

    moved = again(steps, "2026-11-24T18:00:00Z")

    assert shown(moved) == ["Tue 13:00", "Tue 13:30", "Tue 15:30", "Wed 09:00", "Fri 09:00", "Tue 09:00"]
    assert [step.shift for step in moved] == [PAUSE] * 3 + [None] * 3
    assert [step.ideal_at for step in moved] == [step.ideal_at for step in steps]


def test_a_pause_that_ends_at_night_goes_on_in_the_morning_and_pushes_what_comes_too_close() -> None:
    moved = again(ladder("2026-11-24T14:00:00Z"), "2026-11-25T02:00:00Z")

    assert shown(moved)[:4] == ["Wed 09:00", "Wed 09:30", "Wed 11:30", "Wed 13:30"]
    assert shown(moved)[4:] == ["Fri 09:00", "Tue 09:00"]


def test_a_short_pause_moves_nothing_that_is_still_to_come() -> None:
    steps = ladder("2026-11-24T14:00:00Z")[2:]

    assert again(steps, "2026-11-24T14:10:00Z") == steps


def test_without_rules_zones_or_a_mediums_windows_nothing_is_planned_again() -> None:
    steps = ladder("2026-11-24T14:00:00Z")

    assert replan(steps, instant("2026-11-24T18:00:00Z"), zones=(), rules=rules(), holidays=()) == []
    assert replan(steps, instant("2026-11-24T18:00:00Z"), zones=TORONTO, rules=None, holidays=()) == []
    only_texts = again(steps, "2026-11-24T18:00:00Z", rules(channels_allowed=["SMS"]))
    assert [step.step for step in only_texts] == [1, 3, 5]


@settings(max_examples=80, deadline=None)
@given(instants(), zone_sets(), rules_of_any_kind, st.integers(0, 12 * 24 * 60))
def test_every_step_of_a_ladder_that_goes_on_is_lawful_later_in_order_and_spaced(
    created_at, names, some: Rules, rest: int
) -> None:
    steps = plan(created_at, zones=names, rules=some, holidays=())
    now = created_at + timedelta(minutes=rest)

    moved = replan(steps, now, zones=names, rules=some, holidays=())

    before = {step.step: step for step in steps}
    places = [zone(name) for name in sorted(names)]
    for step in moved:
        hours = lawful_hours(some, step.medium)
        assert step.due_at >= max(now, before[step.step].due_at)
        assert next_open(step.due_at, zones=places, hours=hours, holidays=(), until=step.due_at) == step.due_at
        assert (step.shift == PAUSE) is (step.due_at != before[step.step].due_at)
    for one, other in pairwise(moved):
        assert other.due_at - one.due_at >= min(other.ideal_at - one.ideal_at, MAX_SPACING)


@pytest.mark.parametrize(
    ("medium", "at", "opens"),
    [
        (SMS, "2026-11-24T15:00:00Z", "2026-11-24T15:00:00Z"),
        (CALL, "2026-11-25T02:00:00Z", "2026-11-25T14:00:00Z"),
        (CALL, "2026-11-28T15:00:00Z", "2026-11-30T14:00:00Z"),
    ],
)
def test_an_opening_is_the_first_moment_at_which_policy_and_law_allow(medium: Medium, at: str, opens: str) -> None:
    assert opening_for(medium, instant(at), zones=TORONTO, rules=rules(), holidays=()) == instant(opens)


def test_where_nothing_opens_there_is_no_opening() -> None:
    at = instant("2026-11-24T15:00:00Z")

    assert opening_for(CALL, at, zones=(), rules=rules(), holidays=()) is None
    assert opening_for(CALL, at, zones=TORONTO, rules=rules(channels_allowed=["SMS"]), holidays=()) is None


@pytest.mark.parametrize(
    ("due", "late"),
    [("24 10:00", "24 12:00"), ("24 19:00", "25 10:00"), ("27 19:50", "30 10:50"), ("24 22:00", "25 11:00")],
)
def test_a_task_is_late_after_two_hours_in_which_it_could_be_done(due: str, late: str) -> None:
    assert late_at(task(due)) == toronto(late)


def test_a_task_without_hours_is_late_by_the_plain_clock_and_one_that_never_opens_after_eight_weeks() -> None:
    assert late_at(task("24 22:00", rules=None)) == toronto("24 22:00") + timedelta(hours=2)
    two = {"America/Toronto", "America/Vancouver"}
    assert late_at(task("24 10:00", zones=two, rules=rules("0123456@0900-0930"))) == toronto("24 10:00") + timedelta(56)


def test_lateness_is_in_open_minutes_none_while_it_is_not_done() -> None:
    assert minutes_late(task("24 19:50", "25 09:05")) == 15
    assert minutes_late(task("24 19:50", "24 19:00")) == 0
    assert minutes_late(task("24 19:50")) is None


@settings(max_examples=60, deadline=None)
@given(instants(), zone_sets(2), rules_of_any_kind)
def test_by_the_time_it_is_late_it_was_open_for_two_hours(due_at, names, some: Rules) -> None:
    facts = task("24 10:00", zones=names, rules=some, medium=SMS)
    facts = type(facts)(due_at, None, None, names, some, (), SMS)
    late = late_at(facts)
    hours = lawful_hours(some, SMS)

    if hours.week and late < due_at + timedelta(days=56):
        places = [zone(name) for name in names]
        assert open_time(due_at, late, zones=places, hours=hours, holidays=()) == timedelta(hours=2)
