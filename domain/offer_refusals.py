"""Why an offer cannot be priced: one class per rule, each naming the field where a form shows it."""

from typing import ClassVar

from domain.errors import RuleBroken

LABELS = {
    "province": "The province",
    "arv": "The ARV",
    "repairs": "The repairs",
    "holding_cost": "The holding cost",
    "holding_months": "The months of holding",
    "policy": "The offer policy",
    "max_arv_multiplier": "The policy's multiplier",
    "fees_buffer": "The policy's fees buffer",
    "assignment_fee": "The policy's assignment fee",
    "rounding_step": "The policy's rounding step",
    "holding_per_month": "The policy's holding cost per month",
}


class OfferRefused(RuleBroken):
    """{label} does not allow an offer."""

    code: ClassVar[str] = "OFFER_REFUSED"

    def __init__(self, field: str, **facts: object) -> None:
        """Remember `field`, a key of LABELS, and fill the sentence with its label and `facts`."""
        self.field = field
        super().__init__(label=LABELS[field], **facts)


class ProvinceUnknown(OfferRefused):
    """Say which province the house is in: without it no offer policy applies."""

    code: ClassVar[str] = "PROVINCE_UNKNOWN"


class NotANumber(OfferRefused):
    """{label} must be a plain number, such as 40000 or 40000.50."""

    code: ClassVar[str] = "NOT_A_NUMBER"


class TooManyDecimals(OfferRefused):
    """{label} goes to the cent: at most two decimals."""

    code: ClassVar[str] = "TOO_MANY_DECIMALS"


class ArvRequired(OfferRefused):
    """Give the ARV: what the house will sell for once it is repaired."""

    code: ClassVar[str] = "ARV_REQUIRED"


class ArvNotPositive(OfferRefused):
    """The ARV must be more than 0."""

    code: ClassVar[str] = "ARV_NOT_POSITIVE"


class ArvTooLarge(OfferRefused):
    """The ARV is above {limit}: check the zeros."""

    code: ClassVar[str] = "ARV_TOO_LARGE"


class RepairsRequired(OfferRefused):
    """Give the cost of repairs, 0 if there are none."""

    code: ClassVar[str] = "REPAIRS_REQUIRED"


class RepairsNegative(OfferRefused):
    """The repairs cannot be below 0."""

    code: ClassVar[str] = "REPAIRS_NEGATIVE"


class RepairsTooLarge(OfferRefused):
    """The repairs are above {limit}: check the zeros."""

    code: ClassVar[str] = "REPAIRS_TOO_LARGE"


class HoldingNegative(OfferRefused):
    """{label} cannot be below 0."""

    code: ClassVar[str] = "HOLDING_NEGATIVE"


class MonthsOutOfRange(OfferRefused):
    """The months of holding must be a whole number from 0 to {limit}."""

    code: ClassVar[str] = "MONTHS_OUT_OF_RANGE"


class PolicyMissing(OfferRefused):
    """No offer policy is set for {place}: an admin sets one, then the offer can be priced."""

    code: ClassVar[str] = "POLICY_MISSING"


class PolicyDisabled(OfferRefused):
    """The offer policy for {place} is switched off: an admin can switch it on."""

    code: ClassVar[str] = "POLICY_DISABLED"


class MultiplierOutOfRange(OfferRefused):
    """The policy's multiplier must be above 0 and at most 1, with at most four decimals: 0.70, not 70."""

    code: ClassVar[str] = "MULTIPLIER_OUT_OF_RANGE"


class FeesNegative(OfferRefused):
    """The policy's fees buffer cannot be below 0."""

    code: ClassVar[str] = "FEES_NEGATIVE"


class AssignmentFeeNegative(OfferRefused):
    """The policy's assignment fee cannot be below 0."""

    code: ClassVar[str] = "ASSIGNMENT_FEE_NEGATIVE"


class RoundingStepInvalid(OfferRefused):
    """The policy's rounding step must be a number above 0 with at most two decimals, such as 0.01 or 500."""

    code: ClassVar[str] = "ROUNDING_STEP_INVALID"


class OfferStands(RuleBroken):
    """This deal has an offer of {offer}: no line killed it."""

    code: ClassVar[str] = "OFFER_STANDS"
