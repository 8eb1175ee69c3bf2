"""Messages that people sent us: each stored once, with what it was taken for, and whether a person must decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    update,
)

from domain.optout import Intent
from domain.rules import Medium
from storage.base import Id, Tx, Utc, common, metadata


class InboundState(StrEnum):
    """Whether a message is done with."""

    HANDLED = "handled"
    NEEDS_PERSON = "needs_person"


inbound_message = Table(
    "inbound_message",
    metadata,
    *common(),
    Column("provider_id", String(128), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("address", String(320), nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lead_id", Id),
    Column("buyer_id", Id),
    Column("received_at", Utc, nullable=False),
    Column("recorded_by", String(32), nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", Utc),
    UniqueConstraint("workspace_id", "provider_id"),
)
_c = inbound_message.c
Index("ix_inbound_message_address", _c.workspace_id, _c.address)
Index("ix_inbound_message_state", _c.workspace_id, _c.state, _c.received_at)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message as stored; `address` is E.164 or an `email_key`, `decided_by` the member who said what it means."""

    id: int
    provider_id: str
    medium: Medium
    address: str
    text: str
    intent: Intent
    state: InboundState
    lead_id: int | None
    buyer_id: int | None
    received_at: datetime
    recorded_by: str
    decided_by: str | None
    decided_at: datetime | None


_COLUMNS = tuple(_c[name] for name in InboundMessage.__slots__)
_OWN = _c.workspace_id == bindparam("workspace_id")
_WAITS = (_OWN, _c.state == InboundState.NEEDS_PERSON.value)
_WAITING_AT = select(_c.id).where(*_WAITS, _c.address == bindparam("address")).limit(1)
_WAITING = select(*_COLUMNS).where(*_WAITS).order_by(_c.received_at, _c.id)
_BY_ID = select(*_COLUMNS).where(_OWN, _c.id == bindparam("id"))
_BY_PROVIDER = select(*_COLUMNS).where(_OWN, _c.provider_id == bindparam("provider_id"))
_FROM = select(*_COLUMNS).where(_OWN, _c.address == bindparam("address")).order_by(_c.received_at, _c.id)


def add_inbound(tx: Tx, row: Mapping[str, object]) -> int | None:
    """Insert a message from its column values; return its id, None where its `provider_id` was stored before."""
    kept = tx.upsert(inbound_message).values(tx.own(**row))
    kept = kept.on_conflict_do_nothing(index_elements=["workspace_id", "provider_id"])
    found = tx.connection.execute(kept.returning(_c.id)).scalar_one_or_none()
    return None if found is None else int(found)


def inbound_named(tx: Tx, provider_id: str) -> InboundMessage | None:
    """Return the message that a provider names so, None where there is none."""
    return _one(tx, _BY_PROVIDER, provider_id=provider_id)


def find_inbound(tx: Tx, inbound_id: int) -> InboundMessage | None:
    """Return one message, None where there is none."""
    return _one(tx, _BY_ID, id=inbound_id)


def inbound_from(tx: Tx, address: str) -> list[InboundMessage]:
    """Return what an address sent us, oldest first."""
    return [_message(row) for row in tx.connection.execute(_FROM, tx.own(address=address))]


def waiting_at(tx: Tx, address: str) -> bool:
    """Whether a reply from this address waits until a person has said what it means."""
    return tx.connection.execute(_WAITING_AT, tx.own(address=address)).first() is not None


def waiting(tx: Tx, *, limit: int) -> list[InboundMessage]:
    """Return the replies that wait for a person, the one that waits longest first."""
    return [_message(row) for row in tx.connection.execute(_WAITING.limit(limit), tx.own())]


def decide_inbound(tx: Tx, inbound_id: int, *, intent: Intent, by: str, now: datetime) -> bool:
    """Keep what a person says that a waiting reply means; False, and nothing changes, when it waits no more."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == inbound_id, _c.state == InboundState.NEEDS_PERSON.value)
    decided = {"state": InboundState.HANDLED.value, "intent": intent.value, "decided_by": by, "decided_at": now}
    return tx.connection.execute(update(inbound_message).where(*where).values(decided)).rowcount == 1


def _one(tx: Tx, query: Select[Any], **values: object) -> InboundMessage | None:
    row = tx.connection.execute(query, tx.own(**values)).one_or_none()
    return _message(row) if row else None


def _message(row: Row[Any]) -> InboundMessage:
    values = dict(row._mapping)
    typed = {"medium": Medium(row.medium), "intent": Intent(row.intent), "state": InboundState(row.state)}
    return InboundMessage(**values | typed)
