"""The outbox beside the raw driver: claiming and settling due sends, claims with much still to come, and idle ticks.

Two things are compared. "Storage" is what the outbox calls for its rows, 100 sends at a time in three transactions:
the claim; the door with an attempt for each send; the settlement of each send and its attempt. The raw driver runs the
same statements on the same table in as many transactions, and learns of each row whether it was touched, as it must.
"The whole outbox" is `Outbox.run`, with the gate, two transactions for each send and the console twin as provider;
nothing raw is like it.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import uvloop
from sqlalchemy import insert, text, update

from bot.app import Program
from bot.clock import MovableClock
from bot.logs import set_up_logs
from bot.scheduler import TIMETABLE
from bot.services.links import Links
from bot.services.sends_outbox import Outbox
from bot.settings import Settings
from bot.transports.console import ConsoleTransport
from domain.messages import Route, SendState
from storage.database import Database
from storage.migrate import upgrade
from storage.outbox import Lease, claim_due, move, pass_door
from storage.send_attempts import begin_attempt, end_attempt
from storage.sends import send
from storage.workspaces import workspace
from tests.postgres import DURABLE, PostgresMissing, serve
from tests.storage.builders import HERE, NOW, captured, founded

ROWS, BATCH, ROUNDS, BATCHES, WORKERS = 1_000_000, 100, 5, 20, 4
CLAIMS, LEADS, SENDS_EACH, IDLE, HOUR = 60, 40, 10, 400, 3_600
LATER = NOW + timedelta(days=30)
"""When the million is due: at `NOW` it lies ahead, a day after this it is pending."""
AFTER = LATER + timedelta(days=1)
LEASE, CALL = timedelta(minutes=2), timedelta(seconds=30)
BODY = "Hi, is the house still for sale? Maple Homes, 1 Main St, Hamilton ON, (905) 555-0100. Reply STOP to opt out"
NAMES = (
    "workspace_id, created_at, key, medium, address, body, state, due_at, attempt_count, correlation_id, metadata,"
    " created_by, maybe, ask_count"
)
CLAIMED = (
    "id, key, medium, address, lead_id, buyer_id, deal_id, subject, body, state, due_at, held_until, attempt_count,"
    " reason, last_error, maybe, ask_at, ask_count, provider, provider_id, first_attempt_at, settled_at, delivered_at,"
    " expires_at, retry_of, correlation_id, metadata, created_by"
)
DUE = "workspace_id = {0} AND state IN ('approved', 'held') AND due_at <= {1} ORDER BY due_at, id LIMIT {2}"
CLAIM = (
    "UPDATE send SET state = 'claimed', claimed_by = {3}, lease_until = {4}, attempt_count = attempt_count + 1"
    " WHERE id IN (SELECT id FROM send WHERE " + DUE + "{5}) RETURNING " + CLAIMED
)
DOOR = (
    "UPDATE send SET state = 'sending', first_attempt_at = coalesce(first_attempt_at, {0})"
    " WHERE id = {1} AND state = 'claimed' AND claimed_by = {2} AND coalesce(lease_until, due_at) > {3} RETURNING id"
)
BEGIN = (
    "INSERT INTO send_attempt (workspace_id, created_at, send_id, started_at, outcome)"
    " VALUES ({0}, {1}, {2}, {3}, 'under_way') RETURNING id"
)
END = (
    "UPDATE send_attempt SET ended_at = {0}, outcome = 'accepted', provider_code = 'accepted'"
    " WHERE workspace_id = {1} AND send_id = {2} AND id = {3} RETURNING id"
)
SETTLE = (
    "UPDATE send SET state = 'sent', provider = 'console', provider_id = {0}, settled_at = {1}"
    " WHERE id = {2} AND state IN ('sending', 'unknown', 'failed') AND claimed_by = {3} RETURNING id"
)


def fill_sqlite(tx, count, due):
    """Add sends that wait, by one statement."""
    series = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
    tx.connection.execute(text(f"{series}{_filling(tx, due, count)} FROM n"))


def fill_postgres(tx, count, due):
    tx.connection.execute(text(f"{_filling(tx, due, count)} FROM generate_series(1, {count}) AS n(i)"))


def _filling(tx, due, count):
    here, false = f"'{tx.workspace_id}'", "0" if tx.dialect == "sqlite" else "false"
    at = f"{due:%Y-%m-%d %H:%M:%S}.000000" + ("" if tx.dialect == "sqlite" else "+00")
    mark = f"{due:%d}-{count}-{time.perf_counter_ns()}"
    return (
        f"INSERT INTO send ({NAMES}) SELECT {here}, '{at}', '{mark}-' || n.i, 'SMS', '+1416' || n.i,"
        f" 'Hi Ann, is it still for sale?', 'approved', '{at}', 0, 'send:' || n.i, '{{}}', 'U0REP', {false}, 0"
    )


def settle_ours(tx, claimed, attempts, lease, now):
    for each, attempt_id in zip(claimed, attempts, strict=True):
        end_attempt(tx, each.id, "accepted", "accepted", now=now, attempt_id=attempt_id)
        values = {"provider": "console", "provider_id": f"console-{each.id}", "settled_at": now}
        assert move(tx, each.id, SendState.SENT, values, token=lease.token)


def open_door(tx, claimed, lease, now):
    attempts = []
    for each in claimed:
        assert pass_door(tx, each.id, lease.token, now=now, call_ends=now + CALL)
        attempts.append(begin_attempt(tx, each.id, now=now))
    return attempts


async def cycle_ours(database, number, now=AFTER):
    """Claim and settle a batch by the functions that the outbox calls."""
    lease = Lease(f"ours-{number}", now + LEASE)
    claimed = await database.write(HERE, lambda tx: claim_due(tx, lease, now=now, limit=BATCH))
    attempts = await database.write(HERE, lambda tx: open_door(tx, claimed, lease, now))
    await database.write(HERE, lambda tx: settle_ours(tx, claimed, attempts, lease, now))
    return len(claimed)


async def claim_ours(database, number, now=AFTER):
    lease = Lease(f"ours-{number}", now + LEASE)
    return len(await database.write(HERE, lambda tx: claim_due(tx, lease, now=now, limit=BATCH)))


class RawSqlite:
    """The same with sqlite3 alone, one connection, durable as ours is."""

    def __init__(self, file):
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.execute("PRAGMA synchronous=FULL")
        self.sql = {
            "claim": CLAIM.format("?1", "?2", "?3", "?4", "?5", ""),
            "door": DOOR.format("?1", "?2", "?3", "?4"),
            "begin": BEGIN.format("?1", "?2", "?3", "?4"),
            "end": END.format("?1", "?2", "?3", "?4"),
            "settle": SETTLE.format("?1", "?2", "?3", "?4"),
        }

    async def claim(self, number):
        now = _plain(AFTER)
        self.connection.execute("BEGIN IMMEDIATE")
        lease = (f"raw-{number}", _plain(AFTER + LEASE))
        rows = self.connection.execute(self.sql["claim"], (HERE, now, BATCH, *lease)).fetchall()
        self.connection.execute("COMMIT")
        return rows

    async def cycle(self, number):
        rows, now, token = await self.claim(number), _plain(AFTER), f"raw-{number}"
        ids = [row[0] for row in rows]
        doors = [(now, each, token, _plain(AFTER + CALL)) for each in ids]
        begun = self._each("door", doors, "begin", [(HERE, now, each, now) for each in ids])
        ends = [(now, HERE, each, attempt_id) for each, attempt_id in zip(ids, begun, strict=True)]
        self._each("end", ends, "settle", [(f"console-{each}", now, each, token) for each in ids])
        return len(rows)

    def _each(self, first, first_rows, second, second_rows):
        """Run two statements for each row, one row touched by each; return what the second one gave back."""
        found = []
        self.connection.execute("BEGIN IMMEDIATE")
        for one, other in zip(first_rows, second_rows, strict=True):
            assert len(self.connection.execute(self.sql[first], one).fetchall()) == 1
            ((back,),) = self.connection.execute(self.sql[second], other).fetchall()
            found.append(back)
        self.connection.execute("COMMIT")
        return found


class RawPostgres:
    """The same with asyncpg alone, on a pool as ours is."""

    def __init__(self, pool):
        self.pool = pool
        skip = " FOR UPDATE SKIP LOCKED"
        self.sql = {
            "claim": CLAIM.format("$1", "$2", "$3", "$4", "$5", skip),
            "door": DOOR.format("$1", "$2", "$3", "$4"),
            "begin": BEGIN.format("$1", "$2", "$3", "$4"),
            "end": END.format("$1", "$2", "$3", "$4"),
            "settle": SETTLE.format("$1", "$2", "$3", "$4"),
        }

    async def claim(self, number):
        async with self.pool.acquire() as connection, connection.transaction():
            return await connection.fetch(
                self.sql["claim"], HERE, AFTER, BATCH, f"raw-{number}", AFTER + LEASE
            )  # fmt: skip

    async def cycle(self, number):
        rows, token = await self.claim(number), f"raw-{number}"
        ids = [row[0] for row in rows]
        doors = [(AFTER, each, token, AFTER + CALL) for each in ids]
        begun = await self._each("door", doors, "begin", [(HERE, AFTER, each, AFTER) for each in ids])
        ends = [(AFTER, HERE, each, attempt_id) for each, attempt_id in zip(ids, begun, strict=True)]
        await self._each("end", ends, "settle", [(f"console-{each}", AFTER, each, token) for each in ids])
        return len(rows)

    async def _each(self, first, first_rows, second, second_rows):
        found = []
        async with self.pool.acquire() as connection, connection.transaction():
            for one, other in zip(first_rows, second_rows, strict=True):
                assert await connection.fetchval(self.sql[first], *one)
                found.append(await connection.fetchval(self.sql[second], *other))
        assert all(found)
        return found


def _plain(at: datetime) -> str:
    """An instant as our column type writes it to SQLite."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


