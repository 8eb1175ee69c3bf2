"""Claiming and moving sends: who gets which, what the door asks for, and that no row moves where it may not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.messages import MOVES, Route, SendState
from storage.outbox import (
    Lease,
    claim_due,
    claim_unknown,
    give_back,
    give_back_unclaimed,
    lock_addresses,
    lost_behind_door,
    move,
    move_asked,
    next_due_at,
    pass_door,
)
from storage.sends import get_send, send, send_with_key
from tests.storage.builders import ELSEWHERE, HERE, NOW, founded

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LEASE = Lease("mine", NOW + HOUR)
HELD = {"claimed_by": "mine", "lease_until": NOW + HOUR}
S = SendState


@pytest.fixture
async def database(database):
    """Two workspaces."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    return database


async def add(database, key, *, workspace_id=HERE, **changes):
    """Insert a text that is due now, with changes; return its id."""
    values = {
        "key": key, "medium": "SMS", "address": "+14165550123", "body": "Hi", "state": "approved", "due_at": NOW,
        "attempt_count": 0, "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "created_at": NOW,
    }  # fmt: skip
    row = insert(send).values(values | changes | {"workspace_id": workspace_id})
    return await database.write(workspace_id, lambda tx: tx.connection.execute(row).inserted_primary_key[0])


def claim(database, *, now=NOW, limit=9, lease=LEASE, workspace_id=HERE, **others):
    return database.write(workspace_id, lambda tx: claim_due(tx, lease, now=now, limit=limit, **others))


def do(database, function, *args, **named):
    return database.write(HERE, lambda tx: function(tx, *args, **named))


def stored(database, send_id):
    return database.read(HERE, lambda tx: get_send(tx, send_id))


async def test_what_waits_longest_is_claimed_first_and_only_what_is_due(database):
    await add(database, "later", due_at=NOW - SECOND)
    await add(database, "first", due_at=NOW - HOUR, state="held")
    await add(database, "not yet", due_at=NOW + SECOND)
    await add(database, "elsewhere", workspace_id=ELSEWHERE)

    assert [each.key for each in await claim(database, limit=1)] == ["first"]
    claimed = await claim(database)
    assert [(each.key, each.state, each.attempt_count) for each in claimed] == [("later", S.CLAIMED, 1)]
    assert await claim(database) == []


@pytest.mark.parametrize("state", [state for state in S if state not in (S.APPROVED, S.HELD)])
async def test_what_does_not_wait_is_never_claimed(database, state):
    await add(database, "a", state=state.value)
    assert await claim(database) == []


async def test_those_of_other_routes_are_left(database):
    await add(database, "text")
    await add(database, "mail", medium="EMAIL")
    assert [each.route for each in await claim(database, routes=[Route.EMAIL])] == [Route.EMAIL]


async def test_claims_at_once_share_out_what_is_due_and_take_no_more_than_they_asked_for(database):
    for number in range(40):
        await add(database, f"k{number}")
    lots = await asyncio.gather(*(claim(database, limit=3, lease=Lease(f"w{each}", NOW + HOUR)) for each in range(10)))
    taken = [each.id for lot in lots for each in lot]
    assert all(len(lot) <= 3 for lot in lots)
    assert len(taken) == len(set(taken))
    assert len(taken) >= 27


@pytest.mark.parametrize(
    ("changes", "token", "call_ends", "passes"),
    [
        ({}, "mine", NOW + SECOND, True),
        ({}, "mine", NOW + HOUR, False),
        ({}, "another's", NOW + SECOND, False),
        ({"state": "cancelled"}, "mine", NOW + SECOND, False),
        ({"state": "sending"}, "mine", NOW + SECOND, False),
    ],
    ids=["mine", "lease too short", "not mine", "stopped", "twice"],
)
async def test_the_door_opens_for_whoever_holds_the_claim_long_enough(database, changes, token, call_ends, passes):
    one = await add(database, "a", **{"state": "claimed", **HELD, **changes})
    assert await do(database, pass_door, one, token, now=NOW, call_ends=call_ends) is passes
    if passes:
        assert (await stored(database, one)).first_attempt_at == NOW


