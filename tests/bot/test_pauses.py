"""The kill switch: who may use it, what it stops, and that every turn of it is kept."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.actors import Actor
from bot.services.pauses import AlreadyPaused, NotPaused, PausePlaceUnknown, Pauses, SwitchNotYours
from domain.pauses import PauseReasonMissing
from domain.policy_places import PolicyPlace
from domain.roles import Role
from storage.audit import audit_entry
from storage.pauses import pauses_for
from tests.storage.builders import HERE, StandingClock, founded, rep

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
TORONTO = PolicyPlace("ON", "Toronto")


@pytest.fixture
async def team(database):
    await founded(database)
    return database


def switch(database):
    return Pauses(database, StandingClock())


async def trail(database):
    query = select(audit_entry).order_by(audit_entry.c.id)
    return await database.read(HERE, lambda tx: [row._asdict() for row in tx.connection.execute(query)])


async def stopped(database, province, market):
    found = await database.read(HERE, lambda tx: pauses_for(tx, province, market))
    return [pause.place for pause in found]


async def test_a_market_a_province_and_the_team_stop_what_is_theirs(team):
    await switch(team).pause(ADMIN, TORONTO, "a complaint")
    assert await stopped(team, "ON", "Toronto") == ["ON/Toronto"]
    assert await stopped(team, "ON", "Hamilton") == []

    await switch(team).pause(ADMIN, PolicyPlace("ON", "ALL"), "an audit")
    assert await stopped(team, "ON", "Hamilton") == ["ON/ALL"]
    assert await stopped(team, "QC", "ALL") == []

    await switch(team).pause(ADMIN, None, "everything")
    assert await stopped(team, None, "ALL") == [None]
    assert await stopped(team, "ON", "Toronto") == [None, "ON/ALL", "ON/Toronto"]
    assert [pause.place for pause in await switch(team).standing(rep())] == [None, "ON/ALL", "ON/Toronto"]


@pytest.mark.parametrize(("place", "text"), [(None, ""), (TORONTO, "Toronto"), (PolicyPlace("BC", "ALL"), "BC")])
async def test_a_stop_is_taken_back_and_both_turns_are_kept(team, place, text):
    await switch(team).pause(ADMIN, place, " a complaint ")
    resumed = await switch(team).resume(ADMIN, text)

    assert (resumed.pause.reason, resumed.left) == ("a complaint", ())
    assert await switch(team).standing(rep()) == []
    assert [(row["verb"], row["actor"]) for row in await trail(team)] == [
        ("outreach_paused", "U0SAM"),
        ("outreach_resumed", "U0SAM"),
    ]


@pytest.mark.parametrize("place", [None, TORONTO])
async def test_pausing_twice_says_since_when_and_changes_nothing(team, place):
    await switch(team).pause(ADMIN, place, "a complaint")

    with pytest.raises(AlreadyPaused, match='since 11 Mar 15:00 UTC \\("a complaint"\\)'):
        await switch(team).pause(ADMIN, place, "another")

    assert len(await trail(team)) == 1


async def test_of_two_admins_at_once_one_pauses(team):
    turns = [switch(team).pause(ADMIN, TORONTO, f"reason {number}") for number in range(5)]
    done = await asyncio.gather(*turns, return_exceptions=True)

    assert sorted(type(each).__name__ for each in done) == ["AlreadyPaused"] * 4 + ["Pause"]


async def test_resuming_what_runs_says_what_is_paused(team):
    with pytest.raises(NotPaused, match=r"Outreach for the whole team is not paused\. Nothing is paused\."):
        await switch(team).resume(ADMIN, "")
    await switch(team).pause(ADMIN, TORONTO, "a complaint")
    with pytest.raises(NotPaused, match=r"Paused: ON/Toronto\."):
        await switch(team).resume(ADMIN, "")


async def test_an_unknown_place_is_named(team):
    with pytest.raises(PausePlaceUnknown, match='"Narnia" is no province or market'):
        await switch(team).resume(ADMIN, "Narnia")


@pytest.mark.parametrize("role", [Role.REP, Role.APPROVER])
async def test_only_admins_use_the_switch(team, role):
    other = Actor(HERE, "U0DANA", role)
    with pytest.raises(SwitchNotYours, match=f"your role is {role.value}"):
        await switch(team).pause(other, None, "why not")
    with pytest.raises(SwitchNotYours):
        await switch(team).resume(other, "")
    assert await trail(team) == []


async def test_a_reason_is_asked(team):
    with pytest.raises(PauseReasonMissing):
        await switch(team).pause(ADMIN, None, "  ")
