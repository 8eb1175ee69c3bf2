"""The provider's word about an attempt, and what becomes of the message by it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.messages import SendState

ATTEMPTS: Final = 12
"""How often a message is claimed before it is given up: with the waits below some three hours."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=30)
LONGEST_ASKED: Final = timedelta(days=1)
"""The longest wait that a provider may ask for."""
ASK_AGAIN: Final = timedelta(minutes=5)
"""How long until a provider that could not be asked is asked again."""
ASK_ROUNDS: Final = 288
"""How often it is asked: a day long, then a person decides."""
GAVE_UP: Final = "gave_up"
CARRIER_BLOCK: Final = "carrier_block"
"""The reason of a refusal by a carrier because the recipient told it to stop; it is an opt-out."""


class Outcome(StrEnum):
    """How an attempt ended.

    TEMPORARY and PERMANENT are a clear no: the message was certainly not taken. UNCLEAR is everything after which it
    may have been: a time-out, a broken connection, an error after the whole request was read.
    """

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an attempt brought.

    `code` names it for programs, our own word ("rate_limited", "bad_number") or the provider's; `sentence` says it to
    people. `provider_id` is the provider's name for the message, `retry_after` the wait that it asked for. `dry_run` is
    set where no provider stood behind the transport: nothing left. `detail` holds JSON values.
    """

    outcome: Outcome
    code: str
    sentence: str = ""
    provider_id: str | None = None
    retry_after: timedelta | None = None
    dry_run: bool = False
    detail: Mapping[str, object] = field(default_factory=dict)


class Answer(StrEnum):
    """What a provider says when it is asked whether it has a message. LATER: it could not be asked just now."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Found:
    """The provider's answer, with its name for the message where it has it; `dry_run` as in `Receipt`."""

    answer: Answer
    provider_id: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a message. `due_at` is its next try, `ask_at` the next question to its provider (None: a person
    decides), `maybe` whether an attempt may have reached its recipient without a record."""

    state: SendState
    reason: str | None = None
    sentence: str | None = None
    due_at: datetime | None = None
    ask_at: datetime | None = None
    maybe: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of a message when an attempt ended: how often it was claimed, whether an earlier attempt may have
    reached its recipient, and until when a worker that vanished could still be calling (`safe_at`)."""

    key: str
    attempts: int
    maybe: bool
    now: datetime
    safe_at: datetime


def settle(receipt: Receipt, tried: Tried) -> Settlement:
    """Return what becomes of a message after an attempt.

    A clear no does not undo an unclear attempt before it: then it is unknown whether the message arrived.
    """
    reason, sentence = receipt.code, receipt.sentence or None
    match receipt.outcome:
        case Outcome.ACCEPTED:
            return Settlement(SendState.SENT)
        case Outcome.UNCLEAR:
            return Settlement(SendState.UNKNOWN, reason, sentence, ask_at=tried.safe_at, maybe=True)
        case Outcome.TEMPORARY if tried.attempts < ATTEMPTS:
            due = retry_at(tried.key, tried.attempts, tried.now, receipt.retry_after)
            return Settlement(SendState.APPROVED, reason, sentence, due_at=due, maybe=tried.maybe)
        case _:
            return _refused(reason, sentence, tried)


def settle_asked(found: Found, tried: Tried, *, rounds: int) -> Settlement:
    """Return what becomes of a message of which nobody knows whether it left, after its provider was asked.

    `rounds` counts the questions so far. Where the provider certainly has it not, it goes again.
    """
    match found.answer:
        case Answer.YES:
            return Settlement(SendState.SENT)
        case Answer.NO if tried.attempts < ATTEMPTS:
            return Settlement(SendState.APPROVED, "not_taken", None, due_at=tried.now)
        case Answer.NO:
            return Settlement(SendState.FAILED, GAVE_UP, _GAVE_UP.format(tried.attempts))
        case Answer.LATER if rounds < ASK_ROUNDS:
            return Settlement(SendState.UNKNOWN, "not_asked", None, ask_at=tried.now + ASK_AGAIN, maybe=True)
        case _:
            return Settlement(SendState.UNKNOWN, "ask_a_person", _ASK_A_PERSON, maybe=True)


def retry_at(key: str, attempts: int, now: datetime, retry_after: timedelta | None = None) -> datetime:
    """Return when a message is tried again: twice as long after each attempt, half an hour at most, a fifth more or
    less by the message's key so that many do not come back at once; not before the provider allows it, within a day."""
    wait: timedelta = min(FIRST_WAIT * 2 ** max(0, attempts - 1), LONGEST_WAIT)
    wait *= 0.8 + 0.4 * _share(f"{key}#{attempts}")
    return now + max(wait, min(retry_after or timedelta(), LONGEST_ASKED))


def share_of(key: str, whole: timedelta) -> timedelta:
    """Return a part of `whole` that belongs to a key: the same one every time, spread evenly over many keys."""
    return whole * _share(key)


_GAVE_UP: Final = "Given up after {} attempts."
_ASK_A_PERSON: Final = "It may have arrived, and the provider cannot tell."


def _refused(reason: str, sentence: str | None, tried: Tried) -> Settlement:
    if tried.maybe:
        return Settlement(SendState.UNKNOWN, reason, sentence, ask_at=tried.safe_at, maybe=True)
    return Settlement(SendState.FAILED, reason, sentence)


def _share(text: str) -> float:
    """A number from 0 to 1 that a text always gives."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
