"""A standing clock, people, and leads with valid defaults, for tests that need rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import insert, select

from bot.services.actors import Actor
from bot.services.leads import Capture, Leads
from bot.services.workspaces import Workspaces
from domain.leads import ContactBasis, LeadDraft
from domain.property_types import PropertyType
from domain.roles import Role
from storage.buyers import buyer, buyer_area
from storage.feedback import buyer_feedback_event
from storage.requests import RequestKey
from storage.schema import metadata

NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in Toronto."""
HERE, ELSEWHERE = "T0HERE", "T0ELSE"

DRAFT = LeadDraft(
    name="Ann Seller",
    phone="+14165550123",
    email="ann@example.com",
    address="12 King Street West, Toronto, ON",
    region="Toronto, ON",
    source="test",
    property_type=PropertyType.SFR,
    arv=Decimal("500000.00"),
    repairs=Decimal("40000.00"),
    asking_price=Decimal("320000.50"),
    beds=3,
    baths=Decimal("2.5"),
    notes="Wants a quick sale.",
    basis=ContactBasis.INQUIRY,
)


@dataclass(frozen=True, slots=True)
class StandingClock:
    """It is always the same instant."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


def rep(workspace_id: str = HERE, user_id: str = "U0REP") -> Actor:
    """Return a rep of a workspace."""
    return Actor(workspace_id, user_id, Role.REP)


async def founded(database, workspace_id: str = HERE):
    """Create a workspace with its defaults; return it."""
    return await Workspaces(database, StandingClock()).ensure(workspace_id, name="Test team")


async def captured(database, who: Actor | None = None, *, key: str | None = None, **changes):
    """Capture a lead, `DRAFT` with changes, in a workspace that stands; return its ids."""
    draft = replace(DRAFT, **changes)
    request = RequestKey(key, "hash") if key else None
    return await Leads(database, StandingClock()).capture(who or rep(), Capture(draft, request))


def add_buyer(tx, number: int = 1, **changes) -> int:
    """Insert a buyer of Toronto houses, its area and one answer; return its id."""
    values = {
        "number": number, "name": f"Buyer {number}", "locale": "en-CA", "regions": "Toronto", "notes": "", "active": True,
        "contacted": 4, "responded": 2, "bought": 1, "last_response_at": NOW, "created_at": NOW,
    }  # fmt: skip
    buyer_id = tx.connection.execute(insert(buyer).returning(buyer.c.id), tx.own(**values | changes)).scalar_one()
    place = {"buyer_id": buyer_id, "province": "ON", "market": "Toronto", "created_at": NOW}
    tx.connection.execute(insert(buyer_area), tx.own(**place))
    answer = {"property_type": "SFR", "event": "responded", "correlation_id": "feedback:1", "detail": {}}
    tx.connection.execute(insert(buyer_feedback_event), tx.own(**place, **answer))
    return buyer_id


def rows_of(connection, workspace_id: str) -> dict[str, list[tuple]]:
    """Return every row of a workspace, by table."""
    found = {}
    for table in metadata.sorted_tables:
        if table.name == "installation":  # it belongs to no workspace
            continue
        column = table.c.id if table.name == "workspace" else table.c.workspace_id
        query = select(table).where(column == workspace_id).order_by(*table.primary_key.columns)
        found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def counts_of(connection, workspace_id: str) -> dict[str, int]:
    """Return how many rows a workspace has in each table that holds any."""
    return {name: len(rows) for name, rows in rows_of(connection, workspace_id).items() if rows}
