"""Pricing inside a transaction: the offer by the team's policy, the evidence it leaves, and the same read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from bot.services.actors import Actor
from domain import kpis
from domain.arv import ArvEstimate
from domain.buyer_side import BuyerSide, buyer_side
from domain.deals import headline
from domain.errors import RuleBroken
from domain.kpis import Kpi, KpiEvent
from domain.offers import Offer, OfferInputs, OfferPolicy, OfferStatus, compute_offer
from domain.taxes import TaxNotKnown, tax_places
from storage.audit import Change, record
from storage.base import Tx
from storage.deals import Deal, change_deal
from storage.leads import Lead, brief_of, change_brief, change_lead
from storage.offer_policies import OfferPolicyRow, effective_offer_policy
from storage.offers import Evidence, add_evidence, estimate_json, find_evidence


class EvidenceUnreadable(RuleBroken):
    """E-{number} does not hold {what} any more, so nothing can be computed from it."""

    code = "EVIDENCE_UNREADABLE"


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """An offer with the inputs and the policy row that it rests on."""

    inputs: OfferInputs
    offer: Offer
    policy: OfferPolicyRow


@dataclass(frozen=True, slots=True)
class ArvSource:
    """Where an ARV comes from: the sales as `comps_json` keeps them, and what the assumptions say of them."""

    comps: Sequence[Mapping[str, object]]
    assumptions: Mapping[str, object]


def price(tx: Tx, inputs: OfferInputs) -> PricedOffer:
    """Price by the policy that stands for the place. Raises `OfferRefused`."""
    row = effective_offer_policy(tx, inputs.province, inputs.market or "ALL")
    offer = compute_offer(inputs, row.policy if row else None)
    if row is None:
        raise LookupError("an offer was computed without a policy")
    return PricedOffer(inputs, offer, row)


def price_values(priced: PricedOffer | None, evidence_id: int | None) -> dict[str, Decimal | int | None]:
    """Return the columns of a deal that say its price and what it rests on; empty ones where there is none."""
    offer = priced.offer if priced else None
    return {
        "offer": offer.recommended_offer if offer else None,
        "mao": offer.mao if offer else None,
        "assignment_fee": offer.assignment_fee if offer else None,
        "evidence_id": evidence_id,
    }


def change_price(
    tx: Tx, who: Actor, deal: Deal, values: Mapping[str, Decimal | int | None], *, verb: str, now: datetime
) -> None:
    """Change columns of a deal that say its price, and leave in the audit trail, under `verb`, what they said before.

    Where nothing changes nothing is left.
    """
    before = {name: getattr(deal, name) for name in values}
    if before == values:
        return
    change_deal(tx, deal.id, values)
    record(tx, Change(who.user_id, verb, f"D-{deal.number}", before, values), now=now)


def name_arv(tx: Tx, lead: Lead, arv: Decimal) -> None:
    """Let the headline of a lead's brief name the deal's ARV."""
    brief = brief_of(tx, lead.id)
    if brief:
        place = lead.municipality or lead.market
        kind = brief.property_type
        line = headline(beds=brief.beds, property_type=kind, place=place, province=lead.province, arv=arv)
        change_brief(tx, brief.id, {"headline": line})


def name_lack(tx: Tx, lead: Lead, why: str | None) -> None:
    """Let the lead's card say why there is no offer, or no longer say it."""
    others = {part: text for part, text in lead.missing.items() if part != "offer"}
    missing = others | ({"offer": why} if why else {})
    if missing != dict(lead.missing):
        change_lead(tx, lead.id, {"missing": missing})


@dataclass(frozen=True, slots=True)
class Repricing:
    """Another price of a deal, None where there is none now; `columns` change with it, `verb` is the audit trail's."""

    deal: Deal
    priced: PricedOffer | None
    verb: str
    columns: Mapping[str, Decimal | int | None] = field(default_factory=dict)


def reprice(tx: Tx, who: Actor, change: Repricing, *, now: datetime) -> list[KpiEvent]:
    """Put another price on a deal, keep what it rests on, and return the events that count it.

    Without a price the deal's offer is taken back. What the ARV rests on stays known: sales do not move with a policy.
    """
    deal, priced = change.deal, change.priced
    evidence = find_evidence(tx, deal.evidence_id)
    if priced is None:
        evidence_id = evidence.id if evidence and evidence.estimate else None
    else:
        source = source_of(evidence, priced)
        evidence_id = keep_evidence(tx, who, priced, lead_id=deal.lead_id, now=now, source=source)
    values = {**change.columns, **price_values(priced, evidence_id)}
    change_price(tx, who, deal, values, verb=change.verb, now=now)
    return offer_events(who, priced, evidence_id) if priced and evidence_id else []


