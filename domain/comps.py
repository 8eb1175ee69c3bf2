"""Comparable sales as people type them, one a line, read without guessing, and the ARV that they speak for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.arv import OLDEST_DAYS, ArvEstimate, Subject, estimate_arv
from domain.comp_figures import parse_area, parse_trend
from domain.comp_lines import EXAMPLE, CompLine, read_line
from domain.comp_refusals import (
    CompsTooLong,
    CompsTooMany,
    CompUnclear,
    SalesTooFew,
    SquareFeetMissing,
    SquareFeetUnclear,
    TrendUnclear,
)
from domain.money import show_short

__all__ = [
    "EXAMPLE",
    "LINES_LIMIT",
    "TEXT_LIMIT",
    "CompLine",
    "CompUnclear",
    "CompsTooLong",
    "CompsTooMany",
    "House",
    "SalesTooFew",
    "SquareFeetMissing",
    "SquareFeetUnclear",
    "TrendUnclear",
    "estimate_from",
    "parse_area",
    "parse_comps",
    "parse_trend",
    "read_comps",
    "write_comp",
]

LINES_LIMIT: Final = 50
TEXT_LIMIT: Final = 6_000
"""Twice what one multi-line field of a Slack form holds."""


@dataclass(frozen=True, slots=True)
class House:
    """The house to value: `sqft` in square feet, and its market's monthly trend in per cent."""

    sqft: Decimal | None
    beds: int | None = None
    baths: Decimal | None = None
    trend_percent: Decimal = Decimal(0)


def parse_comps(text: str, *, on: date) -> tuple[CompLine, ...]:
    """Read every line that is not blank; the first one that can't be read raises its CompUnclear, which names it.

    Ages count from `on`. Raises CompsTooMany and CompsTooLong as well.
    """
    read = read_comps(text, on=on)
    for line in read:
        if isinstance(line, CompUnclear):
            raise line
    return tuple(line for line in read if isinstance(line, CompLine))


def read_comps(text: str, *, on: date) -> tuple[CompLine | CompUnclear, ...]:
    """Read every line that is not blank by itself: what can't be read comes back as the CompUnclear that says why.

    Raises CompsTooMany and CompsTooLong.
    """
    if len(text) > TEXT_LIMIT:
        raise CompsTooLong(length=len(text), limit=TEXT_LIMIT)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > LINES_LIMIT:
        raise CompsTooMany(count=len(lines), limit=LINES_LIMIT)
    return tuple(_read(number, line, on) for number, line in lines)


def estimate_from(lines: Sequence[CompLine], house: House) -> ArvEstimate:
    """Estimate a house's ARV from sales. Raises SquareFeetMissing, SalesTooFew, and TrendInvalid beyond ±50 %."""
    if house.sqft is None:
        raise SquareFeetMissing
    subject = Subject(float(house.sqft), house.beds, None if house.baths is None else float(house.baths))
    sales = [line.comparable for line in lines]
    estimate = estimate_arv(subject, sales, trend_monthly=float(house.trend_percent / 100))
    if estimate is None:
        counting = sum(line.why_not is None for line in lines)
        verb = "counts" if counting == 1 else "count"
        raise SalesTooFew(days=OLDEST_DAYS, given=len(lines), counting=counting or "none", verb=verb)
    return estimate


def write_comp(line: CompLine) -> str:
    """Write a sale so that reading it on any later day gives the same sale."""
    parts = (
        f"${show_short(line.price)}",
        f"{line.sqft} sqft",
        "" if line.beds is None else f"{line.beds}bd",
        "" if line.baths is None else f"{line.baths}ba",
        line.sold_on.isoformat(),
        f"{line.distance_km}km",
        "" if line.arms_length else "non-arms-length",
    )
    sale = " ".join(filter(None, parts))
    return f"{sale}; {line.note}" if line.note else sale


def _read(number: int, line: str, on: date) -> CompLine | CompUnclear:
    try:
        return read_line(number, line, on=on)
    except CompUnclear as unclear:
        return unclear
