"""Recording consent in Slack: the form that a lead's and a buyer's card open, and its submission."""

from collections.abc import Mapping

from bot.services.actors import Actor
from bot.services.consent_intake import read_consent
from bot.services.consents import ConsentSubject, Recorded
from bot.slack import buyer_card
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.consent_form import consent_view, read_about, redrawn, saved_view
from bot.slack.lead_form import form_values
from bot.slack.replies import origin, show_in_place
from bot.slack.task_drawing import redraw_all


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form for the person on whose card the button was clicked: "L-7" or "B-5"."""
    await call.ack()
    letter, _, number = call.action["value"].partition("-")
    who = await desk.actor(call.workspace_id, call.user_id)
    ask = await desk.consents.ask(who, ConsentSubject(letter == "L", int(number)))
    await open_view(desk, call, consent_view(ask, origin(call)))


async def redraw(desk: Desk, call: Call) -> None:
    """Ask for what the choice of what happened needs."""
    await call.ack()
    await redraw_view(desk, call, redrawn(call.view))


async def submitted(desk: Desk, call: Call) -> None:
    """Add to the ledger, say in the form's place whether it counts, and bring the card up to date.

    What is refused is said at its field, and the form stays open with all that was typed.
    """
    values, about = form_values(call.view), read_about(call.view)
    draft = read_consent(values, today=about.today)
    if isinstance(draft, Mapping):
        await call.ack(response_action="errors", errors=draft)
        return

    async def keep() -> tuple[Actor, Recorded]:
        who = await desk.actor(call.workspace_id, call.user_id)
        return who, await desk.consents.record(who, about.subject, draft, request_key(call.view, values))

    saved = await save(desk, call, keep(), field_name="kind")
    if saved:
        who, recorded = saved
        await call.ack(response_action="update", view=saved_view(about, draft, recorded))
        await _refresh(desk, call, who, about.subject)


async def _refresh(desk: Desk, call: Call, who: Actor, subject: ConsentSubject) -> None:
    if subject.is_lead:
        await redraw_all(desk, who, subject.number)
        return
    card = await desk.buyers.card(who, subject.number)
    await show_in_place(desk, call, buyer_card.card_text(card), buyer_card.card_blocks(card))
