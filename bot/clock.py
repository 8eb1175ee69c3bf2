"""What time it is: a value handed in, so that the sandbox and the tests can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the instant."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


class MovableClock:
    """The machine's clock plus an offset that can be moved; it goes on ticking from where it was put."""

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the moved instant in UTC."""
        return self._base.now() + self._offset

    def move_to(self, at: datetime) -> None:
        """Put the clock at `at` (aware)."""
        self._offset = at.astimezone(UTC) - self._base.now()

    def advance(self, by: timedelta) -> None:
        """Move the clock by `by`; a negative step moves it back."""
        self._offset += by
