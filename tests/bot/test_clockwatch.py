"""A machine's clock that was set stops sends for a while, and the team hears of it once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.clock import MovableClock, SystemClock
from bot.clockwatch import ClockWatch
from bot.services.links import Links
from bot.services.sends import queue_post
from bot.services.sends_outbox import Outbox, Pace
from domain.messages import Post, Route
from storage.database import Database, DatabaseUnavailable
from storage.outbox import Lease, claim_due
from storage.sends import send
from tests.storage.builders import HERE, NOW, StandingClock, founded, rep

LEASE = timedelta(minutes=2)
STOP = LEASE.total_seconds() + 10


class Machine:
    """A machine whose clock can be set, beside the seconds that nobody sets."""

    def __init__(self):
        self.at, self.awake = NOW, 1_000.0
        self.watch = ClockWatch(LEASE, clock=self, seconds=lambda: self.awake)

    def now(self):
        return self.at

    def passes(self, seconds):
        """Time goes by on both."""
        self.at += timedelta(seconds=seconds)
        self.awake += seconds

    def is_set(self, **by):
        """Somebody sets the clock."""
        self.at += timedelta(**by)


@pytest.fixture
def machine():
    return Machine()


async def warnings(database):
    """Return what the team is told, in the order in which it was queued."""
    query = select(send.c.metadata).order_by(send.c.id)
    found = await database.read(HERE, lambda tx: list(tx.connection.execute(query).scalars()))
    return [metadata["text"] for metadata in found if metadata["post"] == Post.WARNING]


def test_time_that_goes_by_is_steady_however_long_nobody_looked(machine):
    assert machine.watch.is_steady()
    machine.passes(3 * 86_400)
    assert machine.watch.is_steady()


@pytest.mark.parametrize("seconds", [60, -60, 1, -1])
def test_a_clock_that_is_kept_right_in_small_steps_is_steady(machine, seconds):
    machine.is_set(seconds=seconds)
    assert machine.watch.is_steady()


@pytest.mark.parametrize("by", [{"seconds": 61}, {"seconds": -61}, {"days": 1}, {"hours": -1}])
def test_a_jump_stops_sends_until_every_lease_from_before_has_ended(machine, by):
    machine.is_set(**by)
    with capture_logs() as logs:
        assert not machine.watch.is_steady()
    assert [entry["event"] for entry in logs] == ["clock_jumped"]
    machine.passes(STOP - 1)
    assert not machine.watch.is_steady()
    machine.passes(1)
    assert machine.watch.is_steady()


def test_a_second_jump_begins_the_wait_anew(machine):
    machine.is_set(hours=1)
    assert not machine.watch.is_steady()
    machine.passes(STOP - 1)
    machine.is_set(hours=-1)
    assert not machine.watch.is_steady()
    machine.passes(STOP - 1)
    assert not machine.watch.is_steady()
    machine.passes(1)
    assert machine.watch.is_steady()


def test_the_machine_itself_is_steady():
    assert ClockWatch(LEASE).is_steady()


def test_the_sandboxs_clock_may_be_moved_without_a_word():
    clock, watch = MovableClock(), ClockWatch(LEASE)
    clock.move_to(datetime(2030, 1, 1, tzinfo=UTC))
    assert watch.is_steady()
    assert clock.now() - SystemClock().now() > timedelta(days=100)


async def test_the_team_is_told_once_what_time_the_machine_thinks_it_is_and_what_to_do(machine, database):
    await founded(database)
    await machine.watch.tell(database, HERE)
    assert await warnings(database) == []
    machine.is_set(days=1, minutes=30)
    for _ in range(3):
        await machine.watch.tell(database, HERE)
    (text,) = await warnings(database)
    assert "jumped ahead by 1 day 30 minutes" in text
    assert "it says Thu 12 Mar 2026 15:30 UTC now, and said Wed 11 Mar 2026 15:00 UTC" in text
    assert "`/policy pause`" in text


async def test_a_jump_back_is_told_as_one(machine, database):
    await founded(database)
    machine.is_set(hours=-1)
    await machine.watch.tell(database, HERE)
    (text,) = await warnings(database)
    assert "jumped back by 1 hour: it says Wed 11 Mar 2026 14:00 UTC now" in text


async def test_two_programs_of_one_machine_tell_it_once(machine, database):
    await founded(database)
    other = ClockWatch(LEASE, clock=machine, seconds=lambda: machine.awake)
    machine.is_set(hours=2)
    await machine.watch.tell(database, HERE)
    machine.passes(1)
    await other.tell(database, HERE)
    assert len(await warnings(database)) == 1


async def test_while_the_clock_is_not_steady_nothing_is_claimed_and_nothing_recovered(machine, database):
    await founded(database)
    pace = Pace(is_steady=machine.watch.is_steady)
    outbox = Outbox(database, machine, {Route.SLACK: None}, Links(None, "for tests"), pace=pace)
    await database.write(HERE, lambda tx: queue_post(tx, rep(), "a", Post.WARNING, {"text": "a"}, now=NOW))
    theirs = Lease("another worker's", NOW + LEASE)
    await database.write(HERE, lambda tx: claim_due(tx, theirs, now=NOW, limit=9))
    await database.write(HERE, lambda tx: queue_post(tx, rep(), "b", Post.WARNING, {"text": "b"}, now=NOW))

    machine.is_set(hours=1)
    assert (await outbox.recover(HERE), await outbox.run(HERE)) == (0, 0)

    query = select(send.c.key, send.c.state, send.c.claimed_by).order_by(send.c.id)
    rows = await database.read(HERE, lambda tx: [tuple(row) for row in tx.connection.execute(query)])
    assert rows == [("a", "claimed", "another worker's"), ("b", "approved", None)]
    machine.passes(STOP)
    assert await outbox.recover(HERE) == 1


async def test_a_word_that_could_not_be_queued_is_queued_by_the_next_tick(machine, sqlite_url):
    machine.is_set(hours=1)
    away = Database(sqlite_url.replace("valhalla.db", "nowhere/valhalla.db"))
    with pytest.raises(DatabaseUnavailable):
        await machine.watch.tell(away, HERE)
    await away.close()
    database = Database(sqlite_url)
    await founded(database)
    await machine.watch.tell(database, HERE)
    assert len(await warnings(database)) == 1
    await database.close()


def test_a_standing_clock_beside_seconds_that_pass_is_a_jump():
    seconds = iter([0.0, 61.0, 61.0])
    watch = ClockWatch(LEASE, clock=StandingClock(), seconds=lambda: next(seconds))
    assert not watch.is_steady()
