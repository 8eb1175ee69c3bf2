"""The audit trail: who changed what, from what to what, and why; rows are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Index, String, Table, Text, insert, select

from storage.base import Json, Tx, Utc, common, metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    *common(),
    Column("at", Utc, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("verb", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("reason", Text),
)
Index("ix_audit_entry_at", audit_entry.c.workspace_id, audit_entry.c.at)
Index("ix_audit_entry_subject", audit_entry.c.workspace_id, audit_entry.c.subject)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed: `before` and `after` are objects, None where there was or is nothing; amounts and days in them are
    kept as text."""

    actor: str
    verb: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    reason: str | None = None


def record(tx: Tx, change: Change, *, now: datetime) -> None:
    """Append one entry."""
    values = {name: getattr(change, name) for name in ("actor", "verb", "subject", "reason")}
    sides = {"before": _plain(change.before), "after": _plain(change.after)}
    tx.connection.execute(insert(audit_entry), tx.own(**values, **sides, at=now, created_at=now))


@dataclass(frozen=True, slots=True)
class Noted:
    """Who did what to a subject, and when."""

    at: datetime
    actor: str
    verb: str


def newest_about(tx: Tx, subject: str) -> Noted | None:
    """Return the newest entry about a subject."""
    c = audit_entry.c
    query = select(c.at, c.actor, c.verb).where(c.workspace_id == tx.workspace_id, c.subject == subject)
    row = tx.connection.execute(query.order_by(c.id.desc()).limit(1)).one_or_none()
    return Noted(*row) if row else None


def _plain(side: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """What JSON can hold: money and dates as text."""
    if side is None:
        return None
    return {name: str(value) if isinstance(value, Decimal | date) else value for name, value in side.items()}
