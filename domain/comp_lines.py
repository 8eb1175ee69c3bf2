"""One comparable sale, and the reading of the line that it was typed on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from domain.arv import OLDEST_DAYS, Comparable
from domain.comp_figures import DISTANCE_LIMIT_KM, SQFT_HIGH, SQFT_LOW, area_sqft, distance_km, sold_on
from domain.comp_refusals import (
    CompBelowNominal,
    CompDateUnclear,
    CompGivenTwice,
    CompIncomplete,
    CompOutOfRange,
    CompPartUnclear,
    CompStillToCome,
)
from domain.comp_tokens import Kind, Token, tidy, tokens
from domain.errors import RuleBroken
from domain.leads import parse_baths, parse_beds
from domain.money import AmountUnclear, parse_amount
from domain.offer_inputs import LIMIT as PRICE_LIMIT

T = TypeVar("T")

EXAMPLE: Final = "525k 1450sqft 3bd 2ba 2026-09-14 0.8km"
_BARE_PRICE: Final = Decimal(10_000)
"""A number without $, k or M can be a price from here on: below it is a house number, a unit, a year."""
_NOMINAL: Final = Decimal(1_000)
"""Below it a sale is a transfer for a token sum, which says nothing about value."""
_MOST_MILLIONS, _MOST_METRES = 100, 10
"""As "15m" goes: above 100 no price in millions is meant, below 10 no distance in metres."""
_QUOTED: Final = 40


@dataclass(frozen=True, slots=True)
class CompLine:
    """One sale as understood: `number` counts the text's lines from 1, `typed` is the line as it was typed.

    `price` in dollars, `sqft` in square feet, `distance_km` in kilometres; `age_days` from the sale to the day on which
    it was read; `note` is the rest of the line.
    """

    number: int
    typed: str
    price: Decimal
    sqft: Decimal
    beds: int | None
    baths: Decimal | None
    sold_on: date
    age_days: int
    distance_km: Decimal
    arms_length: bool
    note: str

    @property
    def why_not(self) -> str | None:
        """Say why the sale does not count; None when it does."""
        if not self.arms_length:
            return "not at arm's length"
        return f"older than {OLDEST_DAYS} days" if self.age_days > OLDEST_DAYS else None

    @property
    def comparable(self) -> Comparable:
        """The sale as the estimate takes it."""
        return Comparable(
            price=self.price,
            sqft=float(self.sqft),
            beds=self.beds,
            baths=None if self.baths is None else float(self.baths),
            age_days=self.age_days,
            distance_km=float(self.distance_km),
            arms_length=self.arms_length,
        )


def read_line(number: int, typed: str, *, on: date) -> CompLine:
    """Read the sale on line `number`, ages as of `on`; raises the CompUnclear of the first rule that it breaks."""
    found = _Found(number, tuple(tokens(tidy(typed))))
    price, area, day, distance = found.price(), found.one("area"), found.one("day"), found.distance()
    if price is None or area is None or day is None or distance is None:
        raise found.incomplete({"price": price, "area": area, "day": day, "distance": distance})
    sold = found.day(day, on)
    return CompLine(
        number=number,
        typed=typed,
        price=found.amount(price),
        sqft=found.within(area, area_sqft(area.text), (SQFT_LOW, SQFT_HIGH), "an area in square feet"),
        beds=found.parsed(found.one("beds"), parse_beds),
        baths=found.parsed(found.one("baths"), parse_baths),
        sold_on=sold,
        age_days=(on - sold).days,
        distance_km=found.within(
            distance, distance_km(distance.text), (Decimal(0), DISTANCE_LIMIT_KM), "a distance in km"
        ),
        arms_length=found.arms_length,
        note=_note(tidy(typed), [token for token in found.all if token.kind in _NOTED and token is not price]),
    )


_KINDS: Final = {
    "area": (Kind.AREA,),
    "beds": (Kind.BEDS,),
    "baths": (Kind.BATHS,),
    "day": (Kind.DATE, Kind.OTHER_DATE, Kind.AGE),
}
_NAMES: Final = {
    "price": "the price",
    "area": "the square feet",
    "day": "the date",
    "distance": "the distance",
    "beds": "the beds",
    "baths": "the baths",
}
_NOTED: Final = (Kind.WORD, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class _Found:
    """The tokens of one line, and how its parts are taken from them; each method raises the CompUnclear that is due."""

    line: int
    all: tuple[Token, ...]

    @property
    def arms_length(self) -> bool:
        return not any(token.kind is Kind.NOT_COUNTED for token in self.all)

    def one(self, name: str) -> Token | None:
        return self._only(name, [token for token in self.all if token.kind in _KINDS[name]])

    def price(self) -> Token | None:
        """The amount with $, k or M; without one, the only bare number that can be a price."""
        marked = self._of(Kind.PRICE) + [token for token in self._of(Kind.METRES_OR_MILLIONS) if self._is_price(token)]
        return self._only("price", marked or self._bare())

    def distance(self) -> Token | None:
        metres = [token for token in self._of(Kind.METRES_OR_MILLIONS) if not self._is_price(token)]
        return self._only("distance", self._of(Kind.DISTANCE) + metres)

    def incomplete(self, parts: dict[str, Token | None]) -> CompIncomplete:
        missing = [_NAMES[name] for name, token in parts.items() if token is None]
        *most, last = missing
        listed = f"{', '.join(most)} and {last}" if most else last
        return CompIncomplete(line=self.line, missing=listed, example=EXAMPLE)

    def day(self, token: Token, on: date) -> date:
        sold = None if token.kind is Kind.OTHER_DATE else sold_on(token.text, on=on)
        if sold is None:
            raise CompDateUnclear(line=self.line, typed=token.text)
        if sold > on:
            raise CompStillToCome(line=self.line, typed=token.text)
        return sold

    def amount(self, token: Token) -> Decimal:
        price = self.within(token, self._parse(token, parse_amount), (Decimal(1), PRICE_LIMIT), "a price in dollars")
        if self.arms_length and price < _NOMINAL:
            raise CompBelowNominal(line=self.line, typed=token.text)
        return price

    def parsed(self, token: Token | None, parse: Callable[[str], T | None]) -> T | None:
        return None if token is None else self._parse(token, parse)

    def within(self, token: Token, value: Decimal, limits: tuple[Decimal, Decimal], what: str) -> Decimal:
        low, high = limits
        if not low <= value <= high:
            typed = token.text[:_QUOTED]
            raise CompOutOfRange(line=self.line, typed=typed, what=what, low=f"{low:,}", high=f"{high:,}")
        return value

    def _of(self, kind: Kind) -> list[Token]:
        return [token for token in self.all if token.kind is kind]

    def _bare(self) -> list[Token]:
        return [token for token in self._of(Kind.NUMBER) if _may_be_price(token.text)]

    def _is_price(self, token: Token) -> bool:
        """Whether "15m" is millions: by its size, else by which of the two the line lacks."""
        value = int("".join(filter(str.isdecimal, token.text)))
        if value < _MOST_METRES or value > _MOST_MILLIONS:
            return value < _MOST_METRES
        has_price, has_distance = bool(self._of(Kind.PRICE) or self._bare()), bool(self._of(Kind.DISTANCE))
        if has_price == has_distance:
            why = f'"{token.text}" can be metres or millions. Write {value} metres or {value} million.'
            raise CompPartUnclear(line=self.line, why=why)
        return has_distance

    def _only(self, name: str, given: Sequence[Token]) -> Token | None:
        if len(given) > 1:
            first, second = (token.text[:_QUOTED] for token in given[:2])
            raise CompGivenTwice(line=self.line, what=_NAMES[name], first=first, second=second)
        return given[0] if given else None

    def _parse(self, token: Token, parse: Callable[[str], T]) -> T:
        try:
            return parse(token.text)
        except RuleBroken as broken:
            raise CompPartUnclear(line=self.line, why=str(broken)) from broken


def _may_be_price(text: str) -> bool:
    """Whether a bare number is large enough; one with two readings may be, and is refused where no other is found."""
    try:
        return parse_amount(text) >= _BARE_PRICE
    except AmountUnclear:
        return True


def _note(line: str, rest: Sequence[Token]) -> str:
    """Join what is left: words that stood side by side stay as they were typed, a dot parts the others."""
    runs: list[list[Token]] = []
    for token in rest:
        if runs and not _parted(line, runs[-1][-1], token):
            runs[-1].append(token)
        else:
            runs.append([token])
    return " · ".join(line[run[0].start : run[-1].end] for run in runs)


def _parted(line: str, one: Token, other: Token) -> bool:
    """Whether another part of the sale stands between two tokens."""
    return any(True for _ in tokens(line[one.end : other.start]))
