"""What tests of sending share: a clock that is moved, a provider that keeps its own log, and a team with leads."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

import pytest
from sqlalchemy import select, update

from bot.services.links import Links
from bot.services.sends import MessageWish, Queued, Sends
from bot.services.sends_outbox import Outbox, Pace
from bot.transports.port import Parcel
from domain.messages import Route
from domain.receipts import CARRIER_BLOCK, Answer, Found, Outcome, Receipt
from storage.kpis import kpi_event
from storage.sends import COLUMNS, Send, as_send, send
from storage.workspaces import workspace
from tests.storage.builders import DRAFT, HERE, NOW, captured, founded, rep

LINKS = Links("https://maple.example", "a secret of the tests")
SENDER = {
    "business_name": "Maple Homes",
    "mailing_address": "1 Main St, Hamilton ON",
    "contact_phone": "+19055550100",
    "contact_email": "hello@maple.example",
}
PHONE = DRAFT.phone
LEASE = Pace().lease


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> datetime:
        self.at += by
        return self.at


class Killed(BaseException):
    """The worker's process is gone: nothing after this line happened."""


class Act(Enum):
    """What a provider does with one call. The name says whether it takes the message, and what the caller hears."""

    TAKES = "takes"
    BUSY = "busy"
    REFUSES = "refuses"
    BLOCKED_BY_CARRIER = "blocked by carrier"
    SILENT = "silent, not taken"
    SILENT_TAKES = "silent, taken"
    BREAKS_TAKES = "breaks after it was taken"
    KILLED_BEFORE = "worker killed before it was taken"
    KILLED_AFTER = "worker killed after it was taken"


TAKEN = frozenset({Act.TAKES, Act.SILENT_TAKES, Act.BREAKS_TAKES, Act.KILLED_AFTER})
RETRY_AFTER = timedelta(minutes=7)
ANSWERS = {
    Act.BUSY: Receipt(Outcome.TEMPORARY, "rate_limited", "Too many at once.", retry_after=RETRY_AFTER),
    Act.REFUSES: Receipt(Outcome.PERMANENT, "cannot_receive", "A landline."),
    Act.BLOCKED_BY_CARRIER: Receipt(Outcome.PERMANENT, CARRIER_BLOCK, "They told the carrier to stop."),
    Act.SILENT: Receipt(Outcome.UNCLEAR, "timeout", "No answer."),
    Act.SILENT_TAKES: Receipt(Outcome.UNCLEAR, "timeout", "No answer."),
}


@dataclass
class FakeProvider:
    """Takes messages and writes each down; `acts` are its next acts, then `then`. `knows` says how it answers when it is
    asked: from its log where that is None."""

    acts: list[Act] = field(default_factory=list)
    then: Act = Act.TAKES
    knows: Answer | None = None
    taken: list[Parcel] = field(default_factory=list)
    calls: list[Parcel] = field(default_factory=list)
    asked: list[Parcel] = field(default_factory=list)
    before: Callable[[Parcel], object] | None = None
    name: str = "fake"
    is_closed: bool = False

    async def send(self, parcel: Parcel) -> Receipt:
        self.calls.append(parcel)
        if self.before:
            await self.before(parcel)
        act = self.acts.pop(0) if self.acts else self.then
        if act in TAKEN:
            self.taken.append(parcel)
        if act in (Act.KILLED_BEFORE, Act.KILLED_AFTER):
            raise Killed
        if act is Act.BREAKS_TAKES:
            raise ConnectionResetError("the connection broke")
        return ANSWERS.get(act) or Receipt(Outcome.ACCEPTED, "accepted", provider_id=self.name_of(parcel.send_id))

    async def find(self, parcel: Parcel) -> Found:
        self.asked.append(parcel)
        if self.knows:
            return Found(self.knows)
        has = any(each.send_id == parcel.send_id for each in self.taken)
        return Found(Answer.YES, self.name_of(parcel.send_id)) if has else Found(Answer.NO)

    async def close(self) -> None:
        self.is_closed = True

    def name_of(self, send_id: int) -> str:
        return f"fake-{send_id}"

    def times(self) -> Counter[int]:
        """How often each send was delivered."""
        return Counter(parcel.send_id for parcel in self.taken)


@dataclass
class Sending:
    """One team's way out: its outbox, what it queues, its provider and its clock."""

    database: object
    clock: MovedClock
    provider: FakeProvider
    outbox: Outbox
    sends: Sends

    def another(self, **changes) -> Outbox:
        """One more outbox on the same database, as another process has it."""
        return outbox_of(self.database, self.clock, changes.pop("provider", self.provider), **changes)

    async def queue(self, key: str = "k", *, route: Route = Route.SMS, to: str = PHONE, **changes) -> Queued:
        subject = "Your house" if route is Route.EMAIL else None
        wish = MessageWish(key, route, to, changes.pop("body", "Hi Ann, shall we talk?"), subject, **changes)
        return await self.sends.queue(rep(), wish)

    async def run(self) -> int:
        return await self.outbox.run(HERE)

    async def recover(self) -> int:
        return await self.outbox.recover(HERE)

    async def all(self) -> list[Send]:
        query = select(*COLUMNS).where(send.c.workspace_id == HERE).order_by(send.c.id)
        return await self.database.read(
            HERE, lambda tx: [as_send(row) for row in tx.connection.execute(query).mappings()]
        )

    async def one(self, key: str = "k") -> Send:
        return next(each for each in await self.all() if each.key == key)

    async def set(self, key: str = "k", **values) -> None:
        """Set columns of a send, whatever they are."""
        changing = update(send).where(send.c.key == key).values(**values)
        await self.database.write(HERE, lambda tx: tx.connection.execute(changing))

    async def counted(self) -> list[str]:
        """The metrics that were counted about messages, in their order."""
        query = select(kpi_event.c.metric).where(kpi_event.c.domain == "MESSAGING").order_by(kpi_event.c.id)
        return await self.database.read(HERE, lambda tx: list(tx.connection.execute(query).scalars()))


def outbox_of(database, clock, provider, *, pace=None, **others) -> Outbox:
    """An outbox with one provider for texts and e-mails and the team's own posts."""
    return Outbox(database, clock, dict.fromkeys(Route, provider), LINKS, pace=pace, **others)


async def set_up(database, *, cap: int | None = None) -> None:
    """A workspace that says who it is, with one lead in Toronto who contacted it first."""
    await founded(database)
    await captured(database)
    values = SENDER | ({"contact_cap_per_day": cap} if cap else {})
    await database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(values)))


def sending_of(database, *, at: datetime = NOW, provider: FakeProvider | None = None, **others) -> Sending:
    """A way out for a team that is set up."""
    clock, provider = MovedClock(at), provider or FakeProvider()
    outbox = outbox_of(database, clock, provider, **others)
    return Sending(database, clock, provider, outbox, Sends(database, clock, LINKS))


@pytest.fixture
async def sending_team(database):
    """A database with a team that is set up."""
    await set_up(database)
    return database


@pytest.fixture
async def sending(sending_team) -> Sending:
    """A team's way out."""
    return sending_of(sending_team)


async def both(*work):
    """Run coroutines at once."""
    return await asyncio.gather(*work)
