"""Which buyers a deal suits, and why: fit from what both say, score from fit and how active the buyer is."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.matching_areas import Area, Place, area_of, place_of
from domain.property_types import PropertyType, PropertyTypeUnclear, property_type, property_types

MIN_FIT: Final = 0.7
"""Fit from which a buyer counts as a match, unless the caller of the HTTP flow gives another `min_match_score`."""

OUTSIDE_FACTOR: Final = 0.25
"""What one known refusal (region, type or price) leaves of the fit."""

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
    """One line for a person: "Hamilton is in their area"; `good` tells whether it speaks for the buyer."""

    code: ReasonCode
    text: str
    good: bool


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
    """
    place = place_of(deal.region, deal.province, deal.market)
    kind = _deal_type(deal.property_type)
    matches = [_match(deal, place, kind, buyer) for buyer in buyers if buyer.active]
    matches.sort(key=lambda match: (-match.score, -match.fit))
    return matches if limit is None else matches[: max(0, limit)]


def _match(deal: DealFacts, place: Place | None, kind: PropertyType | None, buyer: BuyerFacts) -> Match:
    region = _region(place, buyer.regions)
    fitting = _type(kind, buyer.property_types)
    price = _price(deal.price, buyer.min_price, buyer.max_price)
    beds = _rooms(ReasonCode.BEDS, deal.beds, buyer.min_beds)
    baths = _rooms(ReasonCode.BATHS, deal.baths, buyer.min_baths)
    sum_of_parts = (
        0.25 * region.value + 0.25 * fitting.value + 0.30 * price.value + 0.10 * beds.value + 0.10 * baths.value
    )
    refusals = (region.value, fitting.value, price.value).count(0)
    fit = sum_of_parts * OUTSIDE_FACTOR**refusals
    reasons = (region.reason, fitting.reason, price.reason, beds.reason, baths.reason, _record(buyer))
    return Match(buyer.buyer_id, fit**3 * math.sqrt(_activity(buyer) * _recency(buyer)), fit, reasons)


def _activity(buyer: BuyerFacts) -> float:
    """min(1, ρ + 2β): how often they answer and buy, starting from .30 and .03 for a buyer never contacted."""
    answering = (buyer.responded + 1.8) / (buyer.contacted + 6)
    buying = (buyer.bought + 0.3) / (buyer.contacted + 10)
    return min(1.0, answering + 2 * buying)


def _recency(buyer: BuyerFacts) -> float:
    """From 1 for an answer today down to .5, halving what lies between every 180 days.

    1 for a buyer who never answered: the rate of answering says so already.
    """
    if buyer.days_since_response is None:
        return 1.0
    return 0.5 + 0.5 * math.exp2(-max(0.0, buyer.days_since_response) / 180)


def _record(buyer: BuyerFacts) -> Reason:
    if buyer.contacted == 0:
        return _NEVER_CONTACTED
    bought = f", bought {buyer.bought}" if buyer.bought else ""
    text = f"answered {buyer.responded} of {buyer.contacted}{bought}"
    return Reason(ReasonCode.RECORD, text, good=buyer.bought > 0 or 2 * buyer.responded >= buyer.contacted)


@lru_cache(maxsize=65_536)
def _region(place: Place | None, regions: str | None) -> _Part:
    """1 same market, .9 province named, .5 neighbouring market, .3 not understood, .25 same province, 0 elsewhere.

    Of several regions the best counts. Not stated, or the deal's own place unknown: .4.
    """
    area = area_of(regions or "")
    if place is None:
        return _part(ReasonCode.REGION, 0.4, "the deal's place is not known", good=False)
    if not area.is_stated:
        return _part(ReasonCode.REGION, 0.4, "no area stated", good=False)
    for value, holds, text in _region_cases(place, area):
        if holds:
            return _part(ReasonCode.REGION, value, text, good=value >= 0.9)
    return _part(ReasonCode.REGION, 0.0, f"{place.label} is outside their area", good=False)


