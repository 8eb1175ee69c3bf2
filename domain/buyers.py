"""A buyer as the team takes them down: who, how they are reached, and what they would buy, where and for how much."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.geo import ALL, MARKETS, PROVINCES
from domain.geo.gazetteer import name_lines
from domain.geo.lexicon import lexicon
from domain.leads import NOTES_LIMIT, ContactBasis, CountUnclear, parse_baths
from domain.matching_areas import Area
from domain.money import show_short
from domain.policy import Medium
from domain.property_types import PropertyType, property_types
from domain.roles import Role
from domain.words import fold

TEXT_LIMIT: Final = 1_000
"""Characters of a name, a company, and of areas and property types as typed."""

LEAST_PRICE, LIMIT_PRICE = Decimal(1_000), Decimal(1_000_000_000)
"""A price limit below the first is a slip ("500" for 500k), one from the second on is none that anybody pays."""

MARKET_LIMIT: Final = 64
"""Characters of a place's name in a row."""

_ORDER: Final = tuple(PropertyType)


class BuyerStatus(StrEnum):
    """Whether a buyer is offered deals, rests for a while, or is gone."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The status as a card shows it: "Active"."""
        return self.value.capitalize()


class BuyerNameMissing(RuleBroken):
    """Give the buyer's name, or their company's until you know it."""

    code: ClassVar[str] = "BUYER_NAME_MISSING"
    field: ClassVar[str] = "name"


class BuyerContactMissing(RuleBroken):
    """Give a phone number or an e-mail address, so that somebody can offer them deals."""

    code: ClassVar[str] = "BUYER_CONTACT_MISSING"
    field: ClassVar[str] = "phone"


class BuyerNotesTooLong(RuleBroken):
    """The notes have {length:,} characters; {limit:,} fit."""

    code: ClassVar[str] = "BUYER_NOTES_TOO_LONG"
    field: ClassVar[str] = "notes"


class PricesReversed(RuleBroken):
    """The minimum of {low} is above the maximum of {high}. Swap them, or leave one of them empty."""

    code: ClassVar[str] = "PRICES_REVERSED"
    field: ClassVar[str] = "min_price"


class ProofInFuture(RuleBroken):
    """A proof of funds can't be dated later than today, {today:%d %b %Y}."""

    code: ClassVar[str] = "PROOF_IN_FUTURE"
    field: ClassVar[str] = "proof_of_funds_on"


class FieldRefused(RuleBroken):
    """This can't be taken down."""

    def __init__(self, field: str, **facts: object) -> None:
        """Remember the form's `field` that the sentence is about, and fill the sentence."""
        self.field = field
        super().__init__(**facts)


class TextTooLong(FieldRefused):
    """This has {length:,} characters; {limit:,} fit. Put the rest in the notes."""

    code: ClassVar[str] = "TEXT_TOO_LONG"


class PriceNegative(FieldRefused):
    """A price can't be below 0."""

    code: ClassVar[str] = "PRICE_NEGATIVE"


class PriceAbsurd(FieldRefused):
    """{amount} is not a price that property is bought at. Write it in full, like 500,000, or short, like 500k."""

    code: ClassVar[str] = "PRICE_ABSURD"


