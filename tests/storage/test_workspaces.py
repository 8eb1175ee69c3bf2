"""A new workspace stands with its defaults, once, and numbers its records without gaps or twins."""

import asyncio
from collections import Counter

from sqlalchemy import select

from bot.services.workspaces import MARKET_ROWS, Workspaces
from domain.policy import Medium, Rules
from domain.property_types import PropertyType
from domain.roles import Role
from storage.liquidity import buyer_liquidity_node
from storage.offer_policies import offer_policy
from storage.policies import market_policies, market_policy
from storage.workspaces import Member, next_numbers
from tests.storage.builders import HERE, StandingClock, counts_of, founded, rows_of

PROVINCES = {"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"}
SEEDED = {"workspace": 1, "market_policy": 33, "offer_policy": 13, "buyer_liquidity_node": 20}


async def test_a_new_workspace_has_13_province_rows_and_20_market_rows(database):
    await founded(database)
    assert await database.change(lambda connection: counts_of(connection, HERE)) == SEEDED

    def places(connection):
        rows = connection.execute(select(market_policy.c.province, market_policy.c.market)).all()
        return {row.province for row in rows if row.market == "ALL"}, {
            tuple(row) for row in rows if row.market != "ALL"
        }

    provinces, markets = await database.change(places)
    assert provinces == PROVINCES
    assert len(markets) == 20
    assert {("ON", "Ottawa"), ("QC", "Ottawa")} <= markets
    assert markets == set(MARKET_ROWS)


async def test_every_seeded_policy_opens_mondays_to_fridays_from_9_to_20_for_all_media(database):
    await founded(database)

    def work(connection):
        return connection.execute(select(market_policy)).mappings().all()

    for row in await database.change(work):
        rules = Rules.from_json(row["rules_json"])
        for medium in Medium:
            days = {day for window in rules.windows for day in window.days if medium in (window.media or Medium)}
            assert days == {0, 1, 2, 3, 4}
        assert (row["enabled"], row["version"]) == (True, 1)


async def test_every_seeded_offer_policy_takes_70_percent_and_nothing_else(database):
    await founded(database)
    rows = await database.change(lambda connection: connection.execute(select(offer_policy)).all())
    assert {row.province for row in rows} == PROVINCES
    for row in rows:
        assert (row.market, row.enabled, row.version) == ("ALL", True, 1)
        amounts = [row.max_arv_multiplier, row.default_assignment_fee, row.default_fees_buffer, row.holding_per_month]
        assert [str(amount) for amount in (*amounts, row.rounding_step)] == ["0.70", "0.00", "0.00", "0.00", "0.01"]


async def test_every_seeded_node_is_of_single_family_houses_without_buyers(database):
    await founded(database)
    rows = await database.change(lambda connection: connection.execute(select(buyer_liquidity_node)).all())
    assert {(row.province, row.market) for row in rows} == set(MARKET_ROWS)
    assert {(row.property_type, row.buyer_count, row.active_buyer_count) for row in rows} == {(PropertyType.SFR, 0, 0)}


async def test_ensuring_a_workspace_again_changes_nothing(database):
    first = await founded(database)
    before = await database.change(lambda connection: rows_of(connection, HERE))
    again = await Workspaces(database, StandingClock()).ensure(HERE, name="Another name", zone="America/Vancouver")
    assert again == first
    assert await database.change(lambda connection: rows_of(connection, HERE)) == before


async def test_ten_at_once_ensure_one_workspace(database):
    found = await asyncio.gather(*(founded(database) for _ in range(10)))
    assert len(set(found)) == 1
    assert await database.change(lambda connection: counts_of(connection, HERE)) == SEEDED


async def test_a_place_has_its_market_row_and_its_province_row(database):
    await founded(database)
    found = await database.read(HERE, lambda tx: market_policies(tx, "QC", "Ottawa"))
    assert {policy.market for policy in found} == {"Ottawa", "ALL"}


async def test_a_person_met_again_keeps_the_first_role(database):
    team = Workspaces(database, StandingClock())
    await founded(database)
    await team.meet(HERE, Member("U1", "Sam", Role.ADMIN, "America/Toronto"))
    known = await team.meet(HERE, Member("U1", "Sam", Role.REP, "America/Vancouver"))
    assert (known.role, known.zone) == (Role.ADMIN, "America/Toronto")


async def test_numbers_taken_by_20_at_once_have_no_gaps_and_no_twins(database):
    def take(tx):
        return next_numbers(tx, "deal", "lead")

    taken = await asyncio.gather(*(database.write(HERE, take) for _ in range(20)))
    for numbers in zip(*taken, strict=True):
        assert sorted(numbers) == list(range(1, 21))


async def test_numbers_asked_in_different_orders_do_not_lock_each_other_out(database):
    async def take(order):
        return dict(zip(order, await database.write(HERE, lambda tx: next_numbers(tx, *order)), strict=True))

    taken = await asyncio.gather(*(take(("lead", "deal") if turn % 2 else ("deal", "lead")) for turn in range(20)))
    assert sorted(numbers["lead"] for numbers in taken) == list(range(1, 21))
    assert Counter(numbers["deal"] for numbers in taken) == Counter(range(1, 21))


async def test_a_number_taken_by_work_that_fails_is_given_again(database):
    def fail(tx):
        next_numbers(tx, "lead")
        raise LookupError

    await asyncio.gather(*(database.write(HERE, fail) for _ in range(3)), return_exceptions=True)
    assert await database.write(HERE, lambda tx: next_numbers(tx, "lead")) == [1]
