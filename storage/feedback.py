"""Buyers' feedback: what each of them did about a deal, once for every outcome, and what was taken back."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.base import Id, Json, Utc, common, metadata
from storage.buyers import buyer

buyer_feedback_event = Table(
    "buyer_feedback_event",
    metadata,
    *common(),
    Column("buyer_id", Id, ForeignKey(buyer.c.id), nullable=False),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("event", String(32), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("detail", Json, nullable=False),
    Column("deal_id", Id),
    Column("undone_at", Utc),
    Column("recorded_by", String(64)),
)
_c = buyer_feedback_event.c
Index("ix_buyer_feedback_event_at", _c.workspace_id, _c.created_at)
Index("ix_buyer_feedback_event_deal", _c.workspace_id, _c.deal_id)
Index("ix_buyer_feedback_event_buyer", _c.workspace_id, _c.buyer_id)
Index(
    "ix_buyer_feedback_event_once",
    _c.workspace_id,
    _c.deal_id,
    _c.buyer_id,
    _c.event,
    unique=True,
    postgresql_where=_c.undone_at.is_(None),
    sqlite_where=_c.undone_at.is_(None),
)
