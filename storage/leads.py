"""Leads and the briefs that buyers are shown of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from domain.leads import LeadStatus
from domain.property_types import PropertyType
from storage.base import Cents, Id, Json, Ratio, Tx, Utc, common, metadata

lead = Table(
    "lead",
    metadata,
    *common(),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", String(32)),
    Column("email", String(320)),
    Column("source", Text),
    Column("status", String(16), nullable=False),
    Column("address", Text),
    Column("region", Text),
    Column("postal_code", String(7)),
    Column("municipality", Text),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("zones", Json, nullable=False),
    Column("location_confidence", Float, nullable=False),
    Column("location_set_by", String(32)),
    Column("location_readings", Json, nullable=False, server_default="[]"),
    Column("rep_id", String(32)),
    Column("asking_price", Cents),
    Column("notes", Text, nullable=False),
    Column("permalink", Text),
    Column("channel_id", String(32)),
    Column("card_ts", String(32)),
    Column("card_lease_until", Utc),
    Column("ladder_paused_at", Utc),
    Column("ladder_paused_by", String(32)),
    Column("search_text", Text, nullable=False),
    Column("missing", Json, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("workspace_id", "number"),
)
Index("ix_lead_phone", lead.c.workspace_id, lead.c.phone)
Index("ix_lead_rep", lead.c.workspace_id, lead.c.rep_id, lead.c.created_at)
Index(
    "ix_lead_cardless",
    lead.c.created_at,
    postgresql_where=lead.c.card_ts.is_(None),
    sqlite_where=lead.c.card_ts.is_(None),
)

deal_brief = Table(
    "deal_brief",
    metadata,
    *common(),
    Column("lead_id", Id, ForeignKey(lead.c.id), nullable=False, index=True),
    Column("headline", Text, nullable=False),
    Column("region", Text),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16)),
    Column("price", Cents),
    Column("beds", Integer),
    Column("baths", Ratio),
    Column("notes", Text, nullable=False),
    Column("status", String(16), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One seller and one property, as stored. `missing` names parts of the flow that could not be done, and why;
    `location_readings` are the provinces and markets that the address may mean, while nobody has said which."""

    id: int
    number: int
    name: str
    phone: str | None
    email: str | None
    source: str | None
    status: LeadStatus
    address: str | None
    region: str | None
    municipality: str | None
    province: str | None
    market: str
    zones: frozenset[str]
    location_confidence: float
    location_set_by: str | None
    location_readings: tuple[tuple[str, str], ...]
    rep_id: str | None
    asking_price: Decimal | None
    notes: str
    permalink: str | None
    channel_id: str | None
    card_ts: str | None
    ladder_paused_at: datetime | None
    ladder_paused_by: str | None
    missing: Mapping[str, str]
    version: int
    created_at: datetime

    @property
    def place(self) -> str:
        """The best words for where the property is: the address, else the region, else a plain lack."""
        return self.address or self.region or "address unknown"


