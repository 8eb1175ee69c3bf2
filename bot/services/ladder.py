"""The ladder at work: what is due comes in front of people, and what they do about it is written down once."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.ladder_calls import CallLog, call_task_in, callback_at, log_call_in
from bot.services.ladder_cards import TaskCard, card_of
from bot.services.ladder_drafts import Tick, follow_text
from bot.services.ladder_due import BATCH, due_tasks, hand_up_in, surface_in
from bot.services.ladder_moves import hand_over_in, pause_in, resume_in, skip_in, snooze_in, snooze_time
from bot.services.ladder_sla import sla_snapshot
from bot.services.ladder_tasks import (
    Done,
    TaskEnded,
    TaskNotFound,
    complete_task,
    opened,
    stored_lead,
    stored_task,
    withdraw_draft,
)
from bot.services.links import Links
from bot.services.numbered import lead_numbered
from bot.services.offer_states import TIMETABLE
from domain.ladder import Sla
from domain.tasks import NOTE_LIMIT, waits_for
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.database import Database, DatabaseUnavailable
from storage.ladder import Task, get_task, next_task_at, owed_tasks, tasks_to_hand_up, tasks_with_ended_text
from storage.leads import Lead

__all__ = ["CallLog", "Ladder", "TaskCard", "TaskEnded", "TaskNotFound", "card_of"]

log = structlog.get_logger()

Do = Callable[[Tx, Tick, int], bool]
"""What the timetable does with one task."""


class Find(Protocol):
    """Finds tasks that the timetable has something to do with."""

    def __call__(self, tx: Tx, *, now: datetime, limit: int, but: Collection[int]) -> list[Task]:
        """Return some of them, without those that were looked at."""
        ...


class Ladder:
    """What the timetable and people do with tasks."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def surface(self, workspace_id: str) -> int:
        """Bring the tasks that are due in front of people, and follow up what became of drafted texts.

        Each task in a transaction of its own: what goes wrong with one is logged, and stops no other.
        """
        followed = await self._each(workspace_id, _with_ended_text, follow_text)
        return followed + await self._each(workspace_id, due_tasks, surface_in)

    async def escalate(self, workspace_id: str) -> int:
        """Tell the next person of each task that nobody answered in time."""
        return await self._each(workspace_id, tasks_to_hand_up, hand_up_in)

    async def next_due_at(self, workspace_id: str) -> datetime | None:
        """Return the next moment at which there is something to do here."""
        return await self._database.read(workspace_id, next_task_at)

    async def show(self, who: Actor, task_id: int) -> TaskCard:
        """Return a task with all that its card shows. Raises `TaskNotFound`."""
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> TaskCard:
            task = get_task(tx, task_id)
            if task is None:
                raise TaskNotFound
            return card_of(tx, task, now, report)

        return await self._database.read(who.workspace_id, work)

    async def owed(self, who: Actor, *, limit: int) -> list[TaskCard]:
        """Return the tasks that are due and wait for this member, the most overdue first: their own, those of nobody,
        and those that were handed up to their role."""
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> list[TaskCard]:
            tasks = owed_tasks(tx, who.user_id, handed_up=waits_for(who.role), limit=limit)
            return [card_of(tx, task, now, report) for task in tasks]

        return await self._database.read(who.workspace_id, work)

    async def log_call(self, who: Actor, task_id: int, log: CallLog) -> TaskCard:
        """Write down what came of a call, with all that follows from it. Raises what `log_call_in` raises."""
        return await self._change(who, task_id, lambda tx, now: log_call_in(tx, who, task_id, log, now=now))

    async def call_task(self, who: Actor, number: int) -> TaskCard:
        """Return the task with which a call to L-{number} is logged: the first open one, else a new one of now.

        Raises `LeadNotFound` and `NotYourTask`.
        """
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> TaskCard:
            task_id = call_task_in(tx, who, number, now=now)
            return card_of(tx, stored_task(tx, task_id), now, report)

        return await self._database.write(who.workspace_id, work)

    async def callback_time(self, who: Actor, task_id: int, at: datetime) -> datetime:
        """Return an instant at which the seller may be called back; nothing is changed.

        Raises `TaskNotFound`, and what is wrong with the time: it is past, or nobody may be called then.
        """
        now = self._clock.now()

        def work(tx: Tx) -> datetime:
            task = get_task(tx, task_id)
            if task is None:
                raise TaskNotFound
            return callback_at(tx, stored_lead(tx, task), at, now=now)

        return await self._database.read(who.workspace_id, work)

    async def complete(self, who: Actor, task_id: int, note: str = "") -> TaskCard:
        """Write down that a task is done. Raises `TaskNotFound`, `NotYourTask` and `TaskEnded`."""

        def work(tx: Tx, now: datetime) -> None:
            task, _ = opened(tx, who, task_id)
            withdraw_draft(tx, who, task, "It was done without this text.", now=now)
            done = Done(now, who.user_id, note=note.strip()[:NOTE_LIMIT] or None)
            complete_task(tx, who, task, done, now=now)

        return await self._change(who, task_id, work)

    async def snooze_to(self, who: Actor, task_id: int, until: datetime) -> tuple[datetime, TaskCard]:
        """Return when a task would be due that is put off until an instant (the first lawful moment from then on);
        nothing is changed. Raises what `snooze` raises."""
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> tuple[datetime, TaskCard]:
            task, lead = opened(tx, who, task_id)
            return snooze_time(tx, task, lead, until, now=now), card_of(tx, task, now, report)

        return await self._database.read(who.workspace_id, work)

    async def snooze(self, who: Actor, task_id: int, until: datetime) -> TaskCard:
        """Put a task off. Raises what `opened` and `snooze_time` raise."""
        return await self._change(who, task_id, lambda tx, now: snooze_in(tx, who, task_id, until, now=now))

    async def hand_over(self, who: Actor, task_id: int, to: str) -> TaskCard:
        """Give a task to another member. Raises `TaskNotFound`, `NotYourTask`, `TaskEnded` and `HandOverUnknown`."""
        return await self._change(who, task_id, lambda tx, now: hand_over_in(tx, who, task_id, to, now=now))

    async def skip(self, who: Actor, task_id: int, reason: str) -> TaskCard:
        """Leave a task out. Raises `TaskNotFound`, `NotYourTask`, `TaskEnded` and `SkipReasonMissing`."""
        return await self._change(who, task_id, lambda tx, now: skip_in(tx, who, task_id, reason, now=now))

    async def pause(self, who: Actor, number: int) -> Lead:
        """Let the ladder of L-{number} rest until somebody resumes it. Raises `LeadNotFound` and `NotYourTask`."""
        return await self._change_lead(who, number, pause_in)

    async def resume(self, who: Actor, number: int) -> Lead:
        """Let the ladder of L-{number} go on; what was due meanwhile is planned anew from now on.

        Raises `LeadNotFound`, `NotYourTask` and `LadderClosed`.
        """
        return await self._change_lead(who, number, resume_in)

    async def sla(self, who: Actor, *, since: datetime, until: datetime) -> Sla:
        """Return how well the follow-ups of a period were kept."""
        return await self._database.read(who.workspace_id, lambda tx: sla_snapshot(tx, since=since, until=until))

    async def _change(self, who: Actor, task_id: int, work: Callable[[Tx, datetime], object]) -> TaskCard:
        """Do something with a task, and return it as it is then."""
        now, report = self._clock.now(), self._canary()

        def change(tx: Tx) -> TaskCard:
            work(tx, now)
            return card_of(tx, stored_task(tx, task_id), now, report)

        return await self._database.write(who.workspace_id, change)

    async def _change_lead(self, who: Actor, number: int, work: Callable[..., None]) -> Lead:
        now = self._clock.now()

        def change(tx: Tx) -> Lead:
            work(tx, who, number, now=now)
            return lead_numbered(tx, number)

        return await self._database.write(who.workspace_id, change)

    async def _each(self, workspace_id: str, find: Find, do: Do) -> int:
        """Do something with each task that is found, in batches; return with how many there was something to do."""
        now, seen, count = self._clock.now(), set[int](), 0
        tick = Tick(Actor(workspace_id, TIMETABLE, is_person=False), now, self._links, self._canary())

        def batch(tx: Tx) -> list[Task]:
            return find(tx, now=now, limit=BATCH, but=seen)

        while found := await self._database.read(workspace_id, batch):
            for task in found:
                count += await self._one(tick, task, do)
            seen |= {task.id for task in found}
        return count

    async def _one(self, tick: Tick, task: Task, do: Do) -> bool:
        try:
            return await self._database.write(tick.who.workspace_id, lambda tx: do(tx, tick, task.id))
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("task_failed", task_id=task.id, lead_id=task.lead_id)
            return False


def _with_ended_text(tx: Tx, *, now: datetime, limit: int, but: Collection[int]) -> list[Task]:
    return tasks_with_ended_text(tx, limit=limit, but=but)
