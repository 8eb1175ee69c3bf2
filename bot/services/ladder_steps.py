"""What a lead's follow-ups are made of: the planned rungs of its ladder, and single tasks that come up on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services.actors import Actor
from domain import kpis
from domain.geo import Location
from domain.kpis import Kpi, KpiEvent
from domain.ladder import PlannedStep
from domain.policy import Medium
from domain.tasks import TaskKind, TaskState
from storage.base import Tx
from storage.kpis import emit_kpi
from storage.ladder import Task, add_task, add_tasks
from storage.leads import Lead


@dataclass(frozen=True, slots=True)
class NewLadder:
    """A ladder as it was planned: for which lead, where, and whose its steps are; None for nobody's."""

    lead_id: int
    place: Location
    steps: Sequence[PlannedStep]
    owner: str | None


@dataclass(frozen=True, slots=True)
class NewTask:
    """One task beside the ladder: by which medium, when, whose, in whose words, and why it is there."""

    kind: TaskKind
    medium: Medium
    due_at: datetime
    owner: str | None
    note: str | None = None
    reason: str | None = None


def create_ladder(tx: Tx, who: Actor, ladder: NewLadder, *, now: datetime) -> None:
    """Store a lead's planned steps, and count the ladder; nothing where none could be planned."""
    if not ladder.steps:
        return
    add_tasks(tx, _rows(ladder, now))
    detail = {"steps": len(ladder.steps)}
    emit_kpi(tx, KpiEvent(Kpi.LADDER_CREATED, True, kpis.ladder(ladder.lead_id), who.user_id, detail=detail), now=now)


def create_task(tx: Tx, lead: Lead, new: NewTask, *, now: datetime) -> Task:
    """Store one task of a locked lead, behind all that it has."""
    return add_task(
        tx,
        {
            "lead_id": lead.id,
            "province": lead.province,
            "market": lead.market,
            "channel": new.medium.value,
            "kind": new.kind,
            "due_at": new.due_at,
            "ideal_at": new.due_at,
            "completed": False,
            "owner": new.owner,
            "note": new.note,
            "reason": new.reason,
            "correlation_id": kpis.ladder(lead.id),
            "state": TaskState.PLANNED,
            "created_at": now,
        },
    )


def _rows(ladder: NewLadder, now: datetime) -> Iterator[dict[str, object]]:
    """Yield the columns of each planned step."""
    for step in ladder.steps:
        yield {
            "lead_id": ladder.lead_id,
            "province": ladder.place.province,
            "market": ladder.place.market,
            "channel": step.medium.value,
            "step": step.step,
            "due_at": step.due_at,
            "completed": False,
            "owner": ladder.owner,
            "correlation_id": kpis.ladder(ladder.lead_id),
            "run": 1,
            "state": TaskState.PLANNED,
            "ideal_at": step.ideal_at,
            "shift": step.shift,
            "created_at": now,
        }
