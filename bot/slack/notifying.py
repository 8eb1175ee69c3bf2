"""Notifying a deal's parties in Slack: the command and the buttons, and a written offer to the seller."""

from bot.services.actors import Actor
from bot.services.notifying_batch import Prepared
from bot.slack.batch_card import prepared_blocks, prepared_text, whole_blocks, whole_text
from bot.slack.calls import Call, Desk, redraw_view
from bot.slack.cards import show_card
from bot.slack.offer_card import written_blocks, written_text
from bot.slack.offer_form import written_view
from bot.slack.replies import show_in_place


async def command(desk: Desk, call: Call, number: int) -> None:
    """Prepare the messages about D-`number`, and say what waits for approval or why nobody can be told."""
    who = await desk.actor(call.workspace_id, call.user_id)
    prepared = await desk.notifying.prepare(who, number)
    blocks = prepared_blocks(prepared, await _channel(desk, who))
    await call.ack(text=prepared_text(prepared), blocks=blocks, response_type="ephemeral")


async def notify(desk: Desk, call: Call) -> None:
    """Prepare the messages about the deal of the button that was clicked."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await _tell(desk, call, who, await desk.notifying.prepare(who, int(call.action["value"])))


async def show_batch(desk: Desk, call: Call) -> None:
    """Show everybody of a batch to the one who asks."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    batch = await desk.notifying.batch(who, int(call.action["value"]))
    await desk.tell(call, whole_text(batch), whole_blocks(batch, desk.clock.now()))


async def write_offer(desk: Desk, call: Call) -> None:
    """Save the price with the button to its deal, draft the message that tells the seller, and ask for approval."""
    await call.ack()
    evidence_id, number = map(int, call.action["value"].split("|"))
    who = await desk.actor(call.workspace_id, call.user_id)
    written = await desk.notifying.write_offer(who, evidence_id, number)
    channel = await _channel(desk, who)
    if call.view:
        await redraw_view(desk, call, written_view(written, channel))
    else:
        await show_in_place(desk, call, written_text(written), written_blocks(written, channel))
    await show_card(desk, who, written.saved.lead.number)


async def _tell(desk: Desk, call: Call, who: Actor, prepared: Prepared) -> None:
    await desk.tell(call, prepared_text(prepared), prepared_blocks(prepared, await _channel(desk, who)))


async def _channel(desk: Desk, who: Actor) -> str | None:
    """Where approvals are asked."""
    found = await desk.workspaces.find(who.workspace_id)
    return (found.approvals_channel_id or found.leads_channel_id) if found else None
