"""Saving a price to a deal: what `/offer L-7` computed becomes the deal's own figures, and an offer is drafted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.services.actors import check_may_work
from bot.services.evidence import EvidenceNotFound
from bot.services.offer_states import Step, draft
from bot.services.offers import Quote, kept_quote
from bot.services.pricing import change_price, name_arv, name_lack, price_values, recorded_price
from domain.errors import RuleBroken
from domain.live_offers import PriceFigures, check_priced, check_stage
from storage.base import Tx
from storage.deals import Deal
from storage.leads import Lead
from storage.live_offers import LiveOffer
from storage.offer_policies import effective_offer_policy
from storage.offers import Evidence, find_evidence

PRICE_SAVED: Final = "price_saved"
"""The audit trail's word for a price that somebody saved to the deal."""


class EvidenceOfAnother(RuleBroken):
    """E-{evidence} does not price L-{lead}, whose deal D-{number} is. Price that lead: `/offer L-{lead}`."""

    code = "EVIDENCE_OF_ANOTHER"


class EvidenceOpen(RuleBroken):
    """E-{evidence} holds no price: {why}"""

    code = "EVIDENCE_OPEN"


@dataclass(frozen=True, slots=True)
class Saved:
    """A price that was saved to a lead's deal, and the offer that was drafted of it, or stands already.

    `remarks` are sentences about what has changed since it was priced.
    """

    lead: Lead
    offer: LiveOffer
    quote: Quote
    remarks: tuple[str, ...]


def save_price(tx: Tx, step: Step, lead: Lead, evidence_id: int) -> Saved:
    """Make the price that E-`evidence_id` holds the deal's own, and draft an offer of it.

    The lead's row is locked as well as the deal's. Raises `NotYourDeal`, `OffersOver`, `EvidenceNotFound`,
    `EvidenceOfAnother`, `EvidenceOpen`, `EvidenceUnreadable` and `NothingToOffer`.
    """
    deal = step.deal
    check_may_work(step.who, lead)
    check_stage(deal.number, deal.stage)
    evidence = _evidence(tx, deal, lead, evidence_id)
    priced = recorded_price(evidence)
    offer = priced.offer
    check_priced(evidence.id, PriceFigures(offer.recommended_offer, offer.mao, offer.assignment_fee))
    values = {"arv": offer.arv, "repairs": offer.repairs, **price_values(priced, evidence.id)}
    change_price(tx, step.who, deal, values, verb=PRICE_SAVED, now=step.now)
    name_arv(tx, lead, offer.arv)
    name_lack(tx, lead, None)
    drafted = draft(tx, step, {"evidence_id": evidence.id, "amount": offer.recommended_offer})
    quote = replace(kept_quote(lead, evidence, priced, at=step.now), deal_number=deal.number)
    return Saved(lead, drafted, quote, tuple(_remarks(tx, lead, evidence)))


def _evidence(tx: Tx, deal: Deal, lead: Lead, evidence_id: int) -> Evidence:
    """The evidence of a price of this deal's lead."""
    evidence = find_evidence(tx, evidence_id)
    if evidence is None:
        raise EvidenceNotFound(number=evidence_id)
    if evidence.lead_id != deal.lead_id:
        raise EvidenceOfAnother(evidence=evidence_id, lead=lead.number, number=deal.number)
    if evidence.open_because:
        raise EvidenceOpen(evidence=evidence_id, why=evidence.open_because)
    return evidence


def _remarks(tx: Tx, lead: Lead, evidence: Evidence) -> Iterator[str]:
    """Yield what the person may not know who saves a price that was computed before."""
    standing = effective_offer_policy(tx, evidence.province, evidence.market)
    label = standing.label if standing else "none"
    if label != evidence.policy_version:
        yield f"It was priced by policy {evidence.policy_version}; {label} stands now."
    elif standing and not standing.policy.enabled:
        yield f"Policy {label}, by which it was priced, is switched off now."
    if (evidence.province, evidence.market) != (lead.province, lead.market):
        place = lead.province if lead.market == "ALL" else f"{lead.market} {lead.province}"
        priced_for = evidence.province if evidence.market == "ALL" else f"{evidence.market} {evidence.province}"
        yield f"It was priced for {priced_for}; the property is in {place or 'no province that we know'}."
