"""Writes a message out: as Slack's message object, and as the driver's row."""

from bot.sandbox.config import Json
from bot.sandbox.messages import Message, Thread
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER_ID, PEOPLE, SLACKBOT_ID, TEAM_ID

_CREATED = 1_700_000_000


def message_json(message: Message, thread: Thread, app_name: str, *, with_metadata: bool = True) -> Json:
    """Return Slack's message object."""
    wire: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM_ID}
    if message.user == BOT_USER_ID:
        wire |= _author(message, app_name)
    wire |= _body(message)
    if message.metadata is not None and with_metadata:
        wire["metadata"] = dict(message.metadata)
    return wire | _thread(message, thread)


def message_row(message: Message, thread: Thread, app_name: str) -> Json:
    """Return what the driver and the page show of a message."""
    return {
        "ts": message.ts,
        "user": message.user,
        "username": message.username or _name_of(message.user, app_name),
        "text": message.text,
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "thread_ts": message.thread_ts or (message.ts if thread.count else None),
        "reply_count": thread.count,
        "latest_reply": thread.latest,
        "ephemeral": message.only_for is not None,
        "edited": message.edited_ts is not None,
        "metadata": message.metadata,
        "reactions": _reactions(message),
        "bot": message.by_bot,
    }


def bot_profile(app_name: str) -> Json:
    """Return the bot_profile that Slack puts beside an app's message."""
    facts: Json = {"id": BOT_ID, "app_id": APP_ID, "name": app_name, "deleted": False, "updated": _CREATED}
    return {**facts, "team_id": TEAM_ID, "icons": {}}


def _name_of(user_id: str, app_name: str) -> str:
    names = {BOT_USER_ID: app_name, SLACKBOT_ID: "Slackbot"} | {person.id: person.real_name for person in PEOPLE}
    return names[user_id]


def _author(message: Message, app_name: str) -> Json:
    author: Json = {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile(app_name)}
    if message.username or message.icons:
        author |= {"subtype": "bot_message", "username": message.username or app_name}
    if message.icons:
        author["icons"] = dict(message.icons)
    return author


def _body(message: Message) -> Json:
    body: Json = {}
    if message.blocks:
        body["blocks"] = list(message.blocks)
    if message.attachments:
        body["attachments"] = [
            {"id": number, "fallback": attachment.get("text", "[no preview available]"), **attachment}
            for number, attachment in enumerate(message.attachments, start=1)
        ]
    if message.edited_ts:
        body["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        body["reactions"] = _reactions(message)
    if message.tombstone:
        body |= {"subtype": "tombstone", "hidden": True}
    return body


def _reactions(message: Message) -> list[Json]:
    names = dict.fromkeys(name for name, _ in message.reactions)
    users = {name: [user for each, user in message.reactions if each == name] for name in names}
    return [{"name": name, "users": users[name], "count": len(users[name])} for name in names]


def _thread(message: Message, thread: Thread) -> Json:
    if message.is_reply:
        reply: Json = {"thread_ts": message.thread_ts}
        return reply | {"subtype": "thread_broadcast"} if message.broadcast else reply
    if not thread.count:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": thread.count,
        "reply_users_count": len(thread.users),
        "reply_users": list(thread.users),
        "latest_reply": thread.latest,
        "is_locked": False,
        "subscribed": False,
    }
