"""Buyers in the database: how they are found, and that every change of them is followed by its number."""

import asyncio

import pytest
from sqlalchemy import select

from storage.buyers import (
    add_areas,
    add_buyers,
    areas_of,
    buyer,
    buyer_reached_by,
    buyers_by_id,
    change_buyer,
    count_buyers,
    find_buyer,
    get_buyer,
    newest_buyers,
    next_change,
    reached_since,
    reserve_numbers,
    search_buyers,
    set_areas,
)
from storage.database import Database
from tests.storage.builders import HERE, NOW, founded

PLAIN = {
    "locale": "en-CA", "notes": "", "active": True, "contacted": 0, "responded": 0, "bought": 0, "created_at": NOW,
}  # fmt: skip


@pytest.fixture
async def team(database):
    """An open database with a workspace that has no buyers."""
    await founded(database)
    return database


OPEN = {"phone": None, "email": None, "search_text": "", "removed_at": None}
"""Columns that a test may set: rows that are inserted together name the same ones."""


async def added(database, *rows):
    """Insert buyers under one change; return their ids."""

    def work(tx):
        change = next_change(tx)
        numbers = reserve_numbers(tx, len(rows))
        values = [
            {**PLAIN, **OPEN, "number": number, "name": f"Buyer {number}", "changed_no": change} | row
            for number, row in zip(numbers, rows, strict=True)
        ]
        return add_buyers(tx, values)

    return await database.write(HERE, work)


async def asked(database, question):
    return await database.read(HERE, question)


async def test_a_buyer_is_found_by_number_and_by_id_also_when_removed(team):
    (first, second) = await added(team, {"removed_at": NOW}, {})
    assert (await asked(team, lambda tx: find_buyer(tx, number=1))).id == first
    assert (await asked(team, lambda tx: get_buyer(tx, first))).removed_at == NOW
    assert (await team.write(HERE, lambda tx: find_buyer(tx, number=2, lock=True))).id == second
    assert (await team.write(HERE, lambda tx: get_buyer(tx, second, lock=True))).number == 2
    assert await asked(team, lambda tx: find_buyer(tx, number=3)) is None
    assert await asked(team, lambda tx: get_buyer(tx, 99)) is None


async def test_many_are_read_at_once_by_their_ids(team):
    ids = await added(team, {}, {}, {})
    found = await asked(team, lambda tx: buyers_by_id(tx, [*ids, ids[0], 99]))
    assert {key: one.number for key, one in found.items()} == dict(zip(ids, (1, 2, 3), strict=True))
    assert await asked(team, lambda tx: buyers_by_id(tx, [])) == {}


async def test_five_hundred_at_once_keep_their_order(team):
    ids = await added(team, *({"name": f"Name {turn}"} for turn in range(500)))
    found = await asked(team, lambda tx: buyers_by_id(tx, ids))
    assert [found[each].name for each in ids] == [f"Name {turn}" for turn in range(500)]


async def test_numbers_are_reserved_without_gaps_or_twins(team, database_url):
    other = Database(database_url)

    def reserve(tx):
        next_change(tx)
        return list(reserve_numbers(tx, 3))

    taken = await asyncio.gather(*((team, other)[turn % 2].write(HERE, reserve) for turn in range(8)))
    await other.close()
    assert sorted(number for part in taken for number in part) == list(range(1, 25))


async def test_a_change_takes_a_fresh_number_unless_it_brings_one(team):
    (buyer_id,) = await added(team, {})
    await team.write(HERE, lambda tx: change_buyer(tx, buyer_id, {"contacted": 1}))
    assert (await asked(team, lambda tx: get_buyer(tx, buyer_id))).changed_no == 2
    await team.write(HERE, lambda tx: change_buyer(tx, buyer_id, {"contacted": 2, "changed_no": next_change(tx)}))
    row = await asked(team, lambda tx: get_buyer(tx, buyer_id))
    assert (row.changed_no, row.contacted) == (3, 2)


