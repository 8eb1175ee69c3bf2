"""A deal's figures: what the house is said to be and worth, changed on a deal or given for a new one, and priced."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from bot.services.actors import Actor, check_may_work
from bot.services.moves import OpenDealExists, Seen, check_seen, locked
from bot.services.numbered import lead_numbered
from bot.services.pricing import (
    PricedOffer,
    Repricing,
    keep_evidence,
    name_lack,
    offer_events,
    price,
    price_values,
    reprice,
)
from domain.deals import PRICED, BriefStatus, Stage, headline
from domain.errors import RuleBroken
from domain.leads import check_house
from domain.offers import OfferInputs, OfferRefused, ProvinceUnknown
from domain.property_types import PropertyType
from storage.audit import Change, record
from storage.base import Tx
from storage.deals import Deal, add_deal, change_deal, deal_of
from storage.kpis import emit_kpi
from storage.leads import Brief, Lead, add_brief, brief_of, briefs_by_id, change_brief, change_lead
from storage.requests import RequestKey, begin_request, finish_request
from storage.workspaces import next_numbers

FIGURES_CHANGED = "figures_changed"
DEAL_OPENED = "deal_opened"
DEAL_REPRICED = "deal_repriced"


class FiguresSettled(RuleBroken):
    """D-{number} is {stage}: what was agreed stays as it is. Only a draft or an offered deal takes new figures."""

    code = "FIGURES_SETTLED"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is said of a house: amounts in dollars, None where nobody knows. Raises `NotesTooLong` and
    `AskingPriceNegative`."""

    arv: Decimal | None = None
    repairs: Decimal | None = None
    asking_price: Decimal | None = None
    beds: int | None = None
    baths: Decimal | None = None
    property_type: PropertyType | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        """Check what has a limit."""
        check_house(self.notes, self.asking_price)


@dataclass(frozen=True, slots=True)
class FiguresChange:
    """A wish to give D-`number` other figures, by somebody who has `seen` it."""

    number: int
    figures: Figures
    seen: Seen
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class NewDeal:
    """A wish to open a deal for the lead L-`lead_number`; with `fills` what the figures leave open is taken from those
    that stood before."""

    lead_number: int
    figures: Figures
    fills: bool = False
    request: RequestKey | None = None


def figures_of(deal: Deal | None, brief: Brief | None, lead: Lead) -> Figures:
    """Return the figures that stand."""
    return Figures(
        arv=deal.arv if deal else None,
        repairs=deal.repairs if deal else None,
        asking_price=lead.asking_price,
        beds=brief.beds if brief else None,
        baths=brief.baths if brief else None,
        property_type=brief.property_type if brief else None,
        notes=lead.notes,
    )


def change_figures(tx: Tx, who: Actor, wish: FiguresChange, *, now: datetime) -> None:
    """Change a deal's figures and its brief's, and price it anew where the price follows.

    The same request again does nothing more. Raises `DealNotFound`, `NotYourDeal`, `DealMoved` or `DealChanged` when
    it is not as it was seen, and `FiguresSettled` once a price is agreed.
    """
    if wish.request and begin_request(tx, wish.request, now=now) is not None:
        return
    deal, lead = locked(tx, wish.number)
    check_may_work(who, lead)
    check_seen(tx, who, deal, wish.seen)
    check_unsettled(deal)
    before = figures_of(deal, briefs_by_id(tx, [deal.brief_id])[deal.brief_id], lead)
    if before != wish.figures:
        _change(tx, who, _Changed(deal, lead, before, wish.figures), now)


def check_unsettled(deal: Deal) -> None:
    """Raise `FiguresSettled` once a deal's price is agreed, or the deal is over."""
    if deal.stage not in PRICED:
        raise FiguresSettled(number=deal.number, stage=deal.stage.label.lower())


@dataclass(frozen=True, slots=True)
class _Changed:
    deal: Deal
    lead: Lead
    before: Figures
    after: Figures

    @property
    def names(self) -> list[str]:
        """The figures that differ."""
        return [one.name for one in fields(Figures) if getattr(self.before, one.name) != getattr(self.after, one.name)]


