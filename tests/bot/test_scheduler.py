"""The timetable ticks, a pass runs every job in order, and what is under way is never cut off."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, timedelta

import pytest
from structlog.testing import capture_logs

from bot.holding import Holding
from bot.scheduler import TIMETABLE, Timetable


async def nothing():
    """Do nothing."""


def timetable(holding=None, **jobs):
    """A timetable with some jobs of ours among those that do nothing."""
    return Timetable({job_id: jobs.get(job_id, nothing) for job_id in TIMETABLE}, holding or Holding(None))


@asynccontextmanager
async def ticking(made, *, every=0.01):
    """A timetable that ticks fast, until the block ends."""
    for job_id in TIMETABLE:
        made.scheduler.get_job(job_id).reschedule("interval", seconds=every)
    made.start()
    try:
        yield made
    finally:
        await made.close()


class Slow:
    """A job that waits until it is let go."""

    def __init__(self):
        self.begun, self.go, self.ended = asyncio.Event(), asyncio.Event(), 0

    async def __call__(self):
        self.begun.set()
        await self.go.wait()
        self.ended += 1


@pytest.mark.parametrize(
    ("job_id", "seconds"),
    [
        ("watch_clock", 1),
        ("recover_sends", 30),
        ("expire_offers", 60),
        ("queue_missing_cards", 5),
        ("refresh_liquidity", 900),
        ("let_out_sends", 1),
    ],
)
def test_each_job_has_its_interval_in_utc(job_id, seconds):
    scheduler = timetable().scheduler
    assert scheduler.timezone is UTC
    assert scheduler.get_job(job_id).trigger.interval == timedelta(seconds=seconds)


async def test_ticks_that_were_missed_are_made_up_for_by_one():
    scheduler = timetable().scheduler
    scheduler.start(paused=True)
    entry = scheduler.get_job("let_out_sends")
    assert (entry.coalesce, entry.max_instances, entry.misfire_grace_time) == (True, 1, None)
    scheduler.shutdown(wait=False)


@pytest.mark.parametrize("changed", [{"dance": nothing}, {"let_out_sends": None}])
def test_jobs_that_are_not_the_timetables_are_refused(changed):
    jobs = dict.fromkeys(TIMETABLE, nothing) | changed
    with pytest.raises(ValueError, match="differ"):
        Timetable({job_id: job for job_id, job in jobs.items() if job}, Holding(None))


async def test_a_pass_runs_every_job_once_in_the_timetables_order():
    ran = []

    def job(job_id):
        async def run():
            await asyncio.sleep(0)
            ran.append(job_id)

        return run

    await timetable(**{job_id: job(job_id) for job_id in TIMETABLE}).pass_once()
    assert ran == list(TIMETABLE)
    assert ran[-1] == "let_out_sends"


async def test_a_job_that_fails_is_logged_and_stops_no_other():
    ran = []

    async def fail():
        raise LookupError("Slack is away")

    async def last():
        ran.append(True)

    with capture_logs() as logs:
        await timetable(recover_sends=fail, let_out_sends=last).pass_once()
    assert [(entry["event"], entry["job"], entry["log_level"]) for entry in logs] == [
        ("tick_failed", "recover_sends", "error")
    ]
    assert ran == [True]


async def test_a_tick_that_fails_is_followed_by_another():
    results, done = [LookupError("Slack is away"), None], asyncio.Event()

    async def job():
        result = results.pop(0) if results else None
        if result:
            raise result
        done.set()

    with capture_logs() as logs:
        async with ticking(timetable(let_out_sends=job)), asyncio.timeout(5):
            await done.wait()
    assert [entry["job"] for entry in logs if entry["event"] == "tick_failed"] == ["let_out_sends"]


async def test_a_job_that_takes_long_is_not_begun_a_second_time_and_keeps_no_other_from_ticking():
    slow, others = Slow(), []
    enough = asyncio.Event()

    async def other():
        others.append(True)
        if len(others) > 5:
            enough.set()

    async with ticking(timetable(let_out_sends=slow, recover_sends=other)), asyncio.timeout(5):
        await slow.begun.wait()
        await enough.wait()
        assert slow.ended == 0
        slow.go.set()


async def test_closing_waits_for_what_is_under_way_and_begins_nothing_more():
    slow = Slow()
    made = timetable(let_out_sends=slow)
    async with asyncio.timeout(5), ticking(made):
        await slow.begun.wait()
        closing = asyncio.create_task(made.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        slow.go.set()
        await closing
        assert slow.ended == 1
        await asyncio.sleep(0.05)
        assert slow.ended == 1


async def test_a_pass_waits_for_ticks_under_way_and_none_begins_meanwhile():
    slow, seen = Slow(), []

    async def tick():
        seen.append("tick")

    async with asyncio.timeout(5), ticking(timetable(let_out_sends=slow, recover_sends=tick)) as made:
        await slow.begun.wait()

        async def move():
            async with made.alone():
                seen.clear()
                await asyncio.sleep(0.1)
                seen.append("moved")
                assert seen == ["moved"]

        moving = asyncio.create_task(move())
        await asyncio.sleep(0.05)
        assert not moving.done()
        slow.go.set()
        await moving


async def test_closing_what_never_started_is_nothing():
    await timetable().close()


async def test_where_another_holds_the_scheduler_nothing_runs_until_it_is_free(tmp_path):
    file, ran = tmp_path / "valhalla.db.scheduler", asyncio.Event()
    first, second = Holding(file), Holding(file)
    assert first.take()

    async def job():
        ran.set()

    made = timetable(second, let_out_sends=job)
    made.scheduler.get_job("take_hold").reschedule("interval", seconds=0.02)
    with capture_logs() as logs:
        async with asyncio.timeout(5), ticking(made):
            await made.pass_once()
            await asyncio.sleep(0.1)
            assert (ran.is_set(), made.runs_here) == (False, False)
            first.release()
            await ran.wait()
            assert made.runs_here
    assert [entry["event"] for entry in logs] == ["scheduler_held", "scheduler_taken_over"]
    assert first.take()


async def test_the_program_that_closes_lets_go_of_the_scheduler(tmp_path):
    file = tmp_path / "valhalla.db.scheduler"
    made = timetable(Holding(file))
    made.start()
    assert not Holding(file).take()
    await made.close()
    assert Holding(file).take()