async def test_changes_that_are_committed_follow_their_numbers(team, database_url):
    """Whoever has seen the change n finds all that came later above n: what an index lives by."""
    ids = await added(team, {}, {})
    other, seen = Database(database_url), [1]

    async def change(turn):
        await (team, other)[turn % 2].write(HERE, lambda tx: change_buyer(tx, ids[turn % 2], {"bought": turn}))

    def newer(tx):
        return sorted(row.changed_no for row in reached_since(tx, seen[-1]))

    pending = [asyncio.create_task(change(turn)) for turn in range(20)]
    while not all(task.done() for task in pending):
        seen += await asked(team, newer)
        await asyncio.sleep(0)
    await asyncio.gather(*pending)
    await other.close()
    rest = await asked(team, newer)
    assert seen == sorted(set(seen))
    assert await asked(team, lambda tx: {get_buyer(tx, each).changed_no for each in ids}) <= {*seen, *rest}


async def test_areas_are_put_in_the_place_of_the_old_ones(team):
    (one, two) = await added(team, {}, {})
    await team.write(HERE, lambda tx: add_areas(tx, {one: [("ON", "Toronto"), ("BC", "ALL")], two: []}, now=NOW))
    assert await asked(team, lambda tx: areas_of(tx, one)) == [("BC", "ALL"), ("ON", "Toronto")]
    await team.write(HERE, lambda tx: set_areas(tx, one, [("ON", "Toronto"), ("ON", "Orillia")], now=NOW))
    assert await asked(team, lambda tx: areas_of(tx, one)) == [("ON", "Orillia"), ("ON", "Toronto")]
    await team.write(HERE, lambda tx: set_areas(tx, one, [], now=NOW))
    assert await asked(team, lambda tx: areas_of(tx, one)) == []


@pytest.mark.parametrize(
    ("words", "numbers"),
    [(["chen"], [3, 1]), (["chen", "homes"], [1]), (["100%"], []), (["_"], []), (["4165550177"], [1]), (["gone"], [])],
)
async def test_search_looks_for_every_word_among_those_who_stand(team, words, numbers):
    await added(
        team,
        {"search_text": "wei chen homes 14165550177"},
        {"search_text": "gone chen", "removed_at": NOW},
        {"search_text": "bo chen", "active": False},
    )
    assert [one.number for one in await asked(team, lambda tx: search_buyers(tx, words, limit=9))] == numbers


async def test_lists_and_counts_leave_out_who_was_removed(team):
    await added(team, {}, {"removed_at": NOW, "active": False}, {"active": False})
    assert [one.number for one in await asked(team, lambda tx: newest_buyers(tx, limit=9))] == [3, 1]
    assert [one.number for one in await asked(team, lambda tx: newest_buyers(tx, limit=1))] == [3]
    assert await asked(team, count_buyers) == (2, 1)


@pytest.mark.parametrize(
    ("phone", "email", "number"),
    [
        ("+14165550177", None, 2),
        (None, "wei@example.com", 2),
        ("+14165550199", "wei@example.com", 2),
        ("+14165550188", "wei@example.com", 2),
        ("+14165550188", None, 3),
        ("+14165550199", None, None),
        (None, None, None),
    ],
)
async def test_who_is_reached_by_a_contact_is_the_oldest_who_stands(team, phone, email, number):
    await added(
        team,
        {"phone": "+14165550177", "removed_at": NOW},
        {"phone": "+14165550177", "email": "Wei@Example.com"},
        {"phone": "+14165550188", "active": False},
    )
    found = await asked(team, lambda tx: buyer_reached_by(tx, phone=phone, email=email))
    assert (found and found.number) == number


async def test_contacts_are_read_from_a_change_on(team):
    await added(team, {"phone": "+14165550177"}, {"removed_at": NOW})
    await added(team, {"email": "Bo@example.com"})
    every = await asked(team, lambda tx: [(one.number, one.phone, one.email) for one in reached_since(tx, -1)])
    assert sorted(every) == [(1, "+14165550177", None), (3, None, "Bo@example.com")]
    assert [one.number for one in await asked(team, lambda tx: list(reached_since(tx, 1)))] == [3]


async def test_a_buyer_from_before_the_search_columns_is_read_all_the_same(team):
    row = {**PLAIN, "number": 1, "name": "Old"}
    await team.write(HERE, lambda tx: tx.connection.execute(buyer.insert(), tx.own(**row)))
    assert (await asked(team, lambda tx: find_buyer(tx, number=1))).changed_no == 0
    assert await asked(team, lambda tx: tx.connection.execute(select(buyer.c.types)).scalar_one()) == 0
