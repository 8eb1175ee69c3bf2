"""What people do with a task beside doing it: put it off, hand it over, leave it out, let a lead's ladder rest."""

from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.findings import LadderClosed
from bot.services.intake import readable
from bot.services.ladder_hours import LeadHours, hours_of
from bot.services.ladder_tasks import (
    NotYourTask,
    end_task,
    name_of,
    note_change,
    opened,
    show_task,
    withdraw_draft,
)
from bot.services.numbered import lead_numbered
from domain.errors import RuleBroken
from domain.ladder import DELAY, PAUSE, PlannedStep, replan
from domain.roles import may_work_deal
from domain.tasks import OPEN, NeverOpen, TaskKind, TaskState, check_snooze, checked_reason
from storage.audit import Change, record
from storage.base import Tx
from storage.ladder import Task, change_task, tasks_of
from storage.leads import Lead, change_lead
from storage.workspaces import find_member

SNOOZED: Final = "snoozed"
"""Why a task is due later that somebody put off."""
TASK_SNOOZED, TASK_HANDED_OVER, TASK_SKIPPED = "task_snoozed", "task_handed_over", "task_skipped"
LADDER_PAUSED, LADDER_RESUMED = "ladder_paused", "ladder_resumed"
"""Verbs of the audit trail."""
_WAITS_AGAIN: Final = {"state": TaskState.PLANNED, "escalation": 0, "escalate_at": None, "send_id": None}
PAUSED: Final = "The lead's follow-ups are paused."


class HandOverUnknown(RuleBroken):
    """I have not met <@{user_id}> in this workspace yet. They write `/lead help` once, then tasks can be theirs."""

    code = "HAND_OVER_UNKNOWN"
    field = "to"


def snooze_time(tx: Tx, task: Task, lead: Lead, until: datetime, *, now: datetime) -> datetime:
    """Return when a task would be due that is put off until an instant: the first moment from then on at which its
    medium may be used. Raises `SnoozePast`, `SnoozeTooFar`, and `NeverOpen`."""
    opens = hours_of(tx, lead, now=now).opening(task.medium, check_snooze(until, now=now))
    if opens is None:
        raise NeverOpen
    return opens


def snooze_in(tx: Tx, who: Actor, task_id: int, until: datetime, *, now: datetime) -> None:
    """Put a task off; a text that was drafted for it is drafted anew then. Raises what `opened` and `snooze_time`
    raise."""
    task, lead = opened(tx, who, task_id)
    due_at = snooze_time(tx, task, lead, until, now=now)
    sentence = f"Put off by {name_of(tx, who.user_id)}."
    withdraw_draft(tx, who, task, sentence, now=now)
    change_task(tx, task.id, {**_WAITS_AGAIN, "due_at": due_at, "shift": SNOOZED, "reason": sentence})
    note_change(tx, who, TASK_SNOOZED, task, lead, now=now, until=due_at.isoformat())
    show_task(tx, who, task.id, now=now)


def hand_over_in(tx: Tx, who: Actor, task_id: int, to: str, *, now: datetime) -> None:
    """Give a task to another member. Raises `HandOverUnknown` and what `opened` raises."""
    task, lead = opened(tx, who, task_id)
    if find_member(tx, to) is None:
        raise HandOverUnknown(user_id=to)
    change_task(tx, task.id, {"owner": to})
    note_change(tx, who, TASK_HANDED_OVER, task, lead, now=now, owner=to, before=task.owner)
    show_task(tx, who, task.id, now=now)


def skip_in(tx: Tx, who: Actor, task_id: int, reason: str, *, now: datetime) -> None:
    """Leave a task out. Raises `SkipReasonMissing` and what `opened` raises."""
    task, lead = opened(tx, who, task_id)
    kept = checked_reason(readable(reason))
    withdraw_draft(tx, who, task, f"Left out by {name_of(tx, who.user_id)}.", now=now)
    end_task(tx, task, TaskState.SKIPPED, {"reason": kept, "done_by": who.user_id}, at=now)
    note_change(tx, who, TASK_SKIPPED, task, lead, now=now, reason=kept)
    show_task(tx, who, task.id, now=now)


