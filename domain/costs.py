"""The cost stack: what a flipper can pay once every cost, tax and profit is counted, as a check on the MAO."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import ClassVar

from domain.arv import ArvEstimate, Comparable, Confidence, Subject, TrendInvalid, estimate_arv
from domain.errors import RuleBroken
from domain.money import CENT, ZERO, Amount, decimals, from_cents, plain_number, round_half_up
from domain.tax_tables import TaxStatus
from domain.taxes import (
    ConsiderationInvalid,
    Tax,
    TaxNotKnown,
    known_up_to,
    land_transfer_tax,
    tax_places,
)

__all__ = [
    "ArvEstimate",
    "Comparable",
    "Confidence",
    "ConsiderationInvalid",
    "CostInputs",
    "CostInvalid",
    "CostStack",
    "Subject",
    "Tax",
    "TaxNotKnown",
    "TaxStatus",
    "TrendInvalid",
    "cost_stack",
    "estimate_arv",
    "land_transfer_tax",
    "tax_places",
]

MONTHS_LIMIT = 60
COST_LIMIT = Decimal(10**12)
"""Costs stay below this size, so that a share of six decimals is still exact in 28 digits."""


class CostInvalid(RuleBroken):
    """{label} must be {want}."""

    code: ClassVar[str] = "COST_INVALID"

    def __init__(self, name: str, want: str) -> None:
        """Remember the field of CostInputs that is wrong as `.field`."""
        self.field = name
        super().__init__(label=name.replace("_", " ").capitalize(), want=want)


@dataclass(frozen=True, slots=True)
class CostInputs:
    """A flip as its buyer sees it: dollars, and shares as fractions (0.15 is 15 %), never float.

    The defaults are the team's starting terms. `on` is the closing day whose tax tables count; None takes those
    in force without an end.
    """

    places: tuple[str, ...]
    arv: Amount
    repairs: Amount
    contingency: Amount = Decimal("0.10")
    holding_months: Amount = 5
    holding_per_month: Amount = Decimal("2800.00")
    selling_pct: Amount = Decimal("0.0565")
    buyer_profit_pct: Amount = Decimal("0.15")
    legal_buy: Amount = Decimal("1500.00")
    legal_sell: Amount = Decimal("1500.00")
    assignment_fee: Amount = ZERO
    on: date | None = None


@dataclass(frozen=True, slots=True)
class CostStack:
    """The stack in dollars to the cent. `max_consideration` counts the assignment fee, `max_seller_price` does not.

    Both may be negative: then not even a house for nothing pays. `profit_at(consideration)` is what the buyer
    keeps after paying that much in all, before income tax.
    """

    repairs_with_contingency: Decimal
    holding: Decimal
    selling: Decimal
    profit: Decimal
    max_consideration: Decimal
    land_transfer_tax: Decimal
    max_seller_price: Decimal
    profit_at: Callable[[Decimal], Decimal] = field(compare=False)
    taxes: tuple[Tax, ...] = ()


def cost_stack(inputs: CostInputs) -> CostStack:
    """Find the largest price P in whole cents with P + land transfer tax of P within the budget.

    Budget = ARV × (1 − selling − profit) − repairs × (1 + contingency) − months × per month − both legal fees.
    CostInvalid names the first wrong field, TaxNotKnown a place whose tax has no source.
    """
    arv = _dollars(inputs.arv, "arv")
    repairs = _dollars(inputs.repairs, "repairs") * (1 + _share(inputs.contingency, "contingency"))
    holding = _months(inputs.holding_months) * _dollars(inputs.holding_per_month, "holding_per_month")
    selling = arv * _share(inputs.selling_pct, "selling_pct")
    profit = arv * _share(inputs.buyer_profit_pct, "buyer_profit_pct")
    legal = _dollars(inputs.legal_buy, "legal_buy") + _dollars(inputs.legal_sell, "legal_sell")
    fee = _dollars(inputs.assignment_fee, "assignment_fee")
    kept = arv - repairs - holding - selling - legal
    ceiling = _ceiling(inputs.places, inputs.on, kept - profit)
    taxes = _taxes(inputs.places, inputs.on, ceiling)

    def profit_at(consideration: Decimal) -> Decimal:
        paid = plain_number(consideration)
        if paid is None:
            raise ConsiderationInvalid
        return round_half_up(kept - paid - _total(_taxes(inputs.places, inputs.on, paid)))

    return CostStack(
        repairs_with_contingency=round_half_up(repairs),
        holding=holding,
        selling=round_half_up(selling),
        profit=round_half_up(profit),
        max_consideration=ceiling,
        land_transfer_tax=_total(taxes),
        max_seller_price=ceiling - fee,
        profit_at=profit_at,
        taxes=taxes,
    )


def _ceiling(places: tuple[str, ...], on: date | None, budget: Decimal) -> Decimal:
    """Bisect on whole cents, which works because no tax falls as the price rises; `budget` may be finer than a cent."""

    def needs(price: Decimal) -> Decimal:
        return price + _total(_taxes(places, on, price))

    if needs(ZERO) >= budget:
        return (budget - needs(ZERO)).quantize(CENT, ROUND_FLOOR)
    low, high = 0, int(_highest(places, on, budget, needs) * 100)
    while low < high:
        middle = (low + high + 1) // 2
        if needs(from_cents(middle)) <= budget:
            low = middle
        else:
            high = middle - 1
    return from_cents(low)


def _highest(places: tuple[str, ...], on: date | None, budget: Decimal, needs: Callable[[Decimal], Decimal]) -> Decimal:
    """Give a price no ceiling is above; asking for the tax beyond what is known raises TaxNotKnown."""
    limit = min((top for top in (known_up_to(place, on) for place in places) if top is not None), default=budget)
    if limit < budget and needs(limit) + CENT <= budget:
        needs(limit + CENT)
    return min(limit, budget)


def _taxes(places: tuple[str, ...], on: date | None, price: Decimal) -> tuple[Tax, ...]:
    taxed = max(price, ZERO)
    return tuple(land_transfer_tax(place, taxed, on) for place in places)


def _total(taxes: Iterable[Tax]) -> Decimal:
    return sum((tax.amount for tax in taxes), ZERO)


def _dollars(raw: object, name: str) -> Decimal:
    amount = plain_number(raw)
    if amount is None or not 0 <= amount < COST_LIMIT or decimals(amount) > 2:
        raise CostInvalid(name, "an amount in dollars, 0 or more, with at most two decimals")
    return amount.quantize(CENT)


def _share(raw: object, name: str) -> Decimal:
    share = plain_number(raw)
    if share is None or not 0 <= share < 1 or decimals(share) > 6:
        raise CostInvalid(name, "a share from 0 to below 1, such as 0.15 for 15 %")
    return share


def _months(raw: object) -> Decimal:
    months = plain_number(raw)
    if months is None or not 0 <= months <= MONTHS_LIMIT or months != months.to_integral_value():
        raise CostInvalid("holding_months", f"a whole number from 0 to {MONTHS_LIMIT}")
    return months.quantize(Decimal(1))
