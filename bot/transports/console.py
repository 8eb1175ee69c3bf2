"""The console twin: stands in for every provider that is not connected, and writes down what would have left."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.transports.port import Parcel
from domain.messages import Route
from domain.receipts import CARRIER_BLOCK, Answer, Found, Outcome, Receipt
from domain.segments import segments_of

log = structlog.get_logger()

Line = dict[str, object]
"""One message as it left, in JSON's types."""


BUSY_FOR = timedelta(seconds=30)
REFUSALS = {
    "provider_busy": Receipt(Outcome.TEMPORARY, "rate_limited", "Too many messages at once.", retry_after=BUSY_FOR),
    "provider_down": Receipt(Outcome.TEMPORARY, "unavailable", "The provider cannot be reached."),
    "provider_refuses": Receipt(Outcome.PERMANENT, "cannot_receive", "This address cannot receive such messages."),
    "provider_opted_out": Receipt(Outcome.PERMANENT, CARRIER_BLOCK, "The recipient told the carrier to stop."),
}
"""What goes wrong before a message is taken, by the name under which it is ordered."""
KEPT_DRY = 1000
"""How many messages a dry run keeps."""
TIMEOUT = "provider_timeout"
"""The fault after which a message was taken, and nobody is told: neither by an answer nor by a receipt."""


class ConsoleTransport:
    """Appends each message to `sent`. It folds no copies, so a message that left twice stands there twice."""

    name = "console"

    def __init__(
        self,
        sent: list[Line],
        *,
        dry_run: bool,
        faults: Callable[[str], bool] = lambda _: False,
        on_accepted: Callable[[Parcel, str], Awaitable[None]] | None = None,
    ) -> None:
        """`dry_run` says that nobody plays the recipient either, so that nothing counts as sent. `faults` says whether
        one was ordered, by name; `on_accepted` hears of what was taken and answered, to bring its receipt."""
        self._sent = sent
        self._dry_run = dry_run
        self._faults = faults
        self._on_accepted = on_accepted
        self._receipts: set[asyncio.Task[None]] = set()

    async def send(self, parcel: Parcel) -> Receipt:
        """Write a message down, unless a fault was ordered that comes before."""
        for name, refusal in REFUSALS.items():
            if self._faults(name):
                log.info("message_refused", send_id=parcel.send_id, route=parcel.route.value, fault=name)
                return refusal
        provider_id = _provider_id(parcel)
        self._sent.append(_line(parcel, provider_id))
        if self._dry_run:
            # Nobody looks at these, and the program may run for months.
            del self._sent[:-KEPT_DRY]
        log.info("message_written", send_id=parcel.send_id, route=parcel.route.value, dry_run=self._dry_run)
        if self._faults(TIMEOUT):
            return Receipt(Outcome.UNCLEAR, "timeout", "The provider did not say whether it took the message.")
        if self._on_accepted:
            self._bring(self._on_accepted, parcel, provider_id)
        return Receipt(Outcome.ACCEPTED, "accepted", provider_id=provider_id, dry_run=self._dry_run)

    async def find(self, parcel: Parcel) -> Found:
        """Say whether a message was written down."""
        known = any(line["send_id"] == parcel.send_id for line in self._sent)
        return Found(Answer.YES, _provider_id(parcel), dry_run=self._dry_run) if known else Found(Answer.NO)

    async def close(self) -> None:
        """Wait for receipts that are on their way."""
        await asyncio.gather(*self._receipts)

    def _bring(self, hears: Callable[[Parcel, str], Awaitable[None]], parcel: Parcel, provider_id: str) -> None:
        """Let a receipt follow by itself, as a provider's webhook does."""

        async def bring() -> None:
            try:
                await hears(parcel, provider_id)
            except Exception:
                log.exception("receipt_lost", send_id=parcel.send_id)

        task = asyncio.create_task(bring())
        self._receipts.add(task)
        task.add_done_callback(self._receipts.discard)


def _provider_id(parcel: Parcel) -> str:
    return f"console-{parcel.send_id}"


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
