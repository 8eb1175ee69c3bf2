"""Time travel for the sandbox: its clock jumps from due moment to due moment, and every job runs at each of them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import MovableClock
from bot.scheduler import Timetable

log = structlog.get_logger()

NextDue = Callable[[], Awaitable[datetime | None]]
"""Says when there is next something to do, None for never; in the past for what is overdue."""
MOST_STOPS: Final = 2_000
"""After so many stops a journey goes straight to its end: more than a stop every quarter of an hour for two weeks."""
FIRST_STEP: Final = timedelta(seconds=1)
LONGEST_STEP: Final = timedelta(minutes=15)


class TimeTravel:
    """Moves a clock as if the time between had passed: nothing that was due on the way is done late."""

    def __init__(self, clock: MovableClock, timetable: Timetable, next_due: Sequence[NextDue]) -> None:
        self._clock = clock
        self._timetable = timetable
        self._next_due = next_due

    async def go(self, to: datetime) -> int:
        """Put the clock at `to`, and return how many stops there were on the way.

        While the clock moves nothing ticks, and no call to a provider is under way. A journey back runs nothing, and
        neither does a process that does not hold the scheduler.
        """
        async with self._timetable.alone() as run_all:
            if to < self._clock.now() or not self._timetable.runs_here:
                self._clock.move_to(to)
                return 0
            stops = await self._stop_on_the_way(to, run_all)
            # A journey may have taken longer than the way was: the clock goes on ticking meanwhile.
            self._clock.move_to(max(to, self._clock.now()))
            await run_all()
            return stops

    async def _stop_on_the_way(self, to: datetime, run_all: Callable[[], Awaitable[None]]) -> int:
        step = FIRST_STEP
        for stops in range(MOST_STOPS):
            due, now = await self._due(), self._clock.now()
            # What is still due after a pass could not be done then: it is tried again after a while, and a longer one.
            late = due is not None and due <= now and stops > 0
            step = min(step * 2, LONGEST_STEP) if late else FIRST_STEP
            at = now + step if late else due
            if at is None or at >= to:
                return stops
            self._clock.move_to(max(at, now))
            await run_all()
        log.warning("journey_cut_short", to=to.isoformat(), at=self._clock.now().isoformat(), stops=MOST_STOPS)
        return MOST_STOPS

    async def _due(self) -> datetime | None:
        moments = [await ask() for ask in self._next_due]
        return min((moment for moment in moments if moment), default=None)
