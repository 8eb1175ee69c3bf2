"""One task: found and kept from others, done once, its draft withdrawn, its card drawn anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.approval_asks import supersede_in
from bot.services.ladder_hours import hours_of
from bot.services.sends import cancel_in, queue_post
from domain import kpis
from domain.errors import RuleBroken
from domain.kpis import Kpi, KpiEvent
from domain.ladder import minutes_late
from domain.messages import Post
from domain.rules import Medium
from domain.tasks import OPEN, TaskKind, TaskState, may_work_task
from domain.zones import zone
from storage.audit import Change, record
from storage.base import Tx
from storage.kpis import emit_kpi
from storage.ladder import Task, change_task, get_task, tasks_of
from storage.leads import Lead, get_lead
from storage.sends import get_send
from storage.workspaces import find_member

TASK_DONE: Final = "task_done"
"""The audit trail's word for a task that somebody did."""
DRAFT_WITHDRAWN: Final = "task_over"
"""The reason of a message whose task came to its end before it left."""


class TaskNotFound(RuleBroken):
    """This task is not here any more. Home lists what is due for you."""

    code = "TASK_NOT_FOUND"


class NotYourTask(RuleBroken):
    """L-{number} is another rep's. Its rep sees to this, whoever it is handed to, or an approver."""

    code = "NOT_YOUR_TASK"


class TaskEnded(RuleBroken):
    """{by} {what} at {at:%H:%M} on {at:%d %b} (your time){why}. Nothing was changed."""

    code = "TASK_ENDED"


_ENDS: Final = {
    TaskState.DONE: "did this",
    TaskState.SKIPPED: "left this out",
    TaskState.CANCELLED: "ended this",
}


@dataclass(frozen=True, slots=True)
class Done:
    """How a task was done: when, by whom, with what outcome and in which words."""

    at: datetime
    by: str
    outcome: str | None = None
    note: str | None = None


def locked(tx: Tx, task_id: int) -> tuple[Task, Lead]:
    """Return a task and its lead, kept from everybody else until the end of `tx`: the lead first, as everywhere.

    Raises `TaskNotFound`.
    """
    found = get_task(tx, task_id)
    lead = get_lead(tx, found.lead_id, lock=True) if found else None
    task = get_task(tx, task_id, lock=True)
    if task is None or lead is None:
        raise TaskNotFound
    return task, lead


def opened(tx: Tx, who: Actor, task_id: int) -> tuple[Task, Lead]:
    """Return an open task that this member may see to, locked. Raises `TaskNotFound`, `NotYourTask`, `TaskEnded`."""
    task, lead = locked(tx, task_id)
    check_may_see_to(who, task, lead)
    if task.state not in OPEN:
        raise _ended(tx, who, task)
    return task, lead


def check_may_see_to(who: Actor, task: Task, lead: Lead) -> None:
    """Raise `NotYourTask` unless the actor may say what becomes of a task."""
    if who.is_person and not may_work_task(who.role, user_id=who.user_id, rep_id=lead.rep_id, owner=task.owner):
        raise NotYourTask(number=lead.number)


def complete_task(tx: Tx, who: Actor, task: Task, done: Done, *, now: datetime) -> bool:
    """Bring an open task to its end as done, with what is counted and its card; False when it had ended already."""
    values = {"completed": True, "completed_at": done.at, "done_by": done.by, "outcome": done.outcome}
    values |= {"note": done.note} if done.note else {}
    if not end_task(tx, task, TaskState.DONE, values, at=done.at):
        return False
    lead = stored_lead(tx, task)
    late = minutes_late(hours_of(tx, lead, now=now).facts(task, completed_at=done.at))
    detail = {"step": task.step, "medium": task.medium.value, "kind": task.kind.value}
    emit_kpi(
        tx, KpiEvent(Kpi.FOLLOWUP_COMPLETED, True, kpis.ladder(lead.id), done.by, late, detail), now=now
    )  # fmt: skip
    if who.is_person:
        note_change(tx, who, TASK_DONE, task, lead, now=now)
    show_task(tx, who, task.id, now=now)
    return True


def end_task(tx: Tx, task: Task, state: TaskState, values: dict[str, object], *, at: datetime) -> bool:
    """Write the end of an open task; False when it had ended already."""
    return change_task(tx, task.id, {**values, "state": state, "ended_at": at, "escalate_at": None})


def withdraw_draft(tx: Tx, who: Actor, task: Task, sentence: str, *, now: datetime) -> None:
    """Keep back the text that was drafted for a task, whether it waits for a yes or for an opening; one that has left
    stays as it is. `sentence` says why."""
    drafted = get_send(tx, task.send_id) if task.send_id else None
    if drafted is None:
        return
    asked = drafted.approval_id
    if asked is None or not supersede_in(tx, who, asked, DRAFT_WITHDRAWN, sentence, now=now):
        cancel_in(tx, drafted, DRAFT_WITHDRAWN, sentence, now=now)


def try_text_again(tx: Tx, lead_id: int) -> None:
    """Let the newest text that waits for a person come up again: what stood in its way may be mended now. Earlier ones
    stay as they are, or several would leave at once."""
    get_lead(tx, lead_id, lock=True)
    waiting = [task for task in tasks_of(tx, lead_id) if _waits_for_person(task)]
    if waiting:
        newest = max(waiting, key=lambda task: (task.due_at, task.id))
        change_task(tx, newest.id, {"state": TaskState.PLANNED, "escalate_at": None}, of=(TaskState.DUE,))


def _waits_for_person(task: Task) -> bool:
    is_text = task.kind is TaskKind.LADDER and task.medium is Medium.SMS
    return is_text and task.state is TaskState.DUE and task.send_id is None


def show_task(tx: Tx, who: Actor, task_id: int, *, now: datetime) -> None:
    """Let a task's card be posted, or drawn anew where it stands; changes of one instant are drawn once."""
    queue_post(tx, who, f"task:{task_id}:{now.isoformat()}", Post.TASK, {"task_id": task_id}, now=now)


def note_change(
    tx: Tx, who: Actor, verb: str, task: Task, lead: Lead, *, now: datetime, **more: object
) -> None:  # fmt: skip
    """Write into the audit trail what a person did with a task."""
    after = {"task": task.id, "kind": task.kind.value, "step": task.step, **more}
    reason = str(after.pop("reason")) if after.get("reason") else None
    record(tx, Change(who.user_id, verb, f"L-{lead.number}", after=after, reason=reason), now=now)


def stored_lead(tx: Tx, task: Task) -> Lead:
    """Return the lead of a task."""
    lead = get_lead(tx, task.lead_id)
    if lead is None:
        raise LookupError(f"the task {task.id} has lost its lead")
    return lead


def stored_task(tx: Tx, task_id: int) -> Task:
    """Return a task that must be there."""
    task = get_task(tx, task_id)
    if task is None:
        raise LookupError(f"the task {task_id} is not there")
    return task


def name_of(tx: Tx, user_id: str | None) -> str:
    """Return what the team calls a member; "Valhalla" for a part of the product."""
    member = find_member(tx, user_id) if user_id else None
    return member.name if member else "Valhalla"


def _ended(tx: Tx, who: Actor, task: Task) -> TaskEnded:
    at = (task.ended_at or task.completed_at or task.due_at).astimezone(zone(who.zone))
    why = task.reason if task.state is not TaskState.DONE else task.outcome and task.outcome.replace("_", " ")
    by = "You" if task.done_by == who.user_id else name_of(tx, task.done_by)
    return TaskEnded(by=by, what=_ENDS[task.state], at=at, why=f": {why.rstrip('.')}" if why else "")
