"""Approvals: what a person is asked to decide, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from domain.approvals import ApprovalKind, ApprovalState
from domain.messages import SendState
from storage.base import Id, Json, Tx, Utc, common, metadata
from storage.sends import HAS_APPROVAL, IS_WAITING, send

approval = Table(
    "approval",
    metadata,
    *common(),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("assigned_to", String(32)),
    Column("lead_id", Id),
    Column("deal_id", Id),
    Column("task_id", Id),
    Column("decided_by", String(64)),
    Column("decided_at", Utc),
    Column("reason", Text),
    Column("expires_at", Utc, nullable=False),
    Column("channel_id", String(32)),
    Column("ts", String(32)),
    Column("detail", Json, nullable=False),
    Column("version", Integer, nullable=False),
)
_a = approval.c
IS_OPEN = text("state = 'open'")
"""The condition in the very words of the partial index that serves it."""

Index(
    "ix_approval_open", _a.workspace_id, _a.expires_at, _a.id, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN
)  # fmt: skip
Index("ix_approval_lead", _a.workspace_id, _a.lead_id)
Index("ix_approval_deal", _a.workspace_id, _a.deal_id)


@dataclass(frozen=True, slots=True)
class Approval:
    """One thing to decide, as stored. `assigned_to` is whom it was delegated to; `version` rises with every change;
    `channel_id` and `ts` are where its card stands; `detail` is what only its kind knows."""

    id: int
    kind: ApprovalKind
    state: ApprovalState
    requested_by: str
    assigned_to: str | None
    lead_id: int | None
    deal_id: int | None
    task_id: int | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    expires_at: datetime
    channel_id: str | None
    ts: str | None
    detail: Mapping[str, Any]
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewApproval:
    """What is to be decided, by when, and what it is about."""

    kind: ApprovalKind
    requested_by: str
    expires_at: datetime
    lead_id: int | None = None
    deal_id: int | None = None
    task_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


_COLUMNS = tuple(_a[each.name] for each in fields(Approval))
_OWN = select(*_COLUMNS).where(_a.workspace_id == bindparam("workspace_id"))
_BY_ID = _OWN.where(_a.id == bindparam("approval_id"))
_OPEN = _OWN.where(IS_OPEN).order_by(_a.expires_at, _a.id)
_s = send.c
_SOMETHING_WAITS = exists().where(
    and_(
        _s.workspace_id == _a.workspace_id,
        HAS_APPROVAL,
        _s.approval_id == _a.id,
        _s.state == SendState.AWAITING_APPROVAL.value,
    )
)
_DUE = _OPEN.where(_a.expires_at <= bindparam("now", type_=Utc))
_OVERTAKEN = _OPEN.where(_a.kind != ApprovalKind.PROPOSAL.value, ~_SOMETHING_WAITS)
_NEXT = select(func.min(_a.expires_at)).where(_a.workspace_id == bindparam("workspace_id"), IS_OPEN)
_QUEUED = select(_s.key).where(
    _s.workspace_id == bindparam("workspace_id"), IS_WAITING, _s.due_at == bindparam("due_at", type_=Utc)
)


def add_approval(tx: Tx, new: NewApproval, *, now: datetime) -> Approval:
    """Store an open approval."""
    values = {name: getattr(new, name) for name in NewApproval.__slots__} | {"detail": dict(new.detail)}
    values |= {"state": ApprovalState.OPEN, "version": 1, "created_at": now}
    row = tx.connection.execute(insert(approval).returning(*_COLUMNS), tx.own(**values)).one()
    return _approval(row)


def get_approval(tx: Tx, approval_id: int, *, lock: bool = False) -> Approval | None:
    """Return the approval with this id; with `lock` others who want to change it wait for the end of `tx`."""
    query = _BY_ID.with_for_update() if lock else _BY_ID
    row = tx.connection.execute(query, tx.own(approval_id=approval_id)).one_or_none()
    return _approval(row) if row else None


def end_approval(
    tx: Tx, approval_id: int, state: ApprovalState, *, by: str | None, reason: str | None, now: datetime
) -> bool:
    """Bring an open approval to its end; False when it has come to one already: there is one decision."""
    this = (_a.workspace_id == tx.workspace_id, _a.id == approval_id, IS_OPEN)
    ended = {"state": state, "decided_by": by, "decided_at": now, "reason": reason, "version": _a.version + 1}
    return bool(tx.connection.execute(update(approval).where(*this).values(ended)).rowcount)


def change_approval(tx: Tx, approval_id: int, values: Mapping[str, object]) -> None:
    """Set columns of an approval (to whom it is delegated, where its card stands); its state goes by `end_approval`."""
    if "state" in values:
        raise ValueError("an approval comes to an end, its state is not set")
    this = (_a.workspace_id == tx.workspace_id, _a.id == approval_id)
    tx.connection.execute(update(approval).where(*this).values({**values, "version": _a.version + 1}))


def open_approvals(tx: Tx, *, limit: int) -> list[Approval]:
    """Return the approvals that wait for a decision, the one that expires first in front."""
    return _all(tx, _OPEN.limit(limit))


def due_approvals(tx: Tx, *, now: datetime, limit: int) -> list[Approval]:
    """Return the open approvals that nobody decided in time."""
    return _all(tx, _DUE.limit(limit), now=now)


def overtaken_approvals(tx: Tx, *, limit: int) -> list[Approval]:
    """Return the open approvals of whose messages none waits any more: each was cancelled, or blocked."""
    return _all(tx, _OVERTAKEN.limit(limit))


def next_expiry_of_approvals(tx: Tx) -> datetime | None:
    """Return when the next open approval lapses."""
    ends_at: datetime | None = tx.connection.execute(_NEXT, tx.own()).scalar_one()
    return ends_at


def is_redraw_queued(tx: Tx, prefix: str, *, due_at: datetime) -> bool:
    """Whether a post waits for an instant whose key begins so, as far as this transaction sees."""
    keys = tx.connection.execute(_QUEUED, tx.own(due_at=due_at)).scalars()
    return any(key.startswith(prefix) for key in keys)


def _all(tx: Tx, query: Select[Any], **values: object) -> list[Approval]:
    return [_approval(row) for row in tx.connection.execute(query, tx.own(**values))]


def _approval(row: Row[*tuple[Any, ...]]) -> Approval:
    typed = {"kind": ApprovalKind(row.kind), "state": ApprovalState(row.state)}
    return Approval(**dict(row._mapping) | typed)
