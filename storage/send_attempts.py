"""Attempts: each try to hand a send to its provider, from when it began to what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, String, Table, bindparam, func, insert, select, update

from storage.base import Id, Tx, Utc, common, metadata

send_attempt = Table(
    "send_attempt",
    metadata,
    *common(),
    Column("send_id", Id, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("outcome", String(16), nullable=False),
    Column("provider_code", String(64)),
)
_c = send_attempt.c
Index("ix_send_attempt_send_id", _c.workspace_id, _c.send_id)

UNDER_WAY = "under_way"
"""The outcome of an attempt that has begun and of which nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when it began and ended, how (an `Outcome`'s value, or `UNDER_WAY`), and the provider's code."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str
    provider_code: str | None


_INSERT = insert(send_attempt)
_OPEN = (
    _c.workspace_id == bindparam("of_workspace"),
    _c.send_id == bindparam("of_send"),
    _c.ended_at.is_(None),
)
_END = update(send_attempt).where(*_OPEN)
_OF_SEND = select(_c.started_at, _c.ended_at, _c.outcome, _c.provider_code).order_by(_c.id)


def begin_attempt(tx: Tx, send_id: int, *, now: datetime) -> None:
    """Note that a call to the provider begins."""
    tx.connection.execute(_INSERT, tx.own(send_id=send_id, started_at=now, outcome=UNDER_WAY, created_at=now))


def end_attempt(tx: Tx, send_id: int, outcome: str, code: str | None, *, now: datetime) -> None:
    """Note what came of the attempt that is under way; nothing when none is."""
    values = {"ended_at": now, "outcome": outcome, "provider_code": code[:64] if code else None}
    this = {"of_workspace": tx.workspace_id, "of_send": send_id}
    tx.connection.execute(_END.values({name: bindparam(f"to_{name}") for name in values}),
                          this | {f"to_{name}": value for name, value in values.items()})  # fmt: skip


def attempts_of(tx: Tx, send_id: int) -> list[Attempt]:
    """Return a send's attempts, the first one first."""
    query = _OF_SEND.where(_c.workspace_id == tx.workspace_id, _c.send_id == send_id)
    return [Attempt(*row) for row in tx.connection.execute(query)]


def count_attempts(tx: Tx) -> int:
    """Return how many attempts there were in all."""
    query = select(func.count()).select_from(send_attempt).where(_c.workspace_id == tx.workspace_id)
    return int(tx.connection.execute(query).scalar_one())
