"""Land transfer tax by place and date: what is verified is computed, what is not says so."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import ClassVar

from domain.errors import RuleBroken
from domain.money import AMOUNT_LIMIT, ZERO, plain_number, round_half_up
from domain.tax_tables import AS_OF, TABLES, Flat, Marginal, PerPart, Table, TaxStatus

_REPLACES_PROVINCE = frozenset({"QC/MONTREAL", "QC/QUEBEC_CITY", "NS/HALIFAX"})
_ADDS_TO_PROVINCE = frozenset({"ON/TORONTO"})
_OTHER_NAMES = {"QC/QUEBEC": "QC/QUEBEC_CITY", "QC/VILLE_DE_QUEBEC": "QC/QUEBEC_CITY"}


class TaxNotKnown(RuleBroken):
    """The land transfer tax of {place} is not known: {why}. Ask the lawyer or notary for the amount."""

    code: ClassVar[str] = "TAX_NOT_KNOWN"


class ConsiderationInvalid(RuleBroken):
    """Land transfer tax needs a price in dollars, 0 or more, such as 310000 or 310000.50."""

    code: ClassVar[str] = "CONSIDERATION_INVALID"


@dataclass(frozen=True, slots=True)
class Tax:
    """One place's tax in dollars, to the cent; `as_of` is the month its table was read, `note` what it leaves out."""

    amount: Decimal
    status: TaxStatus
    as_of: str
    name: str = ""
    note: str = ""


def land_transfer_tax(place: str, consideration: Decimal, on: date | None) -> Tax:
    """Give what `place` takes of a sale at `consideration` dollars registered `on`; a city's part is its own place.

    The buyer pays on the whole price, an assignee on price and assignment fee together. `on` None asks for the
    table in force without an end. TaxNotKnown for places, dates and prices without a source, ConsiderationInvalid
    for what is no price.
    """
    price = _price(consideration)
    table = _table(place, on)
    if table.scale is None:
        raise TaxNotKnown(place=table.name, why=f"no official table was found ({table.source})")
    if table.known_up_to is not None and price > table.known_up_to:
        raise TaxNotKnown(place=table.name, why=f"above {table.known_up_to:,} another rate applies, not verified")
    return Tax(round_half_up(_on_scale(table.scale, price)), table.status, AS_OF, table.name, table.note)


def known_up_to(place: str, on: date | None) -> Decimal | None:
    """Give the price in dollars above which `place`'s tax is not known, None if it is known throughout."""
    return _table(place, on).known_up_to


def tax_places(province: str, municipality: str | None = None) -> tuple[str, ...]:
    """Name the places whose taxes add up for a house: ("ON", "ON/TORONTO") in the City of Toronto itself.

    `municipality` is the city proper, not its market: Mississauga pays no Toronto tax. Accents and case do not
    matter.
    """
    city = f"{province}/{_plain(municipality or '')}"
    city = _OTHER_NAMES.get(city, city)
    if city in _REPLACES_PROVINCE:
        return (city,)
    return (province, city) if city in _ADDS_TO_PROVINCE else (province,)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "_".join(letters.upper().replace("-", " ").replace("_", " ").split())


def _price(raw: object) -> Decimal:
    price = plain_number(raw)
    if price is None or not 0 <= price < AMOUNT_LIMIT:
        raise ConsiderationInvalid
    return price


def _table(place: object, on: date | None) -> Table:
    tables = [table for table in TABLES if table.place == place]
    if not tables:
        raise TaxNotKnown(place=str(place)[:40], why="no table has that name")
    for table in tables:
        if _in_force(table, on):
            return table
    known = " and ".join(f"{table.starts_on} to {table.ends_on or 'today'}" for table in tables)
    raise TaxNotKnown(place=tables[0].name, why=f"the rates are verified only for {known}")


def _in_force(table: Table, on: date | None) -> bool:
    if on is None:
        return table.ends_on is None
    return (table.starts_on is None or table.starts_on <= on) and (table.ends_on is None or on <= table.ends_on)


def _on_scale(scale: Marginal | Flat | PerPart, price: Decimal) -> Decimal:
    if isinstance(scale, Marginal):
        return _marginal(scale, price)
    return _flat(scale, price) if isinstance(scale, Flat) else _per_part(scale, price)


def _marginal(scale: Marginal, price: Decimal) -> Decimal:
    tax, floor = ZERO, ZERO
    for bound, rate in scale.brackets:
        top = price if bound is None else min(price, bound)
        tax += (top - floor) * rate
        floor = top
    return tax


def _flat(scale: Flat, price: Decimal) -> Decimal:
    if price <= scale.exempt_up_to:
        return ZERO
    return scale.low_fee if price <= scale.low_fee_up_to else price * scale.rate


def _per_part(scale: PerPart, price: Decimal) -> Decimal:
    parts = (max(price - scale.free, ZERO) / scale.part).to_integral_value(ROUND_CEILING)
    tax = scale.base + scale.per * parts
    return tax if scale.most is None else min(tax, scale.most)
