"""Attempts: each try to hand a send to its provider, from when it began to what came of it."""

from collections.abc import Sequence
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
_ENDED = {name: bindparam(f"to_{name}", type_=_c[name].type) for name in ("ended_at", "outcome", "provider_code")}
_END = (
    update(send_attempt)
    .where(_c.workspace_id == bindparam("of_workspace"), _c.send_id == bindparam("of_send"))
    .values(_ENDED)
)
_END_OPEN = _END.where(_c.ended_at.is_(None))
_END_THIS = _END.where(_c.id == bindparam("of_attempt"))
_OF_SEND = select(_c.started_at, _c.ended_at, _c.outcome, _c.provider_code).order_by(_c.id)


def begin_attempt(tx: Tx, send_id: int, *, now: datetime) -> int:
    """Note that a call to the provider begins; return the attempt's id."""
    begun = tx.own(send_id=send_id, started_at=now, outcome=UNDER_WAY, created_at=now)
    key: Sequence[int] = tx.connection.execute(_INSERT, begun).inserted_primary_key or ()
    return key[0]


def end_attempt(
    tx: Tx, send_id: int, outcome: str, code: str | None, *, now: datetime, attempt_id: int | None = None
) -> None:
    """Note what came of an attempt; without its id of whichever is under way, and nothing when none is.

    Whoever made the call names its attempt: by the time of a late word another one may be under way.
    """
    changes = {"to_ended_at": now, "to_outcome": outcome, "to_provider_code": code[:64] if code else None}
    this: dict[str, object] = {"of_workspace": tx.workspace_id, "of_send": send_id}
    ending, which = (_END_THIS, {"of_attempt": attempt_id}) if attempt_id else (_END_OPEN, {})
    tx.connection.execute(ending, this | which | changes)


def attempts_of(tx: Tx, send_id: int) -> list[Attempt]:
    """Return a send's attempts, the first one first."""
    query = _OF_SEND.where(_c.workspace_id == tx.workspace_id, _c.send_id == send_id)
    return [Attempt(*row) for row in tx.connection.execute(query)]


def count_attempts(tx: Tx) -> int:
    """Return how many attempts there were in all."""
    query = select(func.count()).select_from(send_attempt).where(_c.workspace_id == tx.workspace_id)
    return int(tx.connection.execute(query).scalar_one())
