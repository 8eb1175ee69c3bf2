"""Templates in Slack: the list behind `/valhalla templates`, and the form in which one is read, tried and changed."""

from collections.abc import Mapping
from typing import Any

from bot.services.actors import Actor
from bot.services.template_tries import TemplateDraft
from bot.services.templates import TemplateRefused
from bot.slack.calls import Call, Desk, open_view, redraw_view, request_key, save
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import escape
from bot.slack.template_card import list_blocks, list_text, saved_view, try_text
from bot.slack.template_form import (
    NO_LEAD,
    brought_back,
    field_of,
    read_change,
    read_draft,
    read_lead,
    redrawn,
    template_view,
)
from domain.errors import RuleBroken
from domain.template_command import template_named
from domain.templates import TemplateKey, key_of


async def show(desk: Desk, call: Call, words: str) -> None:
    """List every template, or open the one that is named. Raises `TemplateUnknown`."""
    who = await desk.actor(call.workspace_id, call.user_id)
    if words:
        view = await _view(desk, who, template_named(words))
        await call.ack()
        await open_view(desk, call, view)
        return
    listed = await desk.templates.list(who)
    await call.ack(text=list_text(listed), blocks=list_blocks(listed), response_type="ephemeral")


async def open_chosen(desk: Desk, call: Call) -> None:
    """Open the template that was chosen in the list."""
    await call.ack()
    who = await desk.actor(call.workspace_id, call.user_id)
    await open_view(desk, call, await _view(desk, who, key_of(call.action["selected_option"]["value"])))


async def retry(desk: Desk, call: Call) -> None:
    """Say what the words would be to the lead, while somebody types either."""
    await call.ack()
    who = Actor(call.workspace_id, call.user_id)
    line = await _tried(desk, who, read_draft(call.view), read_lead(call.view))
    await redraw_view(desk, call, redrawn(call.view, line))


async def bring_back(desk: Desk, call: Call) -> None:
    """Put a version's words into the fields; nothing is kept before they are saved."""
    await call.ack()
    who = Actor(call.workspace_id, call.user_id)
    key, number = read_draft(call.view).key, int(call.action["selected_option"]["value"])
    version = await desk.templates.version(who, key, number)
    words = TemplateDraft(key, version.template.subject or "", version.template.body)
    line = await _tried(desk, who, words, read_lead(call.view))
    await redraw_view(desk, call, brought_back(call.view, version, line))


async def submitted(desk: Desk, call: Call) -> None:
    """Store the words, and show them in the form's place; what is wrong with a field is said there."""
    change, request = read_change(call.view), request_key(call.view, form_values(call.view))

    async def keep() -> Mapping[str, Any]:
        who = await desk.actor(call.workspace_id, call.user_id)
        return saved_view(await desk.templates.save(who, change, request))

    try:
        view = await save(desk, call, keep(), field_name=field_of(call.view, "body"))
    except TemplateRefused as refused:
        errors = {field_of(call.view, name): sentence for name, sentence in refused.errors.items()}
        await call.ack(response_action="errors", errors=errors)
        return
    if view:
        await call.ack(response_action="update", view=view)


async def _view(desk: Desk, who: Actor, key: TemplateKey) -> Mapping[str, Any]:
    shown = await desk.templates.show(who, key)
    template = shown.in_use.template
    if not shown.may_change or shown.lead_number is None:
        return template_view(shown)
    words = TemplateDraft(key, template.subject or "", template.body)
    return template_view(shown, await _tried(desk, who, words, f"L-{shown.lead_number}"))


async def _tried(desk: Desk, who: Actor, draft: TemplateDraft, lead: str) -> str:
    """The words about a lead, or the sentence that says what is wrong with them."""
    if not lead:
        return NO_LEAD
    try:
        return try_text(await desk.templates.preview(who, draft, lead))
    except RuleBroken as broken:
        return f":warning: {escape(str(broken))}"
