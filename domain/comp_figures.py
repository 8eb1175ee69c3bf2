"""The figures of a comparable sale, read from their text: areas, distances, days and the trend, in our own units."""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.comp_refusals import SquareFeetUnclear, TrendUnclear
from domain.comp_tokens import tidy

SQFT_LOW, SQFT_HIGH = Decimal(100), Decimal(100_000)
"""A living area outside this range is a slip of the finger or a lot."""
DISTANCE_LIMIT_KM = Decimal(200)
TREND_LIMIT_PERCENT = Decimal(5)
"""A market that moves by more in a month (80 % a year) is one nobody prices by a trend."""

_SQFT_PER_M2 = Decimal("10.7639104167")
_KM_PER_MILE = Decimal("1.609344")
_TENTH, _METRE = Decimal("0.1"), Decimal("0.001")
_OLDEST = date(1900, 1, 1)

_FIGURE: Final = re.compile(r"[0-9][0-9 ,.]*[0-9]|[0-9]|\.[0-9]+")
_METRIC_AREA: Final = re.compile(r"m2|m²|sq(?:uare)?\.?[ -]?m|mètres?", re.IGNORECASE)
_MILES: Final = re.compile(r"mi(?:les?)?(?![a-z])", re.IGNORECASE)
_KILO: Final = re.compile(r"k", re.IGNORECASE)
_PARTS: Final = re.compile(r"[-/.]")
_UNIT: Final = re.compile(r"[a-z]+", re.IGNORECASE)
_AREA_TYPED: Final = re.compile(
    r"(?:[0-9]{1,3}(?:[, ][0-9]{3})?(?:[.,][0-9]{1,2})?|[0-9]{4,6}(?:[.,][0-9]{1,2})?) ?"
    r"(?:sq(?:uare)?\.? ?(?:ft|feet|foot|m(?:et(?:er|re)s?)?)\.?|sf|ft2|ft²|m2|m²|pi2|pi²"
    r"|pieds? carrés?|mètres? carrés?)?",
    re.IGNORECASE,
)
_TREND_TYPED: Final = re.compile(r"([+-]?) ?([0-9]{1,3}(?:[.,][0-9]{1,4})?) ?%?")


def area_sqft(text: str) -> Decimal:
    """Return an area's square feet to a tenth: "1,450 sq ft", "135 m2" (10.7639 sq ft each)."""
    figure = _decimal(text)
    return (figure * _SQFT_PER_M2 if _METRIC_AREA.search(text) else figure).quantize(_TENTH).normalize() + 0


def distance_km(text: str) -> Decimal:
    """Return a distance's kilometres to a metre: "0.8 km", "800 m", "0.5 mi" (1.609344 km each)."""
    figure = _decimal(text)
    if _MILES.search(text):
        figure *= _KM_PER_MILE
    elif not _KILO.search(text):
        figure /= 1_000
    return figure.quantize(_METRE).normalize() + 0


def sold_on(text: str, *, on: date) -> date | None:
    """Return the day of a sale, "2026-09-14" or "6 weeks ago" as of `on`; None for a day that no calendar has.

    Months and years go back on the calendar: one month before 31 March is the last day of February.
    """
    if _UNIT.search(text):
        return _ago(int(_digits(text)), text, on)
    year, month, day = (int(part) for part in _PARTS.split(text))
    try:
        sold = date(year, month, day)
    except ValueError:
        return None
    return sold if sold >= _OLDEST else None


def parse_area(text: str) -> Decimal | None:
    """Return a house's square feet as a form's field says them, None for an empty one; SquareFeetUnclear otherwise."""
    typed = tidy(text).strip()
    if not typed:
        return None
    area = area_sqft(typed) if _AREA_TYPED.fullmatch(typed) else Decimal(0)
    if not SQFT_LOW <= area <= SQFT_HIGH:
        raise SquareFeetUnclear(typed=typed[:40], low=SQFT_LOW, high=SQFT_HIGH)
    return area


def parse_trend(text: str) -> Decimal:
    """Return the market's monthly trend in per cent, 0 for an empty text; TrendUnclear for anything else."""
    typed = tidy(text).strip()
    if not typed:
        return Decimal(0)
    found = _TREND_TYPED.fullmatch(typed)
    percent = Decimal(found[2].replace(",", ".")) if found else TREND_LIMIT_PERCENT + 1
    if percent > TREND_LIMIT_PERCENT:
        raise TrendUnclear(typed=typed[:40], limit=TREND_LIMIT_PERCENT)
    return -percent if found and found[1] == "-" and percent else percent


def _ago(count: int, text: str, on: date) -> date | None:
    found = _UNIT.search(text)
    match found[0][:1].casefold() if found else "":
        case "d" | "j":
            return _before(on, days=count)
        case "w" | "s":
            return _before(on, days=count * 7)
        case "y" | "a":
            return _months_before(on, count * 12)
    return _months_before(on, count)


def _before(on: date, *, days: int) -> date | None:
    return on - timedelta(days) if days <= (on - _OLDEST).days else None


def _months_before(on: date, months: int) -> date | None:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    if year < _OLDEST.year:
        return None
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _decimal(text: str) -> Decimal:
    """The figure at the front: a comma or space before exactly three digits groups them, any other comma is a point."""
    found = _FIGURE.search(text)
    figure = re.sub(r"(?<=[0-9])[ ,](?=[0-9]{3}(?![0-9]))", "", found[0].strip() if found else "0")
    return Decimal(figure.replace(",", ".").replace(" ", ""))


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
