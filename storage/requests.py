"""The deliveries already handled, so that a repeat finds the first result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Insert, String, Table, UniqueConstraint, bindparam, select, update

from storage.base import Json, Tx, common, metadata, upsert_into

request_key = Table(
    "request_key",
    metadata,
    *common(),
    Column("key", String(255), nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("result", Json, nullable=False),
    UniqueConstraint("workspace_id", "key", "payload_hash"),
)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Names one delivery; the same key with another payload is a correction, and so another request."""

    key: str
    payload_hash: str


_c = request_key.c
_THIS = (
    _c.workspace_id == bindparam("in_workspace"),
    _c.key == bindparam("of_key"),
    _c.payload_hash == bindparam("of_hash"),
)
_RESULT = select(_c.result).where(*_THIS)
_FINISH = update(request_key).where(*_THIS).values(result=bindparam("result"))


@cache
def _claim(dialect: str) -> Insert:
    return upsert_into(request_key, dialect).on_conflict_do_nothing()


def begin_request(tx: Tx, request: RequestKey, *, now: datetime) -> Mapping[str, Any] | None:
    """Claim a request in this transaction; return what it led to when another transaction did it before.

    A twin that is still under way is waited for, by the row that both want to insert.
    """
    values = tx.own(key=request.key, payload_hash=request.payload_hash, result={}, created_at=now)
    if tx.connection.execute(_claim(tx.dialect), values).rowcount:
        return None
    return dict(tx.connection.execute(_RESULT, _this(tx, request)).scalar_one())


def finish_request(tx: Tx, request: RequestKey, result: Mapping[str, object]) -> None:
    """Remember what the request led to, for its repeats."""
    tx.connection.execute(_FINISH, _this(tx, request) | {"result": dict(result)})


def _this(tx: Tx, request: RequestKey) -> dict[str, object]:
    return {"in_workspace": tx.workspace_id, "of_key": request.key, "of_hash": request.payload_hash}
