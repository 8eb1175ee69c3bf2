"""Workspaces, their members, and the numbers that their records are called by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    bindparam,
    select,
    text,
    update,
)

from domain.content import Sender
from domain.roles import Role
from domain.setup import TeamSettings
from storage.base import Tx, Utc, common, metadata

workspace = Table(
    "workspace",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("business_name", Text),
    Column("mailing_address", Text),
    Column("contact_phone", String(32)),
    Column("contact_email", String(320)),
    Column("leads_channel_id", String(32)),
    Column("approvals_channel_id", String(32)),
    Column("digest_channel_id", String(32)),
    Column("digest_hour", Integer, nullable=False),
    Column("default_market", Text),
    Column("outreach_paused", Boolean, nullable=False),
    Column("outreach_paused_by", String(32)),
    Column("outreach_paused_at", Utc),
    Column("outreach_paused_reason", Text),
    Column("approval_threshold", Integer, nullable=False),
    Column("contact_cap_per_day", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
)

member = Table(
    "member",
    metadata,
    *common(),
    Column("user_id", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("quiet_from", String(5)),
    Column("quiet_to", String(5)),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("workspace_id", "user_id"),
)

DEFAULT_PLACE = "ON/ALL"
"""The place of a team that chose none, as province and market."""

counter = Table(
    "counter",
    metadata,
    Column("workspace_id", String(32), primary_key=True),
    Column("noun", String(16), primary_key=True),
    Column("value", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A team as Slack knows it, and the channels that it gave us."""

    id: str
    name: str
    zone: str
    leads_channel_id: str | None
    approvals_channel_id: str | None
    digest_channel_id: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the workspace."""

    user_id: str
    name: str
    role: Role
    zone: str


def find_workspace(tx: Tx) -> Workspace | None:
    """Return this transaction's workspace, None before it was created."""
    c = workspace.c
    columns = (c.id, c.name, c.zone, c.leads_channel_id, c.approvals_channel_id, c.digest_channel_id)
    row = tx.connection.execute(select(*columns).where(c.id == tx.workspace_id)).one_or_none()
    return Workspace(*row) if row else None


def add_workspace(tx: Tx, *, name: str, zone: str, now: datetime) -> bool:
    """Create this transaction's workspace with its defaults; False when it stood already."""
    values = {
        "id": tx.workspace_id,
        "name": name,
        "zone": zone,
        "locale": "en-CA",
        "digest_hour": 8,
        "outreach_paused": False,
        "default_market": DEFAULT_PLACE,
        "approval_threshold": 10,
        "contact_cap_per_day": 2,
        "created_at": now,
    }
    created = tx.connection.execute(tx.upsert(workspace).values(values).on_conflict_do_nothing())
    return bool(created.rowcount)


def set_settings(tx: Tx, values: Mapping[str, object]) -> None:
    """Remember settings by column name (`leads_channel_id`, `digest_hour`, ...)."""
    tx.connection.execute(update(workspace).where(workspace.c.id == tx.workspace_id).values(dict(values)))


def settings_of(tx: Tx, *, lock: bool = False) -> TeamSettings:
    """Return what the team has said about itself; `lock` keeps settings and roles from other admins until the end."""
    query = select(workspace).where(workspace.c.id == tx.workspace_id)
    row = tx.connection.execute(query.with_for_update() if lock else query).one()
    sender = Sender(row.business_name, row.mailing_address, row.contact_phone, row.contact_email)
    channels = (row.leads_channel_id, row.approvals_channel_id, row.digest_channel_id)
    place = "/".join(_place(row.default_market))
    limits = (row.approval_threshold, row.contact_cap_per_day)
    return TeamSettings(sender, *channels, row.digest_hour, row.zone, place, *limits)


def members_of(tx: Tx) -> list[Member]:
    """Return everybody we have met, by name."""
    c = member.c
    query = select(c.user_id, c.name, c.role, c.zone).where(c.workspace_id == tx.workspace_id)
    rows = tx.connection.execute(query.order_by(c.name, c.user_id))
    return [Member(row.user_id, row.name, Role(row.role), row.zone) for row in rows]


