"""Waves: how far apart the messages of a batch leave, so that the best matches hear of a deal before the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SIZE: Final = 10
"""Recipients of one wave."""
APART: Final = timedelta(minutes=30)
"""The time between two waves: long enough for a buyer of the first to answer."""
MOST: Final = 50
"""Buyers of one batch; whoever fits beside them is told by the next one."""
_MINUTE: Final = timedelta(minutes=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wave:
    """The recipients who hear together: the wave's number, from 1 on, and how long after the yes it leaves."""

    number: int
    after: timedelta

    @property
    def minutes(self) -> int:
        """How many minutes after the yes it leaves."""
        return self.after // _MINUTE


def wave_of(place: int) -> Wave:
    """Return the wave of the recipient at a place of the ranking, the best match standing at 0."""
    if place < 0:
        raise ValueError(f"no recipient stands at {place}")
    before = place // SIZE
    return Wave(before + 1, before * APART)


def delay_of(metadata: Mapping[str, object]) -> timedelta:
    """Return how long after the first one the wave of a stored message leaves; nothing for one of no batch."""
    minutes = metadata.get("wave_minutes")
    return min(max(minutes, 0) * _MINUTE, _WEEK) if isinstance(minutes, int) else timedelta()
