"""Which buyers a deal suits, and why: fit from what both say, score from fit and how active the buyer is."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.matching_areas import Place, area_of, place_of
from domain.matching_values import (
    AREA_UNCLEAR,
    ELSEWHERE,
    IN_AREA,
    IN_PROVINCE,
    INSIDE,
    NEXT_TO_AREA,
    OUTSIDE_FACTOR,
    OVER,
    OVER_MINIMUM,
    PRICE_UNKNOWN,
    PROVINCE_OF_CITIES,
    REGION_UNKNOWN,
    UNDER,
    eagerness,
    left_beside,
    recency,
    region_value,
    room_value,
    score_of,
    sum_of_parts,
    type_value,
)
from domain.property_types import PropertyType, PropertyTypeUnclear, property_type, property_types

MIN_FIT: Final = 0.7
"""Fit from which a buyer counts as a match, unless the caller of the HTTP flow gives another `min_match_score`."""

Amount = Decimal | int
Count = Decimal | int


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What buyers judge a deal by; None = not known. `price` is what the buyer pays, in dollars."""

    region: str | None = None
    province: str | None = None
    market: str | None = None
    property_type: str | None = None
    price: Amount | None = None
    beds: Count | None = None
    baths: Count | None = None


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """A buyer's wishes as typed ("GTA, Hamilton"; "SFH, duplex"), None = not stated, and their record with us."""

    buyer_id: int | str
    regions: str | None = None
    property_types: str | None = None
    min_price: Amount | None = None
    max_price: Amount | None = None
    min_beds: Count | None = None
    min_baths: Count | None = None
    active: bool = True
    contacted: int = 0
    responded: int = 0
    bought: int = 0
    days_since_response: float | None = None


class ReasonCode(StrEnum):
    """What a reason is about."""

    REGION = "region"
    TYPE = "type"
    PRICE = "price"
    BEDS = "beds"
    BATHS = "baths"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line for a person: "Hamilton is in their area"; `good` tells whether it speaks for the buyer.

    Where one side does not say, or says what nobody understands, it speaks neither way and `is_known` is False.
    """

    code: ReasonCode
    text: str
    good: bool
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """How well a deal suits one buyer: `fit` from 0 to 1 is shown, `score` sorts, `reasons` say why."""

    buyer_id: int | str
    score: float
    fit: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One criterion: its value from 0 to 1 and its reason."""

    value: float
    reason: Reason


def rank(deal: DealFacts, buyers: Iterable[BuyerFacts], *, limit: int | None = None) -> list[Match]:
    """The active buyers, best first; the first `limit` of them when it is given.

    fit = .25 region + .25 type + .30 price + .10 beds + .10 baths, each part from 0 to 1, times .25 for
    each known refusal of region, type or price. score = fit³ · √(activity · recency). Equal scores keep the order of
    fit, then of `buyers`. Everybody active is listed, however bad the fit: `MIN_FIT` is the caller's to apply.
    `domain.matching_index` finds the first of very many without looking at each in turn.
    """
    place = place_of(deal.region, deal.province, deal.market)
    kind = deal_type(deal.property_type)
    matches = [_match(deal, place, kind, buyer) for buyer in buyers if buyer.active]
    matches.sort(key=lambda match: (-match.score, -match.fit))
    return matches if limit is None else matches[: max(0, limit)]


def _match(deal: DealFacts, place: Place | None, kind: PropertyType | None, buyer: BuyerFacts) -> Match:
    region = _region(place, buyer.regions)
    fitting = _type(kind, buyer.property_types)
    price = _price(deal.price, buyer.min_price, buyer.max_price)
    beds = _rooms(ReasonCode.BEDS, deal.beds, buyer.min_beds)
    baths = _rooms(ReasonCode.BATHS, deal.baths, buyer.min_baths)
    refusals = (region.value, fitting.value, price.value).count(0)
    fit = sum_of_parts(region.value, fitting.value, price.value, beds.value, baths.value) * OUTSIDE_FACTOR**refusals
    activity = min(1.0, eagerness(buyer.contacted, buyer.responded, buyer.bought))
    score = score_of(fit, math.sqrt(activity * recency(buyer.days_since_response)))
    reasons = (region.reason, fitting.reason, price.reason, beds.reason, baths.reason, _record(buyer))
    return Match(buyer.buyer_id, score, fit, reasons)


def _record(buyer: BuyerFacts) -> Reason:
    if buyer.contacted == 0:
        return _NEVER_CONTACTED
    bought = f", bought {buyer.bought}" if buyer.bought else ""
    text = f"answered {buyer.responded} of {buyer.contacted}{bought}"
    return Reason(ReasonCode.RECORD, text, good=buyer.bought > 0 or 2 * buyer.responded >= buyer.contacted)


