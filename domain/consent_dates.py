"""Dates as the law counts them: months backwards from the day of the message, days on the recipient's clocks."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta

from domain.policy import local_times
from domain.zones import DEFAULT_ZONE

_DAY = timedelta(days=1)


def months_before(on: date, months: int) -> date:
    """The first day that lies within `months` before `on`: the same day of that month, or else its last.

    Interpretation Act (R.S.C. 1985, c. I-21), s.28: counted back from `on`, which itself is left out. Years before 1
    are cut to the first day there is.
    """
    index = on.year * 12 + on.month - 1 - months
    year, month = divmod(index, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def last_day_within(on: date, months: int) -> date:
    """The last day from which `on` still lies within `months` before; the other way round to `months_before`."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    last = date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
    # The 28th of February is still counted on the 29th to the 31st of August, whose February has no such days.
    while last < date.max and months_before(last + _DAY, months) <= on:
        last += _DAY
    return last


def local_dates(at: datetime | date, zones: Collection[str]) -> tuple[date, date]:
    """The first and the last date that it is at an instant where the recipient may be; a date stands for itself."""
    if not isinstance(at, datetime):
        return at, at
    clocks = local_times(zones, at) or local_times((DEFAULT_ZONE,), at)
    days = sorted(local.date() for local in clocks.values())
    return days[0], days[-1]
