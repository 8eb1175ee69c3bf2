"""Pricing: the offer for a property by the team's policy, and the evidence it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from bot.clock import Clock
from bot.services.actors import Actor
from domain import kpis
from domain.arv import ArvEstimate
from domain.buyer_side import BuyerSide, buyer_side
from domain.errors import RuleBroken
from domain.geo import locate
from domain.kpis import Kpi, KpiEvent
from domain.offers import Offer, OfferInputs, OfferStatus, compute_offer
from domain.taxes import TaxNotKnown, tax_places
from domain.zones import local_date
from storage.base import Tx
from storage.database import Database
from storage.deals import deal_of
from storage.kpis import emit_kpi
from storage.leads import Lead, find_lead
from storage.offers import Evidence, add_evidence, estimate_json, find_evidence
from storage.policies import OfferPolicyRow, effective_offer_policy
from storage.requests import RequestKey, begin_request, finish_request
from storage.workspaces import default_place


class LeadNotFound(RuleBroken):
    """There is no lead L-{number} here. Find it with `/lead find` and a word of its name or address."""

    code = "LEAD_NOT_FOUND"


class PlaceNotFound(RuleBroken):
    """ "{place}" is no place in Canada that we know. Name a city, a province or a postal code."""

    code = "PLACE_NOT_FOUND"
    field = "place"


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """An offer with the inputs and the policy row that it rests on."""

    inputs: OfferInputs
    offer: Offer
    policy: OfferPolicyRow


@dataclass(frozen=True, slots=True)
class OfferAsk:
    """What a person wants priced: amounts, or a lead whose amounts fill what was left out. `place` as typed."""

    arv: Decimal | None = None
    repairs: Decimal | None = None
    holding_cost: Decimal | None = None
    holding_months: str | None = None
    place: str | None = None
    lead_number: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced ask: `is_default_place` when nobody named a place, `evidence_id` once the evidence is kept.

    `buyer_side` is what the offer leaves the buyer, or the sentence that says why nobody knows; None without a price.
    `estimate` is what the ARV is where it comes from comparable sales.
    """

    priced: PricedOffer
    lead_number: int | None
    is_default_place: bool
    buyer_side: BuyerSide | str | None
    evidence_id: int | None = None
    estimate: ArvEstimate | None = None


@dataclass(frozen=True, slots=True)
class ArvSource:
    """Where an ARV comes from: the sales as `comps_json` keeps them, and what the assumptions say of them."""

    comps: Sequence[Mapping[str, object]]
    assumptions: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an ask is priced; the municipality decides whose land transfer tax counts."""

    province: str | None
    market: str
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class _Resolved:
    inputs: OfferInputs
    place: _Place
    lead_id: int | None
    is_default_place: bool
    evidence: Evidence | None

    def quote(self, tx: Tx, ask: OfferAsk, on: date) -> Quote:
        """Price it. Raises `OfferRefused`."""
        priced = price(tx, self.inputs)
        side = buyer_side_of(priced, self.place.municipality, on=on)
        estimate = _estimate_behind(self.evidence, priced)
        return Quote(priced, ask.lead_number, self.is_default_place, side, estimate=estimate)


class Offers:
    """What a rep can do with prices."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def preview(self, who: Actor, ask: OfferAsk) -> Quote:
        """Price without keeping anything: for the form that recomputes while a person types.

        Raises `LeadNotFound`, `PlaceNotFound` and `OfferRefused`.
        """
        on = local_date(self._clock.now(), (who.zone,))

        def work(tx: Tx) -> Quote:
            return _resolve(tx, ask).quote(tx, ask, on)

        return await self._database.read(who.workspace_id, work)

    async def quote(self, who: Actor, ask: OfferAsk, request: RequestKey | None = None) -> Quote:
        """Price and keep the evidence; a repeated request names the first evidence. Raises what `preview` raises."""
        now = self._clock.now()

        def work(tx: Tx) -> Quote:
            earlier = begin_request(tx, request, now=now) if request else None
            resolved = _resolve(tx, ask)
            quote = resolved.quote(tx, ask, local_date(now, (who.zone,)))
            if earlier:
                return replace(quote, evidence_id=earlier["evidence_id"])
            source = source_of(resolved.evidence, quote.priced)
            evidence_id = keep_evidence(tx, who, quote.priced, lead_id=resolved.lead_id, now=now, source=source)
            emit_kpi(tx, offer_generated(who, quote.priced, evidence_id), now=now)
            if request:
                finish_request(tx, request, {"evidence_id": evidence_id})
            return replace(quote, evidence_id=evidence_id)

        return await self._database.write(who.workspace_id, work)

    async def ask_for_lead(self, who: Actor, number: int) -> OfferAsk:
        """Return what a lead's deal says, to fill the form. Raises `LeadNotFound`."""

        def work(tx: Tx) -> OfferAsk:
            lead = find_lead(tx, number=number)
            if lead is None:
                raise LeadNotFound(number=number)
            deal = deal_of(tx, lead.id)
            arv, repairs = (deal.arv, deal.repairs) if deal else (None, None)
            return OfferAsk(arv=arv, repairs=repairs, place=lead.address or lead.region, lead_number=number)

        return await self._database.read(who.workspace_id, work)


