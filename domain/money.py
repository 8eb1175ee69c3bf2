"""Money as Decimal: cents for storage, rounding, how it is shown, and what people type read without guessing."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from domain.errors import RuleBroken

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
AMOUNT_LIMIT = Decimal(10**15)
"""Amounts stay below this size, so that every sum here is exact in 28 digits and its cents fit 64 bits."""

Amount = str | Decimal | int
"""How an amount may be given to a rule: never as a float, which has already lost cents."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TYPED_LIMIT = 40
_SPACES = str.maketrans(dict.fromkeys("\xa0\u202f\u2009\u2007\u2008\t", " ") | {"\u2212": "-"})
_AFFIXES = re.compile(
    r"(?P<sign>-?) ?(?:(?:CAD|CDN|CA|C)? ?\$|CAD|CDN)? ?(?P<inner>-?) ?"
    r"(?P<number>[0-9][0-9 ,.]*?) ?(?P<unit>k|m|thousand|million)? ?(?:\$ ?(?:CAD|CDN|CA)?|CAD|CDN)?",
    re.ASCII | re.IGNORECASE,
)
_UNITS = {"k": Decimal(1_000), "thousand": Decimal(1_000), "m": Decimal(1_000_000), "million": Decimal(1_000_000)}

_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_COMMAS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3}){1,4}(\.[0-9]{1,2})?")
_GAPS = re.compile(r"[1-9][0-9]{0,2}( [0-9]{3}){1,2}([.,][0-9]{1,2})?")
_SHORT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,8})?")
_THREE_DECIMALS = re.compile(r"[0-9]+\.[0-9]{3}")
_COMMA_DECIMALS = re.compile(r"[0-9]+,[0-9]{1,2}")


class AmountUnclear(RuleBroken):
    """"{typed}" is not clear as an amount. {hint}"""  # fmt: skip

    code: ClassVar[str] = "AMOUNT_UNCLEAR"


class NotInCents(RuleBroken):
    """{value} is not an amount of money in whole cents."""

    code: ClassVar[str] = "NOT_IN_CENTS"


def to_cents(value: Decimal) -> int:
    """Give the whole cents of `value` for storage; NotInCents if it is no Decimal, not finite, too large or finer."""
    if not _storable(value):
        raise NotInCents(value=value)
    return int(value * 100)


def from_cents(cents: int) -> Decimal:
    """Give `cents` as dollars with two decimals; NotInCents for anything but a whole number."""
    if not _whole(cents):
        raise NotInCents(value=cents)
    return Decimal(cents).scaleb(-2)


def round_half_up(value: Decimal, step: Decimal = CENT) -> Decimal:
    """Round `value` to a multiple of `step`, a tie away from zero (the commercial rule)."""
    if step == CENT:
        return value.quantize(CENT, ROUND_HALF_UP)
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def plain_number(raw: object) -> Decimal | None:
    """Read a number that is already machine-written: None for anything but ASCII digits, int or finite Decimal.

    Decimal() alone would let through NaN, Infinity, 1e6, "1_000" and digits of other scripts.
    """
    if isinstance(raw, str) and _NUMBER.fullmatch(raw):
        return Decimal(raw)
    if isinstance(raw, Decimal) and raw.is_finite():
        return raw
    return Decimal(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None


def decimals(value: Decimal) -> int:
    """Count the decimals a finite number was written with; 0 or less for a whole one."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def show(value: Decimal) -> str:
    """Write `value` as people read it, "310,000.00", to the cent, with an ASCII minus."""
    cents = round_half_up(value)
    return f"{cents:,}" if cents else "0.00"


def show_short(value: Decimal) -> str:
    """Write `value` as `show` does, whole dollars without their cents: "310,000" and "310,000.50"."""
    return show(value).removesuffix(".00")


def parse_amount(text: str) -> Decimal:
    """Read one amount in dollars as people type it, negative ones too; AmountUnclear for what has two readings.

    `$500,000`, `CA$500,000.50`, `500,000 CAD`, `500 000 $` (any of the no-break and thin spaces), `500 000,50 $`
    (spaces make the comma a decimal sign), `500k`, `612.5k`, `1.2M`, `1.2 million`. A comma with k or M, a comma
    before one or two digits and a point before exactly three (1.125M is safe) are refused: they have two readings.
    """
    tidy = _tidy(text)
    found = _AFFIXES.fullmatch(tidy)
    if found is None or (found["sign"] and found["inner"]):
        raise _unclear(tidy, "Write one number, like 500,000, 500k or 1.2M.")
    value = _long(found["number"], tidy) if found["unit"] is None else _short(found["number"], found["unit"], tidy)
    return -value if found["sign"] or found["inner"] else value


def _tidy(text: object) -> str:
    if not isinstance(text, str):
        raise _unclear(str(text), "Write it as text, like 500,000 or 500k.")
    if len(text) > _TYPED_LIMIT:
        raise _unclear(text, "Write one number, like 500,000, 500k or 1.2M.")
    return text.translate(_SPACES).strip()


def _long(number: str, typed: str) -> Decimal:
    if _PLAIN.fullmatch(number) or _COMMAS.fullmatch(number):
        return Decimal(number.replace(",", ""))
    if _GAPS.fullmatch(number):
        return Decimal(number.replace(" ", "").replace(",", "."))
    if _THREE_DECIMALS.fullmatch(number):
        raise _unclear(typed, f"Write {number.replace('.', ',')} or {number.partition('.')[0]}.00, whichever is meant.")
    if _COMMA_DECIMALS.fullmatch(number):
        raise _unclear(typed, f"Write the decimals with a point: {number.replace(',', '.')}.")
    raise _unclear(typed, "Write one number with a comma every three digits, like 500,000 or 1,250,000.50, or 500k.")


def _short(number: str, unit: str, typed: str) -> Decimal:
    factor = _UNITS[unit.lower()]
    if "," in number or " " in number:
        raise _unclear(typed, "Before k or M write digits and at most one point: 1.25M, or in full 1,250,000.")
    if not _SHORT.fullmatch(number) or (factor == 1_000 and _THREE_DECIMALS.fullmatch(number)):
        raise _unclear(typed, "Write it in full, like 1,250,000, or short, like 500k or 1.25M.")
    value = Decimal(number) * factor
    cents = round_half_up(value)
    if cents != value:
        raise _unclear(typed, "It is finer than a cent: write it in full, like 1,250,000.50.")
    return cents


def _unclear(typed: str, hint: str) -> AmountUnclear:
    shown = typed if len(typed) <= _TYPED_LIMIT else typed[: _TYPED_LIMIT - 1] + "…"
    return AmountUnclear(typed=shown, hint=hint)


def _storable(value: object) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= AMOUNT_LIMIT:
        return False
    return value * 100 == (value * 100).to_integral_value()


def _whole(cents: object) -> bool:
    return type(cents) is int and abs(cents) < AMOUNT_LIMIT * 100
