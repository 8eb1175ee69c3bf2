"""When to ask a person which place is meant, and what their answer makes of the location."""

from dataclasses import replace
from typing import Final

from domain.geo.location import ALL, Location
from domain.geo.markets import MARKETS
from domain.geo.zones import zones_of_province

SURE: Final = 0.8
"""Confidence from which nobody is asked: a plain city with namesakes elsewhere lies above it, contradictions below."""

OFFERED: Final = 4
"""How many readings are offered at most; more would not be read."""

Reading = tuple[str, str]
"""A province and a market label."""


def readings(place: Location) -> tuple[Reading, ...]:
    """The readings to choose from, the best first; none when the location is sure or leaves nothing to choose."""
    if place.confidence >= SURE:
        return ()
    pairs = ((place.province, place.market), *place.alternatives)
    found = tuple(dict.fromkeys((province, market) for province, market in pairs if province))[:OFFERED]
    return found if len(found) > 1 or (found and place.province is None) else ()


def settle(place: Location, reading: Reading) -> Location:
    """The location after a person chose a reading: sure, in that reading's zones, with nothing left to ask.

    What was found about the place stays only where it is the reading that was found.
    """
    province, market = reading
    zones = _zones_of(reading)
    if (place.province, place.market) != reading:
        return Location(province, market, None, zones, 1.0, ("chosen by a person",), ())
    kept = place.zones & zones or zones
    return replace(place, zones=kept, confidence=1.0, evidence=(*place.evidence, "chosen by a person"), alternatives=())


def _zones_of(reading: Reading) -> frozenset[str]:
    province, market = reading
    of_market = {each.zone for each in MARKETS if each.label == market and market != ALL}
    return frozenset(of_market) or zones_of_province(province)
