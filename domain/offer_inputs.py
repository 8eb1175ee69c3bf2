"""What an offer is computed from: the deal's inputs and the team's terms, checked rule by rule in a fixed order."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.geo import PROVINCES
from domain.money import AMOUNT_LIMIT, CENT, ZERO, Amount, decimals, plain_number
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
    PolicyDisabled,
    PolicyMissing,
    ProvinceUnknown,
    RepairsNegative,
    RepairsRequired,
    RepairsTooLarge,
    RoundingStepInvalid,
    TooManyDecimals,
)

LIMIT = Decimal(100_000_000)
MONTHS_LIMIT = 60


@dataclass(frozen=True, slots=True)
class OfferInputs:
    """What a person knows of a deal: amounts in dollars, never float; `holding_cost` wins over `holding_months`."""

    province: str | None
    market: str | None
    arv: Amount | None
    repairs: Amount | None
    holding_cost: Amount | None = None
    holding_months: Amount | None = None


@dataclass(frozen=True, slots=True)
class OfferPolicy:
    """The team's terms in one market: the multiplier as a share of ARV, every amount in dollars."""

    enabled: bool
    max_arv_multiplier: Decimal
    fees_buffer: Decimal = ZERO
    assignment_fee: Decimal = ZERO
    holding_per_month: Decimal = ZERO
    rounding_step: Decimal = CENT
    version: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A deal's inputs once every rule has passed: dollars to the cent, whole months."""

    arv: Decimal
    repairs: Decimal
    holding_cost: Decimal | None
    months: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy's terms once every rule has passed: dollars to the cent, the multiplier as a fraction."""

    multiplier: Decimal
    fees: Decimal
    fee: Decimal
    step: Decimal
    per_month: Decimal


def checked_case(inputs: OfferInputs) -> Case:
    """Check a deal's inputs: province, ARV, repairs, holding, months; the first broken rule raises its OfferRefused."""
    if not _known_province(inputs.province):
        raise ProvinceUnknown("province")
    arv = checked_arv(inputs.arv)
    repairs = checked_repairs(inputs.repairs)
    holding = None if _blank(inputs.holding_cost) else _not_below_zero(inputs.holding_cost, "holding_cost")
    months = 0 if _blank(inputs.holding_months) else _months(inputs.holding_months)
    return Case(arv, repairs, holding, months)


def checked_terms(policy: OfferPolicy | None, place: str) -> Terms:
    """Check the policy for `place`; the first broken rule raises its OfferRefused."""
    if policy is None:
        raise PolicyMissing("policy", place=place)
    if policy.enabled is not True:
        raise PolicyDisabled("policy", place=place)
    return Terms(
        multiplier=_multiplier(policy.max_arv_multiplier),
        fees=_not_below_zero(policy.fees_buffer, "fees_buffer"),
        fee=_not_below_zero(policy.assignment_fee, "assignment_fee"),
        step=_step(policy.rounding_step),
        per_month=_not_below_zero(policy.holding_per_month, "holding_per_month"),
    )


def _known_province(province: object) -> bool:
    return isinstance(province, str) and province in PROVINCES


def _blank(raw: object) -> bool:
    return raw is None or raw == ""


def checked_arv(raw: object) -> Decimal:
    """Return an ARV in dollars, above 0 and to the cent. Raises the OfferRefused of the first rule that it breaks."""
    if _blank(raw):
        raise ArvRequired("arv")
    arv = _money(raw, "arv")
    if arv <= 0:
        raise ArvNotPositive("arv")
    if arv > LIMIT:
        raise ArvTooLarge("arv", limit=f"{LIMIT:,}")
    return arv.quantize(CENT)


def checked_repairs(raw: object) -> Decimal:
    """Return repairs in dollars, 0 or more, to the cent. Raises the OfferRefused of the first rule that they break."""
    if _blank(raw):
        raise RepairsRequired("repairs")
    repairs = _money(raw, "repairs")
    if repairs < 0:
        raise RepairsNegative("repairs")
    if repairs > LIMIT:
        raise RepairsTooLarge("repairs", limit=f"{LIMIT:,}")
    return _cents(repairs)


_NEGATIVE: Mapping[str, type[OfferRefused]] = {
    "holding_cost": HoldingNegative,
    "fees_buffer": FeesNegative,
    "assignment_fee": AssignmentFeeNegative,
    "holding_per_month": HoldingNegative,
}


def _not_below_zero(raw: object, name: str) -> Decimal:
    amount = _money(raw, name)
    if amount < 0:
        raise _NEGATIVE[name](name)
    if amount >= AMOUNT_LIMIT:
        raise NotANumber(name)
    return _cents(amount)


def _months(raw: object) -> int:
    try:
        months = _number(raw, "holding_months")
    except NotANumber as wrong:
        raise MonthsOutOfRange("holding_months", limit=MONTHS_LIMIT) from wrong
    if not 0 <= months <= MONTHS_LIMIT or months != months.to_integral_value():
        raise MonthsOutOfRange("holding_months", limit=MONTHS_LIMIT)
    return int(months)


def _multiplier(raw: object) -> Decimal:
    multiplier = _number(raw, "max_arv_multiplier")
    if not 0 < multiplier <= 1 or decimals(multiplier) > 4:
        raise MultiplierOutOfRange("max_arv_multiplier")
    return multiplier


def _step(raw: object) -> Decimal:
    try:
        step = _money(raw, "rounding_step")
    except OfferRefused as wrong:
        raise RoundingStepInvalid("rounding_step") from wrong
    if not 0 < step < AMOUNT_LIMIT:
        raise RoundingStepInvalid("rounding_step")
    return step


def _money(raw: object, name: str) -> Decimal:
    amount = _number(raw, name)
    if decimals(amount) > 2:
        raise TooManyDecimals(name)
    return amount


def _number(raw: object, name: str) -> Decimal:
    number = plain_number(raw)
    if number is None:
        raise NotANumber(name)
    return number


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT) + 0  # the sum turns "-0" into 0
