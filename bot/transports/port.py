"""The port: what a transport is handed and what it answers; one contract suite holds for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.messages import Route
from domain.receipts import Found, Receipt


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way.

    `send_id` names it for good: every attempt carries the same, as Message-ID, in the status callback or in metadata,
    so that copies can be told. `address` is E.164, an e-mail address or a Slack channel; `body` is complete, footer and
    all. `attempted_at` is when this attempt began, `first_attempt_at` the first one. `valid_until` is when it must not
    leave a provider's queue any more; None where nothing says so. `metadata` is the send's own.
    """

    workspace_id: str
    send_id: int
    route: Route
    address: str
    subject: str | None
    body: str
    attempted_at: datetime
    first_attempt_at: datetime
    valid_until: datetime | None
    unsubscribe_url: str | None
    metadata: Mapping[str, object]


class Transport(Protocol):
    """A way out. Nobody but the services of sending may call one."""

    @property
    def name(self) -> str:
        """What the provider is called in the send's row: "twilio", "smtp", "slack", "console"."""
        ...

    async def send(self, parcel: Parcel) -> Receipt:
        """Hand one message to the provider, once, without repeating by itself.

        Says `UNCLEAR` for everything after which the message may have been taken. What it raises counts as UNCLEAR too.
        """
        ...

    async def find(self, parcel: Parcel) -> Found:
        """Ask the provider whether it has a message, of which an attempt ended without a word."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
