"""Live offers in Slack: the buttons on a deal's card, the two forms, and what the timetable ends."""

from collections.abc import Awaitable, Callable, Mapping

from bot.services.actors import Actor
from bot.services.live_offers import CounterMoved, OfferNotFound, OfferOvertaken, OfferRef, PriceMoved
from bot.slack.calls import Call, Desk, log, open_view, redraw_view, request_key, save
from bot.slack.cards import show_card
from bot.slack.deals import refresh, tell_move
from bot.slack.lead_form import form_values
from bot.slack.live_offer_card import read_offer_value
from bot.slack.mrkdwn import escape
from bot.slack.present_form import counter_view, overtaken_view, present_view, read_counter, read_present, redrawn
from bot.slack.replies import origin
from domain.errors import RuleBroken
from domain.live_offers import OfferNotLive, OffersOver
from storage.live_offers import LiveOffer

MEANWHILE = (OfferNotLive, OffersOver, OfferNotFound, CounterMoved)
"""What a click meets when somebody else was faster: the card that it came from is out of date."""


async def open_present(desk: Desk, call: Call) -> None:
    """Open the form in which an offer is presented."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    found = await desk.live_offers.presentable(who, int(call.action["value"]))
    await open_view(desk, call, present_view(found, origin(call)))


async def recompute(desk: Desk, call: Call) -> None:
    """Say under the amount what it means, while it is typed."""
    await call.ack()
    await redraw_view(desk, call, redrawn(call.view))


async def present_submitted(desk: Desk, call: Call) -> None:
    """Write down that the offer was presented; where somebody was faster, the form says so and stays open."""
    read = read_present(call.view)
    if isinstance(read, Mapping):
        await call.ack(response_action="errors", errors=read)
        return
    number, terms = read
    request = request_key(call.view, form_values(call.view))

    async def present() -> Actor:
        who = await desk.actor(call.workspace_id, call.user_id)
        await desk.live_offers.present(who, number, terms, request)
        return who

    try:
        who = await save(desk, call, present(), field_name="amount")
    except (PriceMoved, OfferOvertaken) as moved:
        found = await desk.live_offers.presentable(await desk.actor(call.workspace_id, call.user_id), number)
        await call.ack(response_action="update", view=overtaken_view(call.view, found, str(moved)))
        return
    if who:
        await call.ack()
        card = await refresh(desk, call, who, number)
        if any(one.status.is_live and one.presented_at == card.deal.staged_at for one in card.offers):
            await tell_move(desk, card)  # this one took a draft to offered; a later one moves nothing


async def open_counter(desk: Desk, call: Call) -> None:
    """Open the form for the seller's counter; an offer that is over by now is answered with what became of it."""
    await call.ack()
    ref = read_offer_value(call.action["value"])
    who = await desk.actor(call.workspace_id, call.user_id)
    try:
        offer = await desk.live_offers.to_counter(who, ref)
    except MEANWHILE as meanwhile:
        await _tell_meanwhile(desk, call, who, ref, meanwhile)
        return
    await open_view(desk, call, counter_view(offer, ref.deal_number, origin(call)))


async def counter_submitted(desk: Desk, call: Call) -> None:
    """Write down the seller's counter."""
    read = read_counter(call.view)
    if isinstance(read, Mapping):
        await call.ack(response_action="errors", errors=read)
        return
    ref, amount = read
    request = request_key(call.view, form_values(call.view))

    async def counter() -> Actor:
        who = await desk.actor(call.workspace_id, call.user_id)
        await desk.live_offers.counter(who, ref, amount, request)
        return who

    try:
        who = await save(desk, call, counter(), field_name="counter_amount")
    except MEANWHILE as meanwhile:
        await call.ack(response_action="errors", errors={"counter_amount": str(meanwhile)})
        await refresh(desk, call, await desk.actor(call.workspace_id, call.user_id), ref.deal_number)
        return
    if who:
        await call.ack()
        await refresh(desk, call, who, ref.deal_number)


async def accept(desk: Desk, call: Call) -> None:
    """Write down that both sides agree."""
    await _decide(desk, call, desk.live_offers.accept)


async def reject(desk: Desk, call: Call) -> None:
    """Write down that the offer or the counter was turned down."""
    await _decide(desk, call, desk.live_offers.reject)


async def withdraw(desk: Desk, call: Call) -> None:
    """Take the offer back, or throw the draft away."""
    await _decide(desk, call, desk.live_offers.withdraw)


async def expire_offers(desk: Desk, workspace_id: str) -> int:
    """End the offers whose last day is over, and bring their leads' cards up to date; a failure stops no other.

    Return how many leads that were.
    """
    who = Actor(workspace_id, "timetable", is_person=False)
    numbers = await desk.live_offers.expire_due(workspace_id)
    for number in numbers:
        try:
            await show_card(desk, who, number)
        except Exception:  # noqa: BLE001 - whatever breaks one card must not keep the others from being updated
            log.exception("card_not_updated", number=number)
        else:
            log.info("offer_expired", number=number)
    return len(numbers)


async def _decide(desk: Desk, call: Call, act: Callable[[Actor, OfferRef], Awaitable[LiveOffer]]) -> None:
    """Do what a button asks for, and show the deal as it is then; who was faster is named first."""
    await call.ack()
    ref = read_offer_value(call.action["value"])
    who = await desk.actor(call.workspace_id, call.user_id)
    try:
        await act(who, ref)
    except MEANWHILE as meanwhile:
        await _tell_meanwhile(desk, call, who, ref, meanwhile)
        return
    await refresh(desk, call, who, ref.deal_number)


async def _tell_meanwhile(desk: Desk, call: Call, who: Actor, ref: OfferRef, meanwhile: RuleBroken) -> None:
    """Say what happened before the click, and show the deal as it is."""
    log.info("refused", code=meanwhile.code, user_id=call.user_id)
    await desk.tell(call, escape(str(meanwhile)))
    await refresh(desk, call, who, ref.deal_number)
