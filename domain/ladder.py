"""The follow-up ladder: planning its steps into lawful windows, and how well the steps were kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from statistics import median
from typing import Final

from domain.policy import Medium, Rules, any_hours, lawful_hours
from domain.windows import ALWAYS, Hours, closed_because, next_open, open_after, open_time
from domain.zones import UnknownZone, utc, zone

MAX_SPACING: Final = timedelta(minutes=120)
SEARCH: Final = timedelta(days=56)
"""How far a step may be put off before it is left out."""

LATE: Final = timedelta(hours=2)
"""The open-window time after which a task is late for good."""

PAUSE, DELAY = "pause", "delay"
"""Why a step is due later that fell into a pause, or into a time in which nobody looked at the tasks."""

_DAY: Final = timedelta(days=1)
_SHIFTS: Final = {"holiday": "holiday", "weekend": "weekend", "outside_window": "outside window"}


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: its number from 1, its delay from the first opening after the lead came in, and its medium."""

    number: int
    delay: timedelta
    medium: Medium


def _steps(*rungs: tuple[int, Medium]) -> tuple[Step, ...]:
    """Steps from delays in minutes and media, in order."""
    return tuple(
        Step(number, timedelta(minutes=minutes), medium) for number, (minutes, medium) in enumerate(rungs, start=1)
    )


SEED_LADDER: Final = _steps(
    (0, Medium.SMS),
    (30, Medium.CALL),
    (180, Medium.SMS),
    (1440, Medium.CALL),
    (4320, Medium.SMS),
    (10080, Medium.CALL),
)
"""The default: at once, 30 minutes, 3 hours, 1, 3 and 7 days."""

# The odds of reaching a web lead fall steeply within half an hour (MIT/InsideSales 2007): call at five minutes.
FAST_LADDER: Final = _steps(
    (0, Medium.SMS), (5, Medium.CALL), (180, Medium.SMS), (1440, Medium.CALL), (4320, Medium.SMS), (10080, Medium.CALL)
)
"""The preset for teams that answer fast: as the default, with the first call after five minutes."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with its times in UTC; `shift` says why it is due later than ideal, None when it is not.

    `shift` is one of: outside window, weekend, holiday, spacing, pause, delay.
    """

    step: int
    medium: Medium
    ideal_at: datetime
    due_at: datetime
    shift: str | None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the measure needs to know of one task.

    Without `medium` the hours in which any medium may be used count. `lead_created_at` is set on a lead's first task
    and None on the others; only first tasks enter speed to lead.
    """

    due_at: datetime
    completed_at: datetime | None
    cancelled_at: datetime | None
    zones: Collection[str]
    rules: Rules | None
    holidays: Collection[date]
    medium: Medium | None = None
    lead_created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sla:
    """How well tasks were kept: how many count, the shares (0 to 1) done in 30 minutes and in 2 hours, how many undone.

    `speed_to_lead` is the median of open-window minutes from a lead's arrival to its first attempt, `within_5m` the
    share of leads attempted within five. A share or median of nothing is None.
    """

    count: int
    within_30m: float | None
    within_2h: float | None
    undone: int
    speed_to_lead: float | None
    within_5m: float | None


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Where a ladder runs: its zones in order of their names, the hours of each medium, the holidays."""

    places: tuple[tzinfo, ...]
    hours: dict[Medium, Hours]
    holidays: Collection[date]

    def opening(self, at: datetime, medium: Medium) -> datetime | None:
        """The first open instant from `at` on, in every zone; None when there is none within 56 days."""
        hours = self.hours[medium]
        return next_open(at, zones=self.places, hours=hours, holidays=self.holidays, until=at + SEARCH)

    def is_used(self, medium: Medium) -> bool:
        """Whether the hours of a medium hold any minute."""
        return bool(self.hours[medium].week)

    def reason(self, at: datetime, medium: Medium) -> str:
        """Why it is closed at `at`, in words."""
        closed = (closed_because(self.hours[medium], at.astimezone(place), self.holidays) for place in self.places)
        return next(_SHIFTS[reason] for reason in closed if reason is not None)


