"""Offer evidence: what an offer was computed from, written once and never changed."""

from collections.abc import Mapping

from sqlalchemy import Column, String, Table, insert

from storage.base import Cents, Id, Json, Tx, common, metadata

offer_evidence = Table(
    "offer_evidence",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("arv", Cents, nullable=False),
    Column("repairs", Cents, nullable=False),
    Column("fees_buffer", Cents, nullable=False),
    Column("mao", Cents, nullable=False),
    Column("recommended_offer", Cents, nullable=False),
    Column("comps_json", Json, nullable=False),
    Column("assumptions_json", Json, nullable=False),
    Column("lines", Json, nullable=False),
    Column("policy_version", String(80), nullable=False),
    Column("lead_id", Id, index=True),
    Column("created_by", String(32), nullable=False),
    Column("correlation_id", String(64), index=True),
)

_INSERT = insert(offer_evidence).returning(offer_evidence.c.id)


def add_evidence(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert the evidence of one computed offer from its column values; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())
