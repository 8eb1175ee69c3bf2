"""An offer's state, written in one place: the row, the audit trail and what is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from domain import kpis
from domain.kpis import Kpi, KpiEvent
from domain.live_offers import Fate, OfferAction, OfferState, state_after, state_at
from domain.zones import zone
from storage.audit import Change, record
from storage.base import Tx
from storage.deals import Deal, change_deal
from storage.kpis import emit_kpi
from storage.live_offers import LiveOffer, add_offer, change_offer, find_offer, offers_of
from storage.workspaces import find_member

TIMETABLE: Final = "timetable"
"""Who ends an offer whose last day is over."""

_COUNTED: Final[Mapping[OfferState, Kpi]] = {
    OfferState.PRESENTED: Kpi.OFFER_PRESENTED,
    OfferState.ACCEPTED: Kpi.OFFER_ACCEPTED,
    OfferState.REJECTED: Kpi.OFFER_REJECTED,
}


@dataclass(frozen=True, slots=True)
class Step:
    """Who does something about a deal whose row is locked, and when."""

    who: Actor
    deal: Deal
    now: datetime


def enter_state(
    tx: Tx, step: Step, offer: LiveOffer | None, values: Mapping[str, object], *, reason: str | None = None
) -> LiveOffer:
    """Write the columns that a state brings, `status` among them, into an offer, else as a new one; return it.

    The deal's version rises: who enters an agreement meanwhile is told, and looks at what is on the table now.
    """
    if offer:
        offer_id = offer.id
        change_offer(tx, offer_id, values)
    else:
        offer_id = add_offer(tx, {"deal_id": step.deal.id, "note": "", "created_at": step.now, **values})
    change_deal(tx, step.deal.id, {})
    after = stored_offer(tx, offer_id)
    before = {name: getattr(offer, name) for name in values} if offer else None
    sides = (before, {"offer_id": offer_id, **values})
    verb, subject = f"offer_{after.status}", f"D-{step.deal.number}"
    record(tx, Change(step.who.user_id, verb, subject, *sides, reason), now=step.now)
    if kpi := _COUNTED.get(after.status):
        emit_kpi(tx, _event(step, kpi, after), now=step.now)
    return after


def decide(tx: Tx, step: Step, offer: LiveOffer, action: OfferAction, *, reason: str | None = None) -> LiveOffer:
    """Accept, reject or withdraw an offer. Raises `OfferNotLive` where it was decided or is over."""
    after = state_after(action, fate_of(tx, step, offer))
    values = {"status": after, "decided_at": step.now, "decided_by": step.who.user_id}
    return enter_state(tx, step, offer, values, reason=reason)


def end_live(tx: Tx, step: Step, action: OfferAction, *, reason: str | None = None) -> None:
    """Accept or withdraw what the deal's seller still has; what is over expires."""
    expire_over(tx, step)
    for offer in offers_of(tx, step.deal.id):
        if offer.status.is_live:
            decide(tx, step, offer, action, reason=reason)


def expire_over(tx: Tx, step: Step) -> bool:
    """End the deal's offers that are over, as of their end; return whether there were any."""
    over = [one for one in offers_of(tx, step.deal.id) if one.status.is_live and not is_live(one, now=step.now)]
    for offer in over:
        after = state_after(OfferAction.EXPIRE, Fate(offer.status, None, None))
        enter_state(tx, step, offer, {"status": after, "decided_at": offer.expires_at, "decided_by": TIMETABLE})
    return bool(over)


def draft(tx: Tx, step: Step, price: Mapping[str, object]) -> LiveOffer:
    """Draft an offer, in place of the draft that there is; `price` holds its evidence_id and amount.

    A price that is drafted already, or with the seller, is not drafted again.
    """
    offers = offers_of(tx, step.deal.id)
    for offer in offers:
        stands = offer.status is OfferState.DRAFTED or is_live(offer, now=step.now)
        if stands and price == {name: getattr(offer, name) for name in price}:
            return offer
    made = {"status": OfferState.DRAFTED, "created_by": step.who.user_id, "created_at": step.now}
    return enter_state(tx, step, draft_among(offers), {**price, **made})


def is_live(offer: LiveOffer, *, now: datetime) -> bool:
    """Whether the seller still has the offer."""
    return state_at(offer.status, offer.expires_at, now=now).is_live


def draft_among(offers: list[LiveOffer]) -> LiveOffer | None:
    """Return the draft among a deal's offers."""
    return next((one for one in offers if one.status is OfferState.DRAFTED), None)


def stored_offer(tx: Tx, offer_id: int) -> LiveOffer:
    """Return an offer that is known to stand."""
    offer = find_offer(tx, offer_id)
    if offer is None:
        raise LookupError(f"offer {offer_id} was stored and is not there")
    return offer


def fate_of(tx: Tx, step: Step, offer: LiveOffer) -> Fate:
    """Return what has become of an offer, as the person who asks hears it: by name, and on their own clock."""
    state = state_at(offer.status, offer.expires_at, now=step.now)
    at, by = _last_word(offer, state)
    member = find_member(tx, by) if by else None
    return Fate(state, at.astimezone(zone(step.who.zone)) if at else None, member.name if member else by)


def _last_word(offer: LiveOffer, state: OfferState) -> tuple[datetime | None, str]:
    """When an offer came into its state, and who brought it there, as far as its row tells."""
    match state:
        case OfferState.DRAFTED:
            return offer.created_at, offer.created_by
        case OfferState.PRESENTED:
            return offer.presented_at, offer.created_by
        case OfferState.COUNTERED:
            return None, ""
        case OfferState.EXPIRED:
            return offer.expires_at, TIMETABLE
    return offer.decided_at, offer.decided_by or ""


def _event(step: Step, kpi: Kpi, offer: LiveOffer) -> KpiEvent:
    amount = offer.on_the_table if kpi is Kpi.OFFER_ACCEPTED else offer.amount
    figures = {"offer": offer.amount, "mao": offer.mao, "counter": offer.counter_amount}
    numbers = {name: float(figure) for name, figure in figures.items() if figure is not None}
    detail = {"deal_id": step.deal.id, "offer_id": offer.id, **numbers}
    return KpiEvent(kpi, True, kpis.offer(offer.evidence_id), step.who.user_id, float(amount), detail)