def plan(
    created_at: datetime,
    *,
    zones: Collection[str],
    rules: Rules | None,
    holidays: Collection[date],
    steps: Sequence[Step] = SEED_LADDER,
) -> list[PlannedStep]:
    """Put the steps of a ladder into windows that are open in every zone; calls keep to the CRTC's hours as well.

    The anchor is the first opening from `created_at` on, for the medium of the first step that can be planned. A step's
    ideal is anchor + delay, where whole days keep the local clock (of the first zone by name). It is due at the first
    opening from its ideal on, and no nearer to the step before than the delays are apart, two hours at most.

    A step whose medium has no opening is left out and the others stay; without rules or zones, or with a zone that does
    not exist, nothing is planned. Raises InstantWithoutZone.
    """
    calendar = _calendar(zones, rules, holidays, {step.medium for step in steps})
    usable = [step for step in steps if calendar and calendar.is_used(step.medium)]
    anchor = calendar.opening(utc(created_at), usable[0].medium) if calendar and usable else None
    if calendar is None or anchor is None:
        return []
    planned: list[PlannedStep] = []
    previous = usable[0]
    for step in usable:
        ideal = _later(anchor, step.delay, calendar.places[0])
        gap = max(timedelta(), min(step.delay - previous.delay, MAX_SPACING))
        found = _place(step, ideal, planned[-1].due_at + gap if planned else ideal, calendar)
        if found is not None:
            planned.append(found)
            previous = step
    return planned


def replan(
    steps: Sequence[PlannedStep],
    now: datetime,
    *,
    zones: Collection[str],
    rules: Rules | None,
    holidays: Collection[date],
    shift: str = PAUSE,
) -> list[PlannedStep]:
    """Plan the open steps of a ladder anew that has rested until `now`: what fell into the rest begins now, in the same
    order and as far apart as `plan` keeps them; what is still to come stays where that leaves room. `shift` says why it
    rested.

    A step whose medium has no opening is left out, as in `plan`. Raises InstantWithoutZone.
    """
    calendar = _calendar(zones, rules, holidays, {step.medium for step in steps})
    if calendar is None:
        return []
    planned: list[PlannedStep] = []
    earliest = utc(now)
    for step in steps:
        if planned:
            gap = min(step.ideal_at - planned[-1].ideal_at, MAX_SPACING)
            earliest = max(earliest, planned[-1].due_at + gap)
        due = calendar.opening(max(step.due_at, earliest), step.medium) if calendar.is_used(step.medium) else None
        if due is not None:
            planned.append(replace(step, due_at=due, shift=step.shift if due == step.due_at else shift))
    return planned


def opening_for(
    medium: Medium, at: datetime, *, zones: Collection[str], rules: Rules | None, holidays: Collection[date]
) -> datetime | None:
    """The first instant from `at` on at which policy and law let `medium` be used in every zone; None without one
    within 56 days. Raises InstantWithoutZone."""
    calendar = _calendar(zones, rules, holidays, {medium})
    return calendar.opening(utc(at), medium) if calendar and calendar.is_used(medium) else None


def late_at(task: TaskFacts) -> datetime:
    """When a task is late: two hours after it was due, of those in which it could be done."""
    hours = _hours(task)
    places = _places(task.zones) if hours else ()
    due = utc(task.due_at)
    found = open_after(due, LATE, zones=places, hours=hours or ALWAYS, holidays=task.holidays, until=due + SEARCH)
    return found or due + SEARCH


def minutes_late(task: TaskFacts) -> float | None:
    """How many open-window minutes after its time a task was done, 0 when early; None when it is not done."""
    if task.completed_at is None:
        return None
    return _open_between(task, task.due_at, task.completed_at) / timedelta(minutes=1)


