"""Releasing a message: what the gate's answer makes of it at the moment at which it would leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.gate import Facts, GateVerdict, closes_at, release_at
from domain.messages import SendState
from domain.receipts import share_of

SPREAD: Final = timedelta(minutes=15)
"""Over how much of a window's beginning the messages that waited for it are spread."""
LOOK_AGAIN: Final = timedelta(minutes=15)
WAITED_FOR: Final = frozenset({"paused", "reply_waits", "zones_wrong", "error_in_gate"})
"""Refusals that a person or a repair lifts: the message waits for it, until it expires."""
EXPIRED: Final = "expired"
RECORD_GONE: Final = "record_gone"
_EXPIRED: Final = "It would have left after {:%d %b %Y}, when what it says is out of date."


@dataclass(frozen=True, slots=True)
class Release:
    """What becomes of a message that is due: SENDING, HELD (again at `due_at`), BLOCKED or CANCELLED.

    `held_until` is the opening that it waits for; None where nobody can say when. `valid_until` is when it must not
    leave a provider's queue any more.
    """

    state: SendState
    reason: str | None = None
    sentence: str | None = None
    due_at: datetime | None = None
    held_until: datetime | None = None
    valid_until: datetime | None = None


def release(verdict: GateVerdict, facts: Facts, *, key: str, expires_at: datetime | None) -> Release:
    """Return what the gate's answer makes of a message that is due now.

    A closed window holds it until the next opening, a pause or a reply that nobody has read until these are over; one
    that would be out of date by then is cancelled. Everything else that the gate refuses blocks it for good.
    """
    if verdict.allowed:
        return Release(SendState.SENDING, valid_until=closes_at(facts))
    if verdict.next_open_at:
        opening = verdict.next_open_at
        due = release_at(facts, opening, share_of(key, SPREAD))
        return _until(Release(SendState.HELD, verdict.reason, verdict.sentence, due, opening), expires_at)
    if verdict.reason in WAITED_FOR:
        due = facts.at + LOOK_AGAIN
        return _until(Release(SendState.HELD, verdict.reason, verdict.sentence, due), expires_at)
    return Release(SendState.BLOCKED, verdict.reason, verdict.sentence)


def expired(expires_at: datetime | None, now: datetime) -> Release | None:
    """Return the end of a message that is out of date; None for one that is not."""
    if expires_at is None or now < expires_at:
        return None
    return Release(SendState.CANCELLED, EXPIRED, _EXPIRED.format(expires_at))


def _until(held: Release, expires_at: datetime | None) -> Release:
    return (held.due_at and expired(expires_at, held.due_at)) or held
