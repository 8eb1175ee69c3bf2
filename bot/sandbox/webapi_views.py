"""The Web API's views.* methods and blocks.validate."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.blocks import Fault, check_blocks, check_message, check_view
from bot.sandbox.calls import Call, missing
from bot.sandbox.config import Json
from bot.sandbox.content import read_view
from bot.sandbox.errors import SlackError
from bot.sandbox.people import PEOPLE
from bot.sandbox.triggers import Trigger
from bot.sandbox.views import View
from bot.sandbox.world import World


def open_view(world: World, call: Call) -> Json:
    """views.open: a modal for whoever the trigger belongs to; from inside a modal it goes on top of it."""
    body = read_view(call, home=False)
    trigger = _trigger(world, call)
    views = world.views
    nested = trigger.from_view and views.stack(trigger.user_id)
    view = views.push(trigger.user_id, body) if nested else views.open(trigger.user_id, body)
    trigger.view_id = view.id
    return {"view": view.to_json()}


def push_view(world: World, call: Call) -> Json:
    """views.push: a modal on top of those that are open, three at most."""
    body = read_view(call, home=False)
    trigger = _trigger(world, call)
    view = world.views.push(trigger.user_id, body)
    trigger.view_id = view.id
    return {"view": view.to_json()}


def update_view(world: World, call: Call) -> Json:
    """views.update: by view_id or external_id, unless the hash says that somebody was faster."""
    view = _wanted(world, call)
    body = read_view(call, home=view.body["type"] == "home")
    return {"view": world.views.update(view, body, call.maybe("hash")).to_json()}


def publish_view(world: World, call: Call) -> Json:
    """views.publish: one person's Home tab."""
    user_id = call.text("user_id")
    if user_id not in {person.id for person in PEOPLE}:
        raise SlackError("invalid_arguments", "[ERROR] invalid `user_id`")
    body = read_view(call, home=True)
    return {"view": world.views.publish(user_id, body, call.maybe("hash")).to_json()}


def validate_blocks(world: World, call: Call) -> Json:
    """blocks.validate: judge blocks, a message or a view without showing it."""
    given = [name for name in ("blocks", "message", "view") if call.has(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments", "must provide exactly one of `blocks`, `view`, or `message`")
    name = given[0]
    value = call.structure(name, "invalid_arguments")
    if not isinstance(value, list if name == "blocks" else dict):
        raise SlackError("invalid_arguments", f"`{name}` must be a JSON {'array' if name == 'blocks' else 'object'}")
    faults = _judge(name, value)
    if faults:
        raise SlackError(f"invalid_{name}", errors=[fault.to_json() for fault in faults])
    return {}


def _judge(name: str, value: Any) -> Sequence[Fault]:
    match name:
        case "blocks":
            return check_blocks(value, surface="message")
        case "message":
            return check_message(value)
        case _:
            return check_view(value)


def _trigger(world: World, call: Call) -> Trigger:
    trigger_id = call.maybe("trigger_id") or call.maybe("interactivity_pointer")
    if trigger_id is None:
        raise missing("trigger_id")
    return world.triggers.exchange(trigger_id)


def _wanted(world: World, call: Call) -> View:
    view_id, external_id = call.maybe("view_id"), call.maybe("external_id")
    if view_id is None and external_id is None:
        raise missing("view_id")
    found = world.views.find(view_id) if view_id else world.views.find_external(external_id or "")
    if found is None:
        raise SlackError("not_found")
    return found
