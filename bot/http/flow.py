"""The flow endpoint: a lead and its deal in one JSON document."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.http.access import Door
from bot.http.problems import problem
from bot.services.intake import read_lead
from bot.services.leads import Capture, LeadCard, Leads
from bot.services.matching import Ranking
from domain.leads import LeadDraft
from domain.matching import MIN_FIT
from storage.requests import RequestKey

Amount = str | int | float | None


class LeadIn(BaseModel):
    """The seller. One of phone and e-mail is needed."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(examples=["Test Seller"])
    phone: str | None = Field(default=None, examples=["416-555-0134"])
    email: str | None = None
    address: str | None = None
    region: str | None = None
    source: str | None = Field(default=None, examples=["test"])
    notes: str | None = None


class DealIn(BaseModel):
    """The property. Amounts are dollars, as numbers or text such as "500k"."""

    model_config = ConfigDict(extra="ignore")

    region: str | None = Field(default=None, examples=["Toronto, ON"])
    arv: Amount = Field(default=None, examples=[500000])
    repairs: Amount = Field(default=None, examples=[40000])
    price: Amount = None
    property_type: str | None = Field(default=None, examples=["SFR"])
    beds: str | int | None = None
    baths: str | int | float | None = None
    notes: str | None = None


class MatchSettings(BaseModel):
    """How buyers are listed: the least fit that counts, and how many at most."""

    match_buyers: bool = True
    min_match_score: float = Field(default=MIN_FIT, ge=0, le=1)
    max_results: int = Field(default=10, ge=1, le=100)


class LeadToDeal(BaseModel):
    """A lead, its deal, and how buyers are matched."""

    lead: LeadIn
    deal: DealIn
    match_settings: MatchSettings = MatchSettings()


def flow_router(leads: Leads, door: Door) -> APIRouter:
    """Return the routes of the flow."""
    router = APIRouter(tags=["flow"], dependencies=[Depends(door.check)])

    @router.post("/flow/lead_to_deal", status_code=201, summary="Capture a lead and open its deal")
    async def lead_to_deal(
        asked: LeadToDeal, request: Request, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
    ) -> JSONResponse:
        """Store the lead, its six follow-up tasks, the brief and the deal with its offer, in one transaction.

        With an `Idempotency-Key` header the same document again answers with the first result.
        """
        draft = read_lead(_values(asked))
        if not isinstance(draft, LeadDraft):
            wrong = {_in_document(asked, field): sentence for field, sentence in draft.items()}
            return problem(422, "INVALID", "Some fields need another look.", errors=wrong)
        key = RequestKey(f"http:{idempotency_key}", await _hash(request)) if idempotency_key else None
        who = door.actor()
        wanted = asked.match_settings
        captured = await leads.capture(who, Capture(draft, key, wanted.min_match_score))
        listed = wanted.max_results if wanted.match_buyers else 0
        card = await leads.card(who, captured.number, min_fit=wanted.min_match_score, listed=listed)
        return JSONResponse(_answer(card), status_code=201)

    return router


def _values(asked: LeadToDeal) -> dict[str, Any]:
    """Put both halves into one form; an address of the lead beats the deal's region."""
    lead, deal = asked.lead, asked.deal
    notes = "\n".join(filter(None, (lead.notes, deal.notes)))
    return {
        "name": lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "address": lead.address,
        "region": deal.region or lead.region,
        "source": lead.source,
        "property_type": deal.property_type,
        "arv": deal.arv,
        "repairs": deal.repairs,
        "asking_price": deal.price,
        "beds": deal.beds,
        "baths": deal.baths,
        "notes": notes,
    }


def _in_document(asked: LeadToDeal, field: str) -> str:
    """Name a field of the form by where its value stands in the document: "deal.price"."""
    match field:
        case "asking_price":
            return "deal.price"
        case "arv" | "repairs" | "property_type" | "beds" | "baths":
            return f"deal.{field}"
        case "region":
            return "deal.region" if asked.deal.region else "lead.region"
        case "notes":
            return "lead.notes" if asked.lead.notes else "deal.notes"
    return f"lead.{field}"


async def _hash(request: Request) -> str:
    return hashlib.sha256(await request.body()).hexdigest()


def _answer(card: LeadCard) -> dict[str, Any]:
    lead, deal, brief = card.lead, card.deal, card.brief
    offer = float(deal.offer) if deal and deal.offer is not None else None
    mao = float(deal.mao) if deal and deal.mao is not None else None
    return {
        "lead": {
            "id": lead.id,
            "number": f"L-{lead.number}",
            "name": lead.name,
            "source": lead.source,
            "status": lead.status,
            "created_at": lead.created_at.isoformat(),
        },
        "deal": {
            "id": deal.id if deal else None,
            "number": f"D-{deal.number}" if deal else None,
            "stage": deal.stage if deal else None,
            "headline": brief.headline if brief else None,
            "offer": offer,
            "mao": mao,
        },
        "matched_buyers": _matched(card.ranking),
        "notes": list(lead.missing.values()),
        "metadata": {
            "lead_id": lead.id,
            "deal_id": deal.id if deal else None,
            "brief_id": brief.id if brief else None,
            "province": lead.province,
            "market": lead.market,
            "liquidity_score": card.liquidity.score if card.liquidity else 0.0,
            "offer": offer,
            "mao": mao,
        },
    }


def _matched(ranking: Ranking) -> list[dict[str, Any]]:
    return [
        {
            "buyer_id": match.buyer_id,
            "score": match.score,
            "fit": match.fit,
            "reasons": [reason.text for reason in match.reasons],
        }
        for match in ranking.matches
    ]
