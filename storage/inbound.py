"""Messages that people sent us: each stored once, with what it was taken for, and whether a person must decide."""

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from storage.base import Id, Utc, common, metadata

inbound_message = Table(
    "inbound_message",
    metadata,
    *common(),
    Column("provider_id", String(128), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("address", String(320), nullable=False),
    Column("text", Text, nullable=False),
    Column("intent", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lead_id", Id),
    Column("buyer_id", Id),
    Column("received_at", Utc, nullable=False),
    Column("recorded_by", String(32), nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", Utc),
    UniqueConstraint("workspace_id", "provider_id"),
)
_c = inbound_message.c
Index("ix_inbound_message_address", _c.workspace_id, _c.address)
Index("ix_inbound_message_state", _c.workspace_id, _c.state, _c.received_at)
