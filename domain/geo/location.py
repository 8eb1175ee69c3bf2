"""The answer of the geography: province, market, municipality and zones, with what they rest on."""

from dataclasses import dataclass

ALL = "ALL"
"""The market label of everything outside the nineteen markets."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a lead is.

    `zones` holds every IANA zone the place may lie in, and is empty without evidence. `confidence` runs from 0
    (nothing found) to 1 (a full address whose postal code agrees). `evidence` holds short readable sentences.
    `alternatives` holds other pairs of province and market that the text allows, the best first.
    """

    province: str | None
    market: str
    municipality: str | None
    zones: frozenset[str]
    confidence: float
    evidence: tuple[str, ...]
    alternatives: tuple[tuple[str | None, str], ...]


NOWHERE = Location(None, ALL, None, frozenset(), 0.0, (), ())
"""The answer when nothing tells."""
