"""Writing to a seller in Slack: the form behind a card's [Message], and its submission."""

from bot.services.actors import Actor
from bot.services.sends import Queued
from bot.slack.calls import Call, Desk, open_view, redraw_view, save
from bot.slack.message_form import message_view, preview_text, queued_view, read_draft, redrawn
from bot.slack.mrkdwn import escape
from domain.errors import RuleBroken
from domain.messages import SendState

NOT_SENT = (SendState.BLOCKED, SendState.CANCELLED)


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form for the lead of the button; who may not send is told so before anything is typed."""
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


async def _previewed(desk: Desk, call: Call) -> str:
    """What the draft would be, or the sentence that says what is wrong with it."""
    try:
        return preview_text(await desk.messages.preview(Actor(call.workspace_id, call.user_id), read_draft(call.view)))
    except RuleBroken as broken:
        return f":warning: {escape(str(broken))}"
