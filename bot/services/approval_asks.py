"""Asking for approvals: what other services call inside their own transaction, so that the question stands with what it
is about or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.services.actors import Actor
from bot.services.sends import approval_post, cancel_in, queue_post, redraw_in
from domain.approvals import ApprovalKind, ApprovalState, expires_at
from domain.messages import Post, SendState
from domain.zones import DEFAULT_ZONE
from storage.approvals import Approval, NewApproval, add_approval, end_approval, get_approval
from storage.base import Tx
from storage.sends import change_send, sends_of_approval
from storage.workspaces import find_workspace


@dataclass(frozen=True, slots=True)
class ApprovalAsk:
    """A wish to have something approved: the drafted messages (`send_ids`), and what they are about."""

    kind: ApprovalKind
    send_ids: Sequence[int] = ()
    lead_id: int | None = None
    deal_id: int | None = None
    task_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def ask_in(tx: Tx, who: Actor, ask: ApprovalAsk, *, now: datetime) -> Approval:
    """Store the question and queue its card, in the caller's transaction."""
    found = find_workspace(tx)
    expiry = expires_at(now, found.zone if found else DEFAULT_ZONE)
    new = NewApproval(ask.kind, who.user_id, expiry, ask.lead_id, ask.deal_id, ask.task_id, ask.detail)
    asked = add_approval(tx, new, now=now)
    for send_id in ask.send_ids:
        change_send(tx, send_id, {"approval_id": asked.id})
    queue_post(tx, who, approval_post(asked.id, "asked"), Post.APPROVAL, {"approval_id": asked.id}, now=now)
    return asked


def supersede_in(tx: Tx, who: Actor, approval_id: int, reason: str, sentence: str, *, now: datetime) -> bool:
    """End an open approval that lost its object, with the messages that wait for it; False where it was decided
    already. `reason` is the code that its messages end with, `sentence` says it to people."""
    if not end_approval(tx, approval_id, ApprovalState.SUPERSEDED, by=who.user_id, reason=sentence, now=now):
        return False
    for send in sends_of_approval(tx, approval_id):
        if send.state is SendState.AWAITING_APPROVAL:
            cancel_in(tx, send, reason, sentence, now=now)
    redraw_in(tx, who, approval_id, now=now)
    return True


def stored_approval(tx: Tx, approval_id: int) -> Approval:
    """Return an approval that must be there."""
    found = get_approval(tx, approval_id)
    if found is None:
        raise LookupError(f"the approval {approval_id} is not there")
    return found
