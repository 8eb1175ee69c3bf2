"""The outbox: claiming what is due, the one-way door before a call, settling what came of it, and what a crash left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Update, bindparam, func, literal_column, select, text, update
from sqlalchemy.sql.dml import ReturningUpdate

from domain.messages import Route, SendState, sources_of
from storage.base import Tx, Utc
from storage.sends import COLUMNS, IS_LEASED, IS_UNKNOWN, IS_WAITING, Send, as_send, send

ALL_ROUTES: Final = frozenset(Route)

_s = send.c
_OWN = _s.workspace_id == bindparam("of_workspace")
_THIS = (_OWN, _s.id == bindparam("of_send"))


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's hold on what it claims: its `token`, and until when it lasts."""

    token: str
    until: datetime


def claim_due(tx: Tx, lease: Lease, *, now: datetime, limit: int, routes: Collection[Route] = ALL_ROUTES) -> list[Send]:
    """Claim the sends that are due, those that wait longest first; nobody else gets them until the lease ends.

    Those of other `routes` are left to whoever serves them. Each claim counts as an attempt, so that one that kills its
    worker comes to an end.
    """
    asked = {"of_workspace": tx.workspace_id, "now": now, "batch": limit, "token": lease.token, "until": lease.until}
    found = [as_send(row) for row in tx.connection.execute(_claiming(frozenset(routes)), asked).mappings()]
    return sorted(found, key=lambda each: (each.due_at, each.id))


@cache
def _claiming(routes: frozenset[Route]) -> ReturningUpdate[Any]:
    due = select(_s.id).where(_OWN, IS_WAITING, _s.due_at <= bindparam("now", type_=Utc), *_served(routes))
    batch = due.order_by(_s.due_at, _s.id).limit(bindparam("batch")).with_for_update(skip_locked=True)
    return update(send).where(_s.id.in_(_once(batch))).values(_CLAIMED).returning(*COLUMNS)


def _once(batch: Select[tuple[int]]) -> Select[tuple[int]]:
    """A batch that PostgreSQL chooses once: as a plain subquery its planner may choose again for each row it joins."""
    chosen = batch.cte("chosen")
    return select(chosen.c.id)


_CLAIMED = {
    "state": SendState.CLAIMED.value,
    "claimed_by": bindparam("token"),
    "lease_until": bindparam("until", type_=Utc),
    "attempt_count": _s.attempt_count + literal_column("1"),
}


def pass_door(tx: Tx, send_id: int, token: str, *, now: datetime, call_ends: datetime) -> bool:
    """Mark a claimed send as leaving; True for whoever may call the provider now.

    False when the claim is another's by now, was stopped, or would end before the call does.
    """
    asked = _this(tx, send_id) | {"token": token, "now": now, "call_ends": call_ends}
    return bool(tx.connection.execute(_DOOR, asked).rowcount)


_DOOR = (
    update(send)
    .where(*_THIS, _s.state == SendState.CLAIMED.value, _s.claimed_by == bindparam("token"))
    # Written so that no index on the lease serves it: with old statistics PostgreSQL would rather walk all leases.
    .where(func.coalesce(_s.lease_until, _s.due_at) > bindparam("call_ends", type_=Utc))
    .values(
        state=SendState.SENDING.value,
        first_attempt_at=func.coalesce(_s.first_attempt_at, bindparam("now", type_=Utc), type_=Utc),
    )
)


def give_back(tx: Tx, send_id: int, token: str) -> bool:
    """Let a claimed send wait again that its own worker does not take to the door; that is no attempt. False when the
    claim is another's by now, or was stopped."""
    return bool(tx.connection.execute(_GIVE_BACK, _this(tx, send_id) | {"token": token}).rowcount)


_WAITING_AGAIN: Final = {"state": SendState.APPROVED.value, "claimed_by": None, "lease_until": None}
_GIVE_BACK = (
    update(send)
    .where(*_THIS, _s.state == SendState.CLAIMED.value, _s.claimed_by == bindparam("token"))
    .values({**_WAITING_AGAIN, "attempt_count": _s.attempt_count - literal_column("1")})
)


def move(
    tx: Tx,
    send_id: int,
    state: SendState,
    values: Mapping[str, object],
    *,
    token: str | None = None,
    of: SendState | None = None,
) -> bool:
    """Bring a send into a state, with what else changes; False when it is in none from which it may come there.

    With a `token` only the worker that claimed it moves it, also after the lease has ended: the word of whoever made
    the call is true however late it comes. With `of` it is moved from that state alone.
    """
    sources = _sources(state, of)
    if not sources:
        return False
    changes = {f"to_{name}": value for name, value in values.items()}
    mine = {"token": token} if token else {}
    moving = _moving(sources, state, tuple(values), bool(token))
    return bool(tx.connection.execute(moving, _this(tx, send_id) | changes | mine).rowcount)


@cache
def _sources(state: SendState, of: SendState | None) -> tuple[SendState, ...]:
    return tuple(each for each in sources_of(state) if of in (None, each))


