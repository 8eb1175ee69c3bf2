"""A team that approves: one lead in Toronto who contacted it first, its people, its way out, and a clock that is moved."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from bot.services.actors import Actor
from bot.services.approvals import ApprovalCard, Approvals
from bot.services.inbound import InboundBook, InboundWish
from bot.services.messages import Draft
from bot.services.pauses import Pauses
from domain.messages import Route
from domain.roles import Role
from domain.rules import Medium
from storage.approvals import Approval, get_approval
from storage.audit import audit_entry
from storage.database import Database
from storage.kpis import kpi_event
from storage.sends import Send
from storage.workspaces import Member, add_member, member, set_settings
from tests.sending import LINKS, PHONE, FakeProvider, Sending, sending_of, set_up
from tests.storage.builders import HERE, NOW, captured

DANA = Actor(HERE, "U0REP", Role.REP)
LEE = Actor(HERE, "U0LEE", Role.APPROVER)
KIM = Actor(HERE, "U0KIM", Role.APPROVER)
SAM = Actor(HERE, "U0SAM", Role.ADMIN)
PEOPLE = {DANA: "Dana Roy", LEE: "Lee Tremblay", KIM: "Kim Wong", SAM: "Sam Singh"}
TWILIO = Actor(HERE, "twilio", is_person=False)
HELLO = "Hi Ann, shall we talk about 12 King Street West?"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(slots=True)
class ApprovalTeam:
    """The approvals with all that belongs to them."""

    database: Database
    sending: Sending

    @property
    def approvals(self) -> Approvals:
        """New objects each time, as after a restart."""
        return Approvals(self.database, self.sending.clock, LINKS)

    async def ask(self, number: int = 1, *, who: Actor = DANA, key: str = "view:V1", **changes: Any) -> ApprovalCard:
        """Ask for a text to the seller of a lead."""
        draft = Draft(number, changes.pop("medium", Medium.SMS), changes.pop("body", HELLO), **changes)
        return await self.approvals.ask(who, draft, key)

    async def approval(self, approval_id: int = 1) -> Approval:
        return await self.database.read(HERE, lambda tx: get_approval(tx, approval_id))

    async def text(self) -> Send:
        """The one message to somebody outside."""
        (found,) = [each for each in await self.sending.all() if each.route is not Route.SLACK]
        return found

    async def lead(self, **changes: Any) -> int:
        return (await captured(self.database, **changes)).number

    async def says(self, words: str, *, address: str = PHONE) -> None:
        """Somebody answers by text."""
        wish = InboundWish(f"SM{uuid4().hex}", Medium.SMS, address, words)
        await InboundBook(self.database, self.sending.clock).receive(TWILIO, wish)

    async def pause(self) -> None:
        await Pauses(self.database, self.sending.clock).pause(SAM, None, "a complaint")

    async def settings(self, **values: Any) -> None:
        await self.database.write(HERE, lambda tx: set_settings(tx, values))

    async def change_member(self, who: Actor, **values: Any) -> None:
        changing = update(member).where(member.c.user_id == who.user_id).values(values)
        await self.database.write(HERE, lambda tx: tx.connection.execute(changing))

    async def decided(self) -> list[Any]:
        """The decisions that were counted."""
        query = select(kpi_event).where(kpi_event.c.metric == "decided").order_by(kpi_event.c.id)
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def audit(self, subject: str) -> list[Any]:
        query = select(audit_entry).where(audit_entry.c.subject == subject).order_by(audit_entry.c.id)
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def posts(self, post: str) -> list[Any]:
        """What was queued for the team's Slack of one kind."""
        found = await self.sending.all()
        return [each for each in found if each.route is Route.SLACK and each.metadata["post"] == post]


async def an_approval_team(database: Database, *, provider: FakeProvider | None = None) -> ApprovalTeam:
    """A team with a rep, two approvers and an admin, at 11:00 on a Wednesday in Toronto."""
    await set_up(database, cap=9)

    def people(tx: Any) -> None:
        for who, name in PEOPLE.items():
            add_member(tx, Member(who.user_id, name, who.role, who.zone), now=NOW)
        set_settings(tx, {"leads_channel_id": "C0LEADS", "approvals_channel_id": "C0APPROVALS"})

    await database.write(HERE, people)
    return ApprovalTeam(database, sending_of(database, provider=provider))
