"""What a person does in Slack, as calls: commands, shortcuts, messages, the Home tab."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.courier import Courier, Receipt
from bot.sandbox.errors import DriverError, SlackError
from bot.sandbox.live import Watch
from bot.sandbox.messages import Message
from bot.sandbox.people import BOT_USER_ID, CHANNELS, PEOPLE, Channel, Person, direct_messages_with
from bot.sandbox.response_urls import ResponseUrl
from bot.sandbox.responses import post_answer
from bot.sandbox.sent import Sent
from bot.sandbox.socket import SocketHub
from bot.sandbox.world import World

OnReply = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Carries an answer {send_id, medium, from, text, at, provider_id} to the bot, which says what it was taken for."""
OnReceipt = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Carries a provider's later word {send_id, provider_id, medium, to, state} to the bot; False for no message of its."""
OnClock = Callable[[datetime], Awaitable[None]]
"""Takes the clock to an instant; on the way there it does what becomes due, on the way back nothing."""


@dataclass(slots=True)
class Desk:
    """What the driver works with: the world, the way to the bot, and what was handed in from outside."""

    world: World
    courier: Courier
    hub: SocketHub
    outbox: Sent
    on_reply: OnReply | None = None
    on_receipt: OnReceipt | None = None
    on_clock: OnClock | None = None
    travels_to: datetime | None = None


async def command(desk: Desk, asked: Asked) -> Json:
    """Run a slash command and wait until something shows."""
    person = asked.person()
    channel = asked.channel(person)
    name = _known_command(desk, asked.text("command"))
    world = desk.world
    hook = world.response_urls.mint(channel.id, person.id)
    trigger = world.triggers.issue(person.id)
    words = (name, asked.maybe("text") or "")
    delivery = payloads.slash_command(person, channel, words, trigger, hook)
    with world.live.watch(person.id) as watch:
        receipt = await desk.courier.deliver(delivery)
        if not receipt.ok:
            return _failed_command(desk, person, channel, name, receipt)
        if receipt.answer and not _took_answer(world, hook, receipt.answer):
            return _failed_command(desk, person, channel, name, Receipt("invalid_answer"))
        await watch.wait(world.config.show_seconds)
        reply = shown_message(desk, watch, person)
    opened = world.views.find(trigger.view_id) if trigger.view_id else None
    view = opened.to_json() if opened else None
    return {"ok": True, "ack_ms": receipt.ack_ms, "view": view, "reply": reply}


async def shortcut(desk: Desk, asked: Asked) -> Json:
    """Use a global shortcut, or a message's one when channel and ts are given."""
    person = asked.person()
    callback_id = asked.text("callback_id")
    kind = "message" if asked.has("ts") else "global"
    known = [each["callback_id"] for each in desk.world.config.shortcuts if each.get("type", "global") == kind]
    if callback_id not in known:
        names = ", ".join(known) or "none"
        raise DriverError("unknown_shortcut", f"The manifest has no {kind} shortcut {callback_id!r}: it has {names}.")
    if kind == "message":
        delivery = payloads.message_shortcut(desk.world, person, find_message(desk, asked, person), callback_id)
    else:
        delivery = payloads.global_shortcut(desk.world, person, callback_id)
    with desk.world.live.watch(person.id) as watch:
        receipt = await desk.courier.deliver(delivery)
        if not receipt.ok:
            return no_ack(desk, receipt) | {"view": None}
        await watch.wait(desk.world.config.show_seconds)
    return {"ok": True, "ack_ms": receipt.ack_ms, "view": top_view(desk, person)}


async def say(desk: Desk, asked: Asked) -> Json:
    """Write a message as a person; events go out if the manifest subscribes to them."""
    person = asked.person()
    channel = asked.channel(person)
    thread_ts = _thread(desk, channel, asked.maybe("thread_ts"))
    draft = Message(channel=channel.id, user=person.id, text=asked.text("text"), thread_ts=thread_ts)
    message = desk.world.messages.add(draft)
    for facts in _message_events(desk, channel, message):
        desk.courier.deliver_event(payloads.event(desk.world, facts))
    return {"ok": True, "ts": message.ts}


async def home_opened(desk: Desk, asked: Asked) -> Json:
    """Open the Home tab: the bot hears of it, and has a moment to publish."""
    person = asked.person()
    if "app_home_opened" not in desk.world.config.bot_events:
        sentence = "The manifest does not subscribe to app_home_opened: add it to settings.event_subscriptions."
        raise DriverError("not_subscribed", sentence)
    await _open_home(desk, person)
    return {"ok": True, "view": _home_json(desk, person)}


async def home(desk: Desk, asked: Asked) -> Json | None:
    """Return the Home tab; the bot hears of the visit only if it has published nothing yet."""
    person = asked.person()
    if desk.world.views.home(person.id) is None and "app_home_opened" in desk.world.config.bot_events:
        await _open_home(desk, person)
    return _home_json(desk, person)


async def messages(desk: Desk, asked: Asked) -> list[Json]:
    """Return a channel's messages, or one thread's, as one person sees them (all public ones without a person)."""
    person = asked.person() if asked.has("user") else None
    channel = asked.channel(person)
    user_id = person.id if person else None
    thread_ts = asked.maybe("thread_ts")
    if thread_ts is None:
        found = desk.world.messages.top_level(channel.id, user_id)
    else:
        found = desk.world.messages.in_thread(channel.id, thread_ts, user_id)
    return [desk.world.row(message) for message in found]


