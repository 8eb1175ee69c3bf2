"""Chaos: workers are killed at random moments while sends are due, and the provider's own log is asked what arrived.

`python -m tests.chaos.run --kills 200 --sends 10000` does so on SQLite with one worker and on PostgreSQL with three,
and ends with 1 when anything was lost, delivered twice, or left lying.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.services.sends_settling import CRASHED
from domain.messages import SendState
from domain.receipts import Outcome
from storage.database import Database
from storage.migrate import upgrade
from storage.send_attempts import UNDER_WAY, send_attempt
from storage.sends import send
from tests.chaos.due import fill
from tests.postgres import DURABLE, serve
from tests.storage.builders import HERE, NOW

REST_SECONDS = 120
"""How long the last worker may take to bring everything to an end."""
STOP_SECONDS, KILL_SECONDS = 20, 10
UNSETTLED = (SendState.APPROVED, SendState.HELD, SendState.CLAIMED, SendState.SENDING)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many kills, sends and workers; `seed` decides when whom."""

    kills: int
    sends: int
    workers: int
    seed: int


@dataclass
class Judgement:
    """What the provider's log says beside our table."""

    plan: Plan
    ids: list[int]
    arrived: Counter[int]
    states: Counter[str]
    attempts: Counter[str]
    crashed: int
    said_sent: set[int]
    seconds: float
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Compare them."""
        counts = {
            "lost": len(set(self.ids) - set(self.arrived)),
            "delivered twice": sum(times > 1 for times in self.arrived.values()),
            "delivered of nothing": len(set(self.arrived) - set(self.ids)),
            "left claimed or waiting": sum(self.states[state.value] for state in UNSETTLED),
            "unknown and unaccounted for": self.states[SendState.UNKNOWN.value],
            "attempts without an end": self.attempts[UNDER_WAY],
            "failed": self.states[SendState.FAILED.value],
            "said to be sent and not delivered": len(self.said_sent - set(self.arrived)),
            "delivered and not said to be sent": len(set(self.arrived) - self.said_sent),
        }
        self.counts = counts
        self.faults = [f"{name}: {count}" for name, count in counts.items() if count]

    def lines(self) -> list[str]:
        """The figures, as people read them."""
        settled = "" if self.states[SendState.UNKNOWN.value] else ", every one settled by asking"
        doubts = (
            f"attempts in doubt: {self.attempts[Outcome.UNCLEAR]}, {self.crashed} of them of workers that died{settled}"
        )
        made = f"{self.plan.sends} sends, {self.plan.kills} kills, {self.plan.workers} worker(s), seed {self.plan.seed}"
        busy = f"attempts: {self.attempts.total()}, deliveries: {self.arrived.total()}"
        return [made, *(f"  {name}: {count}" for name, count in self.counts.items()), f"  {busy}", f"  {doubts}",
                f"  duration: {self.seconds:.0f} s"]  # fmt: skip


class Workers:
    """The processes at work, and the one that starts them."""

    def __init__(self, url: str, port: int, count: int, errors: Path, offset: float) -> None:
        self._command = (sys.executable, "-m", "tests.chaos.worker", url, str(port), str(offset))
        self._errors = errors.open("ab")
        self._count = count
        self._starts: asyncio.subprocess.Process | None = None
        self.at_work: list[int] = []

    async def start(self) -> None:
        """Put all to work."""
        pipe = asyncio.subprocess.PIPE
        self._starts = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=self._errors
        )
        for _ in range(self._count):
            await self.put_to_work()

    async def put_to_work(self) -> None:
        """Start one more."""
        self._starts.stdin.write(b"one more\n")
        self.at_work.append(int(await self._starts.stdout.readline()))

    async def kill_one(self, chance: random.Random) -> None:
        """Kill one of them, whatever it is doing, and put another in its place."""
        victim = chance.choice(self.at_work)
        self.at_work.remove(victim)
        os.kill(victim, signal.SIGKILL)
        await self.put_to_work()

    async def stop(self) -> None:
        """Let them finish what they do; kill whoever does not."""
        for pid in self.at_work:
            os.kill(pid, signal.SIGTERM)
        await until(lambda: not any(map(_lives, self.at_work)), STOP_SECONDS)
        for pid in filter(_lives, self.at_work):
            os.kill(pid, signal.SIGKILL)
        self.at_work.clear()
        self._starts.stdin.close()
        await self._starts.wait()
        self._errors.close()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@asynccontextmanager
async def provider(log: Path, seed: int, offset: float) -> AsyncIterator[int]:
    """Run the provider; yield its port."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.chaos.provider", str(log), str(seed), str(offset))
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


