"""Approvals that end without a decision: nobody decided in time, or nothing of them waits any more."""

from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.approval_cards import waiting_of
from bot.services.approval_rules import why_overtaken
from bot.services.offer_states import TIMETABLE
from bot.services.sends import cancel_in, redraw_in
from domain.approvals import ApprovalState
from storage.approvals import end_approval, get_approval
from storage.base import Tx
from storage.sends import sends_of_approval

EXPIRED: Final = "approval_expired"
"""The code of a message that nobody approved in time."""
NOBODY: Final = "Nobody approved it in time."


def end_late_in(tx: Tx, approval_id: int, now: datetime) -> bool:
    """End an approval that nobody decided in time, with its messages; False where somebody has meanwhile."""
    who = Actor(tx.workspace_id, TIMETABLE, is_person=False)
    if not end_approval(tx, approval_id, ApprovalState.EXPIRED, by=None, reason=NOBODY, now=now):
        return False
    for send in waiting_of(tuple(sends_of_approval(tx, approval_id))):
        cancel_in(tx, send, EXPIRED, NOBODY, now=now)
    redraw_in(tx, who, approval_id, now=now)
    return True


def end_overtaken_in(tx: Tx, approval_id: int, now: datetime) -> bool:
    """End an approval of whose messages none waits any more; False where one does, or somebody decided."""
    who = Actor(tx.workspace_id, TIMETABLE, is_person=False)
    if get_approval(tx, approval_id, lock=True) is None:
        return False
    sends = tuple(sends_of_approval(tx, approval_id))
    if waiting_of(sends):
        return False
    why = why_overtaken(sends)
    if not end_approval(tx, approval_id, ApprovalState.SUPERSEDED, by=None, reason=why, now=now):
        return False
    redraw_in(tx, who, approval_id, now=now)
    return True
