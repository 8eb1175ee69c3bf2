"""`/buyer` in Slack: the form, its submission, cards and lists, which only the person who asked sees."""

from collections.abc import Mapping
from typing import Any

from bot.services.actors import Actor
from bot.services.buyer_edits import BuyerEdit
from bot.services.buyer_intake import read_buyer
from bot.slack.blocks import Block, section
from bot.slack.buyer_card import card_blocks, card_text, list_blocks, removed_blocks
from bot.slack.buyer_form import edit_view, new_view, read_kept
from bot.slack.calls import Call, Desk, open_view, request_key, save
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.replies import origin, show_in_place
from domain.buyer_command import (
    BuyerHelp,
    BuyerMiss,
    FindBuyers,
    ListBuyers,
    OpenBuyer,
    PauseBuyer,
    ResumeBuyer,
    ShowBuyer,
    parse_buyer_command,
)

HELP = """*What `/buyer` does*
`/buyer` opens the form
`/buyer Wei Chen 416-555-0177, Hamilton, GTA` opens it filled in, the name first
`/buyer B-5` shows a buyer, with buttons to change, pause or remove them
`/buyer find chen` searches names, companies, areas, phones and e-mails
`/buyer list` lists the newest
`/buyer pause B-5` and `/buyer resume B-5` take them out of matches and back in
`valhalla import buyers FILE.csv` in a terminal reads many at once"""

Reply = dict[str, Any]


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/buyer` asks for."""
    match parse_buyer_command(call.text):
        case OpenBuyer(quick):
            await call.ack()
            await open_view(desk, call, new_view(quick, origin(call)))
        case ShowBuyer(number):
            await call.ack(**await _shown(desk, call, number))
        case FindBuyers(text):
            await call.ack(**await _found(desk, call, text))
        case ListBuyers():
            await call.ack(**await _listed(desk, call))
        case PauseBuyer(number):
            await call.ack(**await _rested(desk, call, number, paused=True))
        case ResumeBuyer(number):
            await call.ack(**await _rested(desk, call, number, paused=False))
        case BuyerHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case BuyerMiss(word, meant):
            await call.ack(text=_missed(word, meant, call.text), response_type="ephemeral")


async def show_clicked(desk: Desk, call: Call) -> None:
    """Show the buyer of the button that was clicked, below the list in which it stands."""
    await call.ack()
    shown = await _shown(desk, call, int(call.action["value"]))
    await desk.tell(call, shown["text"], shown["blocks"])


async def open_edit(desk: Desk, call: Call) -> None:
    """Open the form with what is known of the buyer."""
    await call.ack()
    who = Actor(call.workspace_id, call.user_id)
    card = await desk.buyers.card(who, int(call.action["value"]))
    await open_view(desk, call, edit_view(card.buyer, origin(call)))


async def pause(desk: Desk, call: Call) -> None:
    """Pause the buyer and show their card anew."""
    await call.ack()
    who, number = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    await desk.buyers.pause(who, number)
    await _refresh(desk, call, who, number)


async def resume(desk: Desk, call: Call) -> None:
    """Resume the buyer and show their card anew."""
    await call.ack()
    who, number = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    await desk.buyers.resume(who, number)
    await _refresh(desk, call, who, number)


async def remove(desk: Desk, call: Call) -> None:
    """Remove the buyer and say so in the place of their card."""
    await call.ack()
    who, number = await desk.actor(call.workspace_id, call.user_id), int(call.action["value"])
    await desk.buyers.remove(who, number)
    await show_in_place(desk, call, f"B-{number} was removed.", removed_blocks(number))


async def submitted(desk: Desk, call: Call) -> None:
    """Check the form, store the buyer, and only then close the modal; the card follows.

    What is refused is said at its field, and the form stays open with all that was typed.
    """
    stored = await save(desk, call, _stored(desk, call), field_name="name")
    if stored is None:
        return
    if isinstance(stored, Mapping):
        await call.ack(response_action="errors", errors=stored)
        return
    await call.ack()
    await _refresh(desk, call, await desk.actor(call.workspace_id, call.user_id), stored)


async def _stored(desk: Desk, call: Call) -> int | dict[str, str]:
    """Store what the form says; return the buyer's number, or what is wrong with each field."""
    values, kept = form_values(call.view), read_kept(call.view)
    who = await desk.actor(call.workspace_id, call.user_id)
    draft = read_buyer(values, today=desk.buyers.today(who))
    if isinstance(draft, Mapping):
        return draft
    request = request_key(call.view, values)
    if not kept.number:
        return await desk.buyers.add(who, draft, request)
    await desk.buyers.edit(who, kept.number, BuyerEdit(draft, kept.seen, request))
    return kept.number


async def _refresh(desk: Desk, call: Call, who: Actor, number: int) -> None:
    card = await desk.buyers.card(who, number)
    await show_in_place(desk, call, card_text(card), card_blocks(card))


async def _shown(desk: Desk, call: Call, number: int, *, said: str = "") -> Reply:
    who = await desk.actor(call.workspace_id, call.user_id)
    card = await desk.buyers.card(who, number)
    return _ephemeral(said or card_text(card), [*([section(said)] if said else []), *card_blocks(card)])


async def _rested(desk: Desk, call: Call, number: int, *, paused: bool) -> Reply:
    """Pause or resume; the answer says whether that changed anything."""
    who = await desk.actor(call.workspace_id, call.user_id)
    changed = await (desk.buyers.pause if paused else desk.buyers.resume)(who, number)
    state = "paused" if paused else "active"
    return await _shown(desk, call, number, said=f"B-{number} is {state} {'now' if changed else 'already'}.")


async def _listed(desk: Desk, call: Call) -> Reply:
    who = await desk.actor(call.workspace_id, call.user_id)
    shown = await desk.buyers.newest(who)
    title = f"The newest of {shown.standing} buyers, {shown.active} of them active" if shown.buyers else "Your buyers"
    return _ephemeral(title, list_blocks(title, shown.buyers))


async def _found(desk: Desk, call: Call, text: str) -> Reply:
    if not text.strip():
        return {"text": "Say what to look for: `/buyer find chen`.", "response_type": "ephemeral"}
    who = await desk.actor(call.workspace_id, call.user_id)
    buyers = await desk.buyers.find(who, text)
    if not buyers:
        said = f"No buyer matches “{escape(text)}”. `/buyer` takes down a new one."
        return {"text": said, "response_type": "ephemeral"}
    title = f"Buyers that match “{text}”"
    return _ephemeral(escape(title), list_blocks(title, buyers))


def _ephemeral(text: str, blocks: list[Block]) -> Reply:
    return {"text": text, "blocks": blocks, "response_type": "ephemeral"}


def _missed(word: str, meant: str | None, text: str) -> str:
    """Say what was probably meant, and how to search for the word or open the form with it."""
    shown, rest = escape(word), escape(text.partition(" ")[2])
    if meant:
        whole = f"{meant} {rest}".strip()
        return f"`/buyer {shown}` is no command. Did you mean `/buyer {whole}`? `/buyer help` says what there is."
    return f"`{shown}` is no command. Search with `/buyer find {shown}`, or open the form with `/buyer new {shown}`."