def keep_evidence(
    tx: Tx, who: Actor, priced: PricedOffer, *, lead_id: int | None, now: datetime, source: ArvSource | None = None
) -> int:
    """Write down what the offer was computed from; return the evidence's id."""
    offer, policy = priced.offer, priced.policy
    return add_evidence(
        tx,
        {
            "province": priced.inputs.province,
            "market": priced.inputs.market,
            "arv": offer.arv,
            "repairs": offer.repairs,
            "fees_buffer": offer.fees_buffer,
            "mao": offer.mao,
            "recommended_offer": offer.recommended_offer,
            "comps_json": [dict(sale) for sale in source.comps] if source else [],
            "assumptions_json": {**_assumptions(priced), **(source.assumptions if source else {})},
            "lines": [[line.sign, line.label, _text(line.factor), _text(line.amount)] for line in offer.lines],
            "policy_version": policy.label,
            "lead_id": lead_id,
            "created_by": who.user_id,
            "created_at": now,
        },
    )


def source_of(evidence: Evidence | None, priced: PricedOffer) -> ArvSource | None:
    """Return the source for another price of the same ARV: the estimate, and the evidence that holds its sales."""
    estimate = estimate_behind(evidence, priced)
    if evidence is None or estimate is None:
        return None
    holds_sales = evidence.assumptions_json.get("arv_evidence") or evidence.id
    return ArvSource((), {"arv_estimate": estimate_json(estimate), "arv_evidence": holds_sales})


def estimate_behind(evidence: Evidence | None, priced: PricedOffer) -> ArvEstimate | None:
    """Return the estimate of the evidence, if it is the ARV that was priced."""
    estimate = evidence.estimate if evidence else None
    return estimate if estimate and estimate.arv == priced.offer.arv else None


def offer_events(who: Actor, priced: PricedOffer, evidence_id: int) -> list[KpiEvent]:
    """Return the event that counts a computed offer; a `no_offer` is none, and nothing failed either."""
    offer = priced.offer
    if offer.status is OfferStatus.NO_OFFER:
        return []
    detail = {"offer": float(offer.recommended_offer), "mao": float(offer.mao), "policy": priced.policy.label}
    value, correlation_id = float(offer.recommended_offer), kpis.offer(evidence_id)
    return [KpiEvent(Kpi.OFFER_GENERATED, True, correlation_id, who.user_id, value, detail)]


def buyer_side_of(priced: PricedOffer, municipality: str | None, *, on: date) -> BuyerSide | str | None:
    """Return what an offer leaves the buyer, or the sentence that says why nobody knows."""
    try:
        return buyer_side(priced.offer, tax_places(priced.inputs.province or "", municipality), on=on)
    except TaxNotKnown as unknown:
        return str(unknown)


def recorded_price(evidence: Evidence) -> PricedOffer:
    """Compute the offer again from the recorded inputs and the recorded policy's numbers.

    Raises `EvidenceUnreadable` for a number that is gone, and `OfferRefused` for one that no offer allows.
    """
    kept = evidence.assumptions_json
    inputs = OfferInputs(
        province=evidence.province,
        market=evidence.market,
        arv=evidence.arv,
        repairs=evidence.repairs,
        holding_cost=kept.get("holding_cost"),
        holding_months=kept.get("holding_months"),
    )
    row = _policy_row(evidence)
    return PricedOffer(inputs, compute_offer(inputs, row.policy), row)


def _policy_row(evidence: Evidence) -> OfferPolicyRow:
    province, _, rest = evidence.policy_version.partition("/")
    policy = OfferPolicy(
        enabled=True,
        max_arv_multiplier=_kept(evidence, "max_arv_multiplier"),
        fees_buffer=_kept(evidence, "fees_buffer"),
        assignment_fee=_kept(evidence, "assignment_fee"),
        holding_per_month=_kept(evidence, "holding_per_month"),
        rounding_step=_kept(evidence, "rounding_step"),
        version=int(_kept(evidence, "policy_version")),
    )
    return OfferPolicyRow(province, rest.rpartition(" v")[0], policy)


def _kept(evidence: Evidence, name: str) -> Decimal:
    try:
        return Decimal(str(evidence.assumptions_json[name]))
    except (KeyError, InvalidOperation) as gone:
        raise EvidenceUnreadable(number=evidence.id, what=f"the policy's {name.replace('_', ' ')}") from gone


def _assumptions(priced: PricedOffer) -> Mapping[str, str | int | None]:
    inputs, policy = priced.inputs, priced.policy.policy
    return {
        "holding_cost": _text(inputs.holding_cost),
        "holding_months": _text(inputs.holding_months),
        "max_arv_multiplier": str(policy.max_arv_multiplier),
        "fees_buffer": str(policy.fees_buffer),
        "assignment_fee": str(policy.assignment_fee),
        "holding_per_month": str(policy.holding_per_month),
        "rounding_step": str(policy.rounding_step),
        "policy_version": policy.version,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