@lru_cache(maxsize=65_536)
def _region(place: Place | None, regions: str | None) -> _Part:
    """The region's part; where nothing is known, whose fault that is."""
    if place is None:
        return _unknown(ReasonCode.REGION, REGION_UNKNOWN, "the deal's place is not known")
    area = area_of(regions or "")
    value = region_value(place, area)
    text = _REGION_TEXTS[value].format(label=place.label, province=place.province)
    if value in (REGION_UNKNOWN, AREA_UNCLEAR):
        return _unknown(ReasonCode.REGION, value, text)
    return _part(ReasonCode.REGION, value, text, good=value >= IN_PROVINCE)


@lru_cache(maxsize=65_536)
def _type(kind: PropertyType | None, wanted: str | None) -> _Part:
    """The property type's part."""
    kinds = property_types(wanted or "")
    value = type_value(kind, kinds)
    if kind is None:
        return _unknown(ReasonCode.TYPE, value, "the deal's property type is not known")
    if not kinds:
        said = "their property types are not clear" if (wanted or "").strip() else "no property type stated"
        return _unknown(ReasonCode.TYPE, value, said)
    text = f"they buy {kind}" if value else f"{kind} is outside their property types"
    return _part(ReasonCode.TYPE, value, text, good=value > 0)


def _price(price: Amount | None, least: Amount | None, most: Amount | None) -> _Part:
    """1 inside; falls in a line to 0 at 15 % over the maximum or 30 % under the minimum; .85 with a minimum alone.

    Limits in the wrong order are swapped; one of 0 or less states nothing. Not stated, or no price: .65.
    """
    low, high = _limits(least, most)
    if price is None or price <= 0:
        return _NO_PRICE
    if low is None and high is None:
        return _NO_LIMITS
    if high is not None and price > high:
        return _beside((float(price) - float(high)) / float(high), OVER, "over", "maximum")
    most_left = INSIDE if high is not None else OVER_MINIMUM
    if low is not None and price < low:
        return _beside((float(low) - float(price)) / float(low), UNDER, "under", "minimum", most=most_left)
    return _PRICE_INSIDE if high is not None else _PRICE_OVER_MINIMUM


def _limits(least: Amount | None, most: Amount | None) -> tuple[Amount | None, Amount | None]:
    low = least if least is not None and least > 0 else None
    high = most if most is not None and most > 0 else None
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _beside(share: float, widest: float, side: str, of: str, *, most: float = INSIDE) -> _Part:
    """A price beside the limits by `share` of the limit; nothing is left at `widest`."""
    value = min(most, max(0.0, left_beside(share, widest)))
    percent = f"{max(1, round(share * 100))} % {side} their {of}"
    words = f"price {percent}" if value else f"price is outside their range, {percent}"
    return _part(ReasonCode.PRICE, value, words, good=False)


@lru_cache(maxsize=4096)
def _rooms(code: ReasonCode, has: Count | None, least: Count | None) -> _Part:
    """The part of bedrooms or bathrooms."""
    value = room_value(has, least)
    if has is None or least is None:
        return _unknown(code, value, f"{code} not stated")
    rooms = f"{float(has):g} {code.value.removesuffix('s') if has == 1 else code.value}"
    if has >= least:
        return _part(code, value, f"{rooms}, enough for them", good=True)
    return _part(code, value, f"{rooms}, they want {float(least):g}", good=False)


@lru_cache(maxsize=1024)
def deal_type(text: str | None) -> PropertyType | None:
    """The deal's type, None where it is not stated or not understood."""
    try:
        return property_type(text) if text else None
    except PropertyTypeUnclear:
        return None


def _part(code: ReasonCode, value: float, text: str, *, good: bool) -> _Part:
    return _Part(value, Reason(code, text, good))


def _unknown(code: ReasonCode, value: float, text: str) -> _Part:
    return _Part(value, Reason(code, text, good=False, is_known=False))


_NEVER_CONTACTED: Final = Reason(ReasonCode.RECORD, "never contacted", good=False, is_known=False)
_NO_PRICE: Final = _unknown(ReasonCode.PRICE, PRICE_UNKNOWN, "the deal has no price yet")
_NO_LIMITS: Final = _unknown(ReasonCode.PRICE, PRICE_UNKNOWN, "no price range stated")
_PRICE_INSIDE: Final = _part(ReasonCode.PRICE, INSIDE, "price is in their range", good=True)
_PRICE_OVER_MINIMUM: Final = _part(
    ReasonCode.PRICE, OVER_MINIMUM, "price is over their minimum, no maximum stated", good=True
)
_REGION_TEXTS: Final = {
    IN_AREA: "{label} is in their area",
    IN_PROVINCE: "they buy anywhere in {province}",
    NEXT_TO_AREA: "{label} is next to their area",
    REGION_UNKNOWN: "no area stated",
    AREA_UNCLEAR: "their area is not clear",
    PROVINCE_OF_CITIES: "{label} is in their province, outside their cities",
    ELSEWHERE: "{label} is outside their area",
}
