"""An offer in writing: the message that tells a seller what is offered, drafted for somebody's approval."""

from dataclasses import dataclass

from bot.services.approval_asks import ApprovalAsk, ask_in, stored_approval, supersede_in
from bot.services.notifying_draft import Barred, Drafting, Ready, ready_for
from bot.services.notifying_history import NOT_TOLD, History, history_of, said_amount
from bot.services.numbered import deal_numbered
from bot.services.offer_states import Step
from bot.services.saved_prices import Saved, save_price
from bot.services.sends import MessageWish, draft_in
from bot.services.template_words import About
from domain.approvals import ApprovalKind
from domain.messages import SendState
from domain.money import show
from domain.notifying import OfferNotWritten, Party
from domain.templates import TemplateName
from storage.approvals import Approval
from storage.base import Tx
from storage.deals import Deal
from storage.leads import Lead
from storage.live_offers import LiveOffer
from storage.sends import Send


@dataclass(frozen=True, slots=True)
class OfferWritten:
    """A written offer as it stands: the price that was saved, its message, and what somebody decides about it; `is_new`
    is False where the message was drafted before."""

    saved: Saved
    send: Send
    approval: Approval
    is_new: bool


def write_offer(tx: Tx, drafting: Drafting, deal: Deal, lead: Lead, evidence_id: int) -> OfferWritten:
    """Save a price to a locked deal and draft the message that tells the seller of it; what waits with another amount
    loses its object. Raises what `save_price` raises, and `OfferNotWritten`."""
    saved = save_price(tx, Step(drafting.who, deal, drafting.now), lead, evidence_id)
    history = history_of(tx, deal.id)
    earlier = history.offer(saved.offer.id, saved.offer.amount)
    if earlier and earlier.state not in NOT_TOLD and earlier.approval_id:
        return OfferWritten(saved, earlier, stored_approval(tx, earlier.approval_id), is_new=False)
    ready = ready_for(tx, drafting, TemplateName.OFFER, _about(tx, lead, deal, saved.offer))
    if isinstance(ready, Barred):
        raise OfferNotWritten(number=deal.number, why=ready.sentence)
    _supersede(tx, drafting, deal, history, saved.offer)
    send = _drafted(tx, drafting, deal, lead, _Offered(ready, saved.offer, len(history.to(Party.OFFER)) + 1))
    detail = {"offer_id": saved.offer.id}
    ask = ApprovalAsk(ApprovalKind.SEND, [send.id], lead_id=lead.id, deal_id=deal.id, detail=detail)
    return OfferWritten(saved, send, ask_in(tx, drafting.who, ask, now=drafting.now), is_new=True)


@dataclass(frozen=True, slots=True)
class _Offered:
    """A message that may be written, the offer that it tells of, and which message of the deal's offers it is."""

    ready: Ready
    offer: LiveOffer
    nth: int


def _drafted(tx: Tx, drafting: Drafting, deal: Deal, lead: Lead, offered: _Offered) -> Send:
    ready, offer = offered.ready, offered.offer
    kept = {"party": Party.OFFER.value, "deal_id": deal.id, "offer_id": offer.id, "amount": str(offer.amount)}
    wish = MessageWish(
        key=f"deal:{deal.id}:offer:{offered.nth}",
        route=ready.route,
        address=ready.address,
        body=ready.words.body,
        subject=ready.words.subject,
        lead_id=lead.id,
        deal_id=deal.id,
        template_version=ready.words.version,
        metadata={**kept, "tell": True},
    )
    return draft_in(tx, drafting.who, wish, drafting.links, drafting.now)


def _about(tx: Tx, lead: Lead, deal: Deal, offer: LiveOffer) -> About:
    """The seller, and the deal as the price that was just saved has made it."""
    return About(lead, deal_numbered(tx, deal.number), speaks_for=lead.rep_id, offered=offer.amount)


def _supersede(tx: Tx, drafting: Drafting, deal: Deal, history: History, offer: LiveOffer) -> None:
    """End what waits for approval with an amount that no longer stands."""
    for send in history.to(Party.OFFER):
        if send.state is SendState.AWAITING_APPROVAL and send.approval_id:
            sentence = f"D-{deal.number} is offered at ${show(offer.amount)} now; this says ${show(said_amount(send))}."
            supersede_in(tx, drafting.who, send.approval_id, "price_moved", sentence, now=drafting.now)
