"""Gives blocks and elements the ids that the bot left out, as Slack does."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.elements import NESTED
from bot.sandbox.stamps import new_short_id

Blocks = tuple[Mapping[str, Any], ...]
_HOLDERS = {
    "section": ("accessory",),
    "actions": ("elements",),
    "context_actions": ("elements",),
    "input": ("element",),
    "card": ("actions",),
}


def with_ids(blocks: Sequence[Mapping[str, Any]]) -> Blocks:
    """Return the blocks, each with a block_id and each interactive element with an action_id."""
    return tuple(_block(block) for block in blocks)


def _block(block: Mapping[str, Any]) -> Mapping[str, Any]:
    named = dict(block)
    if not named.get("block_id"):
        named["block_id"] = new_short_id()
    kind = str(named.get("type"))
    inner = NESTED.get(kind)
    if inner is not None and named.get(inner):
        named[inner] = list(with_ids(named[inner]))
    return named | {part: _element(named[part]) for part in _HOLDERS.get(kind, ()) if part in named}


def _element(part: Any) -> Any:
    if isinstance(part, list | tuple):
        return [_element(each) for each in part]
    if not isinstance(part, Mapping) or part.get("action_id") or part.get("type") == "image":
        return part
    return {**part, "action_id": new_short_id()}
