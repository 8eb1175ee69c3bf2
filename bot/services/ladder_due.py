"""What is due: brought in front of people once its time has come, and handed up when nobody sees to it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from bot.services.ladder_drafts import Tick, draft_text
from bot.services.ladder_hours import hours_of
from bot.services.ladder_moves import SNOOZED, catch_up
from bot.services.ladder_stops import end_tasks, over_at, stop_ladder
from bot.services.ladder_tasks import locked, show_task
from bot.services.sends import queue_post
from domain.deals import Stage
from domain.ladder import PAUSE, late_at
from domain.leads import LeadStatus
from domain.messages import Post
from domain.policy import Medium
from domain.roles import Role
from domain.tasks import TaskKind, TaskState, told_at, told_next_at
from storage.base import Tx
from storage.deals import deal_of
from storage.ladder import Task, change_task, ready_tasks
from storage.leads import Lead
from storage.workspaces import members_of

BATCH: Final = 50
"""How many tasks are looked up at once."""
TOO_LATE: Final = timedelta(minutes=15)
"""How late a step may come up before what follows it is moved: the program was away, or its lead had no consent."""
NOT_INTERESTED: Final = "The lead is disqualified."
_WAITED: Final = {1: "has waited for two hours in which it could be done", 2: "has waited for another day"}
_NOUNS: Final = {Medium.SMS: "text", Medium.CALL: "call", Medium.EMAIL: "e-mail"}


def due_tasks(tx: Tx, *, now: datetime, limit: int = BATCH, but: Collection[int] = ()) -> list[Task]:
    """Return the tasks whose time has come and that nobody was shown yet, the longest overdue first."""
    return ready_tasks(tx, now=now, limit=limit, but=but)


def surface_in(tx: Tx, tick: Tick, task_id: int) -> bool:
    """Bring one task in front of people: its card is posted, and its text drafted where it is a text's turn. One whose
    lead is decided ends instead; False where it is not its time any more."""
    task, lead = locked(tx, task_id)
    if not _is_its_time(task, lead, tick.now):
        return False
    if _is_over(tx, tick, task, lead):
        return True
    hours = hours_of(tx, lead, now=tick.now)
    is_late = task.kind is TaskKind.LADDER and tick.now - task.due_at > TOO_LATE
    if is_late and not catch_up(tx, task, lead, hours, now=tick.now):
        return True
    values: dict[str, object] = {"state": TaskState.DUE, "surfaced_at": tick.now, "escalation": 0}
    # A card that was put off stands far up in the thread: nobody would see it change.
    values |= {"card_ts": None} if task.shift in (SNOOZED, PAUSE) else {}
    values |= {"escalate_at": late_at(hours.facts(task, since=tick.now))}
    values |= {} if task.kind is TaskKind.REPLY else {"reason": None}
    change_task(tx, task.id, values)
    if task.kind is TaskKind.LADDER and task.medium is Medium.SMS:
        draft_text(tx, tick, task, lead)
    show_task(tx, tick.who, task.id, now=tick.now)
    return True


def hand_up_in(tx: Tx, tick: Tick, task_id: int) -> bool:
    """Tell the next person that nobody has seen to a task; False where somebody has meanwhile."""
    task, lead = locked(tx, task_id)
    if task.state is not TaskState.DUE or task.escalate_at is None or task.escalate_at > tick.now:
        return False
    level = task.escalation + 1
    change_task(tx, task.id, {"escalation": level, "escalate_at": told_next_at(level, tick.now)})
    text = _handed_up_text(tx, task, lead, level)
    key = f"task:{task.id}:handed_up:{level}:{tick.now.isoformat()}"
    queue_post(tx, tick.who, key, Post.WARNING, {"text": text}, now=tick.now)
    show_task(tx, tick.who, task.id, now=tick.now)
    return True


def _is_its_time(task: Task, lead: Lead, now: datetime) -> bool:
    rests = lead.ladder_paused_at is not None and task.kind is TaskKind.LADDER
    return task.state is TaskState.PLANNED and task.due_at <= now and not rests


def _is_over(tx: Tx, tick: Tick, task: Task, lead: Lead) -> bool:
    """End what a decision about the lead ended that came before anybody stopped its ladder for it."""
    if task.kind is TaskKind.REPLY:
        return False
    if lead.status is LeadStatus.DISQUALIFIED:
        return bool(stop_ladder(tx, tick.who, lead, NOT_INTERESTED, now=tick.now))
    deal = deal_of(tx, lead.id)
    over = over_at(deal.stage if deal else Stage.DRAFT)
    if deal is None or over is None or not over.reaches(task):
        return False
    decided = over.because(f"D-{deal.number} is {deal.stage.label.lower()}.")
    return bool(end_tasks(tx, tick.who, lead, decided, now=tick.now))


def _handed_up_text(tx: Tx, task: Task, lead: Lead, level: int) -> str:
    """Say in the approvals channel what nobody has seen to, to those who can."""
    members, role = members_of(tx), told_at(level)
    asked = [member for member in members if member.role is role] or [m for m in members if m.role is Role.ADMIN]
    people = " ".join(f"<@{member.user_id}>" for member in asked)
    whose = f" of <@{task.owner}>" if task.owner else ""
    what = f"A {_NOUNS[task.medium]}{whose} for L-{lead.number} {_WAITED[level]}, and nobody has seen to it."
    where = f" <{lead.permalink}|Open the lead>" if lead.permalink else f" `/lead show L-{lead.number}`"
    return f"{people} {what}{where}".strip()
