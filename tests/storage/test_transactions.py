"""One unit of work is one transaction: it stands whole, whatever becomes of the caller, or not at all."""

import asyncio
import threading

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from storage.audit import Change, audit_entry, record
from storage.database import Database, DatabaseUnavailable
from storage.workspaces import next_numbers, workspace
from tests.storage.builders import HERE, NOW, founded


def note(tx, subject="L-1"):
    record(tx, Change("U0REP", "tested", subject), now=NOW)


def subjects(tx):
    return list(tx.connection.execute(select(audit_entry.c.subject).order_by(audit_entry.c.id)).scalars())


async def test_work_that_fails_half_way_leaves_nothing(database):
    def fail(tx):
        note(tx)
        next_numbers(tx, "lead")
        raise LookupError("half way")

    with pytest.raises(LookupError, match="half way"):
        await database.write(HERE, fail)
    assert await database.read(HERE, subjects) == []
    assert await database.write(HERE, lambda tx: next_numbers(tx, "lead")) == [1]


async def test_a_broken_statement_is_no_lost_database_and_leaves_nothing(database):
    def twice(tx):
        note(tx)
        row = {"id": HERE, "name": "x", "zone": "UTC", "locale": "en-CA", "digest_hour": 8, "outreach_paused": False}
        row |= {"approval_threshold": 10, "contact_cap_per_day": 2, "created_at": NOW}
        tx.connection.execute(insert(workspace), [row, row])

    with pytest.raises(IntegrityError):
        await database.write(HERE, twice)
    assert await database.read(HERE, subjects) == []


async def test_what_was_written_is_there_for_the_next_reader(database):
    for turn in range(20):
        await database.write(HERE, lambda tx, turn=turn: note(tx, f"L-{turn}"))
        assert len(await database.read(HERE, subjects)) == turn + 1


async def test_a_write_whose_caller_is_cancelled_still_commits(database):
    loop = asyncio.get_running_loop()

    def work(tx):
        loop.call_soon_threadsafe(caller.cancel)  # reaches the caller before anything that the work itself comes to
        note(tx)

    caller = asyncio.create_task(database.write(HERE, work))
    with pytest.raises(asyncio.CancelledError):
        await caller
    for _ in range(100):
        if await database.read(HERE, subjects):
            break
        await asyncio.sleep(0.02)
    assert await database.read(HERE, subjects) == ["L-1"]


async def test_a_write_cancelled_before_it_began_still_commits_and_close_waits_for_it(database_url):
    database = Database(database_url)
    caller = asyncio.create_task(database.write(HERE, note))
    await asyncio.sleep(0)
    caller.cancel()
    await database.close()
    assert caller.cancelled() or isinstance(await asyncio.gather(caller, return_exceptions=True), list)
    again = Database(database_url)
    assert await again.read(HERE, subjects) == ["L-1"]
    await again.close()


async def test_a_read_that_writes_leaves_nothing(database):
    if database.is_sqlite:
        with pytest.raises(DatabaseUnavailable, match="readonly"):
            await database.read(HERE, note)
    else:
        await database.read(HERE, note)
    assert await database.read(HERE, subjects) == []


async def test_a_reader_does_not_wait_for_a_writer(database):
    begun, done = threading.Event(), threading.Event()

    def slow(tx):
        note(tx)
        begun.set()
        if database.is_sqlite:  # there the writer has a thread of its own that may wait
            assert done.wait(5)

    writing = asyncio.create_task(database.write(HERE, slow))
    assert await asyncio.to_thread(begun.wait, 5)
    assert await asyncio.wait_for(database.read(HERE, subjects), 2) in ([], ["L-1"])
    done.set()
    await writing
    assert await database.read(HERE, subjects) == ["L-1"]


async def test_40_readers_and_20_writers_at_once_all_come_through(database):
    await founded(database)
    writes = [database.write(HERE, lambda tx, turn=turn: note(tx, f"L-{turn}")) for turn in range(20)]
    reads = [database.read(HERE, subjects) for _ in range(40)]
    await asyncio.gather(*writes, *reads)
    assert sorted(await database.read(HERE, subjects)) == sorted(f"L-{turn}" for turn in range(20))


async def test_eight_programs_open_one_new_file_at_once(tmp_path):
    programs = [Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}") for _ in range(8)]
    for _ in range(3):
        modes = await asyncio.gather(
            *(one.change(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar_one()) for one in programs)
        )
        assert modes == ["wal"] * 8
    for one in programs:
        await one.close()


async def test_two_programs_on_one_database_write_side_by_side(database, database_url):
    other = Database(database_url)

    def take(tx):
        return next_numbers(tx, "lead")[0]

    taken = await asyncio.gather(*((database, other)[turn % 2].write(HERE, take) for turn in range(20)))
    await other.close()
    assert sorted(taken) == list(range(1, 21))