def set_role(tx: Tx, user_id: str, role: Role) -> None:
    """Give a member a role."""
    this = (member.c.workspace_id == tx.workspace_id, member.c.user_id == user_id)
    tx.connection.execute(update(member).where(*this).values(role=role))


def find_member(tx: Tx, user_id: str) -> Member | None:
    """Return the member with Slack's user id, None when we have not met."""
    c = member.c
    query = select(c.user_id, c.name, c.role, c.zone).where(c.workspace_id == tx.workspace_id, c.user_id == user_id)
    row = tx.connection.execute(query).one_or_none()
    return Member(row.user_id, row.name, Role(row.role), row.zone) if row else None


def is_active(tx: Tx, user_id: str) -> bool:
    """Return whether a person is in the team now."""
    this = (member.c.workspace_id == tx.workspace_id, member.c.user_id == user_id)
    return bool(tx.connection.execute(select(member.c.active).where(*this)).scalar_one_or_none())


def add_member(tx: Tx, who: Member, *, now: datetime) -> None:
    """Remember a person; the first row stands when two deliveries add the same one."""
    values = tx.own(
        user_id=who.user_id,
        name=who.name,
        role=who.role,
        zone=who.zone,
        locale="en-CA",
        active=True,
        created_at=now,
    )
    tx.connection.execute(tx.upsert(member).values(values).on_conflict_do_nothing())


def next_numbers(tx: Tx, *nouns: str) -> list[int]:
    """Return the next number of each noun, in the order given; the row lock keeps them without gaps or twins."""
    # In one order for everybody, or two transactions that take both rows wait for each other.
    asked = {f"noun_{place}": noun for place, noun in enumerate(sorted(nouns))}
    taken = {row.noun: row.value for row in tx.connection.execute(_take(len(nouns)), tx.own(**asked))}
    return [taken[noun] for noun in nouns]


@cache
def _take(count: int) -> TextClause:
    """Return the statement that counts several nouns on; as text it is compiled once, unlike an insert of rows."""
    rows = ", ".join(f"(:workspace_id, :noun_{place}, 1)" for place in range(count))
    return text(
        f"INSERT INTO counter (workspace_id, noun, value) VALUES {rows} ON CONFLICT (workspace_id, noun)"
        " DO UPDATE SET value = counter.value + 1 RETURNING noun, value"
    )


def default_place(tx: Tx) -> tuple[str, str]:
    """Return the province and market that the team prices for when nobody names a place."""
    chosen = tx.connection.execute(select(workspace.c.default_market).where(workspace.c.id == tx.workspace_id))
    return _place(chosen.scalar_one_or_none())


def _place(chosen: str | None) -> tuple[str, str]:
    province, _, market = (chosen or DEFAULT_PLACE).partition("/")
    return province, market or "ALL"


_w = workspace.c
_SENDER = select(_w.business_name, _w.mailing_address, _w.contact_phone, _w.contact_email).where(
    _w.id == bindparam("workspace_id")
)
_THRESHOLD = select(_w.approval_threshold).where(_w.id == bindparam("workspace_id"))
_CAP = select(_w.contact_cap_per_day).where(_w.id == bindparam("workspace_id"))


def sender_of(tx: Tx) -> Sender:
    """Return how the team identifies itself in a message; what it has not said yet is None."""
    row = tx.connection.execute(_SENDER, tx.own()).one_or_none()
    return Sender(*row) if row else Sender(None, None, None, None)


def cap_of(tx: Tx) -> int:
    """Return how often one person may be contacted a day; 0 before the workspace was created."""
    return tx.connection.execute(_CAP, tx.own()).scalar_one_or_none() or 0


def threshold_of(tx: Tx) -> int:
    """Return up to how many people an author may reach on their own yes; 0 before the workspace was created."""
    return tx.connection.execute(_THRESHOLD, tx.own()).scalar_one_or_none() or 0


def all_workspaces(connection: Connection) -> list[Workspace]:
    """Return every workspace of the database, for what is done from a terminal, where no delivery names one."""
    c = workspace.c
    columns = (c.id, c.name, c.zone, c.leads_channel_id, c.approvals_channel_id, c.digest_channel_id)
    return [Workspace(*row) for row in connection.execute(select(*columns).order_by(c.id))]
