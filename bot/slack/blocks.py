"""The Block Kit pieces that our messages and modals are made of, as plain dictionaries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from bot.slack.ids import FIELD
from bot.slack.mrkdwn import clip

Block: TypeAlias = dict[str, Any]

HEADER_LIMIT, BUTTON_LIMIT, OPTION_LIMIT, TITLE_LIMIT = 150, 75, 75, 24
CONFIRM_TITLE_LIMIT, CONFIRM_LIMIT, CONFIRM_BUTTON_LIMIT = 100, 300, 30


def header(text: str) -> Block:
    """A headline of plain text."""
    return {"type": "header", "text": _plain(text, HEADER_LIMIT)}


def section(text: str, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """A paragraph of mrkdwn, with one element at its side."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def fields(texts: Sequence[str]) -> Block:
    """Up to ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def context(*texts: str) -> Block:
    """Small grey text."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str | None = None) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)} | ({"block_id": block_id} if block_id else {})


def button(
    text: str,
    action_id: str,
    value: str,
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: Block | None = None,
) -> Block:
    """A button that sends `value`; with a URL it also opens that page, with `confirm` it asks before."""
    block: Block = {"type": "button", "text": _plain(text, BUTTON_LIMIT), "action_id": action_id, "value": value}
    optional = {"style": style, "url": url, "confirm": confirm}
    return block | {name: value for name, value in optional.items() if value}


def menu(text: str, action_id: str, options: Mapping[str, str]) -> Block:
    """A select for a row of buttons: what is chosen of `options` (value to text) is sent at once."""
    choices = [_option(value, label) for value, label in options.items()]
    return {"type": "static_select", "action_id": action_id, "placeholder": _plain(text, 150), "options": choices}


def overflow(action_id: str, options: Mapping[str, str]) -> Block:
    """The menu behind three dots, with up to five things to do (value to text)."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [_option(value, text) for value, text in options.items()],
    }


def confirmation(title: str, text: str, *, yes: str, no: str = "Cancel") -> Block:
    """The question that stands before a button's click counts; what a person typed in `text` must be escaped."""
    return {
        "title": _plain(title, CONFIRM_TITLE_LIMIT),
        "text": {"type": "mrkdwn", "text": clip(text, CONFIRM_LIMIT)},
        "confirm": _plain(yes, CONFIRM_BUTTON_LIMIT),
        "deny": _plain(no, CONFIRM_BUTTON_LIMIT),
    }


def mrkdwn(text: str) -> Block:
    """A text object with markup; what a person typed in it must be escaped already."""
    return {"type": "mrkdwn", "text": clip(text, 3000)}


def text_input(  # noqa: PLR0913 - these are what a field has; each is named at the call
    block_id: str,
    label: str,
    *,
    initial: str = "",
    hint: str | None = None,
    placeholder: str | None = None,
    optional: bool = True,
    multiline: bool = False,
    live_as: str | None = None,
) -> Block:
    """A field for text. `live_as` names the action that is sent while a person types."""
    element: Block = {"type": "plain_text_input", "action_id": live_as or FIELD}
    if multiline:
        element["multiline"] = True
    if initial:
        element["initial_value"] = clip(initial, 3000)
    if placeholder:
        element["placeholder"] = _plain(placeholder, 150)
    if live_as:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return _input(block_id, label, element, hint=hint, optional=optional) | (
        {"dispatch_action": True} if live_as else {}
    )


def select(
    block_id: str,
    label: str,
    options: Mapping[str, str],
    *,
    initial: str = "",
    hint: str | None = None,
    optional: bool = True,
) -> Block:
    """A field with one choice of `options` (value to text)."""
    element: Block = {
        "type": "static_select",
        "action_id": FIELD,
        "placeholder": _plain("Choose", 150),
        "options": [_option(value, text) for value, text in options.items()],
    }
    if initial in options:
        element["initial_option"] = _option(initial, options[initial])
    return _input(block_id, label, element, hint=hint, optional=optional)