def _region_cases(place: Place, area: Area) -> tuple[tuple[float, bool, str], ...]:
    return (
        (1.0, area.has(place), f"{place.label} is in their area"),
        (0.9, area.has_province(place.province), f"they buy anywhere in {place.province}"),
        (0.5, area.touches(place), f"{place.label} is next to their area"),
        (0.3, area.has_unclear, "their area is not clear"),
        (0.25, place.province in area.city_provinces, f"{place.label} is in their province, outside their cities"),
    )


@lru_cache(maxsize=65_536)
def _type(kind: PropertyType | None, wanted: str | None) -> _Part:
    """1 or 0 after synonyms; .6 where one side does not say, or says what nobody understands."""
    kinds = property_types(wanted or "")
    if kind is None:
        return _part(ReasonCode.TYPE, 0.6, "the deal's property type is not known", good=False)
    if not kinds:
        said = "their property types are not clear" if (wanted or "").strip() else "no property type stated"
        return _part(ReasonCode.TYPE, 0.6, said, good=False)
    if kind in kinds:
        return _part(ReasonCode.TYPE, 1.0, f"they buy {kind}", good=True)
    return _part(ReasonCode.TYPE, 0.0, f"{kind} is outside their property types", good=False)


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
        return _beside((float(price) - float(high)) / float(high), 0.15, "over", "maximum")
    if low is not None and price < low:
        most_left = 1.0 if high is not None else 0.85
        return _beside((float(low) - float(price)) / float(low), 0.30, "under", "minimum", most=most_left)
    return _PRICE_INSIDE if high is not None else _PRICE_OVER_MINIMUM


def _limits(least: Amount | None, most: Amount | None) -> tuple[Amount | None, Amount | None]:
    low = least if least is not None and least > 0 else None
    high = most if most is not None and most > 0 else None
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _beside(share: float, limit: float, side: str, of: str, *, most: float = 1.0) -> _Part:
    """A price beside the limits by `share` of the limit; nothing is left at `limit`."""
    value = min(most, max(0.0, 1 - share / limit))
    percent = f"{max(1, round(share * 100))} % {side} their {of}"
    words = f"price {percent}" if value else f"price is outside their range, {percent}"
    return _part(ReasonCode.PRICE, value, words, good=False)


@lru_cache(maxsize=4096)
def _rooms(code: ReasonCode, has: Count | None, least: Count | None) -> _Part:
    """1 when there are enough, .5 less for each missing, not below 0; .8 where one side does not say."""
    if has is None or least is None:
        return _ROOMS_NOT_STATED[code]
    missing = float(least) - float(has)
    rooms = f"{float(has):g} {code.value.removesuffix('s') if has == 1 else code.value}"
    if missing <= 0:
        return _part(code, 1.0, f"{rooms}, enough for them", good=True)
    return _part(code, max(0.0, 1 - 0.5 * missing), f"{rooms}, they want {float(least):g}", good=False)


@lru_cache(maxsize=1024)
def _deal_type(text: str | None) -> PropertyType | None:
    """The deal's type, None where it is not stated or not understood."""
    try:
        return property_type(text) if text else None
    except PropertyTypeUnclear:
        return None


def _part(code: ReasonCode, value: float, text: str, *, good: bool) -> _Part:
    return _Part(value, Reason(code, text, good))


_NEVER_CONTACTED: Final = Reason(ReasonCode.RECORD, "never contacted", good=False)
_NO_PRICE: Final = _part(ReasonCode.PRICE, 0.65, "the deal has no price yet", good=False)
_NO_LIMITS: Final = _part(ReasonCode.PRICE, 0.65, "no price range stated", good=False)
_PRICE_INSIDE: Final = _part(ReasonCode.PRICE, 1.0, "price is in their range", good=True)
_PRICE_OVER_MINIMUM: Final = _part(ReasonCode.PRICE, 0.85, "price is over their minimum, no maximum stated", good=True)
_ROOMS_NOT_STATED: Final = {
    code: _part(code, 0.8, f"{code} not stated", good=False) for code in (ReasonCode.BEDS, ReasonCode.BATHS)
}
