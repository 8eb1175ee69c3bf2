"""The console twin: stands in for every provider that is not connected, and writes down what would have left."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.transports.port import Parcel
from domain.messages import Route
from domain.receipts import Answer, Found, Outcome, Receipt
from domain.segments import segments_of

log = structlog.get_logger()

Line = dict[str, object]
"""One message as it left, in JSON's types."""


class ConsoleTransport:
    """Appends each message to `sent`, once for each `send_id`, as a provider that knows its own keys would."""

    name = "console"

    def __init__(
        self,
        sent: list[Line],
        *,
        dry_run: bool,
        faults: Callable[[str], bool] = lambda _: False,
        on_accepted: Callable[[Parcel, str], Awaitable[None]] | None = None,
    ) -> None:
        """`dry_run` says that nobody plays the recipient either, so that nothing counts as sent. `faults` orders what
        goes wrong; `on_accepted` hears of what was taken, to bring its receipt."""
        self._sent = sent
        self._dry_run = dry_run
        self._faults = faults
        self._on_accepted = on_accepted
        self._receipts: set[asyncio.Task[None]] = set()

    async def send(self, parcel: Parcel) -> Receipt:
        """Write a message down."""
        provider_id = f"console-{parcel.send_id}"
        self._sent.append(_line(parcel, provider_id))
        log.info("message_written", send_id=parcel.send_id, route=parcel.route.value, dry_run=self._dry_run)
        return Receipt(Outcome.ACCEPTED, "accepted", provider_id=provider_id, dry_run=self._dry_run)

    async def find(self, parcel: Parcel) -> Found:
        """Say whether a message was written down."""
        known = any(line["send_id"] == parcel.send_id for line in self._sent)
        return Found(Answer.YES, f"console-{parcel.send_id}") if known else Found(Answer.NO)

    async def close(self) -> None:
        """Nothing is held."""


def _line(parcel: Parcel, provider_id: str) -> Line:
    line: Line = {
        "send_id": parcel.send_id,
        "medium": parcel.route.value,
        "to": parcel.address,
        "subject": parcel.subject,
        "body": parcel.body,
        "at": parcel.attempted_at.isoformat(),
        "provider_id": provider_id,
        "state": "sent",
    }
    if parcel.route is Route.SMS:
        cut = segments_of(parcel.body)
        line |= {"segments": cut.count, "encoding": cut.encoding}
    return line
