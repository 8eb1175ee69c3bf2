"""Offers: what a property is worth to the team, priced for a person, with or without keeping the evidence."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.numbered import lead_numbered
from bot.services.pricing import (
    PricedOffer,
    buyer_side_of,
    estimate_behind,
    keep_evidence,
    offer_events,
    price,
    recorded_price,
    source_of,
)
from domain.arv import ArvEstimate
from domain.buyer_side import BuyerSide
from domain.errors import RuleBroken
from domain.geo import NOWHERE, locate, settle
from domain.live_offers import STAGES
from domain.offers import OfferInputs, OfferStatus
from domain.zones import local_date
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal, deal_of
from storage.kpis import emit_kpi
from storage.leads import Lead
from storage.offers import Evidence, find_evidence
from storage.requests import RequestKey, begin_request, finish_request
from storage.workspaces import default_place


class PlaceNotFound(RuleBroken):
    """ "{place}" is no place in Canada that we know. Name a city, a province or a postal code."""

    code = "PLACE_NOT_FOUND"
    field = "place"


@dataclass(frozen=True, slots=True)
class OfferAsk:
    """What a person wants priced: amounts, or a lead whose amounts fill what was left out.

    `place` is as typed; None stands for the lead's place, else the team's default place.
    """

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
    `estimate` is what the ARV is where it comes from comparable sales; `place` is the place as typed, if it was.
    `deal_number` is the deal whose price it may become: the lead's, while offers are made on it.
    """

    priced: PricedOffer
    lead_number: int | None
    is_default_place: bool
    buyer_side: BuyerSide | str | None
    evidence_id: int | None = None
    estimate: ArvEstimate | None = None
    place: str | None = None
    deal_number: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an ask is priced: the municipality decides whose land transfer tax counts, the zones on which day."""

    province: str | None
    market: str
    municipality: str | None
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Resolved:
    """An ask with its place and, where it names one, its lead, and that lead's deal with its evidence."""

    ask: OfferAsk
    place: _Place
    lead: Lead | None
    deal: Deal | None
    inputs: OfferInputs
    evidence: Evidence | None

    def priced(self, tx: Tx, *, at: datetime) -> Quote:
        """Price it as of an instant. Raises `OfferRefused`."""
        priced = price(tx, self.inputs)
        return self.quote(priced, estimate_behind(self.evidence, priced), at=at)

    def repeated(self, tx: Tx, evidence_id: int) -> Quote:
        """Return the price that its evidence holds, whatever stands now. Raises what `recorded_price` raises."""
        evidence = find_evidence(tx, evidence_id)
        if evidence is None:
            raise LookupError(f"evidence {evidence_id} was kept and is not there")
        quote = self.quote(recorded_price(evidence), evidence.estimate, at=evidence.created_at)
        return self.kept(quote, evidence_id)

    def kept(self, quote: Quote, evidence_id: int) -> Quote:
        """Add to a price its evidence, and the deal that it may be saved to: a real offer's while offers are made."""
        deal, is_offer = self.deal, quote.priced.offer.status is OfferStatus.OFFER
        number = deal.number if deal and is_offer and deal.stage in STAGES else None
        return replace(quote, evidence_id=evidence_id, deal_number=number)

    def quote(self, priced: PricedOffer, estimate: ArvEstimate | None, *, at: datetime) -> Quote:
        """Add to a price what follows from its place; the tax is that of the day there."""
        side = buyer_side_of(priced, self.place.municipality, on=local_date(at, self.place.zones))
        is_default_place = not (self.ask.place or self.lead)
        number = self.ask.lead_number
        return Quote(priced, number, is_default_place, side, estimate=estimate, place=self.ask.place)


class Offers:
    """What a rep can do with prices."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def preview(self, who: Actor, ask: OfferAsk) -> Quote:
        """Price without keeping anything: for the form that recomputes while a person types.

        Raises `LeadNotFound`, `PlaceNotFound` and `OfferRefused`.
        """
        now = self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: _resolve(tx, ask).priced(tx, at=now))

    async def quote(self, who: Actor, ask: OfferAsk, request: RequestKey | None = None) -> Quote:
        """Price and keep the evidence; a repeated request shows what the first one kept.

        Raises what `preview` raises, for a first request.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Quote:
            earlier = begin_request(tx, request, now=now) if request else None
            resolved = _resolve(tx, ask)
            if earlier:
                return resolved.repeated(tx, earlier["evidence_id"])
            quote = _kept(tx, who, resolved, now)
            if request:
                finish_request(tx, request, {"evidence_id": quote.evidence_id})
            return quote

        return await self._database.write(who.workspace_id, work)

    async def ask_for_lead(self, who: Actor, number: int) -> OfferAsk:
        """Return what a lead's deal says, to fill the form; its place stays with the lead. Raises `LeadNotFound`."""

        def work(tx: Tx) -> OfferAsk:
            deal = deal_of(tx, lead_numbered(tx, number).id)
            arv, repairs = (deal.arv, deal.repairs) if deal else (None, None)
            return OfferAsk(arv=arv, repairs=repairs, lead_number=number)

        return await self._database.read(who.workspace_id, work)


def kept_quote(lead: Lead, evidence: Evidence, priced: PricedOffer, *, at: datetime) -> Quote:
    """Return the price of a lead that its evidence holds; the tax is that of the lead's place, on the day there."""
    side = buyer_side_of(priced, lead.municipality, on=local_date(at, lead.zones))
    return Quote(priced, lead.number, False, side, evidence.id, evidence.estimate)


def _kept(tx: Tx, who: Actor, resolved: _Resolved, now: datetime) -> Quote:
    """Price it, keep the evidence and count the offer."""
    quote = resolved.priced(tx, at=now)
    source = source_of(resolved.evidence, quote.priced)
    lead_id = resolved.lead.id if resolved.lead else None
    evidence_id = keep_evidence(tx, who, quote.priced, lead_id=lead_id, now=now, source=source)
    emit_kpi(tx, *offer_events(who, quote.priced, evidence_id), now=now)
    return resolved.kept(quote, evidence_id)


def _resolve(tx: Tx, ask: OfferAsk) -> _Resolved:
    """Find the amounts and the place: what was typed, else the lead's, else the team's default place."""
    lead = None if ask.lead_number is None else lead_numbered(tx, ask.lead_number)
    deal = deal_of(tx, lead.id) if lead else None
    known_arv, known_repairs = (deal.arv, deal.repairs) if deal else (None, None)
    arv = known_arv if ask.arv is None else ask.arv
    repairs = known_repairs if ask.repairs is None else ask.repairs
    place = _place_of(tx, ask, lead)
    inputs = OfferInputs(place.province, place.market, arv, repairs, ask.holding_cost, ask.holding_months)
    evidence = find_evidence(tx, deal.evidence_id) if deal else None
    return _Resolved(ask, place, lead, deal, inputs, evidence)


def _place_of(tx: Tx, ask: OfferAsk, lead: Lead | None) -> _Place:
    if lead and not ask.place:
        return _Place(lead.province, lead.market, lead.municipality, lead.zones)
    place = locate(ask.place) if ask.place else settle(NOWHERE, default_place(tx))
    if place.province is None:
        raise PlaceNotFound(place=ask.place)
    return _Place(place.province, place.market, place.municipality, place.zones)
