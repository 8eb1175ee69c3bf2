"""The day's work: what becomes of a ladder's steps, approvals, and the words that messages are made of."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import ID, INSTANT, JSON, create_table, drop_tables, only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATE: sa.ColumnClause[str] = sa.column("state", sa.String())


def added_to_task() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("kind", sa.String(16), nullable=False, server_default="ladder"),
        sa.Column("done_by", sa.String(32)),
        sa.Column("reason", sa.Text()),
        sa.Column("surfaced_at", INSTANT),
        sa.Column("escalation", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("escalate_at", INSTANT),
        sa.Column("send_id", ID),
        sa.Column("ended_at", INSTANT),
    )


def added_to_lead() -> tuple[sa.Column[Any], ...]:
    return (sa.Column("ladder_paused_at", INSTANT), sa.Column("ladder_paused_by", sa.String(32)))


def upgrade() -> None:
    for table, columns in (("followup_task", added_to_task()), ("lead", added_to_lead())):
        for column in columns:
            op.add_column(table, column)
    _task_indexes()
    named = sa.column("approval_id", ID).is_not(None)
    op.create_index("ix_send_approval", "send", ["workspace_id", "approval_id", "id"], **only(named))
    op.create_index("ix_send_deal", "send", ["workspace_id", "deal_id"], **only(sa.column("deal_id", ID).is_not(None)))
    _approval()
    create_table(
        "message_template",
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("medium", sa.String(8), nullable=False),
        sa.Column("language", sa.String(4), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.UniqueConstraint(
            "workspace_id", "name", "medium", "language", "version", name="uq_message_template_version"
        ),
    )


def _task_indexes() -> None:
    planned, due = STATE == "planned", STATE == "due"
    op.create_index("ix_followup_task_planned", "followup_task", ["workspace_id", "due_at", "id"], **only(planned))
    op.create_index("ix_followup_task_escalate", "followup_task", ["workspace_id", "escalate_at"], **only(due))
    op.create_index("ix_followup_task_owed", "followup_task", ["workspace_id", "owner", "due_at"], **only(due))


def _approval() -> None:
    create_table(
        "approval",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("assigned_to", sa.String(32)),
        sa.Column("lead_id", ID),
        sa.Column("deal_id", ID),
        sa.Column("task_id", ID),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text()),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("channel_id", sa.String(32)),
        sa.Column("ts", sa.String(32)),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    is_open = STATE == "open"
    op.create_index("ix_approval_open", "approval", ["workspace_id", "expires_at", "id"], **only(is_open))
    op.create_index("ix_approval_lead", "approval", ["workspace_id", "lead_id"])
    op.create_index("ix_approval_deal", "approval", ["workspace_id", "deal_id"])


def downgrade() -> None:
    drop_tables(["message_template", "approval"])
    for name in ("ix_send_deal", "ix_send_approval"):
        op.drop_index(name, "send")
    for name in ("ix_followup_task_owed", "ix_followup_task_escalate", "ix_followup_task_planned"):
        op.drop_index(name, "followup_task")
    for table, columns in (("lead", added_to_lead()), ("followup_task", added_to_task())):
        for column in reversed(columns):
            op.drop_column(table, column.name)
