"""Writing to a seller in Slack: the form behind a card's [Message], and its submission, which sends or asks."""

from bot.services.actors import Actor
from bot.services.approvals import ApprovalCard
from bot.services.messages import Draft
from bot.services.sends import Queued
from bot.slack.calls import Call, Desk, open_view, redraw_view, save
from bot.slack.message_form import asked_view, asks, message_view, preview_text, queued_view, read_draft, redrawn
from bot.slack.mrkdwn import escape
from domain.errors import RuleBroken
from domain.messages import SendState

NOT_SENT = (SendState.BLOCKED, SendState.CANCELLED)


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form for the lead of the button; whose messages need a yes reads so before anything is typed."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, message_view(await desk.messages.ask(who, int(call.action["value"]))))


async def redraw(desk: Desk, call: Call) -> None:
    """Say what the draft would be and whether it may leave now, while somebody writes it."""
    await call.ack()
    await redraw_view(desk, call, redrawn(call.view, await _previewed(desk, call)))


async def submitted(desk: Desk, call: Call) -> None:
    """Take the message down and say what happens to it; one that may not leave keeps the form open, with its reason."""
    draft = read_draft(call.view)
    if asks(call.view):
        await _ask(desk, call, draft)
        return

    async def keep() -> tuple[Queued, frozenset[str]]:
        who = await desk.actor(call.workspace_id, call.user_id)
        queued = await desk.messages.send(who, draft, f"view:{call.view['id']}")
        shown = await desk.troubles.show(who, queued.send.id)
        return queued, shown.recipient.zones if shown and shown.recipient else frozenset()

    saved = await save(desk, call, keep(), field_name="body")
    if saved is None:
        return
    queued, zones = saved
    if queued.send.state in NOT_SENT:
        await call.ack(response_action="errors", errors={"body": f"Not sent. {queued.send.last_error}"})
        return
    await call.ack(response_action="update", view=queued_view(call.view, queued.send, zones))


async def _ask(desk: Desk, call: Call, draft: Draft) -> None:
    """Take the message down for somebody to approve, and say where it waits."""

    async def keep() -> ApprovalCard:
        who = await desk.actor(call.workspace_id, call.user_id)
        return await desk.approvals.ask(who, draft, f"view:{call.view['id']}")

    card = await save(desk, call, keep(), field_name="body")
    if card:
        found = await desk.workspaces.find(call.workspace_id)
        channel = (found.approvals_channel_id or found.leads_channel_id) if found else None
        await call.ack(response_action="update", view=asked_view(call.view, card, channel))


async def _previewed(desk: Desk, call: Call) -> str:
    """What the draft would be, or the sentence that says what is wrong with it."""
    try:
        return preview_text(await desk.messages.preview(Actor(call.workspace_id, call.user_id), read_draft(call.view)))
    except RuleBroken as broken:
        return f":warning: {escape(str(broken))}"
