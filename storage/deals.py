"""Deals: a lead's property on its way to a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
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
    """A deal as stored; amounts in dollars, None where they could not be computed."""

    id: int
    number: int
    lead_id: int
    stage: Stage
    arv: Decimal | None
    repairs: Decimal | None
    offer: Decimal | None
    mao: Decimal | None
    assignment_fee: Decimal | None
    evidence_id: int | None


_c = deal.c
_INSERT = insert(deal).returning(_c.id)
_OF_LEAD = (
    select(
        _c.id,
        _c.number,
        _c.lead_id,
        _c.stage,
        _c.arv,
        _c.repairs,
        _c.offer,
        _c.mao,
        _c.assignment_fee,
        _c.evidence_id,
    )
    .where(_c.workspace_id == bindparam("workspace_id"), _c.lead_id == bindparam("lead_id"))
    .order_by(_c.id.desc())
    .limit(1)
)


def add_deal(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert a deal from its column values; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())


def deal_of(tx: Tx, lead_id: int) -> Deal | None:
    """Return the newest deal of a lead."""
    row = tx.connection.execute(_OF_LEAD, tx.own(lead_id=lead_id)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    return Deal(**values | {"stage": Stage(row.stage)})


def change_deal(tx: Tx, deal_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a deal and raise its version."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == deal_id)
    tx.connection.execute(update(deal).where(*where).values({**values, "version": _c.version + 1}))


def count_by_stage(tx: Tx) -> dict[Stage, int]:
    """Count the workspace's deals in each stage that has any."""
    query = select(_c.stage, func.count()).where(_c.workspace_id == tx.workspace_id).group_by(_c.stage)
    return {Stage(stage): count for stage, count in tx.connection.execute(query)}
