"""Comparable sales of a lead's house: what they say while they are typed, and the ARV and offer that they lead to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.figures import check_unsettled
from bot.services.numbered import lead_numbered
from bot.services.offers import Quote, kept_quote
from bot.services.pricing import (
    ArvSource,
    change_price,
    keep_evidence,
    name_arv,
    name_lack,
    offer_events,
    price,
    price_values,
    recorded_price,
)
from domain.arv import ArvEstimate
from domain.comps import CompLine, CompUnclear, House, estimate_from, parse_comps, read_comps, write_comp
from domain.errors import RuleBroken
from domain.offers import OfferInputs, OfferRefused, checked_arv
from domain.zones import local_date
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal, deal_of
from storage.kpis import emit_kpi
from storage.leads import Lead, brief_of
from storage.offers import Evidence, add_evidence, estimate_json, find_evidence, house_json, sale_json
from storage.requests import RequestKey, begin_request, finish_request


class DealNotFound(RuleBroken):
    """L-{number} has no deal, so there is nothing to price."""

    code = "DEAL_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class CompsAsk:
    """What a person typed: the sales, one a line, and the house that they are compared with."""

    lead_number: int
    text: str
    house: House


@dataclass(frozen=True, slots=True)
class Reading:
    """What typed sales say: each line as understood or why not, and the estimate from those that are understood.

    `lacking` is the sentence that says why there is no estimate; None where there is one.
    """

    lead: Lead
    lines: tuple[CompLine | CompUnclear, ...]
    estimate: ArvEstimate | None
    lacking: str | None


@dataclass(frozen=True, slots=True)
class Valued:
    """What entered sales led to: the evidence, and the price; without one `open_because` says what it waits for."""

    lead: Lead
    evidence: Evidence
    estimate: ArvEstimate
    quote: Quote | None

    @property
    def open_because(self) -> str | None:
        """Say why the offer stays open; None where there is one."""
        return self.evidence.open_because


class Comparables:
    """What a rep can do with comparable sales."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ask_for_lead(self, who: Actor, number: int) -> CompsAsk:
        """Return what is known already, to fill the form: the house, and the sales that the deal's ARV rests on.

        Raises `LeadNotFound`.
        """

        def work(tx: Tx) -> CompsAsk:
            lead = lead_numbered(tx, number)
            deal, brief = deal_of(tx, lead.id), brief_of(tx, lead.id)
            evidence = _with_sales(tx, find_evidence(tx, deal.evidence_id) if deal else None)
            beds, baths = (brief.beds, brief.baths) if brief else (None, None)
            house = (evidence and evidence.house) or House(None, beds, baths)
            sales = evidence.sales if evidence else ()
            return CompsAsk(number, "\n".join(write_comp(sale) for sale in sales), house)

        return await self._database.read(who.workspace_id, work)

    async def preview(self, who: Actor, ask: CompsAsk) -> Reading:
        """Read what is typed so far and keep nothing. Raises `LeadNotFound`, `CompsTooMany` and `CompsTooLong`."""
        now = self._clock.now()
        lead = await self._database.read(who.workspace_id, lambda tx: lead_numbered(tx, ask.lead_number))
        lines = read_comps(ask.text, on=local_date(now, lead.zones))
        understood = [line for line in lines if isinstance(line, CompLine)]
        try:
            return Reading(lead, lines, estimate_from(understood, ask.house), None)
        except RuleBroken as lacking:
            return Reading(lead, lines, None, str(lacking))

    async def enter(self, who: Actor, ask: CompsAsk, request: RequestKey) -> Valued:
        """Set the ARV of a lead's deal from sales, price the deal, and keep what it rests on, in one transaction.

        The same request again returns the first result. Where the deal can't be priced yet (repairs or province
        unknown, no policy) the ARV is kept and the offer stays open. Raises `LeadNotFound`, `DealNotFound`,
        `FiguresSettled` once a price is agreed, `CompUnclear` with the line's number, `SquareFeetMissing`,
        `SalesTooFew`, and `OfferRefused` for an ARV beyond what an offer may rest on; nothing is stored then.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Valued:
            earlier = begin_request(tx, request, now=now)
            lead = lead_numbered(tx, ask.lead_number, lock=True)
            evidence_id = earlier["evidence_id"] if earlier else _enter(tx, _Entry(who, ask, lead, now))
            if not earlier:
                finish_request(tx, request, {"evidence_id": evidence_id})
            return _valued(tx, lead, evidence_id, now)

        return await self._database.write(who.workspace_id, work)


@dataclass(frozen=True, slots=True)
class _Entry:
    who: Actor
    ask: CompsAsk
    lead: Lead
    now: datetime


def _with_sales(tx: Tx, evidence: Evidence | None) -> Evidence | None:
    """The evidence that holds the sales of this one's ARV: itself, or the one that it names."""
    named = evidence.assumptions_json.get("arv_evidence") if evidence else None
    return find_evidence(tx, named) if named else evidence


