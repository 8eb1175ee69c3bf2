"""The kill switch: who stopped all outreach, of the whole team or of one place, since when and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.geo import market_label, province_of
from domain.policy_places import PolicyPlace, place_named

REASON_LIMIT: Final = 500
PLACE_WORDS: Final = 5
"""Words that the longest name of a place has: "Newfoundland and Labrador St. John's"."""


class PauseReasonMissing(RuleBroken):
    """Say why: everybody who wants to send something reads it."""

    code: ClassVar[str] = "PAUSE_REASON_MISSING"
    field: ClassVar[str] = "reason"


class PauseReasonTooLong(RuleBroken):
    """The reason has {length:,} characters; {limit:,} fit."""

    code: ClassVar[str] = "PAUSE_REASON_TOO_LONG"
    field: ClassVar[str] = "reason"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stop that stands. `place` is None for the whole team, "ON/ALL" for a province, "ON/Toronto" for a market."""

    place: str | None
    paused_by: str
    paused_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PauseWish:
    """What `/policy pause` says: a place, None for the whole team, and a reason, which may be empty."""

    place: PolicyPlace | None
    reason: str


def read_pause(text: str) -> PauseWish:
    """Read a place in front of a reason: "ON Toronto: a complaint", "Toronto a complaint", "a complaint", "".

    Only an exact name counts as a place, since the rest of the words are a person's own.
    """
    words = text.replace(":", " : ").split()
    for count in range(min(PLACE_WORDS, len(words)), 0, -1):
        place = _exact(" ".join(words[:count]))
        if place:
            return PauseWish(place, " ".join(words[count:]).removeprefix(":").replace(" : ", ": ").strip())
    return PauseWish(None, text.strip())


def checked_pause_reason(reason: str) -> str:
    """Return a reason without its outer blanks. Raises PauseReasonMissing and PauseReasonTooLong."""
    tidy = reason.strip()
    if not tidy:
        raise PauseReasonMissing
    if len(tidy) > REASON_LIMIT:
        raise PauseReasonTooLong(length=len(tidy), limit=REASON_LIMIT)
    return tidy


def _exact(words: str) -> PolicyPlace | None:
    """The place whose name these words are and nothing else: a province, a market, or both in either order."""
    parts = words.split()
    for cut in range(len(parts)):
        names = [name for name in (" ".join(parts[:cut]), " ".join(parts[cut:])) if name]
        if all(province_of(name) or market_label(name) for name in names):
            return place_named(words)
    return None
