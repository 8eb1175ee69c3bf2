"""What goes wrong around the outbox: the database is stopped or full, the provider is silent or away, the clock jumps.

Judged by the provider's own log: each message arrived, and none of them twice.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.alarms import PATIENCE, SendsAlarm
from bot.clockwatch import MORE, ClockWatch
from bot.services.sends import Sends
from bot.services.sends_outbox import Pace
from domain.messages import SendState
from domain.receipts import Answer, Found, Outcome, Receipt
from storage.database import Database, DatabaseUnavailable
from storage.migrate import upgrade
from storage.workspaces import workspace
from tests.chaos.due import fill
from tests.databases import require_postgres
from tests.postgres import Cluster, cluster
from tests.sending import LEASE, LINKS, Act, FakeProvider, MovedClock, Sending, outbox_of
from tests.storage.builders import HERE, NOW

SENDS = 80
SECOND, TICK, HOUR, DAY = timedelta(seconds=1), timedelta(seconds=20), timedelta(hours=1), timedelta(days=1)
ENDED = frozenset({SendState.SENT, SendState.FAILED, SendState.BLOCKED, SendState.CANCELLED})
ROUNDS = 200
UNLIMITED_PAGES = 2**30
FAULTS = [Act.BUSY, Act.SILENT, Act.SILENT_TAKES, Act.BREAKS_TAKES]
SEED = 20260311


@dataclass
class Slack:
    """Hears the alarm."""

    said: list[str] = field(default_factory=list)

    async def chat_postMessage(self, *, channel, text):
        self.said.append(text)


@dataclass
class AwayProvider(FakeProvider):
    """Nobody answers there until `back_at`."""

    clock: MovedClock | None = None
    back_at: datetime = NOW

    async def send(self, parcel):
        if self.clock.now() < self.back_at:
            self.calls.append(parcel)
            return Receipt(Outcome.TEMPORARY, "unavailable", "Nobody answers there.")
        return await super().send(parcel)

    async def find(self, parcel):
        return Found(Answer.LATER) if self.clock.now() < self.back_at else await super().find(parcel)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database that is let go of whatever happens."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def way_out(database, provider, *, pace=None) -> Sending:
    """A way out by a provider; `another` gives one more."""
    clock = MovedClock()
    return Sending(
        database, clock, provider, outbox_of(database, clock, provider, pace=pace), Sends(database, clock, LINKS)
    )


def faulty(*, share=0.4, **others) -> FakeProvider:
    """A provider that does wrong to a share of what it is handed at first, and then no more."""
    chance = random.Random(SEED)
    acts = [chance.choice(FAULTS) if chance.random() < share else Act.TAKES for _ in range(2 * SENDS)]
    return FakeProvider(acts=acts, **others)


async def to_rest(sending, *outboxes) -> None:
    """Let time go by, from due moment to due moment, until every message has ended; all outboxes work at once."""
    for _ in range(ROUNDS):
        await asyncio.gather(*(each.recover(HERE) for each in outboxes))
        await asyncio.gather(*(each.run(HERE) for each in outboxes))
        due = await outboxes[0].next_due_at(HERE)
        if due is None:
            return
        sending.clock.at = max(sending.clock.at + TICK, due)
    pytest.fail(f"still under way: {Counter(each.state for each in await sending.all())}")


async def judge(sending, ids) -> None:
    """Believe the provider, and compare our own record with it."""
    assert sending.provider.times() == dict.fromkeys(ids, 1)
    assert {each.state for each in await sending.all()} == {SendState.SENT}


async def tick(*jobs) -> int:
    """Run jobs as the timetable does: what the database stops comes again at the next tick. Return how many it did."""
    made = await asyncio.gather(*(job() for job in jobs), return_exceptions=True)
    for error in made:
        if isinstance(error, BaseException) and not isinstance(error, DatabaseUnavailable):
            raise error
    return sum(isinstance(error, DatabaseUnavailable) for error in made)


async def alarm_for(sending) -> tuple[SendsAlarm, Slack]:
    """An alarm that knows a channel."""
    channel = {"approvals_channel_id": "C0APPROVALS"}
    await sending.database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(channel)))
    slack = Slack()
    alarm = SendsAlarm(slack, sending.database, clock=sending.clock)
    await alarm.meet(HERE)
    return alarm, slack


@pytest.fixture(autouse=True)
def logged():
    """What was logged; to draw hundreds of tracebacks would take longer than the tests."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def stoppable() -> Iterator[tuple[Cluster, str]]:
    """A server of the test's own, which it may stop and start, and the URL of its database."""
    require_postgres()
    with cluster() as made:
        yield made, made.start().url("postgres")


@pytest.mark.postgres
async def test_a_server_that_is_stopped_and_started_while_messages_leave(stoppable):
    """Twice, each time while messages are at the provider; the team hears of it and of its end."""
    made, url = stoppable
    async with opened(url) as database, opened(url) as others:
        await upgrade(database)
        ids = await fill(database, SENDS, now=NOW)
        sending = way_out(database, faulty())
        second = outbox_of(others, sending.clock, sending.provider)
        alarm, slack = await alarm_for(sending)
        run, recover = (partial(alarm.watch, HERE, job) for job in (sending.outbox.run, sending.outbox.recover))
        stopped = 0
        for _ in range(2):
            stop_at = len(sending.provider.calls) + SENDS // 4

            async def stop(_parcel, stop_at=stop_at):
                if len(sending.provider.calls) == stop_at:
                    await asyncio.to_thread(made.stop)

            sending.provider.before = stop
            stopped += await tick(run, partial(second.run, HERE))
            await asyncio.to_thread(made.stop)
            sending.clock.move(PATIENCE + SECOND)
            stopped += await tick(run, partial(second.recover, HERE))
            await asyncio.to_thread(made.start)
            sending.clock.move(LEASE)
            await tick(recover)
        await to_rest(sending, sending.outbox, second)

        assert stopped >= 4
        assert ["No message leaves" in said for said in slack.said][:2] == [True, False]
        await judge(sending, ids)


