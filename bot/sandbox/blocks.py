"""Judges Block Kit payloads the way Slack does, by the tables beside it, and says where each fault is."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from bot.sandbox.block_specs import Anything, Fault, Flag, Items, Num, Object, Shape, Spec, Str, Typed, broken, missing
from bot.sandbox.block_tables import BLOCKS, SURFACES, TABLES, VIEWS

__all__ = ["Fault", "check_blocks", "check_message", "check_view"]

Surface: TypeAlias = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250 * 1024
MESSAGE_TEXT = 40_000
MARKDOWN_TOTAL = 12_000
PER_MESSAGE = {"table": 1, "data_visualization": 2}


def check_message(message: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of a message's `text`, `markdown_text`, `blocks` and `attachments`.

    Pointers start at the message. Slack's numbers: 50 blocks, 40,000 characters of text, 12,000 of Markdown, one
    table and two charts.
    """
    faults = list(_message_texts(message))
    if message.get("blocks") is not None:
        faults += _blocks(message["blocks"], "/blocks", "message")
    attachments = message.get("attachments")
    for n, attachment in enumerate(attachments if isinstance(attachments, list) else []):
        if isinstance(attachment, Mapping) and attachment.get("blocks") is not None:
            faults += _blocks(attachment["blocks"], f"/attachments/{n}/blocks", "message")
    return faults


def check_blocks(blocks: Sequence[Any], *, surface: Surface) -> list[Fault]:
    """Return the faults of a bare list of blocks; pointers start at the list ("/0/text"), as in `blocks.validate`."""
    return list(_blocks(blocks, "", surface))


def check_view(view: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of a modal or Home view; pointers start at the view.

    Slack's numbers: 100 blocks, 24 characters of title and buttons, 250 KB in all; an input block in a modal needs
    `submit`.
    """
    kind = view.get("type")
    if kind is None:
        return [missing("", "type")]
    if kind not in tuple(VIEWS):
        return [_unsupported("/type", kind, tuple(VIEWS))]
    surface: Surface = "home" if kind == "home" else "modal"
    faults = list(_object(_without(view, "type", "blocks"), VIEWS[surface], "", surface))
    faults += _blocks(view["blocks"], "/blocks", surface) if "blocks" in view else [missing("", "blocks")]
    return faults + list(_whole_view(view, surface))


def _whole_view(view: Mapping[str, Any], surface: Surface) -> Iterator[Fault]:
    blocks = [block for _, block in _nested(view.get("blocks"), "")]
    if surface == "modal" and "submit" not in view and any(block.get("type") == "input" for block in blocks):
        yield missing("", "submit")
    size = len(json.dumps(view, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
    if size > VIEW_BYTES:
        yield broken("", f"must be at most {VIEW_BYTES} bytes", "max_size", VIEW_BYTES)


def _message_texts(message: Mapping[str, Any]) -> Iterator[Fault]:
    if not any(message.get(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        yield missing("", "text")
    if message.get("text") is not None:
        yield from _string(message["text"], Str(most=MESSAGE_TEXT, least=0), "/text")
    if message.get("markdown_text") is not None:
        yield from _string(message["markdown_text"], Str(most=MARKDOWN_TOTAL), "/markdown_text")
        if message.get("text") or message.get("blocks"):
            yield broken(
                "/markdown_text", "cannot be used together with text or blocks", "exclusive", ["markdown_text"]
            )


def _blocks(blocks: Any, pointer: str, surface: Surface) -> Iterator[Fault]:
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    yield from _items(
        blocks, Items(Typed("block", tuple(BLOCKS)), 1 if surface == "modal" else 0, most), pointer, surface
    )
    nested = list(_nested(blocks, pointer))
    yield from _repeated_ids(nested)
    yield from _focus(nested)
    if surface == "message":
        yield from _message_totals(nested, pointer)


def _nested(blocks: Any, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every block with its pointer, those inside containers, carousels and plans too."""
    for n, block in enumerate(blocks if isinstance(blocks, list | tuple) else []):
        if not isinstance(block, Mapping):
            continue
        yield f"{pointer}/{n}", block
        children = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}.get(str(block.get("type")))
        if children:
            yield from _nested(block.get(children), f"{pointer}/{n}/{children}")


def _repeated_ids(blocks: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for pointer, block in blocks:
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            yield broken(f"{pointer}/block_id", f"must be unique: {block_id}", "unique", block_id)
        if isinstance(block_id, str):
            seen.add(block_id)


def _focus(blocks: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Fault]:
    """Only one element of a view or message may ask for the focus."""
    asking = [
        where
        for pointer, block in blocks
        for where, element in _elements(block, pointer)
        if element.get("focus_on_load") is True
    ]
    for where in asking[1:]:
        yield broken(f"{where}/focus_on_load", "only one element may have the focus", "unique", True)


def _elements(block: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), Mapping):
            yield f"{pointer}/{key}", block[key]
    elements = block.get("elements")
    for n, element in enumerate(elements if isinstance(elements, list) else []):
        if isinstance(element, Mapping):
            yield f"{pointer}/elements/{n}", element


