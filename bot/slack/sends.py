"""Messages that need somebody, in Slack: their list, and the buttons that decide what becomes of one."""

from collections.abc import Awaitable, Callable

from bot.services.actors import Actor
from bot.services.sends_troubles import SendMovedOn, SendNotFound, SendSeenTo, SendShown
from bot.slack import posts
from bot.slack.calls import Call, Desk
from bot.slack.home import publish
from bot.slack.replies import is_own_message, show_in_place
from bot.slack.send_card import SHOWN, list_blocks, list_text, state_words

MEANWHILE = (SendMovedOn, SendNotFound, SendSeenTo)
"""What a person hears who was not the first; what they look at is drawn anew."""


async def show(desk: Desk, call: Call) -> None:
    """Answer with the messages that need this member."""
    page = await desk.troubles.waiting(await desk.actor(call.workspace_id, call.user_id), limit=SHOWN)
    await call.ack(text=list_text(page), blocks=list_blocks(page), response_type="ephemeral")


async def turn(desk: Desk, call: Call) -> None:
    """Show another page of the list, in its place."""
    await call.ack()
    await _show_list(desk, call, await desk.actor(call.workspace_id, call.user_id), start=int(call.action["value"]))


async def arrived(desk: Desk, call: Call) -> None:
    """Take the member's word that a message arrived."""

    async def act(who: Actor, send_id: int) -> str:
        await desk.troubles.arrived(who, send_id)
        return "Taken down: it arrived."

    await _decide(desk, call, act)


async def send_again(desk: Desk, call: Call) -> None:
    """Send a message once more of which nobody knows whether it arrived."""

    async def act(who: Actor, send_id: int) -> str:
        return f"Once more: {_said(await desk.troubles.send_again(who, send_id))}"

    await _decide(desk, call, act)


async def retry(desk: Desk, call: Call) -> None:
    """Send a message anew that failed."""

    async def act(who: Actor, send_id: int) -> str:
        return f"Anew: {_said(await desk.troubles.retry(who, send_id))}"

    await _decide(desk, call, act)


async def leave(desk: Desk, call: Call) -> None:
    """Leave a message as it is."""

    async def act(who: Actor, send_id: int) -> str:
        await desk.troubles.dismiss(who, send_id)
        return "Left as it is."

    await _decide(desk, call, act)


async def _decide(desk: Desk, call: Call, act: Callable[[Actor, int], Awaitable[str]]) -> None:
    """Keep the decision, draw what shows the message anew wherever it stands, and say what happens now."""
    await call.ack()
    who, send_id = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    try:
        said = await act(who, send_id)
    except MEANWHILE:
        await _redraw(desk, call, who, send_id)
        raise
    await _redraw(desk, call, who, send_id)
    await desk.tell(call, said)


async def _redraw(desk: Desk, call: Call, who: Actor, send_id: int) -> None:
    await posts.refresh(desk, who.workspace_id, await desk.troubles.posts_about(who, send_id))
    if call.view.get("type") == "home":
        await publish(desk, who)
    elif is_own_message(call):
        await _show_list(desk, call, who)


async def _show_list(desk: Desk, call: Call, who: Actor, *, start: int = 0) -> None:
    page = await desk.troubles.waiting(who, start=start, limit=SHOWN)
    await show_in_place(desk, call, list_text(page), list_blocks(page))


def _said(shown: SendShown) -> str:
    return state_words(shown.send, shown.recipient.zones if shown.recipient else frozenset())
