"""Sends: the intent of one message to one address, and how far it came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, and_, bindparam, func, select

from domain.geo import ALL
from domain.policy import Medium
from storage.base import Id, Json, Tx, Utc, common, metadata
from storage.leads import lead

send = Table(
    "send",
    metadata,
    *common(),
    Column("key", String(255), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("address", String(320), nullable=False),
    Column("lead_id", Id),
    Column("buyer_id", Id),
    Column("deal_id", Id),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("template_version", String(64)),
    Column("state", String(24), nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("held_until", Utc),
    Column("claimed_by", String(64)),
    Column("lease_until", Utc),
    Column("attempt_count", Integer, nullable=False),
    Column("last_error", Text),
    Column("provider", String(32)),
    Column("provider_id", String(128)),
    Column("approval_id", Id),
    Column("correlation_id", String(64), nullable=False),
    Column("metadata", Json, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("settled_at", Utc),
    UniqueConstraint("workspace_id", "key"),
)
Index("ix_send_address", send.c.workspace_id, send.c.address, send.c.settled_at)

COUNTED = ("claimed", "sending", "sent", "delivered", "unknown")
"""The states of a send that reached its recipient, or may have: what nobody knows counts as a contact."""


@dataclass(frozen=True, slots=True)
class PastSend:
    """A send that a policy is tried on. `at` is when it was settled, else when it was due; province, market and zones
    are its lead's, and say nothing (None, "ALL", no zones) where it has none."""

    medium: Medium
    address: str
    at: datetime
    province: str | None
    market: str
    zones: frozenset[str]


_s = send.c
_HAPPENED = func.coalesce(_s.settled_at, _s.created_at)
_TO_ADDRESSES = (
    select(func.count())
    .select_from(send)
    .where(
        _s.workspace_id == bindparam("workspace_id"),
        _s.address.in_(bindparam("addresses", expanding=True)),
        _s.state.in_(COUNTED),
    )
)
_TO_ADDRESSES_SINCE = _TO_ADDRESSES.where(bindparam("since", type_=Utc) <= _HAPPENED)

_MOMENT = func.coalesce(_s.settled_at, _s.due_at)
_RECENT = (
    select(_s.medium, _s.address, _MOMENT.label("at"), lead.c.province, lead.c.market, lead.c.zones)
    .select_from(send.outerjoin(lead, and_(lead.c.id == _s.lead_id, lead.c.workspace_id == _s.workspace_id)))
    .where(
        _s.workspace_id == bindparam("workspace_id"),
        bindparam("since", type_=Utc) <= _MOMENT,
        bindparam("until", type_=Utc) >= _MOMENT,
    )
    .order_by(_MOMENT.desc(), _s.id.desc())
    .limit(bindparam("limit"))
)


def contacts_since(tx: Tx, addresses: Collection[str], since: datetime | None) -> int:
    """Count what left, or may have left, for some addresses since an instant; None counts from the beginning.

    A send that is under way counts from when it was created.
    """
    query, moment = (_TO_ADDRESSES, {}) if since is None else (_TO_ADDRESSES_SINCE, {"since": since})
    return int(tx.connection.execute(query, tx.own(addresses=list(addresses), **moment)).scalar_one())


def sends_since(tx: Tx, since: datetime, until: datetime, *, limit: int) -> list[PastSend]:
    """Return the newest sends that were settled, or due, between two instants, whatever became of them."""
    rows = tx.connection.execute(_RECENT, tx.own(since=since, until=until, limit=limit))
    return [
        PastSend(Medium(row.medium), row.address, row.at, row.province, row.market or ALL, frozenset(row.zones or ()))
        for row in rows
    ]
