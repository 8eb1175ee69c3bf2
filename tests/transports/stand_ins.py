"""What the contract needs of each transport: the transport itself, and hands on the stand-in of its provider.

A new transport adds its class to `STAND_INS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from typing import ClassVar, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.transports.configs import Security
from bot.transports.console import ConsoleTransport
from bot.transports.port import Parcel, Transport
from bot.transports.slack import SlackTransport
from bot.transports.smtp import SmtpConfig, SmtpTransport
from bot.transports.twilio import TwilioConfig, TwilioTransport
from domain.messages import Route
from domain.receipts import CARRIER_BLOCK, Answer
from tests.transports.mail_server import DROP_AFTER, MailServer
from tests.transports.parcels import parcel
from tests.transports.slack_server import BUSY as SLACK_BUSY
from tests.transports.slack_server import LOST_AFTER as SLACK_LOST_AFTER
from tests.transports.slack_server import REFUSED as SLACK_REFUSED
from tests.transports.slack_server import TOKEN as SLACK_TOKEN
from tests.transports.slack_server import SlackServer
from tests.transports.twilio_server import ACCOUNT, BUSY, LANDLINE, LOST_AFTER, OPTED_OUT, TOKEN, TwilioServer


@dataclass(frozen=True)
class Arrived:
    """A message as the provider has it. `mark` is what tells copies of one send from other messages, where the provider
    keeps such a thing."""

    to: str
    body: str
    mark: str | None


class StandIn(Protocol):
    """One transport with its provider's stand-in; `tells` is what a look-up of a message that arrived answers."""

    transport: Transport
    tells: Answer
    tells_of_none: Answer
    knows_opt_outs: bool

    def parcel(self, **changes: object) -> Parcel: ...

    def arrived(self) -> list[Arrived]: ...

    def order(self, fault: str) -> None:
        """Spoil the next call: "busy", "refuses", "opted_out", "lost_after" (taken, and no answer)."""
        ...

    async def start(self) -> None: ...

    async def go_down(self) -> None:
        """Let nobody be reached any more."""
        ...

    async def stop(self) -> None: ...


class OnConsole:
    tells, tells_of_none, knows_opt_outs = Answer.YES, Answer.NO, True

    def __init__(self) -> None:
        self._sent: list[dict[str, object]] = []
        self._ordered: list[str] = []
        self._down = False
        self.transport = ConsoleTransport(self._sent, dry_run=False, faults=self._take)

    def parcel(self, **changes):
        return parcel(Route.SMS, **changes)

    def arrived(self):
        return [Arrived(str(line["to"]), str(line["body"]), str(line["send_id"])) for line in self._sent]

    def order(self, fault):
        self._ordered.append({"lost_after": "provider_timeout"}.get(fault, f"provider_{fault}"))

    async def start(self):
        pass

    async def go_down(self):
        self._down = True

    async def stop(self):
        await self.transport.close()

    def _take(self, name: str) -> bool:
        if name == "provider_down":
            return self._down
        if name in self._ordered:
            self._ordered.remove(name)
            return True
        return False


def text_of(letter: EmailMessage) -> str:
    """The words of a letter without the line end that closes it; lines end in CRLF on the wire."""
    return letter.get_content().replace("\r\n", "\n").removesuffix("\n")


class OnSmtp:
    tells, tells_of_none, knows_opt_outs = Answer.CANNOT_TELL, Answer.CANNOT_TELL, False

    def __init__(self) -> None:
        self.server = MailServer()

    def parcel(self, **changes):
        return parcel(Route.EMAIL, **changes)

    def arrived(self):
        return [
            Arrived(each["To"].addresses[0].addr_spec, text_of(each), each["Message-ID"])
            for each in self.server.letters
        ]

    def order(self, fault):
        if fault == "lost_after":
            self.server.order("DATA", DROP_AFTER)
        else:
            busy, refuses = "450 4.7.1 Try again in 30 seconds", "550 5.1.1 No such user here"
            self.server.order("RCPT", {"busy": busy, "refuses": refuses}[fault])

    async def start(self):
        self.server.start()
        config = SmtpConfig("127.0.0.1", self.server.port, "hello@maplehomes.example", Security.PLAIN, "Maple Homes")
        self.transport = SmtpTransport(config)

    async def go_down(self):
        self.server.stop()
        self.server = MailServer()
        self.server.start()

    async def stop(self):
        await self.transport.close()
        self.server.stop()


class OnTwilio:
    tells, tells_of_none, knows_opt_outs = Answer.YES, Answer.NO, True

    def __init__(self) -> None:
        self.server = TwilioServer()

    def parcel(self, **changes):
        return parcel(Route.SMS, **changes)

    def arrived(self):
        return [Arrived(str(each["to"]), str(each["body"]), None) for each in self.server.deliveries]

    def order(self, fault):
        named = {"busy": BUSY, "refuses": LANDLINE, "opted_out": OPTED_OUT, "lost_after": LOST_AFTER}
        self.server.order(replace(named[fault]))

    async def start(self):
        await self.server.start()
        config = TwilioConfig(ACCOUNT, TOKEN, sender="+14165550100", base_url=self.server.url)
        self.transport = TwilioTransport(config)

    async def go_down(self):
        await self.server.stop()

    async def stop(self):
        await self.transport.close()
        await self.server.stop()


@dataclass(frozen=True)
class Notice:
    """A post of words alone."""

    channel: str
    text: str
    blocks: tuple[dict[str, object], ...] = ()
    thread_ts: str | None = None
    names: Mapping[str, object] = field(default_factory=dict)
    stands_at: Mapping[str, object] | None = None
    since: datetime | None = None


class OnSlack:
    tells, tells_of_none, knows_opt_outs = Answer.YES, Answer.NO, False
    refused_as: ClassVar = {"refuses": "channel_not_found"}

    def __init__(self) -> None:
        self.server = SlackServer()

    def parcel(self, **changes):
        made = parcel(Route.SLACK, address="C1", subject=None, **changes)
        return replace(made, metadata={"post": "warning", "channel": made.address, "text": made.body})

    def arrived(self):
        return [
            Arrived(post["channel"], post["text"], str(post["metadata"]["event_payload"]["send_id"]))
            for post in self.server.posts
        ]

    def order(self, fault):
        named = {"busy": SLACK_BUSY, "refuses": SLACK_REFUSED, "lost_after": SLACK_LOST_AFTER}
        self.server.order(named[fault])

    async def start(self):
        await self.server.start()
        self.transport = SlackTransport(AsyncWebClient(SLACK_TOKEN, base_url=self.server.url), self._draw)

    async def go_down(self):
        await self.server.stop()

    async def stop(self):
        await self.transport.close()
        await self.server.stop()

    async def _draw(self, _workspace_id, metadata):
        return Notice(str(metadata["channel"]), str(metadata["text"]))


STAND_INS = [OnConsole, OnSmtp, OnTwilio, OnSlack]
REFUSED = {"refuses": "cannot_receive", "opted_out": CARRIER_BLOCK}
