"""`/offer` in Slack: the breakdown, and the form that recomputes as numbers are typed."""

from collections.abc import Mapping
from typing import Any

from bot.services.actors import Actor
from bot.services.offers import OfferAsk, PlaceNotFound, Quote
from bot.slack import comps, evidence, offer_policies
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.cards import show_card
from bot.slack.lead_form import form_values
from bot.slack.offer_card import offer_blocks, offer_text, saved_blocks, saved_text
from bot.slack.offer_form import offer_view, read_offer, redrawn, saved_view, shown_view
from bot.slack.replies import show_in_place
from domain.errors import RuleBroken
from domain.money import parse_amount
from domain.offer_command import (
    EnterComps,
    OfferHelp,
    OpenForm,
    PriceAmounts,
    PriceLead,
    ShowEvidence,
    ShowPolicy,
    parse_offer_command,
)
from domain.offers import OfferRefused

HELP = """*What `/offer` does*
`/offer 500k 40k` prices ARV 500,000 with repairs of 40,000 for the team's default place
`/offer 500k 40k Hamilton` prices it for a city, province or postal code
`/offer L-7` prices a lead's deal; `/offer L-7 520k` with another ARV; Save to deal makes the price the deal's own
`/offer comps L-7` takes comparable sales, one a line, and sets the ARV from them with its range
`/offer evidence E-12` shows what a price was computed from and computes it again
`/offer policy ON` shows the policy for a province or market, and lets admins change it
`/offer` opens a form that recomputes while you type
The formula: ARV × multiplier − repairs − holding − fees = MAO, buyer's ceiling.
The offer is that less the assignment fee, rounded down."""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/offer` asks for."""
    match parse_offer_command(call.text):
        case OpenForm():
            await call.ack()
            await open_view(desk, call, offer_view(OfferAsk()))
        case OfferHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case PriceLead(number, arv, repairs):
            await call.ack(**await _priced(desk, call, OfferAsk(arv, repairs, lead_number=number)))
        case PriceAmounts(arv, repairs, place):
            await call.ack(**await _priced(desk, call, OfferAsk(arv, repairs, place=place or None)))
        case ShowEvidence(number):
            await evidence.show_evidence(desk, call, number)
        case EnterComps(number):
            await comps.enter(desk, call, number)
        case ShowPolicy(place):
            await offer_policies.show(desk, call, place)


async def open_empty(desk: Desk, call: Call) -> None:
    """Open the empty form."""
    await call.ack()
    await open_view(desk, call, offer_view(OfferAsk()))


async def open_for_lead(desk: Desk, call: Call) -> None:
    """Open the form with what a lead's deal says; 0 names no lead."""
    await call.ack()
    number = int(call.action["value"])
    who = Actor(call.workspace_id, call.user_id)
    ask = await desk.offers.ask_for_lead(who, number) if number else OfferAsk()
    await open_view(desk, call, offer_view(ask, await _preview(desk, who, ask)))


async def open_what_if(desk: Desk, call: Call) -> None:
    """Open the form with the inputs of the price from which the button was clicked."""
    await call.ack()
    lead, arv, repairs, holding, months, place = call.action["value"].split("|", 5)
    ask = OfferAsk(
        arv=parse_amount(arv),
        repairs=parse_amount(repairs),
        holding_cost=parse_amount(holding) if holding else None,
        holding_months=months or None,
        place=place or None,
        lead_number=int(lead) or None,
    )
    who = Actor(call.workspace_id, call.user_id)
    await open_view(desk, call, offer_view(ask, await _preview(desk, who, ask)))


async def recompute(desk: Desk, call: Call) -> None:
    """Redraw the result between the fields with what is typed so far."""
    await call.ack()
    read = read_offer(call.view)
    if isinstance(read, Mapping):
        shown: Quote | str = next(iter(read.values()))
    else:
        shown = await _preview(desk, Actor(call.workspace_id, call.user_id), read)
    await redraw_view(desk, call, redrawn(call.view, shown))


async def submitted(desk: Desk, call: Call) -> None:
    """Price once more, keep the evidence, and show both in the modal."""
    read = read_offer(call.view)
    if isinstance(read, Mapping):
        await call.ack(response_action="errors", errors=read)
        return
    request = request_key(call.view, form_values(call.view))

    async def keep() -> Quote:
        return await desk.offers.quote(await desk.actor(call.workspace_id, call.user_id), read, request)

    try:
        quote = await save(desk, call, keep(), field_name="arv")
    except (OfferRefused, PlaceNotFound) as refused:
        await call.ack(response_action="errors", errors={_field_of(refused.field): str(refused)})
        return
    if quote:
        await call.ack(response_action="update", view=shown_view(quote))


async def save_to_deal(desk: Desk, call: Call) -> None:
    """Make the price with the button its lead's deal's own, and show the price as saved where it stands."""
    await call.ack()
    evidence_id, number = map(int, call.action["value"].split("|"))
    who = await desk.actor(call.workspace_id, call.user_id)
    saved = await desk.live_offers.save(who, evidence_id, number)
    if call.view:
        await redraw_view(desk, call, saved_view(saved))
    else:
        await show_in_place(desk, call, saved_text(saved), saved_blocks(saved))
    await show_card(desk, who, saved.lead.number)


def _field_of(field: str) -> str:
    """The form's field at which a refusal is shown; what concerns no field is shown at the place."""
    return field if field in ("arv", "repairs", "holding_cost", "holding_months") else "place"


async def _priced(desk: Desk, call: Call, ask: OfferAsk) -> dict[str, Any]:
    quote = await desk.offers.quote(await desk.actor(call.workspace_id, call.user_id), ask)
    return {"text": offer_text(quote), "blocks": offer_blocks(quote), "response_type": "ephemeral"}


async def _preview(desk: Desk, who: Actor, ask: OfferAsk) -> Quote | str:
    """Return the price, or the sentence that says what is missing or wrong."""
    try:
        return await desk.offers.preview(who, ask)
    except RuleBroken as broken:
        return str(broken)
