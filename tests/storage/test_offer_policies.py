"""An offer policy's row moves from version to version, and every version it ever had stays readable."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.services.actors import Actor
from bot.services.offer_policies import OfferPolicies, PolicyChange, PolicyMoved, PolicyPlace, PolicySeen
from domain.offers import OfferPolicy
from domain.roles import Role
from storage.offer_policies import (
    OfferPolicyRow,
    OfferPolicyVersion,
    add_offer_policy,
    effective_offer_policy,
    offer_policy_at,
    offer_policy_versions,
    supersede_offer_policy,
)
from storage.requests import RequestKey
from storage.versions import SEED_REASON, SEEDED_BY
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, founded

LATER = NOW + timedelta(days=1)
TERMS = OfferPolicy(
    enabled=False,
    max_arv_multiplier=Decimal("0.6525"),
    fees_buffer=Decimal("2500.50"),
    assignment_fee=Decimal("10000.00"),
    holding_per_month=Decimal("1800.00"),
    rounding_step=Decimal("500.00"),
    version=2,
)


def second(market="ALL", **changes):
    """Version 2 of an Ontario row."""
    row = OfferPolicyRow("ON", market, replace(TERMS, **changes))
    return OfferPolicyVersion(row, "U0SAM", "Buyers got careful.", LATER)


@pytest.fixture
async def database(database):
    """Two workspaces with their seeded policies."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    return database


def read(database, work, workspace_id=HERE):
    return database.read(workspace_id, work)


def versions(database, market="ALL", workspace_id=HERE, limit=9):
    return read(database, lambda tx: offer_policy_versions(tx, "ON", market, limit=limit), workspace_id)


def supersede(database, old, new):
    return database.write(HERE, lambda tx: supersede_offer_policy(tx, old, new, now=LATER))


async def test_a_new_workspace_has_the_first_version_alone(database):
    (seeded,) = await versions(database)
    assert seeded.row == OfferPolicyRow("ON", "ALL", OfferPolicy(True, Decimal("0.70")))
    assert (seeded.changed_by, seeded.reason, seeded.updated_at) == (SEEDED_BY, SEED_REASON, NOW)


async def test_a_superseded_version_stays_readable_with_every_term(database):
    (first,) = await versions(database)
    assert await supersede(database, first, second())
    assert await versions(database) == [second(), first]
    assert await read(database, lambda tx: offer_policy_at(tx, "ON", "ALL", 1)) == first
    assert await read(database, lambda tx: offer_policy_at(tx, "ON", "ALL", 2)) == second()
    assert (await read(database, lambda tx: effective_offer_policy(tx, "ON", "Hamilton"))).policy == TERMS


async def test_the_newest_versions_come_first_and_no_more_than_asked_for(database):
    (old,) = await versions(database)
    for version in range(2, 6):
        new = second(version=version)
        assert await supersede(database, old, new)
        old = new
    assert [one.row.policy.version for one in await versions(database, limit=3)] == [5, 4, 3]


async def test_a_row_that_moved_on_is_not_superseded_from_an_old_version(database):
    (first,) = await versions(database)
    await supersede(database, first, second())
    assert not await supersede(database, first, second(max_arv_multiplier=Decimal("0.50")))
    assert await versions(database) == [second(), first]


async def test_a_market_gets_a_row_of_its_own_once(database):
    own = second("Hamilton", version=1, enabled=True)
    assert await database.write(HERE, lambda tx: add_offer_policy(tx, own, now=LATER))
    assert not await database.write(HERE, lambda tx: add_offer_policy(tx, second("Hamilton", version=1), now=LATER))
    assert await versions(database, "Hamilton") == [own]
    assert (await read(database, lambda tx: effective_offer_policy(tx, "ON", "Hamilton"))).market == "Hamilton"
    assert (await read(database, lambda tx: effective_offer_policy(tx, "ON", "London"))).market == "ALL"


async def test_what_was_never_there_is_none_and_no_versions(database):
    assert await read(database, lambda tx: offer_policy_at(tx, "ON", "ALL", 2)) is None
    assert await versions(database, "Hamilton") == []


async def test_a_change_is_invisible_to_another_workspace_and_leaves_its_rows_alone(database):
    theirs = await versions(database, workspace_id=ELSEWHERE)
    (first,) = await versions(database)
    await supersede(database, first, second())
    await database.write(HERE, lambda tx: add_offer_policy(tx, second("Hamilton", version=1), now=LATER))
    assert await versions(database, workspace_id=ELSEWHERE) == theirs
    assert await versions(database, "Hamilton", workspace_id=ELSEWHERE) == []
    assert await read(database, lambda tx: offer_policy_at(tx, "ON", "ALL", 2), ELSEWHERE) is None


@pytest.mark.parametrize("only_market", [False, True], ids=["the same row", "the same new row"])
async def test_of_two_admins_who_change_it_at_once_one_is_refused(database, only_market):
    service = OfferPolicies(database, StandingClock())
    seen = PolicySeen(PolicyPlace("ON", "Hamilton"), "ALL", 1)

    def change(number):
        who = Actor(HERE, f"U{number}", Role.ADMIN)
        terms = OfferPolicy(True, Decimal(f"0.6{number}"))
        return service.change(who, PolicyChange(seen, terms, "Mine.", only_market), RequestKey(f"view:{number}", "h"))

    done = await asyncio.gather(*(change(number) for number in range(4)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Exception)]
    (changed,) = [one for one in done if not isinstance(one, Exception)]
    assert [type(one) for one in refused] == [PolicyMoved] * 3
    assert all(changed.after.row.label in str(one) for one in refused)
    assert len(await versions(database)) == (1 if only_market else 2)
    assert len(await versions(database, "Hamilton")) == (1 if only_market else 0)
