"""Leads with their ladders and consents, deals with their offers, buyers with their answers."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import CENTS, ID, INSTANT, JSON, RATIO, create_table, drop_tables, only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
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
)
"""In the order in which they are made: a table stands after those that it points at."""


def upgrade() -> None:
    _leads()
    _deals()
    _buyers()


def downgrade() -> None:
    drop_tables(reversed(TABLES))


def _leads() -> None:
    _lead()
    _deal_brief()
    _followup_task()
    _consent_event()


def _lead() -> None:
    create_table(
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
    op.create_index("ix_lead_cardless", "lead", ["created_at"], **only(sa.column("card_ts").is_(None)))
    op.create_index("ix_lead_rep", "lead", ["workspace_id", "rep_id", "created_at"])


def _deal_brief() -> None:
    create_table(
        "deal_brief",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("region", sa.Text()),
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("property_type", sa.String(16)),
        sa.Column("price", CENTS),
        sa.Column("beds", sa.Integer()),
        sa.Column("baths", RATIO),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_deal_brief_lead_id"),
    )
    op.create_index("ix_deal_brief_lead_id", "deal_brief", ["lead_id"])


def _followup_task() -> None:
    create_table(
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
        **only(sa.column("completed", sa.Boolean()).is_(False)),
    )
    op.create_index("ix_followup_task_owner", "followup_task", ["workspace_id", "owner", "due_at"])


def _consent_event() -> None:
    create_table(
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
    create_table(
        "offer_evidence",
        sa.Column("province", sa.String(2)),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("arv", CENTS, nullable=False),
        sa.Column("repairs", CENTS),
        sa.Column("fees_buffer", CENTS),
        sa.Column("mao", CENTS),
        sa.Column("recommended_offer", CENTS),
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
    create_table(
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
    create_table(
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
    create_table(
        "buyer_area",
        sa.Column("buyer_id", ID, nullable=False),
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name="fk_buyer_area_buyer_id"),
        sa.UniqueConstraint("buyer_id", "province", "market", name="uq_buyer_area_buyer_id_province_market"),
    )
    op.create_index("ix_buyer_area_place", "buyer_area", ["workspace_id", "province", "market"])


def _buyer_feedback_event() -> None:
    create_table(
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
    create_table(
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
            "workspace_id", "province", "market", "property_type", name="uq_buyer_liquidity_node_place"
        ),
    )