def radio(block_id: str, label: str, options: Mapping[str, str], *, initial: str, hint: str | None = None) -> Block:
    """A field with one choice, all in view."""
    element = {
        "type": "radio_buttons",
        "action_id": FIELD,
        "options": [_option(value, text) for value, text in options.items()],
        "initial_option": _option(initial, options[initial]),
    }
    return _input(block_id, label, element, hint=hint, optional=False)


def checkboxes(
    block_id: str, label: str, options: Mapping[str, str], *, initial: Sequence[str] = (), hint: str | None = None
) -> Block:
    """A field with any number of choices."""
    element: Block = {
        "type": "checkboxes",
        "action_id": FIELD,
        "options": [_option(value, text) for value, text in options.items()],
    }
    if initial:
        element["initial_options"] = [_option(value, options[value]) for value in initial]
    return _input(block_id, label, element, hint=hint, optional=True)


def date_input(
    block_id: str, label: str, *, initial: date | None = None, hint: str | None = None, optional: bool = True
) -> Block:
    """A field for a day."""
    element: Block = {"type": "datepicker", "action_id": FIELD, "placeholder": _plain("Choose a day", 150)}
    if initial:
        element["initial_date"] = initial.isoformat()
    return _input(block_id, label, element, hint=hint, optional=optional)


def moment_input(
    block_id: str, label: str, *, initial: datetime | None = None, hint: str | None = None, live_as: str | None = None
) -> Block:
    """A field for a day and a time on the reader's clock. `live_as` names the action that is sent at each choice."""
    element: Block = {"type": "datetimepicker", "action_id": live_as or FIELD}
    if initial:
        element["initial_date_time"] = int(initial.timestamp())
    block = _input(block_id, label, element, hint=hint, optional=False)
    return block | ({"dispatch_action": True} if live_as else {})


def channel_select(block_id: str, label: str, *, initial: str | None = None, hint: str | None = None) -> Block:
    """A field for one public channel."""
    element: Block = {"type": "channels_select", "action_id": FIELD, "placeholder": _plain("Choose a channel", 150)}
    if initial:
        element["initial_channel"] = initial
    return _input(block_id, label, element, hint=hint, optional=True)


def people_select(
    block_id: str, label: str, *, initial: Sequence[str] = (), hint: str | None = None, optional: bool = True
) -> Block:
    """A field for any number of people."""
    element: Block = {"type": "multi_users_select", "action_id": FIELD, "placeholder": _plain("Choose people", 150)}
    if initial:
        element["initial_users"] = list(initial)
    return _input(block_id, label, element, hint=hint, optional=optional)


def person_select(block_id: str, label: str, *, hint: str | None = None) -> Block:
    """A field for one person."""
    element: Block = {"type": "users_select", "action_id": FIELD, "placeholder": _plain("Choose a person", 150)}
    return _input(block_id, label, element, hint=hint, optional=False)


def modal(
    callback_id: str,
    title: str,
    blocks: Iterable[Block],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    private_metadata: str = "",
) -> Block:
    """A modal; with `submit` it can be sent."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": _plain(title, TITLE_LIMIT),
        "close": _plain(close, TITLE_LIMIT),
        "blocks": list(blocks),
        "private_metadata": private_metadata,
    }
    return view | ({"submit": _plain(submit, TITLE_LIMIT)} if submit else {})


def home(blocks: Iterable[Block]) -> Block:
    """The Home tab."""
    return {"type": "home", "callback_id": "home", "blocks": list(blocks)[:100]}


def _input(block_id: str, label: str, element: Block, *, hint: str | None, optional: bool) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": _plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    return block | ({"hint": _plain(hint, 2000)} if hint else {})


def _option(value: str, text: str) -> Block:
    return {"text": _plain(text, OPTION_LIMIT), "value": value}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}