def _change(tx: Tx, who: Actor, change: _Changed, now: datetime) -> None:
    deal, lead, names = change.deal, change.lead, change.names
    before, after = ({name: getattr(side, name) for name in names} for side in (change.before, change.after))
    record(tx, Change(who.user_id, FIGURES_CHANGED, f"D-{deal.number}", before, after), now=now)
    change_brief(tx, deal.brief_id, _house(lead, change.after))
    change_lead(tx, lead.id, {"asking_price": change.after.asking_price, "notes": change.after.notes})
    if {"arv", "repairs"} & set(names):
        priced, lack = _priced(tx, lead, change.after)
        columns = {"arv": change.after.arv, "repairs": change.after.repairs}
        emit_kpi(tx, *reprice(tx, who, Repricing(deal, priced, DEAL_REPRICED, columns), now=now), now=now)
        name_lack(tx, lead, lack)
    else:
        change_deal(tx, deal.id, {})


def open_deal(tx: Tx, who: Actor, wish: NewDeal, *, now: datetime) -> int:
    """Open a deal for a lead that has no open one; return its number. The same request again returns the first one.

    Raises `LeadNotFound`, `NotYourDeal` and `OpenDealExists`.
    """
    if wish.request and (earlier := begin_request(tx, wish.request, now=now)):
        return int(earlier["number"])
    (number,) = next_numbers(tx, "deal")
    lead = lead_numbered(tx, wish.lead_number, lock=True)
    check_may_work(who, lead)
    newest = deal_of(tx, lead.id)
    if newest and newest.stage.is_open:
        raise OpenDealExists(lead=lead.number, number=newest.number, stage=newest.stage.label.lower())
    figures = wish.figures
    if wish.fills:
        figures = _filled(figures, figures_of(newest, brief_of(tx, lead.id), lead))
    _open(tx, who, _Opening(lead, number, figures), now)
    if wish.request:
        finish_request(tx, wish.request, {"number": number})
    return number


@dataclass(frozen=True, slots=True)
class _Opening:
    lead: Lead
    number: int
    figures: Figures


def _filled(figures: Figures, before: Figures) -> Figures:
    """Figures with what stood before where they say nothing."""
    given = {one.name: getattr(figures, one.name) for one in fields(Figures)}
    return replace(before, **{name: value for name, value in given.items() if value not in (None, "")})


def _open(tx: Tx, who: Actor, opening: _Opening, now: datetime) -> None:
    lead, number, figures = opening.lead, opening.number, opening.figures
    place = {"lead_id": lead.id, "region": lead.region, "province": lead.province, "market": lead.market}
    state = {"status": BriefStatus.ACTIVE, "created_at": now}
    brief_id = add_brief(tx, {**place, **_house(lead, figures), **state})
    priced, lack = _priced(tx, lead, figures)
    evidence_id = keep_evidence(tx, who, priced, lead_id=lead.id, now=now) if priced else None
    amounts = {"arv": figures.arv, "repairs": figures.repairs, **price_values(priced, evidence_id)}
    stage = {"stage": Stage.DRAFT, "staged_at": now, "staged_by": who.user_id, "version": 1, "created_at": now}
    add_deal(tx, {"number": number, "lead_id": lead.id, "brief_id": brief_id, **amounts, **stage})
    change_lead(tx, lead.id, {"asking_price": figures.asking_price, "notes": figures.notes})
    name_lack(tx, lead, lack)
    record(tx, Change(who.user_id, DEAL_OPENED, f"D-{number}", None, {"lead": lead.number, **amounts}), now=now)
    if priced and evidence_id:
        emit_kpi(tx, *offer_events(who, priced, evidence_id), now=now)


def _house(lead: Lead, figures: Figures) -> dict[str, object]:
    """The columns of a brief that say what the house is."""
    return {
        "headline": headline(
            beds=figures.beds,
            property_type=figures.property_type,
            place=lead.municipality or lead.market,
            province=lead.province,
            arv=figures.arv,
        ),
        "property_type": figures.property_type,
        "price": figures.asking_price,
        "beds": figures.beds,
        "baths": figures.baths,
        "notes": figures.notes,
    }


def _priced(tx: Tx, lead: Lead, figures: Figures) -> tuple[PricedOffer | None, str | None]:
    """The price, or why there is none; an unknown place is said once, where the lead's card asks for it."""
    try:
        return price(tx, OfferInputs(lead.province, lead.market, figures.arv, figures.repairs)), None
    except ProvinceUnknown:
        return None, None
    except OfferRefused as refused:
        return None, str(refused)