def sla_snapshot(tasks: Sequence[TaskFacts], *, since: datetime, until: datetime) -> Sla:
    """Measure the tasks due in [since, until) whose two hours are over by `until`, but not those cancelled before due.

    Minutes are open-window minutes: due at 19:50 and done the next day at 09:05 makes 15. Early counts as on time, a
    task that is not done is a miss. The two hours that must be over are open ones too, so that a task due at closing
    time is not judged the same night; a task without rules or zones is measured by the plain clock.
    """
    since, until = utc(since), utc(until)
    counted = [task for task in tasks if since <= utc(task.due_at) < until and _counts(task, until)]
    waits = [_wait(task, task.due_at, until) for task in counted]
    first = [_wait(task, task.lead_created_at, until) for task in counted if task.lead_created_at is not None]
    attempted = [wait / timedelta(minutes=1) for wait in first if wait is not None]
    return Sla(
        count=len(counted),
        within_30m=_share(waits, timedelta(minutes=30)),
        within_2h=_share(waits, LATE),
        undone=waits.count(None),
        speed_to_lead=median(attempted) if attempted else None,
        within_5m=_share(first, timedelta(minutes=5)),
    )


def _calendar(
    zones: Collection[str], rules: Rules | None, holidays: Collection[date], media: set[Medium]
) -> _Calendar | None:
    """The calendar of a ladder; None when rules or zones are missing."""
    places = _places(zones)
    if rules is None or not places:
        return None
    return _Calendar(places, {medium: lawful_hours(rules, medium) for medium in media}, holidays)


def _places(zones: Collection[str]) -> tuple[tzinfo, ...]:
    """The zones in order of their names; none when one of them does not exist."""
    try:
        return tuple(zone(name) for name in sorted(zones, key=str))
    except UnknownZone:
        return ()


def _later(anchor: datetime, delay: timedelta, place: tzinfo) -> datetime:
    """`anchor` + `delay` in UTC: whole days keep the local clock, through a change of the clocks; the rest elapses."""
    if delay < _DAY or delay % _DAY:
        return anchor + delay
    return utc(anchor.astimezone(place) + delay)


def _place(step: Step, ideal: datetime, earliest: datetime, calendar: _Calendar) -> PlannedStep | None:
    """The step at its first opening that is neither before its ideal nor before `earliest`."""
    due = calendar.opening(max(ideal, earliest), step.medium)
    if due is None:
        return None
    if due == ideal:
        return PlannedStep(step.number, step.medium, ideal, due, None)
    spaced = earliest > ideal and calendar.opening(ideal, step.medium) != due
    return PlannedStep(
        step.number, step.medium, ideal, due, "spacing" if spaced else calendar.reason(ideal, step.medium)
    )


def _counts(task: TaskFacts, until: datetime) -> bool:
    """Whether a task is judged: not cancelled before it was due, and its two hours over by `until`."""
    if task.cancelled_at is not None and utc(task.cancelled_at) < utc(task.due_at):
        return False
    return _open_between(task, task.due_at, until, enough=LATE) >= LATE


def _wait(task: TaskFacts, since: datetime, until: datetime) -> timedelta | None:
    """The open time from `since` to completion, zero when early; None when the task was not done by `until`."""
    if task.completed_at is None or task.completed_at > until:
        return None
    return _open_between(task, since, task.completed_at)


def _open_between(task: TaskFacts, since: datetime, until: datetime, *, enough: timedelta = timedelta.max) -> timedelta:
    """The open-window time of a task between two instants, counted until it is `enough`."""
    hours = _hours(task)
    places = _places(task.zones) if hours else ()
    return open_time(since, until, zones=places, hours=hours or ALWAYS, holidays=task.holidays, enough=enough)


def _hours(task: TaskFacts) -> Hours | None:
    """The hours in which a task could be done; None when its rules name none."""
    if task.rules is None:
        return None
    hours = any_hours(task.rules) if task.medium is None else lawful_hours(task.rules, task.medium)
    return hours if hours.week else None


def _share(waits: Sequence[timedelta | None], limit: timedelta) -> float | None:
    """The share of waits that ended within `limit`; one that did not end is a miss."""
    if not waits:
        return None
    return sum(wait is not None and wait <= limit for wait in waits) / len(waits)
