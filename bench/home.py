"""How long Home takes to be read with 10,000 leads, beside the same with 100; and how many statements it sends."""

import asyncio
import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, insert, select

from bot.services.home import HomeBook
from bot.slack.home_needs import AT_FIRST
from storage.database import Database
from storage.deals import deal
from storage.ladder import followup_task
from storage.leads import deal_brief, lead
from storage.migrate import upgrade
from tests.postgres import DURABLE, PostgresMissing, serve
from tests.storage.builders import NOW, StandingClock, captured, founded, rep

FEW, MANY = 100, 10_000
ROUNDS = 30
BATCH = 1_000
TABLES = (followup_task, deal_brief, deal)


async def filled(database: Database, count: int) -> None:
    """Give a rep so many leads, each with its six follow-ups, its brief and its deal; every tenth has no follow-up."""
    await founded(database)
    await captured(database)
    done = 1
    while done < count:
        size = min(BATCH, count - done)
        await database.write(rep().workspace_id, lambda tx, first=done, size=size: _copied(tx, first + 1, size))
        done += size


def _copied(tx, first: int, size: int) -> None:
    model = dict(tx.connection.execute(select(lead).where(lead.c.number == 1)).mappings().one())
    model_id = model.pop("id")
    numbers = range(first, first + size)
    tx.connection.execute(
        insert(lead), [{**model, "number": number, "created_at": NOW - timedelta(minutes=number)} for number in numbers]
    )
    query = select(lead.c.id, lead.c.number).where(lead.c.number >= first, lead.c.number < first + size)
    ids = [tuple(row) for row in tx.connection.execute(query)]
    for table in TABLES:
        rows = [dict(row) for row in tx.connection.execute(select(table).where(table.c.lead_id == model_id)).mappings()]
        copies = [
            {**{name: value for name, value in row.items() if name != "id"}, "lead_id": lead_id}
            | ({"number": number} if table is deal else {})
            for lead_id, number in ids
            for row in rows
            if table is not followup_task or number % 10
        ]
        if copies:
            tx.connection.execute(insert(table), copies)


async def measured(database: Database) -> tuple[float, int]:
    """Return the median milliseconds of reading Home, and its statements."""
    seen: list[str] = []
    engine = database._readers.sync_engine
    home, who = HomeBook(database, StandingClock()), rep()
    await home.show(who, most=AT_FIRST + 1)
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: seen.append(statement))
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await home.show(who, most=AT_FIRST + 1)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1_000, len(seen) // ROUNDS


async def compare(kind: str, urls: dict[int, str]) -> None:
    found = {}
    for count, url in urls.items():
        database = Database(url)
        await upgrade(database)
        await filled(database, count)
        if not database.is_sqlite:
            await database.change(lambda connection: connection.exec_driver_sql("ANALYZE"))
        found[count] = await measured(database)
        await database.close()
    (few, statements), (many, again) = found[FEW], found[MANY]
    print(
        f"{kind:<11} {FEW:>6,} leads {few:7.2f} ms   {MANY:,} leads {many:7.2f} ms   ratio {many / few:5.2f}"
        f"   statements {statements} and {again}"
    )


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    asyncio.run(compare("SQLite", {count: f"sqlite+aiosqlite:///{folder / f'{count}.db'}" for count in (FEW, MANY)}))
    shutil.rmtree(folder)
    try:
        with serve(DURABLE) as server:
            asyncio.run(on_postgres(server))
    except PostgresMissing as missing:
        print(f"PostgreSQL  not measured: {missing}")


async def on_postgres(server) -> None:
    for count in (FEW, MANY):
        await server.run(f"CREATE DATABASE home_{count}")
    await compare("PostgreSQL", {count: server.url(f"home_{count}") for count in (FEW, MANY)})


if __name__ == "__main__":
    main()
