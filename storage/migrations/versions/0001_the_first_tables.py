"""The first tables: teams, policies, leads, deals, buyers and KPI events."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
CENTS = sa.BigInteger()
RATIO = sa.Numeric(6, 4).with_variant(sa.Float(), "sqlite")


TABLES = (
    "workspace",
    "member",
    "counter",
    "request_key",
    "audit_entry",
    "market_policy",
    "market_policy_version",
    "offer_policy",
    "lead",
    "deal_brief",
    "followup_task",
    "consent_event",
    "offer_evidence",
    "deal",
    "buyer",
    "buyer_area",
    "buyer_feedback_event",
    "buyer_liquidity_node",
    "kpi_event",
)
"""In the order in which they are made: a table stands after those that it points at."""


def upgrade() -> None:
    _workspaces()
    _policies()
    _leads()
    _deals()
    _buyers()
    _kpi_event()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Make a table that begins as nearly all do: a key, the workspace, the moment."""
    op.create_table(
        name,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        *columns,
    )


def _only(condition: sa.ColumnElement[bool]) -> Mapping[str, Any]:
    """Return the arguments that make an index hold only some rows, on both databases."""
    return {"postgresql_where": condition, "sqlite_where": condition}


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
    _create(
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
    _create(
        "request_key",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.UniqueConstraint("workspace_id", "key", "payload_hash", name="uq_request_key_workspace_id_key_payload_hash"),
    )


def _audit_entry() -> None:
    _create(
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
    _create(
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
    _create(
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
    _create(
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


def _leads() -> None:
    _lead()
    _deal_brief()
    _followup_task()
    _consent_event()


def _lead() -> None:
    _create(
        "lead",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(32)),
        sa.Column("email", sa.String(320)),
        sa.Column("source", sa.Text()),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("postal_code", sa.String(7)),
        sa.Column("municipality", sa.Text()),
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("zones", JSON, nullable=False),
        sa.Column("location_confidence", sa.Float(), nullable=False),
        sa.Column("location_set_by", sa.String(32)),
        sa.Column("rep_id", sa.String(32)),
        sa.Column("asking_price", CENTS),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("permalink", sa.Text()),
        sa.Column("channel_id", sa.String(32)),
        sa.Column("card_ts", sa.String(32)),
        sa.Column("card_lease_until", INSTANT),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("workspace_id", "number", name="uq_lead_workspace_id_number"),
    )
    op.create_index("ix_lead_cardless", "lead", ["created_at"], **_only(sa.column("card_ts").is_(None)))
    op.create_index("ix_lead_rep", "lead", ["workspace_id", "rep_id", "created_at"])


def _deal_brief() -> None:
    _create(
        "deal_brief",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("property_type", sa.String(16)),
        sa.Column("price", CENTS),
        sa.Column("beds", sa.Integer()),
        sa.Column("baths", sa.Numeric(4, 1, asdecimal=False)),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_deal_brief_lead_id"),
    )
    op.create_index("ix_deal_brief_lead_id", "deal_brief", ["lead_id"])


def _followup_task() -> None:
    _create(
        "followup_task",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.Column("owner", sa.String(32)),
        sa.Column("note", sa.Text()),
        sa.Column("correlation_id", sa.String(64), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ideal_at", INSTANT, nullable=False),
        sa.Column("shift", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("card_ts", sa.String(32)),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_followup_task_lead_id"),
        sa.UniqueConstraint("lead_id", "run", "step", name="uq_followup_task_lead_id_run_step"),
    )
    op.create_index(
        "ix_followup_task_due",
        "followup_task",
        ["due_at", "id"],
        **_only(sa.column("completed", sa.Boolean()).is_(False)),
    )
    op.create_index("ix_followup_task_owner", "followup_task", ["workspace_id", "owner", "due_at"])


def _consent_event() -> None:
    _create(
        "consent_event",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("medium", sa.String(8)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("obtained_on", sa.Date(), nullable=False),
        sa.Column("wording", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.Column("recorded_by", sa.String(32), nullable=False),
    )
    op.create_index("ix_consent_event_address", "consent_event", ["workspace_id", "address"])


def _deals() -> None:
    _offer_evidence()
    _deal()


def _offer_evidence() -> None:
    _create(
        "offer_evidence",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("arv", CENTS, nullable=False),
        sa.Column("repairs", CENTS, nullable=False),
        sa.Column("fees_buffer", CENTS, nullable=False),
        sa.Column("mao", CENTS, nullable=False),
        sa.Column("recommended_offer", CENTS, nullable=False),
        sa.Column("comps_json", JSON, nullable=False),
        sa.Column("assumptions_json", JSON, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("policy_version", sa.String(80), nullable=False),
        sa.Column("lead_id", ID),
        sa.Column("created_by", sa.String(32), nullable=False),
        sa.Column("correlation_id", sa.String(64)),
    )
    op.create_index("ix_offer_evidence_correlation_id", "offer_evidence", ["correlation_id"])
    op.create_index("ix_offer_evidence_lead_id", "offer_evidence", ["lead_id"])


def _deal() -> None:
    _create(
        "deal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("brief_id", ID, nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("arv", CENTS),
        sa.Column("repairs", CENTS),
        sa.Column("offer", CENTS),
        sa.Column("mao", CENTS),
        sa.Column("roi_note", sa.Text()),
        sa.Column("evidence_id", ID),
        sa.Column("assignment_fee", CENTS),
        sa.Column("agreement_on", sa.Date()),
        sa.Column("closing_on", sa.Date()),
        sa.Column("buyer_id", ID),
        sa.Column("lost_reason", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["brief_id"], ["deal_brief.id"], name="fk_deal_brief_id"),
        sa.ForeignKeyConstraint(["evidence_id"], ["offer_evidence.id"], name="fk_deal_evidence_id"),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_deal_lead_id"),
        sa.UniqueConstraint("workspace_id", "number", name="uq_deal_workspace_id_number"),
    )
    op.create_index("ix_deal_lead_id", "deal", ["lead_id"])


def _buyers() -> None:
    _buyer()
    _buyer_area()
    _buyer_feedback_event()
    _buyer_liquidity_node()


def _buyer() -> None:
    _create(
        "buyer",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text()),
        sa.Column("phone", sa.String(32)),
        sa.Column("email", sa.String(320)),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("regions", sa.Text()),
        sa.Column("property_types", sa.Text()),
        sa.Column("min_price", CENTS),
        sa.Column("max_price", CENTS),
        sa.Column("min_beds", sa.Integer()),
        sa.Column("min_baths", sa.Integer()),
        sa.Column("proof_of_funds_on", sa.Date()),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("contacted", sa.Integer(), nullable=False),
        sa.Column("responded", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("last_response_at", INSTANT),
        sa.UniqueConstraint("workspace_id", "number", name="uq_buyer_workspace_id_number"),
    )


def _buyer_area() -> None:
    _create(
        "buyer_area",
        sa.Column("buyer_id", ID, nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name="fk_buyer_area_buyer_id"),
        sa.UniqueConstraint("buyer_id", "province", "market", name="uq_buyer_area_buyer_id_province_market"),
    )
    op.create_index("ix_buyer_area_place", "buyer_area", ["workspace_id", "province", "market"])


def _buyer_feedback_event() -> None:
    _create(
        "buyer_feedback_event",
        sa.Column("buyer_id", ID, nullable=False),
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("property_type", sa.String(16), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("correlation_id", sa.String(64), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("deal_id", ID),
        sa.Column("undone_at", INSTANT),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name="fk_buyer_feedback_event_buyer_id"),
    )
    op.create_index("ix_buyer_feedback_event_at", "buyer_feedback_event", ["workspace_id", "created_at"])


def _buyer_liquidity_node() -> None:
    _create(
        "buyer_liquidity_node",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("property_type", sa.String(16), nullable=False),
        sa.Column("buyer_count", sa.Integer(), nullable=False),
        sa.Column("active_buyer_count", sa.Integer(), nullable=False),
        sa.Column("avg_response_rate", sa.Float(), nullable=False),
        sa.Column("avg_close_rate", sa.Float(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("sums", JSON),
        sa.Column("sums_as_of", INSTANT),
        sa.UniqueConstraint(
            "workspace_id",
            "province",
            "market",
            "property_type",
            name="uq_buyer_liquidity_node_workspace_id_province_market_property_type",
        ),
    )


def _kpi_event() -> None:
    _create(
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
        "ix_kpi_event_failed", "kpi_event", ["created_at"], **_only(sa.column("success", sa.Boolean()).is_(False))
    )
    op.create_index("ix_kpi_event_metric", "kpi_event", ["domain", "metric", "created_at"])
