"""A team whose deals the tests move: services on one database, one clock that can be set, and buyers in Toronto."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from bot.services.actors import Actor
from bot.services.deals import DealCard, Deals
from bot.services.feedback import FeedbackBook
from bot.services.leads import Capture, Leads
from bot.services.live_offers import LiveOffers, OfferTerms
from bot.services.matching import BuyerIndex
from bot.services.moves import NO_TERMS, Move, Seen
from bot.services.workspaces import Workspaces
from domain.deals import Stage
from domain.roles import Role
from domain.stages import LostReason, Terms
from storage.audit import audit_entry
from storage.buyers import buyer, find_buyer
from storage.database import Database
from storage.deals import deal
from storage.kpis import kpi_event
from storage.workspaces import Member
from tests.storage.builders import DRAFT, HERE, NOW, add_buyer

DANA = Actor(HERE, "U0DANA", Role.REP)
EVE = Actor(HERE, "U0EVE", Role.REP)
LEE = Actor(HERE, "U0LEE", Role.APPROVER)

TODAY = date(2026, 3, 11)
"""Where the property is, at `NOW`."""
AGREED = Terms(agreement_on=TODAY, closing_on=date(2026, 4, 30), agreed_price=Decimal(300_000))
ASSIGNED = Terms(assignment_fee=Decimal(12_000))
CLOSED = Terms(closed_on=TODAY, assignment_fee=Decimal(11_500))
LOST = Terms(lost_reason=LostReason.NO_BUYER, lost_note="they all passed")


@dataclass(slots=True)
class SetClock:
    """It is the instant that a test sets."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Team:
    """The services, and short ways to do with them what the tests do often."""

    database: Database
    clock: SetClock = field(default_factory=SetClock)
    index: BuyerIndex = field(default_factory=BuyerIndex)

    @property
    def deals(self) -> Deals:
        return Deals(self.database, self.clock, self.index)

    @property
    def offers(self) -> LiveOffers:
        return LiveOffers(self.database, self.clock)

    @property
    def feedback(self) -> FeedbackBook:
        return FeedbackBook(self.database, self.clock)

    async def found(self) -> "Team":
        """Create the workspace with its people."""
        places = Workspaces(self.database, self.clock)
        await places.ensure(HERE, name="Test team")
        for who, name in ((DANA, "Dana"), (EVE, "Eve"), (LEE, "Lee")):
            await places.meet(HERE, Member(who.user_id, name, who.role, who.zone))
        return self

    async def capture(self, who: Actor = DANA, **changes: Any) -> int:
        """Take down a lead with its deal; return their number, which is the same."""
        draft = type(DRAFT)(**{name: getattr(DRAFT, name) for name in DRAFT.__slots__} | changes)
        leads = Leads(self.database, self.clock, self.index)
        return (await leads.capture(who, Capture(draft))).number

    async def buyers(self, *numbers: int, **values: Any) -> None:
        """Add buyers of Toronto houses, with whom nobody has dealt."""
        new = {"contacted": 0, "responded": 0, "bought": 0, "last_response_at": None}
        for number in numbers:
            await self.database.write(HERE, lambda tx, n=number: add_buyer(tx, n, **new | values))

    async def change_buyer(self, number: int, **values: Any) -> None:
        query = update(buyer).where(buyer.c.number == number).values(values)
        await self.database.write(HERE, lambda tx: tx.connection.execute(query))

    async def buyer(self, number: int) -> Any:
        return await self.database.read(HERE, lambda tx: find_buyer(tx, number=number))

    async def present(self, number: int, amount: int = 310_000, who: Actor = DANA) -> Any:
        """Present an offer: a draft is offered then."""
        terms = OfferTerms(Decimal(amount), TODAY + timedelta(days=3))
        return await self.offers.present(who, number, terms)

    async def move(self, number: int, to: Stage, terms: Terms = NO_TERMS, who: Actor = DANA, **more: Any) -> DealCard:
        """Move a deal as somebody does who just looked at it."""
        await self.deals.move(who, Move(number, to, await self.seen(number), terms, **more))
        return await self.card(number)

    async def seen(self, number: int) -> Seen:
        card = await self.card(number)
        return Seen(card.deal.stage, card.deal.version)

    async def card(self, number: int, who: Actor = DANA) -> DealCard:
        return await self.deals.card(who, number)

    async def at(self, stage: Stage, **lead: Any) -> int:
        """Take a new deal to a stage; return its number. Assigned goes to B-1, which must be there."""
        number = await self.capture(**lead)
        if stage is Stage.LOST:
            await self.move(number, Stage.LOST, LOST)
        elif stage is not Stage.DRAFT:
            await self.present(number)
            for to in _WAY[: _WAY.index(stage)] if stage in _WAY else ():
                await self._step(number, to)
            if stage in _WAY:
                await self._step(number, stage)
        return number

    async def _step(self, number: int, to: Stage) -> None:
        terms = {Stage.UNDER_AGREEMENT: AGREED, Stage.ASSIGNED: ASSIGNED, Stage.CLOSED: CLOSED}.get(to, NO_TERMS)
        await self.move(number, to, terms, buyer_number=1 if to is Stage.ASSIGNED else None)

    async def row(self, number: int) -> Any:
        """The deal's row as it stands."""
        query = select(deal).where(deal.c.workspace_id == HERE, deal.c.number == number)
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).one())

    async def audit(self, *verbs: str) -> list[Any]:
        """The audit trail, in order, of some verbs where they are given."""
        query = select(audit_entry).where(audit_entry.c.workspace_id == HERE).order_by(audit_entry.c.id)
        if verbs:
            query = query.where(audit_entry.c.verb.in_(verbs))
        return await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())

    async def kpis(self, correlation_id: str) -> list[tuple[str, float | None, Any]]:
        """The events under one correlation id: metric, value and detail."""
        query = select(kpi_event).where(kpi_event.c.correlation_id == correlation_id).order_by(kpi_event.c.id)
        rows = await self.database.read(HERE, lambda tx: tx.connection.execute(query).all())
        return [(row.metric, row.value, row.detail) for row in rows]


_WAY = (Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED, Stage.CLOSED)


async def a_team(database: Database) -> Team:
    """Return a team that stands."""
    return await Team(database).found()
