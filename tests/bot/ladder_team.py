"""A team whose ladder runs: one lead in Toronto, its people, its way out, and a clock that the tests move."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.services.actors import Actor
from bot.services.approvals import Approvals
from bot.services.inbound import InboundBook, InboundWish, Received
from bot.services.ladder import CallLog, Ladder, TaskCard
from domain.messages import Post, Route
from domain.roles import Role
from domain.rules import Medium
from domain.tasks import CallOutcome, TaskKind, TaskState
from domain.zones import zone
from storage.approvals import approval, get_approval
from storage.audit import audit_entry
from storage.database import Database
from storage.deals import deal_of
from storage.kpis import kpi_event
from storage.ladder import Task, followup_task, tasks_of
from storage.leads import Lead, find_lead, lead, set_card
from storage.sends import get_send
from storage.workspaces import Member, add_member, set_settings
from tests.sending import LINKS, PHONE, FakeProvider, Sending, sending_of, set_up
from tests.storage.builders import HERE, NOW, captured

DANA = Actor(HERE, "U0REP", Role.REP)
EVE = Actor(HERE, "U0EVE", Role.REP)
LEE = Actor(HERE, "U0LEE", Role.APPROVER)
SAM = Actor(HERE, "U0SAM", Role.ADMIN)
PEOPLE = {DANA: "Dana", EVE: "Eve", LEE: "Lee", SAM: "Sam"}
TWILIO = Actor(HERE, "twilio", is_person=False)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def toronto(text: str) -> datetime:
    """ "11 11:30" as an instant of March 2026 in Toronto."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    local = datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=zone("America/Toronto"))
    return local.astimezone(NOW.tzinfo)


