"""One Web API call: its arguments, however the client wrote them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.errors import SlackError


@dataclass(frozen=True, slots=True)
class Call:
    """A method's name and its arguments: texts from a form or the query, any JSON from a JSON body."""

    method: str
    args: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the argument was sent with anything in it; an empty list or object counts, an empty text does not."""
        return self.args.get(name) not in (None, "")

    def maybe(self, name: str) -> str | None:
        """Return the argument as text, or None."""
        value = self.args.get(name)
        return None if value in (None, "") else str(value)

    def text(self, name: str) -> str:
        """Return the argument as text; Slack's complaint when it is missing."""
        value = self.maybe(name)
        if value is None:
            raise missing(name)
        return value

    def flag(self, name: str) -> bool:
        """Return the argument as a truth value; Slack takes true and 1."""
        return str(self.args.get(name)).lower() in ("true", "1")

    def number(self, name: str, default: int, most: int) -> int:
        """Return the argument as a whole number between 1 and `most`."""
        text = self.maybe(name) or str(default)
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise SlackError("invalid_limit")
        return int(text)

    def structure(self, name: str, error: str) -> Any:
        """Return an argument that is JSON, written out or as text; `error` when the text is no JSON."""
        value = self.args.get(name)
        if not self.has(name):
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value, parse_constant=no_constant)
        except ValueError:
            raise SlackError(error) from None


def no_constant(text: str) -> None:
    """Refuse NaN and Infinity, which Python's parser would take and JSON does not know."""
    raise ValueError(f"{text} is not JSON")


def missing(name: str) -> SlackError:
    """Return Slack's complaint about a missing argument."""
    return SlackError("invalid_arguments", f"[ERROR] missing required field: {name}")


def read_call(method: str, query: str, content_type: str, body: bytes) -> Call:
    """Return the call as the client meant it: the query, and a form or a JSON object in the body."""
    args: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.partition(";")[0].strip() == "application/json" and body:
        return Call(method, args | _json_object(body))
    try:
        return Call(method, args | dict(parse_qsl(body.decode(), keep_blank_values=True)))
    except UnicodeDecodeError:
        raise SlackError("invalid_form_data") from None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body, parse_constant=no_constant)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise SlackError("json_not_object")
    return parsed