async def rate(work, workers, batches=BATCHES):
    """Return how many sends a second `workers` get through, each batch numbered for itself."""
    left, done = iter(range(batches)), 0

    async def worker():
        nonlocal done
        for _ in left:
            count = await work(time.perf_counter_ns())
            done += count

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(workers)))
    return done / (time.perf_counter() - begun)


async def compared(title, ours, raw, workers=1):
    """Run both in turn; print their medians and the median of the ratios of each round."""
    for work in (ours, raw):
        await rate(work, workers, 2 * workers)
    pairs = [(await rate(ours, workers), await rate(raw, workers)) for _ in range(ROUNDS)]
    mine, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(first / second for first, second in pairs)
    print(f"{title}: {mine:7,.0f} sends/s, raw driver {plain:7,.0f}/s, ratio {ratio:.2f}", flush=True)
    return ratio


async def claims_with_and_without(title, empty, full, fill, tidy):
    """Claim 100 by turns from a database where nothing else waits and from one with a million to come.

    `tidy` brings the databases' statistics up to date, as happens by itself after a while.
    """
    begun = time.perf_counter()
    await full.write(HERE, lambda tx: fill(tx, ROWS, LATER))
    print(f"   ({ROWS:,} sends added in {time.perf_counter() - begun:.0f} s)", flush=True)
    for database in (empty, full):
        await database.write(HERE, lambda tx: fill(tx, (CLAIMS + 5) * BATCH, NOW - timedelta(hours=1)))
    await tidy()
    times = [(await claim_time(empty, turn), await claim_time(full, turn)) for turn in range(CLAIMS + 5)][5:]
    none, million = (statistics.median(side) for side in zip(*times, strict=True))
    print(f"{title}, claim of 100: {none * 1e3:.2f} ms with none to come, {million * 1e3:.2f} ms with"
          f" {ROWS:,} not yet due, ratio {million / none:.2f}", flush=True)  # fmt: skip


