"""The timetable ticks, and a tick that fails is logged and followed by another."""

import asyncio
from datetime import UTC, timedelta
from functools import partial

from structlog.testing import capture_logs

from bot.scheduler import timetable


def a_timetable(job):
    """The timetable with a job of ours among those that do nothing, and its entry."""
    scheduler = timetable(
        post_missing_cards=job,
        expire_offers=nothing,
        refresh_liquidity=nothing,
        recover_sends=nothing,
        let_out_sends=nothing,
    )
    return scheduler, scheduler.get_job("post_missing_cards")


async def nothing():
    """Do nothing."""


def test_the_cards_are_looked_for_every_five_seconds_in_utc():
    scheduler, entry = a_timetable(nothing)
    assert scheduler.timezone is UTC
    assert (entry.id, entry.trigger.interval) == ("post_missing_cards", timedelta(seconds=5))


def test_offers_that_are_over_are_ended_every_minute():
    scheduler, _ = a_timetable(nothing)
    assert scheduler.get_job("expire_offers").trigger.interval == timedelta(minutes=1)


def test_liquidity_is_brought_up_to_date_every_quarter_of_an_hour():
    scheduler, _ = a_timetable(nothing)
    assert scheduler.get_job("refresh_liquidity").trigger.interval == timedelta(minutes=15)


async def test_ticks_that_were_missed_are_made_up_for_by_one():
    scheduler, entry = a_timetable(nothing)
    scheduler.start(paused=True)
    assert (entry.coalesce, entry.max_instances, entry.misfire_grace_time) == (True, 1, None)
    scheduler.shutdown(wait=False)


async def test_a_tick_that_fails_is_logged_and_the_next_one_works():
    results = [LookupError("Slack is away"), None]
    done = asyncio.Event()

    async def job(_desk):
        result = results.pop(0)
        if result:
            raise result
        done.set()

    scheduler, entry = a_timetable(partial(job, "a desk with everything on it"))
    entry.reschedule("interval", seconds=0.01)
    with capture_logs() as logs:
        scheduler.start()
        async with asyncio.timeout(5):
            await done.wait()
        scheduler.shutdown(wait=False)
    (failed,) = [entry for entry in logs if entry["event"] == "tick_failed"]
    assert (failed["job"], failed["log_level"]) == ("post_missing_cards", "error")
