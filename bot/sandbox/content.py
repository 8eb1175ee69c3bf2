"""Reads and judges what the bot wants to show: a message's text, blocks and metadata, or a view."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.blocks import VIEW_BYTES, Fault, check_message, check_view
from bot.sandbox.calls import Call, missing
from bot.sandbox.errors import SlackError

POST_LIMIT = 40_000
UPDATE_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
METADATA_LIMIT = 8_000
ATTACHMENT_LIMIT = 100


def read_content(call: Call) -> dict[str, Any]:
    """Return of text, blocks, attachments and metadata those that the call carries, judged as Slack judges them."""
    content: dict[str, Any] = {}
    if call.args.get("text") is not None:
        content["text"] = str(call.args["text"])
    if call.has("markdown_text"):
        content |= _markdown(call)
    if call.has("blocks"):
        content["blocks"] = _block_list(call)
    if call.has("attachments"):
        content["attachments"] = _attachment_list(call)
    if call.has("metadata"):
        content["metadata"] = _metadata(call)
    check_content(content)
    return content


def check_content(content: Mapping[str, Any]) -> None:
    """Raise no_text for a message without anything to show, invalid_blocks for one with faulty blocks."""
    if not any(content.get(part) for part in ("text", "blocks", "attachments")):
        raise SlackError("no_text")
    shown = {part: list(content.get(part) or ()) for part in ("blocks", "attachments")}
    faults = check_message({"text": "judged elsewhere", **shown})
    if faults:
        raise SlackError("invalid_blocks", *complaints(faults), errors=[fault.to_json() for fault in faults])


def complaints(faults: Sequence[Fault], under: str = "") -> list[str]:
    """Return the faults as Slack writes them into response_metadata.messages."""
    return [f"[ERROR] {fault.message} [json-pointer:{under}{fault.pointer}]" for fault in faults]


def _markdown(call: Call) -> dict[str, Any]:
    if call.maybe("text") or call.has("blocks"):
        raise SlackError("markdown_text_conflict")
    text = call.text("markdown_text")
    if len(text) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    return {"text": text, "blocks": ({"type": "markdown", "text": text},)}


def _block_list(call: Call) -> tuple[Mapping[str, Any], ...]:
    blocks = call.structure("blocks", "invalid_blocks_format")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    return tuple(blocks)


def _attachment_list(call: Call) -> tuple[Mapping[str, Any], ...]:
    attachments = call.structure("attachments", "invalid_attachments")
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENT_LIMIT:
        raise SlackError("too_many_attachments")
    return tuple(attachments)


def _metadata(call: Call) -> Mapping[str, Any] | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata == {}:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata


def read_view(call: Call, *, home: bool) -> Mapping[str, Any]:
    """Return the call's view after Slack's checks."""
    view = call.structure("view", "invalid_arguments")
    if view is None:
        raise missing("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
    return checked_view(view, home=home)


def checked_view(view: Mapping[str, Any], *, home: bool = False) -> Mapping[str, Any]:
    """Return the view, or raise what Slack answers to a faulty one."""
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    wanted = "home" if home else "modal"
    faults = check_view(view)
    if view.get("type") not in ("modal", "home") or (not faults and view["type"] != wanted):
        raise SlackError("invalid_arguments", f"[ERROR] type must be {wanted} [json-pointer:/view/type]")
    if faults:
        raise SlackError("invalid_arguments", *complaints(faults, "/view"))
    return view
