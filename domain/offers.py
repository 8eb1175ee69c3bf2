"""What a house may cost us: the ceiling (MAO) and the offer to the seller, every line to the cent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from operator import sub

from domain.money import (
    CENT,
    ZERO,
    AmountUnclear,
    parse_amount,
    round_half_up,
    show,
    show_short,
)
from domain.offer_inputs import (
    Case,
    OfferInputs,
    OfferPolicy,
    Terms,
    checked_arv,
    checked_case,
    checked_repairs,
    checked_terms,
)
from domain.offer_refusals import (
    ArvNotPositive,
    ArvRequired,
    ArvTooLarge,
    AssignmentFeeNegative,
    FeesNegative,
    HoldingNegative,
    MonthsOutOfRange,
    MultiplierOutOfRange,
    NotANumber,
    OfferRefused,
    OfferStands,
    PolicyDisabled,
    PolicyMissing,
    ProvinceUnknown,
    RepairsNegative,
    RepairsRequired,
    RepairsTooLarge,
    RoundingStepInvalid,
    TooManyDecimals,
)

__all__ = [
    "AmountUnclear",
    "ArvNotPositive",
    "ArvRequired",
    "ArvTooLarge",
    "AssignmentFeeNegative",
    "FeesNegative",
    "HoldingNegative",
    "Line",
    "MonthsOutOfRange",
    "MultiplierOutOfRange",
    "NotANumber",
    "Offer",
    "OfferInputs",
    "OfferPolicy",
    "OfferRefused",
    "OfferStands",
    "OfferStatus",
    "PolicyDisabled",
    "PolicyMissing",
    "ProvinceUnknown",
    "RepairsNegative",
    "RepairsRequired",
    "RepairsTooLarge",
    "RoundingStepInvalid",
    "Sign",
    "TooManyDecimals",
    "checked_arv",
    "checked_repairs",
    "compute_offer",
    "killed_by",
    "parse_amount",
]

_ARV_DOWN, _ARV_UP = Decimal("0.95"), Decimal("1.05")
_REPAIRS_DOWN, _REPAIRS_UP = Decimal("0.80"), Decimal("1.20")
_SAME = Decimal(1)


class OfferStatus(StrEnum):
    """Whether there is an offer at all; a `no_offer` is never drafted, sent or counted."""

    OFFER = "offer"
    NO_OFFER = "no_offer"


class Sign(StrEnum):
    """What a line does with its amount."""

    START = ""
    TIMES = "×"
    MINUS = "−"
    EQUALS = "="


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the reckoning: `factor` stands in the left column (ARV, multiplier), `amount` in the right one."""

    label: str
    sign: Sign
    factor: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A priced deal, all dollars to the cent. `mao` is the end buyer's ceiling and may be negative.

    `arv_x_multiplier` is `arv` times the policy's `multiplier`, a fraction. `sensitivity` is the MAO at ARV ±5 %, at
    repairs ±20 % and at both together (worst, best).
    """

    arv_x_multiplier: Decimal
    repairs: Decimal
    holding_cost: Decimal
    fees_buffer: Decimal
    mao: Decimal
    assignment_fee: Decimal
    offer_before_rounding: Decimal
    rounding_adjustment: Decimal
    recommended_offer: Decimal
    shortfall: Decimal
    status: OfferStatus
    sensitivity: Mapping[str, Decimal] = field(hash=False)
    lines: tuple[Line, ...]
    arv: Decimal
    multiplier: Decimal


def compute_offer(inputs: OfferInputs, policy: OfferPolicy | None) -> Offer:
    """Price a deal by the team's formula; the first broken rule raises its OfferRefused, inputs before policy.

    MAO = ARV × multiplier (half up to the cent) − repairs − holding − fees buffer; the offer is MAO − assignment
    fee, rounded down to the step, because rounding to nearest could exceed the ceiling. Holding is the given
    amount (0 counts as given), else months × the policy's amount per month, else 0.
    """
    case = checked_case(inputs)
    terms = checked_terms(policy, f"{inputs.province}/{inputs.market or 'ALL'}")
    holding = case.holding_cost if case.holding_cost is not None else terms.per_month * case.months
    gross = round_half_up(case.arv * terms.multiplier)
    mao = gross - case.repairs - holding - terms.fees
    before = mao - terms.fee
    offered = (before // terms.step * terms.step).quantize(CENT) if before > 0 else ZERO
    cut = before - offered if before > 0 else ZERO
    return Offer(
        arv_x_multiplier=gross,
        repairs=case.repairs,
        holding_cost=holding,
        fees_buffer=terms.fees,
        mao=mao,
        assignment_fee=terms.fee,
        offer_before_rounding=before,
        rounding_adjustment=ZERO - cut,
        recommended_offer=offered,
        shortfall=max(ZERO, -before),
        status=OfferStatus.OFFER if offered > 0 else OfferStatus.NO_OFFER,
        sensitivity=_sensitivity(case, terms, holding),
        lines=(*_ceiling_lines(case, terms, gross, holding), *_offer_lines(terms, cut, offered)),
        arv=case.arv,
        multiplier=terms.multiplier,
    )


def killed_by(offer: Offer) -> Line:
    """Give the line of a `no_offer` that brought what was left to 0 or below; OfferStands if there is an offer."""
    if offer.status is OfferStatus.OFFER:
        raise OfferStands(offer=show(offer.recommended_offer))
    gross, *costs = (line for line in offer.lines if line.sign in (Sign.TIMES, Sign.MINUS))
    left = accumulate((cost.amount or ZERO for cost in costs), sub, initial=offer.arv_x_multiplier)
    return next(line for line, rest in zip((gross, *costs), left, strict=True) if rest <= 0)


def _ceiling_lines(case: Case, terms: Terms, gross: Decimal, holding: Decimal) -> tuple[Line, ...]:
    return (
        Line("ARV", Sign.START, case.arv, None),
        Line("multiplier", Sign.TIMES, terms.multiplier, gross),
        Line("repairs", Sign.MINUS, None, case.repairs),
        Line("holding", Sign.MINUS, None, holding),
        Line("fees", Sign.MINUS, None, terms.fees),
        Line("MAO, buyer's ceiling", Sign.EQUALS, None, gross - case.repairs - holding - terms.fees),
    )


def _offer_lines(terms: Terms, cut: Decimal, offered: Decimal) -> tuple[Line, ...]:
    rounding = Line(f"rounding down to {show_short(terms.step)}", Sign.MINUS, None, cut)
    return (
        Line("assignment fee", Sign.MINUS, None, terms.fee),
        *((rounding,) if cut else ()),
        Line("Recommended offer", Sign.EQUALS, None, offered),
    )


def _sensitivity(case: Case, terms: Terms, holding: Decimal) -> Mapping[str, Decimal]:
    fixed = holding + terms.fees

    def mao(arv_factor: Decimal, repairs_factor: Decimal) -> Decimal:
        arv, repairs = round_half_up(case.arv * arv_factor), round_half_up(case.repairs * repairs_factor)
        return round_half_up(arv * terms.multiplier) - repairs - fixed

    return {
        "mao_arv_minus5": mao(_ARV_DOWN, _SAME),
        "mao_arv_plus5": mao(_ARV_UP, _SAME),
        "mao_repairs_minus20": mao(_SAME, _REPAIRS_DOWN),
        "mao_repairs_plus20": mao(_SAME, _REPAIRS_UP),
        "mao_worst": mao(_ARV_DOWN, _REPAIRS_UP),
        "mao_best": mao(_ARV_UP, _REPAIRS_DOWN),
    }
