"""What an offer policy said before each change."""

import sqlalchemy as sa

from storage.migrations.parts import CENTS, INSTANT, RATIO, create_table, drop_tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_table(
        "offer_policy_version",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("max_arv_multiplier", RATIO, nullable=False),
        sa.Column("default_assignment_fee", CENTS, nullable=False),
        sa.Column("default_fees_buffer", CENTS, nullable=False),
        sa.Column("holding_per_month", CENTS, nullable=False),
        sa.Column("rounding_step", CENTS, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint(
            "workspace_id",
            "province",
            "market",
            "version",
            name="uq_offer_policy_version_workspace_id_province_market_version",
        ),
    )


def downgrade() -> None:
    drop_tables(["offer_policy_version"])
