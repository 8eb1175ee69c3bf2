"""The outbox: claiming what is due, the one-way door before a call, settling what came of it, and what a crash left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, select, text, update

from domain.messages import SendState, sources_of
from storage.base import Tx, Utc
from storage.sends import COLUMNS, IS_LEASED, IS_UNKNOWN, IS_WAITING, Send, as_send, send

_s = send.c
_OWN = _s.workspace_id == bindparam("of_workspace")
_THIS = (_OWN, _s.id == bindparam("of_send"))


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's hold on what it claims: its `token`, and until when it lasts."""

    token: str
    until: datetime


def claim_due(tx: Tx, lease: Lease, *, now: datetime, limit: int) -> list[Send]:
    """Claim the sends that are due, those that wait longest first; nobody else gets them until the lease ends.

    Each claim counts as an attempt, so that one that kills its worker comes to an end.
    """
    due = select(_s.id).where(_OWN, IS_WAITING, _s.due_at <= bindparam("now", type_=Utc))
    batch = due.order_by(_s.due_at, _s.id).limit(bindparam("batch")).with_for_update(skip_locked=True)
    claim = update(send).where(_s.id.in_(batch)).values(_CLAIMED).returning(*COLUMNS)
    asked = {"of_workspace": tx.workspace_id, "now": now, "batch": limit, "token": lease.token, "until": lease.until}
    found = [as_send(row) for row in tx.connection.execute(claim, asked).mappings()]
    return sorted(found, key=lambda each: (each.due_at, each.id))


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
    held = (_s.state == SendState.CLAIMED, _s.claimed_by == token, _s.lease_until > call_ends)
    first = func.coalesce(_s.first_attempt_at, now, type_=Utc)
    door = update(send).where(*_THIS, *held).values(state=SendState.SENDING, first_attempt_at=first)
    return bool(tx.connection.execute(door, _this(tx, send_id)).rowcount)


def move(tx: Tx, send_id: int, state: SendState, values: Mapping[str, object], *, token: str | None = None) -> bool:
    """Bring a send into a state, with what else changes; False when it is in none from which it may come there.

    With a `token` only the worker that claimed it moves it, also after the lease has ended: the word of whoever made
    the call is true however late it comes.
    """
    mine = [_s.claimed_by == token] if token else []
    moving = update(send).where(*_THIS, _s.state.in_([each.value for each in sources_of(state)]), *mine)
    return bool(tx.connection.execute(moving.values(state=state, **values), _this(tx, send_id)).rowcount)


def give_back_unclaimed(tx: Tx, *, now: datetime, but: Collection[int]) -> int:
    """Let sends wait again whose worker vanished before the door: they certainly have not left. Return how many."""
    lost = (_OWN, IS_LEASED, _s.state == SendState.CLAIMED, _s.lease_until < now, _s.id.not_in(but))
    back = update(send).where(*lost).values(state=SendState.APPROVED, claimed_by=None, lease_until=None)
    return tx.connection.execute(back, {"of_workspace": tx.workspace_id}).rowcount


def lost_behind_door(tx: Tx, *, now: datetime, but: Collection[int], limit: int) -> list[Send]:
    """Take the sends whose worker vanished after the door; they may have left. The caller settles them in `tx`."""
    lost = (_OWN, IS_LEASED, _s.state == SendState.SENDING, _s.lease_until < now, _s.id.not_in(but))
    query = select(*COLUMNS).where(*lost).order_by(_s.id).limit(limit).with_for_update(skip_locked=True)
    return [as_send(row) for row in tx.connection.execute(query, {"of_workspace": tx.workspace_id}).mappings()]


def claim_unknown(tx: Tx, *, now: datetime, until: datetime, limit: int) -> list[Send]:
    """Claim the sends whose provider is to be asked; nobody else asks before `until`."""
    due = select(_s.id).where(_OWN, IS_UNKNOWN, _s.ask_at <= now).order_by(_s.ask_at, _s.id)
    batch = due.limit(limit).with_for_update(skip_locked=True)
    asking = update(send).where(_s.id.in_(batch)).values(ask_at=until, ask_count=_s.ask_count + literal_column("1"))
    rows = tx.connection.execute(asking.returning(*COLUMNS), {"of_workspace": tx.workspace_id}).mappings()
    return [as_send(row) for row in rows]


def next_due_at(tx: Tx) -> datetime | None:
    """Return when the next send is due, or its provider to be asked, whichever is first."""
    own = {"of_workspace": tx.workspace_id}
    due = tx.connection.execute(select(func.min(_s.due_at)).where(_OWN, IS_WAITING), own).scalar_one()
    ask = tx.connection.execute(select(func.min(_s.ask_at)).where(_OWN, IS_UNKNOWN), own).scalar_one()
    lease = tx.connection.execute(select(func.min(_s.lease_until)).where(_OWN, IS_LEASED), own).scalar_one()
    return min((moment for moment in (due, ask, lease) if moment), default=None)


def lock_addresses(tx: Tx, addresses: Collection[str]) -> None:
    """Let one message at a time leave for a recipient, so that a cap holds: until `tx` ends others wait here.

    SQLite has one writer anyway. The locks are taken in one order for everybody, and end with the transaction.
    """
    if tx.dialect != "postgresql":
        return
    for address in sorted(addresses):
        tx.connection.execute(_LOCK, {"name": f"send {tx.workspace_id} {address}"})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def _this(tx: Tx, send_id: int) -> dict[str, object]:
    return {"of_workspace": tx.workspace_id, "of_send": send_id}
