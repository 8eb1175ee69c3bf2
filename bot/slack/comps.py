"""`/offer comps L-7` in Slack: the form that reads sales as they are typed, and the ARV and offer that it sets."""

from collections.abc import Mapping

from bot.services.actors import Actor
from bot.services.comparables import Reading, Valued
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.cards import show_card
from bot.slack.comps_form import comps_view, read_comps_form, redrawn, valued_view
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import plain
from domain.comps import CompsTooLong, CompsTooMany, CompUnclear, SalesTooFew, SquareFeetMissing
from domain.errors import RuleBroken
from domain.offers import OfferRefused

TITLE_LIMIT = 150
"""Characters of a title that the form carries along: its metadata holds 3,000, and JSON writes some as twelve."""


async def enter(desk: Desk, call: Call, number: int) -> None:
    """Open the form for L-{number}; an unknown lead is answered in place of it."""
    view = await _opening(desk, call, number)
    await call.ack()
    await open_view(desk, call, view)


async def open_for_lead(desk: Desk, call: Call) -> None:
    """Open the form of the lead on whose card the button was clicked."""
    await call.ack()
    await open_view(desk, call, await _opening(desk, call, int(call.action["value"])))


async def reread(desk: Desk, call: Call) -> None:
    """Redraw below the field how the sales are understood so far."""
    await call.ack()
    ask = read_comps_form(call.view)
    shown: Reading | str
    if isinstance(ask, Mapping):
        shown = next(iter(ask.values()))
    else:
        try:
            shown = await desk.comparables.preview(Actor(call.workspace_id, call.user_id), ask)
        except RuleBroken as broken:
            shown = str(broken)
    await redraw_view(desk, call, redrawn(call.view, shown))


async def submitted(desk: Desk, call: Call) -> None:
    """Set the deal's ARV and price it, show both in the modal, and bring the lead's card up to date."""
    ask = read_comps_form(call.view)
    if isinstance(ask, Mapping):
        await call.ack(response_action="errors", errors=ask)
        return
    request = request_key(call.view, form_values(call.view))

    async def keep() -> tuple[Actor, Valued]:
        who = await desk.actor(call.workspace_id, call.user_id)
        return who, await desk.comparables.enter(who, ask, request)

    try:
        saved = await save(desk, call, keep(), field_name="comps")
    except SquareFeetMissing as missing:
        await call.ack(response_action="errors", errors={missing.field: str(missing)})
        return
    except (CompUnclear, CompsTooMany, CompsTooLong, SalesTooFew, OfferRefused) as refused:
        await call.ack(response_action="errors", errors={"comps": str(refused)})
        return
    if saved:
        who, valued = saved
        await call.ack(response_action="update", view=valued_view(valued))
        await show_card(desk, who, ask.lead_number)


async def _opening(desk: Desk, call: Call, number: int) -> Mapping[str, object]:
    """The form with what is known; sales that were kept before are read anew."""
    who = Actor(call.workspace_id, call.user_id)
    ask = await desk.comparables.ask_for_lead(who, number)
    reading = await desk.comparables.preview(who, ask)
    return comps_view(ask, plain(f"L-{number}, {reading.lead.place}", TITLE_LIMIT), reading)
