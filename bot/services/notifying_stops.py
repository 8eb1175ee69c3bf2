"""What keeps messages about a deal back: a stage in which nobody can take it over, an offer that no longer stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.approval_asks import supersede_in
from bot.services.notifying_history import said_amount
from bot.services.sends import cancel_in
from domain.deals import Stage
from domain.messages import STOPPABLE, SendState
from domain.notifying import Party, offer_out_of_date, offers_stopped_by, out_of_date, stopped_by
from domain.releases import Release
from storage.base import Tx
from storage.buyers import get_buyer
from storage.deals import Deal, get_deal
from storage.feedback import answers_of
from storage.live_offers import find_offer
from storage.notifying import sends_about
from storage.sends import Send

DEAL_MOVED, OFFER_MOVED, BUYER_MOVED = "deal_moved", "offer_moved", "buyer_moved"
"""Codes of messages that a deal, its offer or its buyer overtook."""
PARTIES: Final = (Party.SELLER, Party.BUYER)


def stop_at_stage(tx: Tx, who: Actor, deal: Deal, after: Stage, *, now: datetime) -> None:
    """Keep back what a move of a locked deal overtakes: the parties' messages, and a written offer."""
    if sentence := stopped_by(deal.number, deal.stage, after):
        stop_notifying(tx, who, deal, sentence, now=now)
    elif sentence := offers_stopped_by(deal.number, after):
        stop_notifying(tx, who, deal, sentence, now=now, parties=(Party.OFFER,))


def stop_notifying(
    tx: Tx, who: Actor, deal: Deal, reason: str, *, now: datetime, parties: Collection[Party] = tuple(Party)
) -> int:
    """Keep back what has not left to the parties of a deal; `reason` says why in a sentence. Return how many messages
    stay."""
    mine = [send for send in sends_about(tx, deal.id) if send.metadata.get("party") in parties]
    waiting = [send for send in mine if send.state in STOPPABLE]
    drafts = {send.approval_id for send in waiting if send.state is SendState.AWAITING_APPROVAL}
    for approval_id in sorted(each for each in drafts if each):
        supersede_in(tx, who, approval_id, DEAL_MOVED, reason, now=now)
    for send in waiting:
        cancel_in(tx, send, DEAL_MOVED, reason, now=now)
    after = {send.id: send.state for send in sends_about(tx, deal.id)}
    return sum(after[send.id] is SendState.CANCELLED for send in waiting)


def overtaken(tx: Tx, send: Send) -> Release | None:
    """Return the end of a message about a deal that its deal, its offer or its buyer has overtaken; None for one that
    may leave.

    A move keeps back what waits; this is the last look, for whatever was claimed at that very moment.
    """
    deal = get_deal(tx, send.deal_id) if send.deal_id else None
    if deal is None:
        return None
    match send.metadata.get("party"):
        case Party.SELLER | Party.BUYER:
            return _party_overtaken(tx, deal, send)
        case Party.OFFER:
            return _offer_overtaken(tx, deal, send)
    return None


def _party_overtaken(tx: Tx, deal: Deal, send: Send) -> Release | None:
    answers = answers_of(tx, deal.id)
    if sentence := out_of_date(deal.number, deal.stage, {answer.event for answer in answers}):
        return Release(SendState.CANCELLED, DEAL_MOVED, sentence)
    buyer = get_buyer(tx, send.buyer_id) if send.buyer_id else None
    if buyer is None:
        return None
    if any(answer.buyer_id == buyer.id for answer in answers):
        return Release(SendState.CANCELLED, BUYER_MOVED, f"An answer of B-{buyer.number} is recorded by now.")
    if buyer.removed_at or not buyer.active:
        what = "removed" if buyer.removed_at else "paused"
        return Release(SendState.CANCELLED, BUYER_MOVED, f"B-{buyer.number} is {what} by now.")
    return None


def _offer_overtaken(tx: Tx, deal: Deal, send: Send) -> Release | None:
    offer = find_offer(tx, int(send.metadata["offer_id"]))
    stands = (offer.amount, offer.status) if offer else (None, None)
    sentence = offers_stopped_by(deal.number, deal.stage)
    sentence = sentence or offer_out_of_date(deal.number, said_amount(send), *stands)
    return Release(SendState.CANCELLED, OFFER_MOVED, sentence) if sentence else None
