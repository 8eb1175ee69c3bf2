"""How well the ladder was kept: open minutes, early ones count, undone ones are misses."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.ladder import Sla, TaskFacts, sla_snapshot
from domain.policy import Medium, Rules
from domain.zones import zone
from tests.domain.calendars import instant, rules

SINCE, UNTIL = instant("2026-11-23T05:00:00Z"), instant("2026-11-30T05:00:00Z")


def toronto(text: str) -> datetime:
    """ "24 19:50" as an instant of November 2026 in Toronto."""
    day, clock = text.split()
    return instant(f"2026-11-{day}T{clock}:00-05:00")


def task(due: str, done: str | None = None, cancelled: str | None = None, **others: Any) -> TaskFacts:
    others = {"zones": {"America/Toronto"}, "rules": rules(), "holidays": (), **others}
    return TaskFacts(toronto(due), toronto(done) if done else None, toronto(cancelled) if cancelled else None, **others)


def measure(*tasks: TaskFacts, since: datetime = SINCE, until: datetime = UNTIL) -> Sla:
    return sla_snapshot(tasks, since=since, until=until)


@pytest.mark.parametrize(
    ("due", "done", "within_30m", "within_2h"),
    [
        ("24 10:00", "24 10:00", 1, 1),
        ("24 10:00", "24 09:00", 1, 1),
        ("24 10:00", "24 10:30", 1, 1),
        ("24 10:00", "24 10:31", 0, 1),
        ("24 10:00", "24 12:00", 0, 1),
        ("24 10:00", "24 12:01", 0, 0),
        ("24 19:50", "25 09:05", 1, 1),
        ("24 19:50", "25 09:20", 1, 1),
        ("24 19:50", "25 09:21", 0, 1),
        ("24 19:50", "25 10:50", 0, 1),
        ("24 19:50", "25 10:51", 0, 0),
        ("24 10:00", "26 10:00", 0, 0),
        ("24 10:00", None, 0, 0),
    ],
)
def test_a_task_is_on_time_by_open_minutes(due: str, done: str | None, within_30m: int, within_2h: int) -> None:
    found = measure(task(due, done))

    assert (found.count, found.within_30m, found.within_2h) == (1, within_30m, within_2h)


def test_a_friday_evening_goes_on_on_monday() -> None:
    found = measure(task("27 19:50", "30 09:15"), until=toronto("30 12:00"))

    assert (found.count, found.within_30m) == (1, 1)


def test_what_is_not_done_is_a_miss_and_is_counted() -> None:
    found = measure(task("24 10:00", "24 10:10"), task("24 11:00"), task("24 12:00"), task("24 13:00", "24 14:00"))

    assert found == Sla(count=4, within_30m=0.25, within_2h=0.5, undone=2, speed_to_lead=None, within_5m=None)


def test_a_task_that_was_done_after_the_period_is_undone_in_it() -> None:
    found = measure(task("24 10:00", "25 10:00"), until=toronto("24 18:00"))

    assert (found.count, found.undone, found.within_2h) == (1, 1, 0)


@pytest.mark.parametrize(
    ("due", "cancelled", "counted"),
    [("24 10:00", "24 09:59", 0), ("24 10:00", "24 10:00", 1), ("24 10:00", "24 10:01", 1)],
)
def test_only_a_task_that_was_cancelled_before_it_was_due_is_left_out(due: str, cancelled: str, counted: int) -> None:
    assert measure(task(due, None, cancelled)).count == counted


@pytest.mark.parametrize(
    ("due", "counted"),
    [
        ("24 09:59", 0),
        ("24 10:00", 1),
        ("24 15:59", 1),
        ("24 16:00", 1),
        ("24 18:00", 1),
        ("24 18:01", 0),
        ("24 19:59", 0),
        ("24 20:00", 0),
    ],
)
def test_only_tasks_due_in_the_period_whose_two_hours_are_over_count(due: str, counted: int) -> None:
    assert measure(task(due), since=toronto("24 10:00"), until=toronto("24 20:00")).count == counted


def test_a_task_due_at_closing_time_is_not_judged_the_same_night() -> None:
    assert measure(task("24 19:50"), until=toronto("24 23:59")).count == 0
    assert measure(task("24 19:50"), until=toronto("25 10:49")).count == 0
    assert measure(task("24 19:50"), until=toronto("25 10:50")).undone == 1


@pytest.mark.parametrize(
    ("some", "zones"),
    [(None, {"America/Toronto"}), (rules(), ()), (rules(), {"Mars"}), (rules(""), {"America/Toronto"})],
)
def test_without_rules_or_zones_the_plain_clock_counts(some: Rules | None, zones: Any) -> None:
    late = measure(task("24 22:00", "24 22:31", rules=some, zones=zones))

    assert (late.count, late.within_30m, late.within_2h) == (1, 0, 1)


def test_a_holiday_gives_no_open_minutes_to_those_who_rest() -> None:
    facts: dict[str, Any] = {"rules": rules(holidays=True), "holidays": [toronto("25 12:00").date()]}

    assert measure(task("24 19:50", "26 09:10", **facts)).within_30m == 1
    assert measure(task("24 19:50", "26 09:10", rules=rules(), holidays=facts["holidays"])).within_2h == 0


def test_a_task_with_a_medium_is_measured_by_its_own_hours() -> None:
    some = rules("0123456@0000-2400")

    assert measure(task("24 21:20", "25 09:10", rules=some, medium=Medium.CALL)).within_30m == 1
    assert measure(task("24 21:20", "25 09:10", rules=some, medium=Medium.SMS)).within_30m == 0
    assert measure(task("24 21:20", "25 09:10", rules=some)).within_30m == 0


def test_speed_to_lead_is_the_median_wait_of_first_tasks() -> None:
    found = measure(
        task("25 09:00", "25 09:04", lead_created_at=toronto("24 22:00")),
        task("25 10:00", "25 10:05", lead_created_at=toronto("25 10:00")),
        task("25 11:00", "25 11:20", lead_created_at=toronto("25 10:50")),
        task("25 12:00", None, lead_created_at=toronto("25 12:00")),
        task("25 13:00", "25 18:00"),
    )

    assert found.speed_to_lead == 5
    assert found.within_5m == 0.5


def test_first_tasks_that_nobody_did_have_a_share_and_no_median() -> None:
    found = measure(task("25 12:00", None, lead_created_at=toronto("25 12:00")))

    assert (found.speed_to_lead, found.within_5m) == (None, 0)


def test_nothing_due_has_no_shares() -> None:
    assert measure() == Sla(0, None, None, 0, None, None)


def test_a_task_of_years_ago_is_measured_at_once() -> None:
    found = measure(task("24 10:00"), until=UNTIL + timedelta(days=36500))

    assert found.undone == 1


def test_instants_in_the_repeated_hour_are_told_apart() -> None:
    place = zone("America/Toronto")
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=place, fold=fold) for fold in (0, 1))
    facts = TaskFacts(second, None, first, {"America/Toronto"}, rules("0123456@0000-2400"), ())

    assert measure(facts, since=instant("2026-10-31T00:00:00Z")).count == 0
    assert measure(replace(facts, cancelled_at=None), since=instant("2026-10-31T00:00:00Z")).count == 1
    assert measure(replace(facts, cancelled_at=None), since=second.replace(hour=2), until=UNTIL).count == 0