async def claim_time(database, number):
    """Return the seconds of a claim of 100 sends that are due at `NOW`."""
    begun = time.perf_counter()
    assert await claim_ours(database, number, NOW) == BATCH
    return time.perf_counter() - begun


async def idle_tick(title, database):
    """One tick of the sends' job with nothing due and a million to come."""
    clock = MovableClock()
    clock.move_to(NOW)
    outbox = Outbox(database, clock, _twins([]), Links(None, "bench"))
    times = []
    for _ in range(IDLE):
        begun = time.perf_counter()
        assert await outbox.run(HERE) == 0
        times.append(time.perf_counter() - begun)
    print(f"{title}, idle tick: {statistics.median(times) * 1e6:,.0f} microseconds at the median,"
          f" {sorted(times)[int(IDLE * 0.99)] * 1e6:,.0f} at p99", flush=True)  # fmt: skip


def _twins(sent):
    twin = ConsoleTransport(sent, dry_run=False)
    return {Route.SMS: twin, Route.EMAIL: twin, Route.SLACK: twin}


async def team_with_leads(database):
    """A team that is set up, with leads who asked; return their ids and numbers."""
    phones = [f"+1416555{number:04}" for number in range(1_000, 1_000 + LEADS)]
    leads = [
        ((await captured(database, phone=phone, address=f"{place + 1} King Street West, Toronto, ON")).lead_id, phone)
        for place, phone in enumerate(phones)
    ]
    says = {
        "business_name": "Maple Homes",
        "mailing_address": "1 Main St, Hamilton ON",
        "contact_phone": "+19055550100",
    }
    says["contact_cap_per_day"] = 999
    await database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(says)))
    return leads


def add_texts(tx, leads, mark):
    rows = [
        tx.own(key=f"{mark}-{lead_id}", medium="SMS", address=phone, lead_id=lead_id, body=BODY, state="approved",
               due_at=NOW, attempt_count=0, correlation_id="send:1", metadata={}, created_by="U0REP", created_at=NOW)
        for lead_id, phone in leads
    ]  # fmt: skip
    tx.connection.execute(insert(send), rows)


