"""Hours on the wall clock: a week of minutes, when it is open, when it opens next, and how long it was open."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, TypeAlias

from domain.zones import utc

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
SATURDAY: Final = 5

Week: TypeAlias = tuple[int, ...]
"""Ascending minutes since Monday 00:00 at which the week opens, closes, opens ...; each span is [open, close)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When one medium is open: `week` on ordinary dates, `on_holiday` on holidays.

    `days` are the weekdays (0 = Monday) on which a window opens. Each minute is judged by what the clock shows, so a
    window that starts in a skipped hour opens at the jump, and in a repeated hour both passes count.
    """

    week: Week
    on_holiday: Week
    days: frozenset[int]

    def bounds(self, on: date, holidays: Collection[date]) -> Week:
        """The week that holds on the local date `on`."""
        return self.on_holiday if on in holidays else self.week


ALWAYS: Final = Hours((0, WEEK), (0, WEEK), frozenset(range(7)))


def week_of(spans: Iterable[tuple[int, int]]) -> Week:
    """Join spans [start, end) in minutes since Monday 00:00; what runs past Sunday 24:00 goes on at Monday 00:00."""
    week: Week = ()
    for start, end in spans:
        if start < end:
            week = union(week, (start, min(end, WEEK)))
        if end > WEEK:
            week = union(week, (0, end - WEEK))
    return week


def union(one: Week, other: Week) -> Week:
    """The minutes that are in either."""
    return _combine(one, other, lambda a, b: a or b)


def intersection(one: Week, other: Week) -> Week:
    """The minutes that are in both."""
    return _combine(one, other, lambda a, b: a and b)


def difference(one: Week, other: Week) -> Week:
    """The minutes that are in `one` and not in `other`."""
    return _combine(one, other, lambda a, b: a and not b)


def within(week: Week, minute: int) -> bool:
    """Whether `minute` of the week is open."""
    return bisect_right(week, minute) % 2 == 1


def both(one: Hours, other: Hours) -> Hours:
    """Open when both are open."""
    return Hours(
        intersection(one.week, other.week), intersection(one.on_holiday, other.on_holiday), one.days & other.days
    )


def either(one: Hours, other: Hours) -> Hours:
    """Open when one of the two is open."""
    return Hours(union(one.week, other.week), union(one.on_holiday, other.on_holiday), one.days | other.days)


def closed_because(hours: Hours, local: datetime, holidays: Collection[date]) -> str | None:
    """Why it is closed when the clock shows `local`: holiday, weekend, outside_window; None when it is open.

    "weekend" needs a Saturday or Sunday on which no window opens, "holiday" a holiday on which this medium rests.
    """
    today = local.date()
    weekday = local.weekday()
    resting = today in holidays
    week = hours.on_holiday if resting else hours.week
    if bisect_right(week, weekday * DAY + local.hour * 60 + local.minute) % 2:
        return None
    if resting and hours.on_holiday != hours.week:
        return "holiday"
    return "weekend" if weekday >= SATURDAY and weekday not in hours.days else "outside_window"


def next_open(
    at: datetime, *, zones: Sequence[tzinfo], hours: Hours, holidays: Collection[date], until: datetime
) -> datetime | None:
    """The first instant from `at` to `until` (both included) that is open in every zone, in UTC; None without one.

    Jumps from bound to bound: a closed zone stays closed until its next one, so the latest of these is next.
    """
    moment, last = utc(at), utc(until)
    while moment <= last:
        shut = [place for place in zones if not _is_open(moment, place, hours, holidays)]
        if not shut:
            return moment
        moment = max(_next_bound(moment, place, hours, holidays) for place in shut)
    return None


def next_closed(
    at: datetime, *, zones: Sequence[tzinfo], hours: Hours, holidays: Collection[date], until: datetime
) -> datetime:
    """The first instant from `at` on that is closed in one of the zones, in UTC; `until` when none is before it."""
    moment, last = utc(at), utc(until)
    while moment < last and all(_is_open(moment, place, hours, holidays) for place in zones):
        moment = min(_next_bound(moment, place, hours, holidays) for place in zones)
    return min(moment, last)


def open_time(
    since: datetime,
    until: datetime,
    *,
    zones: Sequence[tzinfo],
    hours: Hours,
    holidays: Collection[date],
    enough: timedelta = timedelta.max,
) -> timedelta:
    """How long it was open in every zone between two instants; zero when `until` is not later.

    Without zones the plain clock counts. Stops counting once it was open for `enough`.
    """
    moment, last, total = utc(since), utc(until), timedelta()
    while moment < last and total < enough:
        bound = min([last, *(_next_bound(moment, place, hours, holidays) for place in zones)])
        if all(_is_open(moment, place, hours, holidays) for place in zones):
            total += bound - moment
        moment = bound
    return total


def open_after(
    since: datetime,
    lasting: timedelta,
    *,
    zones: Sequence[tzinfo],
    hours: Hours,
    holidays: Collection[date],
    until: datetime,
) -> datetime | None:
    """The first instant by which it was open in every zone for `lasting` since an instant, in UTC; None when that is
    after `until`. Without zones the plain clock counts."""
    moment, last, left = utc(since), utc(until), lasting
    while moment < last:
        bound = min([last, *(_next_bound(moment, place, hours, holidays) for place in zones)])
        if all(_is_open(moment, place, hours, holidays) for place in zones):
            if bound - moment >= left:
                return moment + left
            left -= bound - moment
        moment = bound
    return None


def _is_open(at: datetime, place: tzinfo, hours: Hours, holidays: Collection[date]) -> bool:
    """Whether the clock of one place shows an open minute."""
    local = at.astimezone(place)
    return within(hours.bounds(local.date(), holidays), local.weekday() * DAY + local.hour * 60 + local.minute)


def _next_bound(at: datetime, place: tzinfo, hours: Hours, holidays: Collection[date]) -> datetime:
    """The next instant at which one place may open or close: a bound of its day, midnight, or a change of its clock."""
    local = at.astimezone(place)
    minute = local.weekday() * DAY + local.hour * 60 + local.minute
    midnight = (local.weekday() + 1) * DAY
    bounds = hours.bounds(local.date(), holidays)
    index = bisect_right(bounds, minute)
    bound = min(bounds[index], midnight) if index < len(bounds) else midnight
    passed = timedelta(seconds=local.second, microseconds=local.microsecond)
    then = at + timedelta(minutes=bound - minute) - passed
    if then.astimezone(place).utcoffset() == local.utcoffset():
        return then
    return _change(at, then, place)


def _change(before: datetime, after: datetime, place: tzinfo) -> datetime:
    """The instant in (before, after] at which the clock of a place changes; clocks change at whole seconds."""
    old = before.astimezone(place).utcoffset()
    low = before.replace(microsecond=0)
    ahead = -((low - after) // timedelta(seconds=1))
    behind = 0
    while ahead - behind > 1:
        middle = (behind + ahead) // 2
        if (low + timedelta(seconds=middle)).astimezone(place).utcoffset() == old:
            behind = middle
        else:
            ahead = middle
    return low + timedelta(seconds=ahead)


def _combine(one: Week, other: Week, keep: Callable[[bool, bool], bool]) -> Week:
    """The minutes that `keep` keeps, from being in `one` and in `other`."""
    week: list[int] = []
    for minute in sorted({*one, *other}):
        if keep(within(one, minute), within(other, minute)) != (len(week) % 2 == 1):
            week.append(minute)
    return tuple(week)