_c = lead.c
_COLUMNS = tuple(_c[each.name] for each in fields(Lead))
_INSERT = insert(lead).returning(_c.id)
_BY_NUMBER = select(*_COLUMNS).where(_c.workspace_id == bindparam("workspace_id"), _c.number == bindparam("number"))
_BY_NUMBER_LOCKED = _BY_NUMBER.with_for_update(key_share=True)
_BY_ID = select(*_COLUMNS).where(_c.workspace_id == bindparam("workspace_id"), _c.id == bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update(key_share=True)
_BY_IDS = select(*_COLUMNS).where(
    _c.workspace_id == bindparam("workspace_id"), _c.id.in_(bindparam("ids", expanding=True))
)


def _lead(row: Row[*tuple[Any, ...]]) -> Lead:
    values = dict(row._mapping)
    readings = tuple((province, market) for province, market in row.location_readings)
    typed = {"status": LeadStatus(row.status), "zones": frozenset(row.zones), "location_readings": readings}
    return Lead(**values | typed)


def add_lead(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert a lead from its column values; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())


def find_lead(tx: Tx, *, number: int, lock: bool = False) -> Lead | None:
    """Return the lead that people call L-{number}.

    With `lock` it is read as the last change left it, and others who want to change it wait for the end of `tx`; rows
    that only refer to it do not wait, or they would wait in a circle. SQLite has one writer at a time, so nobody else
    is there to wait.
    """
    query = _BY_NUMBER_LOCKED if lock else _BY_NUMBER
    row = tx.connection.execute(query, tx.own(number=number)).one_or_none()
    return _lead(row) if row else None


def get_lead(tx: Tx, lead_id: int, *, lock: bool = False) -> Lead | None:
    """Return the lead with this row id; `lock` as for `find_lead`."""
    row = tx.connection.execute(_BY_ID_LOCKED if lock else _BY_ID, tx.own(id=lead_id)).one_or_none()
    return _lead(row) if row else None


def leads_by_id(tx: Tx, ids: Iterable[int]) -> dict[int, Lead]:
    """Return the leads with these row ids, by id; an id that nobody has is left out."""
    return {row.id: _lead(row) for row in tx.connection.execute(_BY_IDS, tx.own(ids=sorted(set(ids))))}


def search_leads(tx: Tx, words: Sequence[str], *, limit: int) -> list[Lead]:
    """Return the newest leads whose folded name, address, phone or e-mail holds every word (already folded)."""
    matches = and_(*(_c.search_text.contains(word, autoescape=True) for word in words))
    query = select(*_COLUMNS).where(_c.workspace_id == tx.workspace_id, matches)
    return [_lead(row) for row in tx.connection.execute(query.order_by(_c.id.desc()).limit(limit))]


def leads_reached_by(tx: Tx, address: str) -> list[Lead]:
    """Return the leads whose seller has this phone (E.164) or e-mail (an `email_key`), newest first."""
    same = _c.phone == address if address.startswith("+") else func.lower(_c.email) == address
    query = select(*_COLUMNS).where(_c.workspace_id == tx.workspace_id, same)
    return [_lead(row) for row in tx.connection.execute(query.order_by(_c.id.desc()))]


def leads_of(tx: Tx, rep_id: str, *, limit: int) -> list[Lead]:
    """Return a rep's newest leads that are not disqualified."""
    query = select(*_COLUMNS).where(
        _c.workspace_id == tx.workspace_id, _c.rep_id == rep_id, _c.status != LeadStatus.DISQUALIFIED
    )
    newest = query.order_by(_c.created_at.desc(), _c.id.desc())  # as the index of a rep's leads has them
    return [_lead(row) for row in tx.connection.execute(newest.limit(limit))]


def count_leads(tx: Tx, *, since: datetime) -> int:
    """Count the leads captured since an instant."""
    query = select(func.count()).where(_c.workspace_id == tx.workspace_id, _c.created_at >= since)
    return int(tx.connection.execute(query).scalar_one())


def change_lead(tx: Tx, lead_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a lead and raise its version."""
    where = and_(_c.workspace_id == tx.workspace_id, _c.id == lead_id)
    tx.connection.execute(update(lead).where(where).values({**values, "version": _c.version + 1}))


def set_card(tx: Tx, lead_id: int, *, channel_id: str, ts: str, permalink: str | None) -> None:
    """Remember where a lead's card stands in Slack."""
    where = and_(_c.workspace_id == tx.workspace_id, _c.id == lead_id)
    values = {"channel_id": channel_id, "card_ts": ts, "permalink": permalink, "card_lease_until": None}
    tx.connection.execute(update(lead).where(where).values(values))


def _free(now: datetime) -> ColumnElement[bool]:
    """A lead without a card that nobody is posting."""
    return and_(_c.card_ts.is_(None), or_(_c.card_lease_until.is_(None), _c.card_lease_until < now))


def claim_card(tx: Tx, lead_id: int, *, now: datetime, lease: timedelta) -> bool:
    """Claim a lead's card; False when it has one, or somebody else holds the claim."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == lead_id, _free(now))
    return bool(tx.connection.execute(update(lead).where(*where).values(card_lease_until=now + lease)).rowcount)


def claim_cardless(tx: Tx, *, before: datetime, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Claim leads created before an instant that have no card yet; nobody else gets them until the lease ends."""
    due = select(_c.id).where(_c.workspace_id == tx.workspace_id, _c.created_at < before, _free(now))
    due = due.order_by(_c.id).limit(limit).with_for_update(skip_locked=True)
    claim = update(lead).where(_c.id.in_(due)).values(card_lease_until=now + lease).returning(_c.id)
    return sorted(tx.connection.execute(claim).scalars())


def forget_card(tx: Tx, lead_id: int, *, stood_at: str | None = None) -> None:
    """Forget where a lead's card stood; with a `stood_at` only while that is where it stands: whoever found it gone
    there must not forget one that was posted since."""
    there = true() if stood_at is None else _c.card_ts == stood_at
    _forget(tx, and_(_c.id == lead_id, there))


def forget_newest_cards(tx: Tx, *, limit: int) -> None:
    """Forget where the cards of the newest leads stood."""
    newest = select(_c.id).where(_c.workspace_id == tx.workspace_id).order_by(_c.id.desc()).limit(limit)
    _forget(tx, _c.id.in_(newest))


def _forget(tx: Tx, which: ColumnElement[bool]) -> None:
    nowhere = {"channel_id": None, "card_ts": None, "permalink": None, "card_lease_until": None}
    tx.connection.execute(update(lead).where(_c.workspace_id == tx.workspace_id, which).values(nowhere))


_INSERT_BRIEF = insert(deal_brief).returning(deal_brief.c.id)


@dataclass(frozen=True, slots=True)
class Brief:
    """What buyers are shown of a lead."""

    id: int
    headline: str
    property_type: PropertyType | None
    price: Decimal | None
    beds: int | None
    baths: Decimal | None


def add_brief(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert a deal brief from its column values; return its id."""
    return int(tx.connection.execute(_INSERT_BRIEF, tx.own(**values)).scalar_one())


def change_brief(tx: Tx, brief_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a brief."""
    c = deal_brief.c
    tx.connection.execute(
        update(deal_brief).where(c.workspace_id == tx.workspace_id, c.id == brief_id).values(dict(values))
    )


def brief_of(tx: Tx, lead_id: int) -> Brief | None:
    """Return the newest brief of a lead."""
    c = deal_brief.c
    query = _BRIEFS.where(c.workspace_id == tx.workspace_id, c.lead_id == lead_id).order_by(c.id.desc()).limit(1)
    row = tx.connection.execute(query).one_or_none()
    return _brief(row) if row else None


def briefs_by_id(tx: Tx, ids: Iterable[int]) -> dict[int, Brief]:
    """Return the briefs with these row ids, by id; an id that none has is left out."""
    query = _BRIEFS.where(deal_brief.c.workspace_id == tx.workspace_id, deal_brief.c.id.in_(sorted(set(ids))))
    return {row.id: _brief(row) for row in tx.connection.execute(query)}


_BRIEFS = select(*(deal_brief.c[field.name] for field in fields(Brief)))


def _brief(row: Row[*tuple[Any, ...]]) -> Brief:
    kind = PropertyType(row.property_type) if row.property_type else None
    return Brief(**dict(row._mapping) | {"property_type": kind})
