"""The sandbox's clock: where it may be put, what is done on the way, and that it travels to one place at a time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from tests.sandbox.server import serve_sandbox
from tests.sandbox.test_live import heard, listen


async def now_of(running) -> datetime:
    return datetime.fromisoformat((await running.get("clock"))["now"])


async def test_the_clock_is_put_and_moved_and_goes_on(sandbox_server):
    put = await sandbox_server.post("clock", to="2026-12-24T09:00:00-05:00")
    assert put["now"].startswith("2026-12-24T14:00:0")
    moved = await sandbox_server.post("clock", advance_s=3600)
    assert moved["now"].startswith("2026-12-24T15:00:0")
    assert abs(await now_of(sandbox_server) - sandbox_server.clock.now()) < timedelta(seconds=2)
    back = await sandbox_server.post("clock", advance_s=-7200)
    assert back["now"].startswith("2026-12-24T13:00:0")


@pytest.mark.parametrize(
    ("at", "preset", "then"),
    [
        ("2026-11-24T16:05:00-05:00", "plus_hour", "2026-11-24T17:05:00-05:00"),
        ("2026-11-24T16:05:00-05:00", "plus_day", "2026-11-25T16:05:00-05:00"),
        ("2026-11-24T16:05:00-05:00", "plus_week", "2026-12-01T16:05:00-05:00"),
        ("2026-11-24T16:05:00-05:00", "next_nine", "2026-11-25T09:00:00-05:00"),
        ("2026-11-24T23:30:00-05:00", "next_nine", "2026-11-25T09:00:00-05:00"),
        ("2026-11-24T08:59:00-05:00", "next_nine", "2026-11-24T09:00:00-05:00"),
        ("2026-11-24T09:00:00-05:00", "next_nine", "2026-11-25T09:00:00-05:00"),
        ("2026-10-31T20:00:00-04:00", "next_nine", "2026-11-01T09:00:00-05:00"),
        ("2027-03-13T20:00:00-05:00", "next_nine", "2027-03-14T09:00:00-04:00"),
        ("2026-11-01T01:30:00-04:00", "next_nine", "2026-11-01T09:00:00-05:00"),
    ],
)
async def test_a_preset_goes_where_it_says(sandbox_server, at, preset, then):
    await sandbox_server.post("clock", to=at)
    moved = datetime.fromisoformat((await sandbox_server.post("clock", preset=preset))["now"])
    assert timedelta() <= moved - datetime.fromisoformat(then) < timedelta(seconds=20)


async def test_now_is_the_machines_own_time_again(sandbox_server):
    await sandbox_server.post("clock", to="2026-12-24T09:00:00-05:00")
    moved = datetime.fromisoformat((await sandbox_server.post("clock", preset="now"))["now"])
    assert abs(moved - SystemClock().now()) < timedelta(seconds=20)


async def test_the_next_nine_is_that_of_a_zone_that_somebody_knows():
    def offset_at(zone, at):
        return {"America/Vancouver": timedelta(hours=-7)}.get(zone)

    async with serve_sandbox(offset_at=offset_at) as running:
        await running.post("clock", to="2026-11-24T10:00:00-05:00")
        moved = await running.post("clock", preset="next_nine", zone="America/Vancouver")
        assert moved["now"].startswith("2026-11-24T16:00:0")
        answer = await running.post("clock", preset="next_nine", zone="Mars/Olympus")
        assert (answer["error"], "Mars/Olympus" in answer["message"]) == ("invalid_clock", True)


async def test_without_help_the_sandbox_knows_torontos_zone_alone(sandbox_server):
    answer = await sandbox_server.post("clock", preset="next_nine", zone="America/Vancouver")
    assert answer["error"] == "invalid_clock"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "2026-11-24T09:00:00Z", "advance_s": 1},
        {"to": "2026-11-24T09:00:00Z", "preset": "now"},
        {"to": "tomorrow"},
        {"to": "2026-11-24T09:00:00"},
        {"to": "1066-10-14T09:00:00Z"},
        {"advance_s": "1"},
        {"advance_s": True},
        {"advance_s": 1e12},
        {"preset": "yesterday"},
        {"preset": 9},
    ],
)
async def test_an_impossible_move_is_explained_and_the_clock_stays(sandbox_server, body):
    before = await now_of(sandbox_server)
    answer = await sandbox_server.post("clock", **body)
    assert answer["error"] in ("invalid_clock", "invalid_field")
    assert answer["message"].endswith(".")
    assert await now_of(sandbox_server) - before < timedelta(seconds=20)


class Journey:
    """Moves the clock in two steps, and waits between them until it is let go."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.ends = []

    async def __call__(self, to: datetime) -> None:
        self.ends.append(to)
        self.clock.move_to(to - timedelta(hours=1))
        self.begun.set()
        await self.go.wait()
        self.clock.move_to(to)


async def test_whoever_does_what_is_due_moves_the_clock_and_is_waited_for(sandbox_server):
    journey = Journey(sandbox_server.clock)
    sandbox_server.sandbox.on_clock = journey
    moving = asyncio.create_task(sandbox_server.post("clock", to="2030-01-01T09:00:00Z"))
    await asyncio.wait_for(journey.begun.wait(), 5)
    assert (await now_of(sandbox_server)).hour == 8
    refused = await sandbox_server.post("clock", preset="plus_day")
    assert (refused["error"], "2030-01-01T09:00" in refused["message"]) == ("clock_moves", True)
    journey.go.set()
    assert (await moving)["now"].startswith("2030-01-01T09:00:0")
    assert journey.ends == [datetime(2030, 1, 1, 9, tzinfo=UTC)]
    assert (await sandbox_server.post("clock", preset="plus_hour"))["now"].startswith("2030-01-01T10:00:0")


async def test_those_who_look_on_hear_where_the_clock_is(sandbox_server):
    stream = await listen(sandbox_server, "sam")
    journey = Journey(sandbox_server.clock)
    sandbox_server.sandbox.on_clock = journey
    moving = asyncio.create_task(sandbox_server.post("clock", to="2030-01-01T09:00:00Z"))
    await asyncio.wait_for(journey.begun.wait(), 5)
    on_the_way = await heard(stream, 2)
    journey.go.set()
    await moving
    assert {each["kind"] for each in on_the_way} == {"clock"}
    assert on_the_way[-1]["now"].startswith("2030-01-01T08:00:0")
    stream.close()


async def test_a_journey_that_breaks_leaves_the_way_free_for_the_next(sandbox_server):
    async def broken(to: datetime) -> None:
        raise RuntimeError("the bot fell over")

    sandbox_server.sandbox.on_clock = broken
    url = f"{sandbox_server.origin}/sandbox/api/clock"
    async with sandbox_server.http.post(url, json={"preset": "plus_day"}, headers={"Connection": "close"}) as response:
        assert response.status == 500
    sandbox_server.sandbox.on_clock = None
    assert (await sandbox_server.post("clock", to="2030-01-01T09:00:00Z"))["now"].startswith("2030-01-01T09:00:0")
