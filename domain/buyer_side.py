"""What an offer leaves the end buyer: the cost stack beside the formula, as a cross-check of the ceiling."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.costs import CostInputs, cost_stack
from domain.money import round_half_up
from domain.offers import Offer
from domain.taxes import Tax, land_transfer_tax

PER_CENT = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class BuyerSide:
    """What the buyer keeps, in dollars and as a share of ARV, when paying MAO in all; and the cost stack's ceiling.

    `ceiling` is the most that a buyer can pay, land transfer tax apart, and still make the profit that the terms
    want; `months` of holding and the taxes say what was counted.
    """

    kept: Decimal
    share: Decimal
    ceiling: Decimal
    months: int
    taxes: tuple[Tax, ...]

    def is_below(self, mao: Decimal) -> bool:
        """Whether the costs allow less than the formula: then the formula's ceiling is too high."""
        return self.ceiling < mao


def buyer_side(offer: Offer, places: tuple[str, ...], *, on: date) -> BuyerSide | None:
    """Look at an offer from the buyer's side; None when MAO leaves nothing to pay.

    `places` are those whose land transfer taxes add up, `on` the day whose tables count. The buyer pays MAO: price and
    assignment fee together, on which the tax is reckoned too. Raises `TaxNotKnown` where a tax has no source.
    """
    if offer.mao <= 0:
        return None
    inputs = CostInputs(places=places, arv=offer.arv, repairs=offer.repairs, on=on)
    stack = cost_stack(inputs)
    kept = stack.profit_at(offer.mao)
    return BuyerSide(
        kept=kept,
        share=round_half_up(kept / offer.arv, PER_CENT),
        ceiling=stack.max_consideration,
        months=int(inputs.holding_months),
        taxes=tuple(land_transfer_tax(place, offer.mao, on) for place in places),
    )
