"""The Web API's methods that read: auth, team, users and conversations."""

import base64
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.sandbox.calls import Call
from bot.sandbox.config import Json
from bot.sandbox.errors import SlackError
from bot.sandbox.messages import Message
from bot.sandbox.people import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    CHANNELS,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
    TEAM_URL,
    Channel,
    channel_by_id,
    conversation_json,
    direct_messages_with,
    members_of,
    user_json,
)
from bot.sandbox.world import World

T = TypeVar("T")
_TYPES = {"public_channel", "private_channel", "mpim", "im"}


def auth_test(world: World, call: Call) -> Json:
    """auth.test: who the token belongs to."""
    facts: Json = {"url": TEAM_URL, "team": TEAM_NAME, "team_id": TEAM_ID, "is_enterprise_install": False}
    app: Json = {"app_id": APP_ID, "app_name": world.config.app_name}
    if call.args.get("token") == world.config.app_token:
        return facts | app
    return facts | app | {"user": "valhalla", "user_id": BOT_USER_ID, "bot_id": BOT_ID}


def api_test(world: World, call: Call) -> Json:
    """api.test: the arguments come back, and `error` if one was ordered."""
    args = {name: value for name, value in call.args.items() if name != "token"}
    if call.maybe("error"):
        raise SlackError(call.text("error"), args=args)
    return {"args": args}


def team_info(world: World, call: Call) -> Json:
    """team.info: the workspace."""
    if call.maybe("team") not in (None, TEAM_ID):
        raise SlackError("team_not_found")
    icon = {"image_default": True}
    team: Json = {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "url": TEAM_URL, "email_domain": ""}
    return {"team": team | {"icon": icon, "avatar_base_url": f"{world.config.origin}/"}}


def user_info(world: World, call: Call) -> Json:
    """users.info: one person, or the app's own user."""
    user_id = call.text("user")
    person = next((each for each in world.users if each.id == user_id), None)
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_json(person, world.clock.now(), include_locale=call.flag("include_locale"))}


def user_list(world: World, call: Call) -> Json:
    """users.list: everybody, in pages."""
    page, cursor = _page(world.users, call, default=1000)
    now = world.clock.now()
    members = [user_json(person, now, include_locale=call.flag("include_locale")) for person in page]
    return {"members": members, "cache_ts": int(now.timestamp()), "response_metadata": {"next_cursor": cursor}}


def user_by_email(world: World, call: Call) -> Json:
    """users.lookupByEmail: the person with this address."""
    email = call.text("email").casefold()
    person = next((each for each in world.users if not each.is_bot and each.email == email), None)
    if person is None:
        raise SlackError("users_not_found")
    return {"user": user_json(person, world.clock.now())}


def conversation_list(world: World, call: Call) -> Json:
    """conversations.list: public channels unless `types` asks for im."""
    types = set((call.maybe("types") or "public_channel").replace(" ", "").split(","))
    if not types <= _TYPES:
        raise SlackError("invalid_types")
    wanted = [each for each in CHANNELS if ("im" if each.is_im else "public_channel") in types]
    page, cursor = _page(wanted, call, default=100)
    return {"channels": [conversation_json(each) for each in page], "response_metadata": {"next_cursor": cursor}}


def conversation_info(world: World, call: Call) -> Json:
    """conversations.info: one channel."""
    return {"channel": conversation_json(_channel(call))}


def conversation_members(world: World, call: Call) -> Json:
    """conversations.members: the ids of those who are in a channel."""
    page, cursor = _page(members_of(_channel(call)), call, default=100)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def conversation_open(world: World, call: Call) -> Json:
    """conversations.open: the app's direct messages with one person, which are always open here."""
    channel = _channel(call) if call.has("channel") else _direct(call)
    short: Json = {"id": channel.id}
    facts = conversation_json(channel) if call.flag("return_im") else short
    return {"no_op": True, "already_open": True, "channel": facts}


def conversation_join(world: World, call: Call) -> Json:
    """conversations.join: the app is in every channel already."""
    channel = _channel(call)
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    already = "already_in_channel"
    metadata = {"warnings": [already]}
    return {"channel": conversation_json(channel), "warning": already, "response_metadata": metadata}


def history(world: World, call: Call) -> Json:
    """conversations.history: the channel's own messages, the latest first."""
    channel = _channel(call)
    found = list(reversed(_between(world.messages.top_level(channel.id), call)))
    page, cursor = _page(found, call, default=100)
    answer: Json = {"messages": _wires(world, call, page), "has_more": bool(cursor), "pin_count": 0}
    answer |= {"channel_actions_ts": None, "channel_actions_count": 0}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def replies(world: World, call: Call) -> Json:
    """conversations.replies: a thread, its parent first."""
    channel = _channel(call)
    message = world.messages.find(channel.id, call.text("ts"))
    if message is None:
        raise SlackError("thread_not_found")
    found = world.messages.in_thread(channel.id, message.thread_ts or message.ts)
    kept = [found[0], *_between(found[1:], call)]
    page, cursor = _page(kept, call, default=1000)
    answer: Json = {"messages": _wires(world, call, page), "has_more": bool(cursor)}
    parent = found[0].user
    for wire in answer["messages"]:
        if wire["ts"] != found[0].ts:
            wire["parent_user_id"] = parent
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _wires(world: World, call: Call, messages: Sequence[Message]) -> list[Json]:
    return [world.wire(message, with_metadata=call.flag("include_all_metadata")) for message in messages]


def _channel(call: Call) -> Channel:
    channel = channel_by_id(call.text("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    return channel


def _direct(call: Call) -> Channel:
    users = (call.maybe("users") or "").split(",")
    if users == [""]:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    channel = direct_messages_with(users[0])
    if channel is None:
        raise SlackError("user_not_found")
    return channel


def _between(messages: Sequence[Message], call: Call) -> list[Message]:
    oldest, latest = _ts(call, "oldest", "0"), _ts(call, "latest", "9999999999.999999")
    if call.flag("inclusive"):
        return [message for message in messages if oldest <= float(message.ts) <= latest]
    return [message for message in messages if oldest < float(message.ts) < latest]


def _ts(call: Call, name: str, default: str) -> float:
    text = call.maybe(name) or default
    if text == "now":
        return float("inf")
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise SlackError(f"invalid_ts_{name}")
    return float(text)


def _page(rows: Sequence[T], call: Call, default: int) -> tuple[Sequence[T], str]:
    start = _offset(call.maybe("cursor"))
    end = start + (call.number("limit", default, 1000) if call.maybe("limit") != "0" else default)
    cursor: Any = base64.b64encode(f"offset:{end}".encode()).decode() if end < len(rows) else ""
    return rows[start:end], cursor


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        offset = int(number)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if word != "offset" or offset < 0:
        raise SlackError("invalid_cursor")
    return offset
