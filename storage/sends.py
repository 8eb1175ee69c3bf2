"""Sends: the intent of one message to one address, and how far it came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Insert,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    func,
    select,
    text,
    update,
)

from domain.geo import ALL
from domain.kpis import send as send_correlation
from domain.messages import COUNTED, STOPPABLE, Route, SendState
from domain.policy import Medium
from storage.base import Id, Json, Tx, Utc, common, metadata, upsert_into
from storage.leads import lead

send = Table(
    "send",
    metadata,
    *common(),
    Column("key", String(255), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("address", String(320), nullable=False),
    Column("lead_id", Id),
    Column("buyer_id", Id),
    Column("deal_id", Id),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("template_version", String(64)),
    Column("state", String(24), nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("held_until", Utc),
    Column("claimed_by", String(64)),
    Column("lease_until", Utc),
    Column("attempt_count", Integer, nullable=False),
    Column("last_error", Text),
    Column("provider", String(32)),
    Column("provider_id", String(128)),
    Column("approval_id", Id),
    Column("correlation_id", String(64), nullable=False),
    Column("metadata", Json, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("settled_at", Utc),
    Column("reason", String(64)),
    Column("maybe", Boolean, nullable=False, default=False, server_default=false()),
    Column("ask_at", Utc),
    Column("ask_count", Integer, nullable=False, default=0, server_default="0"),
    Column("first_attempt_at", Utc),
    Column("delivered_at", Utc),
    Column("expires_at", Utc),
    Column("retry_of", Id),
    Column("dismissed_at", Utc),
    Column("dismissed_by", String(32)),
    UniqueConstraint("workspace_id", "key"),
)
_s = send.c

IS_WAITING = text("state IN ('approved', 'held')")
IS_LEASED = text("state IN ('claimed', 'sending')")
IS_UNKNOWN = text("state = 'unknown'")
IS_TROUBLE = text("state IN ('failed', 'unknown') AND dismissed_at IS NULL")
HAS_APPROVAL = text("approval_id IS NOT NULL")
HAS_DEAL = text("deal_id IS NOT NULL")
"""Conditions in the very words of the partial indexes that serve them; with parameters no index would match."""


def _index(name: str, *columns: Column[Any], only: TextClause | None = None) -> None:
    Index(name, _s.workspace_id, *columns, postgresql_where=only, sqlite_where=only)


_index("ix_send_address", _s.address, _s.settled_at)
_index("ix_send_due", _s.due_at, _s.id, only=IS_WAITING)
_index("ix_send_leased", _s.lease_until, only=IS_LEASED)
_index("ix_send_ask", _s.ask_at, only=IS_UNKNOWN)
_index("ix_send_trouble", _s.id, only=IS_TROUBLE)
_index("ix_send_provider", _s.provider_id)
_index("ix_send_lead", _s.lead_id)
_index("ix_send_approval", _s.approval_id, _s.id, only=HAS_APPROVAL)
_index("ix_send_deal", _s.deal_id, only=HAS_DEAL)


@dataclass(frozen=True, slots=True)
class Send:
    """One message as stored. `settled_at` is when its provider took it, or when it came to an end otherwise;
    `delivered_at` is the provider's receipt. `reason` is the code and `last_error` the sentence of the last no."""

    id: int
    key: str
    route: Route
    address: str
    lead_id: int | None
    buyer_id: int | None
    deal_id: int | None
    subject: str | None
    body: str
    state: SendState
    due_at: datetime
    held_until: datetime | None
    attempt_count: int
    reason: str | None
    last_error: str | None
    maybe: bool
    ask_at: datetime | None
    ask_count: int
    provider: str | None
    provider_id: str | None
    first_attempt_at: datetime | None
    settled_at: datetime | None
    delivered_at: datetime | None
    expires_at: datetime | None
    retry_of: int | None
    correlation_id: str
    metadata: Mapping[str, Any]
    created_by: str
    created_at: datetime
    dismissed_at: datetime | None = None
    dismissed_by: str | None = None
    template_version: str | None = None
    approval_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewSend:
    """What a send is made of: its key, way, address and words, and whom and what it is about."""

    key: str
    route: Route
    address: str
    body: str
    created_by: str
    due_at: datetime
    subject: str | None = None
    lead_id: int | None = None
    buyer_id: int | None = None
    deal_id: int | None = None
    template_version: str | None = None
    expires_at: datetime | None = None
    retry_of: int | None = None
    approval_id: int | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastSend:
    """A send that a policy is tried on. `at` is when it was settled, else when it was due; province, market and zones
    are its lead's, and say nothing (None, "ALL", no zones) where it has none."""

    medium: Medium
    address: str
    at: datetime
    province: str | None
    market: str
    zones: frozenset[str]


