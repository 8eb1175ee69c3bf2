"""What ends a ladder: a reply, an opt-out, a wrong number, a deal that is decided; its cards say why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.services.actors import Actor
from bot.services.ladder_steps import NewTask, create_task
from bot.services.ladder_tasks import end_task, show_task, withdraw_draft
from domain.consent import ConsentKind
from domain.deals import PRICED, Stage
from domain.leads import LeadStatus
from domain.optout import ALL_MEDIA, Scope
from domain.rules import Medium
from domain.tasks import NOTE_LIMIT, OPEN, TaskKind, TaskState
from storage.audit import Change, record
from storage.base import Tx
from storage.deals import Deal
from storage.inbound import InboundMessage
from storage.ladder import Task, tasks_of
from storage.leads import Lead, change_lead, get_lead, leads_reached_by

LADDER_STOPPED: Final = "ladder_stopped"
"""The audit trail's word for follow-ups that ended before they were done."""
WRONG_NUMBER: Final = "Somebody else answers at this number."
_ASKED: Final = {
    Medium.SMS: "They asked not to be texted.",
    Medium.EMAIL: "They asked for no more e-mails.",
    Medium.CALL: "They asked not to be called.",
}
_ASKED_FOR_NONE: Final = "They asked not to be contacted at all."
_REPLIED: Final = {Medium.SMS: "by text", Medium.EMAIL: "by e-mail", Medium.CALL: "by phone"}
_EVERY: Final = frozenset(Medium)
_RUNGS: Final = frozenset({TaskKind.LADDER})


@dataclass(frozen=True, slots=True)
class Stop:
    """Why tasks end, in a sentence for people, and which: of some media, of some kinds."""

    reason: str
    media: Collection[Medium] = _EVERY
    kinds: Collection[TaskKind] = frozenset(TaskKind)

    def because(self, reason: str) -> "Stop":
        """Return the same stop for another reason."""
        return replace(self, reason=reason)

    def reaches(self, task: Task) -> bool:
        """Whether a task ends by it."""
        return task.state in OPEN and task.medium in self.media and task.kind in self.kinds


def stop_ladder(
    tx: Tx, who: Actor, lead: Lead, reason: str, *, now: datetime, media: Collection[Medium] | None = None
) -> int:
    """Cancel the open tasks of a lead, of some media or all, with the drafts that wait for approval; `reason` says why
    in a sentence for people. Return how many ended."""
    return end_tasks(tx, who, lead, Stop(reason, _EVERY if media is None else media), now=now)


def end_tasks(tx: Tx, who: Actor, lead: Lead, stop: Stop, *, now: datetime) -> int:
    """Cancel the open tasks of a lead that a stop reaches; return how many ended. The lead is locked, so that nobody
    does meanwhile what is ended here."""
    get_lead(tx, lead.id, lock=True)
    ended = [task for task in tasks_of(tx, lead.id) if stop.reaches(task) and _end(tx, who, task, stop, now)]
    if ended:
        after = {"tasks": len(ended), "media": sorted({task.medium.value for task in ended})}
        record(tx, Change(who.user_id, LADDER_STOPPED, f"L-{lead.number}", after=after, reason=stop.reason), now=now)
    return len(ended)


def reply_came(tx: Tx, who: Actor, lead: Lead, message: InboundMessage, *, now: datetime) -> None:
    """End what is automatic, and ask a person to answer now: a reply that is no stop. Who answers has been reached."""
    said = f"They replied {_REPLIED[message.medium]}."
    if lead.status is LeadStatus.NEW:
        change_lead(tx, lead.id, {"status": LeadStatus.CONTACTED})
    end_tasks(tx, who, lead, Stop(said, kinds=_RUNGS), now=now)
    if any(task.kind is TaskKind.REPLY and task.state in OPEN for task in tasks_of(tx, lead.id)):
        return
    note = message.text.strip()[:NOTE_LIMIT] or None
    create_task(tx, lead, NewTask(TaskKind.REPLY, message.medium, now, lead.rep_id, note, said), now=now)


def opted_out(
    tx: Tx, who: Actor, addresses: Collection[str], kinds: Mapping[Scope, ConsentKind], *, now: datetime
) -> None:
    """End what an opt-out reaches, of every lead that has one of these addresses; `kinds` says what was asked for, by
    the media that it is about."""
    leads = {lead.id: lead for address in addresses for lead in leads_reached_by(tx, address)}
    for lead_id in sorted(leads):
        for scope, kind in kinds.items():
            end_tasks(tx, who, leads[lead_id], _asked(scope, kind), now=now)


def deal_moved(tx: Tx, who: Actor, deal: Deal, stage: Stage, *, now: datetime) -> None:
    """End the follow-ups of a seller with whom things are decided: signed, all but what was promised; closed or lost,
    everything."""
    over = over_at(stage)
    lead = get_lead(tx, deal.lead_id)
    if over and lead:
        end_tasks(tx, who, lead, over.because(f"D-{deal.number} is {stage.label.lower()}."), now=now)


def over_at(stage: Stage) -> Stop | None:
    """Return what ends when a deal stands in a stage; None where the seller is still being won."""
    if stage in PRICED:
        return None
    return Stop(stage.label, kinds=_RUNGS if stage.is_open else frozenset(TaskKind))


def _asked(scope: Scope, kind: ConsentKind) -> Stop:
    media = _EVERY if scope == ALL_MEDIA or not isinstance(scope, Medium) else frozenset({scope})
    match kind:
        case ConsentKind.WRONG_PERSON:
            return Stop(WRONG_NUMBER, media)
        case ConsentKind.CARRIER_BLOCK:
            return Stop("Their carrier takes no more texts of ours: they told it to stop.", media)
        case _:
            return Stop(_ASKED[scope] if isinstance(scope, Medium) else _ASKED_FOR_NONE, media)


def _end(tx: Tx, who: Actor, task: Task, stop: Stop, now: datetime) -> bool:
    """Cancel one task; a card that nobody has seen yet need not be drawn."""
    if not end_task(tx, task, TaskState.CANCELLED, {"reason": stop.reason, "done_by": who.user_id}, at=now):
        return False
    withdraw_draft(tx, who, task, stop.reason, now=now)
    if task.surfaced_at:
        show_task(tx, who, task.id, now=now)
    return True