async def whole_outbox(title, database):
    """The real thing: gate, door, call, settlement, one send after another or eight at once, as in the product."""
    leads, sent, clock = await team_with_leads(database), [], MovableClock()
    clock.move_to(NOW)
    for number in range(SENDS_EACH):
        await database.write(HERE, lambda tx, number=number: add_texts(tx, leads, f"whole-{number}"))
    outbox = Outbox(database, clock, _twins(sent), Links(None, "bench"))
    begun = time.perf_counter()
    looked_at = await outbox.run(HERE)
    seconds = time.perf_counter() - begun
    assert (len(sent), looked_at) == (LEADS * SENDS_EACH, LEADS * SENDS_EACH), (len(sent), looked_at)
    print(f"{title}, the whole outbox with its gate: {looked_at / seconds:,.0f} sends/s (nothing raw beside it)")


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


async def an_hour_of_ticks(folder):
    """All jobs of the program as often as an hour has them, its clock moved a second each time; a text each minute."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'hour.db'}")
    await upgrade(database)
    await founded(database)
    program = Program(Settings(_env_file=None), database, origin="http://127.0.0.1:1", secret_key="bench")
    program.desk.clock.move_to(NOW)
    leads, jobs, shown = await team_with_leads(database), program.jobs(HERE), []
    del jobs["queue_missing_cards"]  # it posts to Slack, which nobody serves here
    for second in range(HOUR + 1):
        if second in (0, HOUR // 2, HOUR):
            shown.append(f"{resident_mb():.1f} MB")
        if second % 60 == 0:
            await database.write(HERE, lambda tx, at=second: add_texts(tx, leads[:1], f"hour-{at}"))
        program.desk.clock.advance(timedelta(seconds=1))
        for job_id, job in jobs.items():
            if second % TIMETABLE[job_id] == 0:
                await job()
    print(f"resident memory over an hour of ticks ({len(program.sandbox.outbox)} texts left):"
          f" {shown[0]} at its start, {shown[1]} half-way, {shown[2]} at its end", flush=True)  # fmt: skip
    await program.close()


async def prepared(url):
    database = Database(url)
    await upgrade(database)
    await founded(database)
    return database


async def on_sqlite(folder):
    file = folder / "sends.db"
    database = await prepared(f"sqlite+aiosqlite:///{file}")
    await whole_outbox("SQLite", database)
    empty = await prepared(f"sqlite+aiosqlite:///{folder / 'empty.db'}")
    await claims_with_and_without("SQLite", empty, database, fill_sqlite, database.reach)
    await empty.close()
    await idle_tick("SQLite", database)
    raw = RawSqlite(file)

    async def claim(number):
        return len(await raw.claim(number))

    await compared("SQLite, claim and settle", lambda number: cycle_ours(database, number), raw.cycle)
    await compared("SQLite, claim alone", lambda number: claim_ours(database, number), claim)
    raw.connection.close()
    await database.close()


async def on_postgres(server):
    database = await prepared(server.url("postgres"))
    await whole_outbox("PostgreSQL", database)

    await server.run("CREATE DATABASE empty")
    empty = await prepared(server.url("empty"))

    async def tidy():
        for name in ("postgres", "empty"):
            await server.run("VACUUM ANALYZE send, send_attempt", database=name)

    await claims_with_and_without("PostgreSQL", empty, database, fill_postgres, tidy)
    await empty.close()
    await idle_tick("PostgreSQL", database)
    pool = await asyncpg.create_pool(server.url("postgres", driver="postgresql"), min_size=8, max_size=8)
    raw = RawPostgres(pool)

    async def claim(number):
        return len(await raw.claim(number))

    # Plans are made by statistics: without, attempts would be looked for row by row, as in a table of a few.
    await rate(raw.cycle, 1)
    await tidy()
    for workers in (1, WORKERS):
        title = f"PostgreSQL, {workers} worker(s)"
        await compared(f"{title}, claim and settle", lambda number: cycle_ours(database, number), raw.cycle, workers)
    for workers in (1, WORKERS):
        title = f"PostgreSQL, {workers} worker(s)"
        await compared(f"{title}, claim alone", lambda number: claim_ours(database, number), claim, workers)
    await pool.close()
    await database.close()


def main():
    set_up_logs(level="error", form="console")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(an_hour_of_ticks(Path(folder)))
        uvloop.run(on_sqlite(Path(folder)))
    try:
        with serve(DURABLE) as server:
            uvloop.run(on_postgres(server))
    except PostgresMissing as missing:
        print(f"PostgreSQL: not measured, {missing}")


if __name__ == "__main__":
    main()