_HAPPENED = func.coalesce(_s.settled_at, _s.lease_until, _s.created_at)
"""When a message left; while nobody knows, the end of the lease under which it was tried. It may be days older."""
_TO_ADDRESSES = (
    select(func.count())
    .select_from(send)
    .where(
        _s.workspace_id == bindparam("workspace_id"),
        _s.address.in_(bindparam("addresses", expanding=True)),
        _s.state.in_(COUNTED),
    )
)
_TO_ADDRESSES_SINCE = _TO_ADDRESSES.where(bindparam("since", type_=Utc) <= _HAPPENED)

_MOMENT = func.coalesce(_s.settled_at, _s.due_at)
_RECENT = (
    select(_s.medium, _s.address, _MOMENT.label("at"), lead.c.province, lead.c.market, lead.c.zones)
    .select_from(send.outerjoin(lead, and_(lead.c.id == _s.lead_id, lead.c.workspace_id == _s.workspace_id)))
    .where(
        _s.workspace_id == bindparam("workspace_id"),
        _s.medium != Route.SLACK,
        bindparam("since", type_=Utc) <= _MOMENT,
        bindparam("until", type_=Utc) >= _MOMENT,
    )
    .order_by(_MOMENT.desc(), _s.id.desc())
    .limit(bindparam("limit"))
)


def add_send(tx: Tx, new: NewSend, state: SendState, *, now: datetime) -> tuple[Send, bool]:
    """Store an intent under its key, and whether it is new: the same key again finds what stands there."""
    values = {name: getattr(new, name) for name in NewSend.__slots__ if name not in ("route", "metadata")}
    values |= {"medium": new.route, "metadata": dict(new.metadata), "state": state, "attempt_count": 0}
    values |= {"correlation_id": "", "created_at": now, "maybe": False, "ask_count": 0}
    send_id = tx.connection.execute(_insert(tx.dialect), tx.own(**values)).scalar_one_or_none()
    if send_id is None:
        found = send_with_key(tx, new.key)
        if found is None:
            raise LookupError(f"the send {new.key} stands and is not there")
        return found, False
    change_send(tx, send_id, {"correlation_id": send_correlation(send_id)})
    return _there(get_send(tx, send_id)), True


def get_send(tx: Tx, send_id: int) -> Send | None:
    """Return the send with this id."""
    row = tx.connection.execute(_BY_ID, tx.own(send_id=send_id)).mappings().one_or_none()
    return as_send(row) if row else None


def lock_send(tx: Tx, send_id: int) -> Send | None:
    """Return the send with this id, and keep it from others until `tx` ends."""
    row = tx.connection.execute(_BY_ID.with_for_update(), tx.own(send_id=send_id)).mappings().one_or_none()
    return as_send(row) if row else None


def send_with_key(tx: Tx, key: str) -> Send | None:
    """Return the send of an intent."""
    row = tx.connection.execute(_BY_KEY, tx.own(key=key)).mappings().one_or_none()
    return as_send(row) if row else None


def send_with_provider_id(tx: Tx, provider_id: str) -> Send | None:
    """Return the newest send that a provider calls by this name."""
    row = tx.connection.execute(_BY_PROVIDER_ID, tx.own(provider_id=provider_id)).mappings().first()
    return as_send(row) if row else None


def change_send(tx: Tx, send_id: int, values: Mapping[str, object]) -> None:
    """Set columns of a send that is not under way (its words, who has seen it); its state goes by `storage.outbox`."""
    if "state" in values:
        raise ValueError("a send's state is moved, not set")
    this = (_s.workspace_id == tx.workspace_id, _s.id == send_id)
    tx.connection.execute(update(send).where(*this).values(dict(values)))


def sends_in_trouble(tx: Tx, *, limit: int) -> list[Send]:
    """Return the sends that failed, or of which nobody knows whether they arrived, until somebody has seen to them."""
    query = select(*COLUMNS).where(_s.workspace_id == bindparam("workspace_id"), IS_TROUBLE).order_by(_s.id)
    return [as_send(row) for row in tx.connection.execute(query.limit(limit), tx.own()).mappings()]


