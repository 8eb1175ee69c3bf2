"""Trigger ids: good for one use within three seconds."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from re import fullmatch

from bot.sandbox.errors import SlackError

_KEPT = 10_000


@dataclass(slots=True)
class Trigger:
    """One interaction's right to open something for `user_id`."""

    id: str
    user_id: str
    issued: float
    from_view: bool
    used: bool = False
    view_id: str | None = None


class Triggers:
    """Issues trigger ids and exchanges each of them once; `seconds` are real ones, whatever the moved clock says."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: dict[str, Trigger] = {}

    def issue(self, user_id: str, *, from_view: bool = False) -> Trigger:
        """Return a new trigger for one interaction of `user_id`."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        trigger = Trigger(trigger_id, user_id, self._monotonic(), from_view)
        self._known[trigger_id] = trigger
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return trigger

    def exchange(self, trigger_id: str) -> Trigger:
        """Use the trigger up; raise Slack's own error for one that is unknown, late or used."""
        trigger = self._known.get(trigger_id)
        if trigger is None or not fullmatch(r"\d+\.\d+\.[0-9a-f]+", trigger_id):
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._monotonic() - trigger.issued > self._seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def clear(self) -> None:
        """Forget every trigger."""
        self._known.clear()
