"""`/offer policy` in Slack: what stands at a place, and the form in which admins change it."""

import re
from collections.abc import Mapping

from bot.services.actors import Actor
from bot.services.offer_policies import PolicyChanged
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.offer_policy_card import compared, policy_blocks, policy_text, saved_view
from bot.slack.offer_policy_form import policy_view, read_change, read_seen, read_terms, redrawn
from domain.errors import RuleBroken
from domain.offers import OfferPolicy
from domain.policy_places import PolicyPlace

_HISTORY = re.compile(r"^history\b\s*", re.IGNORECASE)
"""`/offer policy history ON` asks for the same answer: the last versions stand in it."""


async def show(desk: Desk, call: Call, place: str) -> None:
    """Answer with the policy that stands at a place as typed, for the person who asked alone."""
    who = await desk.actor(call.workspace_id, call.user_id)
    shown = await desk.offer_policies.show(who, _HISTORY.sub("", place))
    await call.ack(text=policy_text(shown), blocks=policy_blocks(shown), response_type="ephemeral")


async def open_form(desk: Desk, call: Call) -> None:
    """Open the form with the terms that stand where the button was shown."""
    await call.ack()
    province, _, market = call.action["value"].partition("|")
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, policy_view(await desk.offer_policies.edit(who, PolicyPlace(province, market))))


async def recompute(desk: Desk, call: Call) -> None:
    """Redraw before and after with what is typed so far."""
    await call.ack()
    terms = read_terms(call.view)
    if isinstance(terms, Mapping):
        text = escape(next(iter(terms.values())))
    else:
        text = await _previewed(desk, call, terms)
    await redraw_view(desk, call, redrawn(call.view, text))


async def submitted(desk: Desk, call: Call) -> None:
    """Store the change, and show it in the modal's place.

    What is wrong with a field is said there; what is refused as a whole (no admin, overtaken) at the first field.
    """
    change = read_change(call.view)
    if isinstance(change, Mapping):
        await call.ack(response_action="errors", errors=change)
        return
    request = request_key(call.view, form_values(call.view))

    async def keep() -> PolicyChanged:
        who = await desk.actor(call.workspace_id, call.user_id)
        return await desk.offer_policies.change(who, change, request)

    changed = await save(desk, call, keep(), field_name="max_arv_multiplier")
    if changed:
        await call.ack(response_action="update", view=saved_view(change.seen.place, changed))


async def _previewed(desk: Desk, call: Call, terms: OfferPolicy) -> str:
    """Return before and after, or the sentence that says what is wrong."""
    who = Actor(call.workspace_id, call.user_id)
    try:
        return compared(await desk.offer_policies.preview(who, read_seen(call.view), terms))
    except RuleBroken as broken:
        return escape(str(broken))
