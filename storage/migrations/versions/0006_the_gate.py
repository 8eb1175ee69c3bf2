"""What the gate asks: consents in full, opt-outs, do-not-call lists, inbound messages, pauses; and the table of sends."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import ID, INSTANT, JSON, create_table, drop_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CONSENT = ("happened_at", "opt_in", "referrer", "detail")


def upgrade() -> None:
    op.add_column("consent_event", sa.Column("happened_at", INSTANT))
    op.add_column("consent_event", sa.Column("opt_in", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("consent_event", sa.Column("referrer", sa.Text()))
    op.add_column("consent_event", sa.Column("detail", JSON, nullable=False, server_default="{}"))
    op.create_index("ix_lead_phone", "lead", ["workspace_id", "phone"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["workspace_id", "subject"])
    _people()
    _lists()
    _pauses()
    _send()


def downgrade() -> None:
    drop_tables(["send", "market_pause", "dncl_import", "do_not_call", "inbound_message", "opt_out", "contact_zone"])
    op.drop_index("ix_audit_entry_subject", "audit_entry")
    op.drop_index("ix_lead_phone", "lead")
    for name in reversed(CONSENT):
        op.drop_column("consent_event", name)


def _people() -> None:
    create_table(
        "contact_zone",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
    )
    create_table(
        "opt_out",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lifted_at", INSTANT),
        sa.Column("recorded_by", sa.String(32), nullable=False),
        sa.Column("inbound_id", ID),
    )
    create_table(
        "inbound_message",
        sa.Column("provider_id", sa.String(128), nullable=False),
        sa.Column("medium", sa.String(8), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("lead_id", ID),
        sa.Column("buyer_id", ID),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(32), nullable=False),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", INSTANT),
        sa.UniqueConstraint("workspace_id", "provider_id", name="uq_inbound_message_workspace_id_provider_id"),
    )
    for table in ("contact_zone", "opt_out", "inbound_message"):
        op.create_index(f"ix_{table}_address", table, ["workspace_id", "address"])
    op.create_index("ix_opt_out_inbound_id", "opt_out", ["workspace_id", "inbound_id"])
    op.create_index("ix_inbound_message_state", "inbound_message", ["workspace_id", "state", "received_at"])


def _lists() -> None:
    create_table(
        "do_not_call",
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("list", sa.String(8), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("added_by", sa.String(32), nullable=False),
        sa.Column("import_id", ID),
        sa.UniqueConstraint("workspace_id", "list", "number", name="uq_do_not_call_workspace_id_list_number"),
    )
    create_table(
        "dncl_import",
        sa.Column("downloaded_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("area_codes", JSON, nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("imported_by", sa.String(32), nullable=False),
        sa.Column("finished_at", INSTANT),
    )
    op.create_index("ix_dncl_import_downloaded_on", "dncl_import", ["workspace_id", "downloaded_on"])


def _pauses() -> None:
    create_table(
        "market_pause",
        sa.Column("province", sa.String(2), nullable=False),
        sa.Column("market", sa.String(64), nullable=False),
        sa.Column("paused_by", sa.String(32), nullable=False),
        sa.Column("paused_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.UniqueConstraint("workspace_id", "province", "market", name="uq_market_pause_workspace_id_province_market"),
    )


def _send() -> None:
    create_table(
        "send",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("medium", sa.String(8), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        *(sa.Column(name, ID) for name in ("lead_id", "buyer_id", "deal_id")),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("template_version", sa.String(64)),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("held_until", INSTANT),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("lease_until", INSTANT),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("provider", sa.String(32)),
        sa.Column("provider_id", sa.String(128)),
        sa.Column("approval_id", ID),
        sa.Column("correlation_id", sa.String(64), nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.UniqueConstraint("workspace_id", "key", name="uq_send_workspace_id_key"),
    )
    op.create_index("ix_send_address", "send", ["workspace_id", "address", "settled_at"])