async def test_the_first_attempt_is_kept_through_the_next_ones(database):
    one = await add(database, "a", state="claimed", first_attempt_at=NOW - HOUR, **HELD)
    await do(database, pass_door, one, "mine", now=NOW, call_ends=NOW)
    assert (await stored(database, one)).first_attempt_at == NOW - HOUR


@pytest.mark.parametrize("before", S)
async def test_no_send_moves_where_it_may_not(database, before):
    for after in S:
        one = await add(database, f"{after}", state=before.value)
        assert await do(database, move, one, after, {}) is (after in MOVES[before])


async def test_a_worker_moves_only_what_it_claimed_and_a_state_can_be_asked_for(database):
    one = await add(database, "a", state="sending", **HELD)
    assert not await do(database, move, one, S.SENT, {}, token="another's")
    assert not await do(database, move, one, S.APPROVED, {}, of=S.UNKNOWN)
    assert await do(database, move, one, S.SENT, {"provider_id": "SM1"}, token="mine")
    assert (await stored(database, one)).provider_id == "SM1"


async def test_giving_back_takes_the_attempt_back(database):
    await add(database, "a")
    (one,) = await claim(database)
    assert not await do(database, give_back, one.id, "another's")
    assert await do(database, give_back, one.id, "mine")
    assert not await do(database, give_back, one.id, "mine")
    waits = await stored(database, one.id)
    assert (waits.state, waits.attempt_count) == (S.APPROVED, 0)


async def test_what_vanished_before_the_door_waits_and_what_vanished_behind_it_is_told_apart(database):
    before = await add(database, "before", state="claimed", **HELD)
    behind = await add(database, "behind", state="sending", **HELD)
    spared = await add(database, "spared", state="claimed", **HELD)
    late = NOW + HOUR + SECOND

    assert await do(database, give_back_unclaimed, now=NOW + HOUR, but=()) == 0
    assert await do(database, lost_behind_door, now=NOW + HOUR, but=(), limit=9) == []
    assert await do(database, give_back_unclaimed, now=late, but=(spared,)) == 1
    assert [each.id for each in await do(database, lost_behind_door, now=late, but=(), limit=9)] == [behind]
    assert await do(database, lost_behind_door, now=late, but=(behind,), limit=9) == []
    assert (await stored(database, before)).state is S.APPROVED


async def test_who_asks_a_provider_is_alone_until_then(database):
    one = await add(database, "a", state="unknown", ask_at=NOW)
    await add(database, "a person's", state="unknown")
    (asked,) = await do(database, claim_unknown, now=NOW, until=NOW + HOUR, limit=9)
    assert (asked.id, asked.ask_count, asked.ask_at) == (one, 1, NOW + HOUR)
    assert await do(database, claim_unknown, now=NOW, until=NOW + HOUR, limit=9) == []

    assert not await do(database, move_asked, one, S.SENT, {}, asked_until=NOW)
    assert await do(database, move_asked, one, S.APPROVED, {"reason": "not_taken"}, asked_until=NOW + HOUR)
    assert not await do(database, move_asked, one, S.APPROVED, {}, asked_until=NOW + HOUR)


async def test_the_next_moment_is_the_first_of_all_three(database):
    assert await do(database, next_due_at) is None
    await add(database, "waits", due_at=NOW + 3 * HOUR)
    assert await do(database, next_due_at) == NOW + 3 * HOUR
    await add(database, "asked", state="unknown", ask_at=NOW + 2 * HOUR)
    assert await do(database, next_due_at) == NOW + 2 * HOUR
    await add(database, "held", state="sending", **HELD)
    assert await do(database, next_due_at) == NOW + HOUR


async def test_one_recipient_is_asked_about_by_one_at_a_time(database):
    order: list[str] = []

    def work(name, addresses):
        def inner(tx):
            lock_addresses(tx, addresses)
            order.append(f"{name} in")
            send_with_key(tx, "none")
            order.append(f"{name} out")

        return inner

    both = [("a", {"+1", "x@y"}), ("b", {"x@y", "z"}), ("c", {"x@y"})]
    await asyncio.gather(*(database.write(HERE, work(*each)) for each in both))
    assert [step.split()[0] for step in order[::2]] == [step.split()[0] for step in order[1::2]]
