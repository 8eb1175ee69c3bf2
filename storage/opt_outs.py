"""Opt-outs: the words and events by which a recipient stopped us, and those that lift a stop; rows are only added.

An address is a phone number in E.164 or the `email_key` of an e-mail address, when it is written and when it is read.
"""

from sqlalchemy import Column, Index, String, Table, Text

from storage.base import Id, Utc, common, metadata

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
Index("ix_opt_out_address", opt_out.c.workspace_id, opt_out.c.address)
"""A row whose `lifted_at` is set lifts the opt-outs of its scope that came before that moment."""