def _message_totals(blocks: Sequence[tuple[str, Mapping[str, Any]]], pointer: str) -> Iterator[Fault]:
    counts = Counter(str(block.get("type")) for _, block in blocks)
    for kind, most in PER_MESSAGE.items():
        if counts[kind] > most:
            yield broken(pointer, f"no more than {most} {kind} blocks allowed", "max_per_message", most)
    texts = [block.get("text") for _, block in blocks if block.get("type") == "markdown"]
    each = [len(text) for text in texts if isinstance(text, str)]
    if sum(each) > MARKDOWN_TOTAL >= max(each, default=0):
        yield broken(
            pointer,
            f"markdown blocks must be less than {MARKDOWN_TOTAL + 1} characters together",
            "max_length",
            MARKDOWN_TOTAL,
        )


def _check(value: Any, spec: Spec, pointer: str, surface: Surface) -> Iterator[Fault]:
    match spec:
        case Str():
            yield from _string(value, spec, pointer)
        case Num():
            yield from _number(value, spec, pointer)
        case Flag():
            if not isinstance(value, bool):
                yield broken(pointer, "must be a boolean", "type", "boolean")
        case Items():
            yield from _items(value, spec, pointer, surface)
        case Typed():
            yield from _typed(value, spec, pointer, surface)
        case Object(name):
            yield from _object(value, TABLES["object"][name], pointer, surface)
        case Anything():
            return


def _string(value: Any, spec: Str, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield broken(pointer, "must be a string", "type", "string")
    elif len(value) < spec.least:
        yield broken(pointer, f"must be more than {spec.least - 1} characters", "min_length", spec.least)
    elif spec.most is not None and len(value) > spec.most:
        yield broken(pointer, f"must be less than {spec.most + 1} characters", "max_length", spec.most)
    elif spec.among and value not in spec.among:
        yield broken(pointer, f"must be one of {', '.join(spec.among)}", "enum", list(spec.among))
    elif spec.pattern is not None and not re.fullmatch(spec.pattern, value):
        yield broken(pointer, f"has the wrong form: {value[:60]}", "pattern", spec.pattern)


def _number(value: Any, spec: Num, pointer: str) -> Iterator[Fault]:
    kinds = int if spec.whole else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        name = "integer" if spec.whole else "number"
        yield broken(pointer, f"must be a{'n' if spec.whole else ''} {name}", "type", name)
    elif spec.least is not None and value < spec.least:
        yield broken(pointer, f"must be at least {spec.least}", "minimum", spec.least)
    elif spec.above is not None and value <= spec.above:
        yield broken(pointer, f"must be greater than {spec.above}", "exclusive_minimum", spec.above)
    elif spec.most is not None and value > spec.most:
        yield broken(pointer, f"must be at most {spec.most}", "maximum", spec.most)


def _items(value: Any, spec: Items, pointer: str, surface: Surface) -> Iterator[Fault]:
    if not isinstance(value, list | tuple):
        yield broken(pointer, "must be an array", "type", "array")
        return
    if len(value) < spec.least:
        yield broken(pointer, f"no less than {spec.least} items allowed", "min_items", spec.least)
    if spec.most is not None and len(value) > spec.most:
        yield broken(pointer, f"no more than {spec.most} items allowed", "max_items", spec.most)
    for n, item in enumerate(value):
        if item is None and spec.nullable:
            continue
        yield from _check(item, spec.item, f"{pointer}/{n}", surface)


def _typed(value: Any, spec: Typed, pointer: str, surface: Surface) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield broken(pointer, "must be an object", "type", "object")
        return
    kind = value.get("type")
    if kind is None:
        yield missing(pointer, "type")
        return
    if kind not in spec.kinds:
        yield _unsupported(f"{pointer}/type", kind, spec.kinds)
        return
    shape = TABLES[spec.table][kind]
    allowed = SURFACES[surface] if spec.table == "block" else (kind,)
    if kind not in allowed or (shape.surfaces and surface not in shape.surfaces):
        yield broken(f"{pointer}/type", f"{kind} is not allowed in a {surface}", "surface", surface)
    if spec.longest is not None:
        shape = Shape({"text": Str(most=spec.longest)}, shape.optional)
    yield from _object(_without(value, "type"), shape, pointer, surface)


def _without(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in names}


def _unsupported(pointer: str, kind: Any, kinds: Sequence[str]) -> Fault:
    return broken(pointer, f"unsupported type: {kind}", "enum", list(kinds))


def _object(value: Any, shape: Shape, pointer: str, surface: Surface) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield broken(pointer, "must be an object", "type", "object")
        return
    for name in shape.required:
        if name not in value:
            yield missing(pointer, name)
    known = {**shape.required, **shape.optional}
    for name, item in value.items():
        if name in known:
            yield from _check(item, known[name], f"{pointer}/{name}", surface)
        else:
            yield broken(
                f"{pointer}/{_escape(name)}", f"invalid additional property: {name}", "additional_properties", False
            )
    for rule in shape.rules:
        yield from rule(value, pointer)


def _escape(name: str) -> str:
    """Write a property's name as a part of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")