def pause_in(tx: Tx, who: Actor, number: int, *, now: datetime) -> None:
    """Let a lead's ladder rest: what is due of it waits again, and its drafts are withdrawn. Again changes nothing.

    Raises `LeadNotFound` and `NotYourTask`.
    """
    lead = _own(tx, who, number)
    if lead.ladder_paused_at:
        return
    change_lead(tx, lead.id, {"ladder_paused_at": now, "ladder_paused_by": who.user_id})
    for task in rungs_of(tx, lead):
        if task.state is TaskState.DUE:
            withdraw_draft(tx, who, task, PAUSED, now=now)
            change_task(tx, task.id, {**_WAITS_AGAIN, "reason": None})
            show_task(tx, who, task.id, now=now)
    record(tx, Change(who.user_id, LADDER_PAUSED, f"L-{lead.number}"), now=now)


def resume_in(tx: Tx, who: Actor, number: int, *, now: datetime) -> None:
    """Let a lead's ladder go on; what was due meanwhile is planned anew from now on. Again changes nothing.

    Raises `LeadNotFound`, `NotYourTask`, and `LadderClosed` where nothing opens any more.
    """
    lead = _own(tx, who, number)
    if lead.ladder_paused_at is None:
        return
    change_lead(tx, lead.id, {"ladder_paused_at": None, "ladder_paused_by": None})
    hours, rungs = hours_of(tx, lead, now=now), rungs_of(tx, lead)
    again = planned_anew(rungs, hours, now, PAUSE)
    if rungs and not again:
        raise LadderClosed
    moved = _move(tx, rungs, again, now)
    after = {"moved": moved, "since": lead.ladder_paused_at.isoformat()}
    record(tx, Change(who.user_id, LADDER_RESUMED, f"L-{lead.number}", after=after), now=now)


def catch_up(tx: Tx, task: Task, lead: Lead, hours: LeadHours, *, now: datetime) -> bool:
    """Move the rungs behind one that comes up too late, so that what piled up does not come all at once; where its
    medium is closed by now it is moved as well, and this is False."""
    rungs = [each for each in rungs_of(tx, lead) if each.state is TaskState.PLANNED]
    again = planned_anew(rungs, hours, now, DELAY)
    step = again.get(task.step)
    is_open = step is None or step.due_at <= now
    behind = [each for each in rungs if each.step > task.step and each.run == task.run]
    _move(tx, behind if is_open else [task, *behind], again, now)
    return is_open


def planned_anew(rungs: list[Task], hours: LeadHours, now: datetime, why: str) -> dict[int, PlannedStep]:
    """Return open rungs as they are planned from now on, by their steps; one for which nothing opens is left out."""
    planned = [PlannedStep(task.step, task.medium, task.ideal_at, task.due_at, task.shift) for task in rungs]
    again = replan(planned, now, zones=hours.zones, rules=hours.rules, holidays=hours.holidays, shift=why)
    return {step.step: step for step in again}


def _move(tx: Tx, rungs: list[Task], again: dict[int, PlannedStep], now: datetime) -> int:
    """Write when rungs are due; one for which nothing opens ends. Return how many were moved."""
    moved = 0
    for task in rungs:
        step = again.get(task.step)
        if step is None:
            end_task(tx, task, TaskState.CANCELLED, {"reason": str(NeverOpen())}, at=now)
        elif step.due_at != task.due_at:
            moved += change_task(tx, task.id, {"due_at": step.due_at, "shift": step.shift})
    return moved


def rungs_of(tx: Tx, lead: Lead) -> list[Task]:
    """Return the open rungs of a lead's ladder, in order."""
    return [task for task in tasks_of(tx, lead.id) if task.kind is TaskKind.LADDER and task.state in OPEN]


def _own(tx: Tx, who: Actor, number: int) -> Lead:
    """The locked lead, where this member may say what becomes of its ladder."""
    lead = lead_numbered(tx, number, lock=True)
    if who.is_person and not may_work_deal(who.role, user_id=who.user_id, rep_id=lead.rep_id):
        raise NotYourTask(number=lead.number)
    return lead
