"""Liquidity nodes: how many buyers a market and property type has, and how they answered."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
)

from domain.liquidity import FeedbackEvent, Node
from domain.property_types import PropertyType
from storage.base import Id, Json, Tx, Utc, common, metadata
from storage.deals import deal
from storage.feedback import buyer_feedback_event

buyer_liquidity_node = Table(
    "buyer_liquidity_node",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("buyer_count", Integer, nullable=False),
    Column("active_buyer_count", Integer, nullable=False),
    Column("avg_response_rate", Float, nullable=False),
    Column("avg_close_rate", Float, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("sums", Json),
    Column("sums_as_of", Utc),
    # Named by hand: the convention's name is longer than the 63 characters that PostgreSQL allows.
    UniqueConstraint("workspace_id", "province", "market", "property_type", name="uq_buyer_liquidity_node_place"),
)

liquidity_deal = Table(
    "liquidity_deal",
    metadata,
    *common(),
    Column("deal_id", Id, ForeignKey(deal.c.id), nullable=False),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("reach", Integer, nullable=False),
    Column("sold", Boolean, nullable=False),
    Column("is_counted", Boolean, nullable=False),
    UniqueConstraint("workspace_id", "deal_id"),
)
Index(
    "ix_liquidity_deal_waiting",
    liquidity_deal.c.workspace_id,
    liquidity_deal.c.first_at,
    postgresql_where=liquidity_deal.c.is_counted.is_(False),
    sqlite_where=liquidity_deal.c.is_counted.is_(False),
)

RESPONSE_PRIOR, CLOSE_PRIOR = 0.33, 0.12
"""The rates of a market without history; the starting values of the liquidity formula."""


def seed_nodes(tx: Tx, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Add a node of single-family houses, without buyers, for each (province, market)."""
    tx.connection.execute(
        insert(buyer_liquidity_node),
        [
            tx.own(
                province=province,
                market=market,
                property_type=PropertyType.SFR,
                buyer_count=0,
                active_buyer_count=0,
                avg_response_rate=RESPONSE_PRIOR,
                avg_close_rate=CLOSE_PRIOR,
                updated_at=now,
                created_at=now,
            )
            for province, market in places
        ],
    )


_n = buyer_liquidity_node.c
_NODE = select(_n.province, _n.market, _n.property_type, _n.buyer_count, _n.active_buyer_count).where(
    _n.workspace_id == bindparam("workspace_id"),
    _n.province == bindparam("province"),
    _n.market == bindparam("market"),
    _n.property_type == bindparam("property_type"),
)
_e = buyer_feedback_event.c
_EVENTS = select(
    _e.created_at, _e.province, _e.market, _e.property_type, _e.event, _e.buyer_id, _e.correlation_id
).where(_e.workspace_id == bindparam("workspace_id"), _e.undone_at.is_(None))


def find_node(tx: Tx, *, province: str, market: str, property_type: PropertyType) -> Node:
    """Return the node, one without buyers where no row stands."""
    key = {"province": province, "market": market, "property_type": property_type}
    row = tx.connection.execute(_NODE, tx.own(**key)).one_or_none()
    counts = (row.buyer_count, row.active_buyer_count) if row else (0, 0)
    return Node(province, market, property_type, *counts)


def feedback_events(tx: Tx) -> list[FeedbackEvent]:
    """Return what buyers answered, without what was undone."""
    return [FeedbackEvent(*row) for row in tx.connection.execute(_EVENTS, tx.own())]
