"""Buyers, and the areas they buy in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    select,
)

from domain.matching import BuyerFacts
from storage.base import Cents, Id, Tx, Utc, common, metadata

buyer = Table(
    "buyer",
    metadata,
    *common(),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("company", Text),
    Column("phone", String(32)),
    Column("email", String(320)),
    Column("locale", String(16), nullable=False),
    Column("regions", Text),
    Column("property_types", Text),
    Column("min_price", Cents),
    Column("max_price", Cents),
    Column("min_beds", Integer),
    Column("min_baths", Integer),
    Column("proof_of_funds_on", Date),
    Column("notes", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("contacted", Integer, nullable=False),
    Column("responded", Integer, nullable=False),
    Column("bought", Integer, nullable=False),
    Column("last_response_at", Utc),
    Column("search_text", Text, nullable=False, server_default=""),
    Column("types", Integer, nullable=False, server_default="0"),
    Column("changed_no", BigInteger, nullable=False, server_default="0"),
    Column("removed_at", Utc),
    UniqueConstraint("workspace_id", "number"),
)
Index("ix_buyer_changed", buyer.c.workspace_id, buyer.c.changed_no)

buyer_area = Table(
    "buyer_area",
    metadata,
    *common(),
    Column("buyer_id", Id, ForeignKey(buyer.c.id), nullable=False),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    UniqueConstraint("buyer_id", "province", "market"),
)
Index("ix_buyer_area_place", buyer_area.c.workspace_id, buyer_area.c.province, buyer_area.c.market)

_c = buyer.c
_ACTIVE = select(
    _c.id,
    _c.regions,
    _c.property_types,
    _c.min_price,
    _c.max_price,
    _c.min_beds,
    _c.min_baths,
    _c.contacted,
    _c.responded,
    _c.bought,
    _c.last_response_at,
).where(_c.workspace_id == bindparam("workspace_id"), _c.active.is_(True))


def active_buyers(tx: Tx, *, now: datetime) -> Iterable[BuyerFacts]:
    """Yield what matching needs to know of each active buyer."""
    return [_facts(row, now) for row in tx.connection.execute(_ACTIVE, tx.own())]


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> BuyerFacts:
    answered = row.last_response_at
    return BuyerFacts(
        buyer_id=row.id,
        regions=row.regions,
        property_types=row.property_types,
        min_price=row.min_price,
        max_price=row.max_price,
        min_beds=row.min_beds,
        min_baths=row.min_baths,
        active=True,
        contacted=row.contacted,
        responded=row.responded,
        bought=row.bought,
        days_since_response=(now - answered).days if answered else None,
    )
