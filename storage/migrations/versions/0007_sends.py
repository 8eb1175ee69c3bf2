"""Sends that survive: what is claimed and asked about, the attempts, and the key that links are signed with."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import ID, INSTANT, create_table, drop_tables, only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = ("ix_send_due", "ix_send_leased", "ix_send_ask", "ix_send_trouble", "ix_send_provider", "ix_send_lead")
STATE: sa.ColumnClause[str] = sa.column("state", sa.String())


def added() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("reason", sa.String(64)),
        sa.Column("maybe", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("ask_at", INSTANT),
        sa.Column("ask_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("first_attempt_at", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("retry_of", ID),
        sa.Column("dismissed_at", INSTANT),
        sa.Column("dismissed_by", sa.String(32)),
    )


def upgrade() -> None:
    for column in added():
        op.add_column("send", column)
    waiting = STATE.in_(["approved", "held"])
    op.create_index("ix_send_due", "send", ["workspace_id", "due_at", "id"], **only(waiting))
    leased = STATE.in_(["claimed", "sending"])
    op.create_index("ix_send_leased", "send", ["workspace_id", "lease_until"], **only(leased))
    op.create_index("ix_send_ask", "send", ["workspace_id", "ask_at"], **only(STATE == "unknown"))
    trouble = sa.and_(STATE.in_(["failed", "unknown"]), sa.column("dismissed_at").is_(None))
    op.create_index("ix_send_trouble", "send", ["workspace_id", "id"], **only(trouble))
    op.create_index("ix_send_provider", "send", ["workspace_id", "provider_id"])
    op.create_index("ix_send_lead", "send", ["workspace_id", "lead_id"])
    create_table(
        "send_attempt",
        sa.Column("send_id", ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("provider_code", sa.String(64)),
    )
    op.create_index("ix_send_attempt_send_id", "send_attempt", ["workspace_id", "send_id"])
    op.create_table(
        "installation",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )


def downgrade() -> None:
    op.drop_table("installation")
    drop_tables(["send_attempt"])
    for name in INDEXES:
        op.drop_index(name, "send")
    for column in reversed(added()):
        op.drop_column("send", column.name)
