"""What a decision does: messages that leave, in the words of whoever approved them, or stay; counted and noted once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.actors import Actor
from bot.services.approval_cards import OUTCOME, name_of
from bot.services.approval_rules import Undecided, one_message
from bot.services.ladder_tasks import show_task
from bot.services.links import Links
from bot.services.messages import added_to, checked_subject, checked_words
from bot.services.sends import complete_body, let_go, redraw_in, tell_outcome
from bot.services.template_words import About, check_words
from domain.approvals import ApprovalKind, ApprovalState, Decider, NotADecider, check_delegate
from domain.kpis import Kpi, KpiEvent
from domain.kpis import approval as approval_correlation
from domain.messages import SendState
from domain.waves import delay_of
from domain.zones import ZoneReport
from storage.approvals import change_approval, end_approval
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import get_buyer
from storage.deals import get_deal
from storage.kpis import emit_kpi
from storage.leads import get_lead
from storage.outbox import move
from storage.sends import Send, change_send, get_send, lock_send
from storage.workspaces import find_member, is_active

APPROVED, REJECTED, DELEGATED, EDITED = "approved", "rejected", "delegated", "message_edited"
"""Verbs of the audit trail."""
STAYS = (SendState.BLOCKED, SendState.CANCELLED)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Edit:
    """The words in which somebody lets a message go."""

    body: str
    subject: str

    def apply(self, tx: Tx, who: Actor, asked: Undecided, links: Links, *, now: datetime) -> str:
        """Put the words into the message, whole again; return what had to be added at their end.

        Raises what is wrong with a field, and `ClaimUnsupported` for words of a template that say more than the record.
        """
        send = one_message(asked.approval, asked.waiting)
        words, subject = checked_words(self.body), checked_subject(send.route, self.subject)
        whole = complete_body(tx, send, words, links)
        _check_claims(tx, asked, send, "\n".join(filter(None, (subject, whole))))
        change_send(tx, send.id, {"body": whole, "subject": subject})
        before, after = ({"subject": one, "body": two} for one, two in ((send.subject, send.body), (subject, whole)))
        record(tx, Change(who.user_id, EDITED, f"send {send.id}", before=before, after=after), now=now)
        return added_to(words, whole)


def approve_in(tx: Tx, who: Actor, asked: Undecided, now: datetime, report: ZoneReport, *, is_edited: bool) -> None:
    """Let the messages of a locked approval go, in their order; what the gate says of each stands in it then."""
    approval = asked.approval
    _end(tx, who, asked, ApprovalState.APPROVED, None, now)
    for waiting in asked.waiting:
        # One that a stop keeps back at this very moment stays so.
        drafted = lock_send(tx, waiting.id)
        if drafted and drafted.state is SendState.AWAITING_APPROVAL:
            let_go(tx, who, drafted, now, report, not_before=now + delay_of(drafted.metadata))
        let = get_send(tx, waiting.id)
        if let and let.state in STAYS:
            tell_outcome(tx, let, let.state, now=now)
        if let and approval.kind is ApprovalKind.SEND:
            kept = {**approval.detail, OUTCOME: _outcome(let), "edited": is_edited}
            change_approval(tx, approval.id, {"detail": kept})
    _count(tx, who, asked, "approved", now, is_edited=is_edited)
    after = {"messages": len(asked.waiting), "edited": is_edited}
    record(tx, Change(who.user_id, APPROVED, _subject(asked), after=after), now=now)
    _redraw(tx, who, asked, now)


def reject_in(tx: Tx, who: Actor, asked: Undecided, reason: str, now: datetime) -> None:
    """Keep the messages of a locked approval back for good."""
    _end(tx, who, asked, ApprovalState.REJECTED, reason, now)
    sentence = f"{name_of(tx, who.user_id)} rejected it: {reason}"
    for send in asked.waiting:
        values = {"reason": "rejected", "last_error": sentence, "settled_at": now}
        if move(tx, send.id, SendState.REJECTED, values):
            tell_outcome(tx, send, SendState.REJECTED, now=now)
    _count(tx, who, asked, "rejected", now, is_edited=False)
    after = {"messages": len(asked.waiting)}
    record(tx, Change(who.user_id, REJECTED, _subject(asked), after=after, reason=reason), now=now)
    _redraw(tx, who, asked, now)


def delegate_in(tx: Tx, who: Actor, asked: Undecided, to: str, now: datetime) -> None:
    """Ask a certain member to decide a locked approval. Raises `NotADecider`."""
    member = find_member(tx, to)
    if member is None:
        raise NotADecider(name=f"<@{to}>", why="I have not met them in this workspace yet")
    check_delegate(asked.question, Decider(member.user_id, member.role, member.name, is_active(tx, to)))
    change_approval(tx, asked.approval.id, {"assigned_to": to})
    before = {"to": asked.approval.assigned_to}
    record(tx, Change(who.user_id, DELEGATED, _subject(asked), before, {"to": to}), now=now)
    redraw_in(tx, who, asked.approval.id, now=now)


def _check_claims(tx: Tx, asked: Undecided, send: Send, text: str) -> None:
    """A template says of the past what the record holds, and so do the words that stand in its place."""
    lead = get_lead(tx, asked.approval.lead_id) if asked.approval.lead_id else None
    if send.template_version is None or lead is None:
        return
    deal = get_deal(tx, send.deal_id) if send.deal_id else None
    buyer = get_buyer(tx, send.buyer_id) if send.buyer_id else None
    check_words(tx, About(lead, deal, buyer), text)


def _end(tx: Tx, who: Actor, asked: Undecided, state: ApprovalState, reason: str | None, now: datetime) -> None:
    if not end_approval(tx, asked.approval.id, state, by=who.user_id, reason=reason, now=now):
        raise LookupError(f"the approval {asked.approval.id} was decided while it was locked")


def _redraw(tx: Tx, who: Actor, asked: Undecided, now: datetime) -> None:
    """Let the card be drawn anew, and that of the task for which the message was drafted."""
    redraw_in(tx, who, asked.approval.id, now=now)
    if asked.approval.task_id:
        show_task(tx, who, asked.approval.task_id, now=now)


def _outcome(let: Send) -> Mapping[str, object]:
    """What became of a message at the yes, to see later whether that changed."""
    held = let.held_until.isoformat() if let.held_until else None
    return {"state": let.state.value, "held_until": held, "reason": let.reason}


def _count(tx: Tx, who: Actor, asked: Undecided, decision: str, now: datetime, *, is_edited: bool) -> None:
    approval = asked.approval
    minutes = round((now - approval.created_at) / MINUTE, 2)
    detail = {"decision": decision, "edited": is_edited, "kind": approval.kind.value, "messages": len(asked.waiting)}
    about = approval_correlation(approval.id)
    is_yes = decision == APPROVED
    emit_kpi(tx, KpiEvent(Kpi.APPROVAL_DECIDED, is_yes, about, who.user_id, minutes, detail), now=now)


def _subject(asked: Undecided) -> str:
    return f"approval {asked.approval.id}"
