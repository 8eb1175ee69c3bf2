"""Who is in the team, and which role each of them has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.services.actors import Actor
from domain.errors import RuleBroken
from domain.roles import Role, may_administer
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.workspaces import Member, members_of, set_role, settings_of


class RolesNotYours(RuleBroken):
    """Only an admin of this workspace may change roles; your role is {role}. Nothing was changed."""

    code = "ROLES_NOT_YOURS"


class MemberUnknown(RuleBroken):
    """I have not met {user_id} in this workspace yet. They write `/lead help` once, then their role can be set."""

    code = "MEMBER_UNKNOWN"


class LastAdmin(RuleBroken):
    """This would leave the team without an admin. Make somebody else an admin first. Nothing was changed."""

    code = "LAST_ADMIN"
    field = "admins"


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A member with the new role, and the role before it."""

    member: Member
    before: Role


class Members:
    """What can be done about the people of a team."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def check(self, who: Actor) -> None:
        """Raise `RolesNotYours` unless the actor may give roles."""
        if not may_administer(who.role):
            raise RolesNotYours(role=who.role.value)

    async def list(self, who: Actor) -> list[Member]:
        """Return everybody the product has met, by name."""
        return await self._database.read(who.workspace_id, members_of)

    async def assign(self, who: Actor, roles: Mapping[str, Role]) -> tuple[RoleChange, ...]:
        """Give members roles, all or none; return what changed by that.

        Raises `RolesNotYours`, `MemberUnknown`, and `LastAdmin` when no admin would be left.
        """
        self.check(who)
        now = self._clock.now()

        def work(tx: Tx) -> tuple[RoleChange, ...]:
            settings_of(tx, lock=True)  # of two admins who demote each other, the second finds no other admin left
            changes = _changes(members_of(tx), roles)
            for change in changes:
                set_role(tx, change.member.user_id, change.member.role)
                record(tx, _audited(who, change), now=now)
            return changes

        return await self._database.write(who.workspace_id, work)


def _changes(members: list[Member], roles: Mapping[str, Role]) -> tuple[RoleChange, ...]:
    """What giving these roles changes. Raises `MemberUnknown` and `LastAdmin`."""
    if unknown := sorted(roles.keys() - {member.user_id for member in members}):
        raise MemberUnknown(user_id=f"<@{unknown[0]}>")
    after = [replace(member, role=roles.get(member.user_id, member.role)) for member in members]
    if not any(may_administer(member.role) for member in after):
        raise LastAdmin
    pairs = zip(members, after, strict=True)
    return tuple(RoleChange(new, old.role) for old, new in pairs if old.role is not new.role)


def _audited(who: Actor, change: RoleChange) -> Change:
    member = change.member
    before, after = {"role": change.before.value}, {"role": member.role.value}
    return Change(who.user_id, "role_given", f"member {member.user_id}", before=before, after=after)
