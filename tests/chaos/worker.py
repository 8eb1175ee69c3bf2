"""Workers: each an outbox that lets out what is due and recovers what others left, until its process is killed.

`python -m tests.chaos.worker DATABASE_URL PORT OFFSET_SECONDS` loads everything once, and for each line of its input
starts a worker, a process of its own whose id it prints. SIGTERM lets one finish what it does. OFFSET_SECONDS puts
their clock into a business hour; it runs no faster than ours, since leases and calls are measured by it. These are short
enough to be waited for (PACE), and so are the waits between attempts (`shorten_waits`), minutes in the program itself.
"""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.clock import MovableClock
from bot.services.links import Links
from bot.services.sends_outbox import Outbox, Pace
from bot.transports.twilio import TwilioConfig, TwilioTransport
from domain import receipts
from domain.holiday import holidays_of
from domain.messages import Route
from domain.zones import check_zones
from storage.database import Database, DatabaseUnavailable
from tests.storage.builders import HERE, NOW
from tests.transports.twilio_server import ACCOUNT, TOKEN

PACE = Pace(batch=10, at_once=8, lease=timedelta(seconds=2), call=timedelta(seconds=0.5))
TICK_SECONDS, RECOVERY_SECONDS = 0.05, 0.4


def shorten_waits() -> None:
    """Let retries come after seconds instead of minutes, so that a run takes minutes instead of hours."""
    receipts.FIRST_WAIT = timedelta(seconds=0.2)
    receipts.LONGEST_WAIT = timedelta(seconds=2)
    receipts.ASK_AGAIN = timedelta(seconds=0.5)


def load(url: str) -> None:
    """Load what is loaded at its first use otherwise: holidays, zones, the database's driver."""
    holidays_of("ON", NOW.year)
    check_zones()
    Database(url)


async def work(url: str, port: int, offset: timedelta) -> None:
    """Tick as the timetable does, each job by itself."""
    clock = MovableClock()
    clock.advance(offset)
    there, here = f"http://127.0.0.1:{port}", "https://maple.example"
    config = TwilioConfig(ACCOUNT, TOKEN, sender="+14165550100", public_url=here, base_url=there)
    database, transport = Database(url), TwilioTransport(config)
    outbox = Outbox(database, clock, dict.fromkeys(Route, transport), Links(None, "secret"), pace=PACE)
    jobs = [
        asyncio.create_task(_every(TICK_SECONDS, outbox.run)),
        asyncio.create_task(_every(RECOVERY_SECONDS, outbox.recover)),
    ]
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    parent = os.getppid()
    # Also when whoever starts workers is gone: none outlives the test.
    while not stopped.is_set() and os.getppid() == parent:
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 1)
    for job in jobs:
        job.cancel()
    await outbox.close()
    await database.close()


async def _every(seconds: float, job) -> None:
    while True:
        try:
            await job(HERE)
        except DatabaseUnavailable as error:
            structlog.get_logger().error("tick_failed", why=str(error))
        await asyncio.sleep(seconds)


def main() -> None:
    """Start workers as they are asked for; a fork begins at once, with nothing to load."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    url, port, offset = sys.argv[1], int(sys.argv[2]), timedelta(seconds=float(sys.argv[3]))
    shorten_waits()
    load(url)
    for _ in sys.stdin:
        if pid := os.fork():
            print(pid, flush=True)  # noqa: T201
        else:
            asyncio.run(work(url, port, offset))
            os._exit(0)


if __name__ == "__main__":
    main()
