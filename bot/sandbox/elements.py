"""What a person enters into Block Kit's elements: Slack's state values, made from plain text and checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox.config import Json
from bot.sandbox.errors import DriverError
from bot.sandbox.people import find_channel, find_person

Element = Mapping[str, Any]
Block = Mapping[str, Any]
State = Mapping[str, Mapping[str, Json]]
"""What has been entered: block_id -> action_id -> Slack's state value."""

TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
PICKED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "rich_text_input": "rich_text_value",
}
NESTED = {"container": "child_blocks", "carousel": "elements"}
STATEFUL = (TEXTS | ONE_OPTION | MANY_OPTIONS | frozenset(PICKED)) - {"overflow"}
_INITIALS = {
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}
_SHAPES = {
    "datepicker": (r"\d{4}-\d\d-\d\d", "YYYY-MM-DD"),
    "timepicker": (r"([01]\d|2[0-3]):[0-5]\d", "HH:MM"),
}


def elements_of(block: Block) -> list[Element]:
    """Return the block's elements, whatever kind of block it is."""
    parts = [
        block.get("element"),
        block.get("accessory"),
        *(block.get("elements") or ()),
        *(block.get("actions") or ()),
    ]
    return [part for part in parts if isinstance(part, Mapping) and part.get("type")]


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield every block, those inside containers and carousels too."""
    for block in blocks:
        yield block
        yield from flat(block.get(NESTED.get(block["type"], ""), ()))


def actionable(blocks: Sequence[Block]) -> Iterator[tuple[Block, Element]]:
    """Yield each element that carries an action_id, with its block."""
    for block in flat(blocks):
        for element in elements_of(block):
            if element.get("action_id"):
                yield block, element


def value_key(kind: str) -> str:
    """Return the name under which Slack's state holds the value of an element of this type."""
    if kind in ONE_OPTION:
        return "selected_option"
    if kind in MANY_OPTIONS:
        return "selected_options"
    return PICKED.get(kind, "value")


def initial_value(element: Element) -> Json:
    """Return the state value of an element that nobody touched."""
    kind = element["type"]
    name = _INITIALS.get(kind, "initial_options" if kind in MANY_OPTIONS else "initial_value")
    empty: Any = [] if kind in MANY_OPTIONS or kind.startswith("multi_") else None
    return {"type": kind, value_key(kind): element.get(name, empty)}


def full_state(blocks: Sequence[Block], typed: State) -> dict[str, dict[str, Json]]:
    """Return state.values of a surface: what was entered, and the initial values elsewhere."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in actionable(blocks):
        if element["type"] in STATEFUL:
            entered = typed.get(block["block_id"], {}).get(element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = entered or initial_value(element)
    return values


def surviving(blocks: Sequence[Block], typed: State) -> State:
    """Return of what was entered the part whose inputs are still there."""
    kept: dict[str, dict[str, Json]] = {}
    for block, element in actionable(blocks):
        value = typed.get(block["block_id"], {}).get(element["action_id"])
        if value is not None and value["type"] == element["type"]:
            kept.setdefault(block["block_id"], {})[element["action_id"]] = value
    return kept


def state_value(element: Element, value: Any) -> Json:
    """Return Slack's state value for what a person entered; an option may be given by its value or its text."""
    kind = element["type"]
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if value in (None, "") else _option(element, value)}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": [_option(element, each) for each in _listed(value)]}
    if kind.startswith("multi_"):
        return {"type": kind, value_key(kind): [_id_of(kind, each) for each in _listed(value)]}
    if value in (None, ""):
        return {"type": kind, value_key(kind): None}
    return {"type": kind, value_key(kind): _scalar(kind, value)}


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _scalar(kind: str, value: Any) -> Any:
    if kind == "rich_text_input":
        return value if isinstance(value, Mapping) else _rich_text(str(value))
    if kind == "datetimepicker":
        if not re.fullmatch(r"\d{10}", str(value)):
            raise DriverError(
                "invalid_value", f"{value!r} is no date and time: give the seconds since 1970, ten digits."
            )
        return int(value)
    if kind in PICKED and kind not in _SHAPES:
        return _id_of(kind, value)
    pattern, shape = _SHAPES.get(kind, (r"(?s).*", ""))
    if not re.fullmatch(pattern, str(value)):
        raise DriverError("invalid_value", f"{value!r} does not fit a {kind}: write it as {shape}.")
    return str(value)


def _rich_text(text: str) -> Json:
    section: Json = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _id_of(kind: str, value: Any) -> str:
    found = find_person(str(value)) if "users" in kind else find_channel(str(value))
    if found is None:
        raise DriverError("invalid_value", f"There is no {kind.split('_')[-2].removesuffix('s')} called {value!r}.")
    return found.id


def options_of(element: Element) -> list[Mapping[str, Any]]:
    """Return the element's options, those of its groups too."""
    groups = element.get("option_groups") or ()
    grouped = [option for group in groups for option in group.get("options", ())]
    return [*(element.get("options") or ()), *grouped]


def _option(element: Element, wanted: Any) -> Json:
    options = options_of(element)
    by_value = next((option for option in options if option.get("value") == wanted), None)
    found = by_value or next((option for option in options if option["text"]["text"] == wanted), None)
    if found is not None:
        return dict(found)
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": str(wanted), "emoji": True}, "value": str(wanted)}
    choices = ", ".join(option["text"]["text"] for option in options)
    raise DriverError("unknown_option", f"There is no option {wanted!r} here: choose one of {choices}.")


def complaints(blocks: Sequence[Block], state: State) -> dict[str, str]:
    """Return what Slack's own client would refuse to submit, by block_id."""
    found: dict[str, str] = {}
    for block in flat(blocks):
        element = block.get("element")
        if block.get("type") != "input" or not element or element["type"] not in STATEFUL:
            continue
        value = state[block["block_id"]][element["action_id"]].get(value_key(element["type"]))
        problem = _problem(block, element, value)
        if problem:
            found[block["block_id"]] = problem
    return found


def _problem(block: Block, element: Element, value: Any) -> str | None:
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _length_problem(element, value)
        case "number_input":
            return _number_problem(element, value)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            return "Please enter a valid email address."
        case "url_text_input" if not re.fullmatch(r"https?://\S+", value):
            return "Please enter a valid URL."
    return None


def _length_problem(element: Element, value: str) -> str | None:
    if len(value) < int(element.get("min_length") or 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > int(element.get("max_length") or 3000):
        return f"Please enter at most {element.get('max_length') or 3000} characters."
    return None


def _number_problem(element: Element, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a number." if element.get("is_decimal_allowed") else "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter a number of at least {least}."
    if most is not None and float(value) > float(most):
        return f"Please enter a number of at most {most}."
    return None
