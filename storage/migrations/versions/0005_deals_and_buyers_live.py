"""Deals that move, offers that live, buyers that can be searched, and what their answers add up to."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import CENTS, ID, INSTANT, create_table, drop_tables, only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEAL = (("agreed_price", CENTS), ("closed_on", sa.Date()), ("staged_at", INSTANT), ("staged_by", sa.String(64)))
BUYER = (
    ("search_text", sa.Text(), ""),
    ("types", sa.Integer(), "0"),
    ("changed_no", sa.BigInteger(), "0"),
)
STANDING = sa.column("undone_at").is_(None)


def upgrade() -> None:
    _deal()
    _offer()
    _buyer()
    _feedback()
    _liquidity_deal()


def downgrade() -> None:
    drop_tables(["liquidity_deal", "offer"])
    for index in ("once", "deal", "buyer"):
        op.drop_index(f"ix_buyer_feedback_event_{index}", "buyer_feedback_event")
    op.drop_column("buyer_feedback_event", "recorded_by")
    op.drop_index("ix_buyer_changed", "buyer")
    op.drop_column("buyer", "removed_at")
    for name, *_ in BUYER:
        op.drop_column("buyer", name)
    op.drop_index("ix_deal_stage", "deal")
    for name, _ in DEAL:
        op.drop_column("deal", name)


def _deal() -> None:
    for name, kind in DEAL:
        op.add_column("deal", sa.Column(name, kind))
    # A deal from before has stood in its stage since it was made, as far as anybody knows.
    op.execute("UPDATE deal SET staged_at = created_at")
    op.create_index("ix_deal_stage", "deal", ["workspace_id", "stage", "staged_at"])


def _offer() -> None:
    create_table(
        "offer",
        sa.Column("deal_id", ID, nullable=False),
        sa.Column("evidence_id", ID, nullable=False),
        sa.Column("amount", CENTS, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("presented_at", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("counter_amount", CENTS),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_offer_deal_id"),
        sa.ForeignKeyConstraint(["evidence_id"], ["offer_evidence.id"], name="fk_offer_evidence_id"),
    )
    op.create_index("ix_offer_deal_id", "offer", ["deal_id"])
    op.create_index("ix_offer_expires_at", "offer", ["expires_at"], **only(sa.column("decided_at").is_(None)))


def _buyer() -> None:
    for name, kind, default in BUYER:
        op.add_column("buyer", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("buyer", sa.Column("removed_at", INSTANT))
    op.create_index("ix_buyer_changed", "buyer", ["workspace_id", "changed_no"])


def _feedback() -> None:
    op.add_column("buyer_feedback_event", sa.Column("recorded_by", sa.String(64)))
    op.create_index("ix_buyer_feedback_event_deal", "buyer_feedback_event", ["workspace_id", "deal_id"])
    op.create_index("ix_buyer_feedback_event_buyer", "buyer_feedback_event", ["workspace_id", "buyer_id"])
    op.create_index(
        "ix_buyer_feedback_event_once",
        "buyer_feedback_event",
        ["workspace_id", "deal_id", "buyer_id", "event"],
        unique=True,
        **only(STANDING),
    )


def _liquidity_deal() -> None:
    create_table(
        "liquidity_deal",
        sa.Column("deal_id", ID, nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("property_type", sa.String(16), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Boolean(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_liquidity_deal_deal_id"),
        sa.UniqueConstraint("workspace_id", "deal_id", name="uq_liquidity_deal_workspace_id_deal_id"),
    )
    op.create_index(
        "ix_liquidity_deal_waiting",
        "liquidity_deal",
        ["workspace_id", "first_at"],
        **only(sa.column("is_counted", sa.Boolean()).is_(False)),
    )
