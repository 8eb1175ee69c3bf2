"""The modal in which a member writes down what a seller answered, and what it was taken for."""

import json

from bot.services.actors import Actor
from bot.services.inbound import Received
from bot.services.intake import readable
from bot.slack.blocks import Block, context, modal, radio, section, text_input
from bot.slack.calls import Call, Desk, open_view, request_key, save
from bot.slack.cards import show_card
from bot.slack.ids import View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.reply_card import NOT_ADVICE, outcome_text
from domain.rules import Medium
from storage.leads import Lead

MEDIA = {Medium.SMS.value: "Text message", Medium.EMAIL.value: "E-mail", Medium.CALL.value: "On the phone"}


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form for the lead on whose card the button was clicked."""
    await call.ack()
    card = await desk.leads.card(Actor(call.workspace_id, call.user_id), int(call.action["value"]))
    await open_view(desk, call, _view(card.lead))


async def submitted(desk: Desk, call: Call) -> None:
    """Store the reply, say in the form's place what it was taken for, and bring the card up to date."""
    values = form_values(call.view)
    number = int(json.loads(call.view["private_metadata"])["lead"])
    said = (Medium(values["medium"]), readable(str(values.get("words") or "")))

    async def keep() -> tuple[Actor, Received]:
        who = await desk.actor(call.workspace_id, call.user_id)
        return who, await desk.inbound.log(who, number, said, request_key(call.view, values))

    saved = await save(desk, call, keep(), field_name="words")
    if saved:
        who, done = saved
        await call.ack(response_action="update", view=_saved(number, done))
        await show_card(desk, who, number)


def _view(lead: Lead) -> Block:
    return modal(
        View.REPLY,
        "Log a reply",
        [
            section(f"L-{lead.number}  {escape(lead.name)}"),
            radio("medium", "How they answered", MEDIA, initial=Medium.SMS.value),
            text_input(
                "words",
                "Their words",
                hint="As they said it. What asks us to stop is blocked at once; what is unclear waits for a person.",
                optional=False,
                multiline=True,
            ),
        ],
        submit="Save",
        private_metadata=json.dumps({"lead": lead.number}),
    )


def _saved(number: int, done: Received) -> Block:
    blocks = [section(f"L-{number}\n{outcome_text(done)}"), context(NOT_ADVICE)]
    return modal(View.REPLY_SHOWN, "Reply logged", blocks, close="Close")
