"""The timetable: APScheduler ticks in UTC, and each job is one call of a service that claims what is due."""

from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]
CARDS_EVERY_SECONDS = 5
OFFERS_EVERY_SECONDS = 60
LIQUIDITY_EVERY_SECONDS = 15 * 60
SENDS_EVERY_SECONDS = 1
RECOVERY_EVERY_SECONDS = 30


def timetable(
    *, post_missing_cards: Job, expire_offers: Job, refresh_liquidity: Job, recover_sends: Job, let_out_sends: Job
) -> AsyncIOScheduler:
    """Return the whole timetable, not yet started. It carries no truth: what is due stands in our tables."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    _every(scheduler, CARDS_EVERY_SECONDS, "post_missing_cards", post_missing_cards)
    _every(scheduler, OFFERS_EVERY_SECONDS, "expire_offers", expire_offers)
    _every(scheduler, LIQUIDITY_EVERY_SECONDS, "refresh_liquidity", refresh_liquidity)
    _every(scheduler, RECOVERY_EVERY_SECONDS, "recover_sends", recover_sends)
    _every(scheduler, SENDS_EVERY_SECONDS, "let_out_sends", let_out_sends)
    return scheduler


def _every(scheduler: AsyncIOScheduler, seconds: int, job_id: str, job: Job) -> None:
    scheduler.add_job(_guarded(job_id, job), "interval", seconds=seconds, id=job_id)


def _guarded(job_id: str, job: Job) -> Job:
    """Log what a tick raises; the next tick tries again."""

    async def run() -> None:
        try:
            await job()
        except Exception:
            log.exception("tick_failed", job=job_id)

    return run
