"""Reads what a driver call asks for, and explains what is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from bot.sandbox.calls import no_constant
from bot.sandbox.errors import DriverError
from bot.sandbox.people import (
    CHANNELS,
    PEOPLE,
    Channel,
    Person,
    direct_messages_with,
    find_channel,
    find_person,
    may_see,
)

BODY_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of one driver call, from its JSON body or its query."""

    fields: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the field was sent with anything in it."""
        return self.fields.get(name) not in (None, "")

    def maybe(self, name: str) -> str | None:
        """Return the field's text, or None."""
        value = self.fields.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            raise DriverError("invalid_field", f"{name!r} must be text, not {value!r}.")
        return value

    def text(self, name: str) -> str:
        """Return the field's text."""
        value = self.maybe(name)
        if value is None:
            raise DriverError("missing_field", f"Say {name!r}: this call needs it.")
        return value

    def table(self, name: str) -> Mapping[str, Any]:
        """Return a field that is an object, empty when it is missing."""
        value = self.fields.get(name) or {}
        if not isinstance(value, Mapping):
            raise DriverError("invalid_field", f"{name!r} must be an object.")
        return value

    def count(self, name: str, default: int) -> int:
        """Return a field that is a whole number of at least 0."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise DriverError("invalid_field", f"{name!r} must be a whole number of at least 0.")
        return value

    def person(self, name: str = "user") -> Person:
        """Return the person named."""
        text = self.text(name)
        person = find_person(text)
        if person is None:
            names = ", ".join(each.name for each in PEOPLE)
            raise DriverError("user_not_found", f"There is nobody called {text!r} here: there are {names}.")
        return person

    def channel(self, person: Person | None, name: str = "channel") -> Channel:
        """Return the channel named, if `person` is in it; "dm" is the person's own conversation with the app."""
        text = self.text(name)
        own = person is not None and text.lstrip("@") in ("dm", "valhalla")
        channel = direct_messages_with(person.id) if person is not None and own else find_channel(text)
        if channel is None:
            names = ", ".join(f"#{each.name}" for each in CHANNELS if not each.is_im)
            raise DriverError("channel_not_found", f"There is no channel {text!r} here: there are {names} and dm.")
        if person is not None and not may_see(channel, person):
            raise DriverError("not_in_channel", f"{person.name} is not in {channel.id}: direct messages are private.")
        return channel


async def read_asked(request: Request) -> Asked:
    """Return the call's fields; POSTs must be JSON objects, so that no other site's form can send one."""
    if request.method != "POST":
        return Asked(dict(request.query_params))
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise DriverError("not_json", "Send JSON, with the header Content-Type: application/json.", status=415)
    body = await request.body()
    if len(body) > BODY_LIMIT:
        raise DriverError("too_large", f"Send at most {BODY_LIMIT} bytes.", status=413)
    try:
        fields = json.loads(body or b"{}", parse_constant=no_constant)
    except ValueError as error:
        raise DriverError("invalid_json", f"That is no JSON: {error}.") from None
    if not isinstance(fields, dict):
        raise DriverError("invalid_json", "Send a JSON object.")
    return Asked(fields)
