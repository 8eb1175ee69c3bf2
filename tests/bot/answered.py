"""A team with deals and buyers for the tests of answers and liquidity, and a clock that they move."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from bot.services.feedback import FeedbackBook
from bot.services.liquidity import LiquidityBook, liquidity_score
from domain.liquidity import Node, score_nodes
from domain.property_types import PropertyType
from storage.buyers import add_areas, buyer, next_change
from storage.deals import deal, get_deal
from storage.feedback import buyer_feedback_event
from storage.leads import lead
from storage.liquidity import feedback_record, nodes_of
from tests.storage.builders import HERE, NOW, captured, rep

PLACES = {
    "Toronto": "12 King Street West, Toronto, ON",
    "Hamilton": "12 King St W, Hamilton ON L8P 1A1",
    "Montreal": "100 rue Sherbrooke, Montreal, QC",
    "Sudbury": "5 Elm Street, Sudbury, ON",
}


@dataclass
class Clock:
    """A clock that the tests move."""

    at: datetime = NOW

    def now(self):
        return self.at

    def move(self, **by):
        self.at += timedelta(**by)
        return self.at


@dataclass
class Team:
    """A founded workspace with its services."""

    database: object
    clock: Clock = field(default_factory=Clock)
    buyers: int = 0

    @property
    def feedback(self):
        return FeedbackBook(self.database, self.clock)

    @property
    def book(self):
        return LiquidityBook(self.database, self.clock)

    async def deal(self, place="Toronto", kind=PropertyType.SFR, *, who=None):
        """Capture a lead; return its deal's number."""
        done = await captured(self.database, who or rep(), address=PLACES[place], region=None, property_type=kind)
        return (await self.read(lambda tx: get_deal(tx, done.deal_id))).number

    async def buyer(self, areas=(("ON", "Toronto"),), *, types=0, active=True, removed_at=None, **more):
        """Insert a buyer; return their number."""
        self.buyers += 1
        number = self.buyers
        row = {
            "number": number, "name": f"Buyer {number}", "locale": "en-CA", "notes": "", "active": active, "types": types,
            "contacted": 0, "responded": 0, "bought": 0, "removed_at": removed_at, "created_at": NOW,
        }  # fmt: skip

        def work(tx):
            statement = insert(buyer).returning(buyer.c.id)
            buyer_id = tx.connection.execute(statement, tx.own(**row | more, changed_no=next_change(tx))).scalar_one()
            add_areas(tx, {buyer_id: areas}, now=NOW)

        await self.write(work)
        return number

    async def say(self, deal_number, buyer_number, event, *, at=None, who=None):
        return await self.feedback.record(who or rep(), deal_number, buyer_number, event, at=at)

    async def read(self, work):
        return await self.database.read(HERE, work)

    async def write(self, work):
        return await self.database.write(HERE, work)

    async def rows(self, table, **where):
        query = select(table).order_by(table.c.id)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        return await self.read(lambda tx: tx.connection.execute(query).all())

    async def set(self, table, values, **where):
        query = update(table).where(*(table.c[name] == value for name, value in where.items())).values(values)
        await self.write(lambda tx: tx.connection.execute(query))

    async def stage(self, number, stage):
        await self.set(deal, {"stage": stage, "staged_at": self.clock.at}, number=number)

    async def rep_of(self, deal_number, user_id):
        (found,) = await self.rows(deal, number=deal_number)
        await self.set(lead, {"rep_id": user_id}, id=found.lead_id)

    async def standing(self):
        """The events that stand, as (deal id, buyer id, event)."""
        rows = await self.rows(buyer_feedback_event)
        return [(row.deal_id, row.buyer_id, row.event) for row in rows if row.undone_at is None]


def scores(tx, now):
    """The score of every node by the stored sums."""
    return {kept.key: liquidity_score(tx, *_name(kept.node), now=now) for kept in nodes_of(tx)}


def full_scores(tx, now):
    """The score of every node by the full computation over all answers that stand."""
    events = [event for event, _ in feedback_record(tx)]
    nodes = [kept.node for kept in nodes_of(tx)]
    found = score_nodes(events, nodes, now)
    return {kept.key: found[_name(kept.node)] for kept in nodes_of(tx)}


def _name(node: Node):
    return node.province, node.market, node.property_type


def same(one, other, *, within=1e-9):
    """Whether two sets of scores agree in every number, and in what they say."""
    names = ("score", "low", "high", "response_rate", "close_rate")
    return one.keys() == other.keys() and all(
        abs(getattr(one[key], name) - getattr(other[key], name)) <= within for key in one for name in names
    )
