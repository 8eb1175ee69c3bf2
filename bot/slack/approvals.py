"""Approvals in Slack: the cards in the approvals channel, and what people decide with them."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.services.actors import Actor
from bot.services.approval_rules import ApprovalNotFound
from bot.services.approvals import ApprovalCard
from bot.services.intake import readable
from bot.services.sends import OUTBOX
from bot.slack.approval_card import approval_blocks, approval_text, said_text
from bot.slack.approval_form import delegate_view, done_view, edit_view, read_approval, read_field, reject_view
from bot.slack.blocks import Block
from bot.slack.calls import Call, Desk, log, open_view, redraw_view, save
from bot.slack.cards import UNREACHABLE
from bot.slack.drawn import Drawn, channel_for, gone
from bot.slack.home import publish
from bot.slack.message_form import preview_text
from bot.slack.mrkdwn import escape
from bot.slack.people import meet
from bot.slack.replies import is_answered_alone, is_own_message, origin, show_in_place
from domain.approvals import ApprovalDecided, ApprovalExpired, ApprovalOvertaken, ApprovalState
from domain.errors import RuleBroken

MEANWHILE = (ApprovalDecided, ApprovalExpired, ApprovalOvertaken)
"""What a person hears who comes too late; the card is drawn anew."""


async def draw_approval(desk: Desk, who: Actor, approval_id: int) -> Drawn:
    """Draw an approval's card for the approvals channel."""
    names = {"approval_id": approval_id}
    try:
        card = await desk.approvals.show(who, approval_id)
    except ApprovalNotFound:
        return Drawn(
            await channel_for(desk, who, approvals=True), *gone("An approval is not here any more."), names=names
        )
    approval = card.approval
    stands = approval.channel_id and approval.ts
    return Drawn(
        await channel_for(desk, who, card.lead, approvals=True),
        approval_text(card),
        approval_blocks(card),
        names=names,
        stands_at={"channel": approval.channel_id, "ts": approval.ts} if stands else None,
        since=approval.created_at,
    )


async def approve(desk: Desk, call: Call) -> None:
    """Let the messages go, take the buttons away, and say what happens now."""
    await call.ack()
    who, approval_id = await _asked(desk, call)
    card = await _in_time(desk, call, who, approval_id, desk.approvals.approve(who, approval_id))
    await _redraw(desk, call, who, approval_id)
    await desk.tell(call, said_text(card))


async def open_edit(desk: Desk, call: Call) -> None:
    """Open the form with the message's words."""
    await call.ack()
    who, approval_id = await _asked(desk, call)
    card = await _in_time(desk, call, who, approval_id, desk.approvals.open_edit(who, approval_id))
    line = await _previewed(desk, who, approval_id, card.sends[0].body)
    await open_view(desk, call, edit_view(card, line, _way_back(call)))


async def redraw_edit(desk: Desk, call: Call) -> None:
    """Say what the message would be, while somebody words it otherwise."""
    await call.ack()
    who, approval_id = await desk.actor(call.workspace_id, call.user_id), read_approval(call.view)
    card = await desk.approvals.show(who, approval_id)
    line = await _previewed(desk, who, approval_id, read_field(call.view, "body"))
    await redraw_view(desk, call, edit_view(card, line, _way_back(call)))


async def edit_submitted(desk: Desk, call: Call) -> None:
    """Let the message go in other words, and say what happens to it and what was added."""
    body, subject = read_field(call.view, "body"), read_field(call.view, "subject")

    async def decide(who: Actor, approval_id: int) -> ApprovalCard:
        return await desk.approvals.approve_edited(who, approval_id, body, subject)

    card = await _submitted(desk, call, decide, field_name="body", as_state=ApprovalState.APPROVED)
    if card:
        await call.ack(response_action="update", view=done_view(card))
        await _redraw(desk, call, await desk.actor(call.workspace_id, call.user_id), card.approval.id)


async def open_reject(desk: Desk, call: Call) -> None:
    """Open the form that asks why."""
    await _open(desk, call, reject_view)


async def reject_submitted(desk: Desk, call: Call) -> None:
    """Keep the messages back, with the reason."""
    reason = read_field(call.view, "reason")

    async def decide(who: Actor, approval_id: int) -> ApprovalCard:
        return await desk.approvals.reject(who, approval_id, reason)

    card = await _submitted(desk, call, decide, field_name="reason", as_state=ApprovalState.REJECTED)
    if card:
        await call.ack()
        await _redraw(desk, call, await desk.actor(call.workspace_id, call.user_id), card.approval.id)


async def choose(desk: Desk, call: Call) -> None:
    """Open the form that asks who else is to decide: all that stands behind the three dots."""
    await _open(desk, call, delegate_view)


async def delegate_submitted(desk: Desk, call: Call) -> None:
    """Ask a certain member to decide, and let them know."""
    to = read_field(call.view, "to")

    async def decide(who: Actor, approval_id: int) -> ApprovalCard:
        await meet(desk, who.workspace_id, to)
        return await desk.approvals.delegate(who, approval_id, to)

    card = await _submitted(desk, call, decide, field_name="to")
    if card:
        await call.ack()
        who = await desk.actor(call.workspace_id, call.user_id)
        await _redraw(desk, call, who, card.approval.id)
        await _tell_delegate(desk, who, card, to)


