"""Reads what the driver or the page says was entered into a view or a message's inputs."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.sandbox.config import Json
from bot.sandbox.elements import Block, Element, State, actionable, flat, full_state, state_value
from bot.sandbox.errors import DriverError

Suggested = Mapping[str, Sequence[Json]]
"""The options that the bot offered last for an external select, by action_id."""


def with_values(
    blocks: Sequence[Block], typed: State, values: Mapping[str, Any], suggested: Suggested = MappingProxyType({})
) -> State:
    """Return the state after `values` ({block_id: {action_id: plain value}}) were entered over `typed`."""
    state = _copy(full_state(blocks, typed))
    known = {(block["block_id"], element["action_id"]): element for block, element in actionable(blocks)}
    for block_id, leaves in values.items():
        if not isinstance(leaves, Mapping):
            raise DriverError("invalid_values", f"values[{block_id!r}] must be an object of action_id to value.")
        for action_id, value in leaves.items():
            element = known.get((block_id, action_id))
            if element is None:
                raise DriverError("unknown_input", f"There is no input {action_id!r} in a block {block_id!r} here.")
            state.setdefault(block_id, {})[action_id] = state_value(with_options(element, suggested), value)
    return state


def with_options(element: Element, suggested: Suggested) -> Element:
    """Return an external select with the options that the bot offered last; any other element as it is."""
    offered = suggested.get(element["action_id"])
    return {**element, "options": offered} if offered and "external" in element["type"] else element


def with_fields(
    blocks: Sequence[Block], typed: State, fields: Mapping[str, Any], suggested: Suggested = MappingProxyType({})
) -> State:
    """Return the state after `fields` ({label: plain value}) were entered over `typed`."""
    values: dict[str, dict[str, Any]] = {}
    for label, value in fields.items():
        block, element = _labelled(blocks, label)
        values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return with_values(blocks, typed, values, suggested)


def _labelled(blocks: Sequence[Block], label: str) -> tuple[Block, Element]:
    inputs = {_plain(block["label"]["text"]): block for block in flat(blocks) if block.get("type") == "input"}
    block = inputs.get(_plain(label))
    if block is None:
        raise DriverError(
            "unknown_field", f"There is no field {label!r} here: there are {', '.join(inputs) or 'none'}."
        )
    return block, block["element"]


def _plain(label: str) -> str:
    return label.strip().removesuffix("(optional)").strip()


def _copy(state: State) -> dict[str, dict[str, Json]]:
    return {block_id: dict(leaves) for block_id, leaves in state.items()}
