"""Follow-up tasks: the steps of a lead's ladder, each with the moment it is due."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from domain.messages import SendState
from domain.policy import Medium
from domain.tasks import OPEN, TaskKind, TaskState
from storage.base import Id, Tx, Utc, common, metadata
from storage.leads import lead
from storage.sends import send

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
    Column("kind", String(16), nullable=False, default=TaskKind.LADDER, server_default=TaskKind.LADDER.value),
    Column("done_by", String(32)),
    Column("reason", Text),
    Column("surfaced_at", Utc),
    Column("escalation", Integer, nullable=False, default=0, server_default="0"),
    Column("escalate_at", Utc),
    Column("send_id", Id),
    Column("ended_at", Utc),
    UniqueConstraint("lead_id", "run", "step"),
)
_c = followup_task.c
IS_PLANNED, IS_DUE = text("state = 'planned'"), text("state = 'due'")
"""Conditions in the very words of the partial indexes that serve them; with parameters no index would match."""
_PLANNED, _DUE = text("followup_task.state = 'planned'"), text("followup_task.state = 'due'")
"""The same where other tables are read beside."""
CARD_WAIT: Final = timedelta(minutes=1)
"""How long a task waits for its lead's card: in whose thread it belongs."""
TEXT_ENDED: Final = (
    SendState.SENT,
    SendState.DELIVERED,
    SendState.FAILED,
    SendState.REJECTED,
    SendState.BLOCKED,
    SendState.CANCELLED,
)
"""The states in which the text of a step has come to its end, one way or the other."""
Index(
    "ix_followup_task_due",
    _c.due_at,
    _c.id,
    postgresql_where=_c.completed.is_(False),
    sqlite_where=_c.completed.is_(False),
)
Index("ix_followup_task_owner", _c.workspace_id, _c.owner, _c.due_at)


def _index(name: str, *columns: Column[Any], only: TextClause) -> None:
    Index(name, _c.workspace_id, *columns, postgresql_where=only, sqlite_where=only)


_index("ix_followup_task_planned", _c.due_at, _c.id, only=IS_PLANNED)
_index("ix_followup_task_escalate", _c.escalate_at, only=IS_DUE)
_index("ix_followup_task_owed", _c.owner, _c.due_at, only=IS_DUE)


@dataclass(frozen=True, slots=True)
class Task:
    """One task as stored; `medium` stands in the column `channel`, and `run` and `step` tell tasks of a lead apart.

    `owner` is who has to see to it, `done_by` who did. `outcome` is what came of it, `note` a person's words, `reason`
    why it was moved, skipped or cancelled. `escalation` counts who was told that nobody answers, and `escalate_at` is
    when the next one is. `send_id` is the message that was drafted for it. `ended_at` is when it was done, skipped or
    cancelled.
    """

    id: int
    lead_id: int
    run: int
    step: int
    kind: TaskKind
    medium: Medium
    due_at: datetime
    ideal_at: datetime
    state: TaskState
    shift: str | None
    owner: str | None
    completed_at: datetime | None
    done_by: str | None
    outcome: str | None
    note: str | None
    reason: str | None
    surfaced_at: datetime | None
    escalation: int
    escalate_at: datetime | None
    send_id: int | None
    ended_at: datetime | None
    card_ts: str | None
    created_at: datetime


_INSERT = insert(followup_task)
_COLUMNS = tuple(_c["channel" if each.name == "medium" else each.name] for each in fields(Task))
_OF_LEAD = (
    select(*_COLUMNS)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.lead_id == bindparam("lead_id"))
    .order_by(_c.run, _c.step)
)


def add_tasks(tx: Tx, rows: Iterable[Mapping[str, object]]) -> None:
    """Insert planned steps from their column values."""
    tx.connection.execute(_INSERT, [tx.own(**row) for row in rows])


def _tasks(tx: Tx, query: Select[*tuple[Any, ...]], **values: object) -> list[Task]:
    return [_task(row) for row in tx.connection.execute(query, tx.own(**values))]


