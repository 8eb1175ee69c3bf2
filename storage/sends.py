"""Sends: the intent of one message to one address, and how far it came."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from storage.base import Id, Json, Utc, common, metadata

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
    UniqueConstraint("workspace_id", "key"),
)
Index("ix_send_address", send.c.workspace_id, send.c.address, send.c.settled_at)