async def test_a_disk_that_is_full_while_messages_leave(sqlite_url):
    async with opened(sqlite_url) as database:
        ids = await fill(database, SENDS, now=NOW)
        sending = way_out(database, faulty())
        alarm, slack = await alarm_for(sending)
        await _let_writes_grow_the_file(database)

        async def fill_up(_parcel):
            if len(sending.provider.calls) == SENDS // 4:
                await _allow_pages(database, None)

        sending.provider.before = fill_up
        stopped = await tick(partial(alarm.watch, HERE, sending.outbox.run))
        sending.provider.before = None
        for _ in range(5):
            sending.clock.move(LEASE + SECOND)
            jobs = (sending.outbox.recover, sending.outbox.run)
            for job in jobs:
                stopped += await tick(partial(alarm.watch, HERE, job))
        kept_back = SENDS - len(sending.provider.taken)
        await _allow_pages(database, UNLIMITED_PAGES)
        await tick(partial(alarm.watch, HERE, sending.outbox.run))
        await to_rest(sending, sending.outbox)

        assert stopped
        assert kept_back
        assert "database or disk is full" in slack.said[0]
        assert "leave again" in slack.said[-1]
        await judge(sending, ids)


async def _let_writes_grow_the_file(database) -> None:
    """Let each write need room, as on a full disk: SQLite's own limit is one of pages, and many writes need no more."""
    writes = [(each, verb) for each in ("send", "send_attempt", "installation") for verb in ("INSERT", "UPDATE")]

    def work(connection):
        connection.exec_driver_sql("CREATE TABLE ballast (stuff BLOB)")
        for table, verb in writes:
            grow = "INSERT INTO ballast VALUES (zeroblob(16384))"
            connection.exec_driver_sql(f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} BEGIN {grow}; END")

    await database.change(work)


async def _allow_pages(database, pages: int | None) -> None:
    """Let the file grow to so many pages; None: not at all any more."""

    def work(connection):
        count = pages or connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {count}")

    await database.change(work)


async def test_a_provider_that_takes_every_message_and_never_answers(database):
    ids = await fill(database, SENDS, now=NOW)
    sending = way_out(database, FakeProvider(then=Act.SILENT_TAKES))
    await to_rest(sending, sending.outbox)
    assert len(sending.provider.asked) == SENDS
    await judge(sending, ids)


async def test_a_provider_that_is_away_for_an_hour(database):
    ids = await fill(database, SENDS, now=NOW)
    provider = AwayProvider(acts=[Act.SILENT_TAKES, Act.BREAKS_TAKES] * 10, back_at=NOW + HOUR)
    sending = way_out(database, provider)
    provider.clock = sending.clock
    while sending.clock.now() < provider.back_at:
        await sending.outbox.run(HERE)
        sending.clock.at = max(sending.clock.at + TICK, await sending.outbox.next_due_at(HERE))
    calls = Counter(parcel.send_id for parcel in provider.calls)
    assert max(calls.values()) <= 8, "it is not called again and again"
    await to_rest(sending, sending.outbox)
    await judge(sending, ids)


@pytest.mark.parametrize("by", [DAY, -HOUR], ids=["a day forward", "an hour back"])
@pytest.mark.parametrize("is_watched", [True, False], ids=["watched", "unwatched"])
async def test_a_clock_that_jumps_while_messages_leave(database, by, is_watched):
    """Another worker looks at the very moment of the jump, while eight calls are under way."""
    ids = await fill(database, SENDS, now=NOW)
    sending, jumped = way_out(database, faulty()), [timedelta()]
    watch = ClockWatch(LEASE, clock=sending.clock, seconds=lambda: (sending.clock.at - jumped[0] - NOW) / SECOND)
    pace = Pace(is_steady=watch.is_steady) if is_watched else None
    first, second = sending.another(pace=pace), sending.another(pace=pace)
    seen_by_second = []

    async def jump(_parcel):
        if len(sending.provider.calls) == SENDS // 4:
            jumped[0] = by
            sending.clock.move(by)
            seen_by_second.append(await second.recover(HERE))

    sending.provider.before = jump
    await first.run(HERE)
    sending.provider.before = None
    sending.clock.move(LEASE + MORE)
    await to_rest(sending, first, second)

    assert len(seen_by_second) == 1
    assert not (is_watched and seen_by_second[0])
    await judge(sending, ids)


async def test_three_outboxes_at_once_and_a_provider_that_does_much_wrong(database):
    ids = await fill(database, SENDS, now=NOW)
    sending = way_out(database, faulty(share=0.6))
    await to_rest(sending, sending.outbox, sending.another(), sending.another())
    await judge(sending, ids)