def arrived(log: Path) -> Counter[int]:
    """What the provider took, and how often."""
    return Counter(int(line) for line in log.read_text().split()) if log.exists() else Counter()


async def until(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so that another process brings about, or so long."""
    last = time.monotonic() + seconds
    while not is_so() and time.monotonic() < last:  # noqa: ASYNC110 - another process sets no event here
        await asyncio.sleep(0.005)


async def chaos(url: str, plan: Plan, folder: Path) -> Judgement:
    """Fill a migrated database, kill and replace workers while they send, and judge."""
    log, chance, began = folder / "provider.log", random.Random(plan.seed), time.monotonic()
    log.touch()
    database = Database(url)
    ids = await fill(database, plan.sends, now=NOW)
    await database.close()
    # It is a business hour for everybody, and goes on from there.
    offset = (NOW - SystemClock().now()).total_seconds()
    async with provider(log, plan.seed, offset) as port:
        workers = Workers(url, port, plan.workers, folder / "errors.log", offset)
        await workers.start()
        try:
            for left in range(plan.kills, 0, -1):
                await _until_some_more_arrived(log, plan.sends, left, chance)
                await workers.kill_one(chance)
            await _until_at_rest(url)
        finally:
            await workers.stop()
    return await _judge(url, plan, ids, log, time.monotonic() - began)


async def _until_some_more_arrived(log: Path, sends: int, kills_left: int, chance: random.Random) -> None:
    """Wait for a random share of what is left, so that the kills are spread over all of it, and a random while more."""
    before = _lines(log)
    enough = before + chance.uniform(0, 2 * (sends - before) / kills_left)
    await until(lambda: _lines(log) >= enough, KILL_SECONDS)
    await asyncio.sleep(chance.uniform(0, 0.03))


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


async def _until_at_rest(url: str) -> None:
    """Wait until nothing waits, is under way, or is still asked about."""
    database = Database(url)
    moving = [state.value for state in (*UNSETTLED, SendState.UNKNOWN)]
    query = select(func.count()).select_from(send).where(send.c.state.in_(moving))
    last = time.monotonic() + REST_SECONDS
    # Other processes bring it about, and set no event here.
    while time.monotonic() < last and await database.read(HERE, lambda tx: tx.connection.execute(query).scalar()):  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await database.close()


async def _judge(url: str, plan: Plan, ids: list[int], log: Path, seconds: float) -> Judgement:
    database = Database(url)

    def read(tx):
        rows = tx.connection.execute(select(send.c.id, send.c.state)).all()
        return rows, tx.connection.execute(select(send_attempt.c.outcome, send_attempt.c.provider_code)).all()

    rows, attempts = await database.read(HERE, read)
    await database.close()
    said_sent = {row.id for row in rows if row.state == SendState.SENT}
    return Judgement(
        plan,
        ids,
        arrived(log),
        Counter(row.state for row in rows),
        Counter(each.outcome for each in attempts),
        sum(each.provider_code == CRASHED for each in attempts),
        said_sent,
        seconds,
    )


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


def _on(url: str, plan: Plan, folder: Path) -> Judgement:
    asyncio.run(_migrate(url))
    return asyncio.run(chaos(url, plan, folder))


def _one(name: str, plan: Plan) -> list[str]:
    """Do it on one kind of database, and print what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="valhalla-chaos-"))
    try:
        if name == "sqlite":
            judged = _on(f"sqlite+aiosqlite:///{folder / 'valhalla.db'}", plan, folder)
        else:
            with serve(DURABLE) as server:
                judged = _on(server.url("postgres"), plan, folder)
        errors = (folder / "errors.log").read_text(errors="replace")
    finally:
        shutil.rmtree(folder)
    logged = Counter(re.findall(r"\bevent=(\w+)", errors))
    said = [*judged.lines(), *(f"  logged: {event} ({count})" for event, count in logged.items())]
    print(f"{name}: {'FAULTS' if judged.faults else 'no faults'}", *said, sep="\n", flush=True)  # noqa: T201
    if judged.faults:
        print(errors[-4000:], file=sys.stderr)  # noqa: T201
    return judged.faults


def main() -> int:
    """Read the arguments, do both, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--sends", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--database", choices=["sqlite", "postgres"])
    chosen = parser.parse_args()
    faults: list[str] = []
    for name, workers in (("sqlite", 1), ("postgres", 3)):
        if chosen.database in (None, name):
            faults += _one(name, Plan(chosen.kills, chosen.sends, workers, chosen.seed))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