def price(tx: Tx, inputs: OfferInputs) -> PricedOffer:
    """Price by the policy that stands for the place. Raises `OfferRefused`."""
    row = effective_offer_policy(tx, inputs.province, inputs.market or "ALL")
    offer = compute_offer(inputs, row.policy if row else None)
    if row is None:
        raise LookupError("an offer was computed without a policy")
    return PricedOffer(inputs, offer, row)


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
            "arv": offer.lines[0].factor,
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
    estimate = _estimate_behind(evidence, priced)
    if evidence is None or estimate is None:
        return None
    holds_sales = evidence.assumptions_json.get("arv_evidence") or evidence.id
    return ArvSource((), {"arv_estimate": estimate_json(estimate), "arv_evidence": holds_sales})


def _estimate_behind(evidence: Evidence | None, priced: PricedOffer) -> ArvEstimate | None:
    """The estimate of the evidence, if it is the ARV that was priced."""
    estimate = evidence.estimate if evidence else None
    return estimate if estimate and estimate.arv == priced.offer.lines[0].factor else None


def offer_generated(who: Actor, priced: PricedOffer, evidence_id: int) -> KpiEvent:
    """Return the event that counts a computed offer; `no_offer` counts as one that did not succeed."""
    offer = priced.offer
    detail = {"offer": float(offer.recommended_offer), "mao": float(offer.mao), "policy": priced.policy.label}
    return KpiEvent(
        kpi=Kpi.OFFER_GENERATED,
        success=offer.status is OfferStatus.OFFER,
        correlation_id=kpis.offer(evidence_id),
        actor=who.user_id,
        value=float(offer.recommended_offer),
        detail=detail,
    )


def _resolve(tx: Tx, ask: OfferAsk) -> _Resolved:
    """Find the amounts and the place: what was typed, else the lead's, else the team's default place."""
    lead = _lead_of(tx, ask)
    deal = deal_of(tx, lead.id) if lead else None
    known_arv, known_repairs = (deal.arv, deal.repairs) if deal else (None, None)
    arv = known_arv if ask.arv is None else ask.arv
    repairs = known_repairs if ask.repairs is None else ask.repairs
    place = _place_of(tx, ask, lead)
    inputs = OfferInputs(place.province, place.market, arv, repairs, ask.holding_cost, ask.holding_months)
    evidence = find_evidence(tx, deal.evidence_id) if deal else None
    return _Resolved(inputs, place, lead.id if lead else None, not (ask.place or lead), evidence)


def _lead_of(tx: Tx, ask: OfferAsk) -> Lead | None:
    if ask.lead_number is None:
        return None
    lead = find_lead(tx, number=ask.lead_number)
    if lead is None:
        raise LeadNotFound(number=ask.lead_number)
    return lead


def _place_of(tx: Tx, ask: OfferAsk, lead: Lead | None) -> _Place:
    if ask.place:
        place = locate(ask.place)
        if place.province is None:
            raise PlaceNotFound(place=ask.place)
        return _Place(place.province, place.market, place.municipality)
    return _Place(lead.province, lead.market, lead.municipality) if lead else _Place(*default_place(tx))


def buyer_side_of(priced: PricedOffer, municipality: str | None, *, on: date) -> BuyerSide | str | None:
    """Return what an offer leaves the buyer, or the sentence that says why nobody knows."""
    try:
        return buyer_side(priced.offer, tax_places(priced.inputs.province or "", municipality), on=on)
    except TaxNotKnown as unknown:
        return str(unknown)


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