@cache
def _moving(sources: tuple[SendState, ...], state: SendState, names: tuple[str, ...], is_mine: bool) -> Update:
    """The statement of a move, built once for each kind: to build it costs more than to run it."""
    mine = [_s.claimed_by == bindparam("token")] if is_mine else []
    before = ", ".join(f"'{each.value}'" for each in sources)
    moving = update(send).where(*_THIS, text(f"state IN ({before})"), *mine)
    changes = {name: bindparam(f"to_{name}", type_=_s[name].type) for name in names}
    return moving.values({"state": state.value, **changes})


def give_back_unclaimed(tx: Tx, *, now: datetime, but: Collection[int]) -> int:
    """Let sends wait again whose worker vanished before the door: they certainly have not left. Return how many."""
    lost = (_OWN, IS_LEASED, _s.state == SendState.CLAIMED, _s.lease_until < now, _s.id.not_in(but))
    back = update(send).where(*lost).values(_WAITING_AGAIN)
    return tx.connection.execute(back, {"of_workspace": tx.workspace_id}).rowcount


def lost_behind_door(tx: Tx, *, now: datetime, but: Collection[int], limit: int) -> list[Send]:
    """Take the sends whose worker vanished after the door; they may have left. The caller settles them in `tx`."""
    lost = (_OWN, IS_LEASED, _s.state == SendState.SENDING, _s.lease_until < now, _s.id.not_in(but))
    query = select(*COLUMNS).where(*lost).order_by(_s.id).limit(limit).with_for_update(skip_locked=True)
    return [as_send(row) for row in tx.connection.execute(query, {"of_workspace": tx.workspace_id}).mappings()]


def claim_unknown(
    tx: Tx, *, now: datetime, until: datetime, limit: int, routes: Collection[Route] = ALL_ROUTES
) -> list[Send]:
    """Claim the sends whose provider is to be asked; nobody else asks before `until`."""
    due = select(_s.id).where(_OWN, IS_UNKNOWN, _s.ask_at <= now, *_served(routes)).order_by(_s.ask_at, _s.id)
    batch = due.limit(limit).with_for_update(skip_locked=True)
    asking = (
        update(send).where(_s.id.in_(_once(batch))).values(ask_at=until, ask_count=_s.ask_count + literal_column("1"))
    )
    rows = tx.connection.execute(asking.returning(*COLUMNS), {"of_workspace": tx.workspace_id}).mappings()
    return [as_send(row) for row in rows]


def move_asked(
    tx: Tx, send_id: int, state: SendState, values: Mapping[str, object], *, asked_until: datetime | None
) -> bool:
    """Bring a send into a state by what its provider said about it, whoever claimed it with `claim_unknown` until
    `asked_until`; False when it was settled meanwhile, or others ask by now: a no of then says nothing of a call of
    now."""
    still = (_s.state == SendState.UNKNOWN, _s.ask_at == asked_until)
    moving = update(send).where(*_THIS, *still).values(state=state, **values)
    return bool(tx.connection.execute(moving, _this(tx, send_id)).rowcount)


def next_due_at(tx: Tx) -> datetime | None:
    """Return when the next send is due, or its provider to be asked, whichever is first."""
    own = {"of_workspace": tx.workspace_id}
    due = tx.connection.execute(select(func.min(_s.due_at)).where(_OWN, IS_WAITING), own).scalar_one()
    ask = tx.connection.execute(select(func.min(_s.ask_at)).where(_OWN, IS_UNKNOWN), own).scalar_one()
    lease = tx.connection.execute(select(func.min(_s.lease_until)).where(_OWN, IS_LEASED), own).scalar_one()
    return min((moment for moment in (due, ask, lease) if moment), default=None)


def count_waiting(tx: Tx, route: Route, *, now: datetime) -> int:
    """Count the messages of a route that are due and have not been claimed."""
    query = select(func.count()).where(_OWN, IS_WAITING, _s.due_at <= now, _s.medium == route.value)
    return int(tx.connection.execute(query, {"of_workspace": tx.workspace_id}).scalar_one())


def lock_addresses(tx: Tx, addresses: Collection[str]) -> None:
    """Let one message at a time leave for a recipient, so that a cap holds: until `tx` ends others wait here.

    SQLite has one writer anyway. The locks are taken in one order for everybody, and end with the transaction.
    """
    if tx.dialect != "postgresql":
        return
    for address in sorted(addresses):
        tx.connection.execute(_LOCK, {"name": f"send {tx.workspace_id} {address}"})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def _served(routes: Collection[Route]) -> list[ColumnElement[bool]]:
    """No condition at all where every route is served, so that the usual statement stays the simplest."""
    return [] if set(routes) == ALL_ROUTES else [_s.medium.in_(sorted(routes))]


def _this(tx: Tx, send_id: int) -> dict[str, object]:
    return {"of_workspace": tx.workspace_id, "of_send": send_id}
