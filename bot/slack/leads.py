"""`/lead` in Slack: the form, its submission, cards and lists."""

import json
from collections.abc import Mapping
from typing import Any

from bot.services.actors import Actor
from bot.services.intake import read_lead
from bot.services.leads import Capture, Captured
from bot.slack.calls import Call, Desk, open_view, request_key, save
from bot.slack.cards import post_first_card
from bot.slack.lead_card import card_blocks, card_text, list_blocks
from bot.slack.lead_form import form_values, lead_view
from bot.slack.mrkdwn import escape
from domain.commands import Find, Help, Mine, Open, Show, Unknown
from domain.leads import QuickLead, parse_command, parse_quick

HELP = """*What `/lead` does*
`/lead` opens the form
`/lead John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k` opens it filled in
`/lead L-7` or `/lead 7` shows a lead
`/lead find smith` searches names, addresses, phones and e-mails
`/lead mine` lists your own leads
`/offer help` explains prices"""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/lead` asks for."""
    asked = parse_command(call.text)
    match asked:
        case Open(quick):
            await call.ack()
            await open_view(desk, call, lead_view(quick, channel_id=call.channel_id))
        case Show(number):
            await call.ack(**await _shown(desk, call, number))
        case Find(text):
            await call.ack(**await _found(desk, call, text))
        case Mine():
            who = await desk.actor(call.workspace_id, call.user_id)
            leads = await desk.leads.mine(who)
            await call.ack(**_ephemeral("Your leads", list_blocks("Your leads", leads, who)))
        case Help():
            await call.ack(text=HELP, response_type="ephemeral")
        case Unknown(word, meant):
            await call.ack(text=_unknown(word, meant, call.text), response_type="ephemeral")


async def open_empty(desk: Desk, call: Call) -> None:
    """Open the empty form: the shortcut, or Home's button."""
    await call.ack()
    await open_view(desk, call, lead_view(QuickLead()))


async def open_from_message(desk: Desk, call: Call) -> None:
    """Open the form filled with what a message says."""
    await call.ack()
    message = call.body["message"]
    await open_view(desk, call, lead_view(parse_quick(message.get("text") or ""), channel_id=call.channel_id))


async def show_clicked(desk: Desk, call: Call) -> None:
    """Show the lead of the button that was clicked."""
    await call.ack()
    shown = await _shown(desk, call, int(call.action["value"]))
    await desk.tell(call, shown["text"], shown["blocks"])


async def submitted(desk: Desk, call: Call) -> None:
    """Check the form, store the lead, and only then close the modal; the card follows."""
    values = form_values(call.view)
    draft = read_lead(values)
    if isinstance(draft, Mapping):
        await call.ack(response_action="errors", errors=draft)
        return
    await take_down(desk, call, Capture(draft, request_key(call.view, values)))


async def take_down(desk: Desk, call: Call, wish: Capture) -> tuple[Actor, Captured] | None:
    """Store the lead of a form and close the form; the card follows. None when storing takes longer than Slack waits:
    then the form is still open."""

    async def capture() -> tuple[Actor, Captured]:
        who = await desk.actor(call.workspace_id, call.user_id)
        return who, await desk.leads.capture(who, wish)

    saved = await save(desk, call, capture(), field_name="name")
    if saved is None:
        return None
    await call.ack()
    metadata = json.loads(call.view.get("private_metadata") or "{}")
    await post_first_card(desk, *saved, said_in=metadata.get("channel") or "")
    return saved


async def _shown(desk: Desk, call: Call, number: int) -> dict[str, Any]:
    who = await desk.actor(call.workspace_id, call.user_id)
    card = await desk.leads.card(who, number)
    return _ephemeral(card_text(card), card_blocks(card, who=who))


async def _found(desk: Desk, call: Call, text: str) -> dict[str, Any]:
    if not text.strip():
        return {"text": "Say what to look for: `/lead find smith`.", "response_type": "ephemeral"}
    who = await desk.actor(call.workspace_id, call.user_id)
    leads = await desk.leads.find(who, text)
    if not leads:
        return {
            "text": f"No lead matches “{escape(text)}”. `/lead` takes down a new one.",
            "response_type": "ephemeral",
        }
    title = f"Leads that match “{text}”"
    return _ephemeral(title, list_blocks(title, leads, who))


def _ephemeral(text: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": escape(text), "blocks": blocks, "response_type": "ephemeral"}


def _unknown(word: str, meant: str | None, text: str) -> str:
    """Say what was probably meant, and how to search for the word or open the form with it."""
    shown, rest = escape(word), escape(text.partition(" ")[2])
    if meant:
        whole = f"{meant} {rest}".strip()
        return f"`/lead {shown}` is no command. Did you mean `/lead {whole}`? `/lead help` says what there is."
    return f"`{shown}` is no command. Search with `/lead find {shown}`, or open the form with `/lead new {shown}`."
