"""Who may decide an approval, and until when: an approval that is locked for a decision, or why there is none."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.actors import Actor
from bot.services.approval_cards import name_of, question_of, waiting_of
from domain.approvals import (
    ApprovalDecided,
    ApprovalExpired,
    ApprovalKind,
    ApprovalNotYours,
    ApprovalOvertaken,
    ApprovalState,
    NotOneMessage,
    Question,
)
from domain.errors import RuleBroken
from domain.roles import may_approve
from domain.zones import zone
from storage.approvals import Approval, get_approval
from storage.base import Tx
from storage.sends import Send, sends_of_approval

DECIDED = {ApprovalState.APPROVED: "approved", ApprovalState.REJECTED: "rejected"}


class ApprovalNotFound(RuleBroken):
    """This approval is not here any more. What waits for a decision stands on Home."""

    code = "APPROVAL_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Undecided:
    """An approval that can be decided, kept from others until the transaction ends: with those of its messages that
    wait, and what the rules ask about it."""

    approval: Approval
    waiting: tuple[Send, ...]
    question: Question


def undecided(tx: Tx, who: Actor, approval_id: int, now: datetime) -> Undecided:
    """Lock an approval for a decision.

    Raises `ApprovalNotFound`, `ApprovalNotYours` for a role that decides nothing, `ApprovalDecided` with who was
    faster, `ApprovalExpired`, and `ApprovalOvertaken` where no message of it waits any more.
    """
    approval = found_approval(tx, approval_id, lock=True)
    if not may_approve(who.role):
        raise ApprovalNotYours(role=who.role.value)
    sends = tuple(sends_of_approval(tx, approval_id))
    waiting = waiting_of(sends)
    if over := _over(tx, who, approval, now):
        raise over
    if not waiting:
        raise ApprovalOvertaken(why=why_overtaken(sends))
    return Undecided(approval, tuple(waiting), question_of(tx, approval, sends))


def found_approval(tx: Tx, approval_id: int, *, lock: bool = False) -> Approval:
    """Return an approval. Raises `ApprovalNotFound`."""
    approval = get_approval(tx, approval_id, lock=lock)
    if approval is None:
        raise ApprovalNotFound
    return approval


def one_message(approval: Approval, sends: tuple[Send, ...]) -> Send:
    """Return the one message that an approval is about. Raises `NotOneMessage`."""
    if approval.kind is not ApprovalKind.SEND or len(sends) != 1:
        raise NotOneMessage
    return sends[0]


def why_overtaken(sends: tuple[Send, ...]) -> str:
    """Say why no message waits any more: with the newest one's own sentence."""
    ended = [send for send in sends if send.last_error]
    return (ended[-1].last_error or "") if ended else "Its messages were taken back."


def _over(tx: Tx, who: Actor, approval: Approval, now: datetime) -> RuleBroken | None:
    """How an approval came to its end, for somebody who comes too late; None for one that is open."""
    state, ended_at = approval.state, approval.decided_at or approval.expires_at
    place = zone(who.zone)
    if state in DECIDED:
        by = "You" if approval.decided_by == who.user_id else name_of(tx, approval.decided_by or "")
        return ApprovalDecided(by=by, what=DECIDED[state], at=ended_at.astimezone(place))
    if state is ApprovalState.EXPIRED or now >= approval.expires_at:
        return ApprovalExpired(at=approval.expires_at.astimezone(place))
    return ApprovalOvertaken(why=approval.reason or "") if state is ApprovalState.SUPERSEDED else None
