"""Everything the sandbox knows at one moment, in memory: put together once, emptied by a reset."""

from typing import Any

from bot.clock import MovableClock
from bot.sandbox.config import Json, SandboxConfig
from bot.sandbox.faults import Faults
from bot.sandbox.live import Live, Notice
from bot.sandbox.message_json import message_json, message_row
from bot.sandbox.messages import Message, Messages
from bot.sandbox.people import BOT_USER_ID, PEOPLE, SLACKBOT_ID, Person, bot_person
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.stamps import Stamps
from bot.sandbox.traffic import Traffic
from bot.sandbox.triggers import Triggers
from bot.sandbox.views import Views


class World:
    """The sandbox's state; nothing in it waits for anything."""

    def __init__(self, config: SandboxConfig, clock: MovableClock) -> None:
        self.config = config
        self.clock = clock
        self.live = Live()
        self.faults = Faults()
        self.stamps = Stamps(clock)
        self.traffic = Traffic(clock)
        self.triggers = Triggers(config.trigger_seconds)
        self.messages = Messages(self.stamps, self.live)
        self.views = Views(self.stamps, self.live)
        self.response_urls = ResponseUrls(clock, config.origin)
        self.suggested: dict[str, list[Json]] = {}

    @property
    def users(self) -> tuple[Person, ...]:
        """Everybody that users.list names, the app's user among them."""
        return (*PEOPLE, bot_person(self.config.app_name))

    def wire(self, message: Message, *, with_metadata: bool = True) -> Json:
        """Return Slack's message object."""
        thread = self.messages.thread_of(message)
        return message_json(message, thread, self.config.app_name, with_metadata=with_metadata)

    def row(self, message: Message) -> Json:
        """Return the driver's row."""
        return message_row(message, self.messages.thread_of(message), self.config.app_name)

    def post_as_bot(self, channel_id: str, **facts: Any) -> Message:
        """Write a message of the app's."""
        return self.messages.add(Message(channel=channel_id, user=BOT_USER_ID, **facts))

    def post_as_slackbot(self, channel_id: str, person: Person, text: str) -> Message:
        """Tell one person something on Slack's own behalf."""
        return self.messages.add(Message(channel=channel_id, user=SLACKBOT_ID, text=text, only_for=person.id))

    def reset(self) -> None:
        """Forget messages, views, triggers, faults and traffic; the clock and the bot's connections stay."""
        for part in (self.messages, self.views, self.triggers, self.faults, self.traffic, self.response_urls):
            part.clear()
        self.suggested.clear()
        self.live.publish(Notice("reset"))
