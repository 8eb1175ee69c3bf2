"""An approval as its card shows it: its messages, whom they reach, what the gate says of them now, who may decide."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.actors import Actor
from bot.services.contacts import found_for, judge_in
from bot.services.recipients import Recipient
from bot.services.sends import contact_wish
from domain.approvals import ApprovalKind, ApprovalState, Question
from domain.contact import show_phone
from domain.content import Sender
from domain.gate import GateVerdict, closes_at
from domain.messages import SendState
from domain.pauses import Pause
from domain.roles import may_approve, may_see_contact
from domain.zones import ZoneReport
from storage.approvals import Approval
from storage.base import Tx
from storage.deals import Deal, get_deal
from storage.leads import Lead, get_lead
from storage.pauses import all_pauses, pauses_for
from storage.sends import Send, sends_of_approval
from storage.workspaces import find_member, sender_of, threshold_of

OUTCOME = "outcome"
"""Where an approval of one message keeps what the gate said at the yes, so that a change of it is seen later."""


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """All that an approval's card shows. `sends` are its messages, the first of them with its `recipient` and, while it
    waits for a decision, what the gate says of it now (`verdict`); those of a batch say it themselves.

    `closes_at` is until when it may leave today. `pauses` stop what would leave. `needs_another` is whether the author
    may not say yes. `sees` is whether whoever asks may see full addresses; `ours` are the team's own, which nobody
    masks. `added` is what an edit had to get back at its end.
    """

    approval: Approval
    sends: tuple[Send, ...]
    recipient: Recipient | None
    verdict: GateVerdict | None
    lead: Lead | None
    deal: Deal | None
    now: datetime
    sees: bool = False
    closes_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    needs_another: bool = False
    ours: tuple[str, ...] = ()
    added: str = ""

    @property
    def can_be_decided(self) -> bool:
        """Whether it waits for a yes or a no: nobody decided, it has not lapsed, and a message of it waits."""
        return self.approval.state is ApprovalState.OPEN and self.now < self.approval.expires_at and self.has_waiting

    @property
    def has_waiting(self) -> bool:
        """Whether a message of it waits for the decision."""
        return bool(waiting_of(self.sends))


def card_of(tx: Tx, who: Actor, approval: Approval, now: datetime, report: ZoneReport | None) -> ApprovalCard:
    """Return an approval with all that its card shows; without a `report` the gate is not asked."""
    sends = tuple(sends_of_approval(tx, approval.id))
    lead = get_lead(tx, approval.lead_id) if approval.lead_id else None
    one = sends[0] if sends and approval.kind is ApprovalKind.SEND else None
    found = found_for(tx, contact_wish(one)) if one else None
    verdict, closes = None, None
    if one and found and report and one.state is SendState.AWAITING_APPROVAL:
        verdict, facts = judge_in(tx, found, contact_wish(one), now, report)
        closes = closes_at(facts) if verdict.allowed else None
    return ApprovalCard(
        approval=approval,
        sends=sends,
        recipient=found,
        verdict=verdict,
        lead=lead,
        deal=get_deal(tx, approval.deal_id) if approval.deal_id else None,
        now=now,
        sees=_sees(who, lead),
        closes_at=closes,
        pauses=tuple(pauses_for(tx, found.province, found.market) if found else all_pauses(tx)),
        needs_another=question_of(tx, approval, sends).needs_another,
        ours=_ours(sender_of(tx)),
    )


def waiting_of(sends: tuple[Send, ...]) -> list[Send]:
    """Return the messages that wait for a decision."""
    return [send for send in sends if send.state is SendState.AWAITING_APPROVAL]


def question_of(tx: Tx, approval: Approval, sends: tuple[Send, ...]) -> Question:
    """Return what the rules ask about an approval."""
    return Question(
        approval.requested_by,
        recipients=len({send.address for send in sends}),
        threshold=threshold_of(tx),
        assigned_to=approval.assigned_to,
        assigned_name=name_of(tx, approval.assigned_to) if approval.assigned_to else "",
    )


def name_of(tx: Tx, user_id: str) -> str:
    """Return what the team calls a member."""
    member = find_member(tx, user_id)
    return member.name if member else user_id


def _ours(sender: Sender) -> tuple[str, ...]:
    """How the team itself is reached, as its messages say it."""
    return tuple(filter(None, (show_phone(sender.phone) if sender.phone else None, sender.email)))


def _sees(who: Actor, lead: Lead | None) -> bool:
    if not who.is_person:
        return False
    return may_approve(who.role) or (
        lead is not None and may_see_contact(who.role, user_id=who.user_id, rep_id=lead.rep_id)
    )
