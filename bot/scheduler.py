"""The timetable: APScheduler ticks in UTC, and each job is one call of a service that claims what is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from functools import partial
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.holding import Holding

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]

TIMETABLE: Final[Mapping[str, int]] = {
    "watch_clock": 1,
    "recover_sends": 30,
    "expire_offers": 60,
    "queue_missing_cards": 5,
    "refresh_liquidity": 15 * 60,
    "surface_tasks": 2,
    "escalate_tasks": 60,
    "expire_approvals": 30,
    "let_out_sends": 1,
}
"""Every job and after how many seconds it runs again. A pass runs them in this order: what one of them queues leaves in
the same pass."""
HOLD_EVERY: Final = 10
"""After how many seconds a process that found the scheduler held tries again."""


class Timetable:
    """Runs the jobs: each by its own tick, or all of them once in a pass while nothing ticks.

    It carries no truth: what is due stands in our tables. Only the process that holds the scheduler runs anything.
    """

    def __init__(self, jobs: Mapping[str, Job], holding: Holding) -> None:
        """`jobs` are those of `TIMETABLE` by their ids, none more and none less."""
        if jobs.keys() != TIMETABLE.keys():
            raise ValueError(f"the timetable and its jobs differ: {sorted(jobs.keys() ^ TIMETABLE.keys())}")
        self._jobs = {job_id: jobs[job_id] for job_id in TIMETABLE}
        self._holding = holding
        self._alone = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job_id, seconds in TIMETABLE.items():
            self._every(seconds, job_id, partial(self._tick, job_id))
        self._every(HOLD_EVERY, "take_hold", self._take_hold)

    @property
    def runs_here(self) -> bool:
        """Whether this process runs the jobs."""
        return self._holding.is_ours

    def start(self) -> None:
        """Take hold of the scheduler where it is free, and begin to tick."""
        if not self._holding.take():
            log.warning("scheduler_held", file=str(self._holding.file), pid=self._holding.holder())
        self.scheduler.start()

    async def close(self) -> None:
        """Begin no more ticks, wait for those under way, let go of the scheduler.

        APScheduler's own shutdown cancels what runs, which could cut a call to a provider in half; so a tick only
        begins a task, which is kept here and waited for.
        """
        if self.scheduler.running:
            self.scheduler.pause()
        async with self.alone():
            if self.scheduler.running:
                self.scheduler.shutdown(wait=False)
            self._holding.release()

    async def pass_once(self) -> None:
        """Run every job once, in the timetable's order; one that fails is logged and stops no other."""
        async with self.alone() as run_all:
            await run_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Wait until nothing is under way and keep ticks from beginning; gives what runs every job once meanwhile."""
        async with self._alone:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)
            yield self._run_all

    async def _run_all(self) -> None:
        if self._holding.is_ours:
            for job_id in self._jobs:
                await self._guarded(job_id)

    async def _tick(self, job_id: str) -> None:
        """Begin a job, unless it is under way still or a pass does it anyway; its task is waited for by `alone`."""
        if job_id in self._under_way or self._alone.locked() or not self._holding.is_ours:
            return
        task = asyncio.create_task(self._guarded(job_id))
        self._under_way[job_id] = task
        task.add_done_callback(lambda _: self._under_way.pop(job_id))

    async def _guarded(self, job_id: str) -> None:
        """Log what a job raises; the next tick tries again."""
        try:
            await self._jobs[job_id]()
        except Exception:
            log.exception("tick_failed", job=job_id)

    async def _take_hold(self) -> None:
        if not self._holding.is_ours and self._holding.take():
            log.info("scheduler_taken_over", file=str(self._holding.file))

    def _every(self, seconds: int, job_id: str, job: Job) -> None:
        self.scheduler.add_job(job, "interval", seconds=seconds, id=job_id)
