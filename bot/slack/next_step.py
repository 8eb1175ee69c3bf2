"""What happens next with a lead, in a line: the step that comes first, what it waits for, or why there is none."""

from collections.abc import Sequence
from datetime import datetime

from bot.services.leads import LeadCard
from bot.slack.consent_card import MEDIUM_NAMES, counts
from bot.slack.live_offer_card import person
from bot.slack.mrkdwn import bold, clock_text, escape, for_reader
from domain.leads import LeadStatus
from domain.messages import SendState
from domain.policy import Medium
from domain.tasks import OPEN, TaskKind, TaskState
from domain.zones import local_date, zone
from storage.ladder import Task
from storage.leads import Lead
from storage.sends import Send

REASON_SHOWN = 240


def next_text(card: LeadCard) -> str:
    """Say what happens next with a lead: the step that comes first, what it waits for, or why there is none."""
    steps = open_tasks(card)
    if not steps:
        return f"{bold('Next')} {_stopped(card)}{_no_next_action(card)}"
    task = steps[0]
    if card.lead.ladder_paused_at:
        return f"{bold('Next')} {_paused(card.lead)}; {step_name(task, card.tasks)} waits"
    due = "due now" if task.due_at <= card.now else f"due {for_reader(task.due_at)}"
    there = _on_their_clocks(card.lead, task.due_at)
    shift = f", moved: {task.shift}" if task.shift else ""
    step = f"{step_name(task, card.tasks)}, {due} (seller's time {there}{shift})"
    return f"{bold('Next')} {step}{_waits(task, card.draft) or _obstacle(task.medium, card)}"


def open_tasks(card: LeadCard) -> list[Task]:
    """Return what is still to be done about a lead, the first due in front."""
    return sorted((task for task in card.tasks if task.state in OPEN), key=lambda task: (task.due_at, task.id))


def step_name(task: Task, tasks: Sequence[Task]) -> str:
    """Name a task among its lead's: "SMS step 1 of 6", or what else it is."""
    if task.kind is TaskKind.CALLBACK:
        return "the call that was promised"
    if task.kind is TaskKind.REPLY:
        return "an answer to their reply"
    rungs = sum(each.kind is TaskKind.LADDER and each.run == task.run for each in tasks)
    return f"{MEDIUM_NAMES[task.medium]} step {task.step} of {rungs}"


def _waits(task: Task, draft: Send | None) -> str:
    """Say what a step that is due waits for: a yes to its draft, an opening, or a person for the reason it holds."""
    if task.state is not TaskState.DUE or task.kind is TaskKind.REPLY:
        return ""
    if draft and task.send_id == draft.id:
        return _drafted(draft)
    return f": {escape(task.reason, REASON_SHOWN)}" if task.reason else ""


def _drafted(draft: Send) -> str:
    match draft.state:
        case SendState.AWAITING_APPROVAL:
            return ": waits for approval"
        case SendState.HELD:
            return f": approved, held until {for_reader(draft.held_until)}" if draft.held_until else ": approved, held"
        case _:
            return ": approved"


def _paused(lead: Lead) -> str:
    since = f" since {for_reader(lead.ladder_paused_at)}" if lead.ladder_paused_at else ""
    by = f" by {person(lead.ladder_paused_by)}" if lead.ladder_paused_by else ""
    return f"follow-ups are paused{by}{since}"


def _stopped(card: LeadCard) -> str:
    """Say what ended the follow-ups before all of them were done."""
    cut = [task for task in card.tasks if task.state is TaskState.CANCELLED and task.reason]
    if not cut:
        return ""
    last = max(cut, key=lambda task: (task.ended_at or task.due_at, task.id))
    return f"follow-ups stopped: {escape(last.reason or '', REASON_SHOWN)} · "


def _no_next_action(card: LeadCard) -> str:
    """Say that no follow-up is open, and what to do about it."""
    lead, deal = card.lead, card.deal
    if lead.status is LeadStatus.DISQUALIFIED:
        return "nothing is left to do"
    if lead.province is None:
        return "the lead has no next action: complete the address, and its follow-ups are planned"
    if deal and deal.stage.is_open:
        return f"the lead has no next action of its own: press Deal D-{deal.number} for what its deal waits for"
    return f"the lead has no next action: open a deal with `/deal L-{lead.number}`"


def _on_their_clocks(lead: Lead, at: datetime) -> str:
    """An instant on the seller's clock; on the earliest and the latest one where several zones are possible."""
    local = sorted({at.astimezone(zone(name)).replace(tzinfo=None) for name in lead.zones})
    first, last = local[0], local[-1]
    return clock_text(first) if first == last else f"{clock_text(first)} to {last:%H:%M}, by where it is"


def _obstacle(medium: Medium, card: LeadCard) -> str:
    """Say what still stands in a step's way: no number, or nothing that lets us text."""
    if card.lead.phone is None:
        return " · no phone number yet"
    today = local_date(card.now, card.lead.zones)
    may_text = medium is not Medium.SMS or any(counts(entry, medium, today=today) for entry in card.consents)
    return "" if may_text else " · texting waits for consent"
