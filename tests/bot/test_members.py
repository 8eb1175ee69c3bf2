"""Roles: admins give them, all or none, and one admin is always left."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.actors import Actor
from bot.services.members import LastAdmin, Members, MemberUnknown, RolesNotYours
from domain.roles import Role
from storage.audit import audit_entry
from storage.workspaces import Member, add_member
from tests.storage.builders import HERE, NOW, StandingClock, founded, rep

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
TORONTO = "America/Toronto"


@pytest.fixture
async def team(database):
    """Dana is a rep, Lee an approver, Sam the one admin."""
    await founded(database)
    people = [
        Member("U0SAM", "Sam Singh", Role.ADMIN, TORONTO),
        Member("U0DANA", "Dana Okafor", Role.REP, TORONTO),
        Member("U0LEE", "Lee Tremblay", Role.APPROVER, TORONTO),
    ]
    for person in people:
        await database.write(HERE, lambda tx, person=person: add_member(tx, person, now=NOW))
    return database


def members(database):
    return Members(database, StandingClock())


async def roles(database):
    return {member.user_id: member.role for member in await members(database).list(rep())}


async def trail(database):
    query = select(audit_entry).order_by(audit_entry.c.id)
    return await database.read(HERE, lambda tx: list(tx.connection.execute(query)))


async def test_members_are_listed_by_name(team):
    assert [member.name for member in await members(team).list(rep())] == ["Dana Okafor", "Lee Tremblay", "Sam Singh"]


async def test_a_role_is_given_and_the_turn_is_kept(team):
    (change,) = await members(team).assign(ADMIN, {"U0DANA": Role.APPROVER, "U0LEE": Role.APPROVER})

    assert (change.member.user_id, change.before, change.member.role) == ("U0DANA", Role.REP, Role.APPROVER)
    assert (await roles(team))["U0DANA"] is Role.APPROVER
    (entry,) = await trail(team)
    assert (entry.actor, entry.verb, entry.subject) == ("U0SAM", "role_given", "member U0DANA")
    assert (entry.before, entry.after) == ({"role": "rep"}, {"role": "approver"})


async def test_an_admin_may_hand_over_in_one_turn(team):
    await members(team).assign(ADMIN, {"U0SAM": Role.REP, "U0LEE": Role.ADMIN})
    assert await roles(team) == {"U0DANA": Role.REP, "U0LEE": Role.ADMIN, "U0SAM": Role.REP}


async def test_the_last_admin_can_not_step_down_and_nothing_else_of_the_turn_is_kept(team):
    with pytest.raises(LastAdmin, match="without an admin"):
        await members(team).assign(ADMIN, {"U0DANA": Role.APPROVER, "U0SAM": Role.REP})
    assert (await roles(team))["U0DANA"] is Role.REP
    assert await trail(team) == []


async def test_of_two_admins_who_step_down_at_once_one_stays(team):
    await members(team).assign(ADMIN, {"U0LEE": Role.ADMIN})
    turns = [members(team).assign(ADMIN, {user: Role.REP}) for user in ("U0SAM", "U0LEE")]
    done = await asyncio.gather(*turns, return_exceptions=True)

    assert sorted(type(each).__name__ for each in done) == ["LastAdmin", "tuple"]
    assert list((await roles(team)).values()).count(Role.ADMIN) == 1


async def test_somebody_we_have_not_met_is_named(team):
    with pytest.raises(MemberUnknown, match="I have not met <@U0NEW> in this workspace yet"):
        await members(team).assign(ADMIN, {"U0NEW": Role.ADMIN, "U0DANA": Role.APPROVER})
    assert (await roles(team))["U0DANA"] is Role.REP


@pytest.mark.parametrize("role", [Role.REP, Role.APPROVER])
async def test_only_admins_give_roles(team, role):
    with pytest.raises(RolesNotYours, match=f"your role is {role.value}. Nothing was changed"):
        await members(team).assign(Actor(HERE, "U0DANA", role), {"U0DANA": Role.ADMIN})
    assert (await roles(team))["U0DANA"] is Role.REP
