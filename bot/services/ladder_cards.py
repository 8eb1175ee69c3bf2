"""All that a task's card shows, read from the rows as they are now."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.contacts import judge_in
from bot.services.ladder_tasks import stored_lead
from bot.services.recipients import recipient_of_lead
from bot.services.sends import contact_wish
from bot.services.why import answer_about
from domain.contact import email_key
from domain.gate import GateVerdict
from domain.messages import SendState
from domain.rules import Medium
from domain.tasks import OPEN, TaskKind
from domain.zones import ZoneReport
from storage.approvals import Approval, get_approval
from storage.base import Tx
from storage.deals import Deal, deal_of
from storage.ladder import Task, tasks_of
from storage.leads import Lead
from storage.sends import Send, get_send


@dataclass(frozen=True, slots=True)
class TaskCard:
    """All that a task's card shows. `verdict` is what the gate says of the contact now, None without an address or when
    the task is over; `of_steps` is how many rungs the lead's ladder has; `draft` and `approval` belong to a text that
    was drafted for it; `upcoming` is what is open of the lead beside it, the first due in front.
    """

    task: Task
    lead: Lead
    deal: Deal | None
    of_steps: int
    verdict: GateVerdict | None
    draft: Send | None
    approval: Approval | None
    now: datetime
    upcoming: tuple[Task, ...] = ()


def card_of(tx: Tx, task: Task, now: datetime, report: ZoneReport) -> TaskCard:
    """Return all that a task's card shows."""
    lead, tasks = stored_lead(tx, task), tasks_of(tx, task.lead_id)
    draft = get_send(tx, task.send_id) if task.send_id else None
    others = [each for each in tasks if each.state in OPEN and each.id != task.id]
    return TaskCard(
        task=task,
        lead=lead,
        deal=deal_of(tx, lead.id),
        of_steps=sum(each.kind is TaskKind.LADDER for each in tasks),
        verdict=_verdict(tx, task, lead, draft, (now, report)) if task.state in OPEN else None,
        draft=draft,
        approval=get_approval(tx, draft.approval_id) if draft and draft.approval_id else None,
        now=now,
        upcoming=tuple(sorted(others, key=lambda each: (each.due_at, each.id))),
    )


def address_of(lead: Lead, medium: Medium) -> str | None:
    """Return where a medium reaches a lead's seller, as the ledger names it; None without one."""
    return (lead.email and email_key(lead.email)) if medium is Medium.EMAIL else lead.phone


def _verdict(tx: Tx, task: Task, lead: Lead, draft: Send | None, at: tuple[datetime, ZoneReport]) -> GateVerdict | None:
    """What the gate says now: about the text as it is drafted, else about a contact as the product would make it."""
    now, report = at
    address = address_of(lead, task.medium)
    if address is None:
        return None
    found = recipient_of_lead(tx, lead, address)
    if draft and draft.state is SendState.AWAITING_APPROVAL:
        return judge_in(tx, found, contact_wish(draft), now, report)[0]
    return answer_about(tx, found, task.medium, now)[1]
