"""The lead-to-deal flow: what one captured lead brings into the database, in one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.services.actors import Actor
from bot.services.consents import consent_rows
from bot.services.findings import Findings
from bot.services.ladder_steps import NewLadder, create_ladder
from bot.services.pricing import keep_evidence, offer_events, price_values
from domain import kpis
from domain.deals import BriefStatus, Stage, headline
from domain.geo import postal_code, readings
from domain.kpis import Kpi, KpiEvent
from domain.leads import LeadDraft, LeadStatus
from domain.words import fold
from domain.zones import local_date
from storage.base import Tx
from storage.contacts import add_consents
from storage.deals import add_deal
from storage.kpis import emit_kpi
from storage.leads import add_brief, add_lead
from storage.workspaces import next_numbers


@dataclass(frozen=True, slots=True)
class Ids:
    """The rows that one run of the flow stored; numbers are what people say (L-7, D-7)."""

    lead_id: int
    lead_number: int
    brief_id: int
    deal_id: int
    deal_number: int
    evidence_id: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the flow: who captured which lead, when, and what was found out about it."""

    who: Actor
    draft: LeadDraft
    found: Findings
    now: datetime


def store(tx: Tx, run: Run) -> Ids:
    """Store lead, ladder, consent, brief, evidence, deal and events; the caller commits."""
    lead_number, deal_number = next_numbers(tx, "lead", "deal")
    lead_id = add_lead(tx, lead_values(run, lead_number))
    if consents := list(_consent_rows(run)):
        add_consents(tx, consents)
    brief_id = add_brief(tx, brief_values(run, lead_id))
    priced = run.found.offer
    evidence_id = keep_evidence(tx, run.who, priced, lead_id=lead_id, now=run.now) if priced else None
    deal = {"number": deal_number, "lead_id": lead_id, "brief_id": brief_id} | _deal_values(run)
    deal_id = add_deal(tx, deal | price_values(priced, evidence_id))
    ids = Ids(lead_id, lead_number, brief_id, deal_id, deal_number, evidence_id)
    emit_kpi(tx, *_flow_events(run, ids), now=run.now)
    create_ladder(tx, run.who, NewLadder(lead_id, run.found.place, run.found.steps, run.who.rep_id), now=run.now)
    emit_kpi(tx, *_part_events(run, ids), now=run.now)
    return ids


def lead_values(run: Run, number: int) -> dict[str, object]:
    """Return a new lead's columns."""
    draft = run.draft
    return {
        "number": number,
        "name": draft.name,
        "phone": draft.phone,
        "email": draft.email,
        "source": draft.source,
        "status": LeadStatus.NEW,
        "rep_id": run.who.rep_id,
        "asking_price": draft.asking_price,
        "notes": draft.notes,
        "version": 1,
        "created_at": run.now,
        **place_values(run),
    }


def place_values(run: Run) -> dict[str, object]:
    """Return the columns of a lead that follow from its address."""
    draft, place = run.draft, run.found.place
    return {
        "address": draft.address,
        "region": draft.region,
        "postal_code": postal_code(draft.address or "") or postal_code(draft.region or ""),
        "municipality": place.municipality,
        "province": place.province,
        "market": place.market,
        "zones": sorted(place.zones),
        "location_confidence": place.confidence,
        "location_readings": readings(place),
        "search_text": _search_text(draft),
        "missing": run.found.missing,
    }


def _search_text(draft: LeadDraft) -> str:
    """What `/lead find` looks through: folded words, and the phone number's digits."""
    words = fold(" ".join(filter(None, (draft.name, draft.address, draft.region, draft.email))))
    return f"{words} {(draft.phone or '').lstrip('+')}".strip()


def _consent_rows(run: Run) -> Iterator[dict[str, object]]:
    """Yield the ledger's entries for what the seller agreed to."""
    obtained_on = local_date(run.now, run.found.place.zones)
    return consent_rows(run.who, run.draft, source=run.draft.source, obtained_on=obtained_on, now=run.now)


def brief_values(run: Run, lead_id: int) -> dict[str, object]:
    """Return a brief's columns."""
    draft, place = run.draft, run.found.place
    return {
        "lead_id": lead_id,
        "headline": headline(
            beds=draft.beds,
            property_type=draft.property_type,
            place=place.municipality or place.market,
            province=place.province,
            arv=draft.arv,
        ),
        "region": draft.region,
        "province": place.province,
        "market": place.market,
        "property_type": draft.property_type,
        "price": draft.asking_price,
        "beds": draft.beds,
        "baths": draft.baths,
        "notes": draft.notes,
        "status": BriefStatus.ACTIVE,
        "created_at": run.now,
    }


def _deal_values(run: Run) -> dict[str, object]:
    return {
        "stage": Stage.DRAFT,
        "staged_at": run.now,
        "staged_by": run.who.user_id,
        "arv": run.draft.arv,
        "repairs": run.draft.repairs,
        "version": 1,
        "created_at": run.now,
    }


def _flow_events(run: Run, ids: Ids) -> Iterator[KpiEvent]:
    """Yield the flow's five events in their order."""
    details = _flow_details(run, ids)
    for kpi in kpis.LEAD_FLOW:
        yield _event(run, kpi, kpis.leadflow(ids.lead_id), details[kpi])


def _part_events(run: Run, ids: Ids) -> Iterator[KpiEvent]:
    """Yield the events of the flow's parts, each under its own prefix; the ladder counts itself."""
    if run.found.offer and ids.evidence_id:
        yield from offer_events(run.who, run.found.offer, ids.evidence_id)
    for part, why in run.found.failed.items():
        yield _event(run, Kpi.FLOW_PART_FAILED, kpis.flow(ids.lead_id), {"part": part, "why": why}, success=False)


def _flow_details(run: Run, ids: Ids) -> Mapping[Kpi, Mapping[str, object]]:
    place, priced = run.found.place, run.found.offer
    where: dict[str, object] = {"province": place.province, "market": place.market}
    money: dict[str, object] = {"offer": None, "mao": None}
    if priced:
        money = {"offer": float(priced.offer.recommended_offer), "mao": float(priced.offer.mao)}
    liquidity: dict[str, object] = {"liquidity_score": run.found.liquidity.score if run.found.liquidity else 0.0}
    ranking = run.found.ranking
    return {
        Kpi.LEAD_CREATED: where | {"source": run.draft.source},
        Kpi.DEAL_BRIEF_CREATED: {"brief_id": ids.brief_id},
        Kpi.BACKEND_DEAL_CREATED: {"deal_id": ids.deal_id, "evidence_id": ids.evidence_id} | money,
        Kpi.MATCH_ATTEMPT: where | liquidity,
        Kpi.MATCH_RESULT: liquidity | money | {"matches": ranking.fitting, "ranked": ranking.active},
    }


def _event(run: Run, kpi: Kpi, correlation_id: str, detail: Mapping[str, object], *, success: bool = True) -> KpiEvent:
    return KpiEvent(kpi=kpi, success=success, correlation_id=correlation_id, actor=run.who.user_id, detail=detail)
