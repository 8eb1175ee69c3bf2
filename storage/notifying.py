"""What was written about a deal: its messages to seller and buyers, and the batch that waits for a decision."""

from sqlalchemy import bindparam, select

from domain.approvals import ApprovalKind
from domain.messages import Route
from storage.approvals import IS_OPEN, Approval, approval, get_approval
from storage.base import Tx
from storage.sends import COLUMNS, HAS_DEAL, Send, as_send, send

_s, _a = send.c, approval.c
_ABOUT = (
    select(*COLUMNS)
    .where(_s.workspace_id == bindparam("workspace_id"), HAS_DEAL, _s.deal_id == bindparam("deal_id"))
    .where(_s.medium != Route.SLACK.value)
    .order_by(_s.id)
)
_OPEN_BATCH = (
    select(_a.id)
    .where(_a.workspace_id == bindparam("workspace_id"), _a.deal_id == bindparam("deal_id"))
    .where(IS_OPEN, _a.kind == ApprovalKind.BATCH.value)
    .order_by(_a.id.desc())
    .limit(1)
)


def sends_about(tx: Tx, deal_id: int) -> list[Send]:
    """Return every message to somebody outside that was written about a deal, the oldest first."""
    return [as_send(row) for row in tx.connection.execute(_ABOUT, tx.own(deal_id=deal_id)).mappings()]


def open_batch_of(tx: Tx, deal_id: int) -> Approval | None:
    """Return the batch about a deal that nobody has decided yet."""
    found = tx.connection.execute(_OPEN_BATCH, tx.own(deal_id=deal_id)).scalar_one_or_none()
    return get_approval(tx, found) if found else None
