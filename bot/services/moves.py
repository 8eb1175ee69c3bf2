"""Moving a deal from stage to stage: what the person saw, what the stage demands, and all that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.services.actors import Actor, check_may_work
from bot.services.deal_facts import offer_state
from bot.services.feedback import record_feedback, undo_feedback
from bot.services.live_offers import accept_live, withdraw_live
from bot.services.numbered import buyer_numbered, deal_numbered
from bot.services.stages import enter_stage
from domain.deals import Stage
from domain.errors import RuleBroken
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState
from domain.losses import kept_loss
from domain.money import show_short
from domain.roles import may_work_deal
from domain.stages import MOVES, Terms, check_move, check_terms, ways_text
from domain.zones import local_date, zone
from storage.base import Tx
from storage.buyers import get_buyer, next_change
from storage.deals import Deal, deal_of
from storage.feedback import answers_of
from storage.leads import Lead, get_lead
from storage.live_offers import LiveOffer, offers_of
from storage.requests import RequestKey, begin_request
from storage.workspaces import find_member


class DealMoved(RuleBroken):
    """{who} moved D-{number} to {stage} on {at:%a %d %b %H:%M}. {ways}"""

    code = "DEAL_MOVED"


class DealChanged(RuleBroken):
    """D-{number} was changed while you looked at it; it still stands at {stage}. Look again, then press once more."""

    code = "DEAL_CHANGED"


class PresentTheOffer(RuleBroken):
    """D-{number} is offered when an offer is presented: press Present on its card."""

    code = "PRESENT_THE_OFFER"


class OfferOnTheTable(RuleBroken):
    """The seller has an offer of {amount} for D-{number}: withdraw it, or enter the answer, before it goes back."""

    code = "OFFER_ON_THE_TABLE"


class OpenDealExists(RuleBroken):
    """L-{lead} has an open deal already: D-{number}, {stage}. Work that one, or mark it lost first."""

    code = "OPEN_DEAL_EXISTS"
    field = "lead"


class NewerDealExists(RuleBroken):
    """L-{lead} went on with D-{newer}. Open that one again, or a new one with `/deal L-{lead}`."""

    code = "NEWER_DEAL_EXISTS"


@dataclass(frozen=True, slots=True)
class Seen:
    """A deal as somebody saw it: its stage, and the version that every change of it raises."""

    stage: Stage
    version: int


NO_TERMS: Final = Terms()


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to move D-`number` to another stage, by somebody who has `seen` it.

    `buyer_number` (B-5) names the buyer of an assignment: `terms.buyer_id` is found by it. `request` is set where a
    delivery may come twice.
    """

    number: int
    to: Stage
    seen: Seen
    terms: Terms = NO_TERMS
    buyer_number: int | None = None
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """A move under way: the locked deal, its lead and its offers."""

    who: Actor
    deal: Deal
    lead: Lead
    offers: Sequence[LiveOffer]
    to: Stage
    now: datetime


def move(tx: Tx, who: Actor, wish: Move, *, now: datetime) -> None:
    """Move a deal with all that follows; the same request again does nothing more.

    Raises `DealNotFound`, `NotYourDeal`, `DealMoved` or `DealChanged` when it is not as it was seen, `MoveNotAllowed`,
    what `check_by_hand` raises, `BuyerNotFound`, `BuyerRemoved`, and what the stage demands (`check_terms`).
    """
    if wish.request and begin_request(tx, wish.request, now=now) is not None:
        return
    if Stage.ASSIGNED in (wish.seen.stage, wish.to):
        next_change(tx)  # a purchase is recorded or taken back; it comes before every lock
    deal, lead = locked(tx, wish.number)
    check_may_work(who, lead)
    check_seen(tx, who, deal, wish.seen)
    check_move(deal.number, deal.stage, wish.to)
    step = _Step(who, deal, lead, offers_of(tx, deal.id), wish.to, now)
    check_by_hand(deal, wish.to, step.offers, now=now)
    _check_newest(tx, step)
    terms = _terms(tx, deal, wish)
    check_terms(wish.to, terms, today=local_date(now, lead.zones))
    _follow(tx, step, terms)
    enter_stage(tx, who, deal, wish.to, _columns(step, terms), now=now)


def locked(tx: Tx, number: int) -> tuple[Deal, Lead]:
    """Return D-`number` and its lead, kept from everybody else until the end of `tx`.

    Everybody locks in one order, or two would wait for each other: counters (as the one of buyers' changes), the lead,
    its deal. Raises `DealNotFound`.
    """
    lead = get_lead(tx, deal_numbered(tx, number).lead_id, lock=True)
    if lead is None:
        raise LookupError(f"D-{number} has lost its lead")
    return deal_numbered(tx, number, lock=True), lead


def check_seen(tx: Tx, who: Actor, deal: Deal, seen: Seen) -> None:
    """Raise `DealMoved` or `DealChanged` unless the deal is as the person saw it."""
    check_stage(tx, who, deal, seen)
    if deal.version != seen.version:
        raise DealChanged(number=deal.number, stage=deal.stage.label)


def check_stage(tx: Tx, who: Actor, deal: Deal, seen: Seen) -> None:
    """Raise `DealMoved` unless the deal stands in the stage in which the person saw it."""
    if deal.stage is seen.stage:
        return
    at, ways = deal.staged_at.astimezone(zone(who.zone)), ways_text(MOVES[deal.stage])
    by = _name(tx, who, deal.staged_by)
    raise DealMoved(who=by, number=deal.number, stage=deal.stage.label, at=at, ways=ways)


