"""What came of a call: written down once, with all that follows from it in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.intake import readable
from bot.services.ladder_cards import address_of
from bot.services.ladder_hours import hours_of
from bot.services.ladder_steps import NewTask, create_task
from bot.services.ladder_stops import stop_ladder
from bot.services.ladder_tasks import Done, complete_task, note_change, opened, withdraw_draft
from bot.services.numbered import lead_numbered
from bot.services.opting_out import Said, stop
from domain import kpis
from domain.consent import ConsentKind
from domain.errors import RuleBroken
from domain.kpis import Kpi, KpiEvent
from domain.leads import LeadStatus
from domain.optout import ALL_MEDIA
from domain.policy import Medium
from domain.tasks import (
    NOTE_LIMIT,
    OPEN,
    CallbackClosed,
    CallbackMissing,
    CallbackPast,
    CallOutcome,
    NeverCallable,
    TaskKind,
)
from domain.zones import utc, zone
from storage.base import Tx
from storage.kpis import emit_kpi
from storage.ladder import Task, tasks_of
from storage.leads import Lead, change_lead

CALL_LOGGED: Final = "call_logged"
"""The audit trail's word for a call that somebody made."""
NOT_INTERESTED: Final = "They are not interested."
_BY_PHONE: Final = "phone"
_SAID: Final = {
    CallOutcome.WRONG_NUMBER: "Wrong number, said by phone.",
    CallOutcome.DO_NOT_CONTACT: "Asked by phone not to be contacted again.",
}


class NotACall(RuleBroken):
    """This step is a text, so no call can be logged with it. Log the call from the lead's card."""

    code = "NOT_A_CALL"


class NobodyToStop(RuleBroken):
    """L-{number} has no phone number and no e-mail address on record: there is nothing that could be stopped."""

    code = "NOBODY_TO_STOP"


@dataclass(frozen=True, slots=True)
class CallLog:
    """What came of a call: its outcome, a person's words, and when they want to be called back."""

    outcome: CallOutcome
    note: str = ""
    call_at: datetime | None = None


def log_call_in(tx: Tx, who: Actor, task_id: int, log: CallLog, *, now: datetime) -> int:
    """Write down what came of a call, with all that follows from it; return the task's id.

    Raises `TaskNotFound`, `NotYourTask`, `TaskEnded` which names who was faster, `NotACall`, and of a callback's time
    `CallbackMissing`, `CallbackPast`, `CallbackClosed` which names the next opening, `NeverCallable`.
    """
    task, lead = opened(tx, who, task_id)
    if task.medium is not Medium.CALL and task.kind is not TaskKind.REPLY:
        raise NotACall
    call_at = _call_at(tx, lead, log, now) if log.outcome is CallOutcome.CALL_BACK else None
    note = readable(log.note).strip()[:NOTE_LIMIT] or None
    done = Done(now, who.user_id, log.outcome.value, note)
    withdraw_draft(tx, who, task, "The seller was called instead.", now=now)
    complete_task(tx, who, task, done, now=now)
    detail = {"outcome": log.outcome.value, "step": task.step, "kind": task.kind.value}
    emit_kpi(tx, KpiEvent(Kpi.CALL_LOGGED, True, kpis.call(task.id), who.user_id, detail=detail), now=now)
    note_change(tx, who, CALL_LOGGED, task, lead, now=now, outcome=log.outcome.value)
    _follow(tx, who, lead, log, now)
    if call_at:
        create_task(tx, lead, NewTask(TaskKind.CALLBACK, Medium.CALL, call_at, _owner(who, task), note), now=now)
    return task.id


def call_task_in(tx: Tx, who: Actor, number: int, *, now: datetime) -> int:
    """Return the task with which a call to L-{number} is logged: the first open one, else a new one that is due now.

    Raises `LeadNotFound` and `NotYourTask`.
    """
    lead = lead_numbered(tx, number, lock=True)
    calls = [task for task in tasks_of(tx, lead.id) if task.state in OPEN and task.medium is Medium.CALL]
    if calls:
        first = min(calls, key=lambda task: (task.due_at, task.id))
        return opened(tx, who, first.id)[0].id
    new = create_task(tx, lead, NewTask(TaskKind.CALLBACK, Medium.CALL, now, lead.rep_id), now=now)
    return opened(tx, who, new.id)[0].id


def callback_at(tx: Tx, lead: Lead, at: datetime, *, now: datetime) -> datetime:
    """Return an instant at which a lead's seller may be called as they asked, in UTC.

    Raises `CallbackPast`, `CallbackClosed` which names the next opening, and `NeverCallable`.
    """
    hours, moment = hours_of(tx, lead, now=now), utc(at)
    clock = zone(hours.clock)
    if moment <= now:
        raise CallbackPast(now=now.astimezone(clock))
    opens = hours.opening(Medium.CALL, moment)
    if opens is None:
        raise NeverCallable
    if opens != moment:
        raise CallbackClosed(at=moment.astimezone(clock), opens=opens.astimezone(clock))
    return moment


def _call_at(tx: Tx, lead: Lead, log: CallLog, now: datetime) -> datetime:
    if log.call_at is None:
        raise CallbackMissing
    return callback_at(tx, lead, log.call_at, now=now)


def _owner(who: Actor, task: Task) -> str | None:
    """Whoever made a promise keeps it."""
    return who.rep_id or task.owner


def _follow(tx: Tx, who: Actor, lead: Lead, log: CallLog, now: datetime) -> None:
    """Do what follows from an outcome for the lead and its other tasks."""
    match log.outcome:
        case CallOutcome.REACHED | CallOutcome.CALL_BACK if lead.status is LeadStatus.NEW:
            change_lead(tx, lead.id, {"status": LeadStatus.CONTACTED})
        case CallOutcome.WRONG_NUMBER:
            _stop(tx, who, lead, log, now)
        case CallOutcome.DO_NOT_CONTACT:
            _stop(tx, who, lead, log, now)
        case CallOutcome.NOT_INTERESTED:
            change_lead(tx, lead.id, {"status": LeadStatus.DISQUALIFIED})
            stop_ladder(tx, who, lead, NOT_INTERESTED, now=now)


def _stop(tx: Tx, who: Actor, lead: Lead, log: CallLog, now: datetime) -> None:
    """Record an opt-out of the number, or of the person, which ends what is open for them."""
    is_wrong = log.outcome is CallOutcome.WRONG_NUMBER
    address = lead.phone or address_of(lead, Medium.EMAIL)
    if address is None:
        raise NobodyToStop(number=lead.number)
    said = Said(address, _BY_PHONE, readable(log.note).strip() or _SAID[log.outcome], now)
    kind = ConsentKind.WRONG_PERSON if is_wrong else ConsentKind.DO_NOT_CALL
    stop(tx, who, said, {ALL_MEDIA: kind}, now=now)
