"""The modal in which a template is read, tried with a real lead, and changed, and what its fields say."""

import json
from collections.abc import Mapping
from typing import Any

from bot.services.template_tries import TemplateDraft
from bot.services.templates import TemplateChange, TemplateShown, TemplateVersion
from bot.slack.blocks import Block, actions, context, menu, modal, section, text_input
from bot.slack.ids import Action, View
from bot.slack.lead_form import form_values
from bot.slack.mrkdwn import bold, clip, escape
from bot.slack.template_card import findings_text, heading, quoted, version_name, versions_text
from domain.messages import Route
from domain.templates import Template, TemplateKey, TemplateName, allowed_in, key_of

PREVIEW, VERSIONS, FACTS = "preview", "versions", "facts"
NOT_TRIED = "What the words look like to a real seller stands here while you type."
NO_LEAD = "There is no lead yet to try the words with; what is wrong with them is said when you save."
BODY_HINT = "Facts stand in braces. What stands in [square brackets] is left out where a fact in it is not known."


def template_view(shown: TemplateShown, line: str | None = None) -> Block:
    """Return the form with the words in use; for who may not change them, the words alone."""
    if not shown.may_change:
        return _read_only(shown)
    lead = f"L-{shown.lead_number}" if shown.lead_number else ""
    about = {"key": shown.key.code, "seen": shown.in_use.template.number, "round": 0}
    blocks = [
        section(heading(shown)),
        *_words(shown.in_use.template, 0),
        section(line or (NOT_TRIED if lead else NO_LEAD), block_id=PREVIEW),
        text_input("lead", "Try it with the lead", initial=lead, placeholder="L-7", live_as=Action.TEMPLATE_INPUT),
        _reason("", 0),
        section(_facts(shown.key.name), block_id=FACTS),
        *_versions(shown),
    ]
    return modal(View.TEMPLATE, _title(shown.key), blocks, submit="Save", private_metadata=json.dumps(about))


def redrawn(view: Mapping[str, Any], line: str) -> Block:
    """Return the view from which the delivery came with another try, so that what is typed stays as it is."""
    return _with(view, [_tried(line) if block.get("block_id") == PREVIEW else block for block in view["blocks"]])


def brought_back(view: Mapping[str, Any], version: TemplateVersion, line: str) -> Block:
    """Return the view with another version's words in its fields, to be saved as the next version.

    The fields get new ids, since Slack keeps what was typed in a field whose id stays.
    """
    about = json.loads(view["private_metadata"])
    turn = int(about["round"]) + 1
    reason = f"Back to the words of {version_name(version)}"
    fresh = {"preview": _tried(line), "reason": _reason(reason, turn)}
    fresh |= {_name(block["block_id"]): block for block in _words(version.template, turn)}
    blocks = [fresh.get(_name(str(block.get("block_id"))), block) for block in view["blocks"]]
    return _with(view, blocks) | {"private_metadata": json.dumps(about | {"round": turn})}


def read_draft(view: Mapping[str, Any]) -> TemplateDraft:
    """Return the words that are typed so far."""
    values = _values(view)
    return TemplateDraft(_key(view), str(values.get("subject") or ""), str(values.get("body") or ""))


def read_lead(view: Mapping[str, Any]) -> str:
    """Return the lead that the words are tried with, as typed."""
    return str(_values(view).get("lead") or "").strip()


def read_change(view: Mapping[str, Any]) -> TemplateChange:
    """Return the change that the form asks for."""
    seen = int(json.loads(view["private_metadata"])["seen"])
    return TemplateChange(read_draft(view), seen, str(_values(view).get("reason") or ""))


def field_of(view: Mapping[str, Any], name: str) -> str:
    """Return the block id that a field has now: "body:1" once a version's words were brought back."""
    ids = (str(block.get("block_id")) for block in view["blocks"])
    return next((block_id for block_id in ids if _name(block_id) == name), name)


def _read_only(shown: TemplateShown) -> Block:
    template = shown.in_use.template
    subject = [f"{bold('Subject')} {escape(template.subject)}"] if template.subject else []
    told = findings_text(shown.findings)
    blocks = [
        section(heading(shown)),
        section("\n".join([*subject, quoted(template.body)])),
        *([section(told)] if told else []),
        section(versions_text(shown.history), block_id=VERSIONS),
        context("Admins change templates."),
    ]
    return modal(View.TEMPLATE_SHOWN, _title(shown.key), blocks, close="Close")


def _words(template: Template, turn: int) -> list[Block]:
    """The fields for the words, under ids that belong to this turn."""
    live = Action.TEMPLATE_INPUT
    subject = text_input(_id("subject", turn), "Subject", initial=template.subject or "", optional=False, live_as=live)
    body = text_input(
        _id("body", turn), "Words", initial=template.body, hint=BODY_HINT, optional=False, multiline=True, live_as=live
    )
    return [body] if template.key.route is Route.SMS else [subject, body]


def _reason(initial: str, turn: int) -> Block:
    hint = "The history keeps it beside your name."
    return text_input(_id("reason", turn), "Reason", initial=initial, hint=hint, optional=False)


def _versions(shown: TemplateShown) -> list[Block]:
    text = section(versions_text(shown.history), block_id=VERSIONS)
    if len(shown.history) == 1:
        return [text]
    older = {str(each.template.number): _choice(each) for each in shown.history}
    return [text, actions([menu("Bring words back…", Action.TEMPLATE_VERSION, older)], block_id="bring_back")]


def _choice(version: TemplateVersion) -> str:
    return clip(f"{version_name(version)}: {version.reason or 'the words that came with Valhalla'}", 75)


def _facts(name: TemplateName) -> str:
    lines = (f"`{each.written}` {each.meaning}" for each in allowed_in(name))
    return "\n".join([bold("Facts that it may say"), *lines])


def _title(key: TemplateKey) -> str:
    return key.name.label


def _tried(line: str) -> Block:
    return section(line, block_id=PREVIEW)


def _with(view: Mapping[str, Any], blocks: list[Block]) -> Block:
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    return {name: view[name] for name in kept} | {"blocks": blocks}


def _key(view: Mapping[str, Any]) -> TemplateKey:
    return key_of(json.loads(view["private_metadata"])["key"])


def _values(view: Mapping[str, Any]) -> dict[str, Any]:
    return {_name(block_id): value for block_id, value in form_values(view).items()}


def _id(name: str, turn: int) -> str:
    return f"{name}:{turn}" if turn else name


def _name(block_id: str) -> str:
    return block_id.partition(":")[0]