def _enter(tx: Tx, entry: _Entry) -> int:
    """Store everything; return the evidence's id."""
    lead = entry.lead
    deal = deal_of(tx, lead.id)
    if deal is None:
        raise DealNotFound(number=lead.number)
    check_unsettled(deal)
    source, arv = _source(entry)
    inputs = OfferInputs(lead.province, lead.market, arv, deal.repairs)
    try:
        priced = price(tx, inputs)
    except OfferRefused as refused:
        evidence_id = _keep_unpriced(tx, entry, inputs, source, refused)
        _change(tx, entry, deal, arv, price_values(None, evidence_id))
        name_lack(tx, lead, str(refused))
        return evidence_id
    evidence_id = keep_evidence(tx, entry.who, priced, lead_id=lead.id, now=entry.now, source=source)
    emit_kpi(tx, *offer_events(entry.who, priced, evidence_id), now=entry.now)
    _change(tx, entry, deal, arv, price_values(priced, evidence_id))
    name_lack(tx, lead, None)
    return evidence_id


def _source(entry: _Entry) -> tuple[ArvSource, Decimal]:
    """Read the sales and estimate from them; return what is kept of both, and the ARV."""
    ask, today = entry.ask, local_date(entry.now, entry.lead.zones)
    sales = parse_comps(ask.text, on=today)
    estimate = estimate_from(sales, ask.house)
    kept = {
        "arv_estimate": estimate_json(estimate),
        "house": house_json(ask.house),
        "valued_on": today.isoformat(),
    }
    return ArvSource([sale_json(sale) for sale in sales], kept), checked_arv(estimate.arv)


def _keep_unpriced(tx: Tx, entry: _Entry, inputs: OfferInputs, source: ArvSource, why: OfferRefused) -> int:
    """Write down an ARV that no price follows from yet: what was not computed stays empty, and the row says why."""
    return add_evidence(
        tx,
        {
            "province": inputs.province,
            "market": inputs.market or "ALL",
            "arv": inputs.arv,
            "repairs": inputs.repairs,
            "comps_json": [dict(sale) for sale in source.comps],
            "assumptions_json": {**source.assumptions, "open_because": str(why), "open_code": why.code},
            "lines": [["", "ARV", str(inputs.arv), None]],
            "policy_version": "none",
            "lead_id": entry.lead.id,
            "created_by": entry.who.user_id,
            "created_at": entry.now,
        },
    )


def _change(tx: Tx, entry: _Entry, deal: Deal, arv: Decimal, price_columns: Mapping[str, Decimal | int | None]) -> None:
    """Change the deal and what is said of it: the audit trail, and the brief's headline, which names the ARV."""
    change_price(tx, entry.who, deal, {"arv": arv, **price_columns}, verb="comps_entered", now=entry.now)
    name_arv(tx, entry.lead, arv)


def _valued(tx: Tx, lead: Lead, evidence_id: int, now: datetime) -> Valued:
    """Read the result back from its evidence, so that a repeat shows what the first one showed."""
    evidence = find_evidence(tx, evidence_id)
    if evidence is None or evidence.estimate is None:
        raise LookupError(f"evidence {evidence_id} is not as it was written")
    quote = None if evidence.open_because else kept_quote(lead, evidence, recorded_price(evidence), at=now)
    return Valued(lead, evidence, evidence.estimate, quote)