def _task(row: Row[*tuple[Any, ...]]) -> Task:
    return _as_task(dict(row._mapping))


def _as_task(values: dict[str, Any]) -> Task:
    typed = {"kind": TaskKind(values["kind"]), "state": TaskState(values["state"]), "medium": Medium(values["channel"])}
    return Task(**{name: value for name, value in values.items() if name != "channel"} | typed)


def tasks_of(tx: Tx, lead_id: int) -> list[Task]:
    """Return a lead's steps in order."""
    return _tasks(tx, _OF_LEAD, lead_id=lead_id)


def next_tasks_of(tx: Tx, owner: str, *, limit: int) -> list[Task]:
    """Return the planned tasks that a member will have to see to, the first due in front: not the rungs of a ladder
    that is paused."""
    query = _of_leads(*_COLUMNS).where(_PLANNED, _not_paused(), _c.owner == bindparam("owner"))
    return _tasks(tx, query.order_by(_c.due_at, _c.id).limit(limit), owner=owner)


def add_task(tx: Tx, values: Mapping[str, object]) -> Task:
    """Insert one task of its own, behind all that its lead has; return it."""
    run = select(func.coalesce(func.max(_c.run), 1) + 1).where(
        _c.workspace_id == bindparam("workspace_id"), _c.lead_id == bindparam("lead_id")
    )
    number = tx.connection.execute(run, tx.own(lead_id=values["lead_id"])).scalar_one()
    row = tx.connection.execute(_INSERT.returning(*_COLUMNS), tx.own(**values, run=number, step=1)).one()
    return _task(row)


def ready_tasks(tx: Tx, *, now: datetime, limit: int, but: Collection[int] = ()) -> list[Task]:
    """Return the tasks whose time has come, the longest overdue first: not the rungs of a ladder that is paused, and
    not before their lead's card stands, unless that takes too long."""
    card = or_(lead.c.card_ts.is_not(None), lead.c.created_at <= now - CARD_WAIT)
    query = _of_leads(*_COLUMNS).where(_PLANNED, _not_paused(), _c.due_at <= now, card, _c.id.not_in(but))
    return _tasks(tx, query.order_by(_c.due_at, _c.id).limit(limit))


def tasks_to_hand_up(tx: Tx, *, now: datetime, limit: int, but: Collection[int] = ()) -> list[Task]:
    """Return the tasks that nobody has seen to in time, the longest first."""
    query = select(*_COLUMNS).where(_mine(), IS_DUE, _c.escalate_at <= now, _c.id.not_in(but))
    return _tasks(tx, query.order_by(_c.escalate_at, _c.id).limit(limit))


def tasks_with_ended_text(tx: Tx, *, limit: int, but: Collection[int] = ()) -> list[Task]:
    """Return the tasks that are due still while the text that was drafted for them has come to an end."""
    query = _with_ended_text(*_COLUMNS).where(_c.id.not_in(but)).order_by(_c.id)
    return _tasks(tx, query.limit(limit))


def owed_tasks(tx: Tx, owner: str, *, handed_up: int, limit: int) -> list[Task]:
    """Return the tasks that are due and wait for a member, the most overdue first: their own, those of nobody, and
    whosever was handed up `handed_up` times or more."""
    theirs = or_(_c.owner == bindparam("owner"), _c.owner.is_(None), _c.escalation >= handed_up)
    query = select(*_COLUMNS).where(_mine(), IS_DUE, theirs)
    return _tasks(tx, query.order_by(_c.due_at, _c.id).limit(limit), owner=owner)


def next_task_at(tx: Tx) -> datetime | None:
    """Return the next moment at which a task is due, somebody is told of one, or the end of a text has to be noted."""
    due = _of_leads(func.min(_c.due_at)).where(_PLANNED, _not_paused())
    told = select(func.min(_c.escalate_at)).where(_mine(), IS_DUE)
    text_at = _with_ended_text(func.min(func.coalesce(send.c.settled_at, send.c.created_at)))
    found = (tx.connection.execute(query, tx.own()).scalar_one() for query in (due, told, text_at))
    return min((moment for moment in found if moment), default=None)


