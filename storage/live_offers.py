"""Live offers: what was put before a seller, on which evidence, and what became of it."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from storage.base import Cents, Id, Utc, common, metadata
from storage.deals import deal
from storage.offers import offer_evidence

offer = Table(
    "offer",
    metadata,
    *common(),
    Column("deal_id", Id, ForeignKey(deal.c.id), nullable=False, index=True),
    Column("evidence_id", Id, ForeignKey(offer_evidence.c.id), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("status", String(16), nullable=False),
    Column("presented_at", Utc),
    Column("decided_at", Utc),
    Column("expires_at", Utc),
    Column("counter_amount", Cents),
    Column("created_by", String(64), nullable=False),
    Column("decided_by", String(64)),
    Column("note", Text, nullable=False),
)
_c = offer.c
Index(
    "ix_offer_expires_at", _c.expires_at, postgresql_where=_c.decided_at.is_(None), sqlite_where=_c.decided_at.is_(None)
)
