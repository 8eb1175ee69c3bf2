"""A contact policy's row moves from version to version, and every version it ever had stays readable."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.services.actors import Actor
from bot.services.policies import Policies, PolicyChange, PolicyMoved, PolicySeen
from domain.policy import Policy, Rules, effective_policy, seed_rules
from domain.policy_places import PolicyPlace
from domain.roles import Role
from domain.window_lines import windows_in
from storage.policies import (
    PolicyVersion,
    add_market_policy,
    all_market_policies,
    market_policies,
    market_policy,
    market_policy_at,
    market_policy_versions,
    supersede_market_policy,
)
from storage.requests import RequestKey
from storage.versions import SEED_REASON, SEEDED_BY
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, founded

LATER = NOW + timedelta(days=1)
SEED = Rules.from_json(seed_rules("ON"))
RULES = replace(SEED, windows=windows_in("Mon-Fri 10:00-18:00\nSat 10:00-14:00 calls"), min_lead_score_to_contact=0.5)


def second(market="Toronto", *, version=2, enabled=False, rules=RULES):
    """Version 2 of an Ontario row."""
    policy = Policy("ON", market, enabled, rules, version)
    return PolicyVersion(policy, "U0SAM", "Sellers complained.", LATER, rules.to_json())


@pytest.fixture
async def database(database):
    """Two workspaces with their seeded policies."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    return database


def read(database, work, workspace_id=HERE):
    return database.read(workspace_id, work)


def versions(database, market="Toronto", workspace_id=HERE, limit=9):
    return read(database, lambda tx: market_policy_versions(tx, "ON", market, limit=limit), workspace_id)


def supersede(database, old, new):
    return database.write(HERE, lambda tx: supersede_market_policy(tx, old, new, now=LATER))


def spoil(database, rules_json):
    """Write rules into ON/Toronto that no version of the product would."""
    where = (
        market_policy.c.workspace_id == HERE,
        market_policy.c.province == "ON",
        market_policy.c.market == "Toronto",
    )
    change = update(market_policy).where(*where).values(rules_json=rules_json)
    return database.write(HERE, lambda tx: tx.connection.execute(change))


async def test_a_new_workspace_has_the_first_version_of_33_rows(database):
    (seeded,) = await versions(database)
    assert (seeded.policy, seeded.label) == (Policy("ON", "Toronto", True, SEED, 1), "ON/Toronto v1")
    assert (seeded.changed_by, seeded.reason, seeded.updated_at) == (SEEDED_BY, SEED_REASON, NOW)
    every = await read(database, all_market_policies)
    assert len({(policy.province, policy.market) for policy in every}) == len(every) == 33


async def test_a_superseded_version_stays_readable_with_every_rule(database):
    (first,) = await versions(database)
    assert await supersede(database, first, second())
    assert await versions(database) == [second(), first]
    assert await read(database, lambda tx: market_policy_at(tx, "ON", "Toronto", 1)) == first
    assert await read(database, lambda tx: market_policy_at(tx, "ON", "Toronto", 2)) == second()
    stands = effective_policy(await read(database, lambda tx: market_policies(tx, "ON", "Toronto")), "ON", "Toronto")
    assert (stands.rules, stands.enabled, stands.version) == (RULES, False, 2)


async def test_the_newest_versions_come_first_and_no_more_than_asked_for(database):
    (old,) = await versions(database)
    for version in range(2, 6):
        new = second(version=version)
        assert await supersede(database, old, new)
        old = new
    assert [one.policy.version for one in await versions(database, limit=3)] == [5, 4, 3]


async def test_a_row_that_moved_on_is_not_superseded_from_an_old_version(database):
    (first,) = await versions(database)
    await supersede(database, first, second())
    assert not await supersede(database, first, second(rules=SEED))
    assert await versions(database) == [second(), first]


@pytest.mark.parametrize("stored", [{"windows": []}, ["x"], None, {"contact_windows_local": [{"days": [7]}]}])
async def test_rules_that_nobody_can_read_are_none_and_stay_as_they_were_when_superseded(database, stored):
    await spoil(database, stored)
    (first,) = await versions(database)
    assert (first.policy.rules, first.stored) == (None, stored)
    assert [policy.rules for policy in await read(database, all_market_policies)].count(None) == 1
    assert await supersede(database, first, second())
    assert (await versions(database))[1] == first


async def test_a_place_gets_a_row_of_its_own_once(database):
    own = second("Sudbury", version=1, enabled=True)
    assert await database.write(HERE, lambda tx: add_market_policy(tx, own, now=LATER))
    again = second("Sudbury", version=1, rules=SEED)
    assert not await database.write(HERE, lambda tx: add_market_policy(tx, again, now=LATER))
    assert await versions(database, "Sudbury") == [own]


async def test_what_was_never_there_is_none_and_no_versions(database):
    assert await read(database, lambda tx: market_policy_at(tx, "ON", "Toronto", 2)) is None
    assert await versions(database, "Sudbury") == []


async def test_a_change_is_invisible_to_another_workspace_and_leaves_its_rows_alone(database):
    theirs = await versions(database, workspace_id=ELSEWHERE)
    (first,) = await versions(database)
    await supersede(database, first, second())
    await database.write(HERE, lambda tx: add_market_policy(tx, second("Sudbury", version=1), now=LATER))
    assert await versions(database, workspace_id=ELSEWHERE) == theirs
    assert await versions(database, "Sudbury", workspace_id=ELSEWHERE) == []
    assert len(await read(database, all_market_policies, ELSEWHERE)) == 33


async def test_of_two_admins_who_change_it_at_once_one_is_refused_and_told_what_stands(database):
    service = Policies(database, StandingClock())
    seen = PolicySeen(PolicyPlace("ON", "Toronto"), "Toronto", 1)

    def change(number):
        who = Actor(HERE, f"U{number}", Role.ADMIN)
        rules = replace(SEED, windows=windows_in(f"Mon-Fri 1{number}:00-18:00"))
        return service.upsert_policy(who, PolicyChange(seen, True, rules, "Mine."), RequestKey(f"view:{number}", "h"))

    done = await asyncio.gather(*(change(number) for number in range(4)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Exception)]
    (changed,) = [one for one in done if not isinstance(one, Exception)]
    assert [type(one) for one in refused] == [PolicyMoved] * 3
    assert all("ON/Toronto v2 stands now, SMS Mon–Fri 1" in str(one) for one in refused)
    assert changed.after.label == "ON/Toronto v2"
    assert len(await versions(database)) == 2