@dataclass(frozen=True, slots=True)
class Measured:
    """A task as it is measured, with what is known of its lead; `is_first` for the lead's first attempt: the task that
    was done first, or the first one of all while none is."""

    task: Task
    province: str | None
    market: str
    zones: frozenset[str]
    lead_created_at: datetime
    is_first: bool


def measured_tasks(tx: Tx, since: datetime, until: datetime) -> list[Measured]:
    """Return the tasks that came due in [since, until), whatever became of them."""
    firsts = _first_attempts(tx, since, until)
    about = (lead.c.province, lead.c.market, lead.c.zones, lead.c.created_at.label("lead_created_at"))
    query = _of_leads(*_COLUMNS, *about).where(_c.due_at >= since, _c.due_at < until).order_by(_c.due_at, _c.id)
    return [_measured(row, firsts) for row in tx.connection.execute(query, tx.own())]


def _first_attempts(tx: Tx, since: datetime, until: datetime) -> frozenset[int]:
    """The ids of the first attempts of all leads of which a task came due between two instants."""
    leads = select(_c.lead_id).where(_mine(), _c.due_at >= since, _c.due_at < until)
    order = (_c.completed_at.is_(None), _c.completed_at, _c.run, _c.step)
    place = func.row_number().over(partition_by=_c.lead_id, order_by=order).label("place")
    ranked = select(_c.id, place).where(_mine(), _c.lead_id.in_(leads)).subquery()
    return frozenset(tx.connection.execute(select(ranked.c.id).where(ranked.c.place == 1), tx.own()).scalars())


def _measured(row: Row[*tuple[Any, ...]], firsts: frozenset[int]) -> Measured:
    values = dict(row._mapping)
    province, market = values.pop("province"), values.pop("market")
    zones, created_at = frozenset(values.pop("zones")), values.pop("lead_created_at")
    return Measured(_as_task(values), province, market, zones, created_at, values["id"] in firsts)


def _mine() -> ColumnElement[bool]:
    return _c.workspace_id == bindparam("workspace_id")


def _of_leads(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """A query of the workspace's tasks beside their leads."""
    beside = followup_task.join(lead, and_(lead.c.id == _c.lead_id, lead.c.workspace_id == _c.workspace_id))
    return select(*columns).select_from(beside).where(_mine())


def _not_paused() -> ColumnElement[bool]:
    """What a pause of the ladder leaves alone: promised calls and replies wait for nobody's pause."""
    return or_(lead.c.ladder_paused_at.is_(None), _c.kind != TaskKind.LADDER)


def _with_ended_text(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """A query of the due tasks whose text has come to an end."""
    beside = followup_task.join(send, and_(send.c.id == _c.send_id, send.c.workspace_id == _c.workspace_id))
    return select(*columns).select_from(beside).where(_mine(), _DUE, send.c.state.in_(TEXT_ENDED))


def move_task(tx: Tx, task_id: int, values: Mapping[str, object]) -> None:
    """Change when a step that is still open is due."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == task_id, _c.completed.is_(False))
    tx.connection.execute(update(followup_task).where(*where).values(dict(values)))


def get_task(tx: Tx, task_id: int, *, lock: bool = False) -> Task | None:
    """Return the task with this id; with `lock` others who want to change it wait for the end of `tx`."""
    query = select(*_COLUMNS).where(_c.workspace_id == bindparam("workspace_id"), _c.id == bindparam("task_id"))
    found = _tasks(tx, query.with_for_update() if lock else query, task_id=task_id)
    return found[0] if found else None


def change_task(tx: Tx, task_id: int, values: Mapping[str, object], *, of: Collection[TaskState] = OPEN) -> bool:
    """Change columns of a task that is in one of some states; False where it is in none of them."""
    this = (_c.workspace_id == tx.workspace_id, _c.id == task_id, _c.state.in_(of))
    return bool(tx.connection.execute(update(followup_task).where(*this).values(dict(values))).rowcount)
