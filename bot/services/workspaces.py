"""Workspaces and their members: creating a team with its defaults, and knowing who is who."""

from collections.abc import Mapping

from bot.clock import Clock
from bot.services.actors import Actor
from domain.geo import ALL, MARKETS, PROVINCES
from domain.policy import seed_rules
from domain.roles import Role
from domain.zones import DEFAULT_ZONE
from storage.base import Tx
from storage.database import Database
from storage.liquidity import seed_nodes
from storage.offer_policies import seed_offer_policies
from storage.policies import seed_market_policies
from storage.workspaces import (
    Member,
    Workspace,
    add_member,
    add_workspace,
    find_member,
    find_workspace,
    set_settings,
)

MARKET_ROWS = tuple((province, market.label) for market in MARKETS for province in market.provinces)
"""The 19 markets by province: 20 rows, since Ottawa lies in Ontario and in Quebec."""


class Workspaces:
    """What concerns the team as a whole."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ensure(
        self, workspace_id: str, *, name: str, zone: str = DEFAULT_ZONE, says: Mapping[str, object] | None = None
    ) -> Workspace:
        """Return the workspace; create it first, with its policies and liquidity nodes, when it is new.

        A new one `says` of itself what is given, by column name; nothing otherwise, until an admin sets it up.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Workspace:
            if add_workspace(tx, name=name, zone=zone, now=now):
                contact_rows = [(province, ALL) for province in PROVINCES] + list(MARKET_ROWS)
                rules = [(province, market, seed_rules(province)) for province, market in contact_rows]
                seed_market_policies(tx, rules, now=now)
                seed_offer_policies(tx, PROVINCES, now=now)
                seed_nodes(tx, MARKET_ROWS, now=now)
                if says:
                    set_settings(tx, says)
            found = find_workspace(tx)
            if found is None:
                raise LookupError(f"workspace {workspace_id} is neither new nor there")
            return found

        return await self._database.write(workspace_id, work)

    async def find(self, workspace_id: str) -> Workspace | None:
        """Return the workspace, None when it is unknown."""
        return await self._database.read(workspace_id, find_workspace)

    async def set_channels(self, workspace_id: str, channels: Mapping[str, str]) -> None:
        """Remember where cards, approvals and the digest are posted, by column name."""
        await self._database.write(workspace_id, lambda tx: set_settings(tx, channels))

    async def find_actor(self, workspace_id: str, user_id: str) -> Actor | None:
        """Return a member as an actor, None when we have not met."""
        found = await self._database.read(workspace_id, lambda tx: find_member(tx, user_id))
        return Actor(workspace_id, found.user_id, found.role, found.zone) if found else None

    async def meet(self, workspace_id: str, person: Member) -> Actor:
        """Remember a person seen for the first time; whom we know already keeps role and zone."""
        now = self._clock.now()

        def work(tx: Tx) -> Member:
            add_member(tx, person, now=now)
            return find_member(tx, person.user_id) or person

        known = await self._database.write(workspace_id, work)
        return Actor(workspace_id, known.user_id, known.role, known.zone)


def first_role(*, is_admin: bool) -> Role:
    """Return the role that a person starts with: Slack's admins are admins, everyone else is a rep."""
    return Role.ADMIN if is_admin else Role.REP
