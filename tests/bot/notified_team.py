"""A team that tells buyers of its deals: buyers who may be texted, a way to approve by hand, and its outbox."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.services.notifying import Notifying
from bot.services.sends import let_go
from domain.consent import ConsentKind
from domain.waves import delay_of
from domain.zones import check_zones
from storage.approvals import Approval, ApprovalState, approval, end_approval, get_approval
from storage.buyers import buyer
from storage.contacts import add_consents
from storage.kpis import kpi_event
from storage.sends import COLUMNS, Send, as_send, send
from storage.workspaces import workspace
from tests.bot.deal_team import DANA, LEE, Team
from tests.sending import LINKS, SENDER, FakeProvider, outbox_of
from tests.storage.builders import HERE

AGREED_ON = date(2026, 3, 1)


def phone_of(number: int) -> str:
    """B-{number}'s phone, in Toronto."""
    return f"+1416555{2000 + number}"


def email_of(number: int) -> str:
    return f"b{number}@buyers.example"


@dataclass
class Notified:
    """The team, what it does to notify, and what leaves."""

    team: Team
    provider: FakeProvider

    @property
    def notifying(self) -> Notifying:
        return Notifying(self.team.database, self.team.clock, self.team.index, LINKS)

    async def prepare(self, number: int = 1, who=DANA):
        return await self.notifying.prepare(who, number)

    async def buyers(self, *numbers: int, by: str = "SMS", agreed: bool = True, **values: Any) -> None:
        """Add buyers of Toronto houses who may be texted (by SMS), written to (by EMAIL), or both ways (BOTH)."""
        for number in numbers:
            phone = phone_of(number) if by in ("SMS", "BOTH") else None
            email = email_of(number) if by in ("EMAIL", "BOTH") else None
            await self.team.buyers(number, phone=phone, email=email, **values)
            addresses = [each for each in (phone, email) if each]
            if agreed and addresses:
                await self.agree(*addresses)

    async def agree(self, *addresses: str) -> None:
        """Note that whoever has these addresses agreed to hear from us."""
        row = {
            "kind": ConsentKind.EXPRESS_WRITTEN, "obtained_on": AGREED_ON, "recorded_by": "U0DANA", "created_at": self.now,
            "evidence": "their form of 1 March", "wording": "Send me deals", "source": "form", "detail": {},
        }  # fmt: skip
        rows = [{**row, "address": address} for address in addresses]
        await self.write(lambda tx: add_consents(tx, rows))

    @property
    def now(self) -> datetime:
        return self.team.clock.at

    def move(self, by: timedelta) -> None:
        self.team.clock.at += by

    async def write(self, work):
        return await self.team.database.write(HERE, work)

    async def sends(self, approval_id: int | None = None) -> list[Send]:
        """The messages to people outside, in their order."""
        query = select(*COLUMNS).where(send.c.workspace_id == HERE, send.c.medium != "SLACK").order_by(send.c.id)
        if approval_id:
            query = query.where(send.c.approval_id == approval_id)
        return await self.team.database.read(
            HERE, lambda tx: [as_send(row) for row in tx.connection.execute(query).mappings()]
        )

    async def states(self) -> list[str]:
        return [each.state.value for each in await self.sends()]

    async def approval(self, approval_id: int) -> Approval:
        return await self.team.database.read(HERE, lambda tx: get_approval(tx, approval_id))

    async def approvals(self) -> list[Any]:
        query = select(approval).where(approval.c.workspace_id == HERE).order_by(approval.c.id)
        return await self.team.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def approve(self, approval_id: int) -> None:
        """Let a batch go as an approver's yes does: in order, each wave after its delay."""
        now, sends = self.now, await self.sends(approval_id)

        def work(tx):
            assert end_approval(tx, approval_id, ApprovalState.APPROVED, by=LEE.user_id, reason=None, now=now)
            for each in sends:
                let_go(tx, LEE, each, now, check_zones(), not_before=now + delay_of(each.metadata))

        await self.write(work)

    async def run(self) -> list[str]:
        """Let leave what is due; return the addresses in the order in which they were reached."""
        before = len(self.provider.taken)
        await outbox_of(self.team.database, self.team.clock, self.provider).run(HERE)
        return [parcel.address for parcel in self.provider.taken[before:] if parcel.route != "SLACK"]

    async def kpis(self, metric: str) -> list[Any]:
        query = select(kpi_event).where(kpi_event.c.metric == metric).order_by(kpi_event.c.id)
        return await self.team.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def change_buyer(self, number: int, **values: Any) -> None:
        await self.write(
            lambda tx: tx.connection.execute(update(buyer).where(buyer.c.number == number).values(**values))
        )


async def a_notified_team(database) -> Notified:
    """A team that says who it is, at 11:00 on a Wednesday in Toronto."""
    team = await Team(database).found()
    await database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(SENDER)))
    return Notified(team, FakeProvider())
