"""The Web API's chat.* methods and reactions.add."""

from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.config import Json
from bot.sandbox.content import POST_LIMIT, UPDATE_LIMIT, read_content
from bot.sandbox.errors import SlackError
from bot.sandbox.messages import Message
from bot.sandbox.people import (
    BOT_USER_ID,
    Channel,
    channel_by_id,
    channel_of_name,
    direct_messages_with,
    find_person,
    members_of,
)
from bot.sandbox.world import World


def post_message(world: World, call: Call) -> Json:
    """chat.postMessage: a channel by id or name, or a person by id."""
    channel = _place(call.text("channel"))
    facts = read_content(call) | _look(call) | _thread(world, call, channel)
    facts["text"] = facts.get("text", "")[:POST_LIMIT]
    message = world.post_as_bot(channel.id, **facts, broadcast=call.flag("reply_broadcast") and "thread_ts" in facts)
    return {"channel": channel.id, "ts": message.ts, "message": world.wire(message)}


def post_ephemeral(world: World, call: Call) -> Json:
    """chat.postEphemeral: a message that only `user` sees."""
    channel = _place(call.text("channel"))
    user_id = call.text("user")
    if user_id not in members_of(channel):
        raise SlackError("user_not_in_channel")
    facts = read_content(call) | _look(call) | _thread(world, call, channel)
    _refuse_long(facts, POST_LIMIT)
    message = world.post_as_bot(channel.id, **{"text": "", **facts}, only_for=user_id)
    return {"message_ts": message.ts}


def update(world: World, call: Call) -> Json:
    """chat.update: parts that are left out stay as they were."""
    channel = _channel(call.text("channel"))
    message = _message(world, channel, call.text("ts"))
    if message.user != BOT_USER_ID:
        raise SlackError("cant_update_message")
    facts = read_content(call)
    _refuse_long(facts, UPDATE_LIMIT)
    changed = world.messages.change(message, **facts)
    return {"channel": channel.id, "ts": changed.ts, "text": changed.text, "message": world.wire(changed)}


def delete(world: World, call: Call) -> Json:
    """chat.delete: the app's own messages."""
    channel = _channel(call.text("channel"))
    message = _message(world, channel, call.text("ts"))
    if message.user != BOT_USER_ID:
        raise SlackError("cant_delete_message")
    world.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(world: World, call: Call) -> Json:
    """chat.getPermalink: an address on this server, where Slack would give one on slack.com."""
    channel = _channel(call.text("channel"))
    message = _message(world, channel, call.text("message_ts"))
    link = f"{world.config.origin}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(world: World, call: Call) -> Json:
    """reactions.add: the app's user reacts to a message."""
    name = call.text("name").strip(":")
    channel = _channel(call.text("channel"))
    message = _message(world, channel, call.text("timestamp"))
    if not name.replace("_", "").replace("-", "").replace("+", "").replace("'", "").isalnum():
        raise SlackError("invalid_name")
    if (name, BOT_USER_ID) in message.reactions:
        raise SlackError("already_reacted")
    world.messages.react(message, name, BOT_USER_ID)
    return {}


def _place(text: str) -> Channel:
    by_name = channel_by_id(text) or channel_of_name(text.removeprefix("#"))
    person = find_person(text) if text.startswith("U") else None
    found = by_name or (direct_messages_with(person.id) if person else None)
    if found is None:
        raise SlackError("channel_not_found")
    return found


def _channel(channel_id: str) -> Channel:
    channel = channel_by_id(channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    return channel


def _message(world: World, channel: Channel, ts: str) -> Message:
    message = world.messages.find(channel.id, ts)
    if message is None:
        raise SlackError("message_not_found")
    return message


def _look(call: Call) -> dict[str, Any]:
    icons = {"emoji": call.maybe("icon_emoji"), "image_48": call.maybe("icon_url")}
    given = {name: icon for name, icon in icons.items() if icon}
    return {"username": call.maybe("username"), "icons": given or None}


def _thread(world: World, call: Call, channel: Channel) -> dict[str, Any]:
    thread_ts = call.maybe("thread_ts")
    if thread_ts is None:
        return {}
    parent = world.messages.find(channel.id, thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return {"thread_ts": parent.thread_ts or parent.ts}


def _refuse_long(facts: dict[str, Any], limit: int) -> None:
    if len(facts.get("text", "")) > limit:
        raise SlackError("msg_too_long")
