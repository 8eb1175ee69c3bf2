"""`/policy why L-7`: may they be contacted now, and why; only the person who asked sees the answer."""

from bot.slack.calls import Call, Desk
from bot.slack.why_card import why_blocks, why_text


async def show(desk: Desk, call: Call, text: str) -> None:
    """Answer with what the gate says about a lead, a buyer, a phone number or an e-mail address."""
    why = await desk.why.ask(await desk.actor(call.workspace_id, call.user_id), text)
    await call.ack(text=why_text(why), blocks=why_blocks(why), response_type="ephemeral")


async def show_clicked(desk: Desk, call: Call) -> None:
    """Answer the button of a card, for the person who clicked alone."""
    await call.ack()
    why = await desk.why.ask(await desk.actor(call.workspace_id, call.user_id), call.action["value"])
    await desk.tell(call, why_text(why), why_blocks(why))
