"""Opt-outs: the words and events by which a recipient stopped us, and those that lift a stop; rows are only added.

An address is a phone number in E.164 or the `email_key` of an e-mail address, when it is written and when it is read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, Text, bindparam, insert, select

from domain.consent import ConsentEvent, ConsentKind
from domain.optout import ALL_MEDIA, Scope
from domain.optout_effects import scope_name
from domain.rules import Medium
from storage.base import Id, Tx, Utc, common, metadata

opt_out = Table(
    "opt_out",
    metadata,
    *common(),
    Column("address", String(320), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", Utc, nullable=False),
    Column("source", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("lifted_at", Utc),
    Column("recorded_by", String(32), nullable=False),
    Column("inbound_id", Id),
)
_c = opt_out.c
Index("ix_opt_out_address", _c.workspace_id, _c.address)
Index("ix_opt_out_inbound_id", _c.workspace_id, _c.inbound_id)
"""A row whose `lifted_at` is set lifts the opt-outs of its scope that came before that moment."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """One entry as stored.

    `at` is when the recipient said it, not when we wrote it down; `source` is where it came from ("sms", "phone",
    "carrier"), `text` their words. `inbound_id` is the message it was read in.
    """

    address: str
    scope: Scope
    kind: ConsentKind
    at: datetime
    source: str
    text: str
    recorded_by: str
    lifted_at: datetime | None = None
    inbound_id: int | None = None

    @property
    def is_of_the_person(self) -> bool:
        """Whether it stops all media, whichever address of theirs it came from; a wrong person's is of the address."""
        wants_none = self.kind in (ConsentKind.DO_NOT_CALL, ConsentKind.WITHDRAWN)
        return wants_none and not isinstance(self.scope, Medium) and self.lifted_at is None

    def event(self) -> ConsentEvent:
        """The entry as the ledger's rules read it: what lifts an opt-out is a START, and no consent."""
        medium = self.scope if isinstance(self.scope, Medium) else None
        if self.lifted_at:
            return ConsentEvent(ConsentKind.START, self.lifted_at, medium)
        return ConsentEvent(self.kind, self.at, medium)


_INSERT = insert(opt_out).returning(_c.id)
_COLUMNS = (
    _c.address,
    _c.scope,
    _c.kind,
    _c.at,
    _c.source,
    _c.text,
    _c.recorded_by,
    _c.lifted_at,
    _c.inbound_id,
)
_OF = (
    select(*_COLUMNS)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.address.in_(bindparam("addresses", expanding=True)))
    .order_by(_c.id)
)
_FROM = (
    select(*_COLUMNS)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.inbound_id == bindparam("inbound_id"))
    .order_by(_c.id)
)


def add_opt_out(tx: Tx, row: OptOut, *, now: datetime) -> int:
    """Append one entry; return its id."""
    values = {name: getattr(row, name) for name in OptOut.__slots__}
    kept = {"scope": scope_name(row.scope), "kind": row.kind.value, "created_at": now}
    return int(tx.connection.execute(_INSERT, tx.own(**{**values, **kept})).scalar_one())


def opt_outs_of(tx: Tx, addresses: Collection[str]) -> list[OptOut]:
    """Return what these addresses said, and what lifted it, in the order in which it was written down."""
    return [_opt_out(row) for row in tx.connection.execute(_OF, tx.own(addresses=list(addresses)))]


def acted_on(tx: Tx, inbound_id: int) -> list[OptOut]:
    """Return what one message stopped and lifted."""
    return [_opt_out(row) for row in tx.connection.execute(_FROM, tx.own(inbound_id=inbound_id))]


def _opt_out(row: Row[*tuple[Any, ...]]) -> OptOut:
    values = dict(row._mapping)
    return OptOut(**values | {"scope": _scope(row.scope), "kind": ConsentKind(row.kind)})


def _scope(text: str) -> Scope:
    return ALL_MEDIA if text == ALL_MEDIA else Medium(text.upper())
