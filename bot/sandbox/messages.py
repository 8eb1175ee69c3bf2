"""Keeps every message of the sandbox: channels, threads, and what only one person sees."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.block_ids import Blocks, with_ids
from bot.sandbox.live import Live, Notice
from bot.sandbox.people import BOT_USER_ID, SLACKBOT_ID, channel_by_id
from bot.sandbox.stamps import Stamps


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands now; `only_for` is the one person who sees an ephemeral one."""

    channel: str
    user: str
    text: str
    ts: str = ""
    blocks: Blocks = ()
    attachments: Blocks = ()
    thread_ts: str | None = None
    broadcast: bool = False
    username: str | None = None
    icons: Mapping[str, str] | None = None
    metadata: Mapping[str, Any] | None = None
    edited_ts: str | None = None
    only_for: str | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    tombstone: bool = False

    @property
    def by_bot(self) -> bool:
        """Whether the app wrote it (or Slack itself on the app's behalf)."""
        return self.user in (BOT_USER_ID, SLACKBOT_ID)

    @property
    def is_reply(self) -> bool:
        """Whether it lies in a thread under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def is_for(self, user_id: str) -> bool:
        """Whether this person is shown it."""
        return self.only_for in (None, user_id)


@dataclass(frozen=True, slots=True)
class Thread:
    """What a parent message says of its replies."""

    count: int
    users: tuple[str, ...]
    latest: str | None


class Messages:
    """All messages by channel and timestamp, in the order they were written; each change is told to `live`."""

    def __init__(self, stamps: Stamps, live: Live) -> None:
        self._stamps = stamps
        self._live = live
        self._all: dict[tuple[str, str], Message] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}

    def add(self, draft: Message) -> Message:
        """Write a message: it gets its timestamp, and its blocks get the ids they lack."""
        message = replace(draft, ts=self._stamps.next(), blocks=with_ids(draft.blocks))
        if message.thread_ts is not None:
            self._replies.setdefault((message.channel, message.thread_ts), []).append(message.ts)
        self._keep(message)
        return message

    def change(self, message: Message, **facts: Any) -> Message:
        """Edit a message: the new facts in place of the old, marked as edited now."""
        if "blocks" in facts:
            facts["blocks"] = with_ids(facts["blocks"])
        edited = replace(message, **facts, edited_ts=self._stamps.next())
        self._keep(edited)
        return edited

    def react(self, message: Message, name: str, user_id: str) -> None:
        """Add one person's reaction."""
        self._keep(replace(message, reactions=(*message.reactions, (name, user_id))))

    def remove(self, message: Message) -> None:
        """Delete a message; a parent with replies leaves a tombstone, as in Slack."""
        if not message.is_reply and self.thread_of(message).count:
            stone = replace(message, text="This message was deleted.", blocks=(), attachments=(), metadata=None)
            self._keep(replace(stone, user=SLACKBOT_ID, tombstone=True, edited_ts=None))
            return
        del self._all[message.channel, message.ts]
        self._tell(message)

    def find(self, channel_id: str, ts: str) -> Message | None:
        """Return the message that everybody in the channel sees, or None."""
        message = self._all.get((channel_id, ts))
        return message if message is not None and message.only_for is None and not message.tombstone else None

    def find_for(self, channel_id: str, ts: str, user_id: str) -> Message | None:
        """Return the message as this person may see it, ephemeral ones included, or None."""
        message = self._all.get((channel_id, ts))
        return message if message is not None and message.is_for(user_id) and not message.tombstone else None

    def top_level(self, channel_id: str, user_id: str | None = None) -> list[Message]:
        """Return the channel's own messages, oldest first; with `user_id` also what only that person sees."""
        return [message for message in self._in(channel_id, user_id) if not message.is_reply or message.broadcast]

    def in_thread(self, channel_id: str, parent_ts: str, user_id: str | None = None) -> list[Message]:
        """Return the thread, its parent first."""
        keys = [(channel_id, ts) for ts in (parent_ts, *self._replies.get((channel_id, parent_ts), ()))]
        found = [self._all[key] for key in keys if key in self._all]
        return [message for message in found if message.only_for in (None, user_id)]

    def thread_of(self, message: Message) -> Thread:
        """Return what the replies under `message` come to, those that only one person sees apart."""
        replies = [each for each in self.in_thread(message.channel, message.ts) if each.ts != message.ts]
        users = tuple(dict.fromkeys(each.user for each in replies))
        return Thread(len(replies), users, replies[-1].ts if replies else None)

    def clear(self) -> None:
        """Forget every message."""
        self._all.clear()
        self._replies.clear()

    def _in(self, channel_id: str, user_id: str | None) -> list[Message]:
        return [
            message
            for message in self._all.values()
            if message.channel == channel_id and message.only_for in (None, user_id)
        ]

    def _keep(self, message: Message) -> None:
        self._all[message.channel, message.ts] = message
        self._tell(message)

    def _tell(self, message: Message) -> None:
        channel = channel_by_id(message.channel)
        reader = message.only_for or (channel.user if channel else None)
        notice = Notice("message", channel=message.channel, user=reader, ts=message.ts, by_bot=message.by_bot)
        self._live.publish(notice)
