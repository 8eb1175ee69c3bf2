"""Mints what Slack numbers: message timestamps, view ids, hashes and tokens."""

import secrets
import string
from datetime import UTC, datetime, timedelta

from bot.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LETTERS = string.ascii_uppercase + string.digits


class Stamps:
    """Gives each message a timestamp that no other has: the clock's, or one microsecond past the last one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return a timestamp like "1764000000.000100", later than every one before it."""
        micros = (self._clock.now() - _EPOCH) // _MICROSECOND
        self._last = max(micros, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def new_id(prefix: str) -> str:
    """Return an id of Slack's kind: the prefix and ten capitals or digits."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(10))


def new_short_id() -> str:
    """Return the five characters that Slack gives a block without an id."""
    return secrets.token_urlsafe(8).replace("-", "x").replace("_", "y")[:5]


def new_token() -> str:
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(18)
