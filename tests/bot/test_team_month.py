"""A team-month with both changes of the clocks, judged by an oracle that does not know the gate."""

import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from storage.sends import send
from tests.bot.month_figures import as_table, figures, releases
from tests.bot.oracle import (
    PLACES,
    Consented,
    Delivered,
    Oracle,
    Paused,
    Started,
    Stopped,
    Waits,
    opening_after,
)
from tests.bot.team_month import Month
from tests.storage.builders import HERE

SEED = 2026
SIZES = {True: (200, 800), False: (20, 80)}
"""Leads and messages: the whole on SQLite, a tenth on PostgreSQL."""
LEAST = {
    "messages written": 750, "delivered": 400, "- in March": 200, "- texts": 150, "- replies": 12,
    "- in the week after the clocks went forward": 50, "- in the week after some went back": 25,
    "- then between nine and ten where none went back": 15, "people whose clocks differ": 40,
    "- written at a closed hour": 250, "- written over the cap": 10, "- written during a pause": 5, "- written while a reply waited": 3,
    "- blocked when written": 100, "held for an opening at some time": 200, "ended as blocked": 120,
    "ordinary answers": 40, "stops": 25, "starts": 4, "unclear answers decided": 15,
    "refused for now by the provider": 20, "calls without an answer": 12, "left at once": 100,
    "left in minutes 0-5 of the opening": 50, "left in minutes 5-10": 50, "left in minutes 10-15": 50,
}  # fmt: skip
LEAST_OF_A_TENTH = {
    "delivered": 30, "held for an opening at some time": 15, "- in March": 10, "- blocked when written": 5,
    "left in minutes 0-5 of the opening": 2, "left in minutes 5-10": 2, "left in minutes 10-15": 2,
}  # fmt: skip
"""What makes the month worth something: without these it would prove little."""
PROVINCES = ("ON", "QC", "BC", "AB", "MB", "SK", "NS", "NB", "PE", "NL", "YT", "NT", "NU")
ENDS = {"sent": {1}, "unknown": {1}, "failed": {0}, "blocked": {0}, "cancelled": {0}}
"""The states in which a message may end, and how often it arrived then. None may be left waiting or under way."""


async def ended(month):
    """Return each message's state and whether it waited for an opening."""
    query = select(send.c.id, send.c.state, send.c.held_until).where(send.c.medium != "SLACK")
    return await month.database.read(HERE, lambda tx: {row.id: row for row in tx.connection.execute(query)})


async def test_in_a_team_month_nothing_leaves_when_it_must_not(database):
    leads, messages = SIZES[database.is_sqlite]
    month, began = Month(database, leads=leads, messages=messages, seed=SEED), time.monotonic()

    with capture_logs() as logged:
        await month.run()

    wrong, rows = Oracle().read(month.log), await ended(month)
    held = sum(bool(row.held_until) for row in rows.values())
    counted = figures(month, Counter(row.state for row in rows.values()), held)
    counted |= {"faults that the oracle found": len(wrong), "seconds": round(time.monotonic() - began)}
    sys.stdout.write(as_table(f"Team-month on {'SQLite' if database.is_sqlite else 'PostgreSQL'}", counted) + "\n")
    assert wrong == []
    assert month.odd == []
    assert releases(month).late == []
    assert [each for each in logged if each["log_level"] in ("error", "critical")] == []
    assert_all_came_to_an_end(month, rows)
    assert counted["provinces and territories"] == 13
    least = LEAST if database.is_sqlite else LEAST_OF_A_TENTH
    assert {name: counted.get(name, 0) for name in least if counted.get(name, 0) < least[name]} == {}


def assert_all_came_to_an_end(month, rows):
    """Nothing was lost, left waiting or said to be what it is not."""
    arrived = Counter(entry.send_id for entry in month.log if isinstance(entry, Delivered))
    assert rows.keys() == month.written.keys()
    assert [row for row in rows.values() if arrived[row.id] not in ENDS.get(row.state, set())] == []