@dataclass(frozen=True, slots=True)
class BuyerDraft:
    """What a form or a file gave, checked and typed; what was not given is None or empty.

    `phone` is E.164, `email` normalised, amounts are dollars. `regions` and `property_types` stay as typed, also where
    nobody understands them. `media` are the media the buyer agreed to and matters only with a basis other than NONE.
    Raises, in this order: BuyerNameMissing, BuyerContactMissing (neither phone nor e-mail), TextTooLong,
    BuyerNotesTooLong, PriceNegative, PriceAbsurd, PricesReversed.
    """

    name: str
    company: str | None = None
    phone: str | None = None
    email: str | None = None
    regions: str | None = None
    property_types: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_beds: int | None = None
    min_baths: int | None = None
    proof_of_funds_on: date | None = None
    notes: str = ""
    basis: ContactBasis = ContactBasis.NONE
    media: frozenset[Medium] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Check what needs more than one field or has a limit."""
        if not self.name.strip():
            raise BuyerNameMissing
        if not self.phone and not self.email:
            raise BuyerContactMissing
        self._check_lengths()
        low, high = self.min_price, self.max_price
        for name, amount in (("min_price", low), ("max_price", high)):
            check_price(name, amount)
        if low is not None and high is not None and low > high:
            raise PricesReversed(low=show_short(low), high=show_short(high))

    def _check_lengths(self) -> None:
        for name in ("name", "company", "regions", "property_types"):
            text = getattr(self, name) or ""
            if len(text) > TEXT_LIMIT:
                raise TextTooLong(name, length=len(text), limit=TEXT_LIMIT)
        if len(self.notes) > NOTES_LIMIT:
            raise BuyerNotesTooLong(length=len(self.notes), limit=NOTES_LIMIT)


def check_price(name: str, amount: Decimal | None) -> None:
    """Check one limit of a price range; 0 as a minimum means none. Raises PriceNegative and PriceAbsurd."""
    if amount is None or (amount == 0 and name == "min_price"):
        return
    if amount < 0:
        raise PriceNegative(name)
    if not LEAST_PRICE <= amount < LIMIT_PRICE:
        raise PriceAbsurd(name, amount=show_short(amount))


def check_proof(on: date | None, *, today: date) -> None:
    """Check the day of a proof of funds. Raises ProofInFuture."""
    if on is not None and on > today:
        raise ProofInFuture(today=today)


def parse_min_baths(text: str) -> int | None:
    """Whole bathrooms from 0 to 99, as `parse_baths` reads them. Raises CountUnclear, also for a half."""
    baths = parse_baths(text)
    if baths is None:
        return None
    if baths != int(baths):
        raise CountUnclear(text=text.strip(), what="whole bathrooms", example="a number such as 2")
    return int(baths)


def types_mask(text: str | None) -> int:
    """The property types that a text names, as bits in the order of `PropertyType`; 0 where it names none."""
    named = property_types(text or "")
    return sum(1 << place for place, kind in enumerate(_ORDER) if kind in named)


def types_of(mask: int) -> tuple[PropertyType, ...]:
    """The property types behind the bits of `types_mask`, in their order."""
    return tuple(kind for place, kind in enumerate(_ORDER) if mask >> place & 1)


def unclear_types(text: str | None) -> tuple[str, ...]:
    """The parts of a buyer's property types that name no type, as typed, each once."""
    if len(property_types(text or "")) == len(_ORDER):
        return ()
    parts = (" ".join(part.split()) for part in _BETWEEN.split(text or ""))
    return tuple(dict.fromkeys(part for part in parts if fold(part) and not property_types(part)))


def joined_types(ticked: Iterable[PropertyType], words: str | None) -> str | None:
    """One text for the types that were ticked and those in a person's own words; None for neither."""
    said = property_types(words or "")
    codes = [kind.value for kind in _ORDER if kind in set(ticked) - said]
    return ", ".join(filter(None, (*codes, (words or "").strip()))) or None


def area_rows(area: Area) -> list[tuple[str, str]]:
    """The places of an area as rows: (province, label of the market or municipality), (province, ALL) for all of it.

    Cities of a province that is named as a whole are left out; "anywhere" is every province.
    """
    whole = frozenset(PROVINCES) if area.is_everywhere else area.provinces
    cities = {(province, _label(province, spot)) for province, spot in area.spots if province not in whole}
    return sorted({(province, ALL) for province in whole} | cities)


def age_words(on: date, *, today: date) -> str:
    """How old something dated `on` is: "of today", "12 days old", "5 months old", "2 years old"."""
    days = (today - on).days
    if days <= 0:
        return "of today"
    if days < 60:
        return f"{days} {'day' if days == 1 else 'days'} old"
    if days < 730:
        return f"{round(days * 12 / 365)} months old"
    return f"{days // 365} years old"


def record_words(*, contacted: int, responded: int, bought: int) -> str:
    """A buyer's record with the team in a line: "answered 3 of 5, bought 1"."""
    if not contacted:
        return "never contacted"
    return f"answered {responded} of {contacted}" + (f", bought {bought}" if bought else "")


def may_remove_buyers(role: Role) -> bool:
    """Whether a member removes buyers: approvers and admins; everyone may pause them."""
    return role is not Role.REP


def _label(province: str, spot: str) -> str:
    """The name behind a squeezed form; what the gazetteer lacks keeps that form, a postal code in capitals."""
    return _labels().get((province, spot)) or spot.upper()[:MARKET_LIMIT]


@cache
def _labels() -> dict[tuple[str, str], str]:
    """Every market, municipality and region by province and squeezed form, the markets' own labels first."""
    named = {(province, _squeezed(market.label)): market.label for market in MARKETS for province in market.provinces}
    for name, lines in name_lines().items():
        for line in lines:
            province, _, _, _, municipality, _ = line.split("|")
            label = municipality or name.title()
            named.setdefault((province, _squeezed(label)), label)
    for region in lexicon().nicknames.values():
        named.setdefault((region.province, _squeezed(region.municipality)), region.municipality)
    return named


def _squeezed(label: str) -> str:
    """The form in which `domain.matching_areas` compares labels."""
    return fold(label).replace(" ", "")


_BETWEEN: Final = re.compile(r"[,;/&\n]|\b(?:and|or|et|ou)\b", re.IGNORECASE)
