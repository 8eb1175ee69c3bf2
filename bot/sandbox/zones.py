"""The time where the sandbox's people are, by Ontario's own rule."""

from datetime import UTC, datetime, timedelta

ZONE = "America/Toronto"
_SUMMER, _WINTER = timedelta(hours=-4), timedelta(hours=-5)


def only_toronto(zone: str, at: datetime) -> timedelta | None:
    """Return the offset from UTC at an instant in the one zone that the sandbox knows by itself."""
    return toronto_offset(at) if zone == ZONE else None


def toronto_offset(at: datetime) -> timedelta:
    """Return America/Toronto's offset from UTC at `at`.

    Ontario moves its clocks at 02:00 on the second Sunday of March and of the first Sunday of November
    (O. Reg. 111/06 under the Time Act).
    """
    begins = _sunday(at.year, 3, 2) + timedelta(hours=7)
    ends = _sunday(at.year, 11, 1) + timedelta(hours=6)
    return _SUMMER if begins <= at < ends else _WINTER


def _sunday(year: int, month: int, which: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
