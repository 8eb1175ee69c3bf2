"""What needs a member, as Home lists it: follow-ups, approvals, messages, replies, leads with nothing planned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.services.actors import Actor
from bot.services.approval_cards import ApprovalCard
from bot.services.home import HomeShown
from bot.services.inbound import Waiting
from bot.services.sends_troubles import TroublePage
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.ids import Action
from bot.slack.live_offer_card import person
from bot.slack.mrkdwn import bold, escape, for_reader, there_and_here
from bot.slack.reply_card import reply_blocks
from bot.slack.send_card import TITLE as SENDS_TITLE
from bot.slack.send_card import send_blocks
from domain.approvals import ApprovalKind
from domain.messages import Route
from domain.rules import Medium
from domain.tasks import TaskKind, TaskState
from storage.ladder import Task
from storage.leads import Lead

AT_FIRST, ON_PAGE, MOST = 7, 10, 100
"""How many things Home names at first, how many on a page of all of them, and how far the pages go."""
BACK: Final = "first"
"""What the button that leads back to Home sends in the place of a page."""
REASON_SHOWN: Final = 160
JUST_NOW: Final = timedelta(minutes=5)
"""How long something that is due is not called overdue."""
TASKS_TITLE: Final = "Follow-ups that are due"
APPROVALS_TITLE: Final = "Messages that wait for your yes"
REPLIES_TITLE: Final = "Replies that wait for a person"
IDLE_TITLE: Final = "Leads without a next action"
_ROUTES: Final = {Route.SMS: "Text", Route.EMAIL: "E-mail"}
_VERBS: Final = {Medium.SMS: "Text", Medium.CALL: "Call", Medium.EMAIL: "E-mail"}
_NOTES: Final = {REPLIES_TITLE: "They may be opt-outs: nothing is sent to who wrote them."}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs the member: under which title it stands, and how it looks."""

    title: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Needs:
    """All that needs a member, by kind."""

    shown: HomeShown
    approvals: Sequence[ApprovalCard]
    sends: TroublePage
    replies: Sequence[Waiting]


def needs_of(needs: Needs, who: Actor) -> list[Need]:
    """Return what needs a member in the order in which it should be seen to."""
    shown = needs.shown
    return [
        *(Need(TASKS_TITLE, [task_line(task, lead, shown.now)]) for task, lead in shown.owed),
        *(Need(APPROVALS_TITLE, [_approval(card)]) for card in needs.approvals),
        *(Need(SENDS_TITLE, send_blocks(each)) for each in needs.sends.shown),
        *(Need(REPLIES_TITLE, reply_blocks(each, who)) for each in needs.replies),
        *(Need(IDLE_TITLE, [_idle(lead)]) for lead in shown.idle),
    ]


def listed(needs: Sequence[Need]) -> Iterator[Block]:
    """Yield needs with a title over each kind."""
    before = None
    for need in needs:
        if need.title != before:
            note = _NOTES.get(need.title)
            yield section(f"{bold(need.title)}\n{note}" if note else bold(need.title))
        before = need.title
        yield from need.blocks


def turning(start: int, count: int) -> list[Block]:
    """Return the buttons that turn the pages of everything, and the one that leads back."""
    last = start + ON_PAGE >= min(count, MOST)
    before = [button("Previous", f"{Action.HOME_PAGE}:before", str(max(start - ON_PAGE, 0)))] if start else []
    after = [] if last else [button("Next", f"{Action.HOME_PAGE}:after", str(start + ON_PAGE))]
    rest = [context(f"These are the first {MOST}: what comes behind them is shown when they are seen to.")]
    row = actions([*before, *after, button("Back", f"{Action.HOME_PAGE}:back", BACK)], block_id="home_pages")
    return [row, *(rest if last and count > MOST else [])]


def all_button(count: int) -> list[Block]:
    """Return the button behind which the rest is, where there is more than Home names."""
    if count <= AT_FIRST:
        return []
    return [actions([button("All", f"{Action.HOME_PAGE}:all", "0")], block_id="home_all")]


def task_line(task: Task, lead: Lead, now: datetime) -> Block:
    """Return a task as a line: what has to be done, with whom, and when, on both clocks."""
    text = f"{_title(task, lead)}: {_when(task, lead, now)}{_waits(task)}"
    button_ = button("Open", Action.SHOW_TASK, str(task.id))
    return section(text, accessory=button_, block_id=f"step_{task.id}")


def _title(task: Task, lead: Lead) -> str:
    name = bold(escape(lead.name))
    match task.kind:
        case TaskKind.REPLY:
            return f"Answer {name}, who wrote"
        case TaskKind.CALLBACK:
            return f"Call {name} back"
        case _:
            return f"{_VERBS[task.medium]} {name}, step {task.step}"


def _when(task: Task, lead: Lead, now: datetime) -> str:
    at = there_and_here(task.due_at, lead.zones)
    if task.due_at > now:
        return f"due {at}"
    if now - task.due_at <= JUST_NOW:
        return f"{bold('due now')}, {at}"
    waits = ", handed up" if task.escalation else ""
    return f":warning: {bold('overdue')}{waits}, since {at}"


def _waits(task: Task) -> str:
    """Say what a task that is due waits for: a yes to its text, or a person, for this reason."""
    if task.state is not TaskState.DUE or task.kind is TaskKind.REPLY:
        return ""
    if task.send_id:
        return "\nIts text is written and waits for a yes, or for its moment to leave."
    return f"\n{escape(task.reason, REASON_SHOWN)}" if task.reason else ""


def _approval(card: ApprovalCard) -> Block:
    """Return what is asked, by whom, and until when."""
    asked = card.approval
    by = "a follow-up" if asked.task_id else person(asked.requested_by)
    lines = f"{_asked(card)}\nasked by {by} · lapses {for_reader(asked.expires_at)}"
    return section(
        lines,
        accessory=button("Open", Action.SHOW_APPROVAL, str(asked.id), style="primary"),
        block_id=f"approval_{asked.id}",
    )


def _asked(card: ApprovalCard) -> str:
    if card.approval.kind is ApprovalKind.BATCH:
        about = f" about D-{card.deal.number}" if card.deal else ""
        return bold(f"{len(card.sends)} {'message' if len(card.sends) == 1 else 'messages'}{about}")
    name = escape(card.recipient.name) if card.recipient else ""
    route = _ROUTES.get(card.sends[0].route, "Message") if card.sends else "Message"
    return bold(f"{route} to {name}" if name else route)


def _idle(lead: Lead) -> Block:
    lack = "complete the address, and its follow-ups are planned" if lead.province is None else "open it and plan one"
    text = f"{bold(f'L-{lead.number}')} {escape(lead.name)} · {lead.status.label.lower()}: {lack}"
    return section(text, accessory=button("Open", Action.SHOW_LEAD, str(lead.number)), block_id=f"idle_{lead.number}")
