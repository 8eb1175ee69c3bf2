"""Reads what a person would read: every text of a message or view, and the buttons in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox.elements import actionable


def words(shown: Any) -> str:
    """Return every text of a message, a view or a list of blocks, one below the other."""
    return "\n".join(_texts(shown))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        return
    if isinstance(node, Mapping):
        for name in ("text", "initial_value"):
            if isinstance(node.get(name), str):
                yield node[name]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, Sequence):
        for value in node:
            yield from _texts(value)


def action_ids(shown: Mapping[str, Any]) -> list[str]:
    """Return the action ids of a message or view, in order."""
    return [element["action_id"] for _, element in actionable(shown["blocks"])]


def element(shown: Mapping[str, Any], action_id: str) -> Mapping[str, Any]:
    """Return the first element with this action id."""
    return next(each for _, each in actionable(shown["blocks"]) if each["action_id"] == action_id)


def initial(view: Mapping[str, Any], block_id: str) -> str:
    """Return what a text field of a view holds when it opens."""
    block = next(block for block in view["blocks"] if block.get("block_id") == block_id)
    return block["element"].get("initial_value", "")