def check_by_hand(deal: Deal, to: Stage, offers: Sequence[LiveOffer], *, now: datetime) -> None:
    """Raise `PresentTheOffer` or `OfferOnTheTable` for a move that is not made by hand as the offers stand."""
    live = next((offer for offer in offers if offer_state(offer, now=now).is_live), None)
    if to is Stage.OFFERED and not live and not any(offer.status is OfferState.ACCEPTED for offer in offers):
        raise PresentTheOffer(number=deal.number)
    if to is Stage.DRAFT and live:
        raise OfferOnTheTable(number=deal.number, amount=show_short(live.on_the_table))


def moves_of(who: Actor, deal: Deal, lead: Lead, offers: Sequence[LiveOffer], *, now: datetime) -> tuple[Stage, ...]:
    """Return where this person may move a deal now, the usual way first."""
    if who.is_person and not may_work_deal(who.role, user_id=who.user_id, rep_id=lead.rep_id):
        return ()
    return tuple(to for to in MOVES[deal.stage] if _is_by_hand(deal, to, offers, now))


def _is_by_hand(deal: Deal, to: Stage, offers: Sequence[LiveOffer], now: datetime) -> bool:
    try:
        check_by_hand(deal, to, offers, now=now)
    except (PresentTheOffer, OfferOnTheTable):
        return False
    return True


def _name(tx: Tx, who: Actor, user_id: str | None) -> str:
    if user_id == who.user_id:
        return "You"
    found = find_member(tx, user_id) if user_id else None
    return found.name if found else "Somebody"


def _check_newest(tx: Tx, step: _Step) -> None:
    """A lead works one deal at a time, its newest: an older one is not opened again beside it."""
    newest = deal_of(tx, step.lead.id)
    if step.deal.stage is not Stage.LOST or newest is None or newest.id == step.deal.id:
        return
    if newest.stage.is_open:
        raise OpenDealExists(lead=step.lead.number, number=newest.number, stage=newest.stage.label)
    raise NewerDealExists(lead=step.lead.number, newer=newest.number)


def _terms(tx: Tx, deal: Deal, wish: Move) -> Terms:
    """The terms with what the deal knows itself: the buyer behind the number, the day of the agreement at a closing."""
    if wish.to is Stage.ASSIGNED:
        # Not locked: who changes buyers takes the number of their changes first, and this transaction has it.
        named = None if wish.buyer_number is None else buyer_numbered(tx, wish.buyer_number)
        return replace(wish.terms, buyer_id=named.id if named else None)
    return replace(wish.terms, agreement_on=deal.agreement_on) if wish.to is Stage.CLOSED else wish.terms


def _follow(tx: Tx, step: _Step, terms: Terms) -> None:
    """Do what comes with a move: the seller's offers, and what the buyer did about the deal."""
    who, deal, now = step.who, step.deal, step.now
    match deal.stage, step.to:
        case Stage.OFFERED, Stage.UNDER_AGREEMENT:
            accept_live(tx, who, deal, now=now)
        case _, Stage.ASSIGNED:
            _buy(tx, step, terms)
        case Stage.ASSIGNED, Stage.MARKETED | Stage.LOST:
            _undo_purchase(tx, step)
        case _, Stage.LOST:
            withdraw_live(tx, who, deal, now=now)


def _buy(tx: Tx, step: _Step, terms: Terms) -> None:
    """Record that the buyer bought it, unless somebody recorded that before."""
    buyer = get_buyer(tx, terms.buyer_id or 0)
    if buyer is None:
        raise LookupError(f"the buyer of D-{step.deal.number} is gone")
    answers = answers_of(tx, step.deal.id)
    if not any(answer.buyer_id == buyer.id and answer.event is Feedback.BOUGHT for answer in answers):
        record_feedback(tx, step.who, step.deal, buyer, Feedback.BOUGHT, now=step.now)


def _undo_purchase(tx: Tx, step: _Step) -> None:
    for answer in answers_of(tx, step.deal.id):
        if answer.buyer_id == step.deal.buyer_id and answer.event is Feedback.BOUGHT:
            undo_feedback(tx, step.who, step.deal, answer, now=step.now)


def _columns(step: _Step, terms: Terms) -> dict[str, object]:
    """The columns that a move brings; going back takes back what no longer holds."""
    nobody: dict[str, object] = {"buyer_id": None} if step.deal.stage is Stage.ASSIGNED else {}
    match step.to:
        case Stage.UNDER_AGREEMENT:
            return {name: getattr(terms, name) for name in ("agreement_on", "closing_on", "agreed_price")}
        case Stage.ASSIGNED:
            return {"buyer_id": terms.buyer_id, "assignment_fee": terms.assignment_fee}
        case Stage.CLOSED:
            return {"closed_on": terms.closed_on, "assignment_fee": terms.assignment_fee}
        case Stage.LOST if terms.lost_reason:
            return {"lost_reason": kept_loss(terms.lost_reason, terms.lost_note), **nobody}
        case Stage.MARKETED:
            return nobody
        case Stage.DRAFT if step.deal.stage is Stage.LOST:
            return dict.fromkeys(("lost_reason", "agreement_on", "closing_on", "agreed_price"))
    return {}
