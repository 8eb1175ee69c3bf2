"""Changing an offer policy: what its terms and reason must be, and what it gives for the deal it is tried on."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from domain.errors import RuleBroken
from domain.money import Amount
from domain.offer_inputs import OfferInputs, OfferPolicy, checked_terms
from domain.offers import Offer, compute_offer

PROBE_ARV, PROBE_REPAIRS = Decimal("500000.00"), Decimal("40000.00")
"""The deal that every policy is tried on, so that a change can be seen in dollars."""

REASON_LIMIT = 500
"""Characters of a reason; it stands in the history line by line."""

_SOUND = OfferPolicy(enabled=True, max_arv_multiplier=Decimal("0.70"))


class ReasonMissing(RuleBroken):
    """Say why the policy changes: the history keeps the reason beside your name."""

    code: ClassVar[str] = "REASON_MISSING"
    field: ClassVar[str] = "reason"


class ReasonTooLong(RuleBroken):
    """The reason has {length} characters; {limit} fit."""

    code: ClassVar[str] = "REASON_TOO_LONG"
    field: ClassVar[str] = "reason"


def check_term(name: str, value: Amount) -> None:
    """Check one term by its name in `OfferPolicy`, apart from the others. Raises the OfferRefused that it breaks."""
    term: dict[str, Any] = {name: value}
    checked_terms(replace(_SOUND, **term), "")


def check_policy(policy: OfferPolicy, place: str) -> None:
    """Check every term of a policy, one that is switched off too. Raises the first OfferRefused that it breaks."""
    checked_terms(replace(policy, enabled=True), place)


def checked_reason(text: str | None) -> str:
    """Return the reason without space around it. Raises ReasonMissing and ReasonTooLong (over 500 characters)."""
    reason = (text or "").strip()
    if not reason:
        raise ReasonMissing
    if len(reason) > REASON_LIMIT:
        raise ReasonTooLong(length=f"{len(reason):,}", limit=REASON_LIMIT)
    return reason


def probe(policy: OfferPolicy, province: str, market: str) -> Offer | None:
    """Return what a policy gives for 500,000 with repairs of 40,000, no holding; None while it is switched off.

    Raises the OfferRefused that its terms break.
    """
    if not policy.enabled:
        return None
    return compute_offer(OfferInputs(province, market, PROBE_ARV, PROBE_REPAIRS), policy)


def same_terms(one: OfferPolicy, other: OfferPolicy) -> bool:
    """Whether two policies price alike, whatever their versions."""
    return replace(one, version=other.version) == other