async def view(desk: Desk, asked: Asked) -> Json | None:
    """Return the modal on top of a person's stack, or null."""
    return top_view(desk, asked.person())


async def workspace(desk: Desk, asked: Asked) -> Json:
    """Return what the page shows around the messages."""
    config = desk.world.config
    people = [
        {"id": p.id, "name": p.name, "real_name": p.real_name, "role": p.role, "tz": "America/Toronto"} for p in PEOPLE
    ]
    return {
        "team": {"id": "T0SANDBOX", "name": "Maple Homes"},
        "app": {"name": config.app_name, "description": config.app_description, "user_id": BOT_USER_ID},
        "label": "Sandbox: not connected to Slack",
        "connected": desk.courier.connected,
        "people": people,
        "channels": [_channel_row(channel) for channel in CHANNELS],
        "commands": [_kept(each, "command", "description", "usage_hint") for each in config.commands],
        "shortcuts": [_kept(each, "name", "type", "callback_id", "description") for each in config.shortcuts],
    }


def find_message(desk: Desk, asked: Asked, person: Person) -> Message:
    """Return the message that `channel` and `ts` name, as this person may see it."""
    channel = asked.channel(person)
    message = desk.world.messages.find_for(channel.id, asked.text("ts"), person.id)
    if message is None:
        raise DriverError("message_not_found", f"{person.name} sees no message {asked.text('ts')} in {channel.id}.")
    return message


def top_view(desk: Desk, person: Person) -> Json | None:
    """Return the modal on top, or None."""
    top = desk.world.views.top(person.id)
    return top.to_json() if top else None


def shown_message(desk: Desk, watch: Watch, person: Person) -> Json | None:
    """Return the first message that the watch saw and that still stands."""
    seen = [notice for notice in watch.notices if notice.kind == "message" and notice.channel and notice.ts]
    for notice in seen:
        message = desk.world.messages.find_for(str(notice.channel), str(notice.ts), person.id)
        if message is not None:
            return desk.world.row(message)
    return None


def no_ack(desk: Desk, receipt: Receipt) -> Json:
    """Return what a person is told when the bot did not answer an interaction."""
    reason = receipt.status if receipt.status == "dispatch_failed" else "operation_timeout"
    name = desk.world.config.app_name
    message = f"{name} did not answer in time. What you entered is still here: try again."
    if reason == "dispatch_failed":
        message = f"{name} is not connected to the sandbox. Start the bot, then try again."
    elif receipt.status.startswith(("http_", "invalid_")):
        reason, message = receipt.status, f"{name} answered with an error ({receipt.status}). Try again."
    return {"ok": False, "error": "no_ack", "reason": reason, "message": message, "ack_ms": None}


def _took_answer(world: World, hook: ResponseUrl, answer: Any) -> bool:
    if not isinstance(answer, Mapping):
        return False
    try:
        post_answer(world, hook, answer)
    except SlackError:
        return False
    return True


def _failed_command(desk: Desk, person: Person, channel: Channel, name: str, receipt: Receipt) -> Json:
    failure = no_ack(desk, receipt)
    text = f"{name} failed with the error “{failure['reason']}”. {failure['message']}"
    slackbot = desk.world.post_as_slackbot(channel.id, person, text)
    return failure | {"view": None, "reply": desk.world.row(slackbot)}


def _known_command(desk: Desk, text: str) -> str:
    name = text if text.startswith("/") else f"/{text}"
    known = [each["command"] for each in desk.world.config.commands]
    if name not in known:
        raise DriverError(
            "unknown_command", f"The manifest has no command {name!r}: it has {', '.join(known) or 'none'}."
        )
    return name


def _thread(desk: Desk, channel: Channel, ts: str | None) -> str | None:
    if ts is None:
        return None
    parent = desk.world.messages.find(channel.id, ts)
    if parent is None:
        raise DriverError("thread_not_found", f"There is no message {ts} in {channel.id} to answer.")
    return parent.thread_ts or parent.ts


def _message_events(desk: Desk, channel: Channel, message: Message) -> list[Json]:
    facts = desk.world.wire(message)
    facts |= {"channel": channel.id, "channel_type": "im" if channel.is_im else "channel", "event_ts": message.ts}
    wanted: list[Json] = []
    if ("message.im" if channel.is_im else "message.channels") in desk.world.config.bot_events:
        wanted.append(facts)
    if f"<@{BOT_USER_ID}>" in message.text and not channel.is_im and "app_mention" in desk.world.config.bot_events:
        wanted.append(facts | {"type": "app_mention"})
    return wanted


async def _open_home(desk: Desk, person: Person) -> None:
    channel = direct_messages_with(person.id)
    facts: Json = {"type": "app_home_opened", "user": person.id, "channel": channel.id if channel else None}
    facts |= {"tab": "home", "event_ts": desk.world.stamps.next()}
    published = _home_json(desk, person)
    if published:
        facts["view"] = published
    with desk.world.live.watch(person.id) as watch:
        desk.courier.deliver_event(payloads.event(desk.world, facts))
        await watch.wait(desk.world.config.show_seconds)


def _home_json(desk: Desk, person: Person) -> Json | None:
    found = desk.world.views.home(person.id)
    return found.to_json() if found else None


def _channel_row(channel: Channel) -> Json:
    row: Json = {"id": channel.id, "name": channel.name, "topic": channel.topic, "is_im": channel.is_im}
    return row | ({"user": channel.user} if channel.is_im else {})


def _kept(facts: Mapping[str, Any], *names: str) -> Json:
    return {name: facts.get(name, "") for name in names}