async def show_clicked(desk: Desk, call: Call) -> None:
    """Show an approval to this person alone, with whole addresses where they may see them."""
    await call.ack()
    who, approval_id = await _asked(desk, call)
    card = await desk.approvals.show(who, approval_id)
    await desk.tell(call, approval_text(card), approval_blocks(card))


async def _asked(desk: Desk, call: Call) -> tuple[Actor, int]:
    """Who acts, and on which approval."""
    value = call.action.get("value") or call.action["selected_option"]["value"]
    return await desk.actor(call.workspace_id, call.user_id), int(str(value).partition("|")[0])


async def _open(desk: Desk, call: Call, view: Callable[[ApprovalCard, dict[str, str]], Block]) -> None:
    """Open a form about an approval that this person may decide."""
    await call.ack()
    who, approval_id = await _asked(desk, call)
    card = await _in_time(desk, call, who, approval_id, desk.approvals.open_decision(who, approval_id))
    await open_view(desk, call, view(card, _way_back(call)))


async def _in_time(desk: Desk, call: Call, who: Actor, approval_id: int, work: Awaitable[ApprovalCard]) -> ApprovalCard:
    """Do what a button asks for; where somebody was faster the card is drawn anew, and the person hears who."""
    try:
        return await work
    except MEANWHILE:
        await _redraw(desk, call, who, approval_id)
        raise


async def _submitted(
    desk: Desk,
    call: Call,
    decide: Callable[[Actor, int], Awaitable[ApprovalCard]],
    *,
    field_name: str,
    as_state: ApprovalState | None = None,
) -> ApprovalCard | None:
    """Keep what a form decides before it is acknowledged; None where that takes too long.

    Whoever presses again then finds their own decision, which brings the approval `as_state`.
    """
    approval_id = read_approval(call.view)

    async def kept() -> ApprovalCard:
        who = await desk.actor(call.workspace_id, call.user_id)
        try:
            return await decide(who, approval_id)
        except MEANWHILE:
            card = await desk.approvals.show(who, approval_id)
            if (card.approval.decided_by, card.approval.state) == (who.user_id, as_state):
                return card
            desk.background.start(_redraw(desk, call, who, approval_id))
            raise

    return await save(desk, call, kept(), field_name=field_name)


async def _redraw(desk: Desk, call: Call, who: Actor, approval_id: int) -> None:
    """Bring an approval up to date wherever this person sees it: in the channel, alone, and on Home."""
    drawn = await draw_approval(desk, Actor(who.workspace_id, OUTBOX, is_person=False), approval_id)
    clicked = _clicked(call)
    await _update(desk, approval_id, drawn.stands_at or clicked, drawn.text, drawn.blocks)
    card = await desk.approvals.show(who, approval_id)
    if clicked and drawn.stands_at and clicked != drawn.stands_at:
        await _update(desk, approval_id, clicked, approval_text(card), approval_blocks(card))
    if is_answered_alone(call):
        await show_in_place(desk, call, escape(approval_text(card)), approval_blocks(card))
    await publish(desk, who)


async def _update(
    desk: Desk, approval_id: int, place: Mapping[str, object] | None, text: str, blocks: Sequence[Block]
) -> None:
    """Draw a card anew where it stands; what Slack does not take now, the outbox brings a few seconds later."""
    if not place:
        return
    try:
        await desk.client.chat_update(
            channel=str(place["channel"]), ts=str(place["ts"]), text=text, blocks=list(blocks)
        )
    except UNREACHABLE as error:
        log.warning("approval_not_updated", approval_id=approval_id, error=str(error) or "no answer")


def _way_back(call: Call) -> dict[str, str]:
    """What a form keeps beside its own, so that what was clicked can be drawn anew."""
    clicked = _clicked(call)
    return origin(call) | ({"card_channel": clicked["channel"], "card_ts": clicked["ts"]} if clicked else {})


def _clicked(call: Call) -> dict[str, str] | None:
    """Where the message stands whose button was clicked, or from which the form was opened; None for one that only this
    person sees, which has no place."""
    container = call.body.get("container") or {}
    if container.get("type") == "message" and not is_own_message(call):
        return {"channel": str(container["channel_id"]), "ts": str(container["message_ts"])}
    kept = json.loads(call.view.get("private_metadata") or "{}")
    return {"channel": kept["card_channel"], "ts": kept["card_ts"]} if "card_ts" in kept else None


async def _tell_delegate(desk: Desk, who: Actor, card: ApprovalCard, to: str) -> None:
    """Let somebody know that they are asked, in the card's thread, else in their direct messages."""
    approval = card.approval
    text = f"<@{to}>: <@{who.user_id}> asks you to decide this."
    channel, thread_ts = (approval.channel_id, approval.ts) if approval.ts else (None, None)
    alone = "" if channel else f" {escape(approval_text(card))}"
    try:
        await desk.client.chat_postMessage(channel=channel or to, thread_ts=thread_ts, text=f"{text}{alone}")
    except UNREACHABLE as error:
        log.warning("delegate_not_told", approval_id=approval.id, error=str(error) or "no answer")


async def _previewed(desk: Desk, who: Actor, approval_id: int, body: str) -> str:
    """What the message would be, or the sentence that says what is wrong with it."""
    try:
        return preview_text(await desk.approvals.preview(who, approval_id, readable(body)))
    except RuleBroken as broken:
        return f":warning: {escape(str(broken))}"
