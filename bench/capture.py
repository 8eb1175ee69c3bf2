"""How fast a lead is captured beside the same rows written by the raw driver, one commit each, on both databases."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import aiosqlite
import asyncpg

from bot.services.leads import Capture, Leads
from storage.database import Database
from storage.migrate import upgrade
from storage.requests import RequestKey
from tests.postgres import DURABLE, PostgresMissing, serve
from tests.storage.builders import DRAFT, StandingClock, add_buyer, counts_of, founded, rep

RUNS, CAPTURES, CALLERS = 5, 160, (1, 8)
OURS, RAW, SYNC, MODEL = "T0OURS", "T0RAW", "T0SYNC", "T0MODEL"
TABLES = (
    "request_key", "lead", "followup_task", "consent_event", "deal_brief", "offer_evidence", "deal", "kpi_event",
)  # fmt: skip
DRAFTS = [
    replace(DRAFT, name=f"Seller {number}", address=f"{number} {street}", region=region)
    for number, (street, region) in enumerate(
        [("King Street West", "Toronto, ON"), ("Jasper Avenue", "Edmonton, AB"), ("Granville Street", "Vancouver, BC"),
         ("Portage Avenue", "Winnipeg, MB"), ("Barrington Street", "Halifax, NS"), ("rue Sherbrooke", "Montreal, QC")],
        start=12,
    )
]  # fmt: skip


class RawRows:
    """The rows of one captured lead, and the statements that write them again for another workspace."""

    def __init__(self, workspace_id, rows, mark):
        """`rows` are those of the model workspace as the driver gave them; `mark(n)` is its n-th parameter."""
        self.workspace_id = workspace_id
        self.rows = rows
        self.serial = 0
        self.inserts = {}
        for table, (first, *_) in rows.items():
            names = [name for name in first if name != "id"]
            marks = ", ".join(mark(position) for position in range(1, len(names) + 1))
            self.inserts[table] = (names, f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})")
        self.count = (
            "INSERT INTO counter (workspace_id, noun, value)"
            f" VALUES ('{workspace_id}', 'lead', 1), ('{workspace_id}', 'deal', 1)"
            " ON CONFLICT (workspace_id, noun) DO UPDATE SET value = counter.value + 1 RETURNING value"
        )

    def write(self):
        """Yield (kind, statement, parameters); what is sent back is the id or number that the statement returned."""
        self.serial += 1
        known = {"workspace_id": self.workspace_id, "key": f"key-{self.serial}"}
        known["number"] = yield "value", self.count, ()
        known["lead_id"] = yield self.one("lead", known)
        yield self.many("followup_task", known)
        yield self.many("consent_event", known)
        known["brief_id"] = yield self.one("deal_brief", known)
        known["evidence_id"] = yield self.one("offer_evidence", known)
        yield self.one("deal", known)
        yield self.many("kpi_event", known)
        yield self.many("request_key", known)

    def one(self, table, known):
        names, insert = self.inserts[table]
        return "value", f"{insert} RETURNING id", self.parameters(names, self.rows[table][0], known)

    def many(self, table, known):
        names, insert = self.inserts[table]
        return "many", insert, [self.parameters(names, row, known) for row in self.rows[table]]

    def parameters(self, names, row, known):
        values = [known.get(name, row[name]) for name in names]
        if "correlation_id" in names and row["correlation_id"]:
            place = names.index("correlation_id")
            values[place] = f"{row['correlation_id'].partition(':')[0]}:{known['lead_id']}"
        return tuple(values)


def replay(rows, connection):
    """Write one lead with the synchronous driver."""
    connection.execute("BEGIN IMMEDIATE")
    steps, answer = rows.write(), None
    while step := _next(steps, answer):
        kind, statement, parameters = step
        if kind == "many":
            connection.executemany(statement, parameters)
        else:
            answer = connection.execute(statement, parameters).fetchall()[0][0]
    connection.execute("COMMIT")


async def replay_aiosqlite(rows, connection):
    """Write one lead with aiosqlite."""
    await connection.execute("BEGIN IMMEDIATE")
    steps, answer = rows.write(), None
    while step := _next(steps, answer):
        kind, statement, parameters = step
        if kind == "many":
            await connection.executemany(statement, parameters)
        else:
            answer = (await connection.execute_fetchall(statement, parameters))[0][0]
    await connection.execute("COMMIT")


async def replay_asyncpg(rows, pool):
    """Write one lead with asyncpg."""
    async with pool.acquire() as connection, connection.transaction():
        steps, answer = rows.write(), None
        while step := _next(steps, answer):
            kind, statement, parameters = step
            if kind == "many":
                await connection.executemany(statement, parameters)
            else:
                answer = await connection.fetchval(statement, *parameters)


def _next(steps, answer):
    try:
        return steps.send(answer)
    except StopIteration:
        return None


async def rate(work, callers):
    """Return how many calls of `work` a second `callers` get through."""
    left = iter(range(CAPTURES))

    async def caller():
        for turn in left:
            await work(turn)

    begun = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return CAPTURES / (time.perf_counter() - begun)


def sync_rate(rows, connection):
    begun = time.perf_counter()
    for _ in range(CAPTURES):
        replay(rows, connection)
    return CAPTURES / (time.perf_counter() - begun)


def capturing(database, serial):
    """Return a function that captures one lead, under a key of its own, as a submitted form is."""
    leads = Leads(database, StandingClock())

    async def work(turn):
        request = RequestKey(f"view-{next(serial)}", "hash")
        await leads.capture(rep(OURS), Capture(DRAFTS[turn % len(DRAFTS)], request))

    return work


async def prepared(url):
    """Return a migrated database with four workspaces, one of them with the lead that raw writers copy."""
    database = Database(url)
    await upgrade(database)
    for workspace_id in (OURS, RAW, SYNC, MODEL):
        await founded(database, workspace_id)
    for number in range(1, 21):
        await database.write(OURS, lambda tx, number=number: add_buyer(tx, number))
    model = Capture(DRAFT, RequestKey("view-0", "hash"))
    await Leads(database, StandingClock()).capture(rep(MODEL), model)
    return database


async def compared(title, ours, raw):
    """Run both ways in turn and print their medians for each number of callers."""
    for callers in CALLERS:
        for work in (ours, raw):
            await rate(work, callers)
        pairs = [(await rate(ours, callers), await rate(raw, callers)) for _ in range(RUNS)]
        mine, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(first / second for first, second in pairs)
        print(f"{title}, {callers} caller(s): capture {mine:6.0f}/s, raw driver {plain:6.0f}/s, ratio {ratio:.2f}")


async def check_rows(database, *workspaces):
    """Prove that every way wrote the same rows: as many in each table for each lead."""
    shares = []
    for workspace_id in workspaces:
        counts = await database.change(lambda connection, of=workspace_id: counts_of(connection, of))
        shares.append({table: counts[table] / counts["lead"] for table in TABLES})
        print(f"   {workspace_id}: " + ", ".join(f"{table} {counts[table]}" for table in TABLES))
    if any(share != shares[0] for share in shares):
        raise SystemExit("the raw writers wrote other rows than the product")


async def on_sqlite(folder):
    file = folder / "valhalla.db"
    database = await prepared(f"sqlite+aiosqlite:///{file}")
    plain = sqlite3.connect(file, isolation_level=None)
    plain.row_factory = sqlite3.Row
    rows = {table: _model_rows(plain, table) for table in TABLES}
    plain.row_factory = None
    plain.execute("PRAGMA synchronous=FULL")
    raw, lock = RawRows(RAW, rows, lambda _: "?"), asyncio.Lock()
    async with aiosqlite.connect(file, isolation_level=None) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            await connection.execute(f"PRAGMA {pragma}")

        async def write(_turn):
            async with lock:
                await replay_aiosqlite(raw, connection)

        await compared("SQLite", capturing(database, iter(range(10**9))), write)
    sync_rows = RawRows(SYNC, rows, lambda _: "?")
    rates = [sync_rate(sync_rows, plain) for _ in range(RUNS)]
    print(f"   for information, sqlite3 without asyncio: {statistics.median(rates):.0f}/s")
    plain.close()
    await check_rows(database, OURS, RAW, SYNC)
    await database.close()


def _model_rows(connection, table):
    query = f"SELECT * FROM {table} WHERE workspace_id = '{MODEL}' ORDER BY id"
    return [dict(row) for row in connection.execute(query)]


async def on_postgres(server):
    database = await prepared(server.url("postgres"))
    pool = await asyncpg.create_pool(server.url("postgres", driver="postgresql"), min_size=8, max_size=8)
    rows = {}
    for table in TABLES:
        found = await pool.fetch(f"SELECT * FROM {table} WHERE workspace_id = $1 ORDER BY id", MODEL)
        rows[table] = [dict(row) for row in found]
    raw = RawRows(RAW, rows, lambda position: f"${position}")
    await compared("PostgreSQL", capturing(database, iter(range(10**9))), lambda _turn: replay_asyncpg(raw, pool))
    await check_rows(database, OURS, RAW)
    await pool.close()
    await database.close()


def main():
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(on_sqlite(Path(folder)))
    try:
        with serve(DURABLE) as server:
            asyncio.run(on_postgres(server))
    except PostgresMissing as missing:
        print(f"PostgreSQL: not measured, {missing}")


if __name__ == "__main__":
    main()
