"""The moves that a deal may make from stage to stage, and what each of them demands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from domain.deals import Stage
from domain.errors import RuleBroken

MOVES: Final[Mapping[Stage, tuple[Stage, ...]]] = {
    Stage.DRAFT: (Stage.OFFERED, Stage.LOST),
    Stage.OFFERED: (Stage.UNDER_AGREEMENT, Stage.DRAFT, Stage.LOST),
    Stage.UNDER_AGREEMENT: (Stage.MARKETED, Stage.ASSIGNED, Stage.LOST),
    Stage.MARKETED: (Stage.ASSIGNED, Stage.UNDER_AGREEMENT, Stage.LOST),
    Stage.ASSIGNED: (Stage.CLOSED, Stage.MARKETED, Stage.LOST),
    Stage.CLOSED: (),
    Stage.LOST: (Stage.DRAFT,),
}
"""Where a deal may go from each stage, the usual way first. A lost deal may be opened again; a closed one is over."""

REASON_LIMIT: Final = 500


class LostReason(StrEnum):
    """Why a deal was lost."""

    SELLER_DECLINED = "seller_declined"
    SOLD_ELSEWHERE = "sold_elsewhere"
    PRICE_APART = "price_apart"
    CONDITION_FAILED = "condition_failed"
    NO_BUYER = "no_buyer"
    UNREACHABLE = "unreachable"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The reason in a person's words: "No buyer was found"."""
        return _REASONS[self]


_REASONS: Final = {
    LostReason.SELLER_DECLINED: "The seller declined",
    LostReason.SOLD_ELSEWHERE: "The seller sold to somebody else",
    LostReason.PRICE_APART: "The prices stayed too far apart",
    LostReason.CONDITION_FAILED: "A condition or the title failed",
    LostReason.NO_BUYER: "No buyer was found",
    LostReason.UNREACHABLE: "The seller can't be reached",
    LostReason.OTHER: "Another reason",
}


class MoveNotAllowed(RuleBroken):
    """D-{number} stands at {stage} and can't go to {to}. {ways}"""

    code: ClassVar[str] = "MOVE_NOT_ALLOWED"


class AgreementDateMissing(RuleBroken):
    """Give the day on which the agreement of purchase and sale was signed."""

    code: ClassVar[str] = "AGREEMENT_DATE_MISSING"
    field: ClassVar[str] = "agreement_on"


class AgreementInFuture(RuleBroken):
    """The agreement can't be signed later than today, {today:%d %b %Y}."""

    code: ClassVar[str] = "AGREEMENT_IN_FUTURE"
    field: ClassVar[str] = "agreement_on"


class ClosingDateMissing(RuleBroken):
    """Give the closing date that the agreement names."""

    code: ClassVar[str] = "CLOSING_DATE_MISSING"
    field: ClassVar[str] = "closing_on"


class ClosingBeforeAgreement(RuleBroken):
    """The closing can't come before the agreement of {agreement_on:%d %b %Y}."""

    code: ClassVar[str] = "CLOSING_BEFORE_AGREEMENT"
    field: ClassVar[str] = "closing_on"


class AgreedPriceMissing(RuleBroken):
    """Give the price that was agreed with the seller, above 0."""

    code: ClassVar[str] = "AGREED_PRICE_MISSING"
    field: ClassVar[str] = "agreed_price"


class BuyerMissing(RuleBroken):
    """Say which buyer takes over the agreement: B-5."""

    code: ClassVar[str] = "BUYER_MISSING"
    field: ClassVar[str] = "buyer"


class FeeMissing(RuleBroken):
    """Give the assignment fee; 0 if there is none."""

    code: ClassVar[str] = "FEE_MISSING"
    field: ClassVar[str] = "assignment_fee"


class FeeNegative(RuleBroken):
    """The assignment fee can't be below 0."""

    code: ClassVar[str] = "FEE_NEGATIVE"
    field: ClassVar[str] = "assignment_fee"


