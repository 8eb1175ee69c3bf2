"""Deals: a lead's property on its way to a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from domain.deals import Stage
from storage.base import Cents, Id, Tx, Utc, common, metadata
from storage.leads import deal_brief, lead
from storage.offers import offer_evidence

deal = Table(
    "deal",
    metadata,
    *common(),
    Column("number", Integer, nullable=False),
    Column("lead_id", Id, ForeignKey(lead.c.id), nullable=False, index=True),
    Column("brief_id", Id, ForeignKey(deal_brief.c.id), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("arv", Cents),
    Column("repairs", Cents),
    Column("offer", Cents),
    Column("mao", Cents),
    Column("roi_note", Text),
    Column("evidence_id", Id, ForeignKey(offer_evidence.c.id)),
    Column("assignment_fee", Cents),
    Column("agreement_on", Date),
    Column("closing_on", Date),
    Column("buyer_id", Id),
    Column("lost_reason", Text),
    Column("version", Integer, nullable=False),
    Column("agreed_price", Cents),
    Column("closed_on", Date),
    Column("staged_at", Utc),
    Column("staged_by", String(64)),
    UniqueConstraint("workspace_id", "number"),
)
Index("ix_deal_stage", deal.c.workspace_id, deal.c.stage, deal.c.staged_at)


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as stored; amounts in dollars, None where they are not known yet or could not be computed.

    `staged_at` and `staged_by` tell since when the deal stands in its stage, and who moved it there.
    """

    id: int
    number: int
    lead_id: int
    brief_id: int
    stage: Stage
    arv: Decimal | None
    repairs: Decimal | None
    offer: Decimal | None
    mao: Decimal | None
    assignment_fee: Decimal | None
    evidence_id: int | None
    agreed_price: Decimal | None
    agreement_on: date | None
    closing_on: date | None
    closed_on: date | None
    buyer_id: int | None
    lost_reason: str | None
    staged_at: datetime
    staged_by: str | None
    version: int
    created_at: datetime


_c = deal.c
_INSERT = insert(deal).returning(_c.id)
_COLUMNS = [_c[field.name] for field in fields(Deal)]
_MINE = _c.workspace_id == bindparam("workspace_id")
_OF_LEAD = select(*_COLUMNS).where(_MINE, _c.lead_id == bindparam("lead_id")).order_by(_c.id.desc()).limit(1)
_BY_NUMBER = select(*_COLUMNS).where(_MINE, _c.number == bindparam("number"))
_BY_NUMBER_LOCKED = _BY_NUMBER.with_for_update(key_share=True)
_BY_ID = select(*_COLUMNS).where(_MINE, _c.id == bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update(key_share=True)
_OPEN = [stage.value for stage in Stage if stage.is_open]


def _stored(row: Row[*tuple[Any, ...]]) -> Deal:
    return Deal(**dict(row._mapping) | {"stage": Stage(row.stage), "staged_at": row.staged_at or row.created_at})


def _deal(row: Row[*tuple[Any, ...]] | None) -> Deal | None:
    return _stored(row) if row else None


def add_deal(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert a deal from its column values; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())


def deal_of(tx: Tx, lead_id: int) -> Deal | None:
    """Return the newest deal of a lead."""
    return _deal(tx.connection.execute(_OF_LEAD, tx.own(lead_id=lead_id)).one_or_none())


def find_deal(tx: Tx, *, number: int, lock: bool = False) -> Deal | None:
    """Return the deal that people call D-{number}; with `lock` nobody else changes it before the end of `tx`."""
    query = _BY_NUMBER_LOCKED if lock else _BY_NUMBER
    return _deal(tx.connection.execute(query, tx.own(number=number)).one_or_none())


def get_deal(tx: Tx, deal_id: int, *, lock: bool = False) -> Deal | None:
    """Return the deal with this row id; `lock` as for `find_deal`."""
    query = _BY_ID_LOCKED if lock else _BY_ID
    return _deal(tx.connection.execute(query, tx.own(id=deal_id)).one_or_none())


def change_deal(tx: Tx, deal_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a deal and raise its version."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == deal_id)
    tx.connection.execute(update(deal).where(*where).values({**values, "version": _c.version + 1}))


def open_deals(tx: Tx, *, limit: int, rep_id: str | None = None) -> list[Deal]:
    """Return the open deals in the order of the stages, in each stage the one that has stood there longest first; those
    of one rep where they are named."""
    order = case({stage.value: place for place, stage in enumerate(Stage)}, value=_c.stage)
    since = func.coalesce(_c.staged_at, _c.created_at)
    query = select(*_COLUMNS).where(_c.workspace_id == tx.workspace_id, _c.stage.in_(_OPEN))
    if rep_id is not None:
        query = query.join(lead, lead.c.id == _c.lead_id).where(lead.c.rep_id == rep_id)
    rows = tx.connection.execute(query.order_by(order, since, _c.id).limit(limit))
    return [_stored(row) for row in rows]


def count_open(tx: Tx) -> int:
    """Count the open deals."""
    query = select(func.count()).where(_c.workspace_id == tx.workspace_id, _c.stage.in_(_OPEN))
    return int(tx.connection.execute(query).scalar_one())


def count_by_stage(tx: Tx, *, rep_id: str | None = None) -> dict[Stage, int]:
    """Count the workspace's deals in each stage that has any; those of one rep where they are named."""
    query = select(_c.stage, func.count()).where(_c.workspace_id == tx.workspace_id).group_by(_c.stage)
    if rep_id is not None:
        query = query.join(lead, lead.c.id == _c.lead_id).where(lead.c.rep_id == rep_id)
    return {Stage(stage): count for stage, count in tx.connection.execute(query)}
