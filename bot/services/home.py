"""Home: what waits for a member, what comes up, their pipeline, and what the team did today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from domain.deals import Stage
from domain.kpis import Kpi
from domain.tasks import waits_for
from domain.zones import midnight_before
from storage.base import Tx
from storage.database import Database
from storage.deals import count_by_stage
from storage.home import counted_since, idle_leads
from storage.ladder import Task, next_tasks_of, owed_tasks
from storage.leads import Lead, count_leads, leads_by_id, leads_of

COMING: Final = 3
"""Steps that are not due yet, of which Home names the next ones."""
NEWEST: Final = 5
"""Newest leads that Home names."""
COUNTED: Final = (Kpi.CALL_LOGGED, Kpi.SMS_SENT, Kpi.EMAIL_SENT, Kpi.FOLLOWUP_COMPLETED, Kpi.OFFER_PRESENTED)
"""What the team did, as Home counts it for today."""


@dataclass(frozen=True, slots=True)
class HomeShown:
    """What Home shows beside approvals, messages and replies.

    `owed` are the tasks that are due with their leads, the most overdue first; `idle` leads without a next action;
    `coming` the next tasks that are not due yet; `newest` the member's newest leads. `mine` counts the member's deals
    by stage, `team` everybody's; `leads_today` and `today` count since midnight on the member's clock.
    """

    owed: tuple[tuple[Task, Lead], ...]
    idle: tuple[Lead, ...]
    coming: tuple[tuple[Task, Lead], ...]
    newest: tuple[Lead, ...]
    mine: Mapping[Stage, int]
    team: Mapping[Stage, int]
    leads_today: int
    today: Mapping[Kpi, int]
    now: datetime


class HomeBook:
    """Reads what Home shows; every read costs the same few queries, however many leads there are."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, who: Actor, *, most: int) -> HomeShown:
        """Return what a member's Home shows, at most so many of each kind."""
        now = self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who, now, most))


def _shown(tx: Tx, who: Actor, now: datetime, most: int) -> HomeShown:
    due = owed_tasks(tx, who.user_id, handed_up=waits_for(who.role), limit=most)
    planned = next_tasks_of(tx, who.user_id, limit=most + COMING)
    leads = leads_by_id(tx, {task.lead_id for task in (*due, *planned)})
    # One whose moment has come is due before the timetable has seen to it.
    owed = sorted([*due, *(task for task in planned if task.due_at <= now)], key=lambda task: (task.due_at, task.id))
    coming = [task for task in planned if task.due_at > now]
    today = midnight_before(now, who.zone)
    return HomeShown(
        owed=_beside(owed[:most], leads),
        idle=tuple(idle_leads(tx, who.user_id, limit=most)),
        coming=_beside(coming[:COMING], leads),
        newest=tuple(leads_of(tx, who.user_id, limit=NEWEST)),
        mine=count_by_stage(tx, rep_id=who.user_id),
        team=count_by_stage(tx),
        leads_today=count_leads(tx, since=today),
        today=counted_since(tx, COUNTED, today),
        now=now,
    )


def _beside(tasks: Iterable[Task], leads: Mapping[int, Lead]) -> tuple[tuple[Task, Lead], ...]:
    return tuple((task, leads[task.lead_id]) for task in tasks)