@dataclass(slots=True)
class LadderTeam:
    """The ladder with all that belongs to it, and short ways to do with it what the tests do often."""

    database: Database
    sending: Sending
    ladder: Ladder

    @property
    def now(self) -> datetime:
        return self.sending.clock.at

    @property
    def approvals_book(self) -> Approvals:
        return Approvals(self.database, self.sending.clock, LINKS)

    async def at(self, text: str) -> int:
        """Let time pass until a moment in Toronto ("11 11:30" of March 2026), with the timetable at work on the way."""
        to, count = toronto(text), await self.surface()
        while moments := [due for due in await self._planned() if self.now < due <= to]:
            self.sending.clock.at = min(moments)
            count += await self.surface()
        self.sending.clock.at = to
        return count

    async def after_a_break(self, text: str) -> int:
        """Go to a moment in Toronto at once: nobody looked at the tasks meanwhile."""
        self.sending.clock.at = toronto(text)
        return await self.surface()

    async def _planned(self) -> list[datetime]:
        rows = await self._all(select(followup_task.c.due_at).where(followup_task.c.state == TaskState.PLANNED))
        return [row.due_at for row in rows]

    async def surface(self) -> int:
        return await self.ladder.surface(HERE)

    async def lead(self, number: int = 1) -> Lead:
        return await self.database.read(HERE, lambda tx: find_lead(tx, number=number))

    async def tasks(self, number: int = 1) -> list[Task]:
        return await self.database.read(HERE, lambda tx: tasks_of(tx, find_lead(tx, number=number).id))

    async def rung(self, step: int, number: int = 1) -> Task:
        return next(task for task in await self.tasks(number) if task.kind is TaskKind.LADDER and task.step == step)

    async def one(self, kind: TaskKind) -> Task:
        (task,) = [task for task in await self.tasks() if task.kind is kind]
        return task

    async def states(self, number: int = 1) -> str:
        """The rungs' states in order, a letter each: p, d, D(one), s, c."""
        letters = {TaskState.PLANNED: "p", TaskState.DUE: "d", TaskState.DONE: "D"}
        letters |= {TaskState.SKIPPED: "s", TaskState.CANCELLED: "c"}
        return "".join(letters[task.state] for task in await self.tasks(number) if task.kind is TaskKind.LADDER)

    async def draft(self, step: int = 1) -> Any:
        """The text of a step, None without one."""
        task = await self.rung(step)
        return await self.database.read(HERE, lambda tx: get_send(tx, task.send_id) if task.send_id else None)

    async def approval(self, step: int = 1) -> Any:
        drafted = await self.draft(step)
        return await self.database.read(HERE, lambda tx: get_approval(tx, drafted.approval_id))

    async def approve(self, step: int = 1, who: Actor = LEE) -> None:
        """Say yes to a step's text."""
        await self.approvals_book.approve(who, (await self.approval(step)).id)

    async def reject(self, step: int = 1, reason: str = "Too pushy.") -> None:
        """Say no to a step's text."""
        await self.approvals_book.reject(LEE, (await self.approval(step)).id, reason)

    async def send_step(self, step: int) -> None:
        """Approve a step's text, let it leave, and let the timetable note it."""
        await self.approve(step)
        await self.sending.run()
        await self.surface()

    async def call(self, step: int, outcome: CallOutcome, who: Actor = DANA, **more: Any) -> TaskCard:
        return await self.ladder.log_call(who, (await self.rung(step)).id, CallLog(outcome, **more))

    async def replies(self, text: str, *, name: str = "SM1", address: str = PHONE) -> Received:
        book = InboundBook(self.database, self.sending.clock)
        return await book.receive(TWILIO, InboundWish(name, Medium.SMS, address, text))

    async def change_lead(self, number: int = 1, **values: Any) -> None:
        changing = update(lead).where(lead.c.number == number).values(**values)
        await self.database.write(HERE, lambda tx: tx.connection.execute(changing))

    async def change_task(self, task_id: int, **values: Any) -> None:
        changing = update(followup_task).where(followup_task.c.id == task_id).values(**values)
        await self.database.write(HERE, lambda tx: tx.connection.execute(changing))

    async def deal(self) -> Any:
        here = await self.lead()
        return await self.database.read(HERE, lambda tx: deal_of(tx, here.id))

    async def posts(self, post: Post) -> list[Any]:
        """What was queued for the team's Slack of one kind: its metadata, in order."""
        return [
            each.metadata
            for each in await self.sending.all()
            if each.route is Route.SLACK and each.metadata["post"] == post
        ]

    async def texts(self) -> list[Any]:
        return [each for each in await self.sending.all() if each.route is Route.SMS]

    async def approvals(self) -> list[Any]:
        return await self._all(select(approval).order_by(approval.c.id))

    async def kpis(self, *metrics: str) -> list[Any]:
        """The events of some metrics, in order."""
        return await self._all(select(kpi_event).where(kpi_event.c.metric.in_(metrics)).order_by(kpi_event.c.id))

    async def audit(self) -> list[str]:
        """The verbs of the audit trail about leads, in order."""
        query = select(audit_entry).where(audit_entry.c.subject.like("L-%")).order_by(audit_entry.c.id)
        return [row.verb for row in await self._all(query)]

    async def _all(self, query: Any) -> list[Any]:
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())


async def a_ladder_team(database: Database, *, provider: FakeProvider | None = None) -> LadderTeam:
    """Return a team with one lead in Toronto who contacted it first, on a Wednesday at 11:00, its card posted."""
    await set_up(database, cap=9)

    def people(tx: Any) -> None:
        for who, name in PEOPLE.items():
            add_member(tx, Member(who.user_id, name, who.role, who.zone), now=NOW)
        set_settings(tx, {"leads_channel_id": "C0LEADS", "approvals_channel_id": "C0APPROVALS"})

    await database.write(HERE, people)
    await with_card(database, 1)
    sending = sending_of(database, provider=provider)
    return LadderTeam(database, sending, Ladder(database, sending.clock, LINKS))


async def with_card(database: Database, number: int) -> None:
    """Let the card of a lead stand in the leads channel."""

    def work(tx: Any) -> None:
        set_card(tx, find_lead(tx, number=number).id, channel_id="C0LEADS", ts=f"{number}.1", permalink=None)

    await database.write(HERE, work)


async def another_lead(team: LadderTeam, **changes: Any) -> int:
    """Take down one more lead, with its card; return its number."""
    number = (await captured(team.database, **changes)).number
    await with_card(team.database, number)
    return number
