"""What a verdict costs: in memory and with its reads, beside a bare look at one clock; and finding the next opening.

The last pair is the same in kind: a look 14 days ahead in three zones beside the check of one day.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from bot.services.contacts import ContactWish, facts_about
from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind
from domain.gate import Facts, judge
from domain.policy import Medium, Policy, Rules, check_contact_window, holidays_of, lawful_hours
from domain.windows import next_open
from domain.zones import check_zones, zone
from storage.database import Database
from storage.do_not_call import dncl_import
from storage.migrate import upgrade
from storage.workspaces import workspace
from tests.storage.builders import DRAFT, HERE, NOW, captured, founded

ROUNDS, BARE, MEMORY, ROWS, LOOKS = 7, 50_000, 5_000, 400, 2_000
TORONTO = frozenset({"America/Toronto"})
THREE = ("America/St_Johns", "America/Toronto", "America/Vancouver")
RULES = Rules.from_json(
    {"contact_windows_local": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"}], "holidays": ["CALL"]}
)
HOLIDAYS = {**holidays_of("ON", 2026), **holidays_of("ON", 2027)}
POLICY = Policy("ON", "ALL", True, RULES)
BODY = "Hi Ann, is the house still for sale? Maple Homes, 1 Main St, Hamilton ON, (905) 555-0100. Reply STOP to opt out"
RARE = Rules.from_json({"contact_windows_local": [{"days": [1], "start": "13:00", "end": "13:30"}]})
"""Half an hour a week, which St. John's and Vancouver never share: the search goes to its end, 14 days on."""


def facts() -> Facts:
    """What a text to a seller who contacted us knows."""
    request = ContactRequest(medium=Medium.SMS, kind=MessageKind.COMMERCIAL, address=DRAFT.phone, zones=TORONTO)
    inquiry = ConsentEvent(ConsentKind.INQUIRY, date(2026, 3, 1))
    return Facts(NOW, request, POLICY, check_zones(), 2, (inquiry,), Lists(), HOLIDAYS)


def bare() -> float:
    """One clock, one comparison."""
    place = zone("America/Toronto")
    started = time.perf_counter()
    for _ in range(BARE):
        _ = 9 <= NOW.astimezone(place).hour < 20
    return BARE / (time.perf_counter() - started)


def in_memory(asked: Facts) -> float:
    started = time.perf_counter()
    for _ in range(MEMORY):
        judge(asked)
    return MEMORY / (time.perf_counter() - started)


async def with_reads(database: Database, wish: ContactWish) -> float:
    """Verdicts a second from rows, one transaction each, one after the other."""
    started = time.perf_counter()
    for _ in range(ROWS):
        await database.read(HERE, lambda tx: judge(facts_about(tx, wish, NOW, check_zones())))
    return ROWS / (time.perf_counter() - started)


def looking_ahead() -> float:
    places, hours = [zone(name) for name in THREE], lawful_hours(RARE, Medium.SMS)
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    started = time.perf_counter()
    for _ in range(LOOKS):
        next_open(at, zones=places, hours=hours, holidays=HOLIDAYS, until=at + timedelta(days=14))
    return LOOKS / (time.perf_counter() - started)


def one_day() -> float:
    started = time.perf_counter()
    for _ in range(LOOKS):
        check_contact_window(POLICY, zones=TORONTO, at=NOW, medium=Medium.SMS, holidays=HOLIDAYS)
    return LOOKS / (time.perf_counter() - started)


async def team(file: Path) -> Database:
    """A team that is set up, with one lead."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    await upgrade(database)
    await founded(database)
    await captured(database)

    def fill(tx):
        who = {
            "business_name": "Maple Homes",
            "mailing_address": "1 Main St, Hamilton ON",
            "contact_phone": "+19055550100",
        }
        tx.connection.execute(update(workspace).values(who))
        fresh = {"downloaded_on": NOW.date(), "rows": 0, "area_codes": ["416"], "file_hash": "", "imported_by": "bench"}
        tx.connection.execute(insert(dncl_import), tx.own(**fresh, finished_at=NOW, created_at=NOW))

    await database.write(HERE, fill)
    return database


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await team(Path(folder) / "gate.db")
        wish = ContactWish(Medium.SMS, DRAFT.phone, "send:1", body=BODY)
        stored = await database.read(HERE, lambda tx: facts_about(tx, wish, NOW, check_zones()))
        assert judge(stored).allowed, judge(stored).sentence
        asked = facts()
        assert judge(asked).allowed, judge(asked).sentence
        rounds = [
            (bare(), in_memory(asked), await with_reads(database, wish), one_day(), looking_ahead())
            for _ in range(ROUNDS)
        ]
        await database.close()
    clock, memory, rows, day, ahead = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"one clock and one comparison                {clock:11,.0f}/s")
    print(f"whole verdict in memory                     {memory:11,.0f}/s   ratio {memory / clock:.4f}")
    print(f"whole verdict with its reads, SQLite        {rows:11,.0f}/s   ratio {rows / clock:.5f}")
    print(f"one day's check, one zone                   {day:11,.0f}/s")
    print(f"next opening, 14 days ahead, three zones    {ahead:11,.0f}/s   ratio {ahead / day:.3f}")


if __name__ == "__main__":
    asyncio.run(main())
