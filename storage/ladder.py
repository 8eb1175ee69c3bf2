"""Follow-up tasks: the steps of a lead's ladder, each with the moment it is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)

from domain.policy import Medium
from storage.base import Id, Tx, Utc, common, metadata
from storage.leads import lead


class TaskState(StrEnum):
    """Where one step of a ladder stands."""

    PLANNED = "planned"
    DUE = "due"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


followup_task = Table(
    "followup_task",
    metadata,
    *common(),
    Column("lead_id", Id, ForeignKey(lead.c.id), nullable=False),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("step", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("completed", Boolean, nullable=False),
    Column("completed_at", Utc),
    Column("owner", String(32)),
    Column("note", Text),
    Column("correlation_id", String(64), nullable=False),
    Column("run", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("ideal_at", Utc, nullable=False),
    Column("shift", Text),
    Column("outcome", Text),
    Column("card_ts", String(32)),
    UniqueConstraint("lead_id", "run", "step"),
)
_c = followup_task.c
Index(
    "ix_followup_task_due",
    _c.due_at,
    _c.id,
    postgresql_where=_c.completed.is_(False),
    sqlite_where=_c.completed.is_(False),
)
Index("ix_followup_task_owner", _c.workspace_id, _c.owner, _c.due_at)


@dataclass(frozen=True, slots=True)
class Task:
    """One step as stored; `medium` stands in the column `channel`."""

    id: int
    lead_id: int
    step: int
    medium: Medium
    due_at: datetime
    state: TaskState
    shift: str | None


_INSERT = insert(followup_task)
_COLUMNS = (_c.id, _c.lead_id, _c.step, _c.channel, _c.due_at, _c.state, _c.shift)
_OF_LEAD = (
    select(*_COLUMNS)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.lead_id == bindparam("lead_id"))
    .order_by(_c.run, _c.step)
)


def add_tasks(tx: Tx, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert planned steps from their column values."""
    tx.connection.execute(_INSERT, [tx.own(**row) for row in rows])


def _tasks(tx: Tx, query: Select[tuple[int, int, int, str, datetime, str, str | None]], **values: object) -> list[Task]:
    return [
        Task(row.id, row.lead_id, row.step, Medium(row.channel), row.due_at, TaskState(row.state), row.shift)
        for row in tx.connection.execute(query, tx.own(**values))
    ]


def tasks_of(tx: Tx, lead_id: int) -> list[Task]:
    """Return a lead's steps in order."""
    return _tasks(tx, _OF_LEAD, lead_id=lead_id)


def next_tasks_of(tx: Tx, owner: str, *, limit: int) -> list[Task]:
    """Return the next open step of each lead that a member has to see to, the most overdue first."""
    theirs = (_c.workspace_id == bindparam("workspace_id"), _c.owner == bindparam("owner"), _c.completed.is_(False))
    firsts = select(func.min(_c.id)).where(*theirs, _c.state != TaskState.CANCELLED).group_by(_c.lead_id)
    query = select(*_COLUMNS).where(_c.workspace_id == bindparam("workspace_id"), _c.id.in_(firsts))
    return _tasks(tx, query.order_by(_c.due_at, _c.id).limit(limit), owner=owner)


def move_task(tx: Tx, task_id: int, values: Mapping[str, object]) -> None:
    """Change when a step that is still open is due."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == task_id, _c.completed.is_(False))
    tx.connection.execute(update(followup_task).where(*where).values(dict(values)))
