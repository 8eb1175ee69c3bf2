"""Leads keep the places that their address may mean."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("lead", sa.Column("location_readings", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("lead", "location_readings")
