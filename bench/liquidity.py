"""What scoring one market costs with a thousand, 100,000 and a million past answers behind its sums, on SQLite.

The answers really stand in their table and the sums are built from them by the product's own rebuild. Beside it the
full computation over all answers, which gives the same score. Medians of interleaved rounds.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.services.liquidity import liquidity_score
from bot.services.liquidity_sums import rebuild
from domain.liquidity import score_nodes
from domain.property_types import PropertyType
from storage.buyers import next_change
from storage.database import Database
from storage.liquidity import feedback_record, find_node
from storage.migrate import upgrade
from tests.storage.builders import HERE, captured, founded

SIZES, FULL_SIZES = (1_000, 100_000, 1_000_000), (1_000, 100_000)
ROUNDS, CALLS, FULL_CALLS = 7, 60, 2
BUYERS, ASKED = 200, 20
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
"""When the scores are asked for: a quarter of an hour after the sums were last brought up to date."""
PLACE = {"province": "ON", "market": "Toronto", "property_type": PropertyType.SFR}
ANSWERS = ["RESPONDED"] * 7 + ["NO_RESPONSE"] * 10 + ["PASSED"] * 2 + ["BOUGHT"]
"""What the 20 answers of one deal say."""


def fill(file: Path, size: int) -> None:
    """Write buyers, and deals of 20 answers each in the past two years, straight into the file."""
    deals = size // ASKED
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        columns = _copied(connection, "deal")
        copies = ((number,) for number in range(2, deals + 1))
        connection.executemany(
            f"INSERT INTO deal (id, number, {columns}) SELECT ?1, ?1, {columns} FROM deal WHERE id = 1", copies
        )
        connection.executemany(
            "INSERT INTO buyer (id, workspace_id, created_at, number, name, locale, notes, active, contacted,"
            " responded, bought) VALUES (?1, ?2, ?3, ?1, 'Buyer', 'en-CA', '', 1, 0, 0, 0)",
            ((number, HERE, _text(NOW)) for number in range(1, BUYERS + 1)),
        )
        connection.executemany(
            "INSERT INTO buyer_feedback_event (workspace_id, created_at, buyer_id, province, market, property_type,"
            " event, correlation_id, detail, deal_id, recorded_by)"
            " VALUES (?, ?, ?, 'ON', 'Toronto', 'SFR', ?, ?, '{}', ?, 'U0')",
            _answers(deals),
        )
        connection.execute("UPDATE buyer_liquidity_node SET buyer_count = 40, active_buyer_count = 30")
        connection.commit()


def _copied(connection: sqlite3.Connection, table: str) -> str:
    """Every column of a table but those that tell its rows apart."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    return ", ".join(name for name in names if name not in ("id", "number"))


def _answers(deals: int):
    for number in range(1, deals + 1):
        said_at = _text(NOW - timedelta(days=730) * (1 - (number - 1) / deals))
        for place, event in enumerate(ANSWERS):
            yield HERE, said_at, (number + place) % BUYERS + 1, event, f"feedback:{number}", number


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


async def prepared(folder: Path, size: int) -> Database:
    """Return a database with `size` answers, and sums that the product built from them."""
    file = folder / f"{size}.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await upgrade(database)
    await founded(database)
    await captured(database)
    started = time.perf_counter()
    fill(file, size)
    written = time.perf_counter()

    def build(tx):
        next_change(tx)
        rebuild(tx, now=NOW)

    await database.write(HERE, build)
    seconds = time.perf_counter() - written
    print(f"{size:>9,} answers written in {written - started:5.1f} s, their sums built in {seconds:5.1f} s", flush=True)
    return database


def by_sums(tx) -> tuple[float, float]:
    started = time.perf_counter()
    found = liquidity_score(tx, "ON", "Toronto", PropertyType.SFR, now=LATER)
    return time.perf_counter() - started, found.score


def by_answers(tx) -> tuple[float, float]:
    started = time.perf_counter()
    node = find_node(tx, **PLACE)
    events = [event for event, _ in feedback_record(tx)]
    found = score_nodes(events, [node], LATER)["ON", "Toronto", "SFR"]
    return time.perf_counter() - started, found.score


async def measured(database: Database, work, calls: int) -> list[tuple[float, float]]:
    return [await database.read(HERE, work) for _ in range(calls)]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = {size: await prepared(Path(folder), size) for size in SIZES}
        sums: dict[int, list[tuple[float, float]]] = {size: [] for size in SIZES}
        full: dict[int, list[tuple[float, float]]] = {size: [] for size in FULL_SIZES}
        for _ in range(ROUNDS):
            for size, database in databases.items():
                sums[size] += await measured(database, by_sums, CALLS)
        for size in FULL_SIZES:
            full[size] += await measured(databases[size], by_answers, FULL_CALLS)
        report(sums, full)
        for database in databases.values():
            await database.close()


def report(sums, full) -> None:
    least = statistics.median(seconds for seconds, _ in sums[SIZES[0]])
    for size in SIZES:
        median = statistics.median(seconds for seconds, _ in sums[size])
        print(f"{size:>9,} past answers: one score {1000 * median:8.2f} ms   {median / least:5.2f} x the smallest")
    for size in FULL_SIZES:
        median = statistics.median(seconds for seconds, _ in full[size])
        apart = abs(full[size][0][1] - sums[size][0][1])
        print(f"{size:>9,} past answers: computed from all of them {1000 * median:8.1f} ms, {apart:.1e} apart")


if __name__ == "__main__":
    asyncio.run(main())
