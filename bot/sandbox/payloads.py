"""What the sandbox delivers: slash commands, clicks, submissions, shortcuts and events, in Slack's own shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.config import Json
from bot.sandbox.courier import Delivery
from bot.sandbox.elements import Block, Element, State, full_state, value_key
from bot.sandbox.messages import Message
from bot.sandbox.people import APP_ID, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, Channel, Person, channel_by_id
from bot.sandbox.response_urls import ResponseUrl
from bot.sandbox.stamps import new_id
from bot.sandbox.triggers import Trigger
from bot.sandbox.views import View
from bot.sandbox.world import World

_TOKEN = "sandbox-verification-token"


@dataclass(frozen=True, slots=True)
class Clicked:
    """One element that was used, and what it holds now (a state value, None for a button)."""

    block: Block
    element: Element
    value: Json | None


def slash_command(
    person: Person, channel: Channel, words: tuple[str, str], trigger: Trigger, hook: ResponseUrl
) -> Delivery:
    """Return a slash command; `words` are the command itself and the text after it."""
    command, text = words
    form = {
        "token": _TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": hook.url,
        "trigger_id": trigger.id,
    }
    return Delivery("slash_commands", form, wants_answer=True)


def message_click(world: World, person: Person, message: Message, clicked: Clicked, state: State) -> Delivery:
    """Return the block_actions of an element in a message; an ephemeral message is not sent along, as in Slack."""
    channel = channel_by_id(message.channel)
    hook = world.response_urls.mint(message.channel, person.id, message.ts)
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    container["is_ephemeral"] = message.only_for is not None
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _interaction(world, "block_actions", person, world.triggers.issue(person.id))
    payload |= {"container": container, "channel": _channel_json(channel), "response_url": hook.url}
    if message.only_for is None:
        payload["message"] = world.wire(message)
    payload["state"] = {"values": full_state(message.blocks, state)}
    payload["actions"] = [_action(world, clicked)]
    return Delivery("interactive", payload)


def view_click(world: World, person: Person, view: View, clicked: Clicked) -> Delivery:
    """Return the block_actions of an element in a modal or on the Home tab."""
    trigger = world.triggers.issue(person.id, from_view=view.body["type"] == "modal")
    payload = _interaction(world, "block_actions", person, trigger)
    payload |= {"container": {"type": "view", "view_id": view.id}, "view": view.to_json()}
    payload["actions"] = [_action(world, clicked)]
    return Delivery("interactive", payload)


def view_submission(world: World, person: Person, view: View) -> Delivery:
    """Return the submission of a modal, with a response_url for each conversation that asks for one."""
    trigger = world.triggers.issue(person.id, from_view=True)
    payload = _interaction(world, "view_submission", person, trigger)
    payload |= {"view": view.to_json(), "response_urls": _response_urls(world, person, view)}
    return Delivery("interactive", payload, wants_answer=True)


def view_closed(world: World, person: Person, view: View, *, is_cleared: bool) -> Delivery:
    """Return the news that a modal was closed without being submitted."""
    payload = _interaction(world, "view_closed", person, None)
    return Delivery("interactive", payload | {"view": view.to_json(), "is_cleared": is_cleared})


def options_request(world: World, person: Person, element: Element, block: Block, place: Json) -> Delivery:
    """Return the question for an external select's options; `place` holds the container and its view or message."""
    payload = _interaction(world, "block_suggestion", person, None)
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"], **place}
    return Delivery("interactive", payload, wants_answer=True)


def global_shortcut(world: World, person: Person, callback_id: str) -> Delivery:
    """Return a shortcut from the + menu."""
    payload = _interaction(world, "shortcut", person, world.triggers.issue(person.id))
    return Delivery("interactive", payload | {"callback_id": callback_id, "action_ts": world.stamps.next()})


def message_shortcut(world: World, person: Person, message: Message, callback_id: str) -> Delivery:
    """Return a shortcut from a message's menu."""
    hook = world.response_urls.mint(message.channel, person.id, message.ts)
    payload = _interaction(world, "message_action", person, world.triggers.issue(person.id))
    payload |= {
        "callback_id": callback_id,
        "action_ts": world.stamps.next(),
        "message_ts": message.ts,
        "message": world.wire(message),
        "channel": _channel_json(channel_by_id(message.channel)),
        "response_url": hook.url,
    }
    return Delivery("interactive", payload)


def event(world: World, facts: Mapping[str, Any]) -> Delivery:
    """Return an event in its envelope, with an event_id of its own."""
    authorization: Json = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}
    authorization["is_enterprise_install"] = False
    payload: Json = {
        "token": _TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": dict(facts),
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(world.clock.now().timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{new_id('')}",
    }
    return Delivery("events_api", payload)


def _interaction(world: World, kind: str, person: Person, trigger: Trigger | None) -> Json:
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM_ID}
    payload: Json = {
        "type": kind,
        "user": user,
        "api_app_id": APP_ID,
        "token": _TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    return payload | ({"trigger_id": trigger.id} if trigger else {})


def _channel_json(channel: Channel | None) -> Json:
    if channel is None:
        raise LookupError("a message lies in a channel that does not exist")
    return {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name}


def _action(world: World, clicked: Clicked) -> Json:
    element = clicked.element
    action: Json = {"type": element["type"], "action_id": element["action_id"]}
    action |= {"block_id": clicked.block["block_id"], "action_ts": world.stamps.next()}
    action |= {name: element[name] for name in ("text", "value", "style", "placeholder", "url") if name in element}
    if clicked.value is not None:
        key = value_key(element["type"])
        action[key] = clicked.value[key]
    return action


def _response_urls(world: World, person: Person, view: View) -> list[Json]:
    found: list[Json] = []
    for block in view.blocks:
        element = block.get("element")
        if not element or not element.get("response_url_enabled"):
            continue
        value = view.to_json()["state"]["values"][block["block_id"]][element["action_id"]]
        channel_id = value.get(value_key(element["type"]))
        if channel_id:
            hook = world.response_urls.mint(channel_id, person.id)
            ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
            found.append({**ids, "channel_id": channel_id, "response_url": hook.url})
    return found
