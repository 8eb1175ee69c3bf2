"""The clock watch: notices that the machine's clock was set while the program ran, and stops sends for a while."""

import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.clock import Clock, SystemClock
from bot.services.actors import Actor
from bot.services.sends import queue_post
from domain.messages import Post
from storage.base import Tx
from storage.database import Database

log = structlog.get_logger()

JUMP: Final = timedelta(seconds=60)
"""By how much the clock may be set without a word: programs that keep it right do so by less."""
MORE: Final = timedelta(seconds=10)
"""How much longer than a lease sends stop: what other workers held when the clock jumped has ended by then."""
WATCH: Final = "clock_watch"
_TOLD: Final = (
    "This machine's clock jumped {by}: it says {now:%a %d %b %Y %H:%M} UTC now, and said {before:%a %d %b %Y %H:%M} UTC"
    " a moment before. Messages stopped for {stop:.0f} seconds and go on by the new time. If that is wrong, stop"
    " outreach with `/policy pause`, set the clock right (`timedatectl`, NTP), and go on with `/policy resume`."
)


def seconds_awake_or_not() -> float:
    """Return seconds that nobody sets; where the system can tell, they go on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ClockWatch:
    """Compares the machine's clock with one that nobody sets, each time it is asked."""

    def __init__(
        self,
        lease: timedelta,
        *,
        clock: Clock | None = None,
        seconds: Callable[[], float] = seconds_awake_or_not,
    ) -> None:
        """`lease` is how long a send is held; `clock` must be the machine's own, not one that a sandbox moves."""
        self._clock = clock or SystemClock()
        self._seconds = seconds
        self._stop = lease + MORE
        self._last = self._clock.now(), self._seconds()
        self._stopped_until = self._last[1]
        self._untold: list[tuple[datetime, datetime]] = []

    def is_steady(self) -> bool:
        """Look at the clock; False from a jump on until what was held before it has certainly ended.

        A worker that took its leases by another clock could otherwise be thought dead while it still sends.
        """
        self._look()
        return self._last[1] >= self._stopped_until

    async def tell(self, database: Database, workspace_id: str) -> None:
        """Look at the clock, and tell the team of a jump, once."""
        self._look()
        while self._untold:
            before, now = self._untold[0]
            await database.write(workspace_id, partial(_queue_word, before=before, now=now, stop=self._stop))
            self._untold.pop(0)

    def _look(self) -> None:
        (clock_before, seconds_before), now, seconds = self._last, self._clock.now(), self._seconds()
        self._last = now, seconds
        should_be = clock_before + timedelta(seconds=seconds - seconds_before)
        if abs(now - should_be) <= JUMP:
            return
        self._stopped_until = seconds + self._stop.total_seconds()
        self._untold.append((should_be, now))
        log.error("clock_jumped", by_seconds=round((now - should_be).total_seconds()), stop=self._stop.total_seconds())


def _queue_word(tx: Tx, *, before: datetime, now: datetime, stop: timedelta) -> None:
    """Queue the word about a jump; programs of one machine, which all notice it, say it once."""
    by = now - before
    said = f"{'ahead' if by > timedelta() else 'back'} by {_in_words(abs(by))}"
    text = _TOLD.format(by=said, now=now, before=before, stop=stop.total_seconds())
    key = f"clock_jumped:{socket.gethostname()[:64]}:{now:%Y-%m-%dT%H:%M}:{round(by / JUMP)}"
    queue_post(tx, Actor(tx.workspace_id, WATCH, is_person=False), key, Post.WARNING, {"text": text}, now=now)


def _in_words(by: timedelta) -> str:
    minutes = round(by / timedelta(minutes=1))
    days, hours = divmod(minutes, 24 * 60)[0], divmod(minutes, 60)[0] % 24
    parts = [(days, "day"), (hours, "hour"), (minutes % 60, "minute")]
    return " ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in parts if count)
