"""What a proof is made of: every table's word about an address, oldest first, of this workspace alone."""

from datetime import date

import pytest
from sqlalchemy import insert

from domain.policy import Medium
from storage.audit import Change, record
from storage.contact_history import audited_about, downloads_covering, listings_of, sends_to, zones_said
from storage.contacts import set_zone
from storage.do_not_call import add_dncl_import, add_internal, finish_dncl_import, list_national
from storage.sends import send
from tests.storage.builders import ELSEWHERE, HERE, NOW, founded

ANN = "+14165550134"
DAY = date(2026, 3, 1)
SEND = {
    "medium": "SMS", "address": ANN, "body": "Hi Ann", "state": "sent", "due_at": NOW, "attempt_count": 1,
    "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "settled_at": NOW, "created_at": NOW,
}  # fmt: skip


def fill(tx):
    set_zone(tx, ANN, "America/Halifax", by="U0REP", now=NOW)
    set_zone(tx, ANN, "America/Toronto", by="U0SAM", now=NOW)
    add_internal(tx, ANN, DAY, "U0REP", now=NOW)
    facts = {"downloaded_on": DAY, "rows": 1, "file_hash": "hash", "imported_by": "import", "created_at": NOW}
    for codes in (["416"], ["604"], ["416", "905"]):
        download = add_dncl_import(tx, {**facts, "area_codes": codes})
        list_national(tx, download, [ANN], now=NOW)
        if codes != ["416", "905"]:
            finish_dncl_import(tx, download, now=NOW)
    for key, state in (("a", "sent"), ("b", "held")):
        tx.connection.execute(insert(send), tx.own(**SEND | {"key": key, "state": state}))
    record(
        tx, Change("U0REP", "contact_refused", f"contact {ANN}", after={"address": ANN}, reason="Too late."), now=NOW
    )
    record(tx, Change("U0REP", "nothing_after", f"contact {ANN}"), now=NOW)
    record(tx, Change("U0REP", "tested", "L-1"), now=NOW)


@pytest.fixture
async def team(database):
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    await database.write(HERE, fill)
    return database


def everything(tx):
    return (
        zones_said(tx, [ANN]),
        listings_of(tx, [ANN]),
        downloads_covering(tx, ["416", "905"]),
        sends_to(tx, [ANN]),
        audited_about(tx, [f"contact {ANN}"]),
    )


async def test_every_table_is_read_oldest_first(team):
    zones, lists, downloads, sends, audited = await team.read(HERE, everything)
    assert [(row.zone, row.set_by) for row in zones] == [("America/Halifax", "U0REP"), ("America/Toronto", "U0SAM")]
    assert [(row.list, row.since, row.added_by) for row in lists] == [
        ("internal", DAY, "U0REP"), ("national", DAY, "import"),
    ]  # fmt: skip
    assert [(row.downloaded_on, row.rows, row.finished_at) for row in downloads] == [(DAY, 1, NOW)]
    assert [(row.medium, row.state, row.body) for row in sends] == [
        (Medium.SMS, "sent", "Hi Ann"), (Medium.SMS, "held", "Hi Ann"),
    ]  # fmt: skip
    assert [(row.verb, row.after, row.reason) for row in audited] == [
        ("contact_refused", {"address": ANN}, "Too late."), ("nothing_after", {}, None),
    ]  # fmt: skip


async def test_another_workspace_reads_nothing_of_it(team):
    assert await team.read(ELSEWHERE, everything) == ([], [], [], [], [])


async def test_nobody_asked_about_is_nothing_found(team):
    nobody = lambda tx: (zones_said(tx, []), listings_of(tx, []), downloads_covering(tx, []), sends_to(tx, []))  # noqa: E731
    assert await team.read(HERE, nobody) == ([], [], [], [])
