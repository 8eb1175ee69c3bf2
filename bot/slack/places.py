"""The modal that completes a lead's address."""

import json

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.places import NewPlace
from bot.slack.blocks import Block, modal, section, text_input
from bot.slack.calls import Call, Desk, open_view, request_key, save
from bot.slack.cards import show_card
from bot.slack.ids import View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from storage.leads import Lead


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form with the lead's present address."""
    await call.ack()
    card = await desk.leads.card(Actor(call.workspace_id, call.user_id), int(call.action["value"]))
    await open_view(desk, call, _view(card.lead))


async def submitted(desk: Desk, call: Call) -> None:
    """Set the address, then bring the card up to date."""
    values = form_values(call.view)
    address, region = (readable(str(values.get(name) or "")).strip() or None for name in ("address", "region"))
    if not address and not region:
        await call.ack(response_action="errors", errors={"address": "Give an address, or at least a city."})
        return
    number = int(json.loads(call.view["private_metadata"])["lead"])
    where = NewPlace(address, region, request_key(call.view, values))

    async def complete() -> Actor:
        who = await desk.actor(call.workspace_id, call.user_id)
        await desk.places.complete(who, number, where)
        return who

    who = await save(desk, call, complete(), field_name="address")
    if who:
        await call.ack()
        await show_card(desk, who, number)


async def choose(desk: Desk, call: Call) -> None:
    """Settle which place is meant by the button that was clicked: "7|BC|Vancouver"."""
    await call.ack()
    number, province, market = call.action["value"].split("|", 2)
    who = await desk.actor(call.workspace_id, call.user_id)
    await desk.places.choose(who, int(number), (province, market))
    await show_card(desk, who, int(number))


def _view(lead: Lead) -> Block:
    return modal(
        View.PLACE,
        "Complete the address",
        [
            section(f"L-{lead.number}  {escape(lead.name)}"),
            text_input("address", "Property address", initial=lead.address or "", hint="Street, city and postal code."),
            text_input("region", "Area or city", initial=lead.region or ""),
        ],
        submit="Save address",
        private_metadata=json.dumps({"lead": lead.number}),
    )
