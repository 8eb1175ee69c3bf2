"""The kill switch of a market or a province: while a row stands, nothing leaves for there."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from storage.base import Utc, common, metadata

market_pause = Table(
    "market_pause",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("paused_by", String(32), nullable=False),
    Column("paused_at", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("workspace_id", "province", "market"),
)
"""The market "ALL" is the whole province. The workspace's own switch is `workspace.outreach_paused`."""