def stoppable_to(tx: Tx, addresses: Collection[str]) -> list[Send]:
    """Return what is meant for some addresses and has certainly not left; Slack's own is left out."""
    states = [state.value for state in STOPPABLE]
    where = (_s.workspace_id == tx.workspace_id, _s.address.in_(addresses), _s.state.in_(states))
    query = select(*COLUMNS).where(*where, _s.medium != Route.SLACK).order_by(_s.id)
    return [as_send(row) for row in tx.connection.execute(query).mappings()]


def dismiss_send(tx: Tx, send_id: int, *, by: str, now: datetime) -> bool:
    """Note that somebody has seen to a send in trouble; False where it is in none, or somebody else has."""
    this = (_s.workspace_id == tx.workspace_id, _s.id == send_id, IS_TROUBLE)
    seen = update(send).where(*this).values(dismissed_at=now, dismissed_by=by)
    return bool(tx.connection.execute(seen).rowcount)


def sends_with_keys(tx: Tx, keys: Collection[str]) -> list[Send]:
    """Return the sends of some intents, the oldest first."""
    query = select(*COLUMNS).where(_s.workspace_id == tx.workspace_id, _s.key.in_(keys)).order_by(_s.id)
    return [as_send(row) for row in tx.connection.execute(query).mappings()]


def sends_of_approval(tx: Tx, approval_id: int) -> list[Send]:
    """Return the messages that an approval is about, in the order in which they were drafted."""
    query = select(*COLUMNS).where(_s.workspace_id == tx.workspace_id, _s.approval_id == approval_id).order_by(_s.id)
    return [as_send(row) for row in tx.connection.execute(query).mappings()]


def posts_about(tx: Tx, lead_id: int) -> list[Send]:
    """Return the posts in Slack that show a lead, the oldest first."""
    where = (_s.workspace_id == tx.workspace_id, _s.lead_id == lead_id, _s.medium == Route.SLACK)
    query = select(*COLUMNS).where(*where).order_by(_s.id)
    return [as_send(row) for row in tx.connection.execute(query).mappings()]


COLUMNS = tuple(_s["medium" if each.name == "route" else each.name] for each in fields(Send))
_ROUTE, _STATE = ([column.name for column in COLUMNS].index(name) for name in ("medium", "state"))
_OWN = select(*COLUMNS).where(_s.workspace_id == bindparam("workspace_id"))
_BY_ID = _OWN.where(_s.id == bindparam("send_id"))
_BY_KEY = _OWN.where(_s.key == bindparam("key"))
_BY_PROVIDER_ID = _OWN.where(_s.provider_id == bindparam("provider_id")).order_by(_s.id.desc()).limit(1)


def as_send(row: RowMapping) -> Send:
    """Return a row of `COLUMNS` as a send."""
    values: list[Any] = list(row.values())
    values[_ROUTE], values[_STATE] = Route(values[_ROUTE]), SendState(values[_STATE])
    return Send(*values)


@cache
def _insert(dialect: str) -> Insert:
    return upsert_into(send, dialect).on_conflict_do_nothing().returning(_s.id)


def _there(found: Send | None) -> Send:
    if found is None:
        raise LookupError("a send was stored and is not there")
    return found


def contacts_since(tx: Tx, addresses: Collection[str], since: datetime | None) -> int:
    """Count what left, or may have left, for some addresses since an instant; None counts from the beginning.

    A send that is under way, or of which nobody knows whether it arrived, counts from its last attempt.
    """
    query, moment = (_TO_ADDRESSES, {}) if since is None else (_TO_ADDRESSES_SINCE, {"since": since})
    return int(tx.connection.execute(query, tx.own(addresses=list(addresses), **moment)).scalar_one())


def sends_since(tx: Tx, since: datetime, until: datetime, *, limit: int) -> list[PastSend]:
    """Return the newest sends that were settled, or due, between two instants, whatever became of them."""
    rows = tx.connection.execute(_RECENT, tx.own(since=since, until=until, limit=limit))
    return [
        PastSend(Medium(row.medium), row.address, row.at, row.province, row.market or ALL, frozenset(row.zones or ()))
        for row in rows
    ]