TUESDAY = datetime(2026, 3, 10, 15, tzinfo=UTC)
"""11:00 in Toronto, 08:00 in Vancouver."""
TEXT = Delivered(TUESDAY, 1, "SMS", "+14162340001", "commercial", "Ann", "ON", ("America/Toronto",))
AGREED = Consented(TUESDAY, "SMS", TEXT.address, is_inquiry=False)
MAIL = replace(TEXT, medium="EMAIL", address="ann@example.com", kind="transactional")
BOTH_COASTS = ("America/Toronto", "America/Vancouver")


def later(entry, **changes):
    return replace(entry, send_id=2, **changes)


@pytest.mark.parametrize(
    ("log", "why"),
    [
        ([AGREED, replace(TEXT, at=TUESDAY + timedelta(hours=9))], "outside"),
        ([AGREED, replace(TEXT, at=TUESDAY - timedelta(days=2))], "outside"),
        ([AGREED, replace(TEXT, zones=BOTH_COASTS)], "outside"),
        ([AGREED, TEXT, TEXT], "twice"),
        ([AGREED, Stopped(TUESDAY, (TEXT.address,), "SMS"), TEXT], "after a stop"),
        (
            [AGREED, Stopped(TUESDAY, (TEXT.address,), None), Started(TUESDAY, TEXT.address, "SMS"), TEXT],
            "after a stop",
        ),
        ([AGREED, Waits(TUESDAY, TEXT.address), TEXT], "while a reply waited"),
        ([AGREED, Paused(TUESDAY, None), TEXT], "while paused"),
        ([AGREED, Paused(TUESDAY, "ON"), TEXT], "while paused"),
        ([TEXT], "without consent"),
        ([replace(AGREED, is_inquiry=True, at=TUESDAY - timedelta(days=200)), TEXT], "without consent"),
        ([AGREED, TEXT, replace(TEXT, send_id=2), replace(TEXT, send_id=3)], "over the cap"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_oracle_sees_what_is_wrong(log, why):
    (fault,) = Oracle().read(log)

    assert fault.startswith(why)


@pytest.mark.parametrize(
    "log",
    [
        [AGREED, TEXT, later(TEXT), replace(TEXT, send_id=3, at=TUESDAY + timedelta(days=1))],
        [AGREED, Stopped(TUESDAY, (TEXT.address,), "SMS"), Started(TUESDAY, TEXT.address, "SMS"), TEXT],
        [AGREED, Waits(TUESDAY, TEXT.address), Waits(TUESDAY, TEXT.address, over=True), TEXT],
        [AGREED, Paused(TUESDAY, "QC"), Paused(TUESDAY, None), Paused(TUESDAY, None, over=True), TEXT],
        [Stopped(TUESDAY, (MAIL.address,), "EMAIL"), MAIL],
        [AGREED, TEXT, later(TEXT), replace(TEXT, send_id=3, kind="reply")],
    ],
    ids=["two a day", "started again", "read", "paused elsewhere", "agreed business", "an answer"],
)
def test_the_oracle_leaves_what_is_right_alone(log):
    assert Oracle().read(log) == []


@pytest.mark.parametrize(
    ("zones", "written", "opens"),
    [
        ("Toronto", "2026-03-07T15:00", "2026-03-09T13:00"),  # over the night in which clocks went forward
        ("St_Johns", "2026-03-07T15:00", "2026-03-09T11:30"),
        ("Regina", "2026-03-07T15:00", "2026-03-09T15:00"),
        ("Toronto", "2026-10-31T15:00", "2026-11-02T14:00"),  # and back
        ("Vancouver", "2026-10-31T15:00", "2026-11-02T16:00"),  # which the west gave up in 2026
        ("Edmonton", "2026-10-31T15:00", "2026-11-02T15:00"),
        ("Winnipeg", "2026-10-31T15:00", "2026-11-02T14:00"),
        ("St_Johns Vancouver", "2026-11-02T23:30", "2026-11-03T16:00"),
    ],
)
def test_the_oracle_reads_the_clocks_of_2026(zones, written, opens):
    names = [f"America/{name}" for name in zones.split()]

    assert opening_after(datetime.fromisoformat(f"{written}+00:00"), names) == datetime.fromisoformat(f"{opens}+00:00")


def test_the_oracle_knows_every_province_and_territory():
    assert {place.province for place in PLACES} == set(PROVINCES)
