"""The first tables: teams and their people, what was handled and changed, policies, KPI events."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import CENTS, INSTANT, JSON, RATIO, create_table, drop_tables, only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "workspace",
    "member",
    "counter",
    "request_key",
    "audit_entry",
    "market_policy",
    "market_policy_version",
    "offer_policy",
    "kpi_event",
)
"""In the order in which they are made: a table stands after those that it points at."""


def upgrade() -> None:
    _workspaces()
    _policies()
    _kpi_event()


def downgrade() -> None:
    drop_tables(reversed(TABLES))


def _workspaces() -> None:
    _workspace()
    _member()
    _counter()
    _request_key()
    _audit_entry()


def _workspace() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("business_name", sa.Text()),
        sa.Column("mailing_address", sa.Text()),
        sa.Column("contact_phone", sa.String(32)),
        sa.Column("contact_email", sa.String(320)),
        sa.Column("leads_channel_id", sa.String(32)),
        sa.Column("approvals_channel_id", sa.String(32)),
        sa.Column("digest_channel_id", sa.String(32)),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("default_market", sa.Text()),
        sa.Column("outreach_paused", sa.Boolean(), nullable=False),
        sa.Column("outreach_paused_by", sa.String(32)),
        sa.Column("outreach_paused_at", INSTANT),
        sa.Column("outreach_paused_reason", sa.Text()),
        sa.Column("approval_threshold", sa.Integer(), nullable=False),
        sa.Column("contact_cap_per_day", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
    )


def _member() -> None:
    create_table(
        "member",
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_to", sa.String(5)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("workspace_id", "user_id", name="uq_member_workspace_id_user_id"),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("noun", sa.String(16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "noun", name="pk_counter"),
    )


def _request_key() -> None:
    create_table(
        "request_key",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.UniqueConstraint("workspace_id", "key", "payload_hash", name="uq_request_key_workspace_id_key_payload_hash"),
    )


def _audit_entry() -> None:
    create_table(
        "audit_entry",
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("verb", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["workspace_id", "at"])


def _policies() -> None:
    _market_policy()
    _market_policy_version()
    _offer_policy()


def _market_policy() -> None:
    create_table(
        "market_policy",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("rules_json", JSON, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("workspace_id", "province", "market", name="uq_market_policy_workspace_id_province_market"),
    )


def _market_policy_version() -> None:
    create_table(
        "market_policy_version",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("rules_json", JSON, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint(
            "workspace_id",
            "province",
            "market",
            "version",
            name="uq_market_policy_version_workspace_id_province_market_version",
        ),
    )


def _offer_policy() -> None:
    create_table(
        "offer_policy",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("max_arv_multiplier", RATIO, nullable=False),
        sa.Column("default_assignment_fee", CENTS, nullable=False),
        sa.Column("default_fees_buffer", CENTS, nullable=False),
        sa.Column("holding_per_month", CENTS, nullable=False),
        sa.Column("rounding_step", CENTS, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("workspace_id", "province", "market", name="uq_offer_policy_workspace_id_province_market"),
    )


def _kpi_event() -> None:
    create_table(
        "kpi_event",
        sa.Column("domain", sa.String(32), nullable=False),
        sa.Column("metric", sa.String(64), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("correlation_id", sa.String(64), nullable=False),
        sa.Column("detail", JSON, nullable=False),
    )
    op.create_index("ix_kpi_event_correlation_id", "kpi_event", ["correlation_id"])
    op.create_index("ix_kpi_event_created_at", "kpi_event", ["created_at"])
    op.create_index(
        "ix_kpi_event_failed", "kpi_event", ["created_at"], **only(sa.column("success", sa.Boolean()).is_(False))
    )
    op.create_index("ix_kpi_event_metric", "kpi_event", ["domain", "metric", "created_at"])