class ClosedDateMissing(RuleBroken):
    """Give the day on which the deal closed."""

    code: ClassVar[str] = "CLOSED_DATE_MISSING"
    field: ClassVar[str] = "closed_on"


class ClosedInFuture(RuleBroken):
    """A deal can't close later than today, {today:%d %b %Y}. Come back on the day."""

    code: ClassVar[str] = "CLOSED_IN_FUTURE"
    field: ClassVar[str] = "closed_on"


class ClosedBeforeAgreement(RuleBroken):
    """The deal can't have closed before its agreement of {agreement_on:%d %b %Y}."""

    code: ClassVar[str] = "CLOSED_BEFORE_AGREEMENT"
    field: ClassVar[str] = "closed_on"


class LostReasonMissing(RuleBroken):
    """Say why the deal was lost."""

    code: ClassVar[str] = "LOST_REASON_MISSING"
    field: ClassVar[str] = "lost_reason"


class LostReasonTooLong(RuleBroken):
    """The words beside the reason have {length:,} characters; {limit:,} fit."""

    code: ClassVar[str] = "LOST_REASON_TOO_LONG"
    field: ClassVar[str] = "lost_note"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a move brings along; each stage demands its own, the rest stays None. Dates are local there."""

    agreement_on: date | None = None
    closing_on: date | None = None
    agreed_price: Decimal | None = None
    buyer_id: int | None = None
    assignment_fee: Decimal | None = None
    closed_on: date | None = None
    lost_reason: LostReason | None = None
    lost_note: str = ""


def check_move(number: int, stage: Stage, to: Stage) -> None:
    """Raise MoveNotAllowed, which names the ways that are open, unless D-`number` may go from `stage` to `to`."""
    if to not in MOVES[stage]:
        raise MoveNotAllowed(number=number, stage=stage.label, to=to.label, ways=ways_text(MOVES[stage]))


def ways_text(ways: Iterable[Stage]) -> str:
    """Say where a deal may go: "It can go to Marketed, Assigned or Lost."."""
    labels = [stage.label for stage in ways]
    if not labels:
        return "It is over and stays as it is."
    *others, last = labels
    return f"It can go to {', '.join(others)} or {last}." if others else f"It can go to {last}."


def check_terms(to: Stage, terms: Terms, *, today: date) -> None:
    """Raise the first thing that stage `to` demands and `terms` lack or have wrong; `today` is the property's date."""
    match to:
        case Stage.UNDER_AGREEMENT:
            _check_agreement(terms, today)
        case Stage.ASSIGNED:
            if terms.buyer_id is None:
                raise BuyerMissing
            _check_fee(terms)
        case Stage.CLOSED:
            _check_closed(terms, today)
        case Stage.LOST:
            _check_lost(terms)


def _check_agreement(terms: Terms, today: date) -> None:
    if terms.agreement_on is None:
        raise AgreementDateMissing
    if terms.agreement_on > today:
        raise AgreementInFuture(today=today)
    if terms.closing_on is None:
        raise ClosingDateMissing
    if terms.closing_on < terms.agreement_on:
        raise ClosingBeforeAgreement(agreement_on=terms.agreement_on)
    if terms.agreed_price is None or terms.agreed_price <= 0:
        raise AgreedPriceMissing


def _check_fee(terms: Terms) -> None:
    if terms.assignment_fee is None:
        raise FeeMissing
    if terms.assignment_fee < 0:
        raise FeeNegative


def _check_closed(terms: Terms, today: date) -> None:
    if terms.closed_on is None:
        raise ClosedDateMissing
    if terms.closed_on > today:
        raise ClosedInFuture(today=today)
    if terms.agreement_on is not None and terms.closed_on < terms.agreement_on:
        raise ClosedBeforeAgreement(agreement_on=terms.agreement_on)
    _check_fee(terms)


def _check_lost(terms: Terms) -> None:
    if terms.lost_reason is None:
        raise LostReasonMissing
    if len(terms.lost_note) > REASON_LIMIT:
        raise LostReasonTooLong(length=len(terms.lost_note), limit=REASON_LIMIT)
