"""The sandbox's clock travels from due moment to due moment; what cannot be done on the way does not hold it up."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot import timetravel
from bot.clock import MovableClock
from bot.holding import Holding
from bot.scheduler import TIMETABLE, Timetable
from bot.timetravel import TimeTravel

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Still:
    """A base clock that stands still."""

    def now(self):
        return NOW


class World:
    """Things that are due at moments, and what a pass does about them."""

    def __init__(self, *due, stuck=(), holding=None):
        self.clock = MovableClock(Still())
        self.due, self.stuck, self.done, self.passes = sorted(due), set(stuck), [], []
        jobs = dict.fromkeys(TIMETABLE, self._nothing) | {"let_out_sends": self._work}
        self.timetable = Timetable(jobs, holding or Holding(None))
        self.travel = TimeTravel(self.clock, self.timetable, [self._next, self._never])

    async def _nothing(self):
        pass

    async def _work(self):
        now = self.clock.now()
        self.passes.append(now)
        for moment in [each for each in self.due if each <= now and each not in self.stuck]:
            self.due.remove(moment)
            self.done.append((moment, now))

    async def _next(self):
        return min(self.due, default=None)

    async def _never(self):
        return None


async def test_everything_due_on_the_way_is_done_at_its_moment_and_then_the_clock_is_there():
    world = World(NOW + HOUR, NOW + 2 * HOUR, NOW + DAY + HOUR)
    stops = await world.travel.go(NOW + DAY)
    assert world.done == [(NOW + HOUR, NOW + HOUR), (NOW + 2 * HOUR, NOW + 2 * HOUR)]
    assert (stops, world.clock.now(), world.due) == (2, NOW + DAY, [NOW + DAY + HOUR])


async def test_what_is_due_at_the_end_itself_is_done_there():
    world = World(NOW + DAY)
    assert await world.travel.go(NOW + DAY) == 0
    assert world.done == [(NOW + DAY, NOW + DAY)]


async def test_what_is_overdue_is_done_before_the_clock_moves():
    world = World(NOW - HOUR)
    await world.travel.go(NOW + DAY)
    assert world.done == [(NOW - HOUR, NOW)]


async def test_a_way_without_anything_due_has_no_stops_and_one_pass_at_its_end():
    world = World()
    assert await world.travel.go(NOW + DAY) == 0
    assert world.passes == [NOW + DAY]


async def test_a_way_back_only_moves_the_clock():
    world = World(NOW - HOUR)
    assert await world.travel.go(NOW - DAY) == 0
    assert (world.clock.now(), world.passes) == (NOW - DAY, [])


async def test_what_a_pass_leaves_due_is_tried_again_at_growing_distances_and_does_not_hold_up_the_rest():
    world = World(NOW + HOUR, NOW + 5 * HOUR, stuck=[NOW + HOUR])
    stops = await world.travel.go(NOW + DAY)
    ((moment, at),) = world.done
    assert moment == NOW + 5 * HOUR
    assert timedelta() <= at - moment <= timedelta(minutes=15)
    assert stops < 24 * 4 + 12
    assert world.clock.now() == NOW + DAY


async def test_a_journey_with_too_many_stops_goes_straight_to_its_end_and_says_so(monkeypatch):
    monkeypatch.setattr(timetravel, "MOST_STOPS", 5)
    world = World(*(NOW + number * HOUR for number in range(1, 9)))
    with capture_logs() as logs:
        assert await world.travel.go(NOW + DAY) == 5
    assert [entry["event"] for entry in logs] == ["journey_cut_short"]
    assert (world.clock.now(), world.due, len(world.done)) == (NOW + DAY, [], 8)


async def test_a_process_that_does_not_hold_the_scheduler_only_moves_its_clock(tmp_path):
    other = Holding(tmp_path / "held")
    other.take()
    world = World(NOW + HOUR, holding=Holding(tmp_path / "held"))
    assert await world.travel.go(NOW + DAY) == 0
    assert (world.clock.now(), world.done) == (NOW + DAY, [])


async def test_the_clock_does_not_move_while_a_call_is_under_way():
    world, seen = World(), []
    begun, go = asyncio.Event(), asyncio.Event()

    async def call():
        begun.set()
        await go.wait()
        seen.append(world.clock.now())

    world.timetable = Timetable(dict.fromkeys(TIMETABLE, call), Holding(None))
    travel = TimeTravel(world.clock, world.timetable, [world._never])
    world.timetable.scheduler.get_job("watch_clock").reschedule("interval", seconds=0.01)
    world.timetable.start()
    async with asyncio.timeout(5):
        await begun.wait()
        moving = asyncio.create_task(travel.go(NOW + DAY))
        await asyncio.sleep(0.05)
        assert world.clock.now() == NOW
        go.set()
        await moving
        await world.timetable.close()
    assert seen[0] == NOW


@pytest.mark.parametrize("journeys", [2])
async def test_two_journeys_at_once_come_one_after_the_other(journeys):
    world = World(NOW + HOUR, NOW + 2 * HOUR)
    await asyncio.gather(*(world.travel.go(NOW + DAY) for _ in range(journeys)))
    assert [moment for moment, _ in world.done] == [NOW + HOUR, NOW + 2 * HOUR]
    assert world.clock.now() == NOW + DAY
