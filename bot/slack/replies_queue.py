"""Replies that wait for a person: their list, and the two buttons that decide what one means."""

from bot.services.actors import Actor
from bot.services.inbound import ReplyDecided, reply_post
from bot.slack import posts
from bot.slack.calls import Call, Desk
from bot.slack.home import publish
from bot.slack.replies import is_own_message, show_in_place
from bot.slack.reply_card import outcome_text, queue_blocks, queue_text


async def show(desk: Desk, call: Call) -> None:
    """Answer with the replies that wait for this member."""
    who = await desk.actor(call.workspace_id, call.user_id)
    waiting = await desk.inbound.queue(who)
    await call.ack(text=queue_text(waiting), blocks=queue_blocks(waiting, who), response_type="ephemeral")


async def is_stop(desk: Desk, call: Call) -> None:
    """Take the reply for an opt-out, as of when it was written."""
    await _decide(desk, call, is_stop=True)


async def is_not(desk: Desk, call: Call) -> None:
    """Take the reply for none; what was held may go again."""
    await _decide(desk, call, is_stop=False)


async def _decide(desk: Desk, call: Call, *, is_stop: bool) -> None:
    """Keep the decision, say what it did, and draw anew what shows the reply wherever it stands."""
    await call.ack()
    who, inbound_id = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    try:
        done = await desk.inbound.decide(who, inbound_id, is_stop=is_stop)
    except ReplyDecided:
        await _redraw(desk, call, who, inbound_id)
        raise
    await _redraw(desk, call, who, inbound_id)
    await desk.tell(call, outcome_text(done))


async def _redraw(desk: Desk, call: Call, who: Actor, inbound_id: int) -> None:
    await posts.refresh(desk, who.workspace_id, await desk.sends.with_keys(who, [reply_post(inbound_id)]))
    if call.view.get("type") == "home":
        await publish(desk, who)
    elif is_own_message(call):
        waiting = await desk.inbound.queue(who)
        await show_in_place(desk, call, queue_text(waiting), queue_blocks(waiting, who))
