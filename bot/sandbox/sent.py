"""What left the bot for people outside, as its transport wrote it down, and what came back for each message."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.config import Json
from bot.sandbox.faults import FaultKind, Faults
from bot.sandbox.live import Live, Notice

MEDIA = ("SMS", "EMAIL")
SENT, DELIVERED, UNDELIVERED = "sent", "delivered", "undelivered"
RECEIPTS = (DELIVERED, UNDELIVERED)
"""What a provider may say of a message later."""

_BLANK: Mapping[str, Any] = {"from": None, "subject": None, "segments": None, "encoding": None, "state": SENT}


class Sent(list[Json]):
    """The messages in the order in which they left; transports append to it, and whoever looks on is told.

    An entry holds send_id, medium, to, from, subject, body, at, provider_id, state, segments, encoding, replies, and
    `receipt`: what its provider will say of it by itself, None when it has said so or will not.
    """

    def __init__(self, live: Live, faults: Faults) -> None:
        super().__init__()
        self._live = live
        self._faults = faults

    def append(self, entry: Json) -> None:
        """Keep one message that left."""
        super().append({**_BLANK, **entry, "receipt": None, "replies": []})
        self.changed()

    def accepted(self, send_id: object) -> None:
        """Let the provider of a message that it took say so later; an ordered fault decides what it will say."""
        entry = self.find(send_id)
        if entry is not None:
            entry["receipt"] = self._will_say()
            self.changed()

    def changed(self) -> None:
        """Tell those who look on that an entry is another."""
        self._live.publish(Notice("sent"))

    def find(self, send_id: object) -> Json | None:
        """Return the newest entry of a send; its id may be a number or a text."""
        return next((entry for entry in self._newest() if str(entry.get("send_id")) == str(send_id)), None)

    def last_to(self, medium: str, address: str) -> Json | None:
        """Return the newest entry that went to an address."""
        wanted = (medium, address.strip().casefold())
        return next((entry for entry in self._newest() if (entry["medium"], entry["to"].casefold()) == wanted), None)

    def _newest(self) -> Iterator[Json]:
        return reversed(self)

    def _will_say(self) -> str | None:
        if self._faults.take(FaultKind.NO_RECEIPT):
            return None
        return UNDELIVERED if self._faults.take(FaultKind.UNDELIVERED) else DELIVERED
