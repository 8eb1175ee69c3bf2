"""What each criterion of a match is worth, and what they add up to: the one place of these formulas, for numbers one by
one (`domain.matching`) and for whole columns (`domain.matching_index`).

Functions over `Values` are plain arithmetic, so that they give the same bits for a float and for each element of an
array of them. Source of weights and constants: the simulation in which they were measured; see `rank`.
"""

import math
from collections.abc import Iterator, Set
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from domain.matching_areas import Area, Place
from domain.property_types import PropertyType

if TYPE_CHECKING:  # who ranks without an index need not load it
    from numpy import float64
    from numpy.typing import NDArray

Values = TypeVar("Values", "float", "NDArray[float64]")

OUTSIDE_FACTOR: Final = 0.25
"""What one known refusal (region, type or price) leaves of the fit."""

IN_AREA: Final = 1.0
IN_PROVINCE: Final = 0.9
NEXT_TO_AREA: Final = 0.5
AREA_UNCLEAR: Final = 0.3
PROVINCE_OF_CITIES: Final = 0.25
ELSEWHERE: Final = 0.0
REGION_UNKNOWN: Final = 0.4
TYPE_UNKNOWN: Final = 0.6
PRICE_UNKNOWN: Final = 0.65
ROOMS_UNKNOWN: Final = 0.8
INSIDE: Final = 1.0
OVER_MINIMUM: Final = 0.85
"""A price over a buyer's minimum who states no maximum."""
OVER: Final = 0.15
"""Share of the maximum from which on nothing is left of the price's value over it."""
UNDER: Final = 0.30
"""The same of the minimum, for a price under it."""


def region_value(place: Place | None, area: Area) -> float:
    """1 same market, .9 province named, .5 neighbouring market, .3 not understood, .25 same province, 0 elsewhere.

    Of several regions the best counts. Not stated, or the deal's own place unknown: .4.
    """
    if place is None or not area.is_stated:
        return REGION_UNKNOWN
    return next(_region_values(place, area), ELSEWHERE)


def _region_values(place: Place, area: Area) -> Iterator[float]:
    """Yield what holds, the best first."""
    if area.has(place):
        yield IN_AREA
    if area.has_province(place.province):
        yield IN_PROVINCE
    if area.touches(place):
        yield NEXT_TO_AREA
    if area.has_unclear:
        yield AREA_UNCLEAR
    if place.province in area.city_provinces:
        yield PROVINCE_OF_CITIES


def type_value(kind: PropertyType | None, wanted: Set[PropertyType]) -> float:
    """1 or 0; .6 where one side does not say, or says what nobody understands."""
    return TYPE_UNKNOWN if kind is None or not wanted else float(kind in wanted)


def room_value(has: Decimal | float | None, least: Decimal | float | None) -> float:
    """1 when there are enough, .5 less for each missing, not below 0; .8 where one side does not say."""
    if has is None or least is None:
        return ROOMS_UNKNOWN
    return min(1.0, max(0.0, 1 - 0.5 * (float(least) - float(has))))


def left_beside(share: Values, widest: float) -> Values:
    """What is left of a price's value by `share` beyond a limit: nothing, or less than nothing, from `widest` on."""
    return 1 - share / widest


def sum_of_parts(region: Values, kind: Values, price: Values, beds: Values, baths: Values) -> Values:
    """The fit before refusals."""
    return 0.25 * region + 0.25 * kind + 0.30 * price + 0.10 * beds + 0.10 * baths


def eagerness(contacted: Values, responded: Values, bought: Values) -> Values:
    """ρ + 2β: how often they answer and buy, starting from .30 and .03 for a buyer never contacted; 1 is enough."""
    answering = (responded + 1.8) / (contacted + 6)
    buying = (bought + 0.3) / (contacted + 10)
    return answering + 2 * buying


def recency(days_since_response: float | None) -> float:
    """From 1 for an answer today down to .5, halving what lies between every 180 days.

    1 for a buyer who never answered: the rate of answering says so already.
    """
    if days_since_response is None:
        return 1.0
    return 0.5 + 0.5 * math.exp2(-max(0.0, days_since_response) / 180)


def score_of(fit: Values, record: Values) -> Values:
    """What sorts: fit³ times the root of activity times recency."""
    return fit * fit * fit * record
