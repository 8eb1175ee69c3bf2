"""What the matching index reads: plain numbers, in the order of ids, each change once, and nothing of another team."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, text

from domain.matching import BuyerFacts
from domain.matching_columns import BuyerRows
from storage.buyer_index import buyer_facts, buyers_after, buyers_changed, newest_change
from storage.buyers import buyer, change_buyer, next_change
from storage.database import Database
from tests.storage.builders import ELSEWHERE, HERE, NOW, add_buyer

FULL = {
    "regions": "GTA, Hamilton",
    "property_types": "SFH",
    "min_price": Decimal("200000.50"),
    "max_price": Decimal(400_000),
    "min_beds": 3,
    "min_baths": 2,
    "contacted": 7,
    "responded": 3,
    "bought": 1,
}
NOTHING = dict.fromkeys(
    ["regions", "property_types", "min_price", "max_price", "min_beds", "min_baths", "last_response_at"]
)


def by_hand(tx, number, **values):
    """Insert a buyer as somebody would by hand: without the number of a change. Return its id."""
    return add_buyer(tx, number, **values)


def numbered(tx, number, **values):
    """Insert a buyer as the product does: under the number of a change."""
    return add_buyer(tx, number, changed_no=next_change(tx), **values)


async def read(database, work, workspace=HERE):
    return await database.read(workspace, work)


async def test_a_buyers_columns_come_as_plain_numbers_and_texts(database):
    at = datetime(2026, 3, 11, 14, 59, 59, 123456, tzinfo=UTC)
    buyer_id = await database.write(HERE, lambda tx: numbered(tx, 1, **FULL, last_response_at=at))
    piece = await read(database, lambda tx: buyers_after(tx, 0, limit=9))
    values = [list(getattr(piece.rows, field.name)) for field in fields(BuyerRows)]
    microseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    expected = [buyer_id, "GTA, Hamilton", "SFH", 20_000_050, 40_000_000, 3, 2, 7, 3, 1, microseconds, 1]
    assert values == [[value] for value in expected]
    assert all(type(column[0]) is type(value) for column, value in zip(values, expected, strict=True))
    assert (piece.last_id, piece.newest, piece.last_unnumbered) == (buyer_id, 1, 0)


async def test_what_a_buyer_does_not_state_is_none(database):
    await database.write(HERE, lambda tx: by_hand(tx, 1, **NOTHING))
    piece = await read(database, lambda tx: buyers_after(tx, 0, limit=9))
    stated = {field.name for field in fields(BuyerRows) if getattr(piece.rows, field.name) != (None,)}
    assert stated == {"ids", "contacted", "responded", "bought", "is_active"}


@pytest.mark.parametrize(
    "at",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
        datetime(2026, 3, 8, 7, 30, 59, 999999, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 8, 1, tzinfo=UTC),
    ],
)
async def test_an_answer_is_exact_to_the_microsecond(database, at):
    await database.write(HERE, lambda tx: by_hand(tx, 1, last_response_at=at))
    (found,) = (await read(database, lambda tx: buyers_after(tx, 0, limit=1))).rows.answered_us
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found) == at


async def test_the_table_is_read_in_pieces_in_the_order_of_ids_past_other_teams_rows(database):
    def fill(tx):
        return [numbered(tx, number) for number in (3, 1, 2)]

    first = await database.write(HERE, fill)
    await database.write(ELSEWHERE, fill)
    second = await database.write(HERE, lambda tx: [by_hand(tx, number) for number in (4, 5)])

    def read_all(tx):
        last, found = 0, []
        while (piece := buyers_after(tx, last, limit=2)).last_id:
            found.append(list(piece.rows.ids))
            last = piece.last_id
        return found

    assert await read(database, read_all) == [first[:2], [first[2], second[0]], second[1:]]


async def test_the_empty_piece_reaches_nowhere(database):
    piece = await read(database, lambda tx: buyers_after(tx, 0, limit=9))
    assert (piece.rows, piece.last_id, piece.newest, piece.last_unnumbered) == (BuyerRows.none(), 0, 0, 0)


async def test_changes_are_those_after_a_number_and_those_without_one_behind_an_id(database):
    old, plain = await database.write(HERE, lambda tx: (numbered(tx, 1), by_hand(tx, 2)))
    changed, behind = await database.write(HERE, lambda tx: (numbered(tx, 3), by_hand(tx, 4)))
    piece = await read(database, lambda tx: buyers_changed(tx, since=1, unnumbered_after=plain))
    assert sorted(piece.rows.ids) == [changed, behind]
    assert (piece.newest, piece.last_unnumbered) == (2, behind)
    await database.write(HERE, lambda tx: change_buyer(tx, old, {"min_beds": 5}))
    piece = await read(database, lambda tx: buyers_changed(tx, since=2, unnumbered_after=behind))
    assert (piece.rows.ids, piece.rows.min_beds, piece.newest) == ((old,), (5,), 3)


@pytest.mark.parametrize("values", [{"active": False}, {"removed_at": NOW}])
async def test_who_is_paused_or_removed_comes_along_as_not_active(database, values):
    buyer_id = await database.write(HERE, lambda tx: numbered(tx, 1, **values))
    for work in (
        lambda tx: buyers_after(tx, 0, limit=9),
        lambda tx: buyers_changed(tx, since=0, unnumbered_after=0),
    ):
        assert (await read(database, work)).rows.is_active == (0,)
    (facts,) = await read(database, lambda tx: buyer_facts(tx, [buyer_id], now=NOW))
    assert facts.active is False


async def test_the_newest_change_is_the_counters_and_0_before_the_first(database):
    assert await read(database, newest_change) == 0
    buyer_id = await database.write(HERE, lambda tx: numbered(tx, 1))
    await database.write(HERE, lambda tx: change_buyer(tx, buyer_id, {"notes": "called"}))
    assert await read(database, newest_change) == 2
    await database.change(lambda connection: connection.execute(text("DELETE FROM buyer_feedback_event")))
    await database.change(lambda connection: connection.execute(text("DELETE FROM buyer_area")))
    await database.change(lambda connection: connection.execute(delete(buyer)))
    assert await read(database, newest_change) == 2


async def test_facts_come_in_the_order_of_ids_with_whole_days_since_the_answer(database):
    def fill(tx):
        first = numbered(tx, 1, **FULL, last_response_at=NOW - timedelta(days=3, microseconds=-1))
        return first, by_hand(tx, 2, **NOTHING, contacted=0, responded=0, bought=0)

    first, second = await database.write(HERE, fill)
    found = await read(database, lambda tx: buyer_facts(tx, {second, first, 999}, now=NOW))
    price = (Decimal("200000.50"), Decimal("400000.00"))
    assert found == [
        BuyerFacts(first, "GTA, Hamilton", "SFH", *price, 3, 2, True, 7, 3, 1, 2),
        BuyerFacts(second),
    ]


async def test_another_team_sees_nothing_of_it(database):
    buyer_id = await database.write(HERE, lambda tx: (by_hand(tx, 2), numbered(tx, 1))[1])
    for work in (
        newest_change,
        lambda tx: buyers_after(tx, 0, limit=9).last_id,
        lambda tx: buyers_changed(tx, since=0, unnumbered_after=0).last_id,
        lambda tx: len(buyer_facts(tx, [buyer_id], now=NOW)),
    ):
        assert await read(database, work) > 0
        assert await read(database, work, ELSEWHERE) == 0


async def test_on_sqlite_neither_pieces_nor_changes_look_at_every_row(sqlite_url):
    def plans(tx):
        asked = []

        @event.listens_for(tx.connection, "before_cursor_execute")
        def note(_connection, _cursor, statement, parameters, *_more):
            asked.append((f"EXPLAIN QUERY PLAN {statement}", parameters))

        buyers_after(tx, 5, limit=10)
        buyers_changed(tx, since=7, unnumbered_after=9)
        event.remove(tx.connection, "before_cursor_execute", note)
        return [row.detail for query in asked for row in tx.connection.exec_driver_sql(*query)]

    database = Database(sqlite_url)
    found = await database.write(HERE, plans)
    await database.close()
    assert [step for step in found if "buyer" in step or "SORT" in step or "TEMP" in step] == [
        "SEARCH buyer USING INTEGER PRIMARY KEY (rowid>?)",
        "SEARCH buyer USING INDEX ix_buyer_changed (workspace_id=? AND changed_no>?)",
        "SEARCH buyer USING INDEX ix_buyer_changed (workspace_id=? AND changed_no=? AND rowid>?)",
    ]
