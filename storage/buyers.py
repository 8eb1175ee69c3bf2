"""Buyers, and the areas they buy in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from storage.base import Cents, Id, Tx, Utc, common, metadata
from storage.workspaces import next_numbers

buyer = Table(
    "buyer",
    metadata,
    *common(),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("company", Text),
    Column("phone", String(32)),
    Column("email", String(320)),
    Column("locale", String(16), nullable=False),
    Column("regions", Text),
    Column("property_types", Text),
    Column("min_price", Cents),
    Column("max_price", Cents),
    Column("min_beds", Integer),
    Column("min_baths", Integer),
    Column("proof_of_funds_on", Date),
    Column("notes", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("contacted", Integer, nullable=False),
    Column("responded", Integer, nullable=False),
    Column("bought", Integer, nullable=False),
    Column("last_response_at", Utc),
    Column("search_text", Text, nullable=False, server_default=""),
    Column("types", Integer, nullable=False, server_default="0"),
    Column("changed_no", BigInteger, nullable=False, server_default="0"),
    Column("removed_at", Utc),
    UniqueConstraint("workspace_id", "number"),
)
Index("ix_buyer_changed", buyer.c.workspace_id, buyer.c.changed_no)

buyer_area = Table(
    "buyer_area",
    metadata,
    *common(),
    Column("buyer_id", Id, ForeignKey(buyer.c.id), nullable=False),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    UniqueConstraint("buyer_id", "province", "market"),
)
Index("ix_buyer_area_place", buyer_area.c.workspace_id, buyer_area.c.province, buyer_area.c.market)

CHANGE = "buyer_change"
"""The counter from which every transaction that changes buyers takes one number first: its row lock makes commits
follow the numbers, so that an index that has seen n asks for what lies above n."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer as stored; amounts in dollars, `regions` and `property_types` as they were typed, None = not stated.

    One that was removed stays a row with `removed_at`; `changed_no` tells which of two changes came later; `locale` is
    the language they read, as in "fr-CA".
    """

    id: int
    number: int
    name: str
    company: str | None
    phone: str | None
    email: str | None
    regions: str | None
    property_types: str | None
    min_price: Decimal | None
    max_price: Decimal | None
    min_beds: int | None
    min_baths: int | None
    proof_of_funds_on: date | None
    notes: str
    active: bool
    contacted: int
    responded: int
    bought: int
    last_response_at: datetime | None
    removed_at: datetime | None
    created_at: datetime
    changed_no: int = 0
    locale: str = "en-CA"


_c = buyer.c
_COLUMNS = [_c[field.name] for field in fields(Buyer)]
_MINE = _c.workspace_id == bindparam("workspace_id")
_STANDING = and_(_MINE, _c.removed_at.is_(None))
_BY_NUMBER = select(*_COLUMNS).where(_MINE, _c.number == bindparam("number"))
_BY_NUMBER_LOCKED = _BY_NUMBER.with_for_update()
_BY_ID = select(*_COLUMNS).where(_MINE, _c.id == bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_IDS = select(*_COLUMNS).where(_MINE, _c.id.in_(bindparam("ids", expanding=True)))
_INSERT = insert(buyer).returning(_c.id, sort_by_parameter_order=True)


def find_buyer(tx: Tx, *, number: int, lock: bool = False) -> Buyer | None:
    """Return the buyer that people call B-{number}, also a removed one; `lock` keeps it from others until the end."""
    query = _BY_NUMBER_LOCKED if lock else _BY_NUMBER
    return _one(tx, query, number=number)


def get_buyer(tx: Tx, buyer_id: int, *, lock: bool = False) -> Buyer | None:
    """Return the buyer with this row id, also a removed one; `lock` as for `find_buyer`."""
    query = _BY_ID_LOCKED if lock else _BY_ID
    return _one(tx, query, id=buyer_id)


def buyers_by_id(tx: Tx, ids: Iterable[int]) -> dict[int, Buyer]:
    """Return the buyers with these row ids, also removed ones, by id; an id that nobody has is left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {found.id: found for found in _all(tx, _BY_IDS, ids=wanted)}


def next_change(tx: Tx) -> int:
    """Take the number of this transaction's change to buyers: before any row of theirs is read or locked for it."""
    (number,) = next_numbers(tx, CHANGE)
    return number


def reserve_numbers(tx: Tx, count: int) -> range:
    """Return the next `count` numbers of buyers; `next_change` comes first, so that nobody waits in a circle."""
    last = int(tx.connection.execute(_RESERVE, tx.own(noun="buyer", count=count)).scalar_one())
    return range(last - count + 1, last + 1)


def add_buyers(tx: Tx, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert buyers from their column values, `number` and `changed_no` among them; return their ids, in order."""
    return [int(row.id) for row in tx.connection.execute(_INSERT, [tx.own(**row) for row in rows])]


def change_buyer(tx: Tx, buyer_id: int, values: Mapping[str, object]) -> None:
    """Change columns of a buyer under `values`' own `changed_no`, or else a fresh one.

    A transaction that locks rows takes its number before, by `next_change`: two that did it in different orders would
    wait for each other.
    """
    changed = values if "changed_no" in values else {**values, "changed_no": next_change(tx)}
    where = and_(_c.workspace_id == tx.workspace_id, _c.id == buyer_id)
    tx.connection.execute(update(buyer).where(where).values(dict(changed)))


Areas = Iterable[tuple[str, str]]
"""(province, market) pairs: a market's label, a municipality's name outside the markets, or ALL for the province."""


def add_areas(tx: Tx, areas_of: Mapping[int, Areas], *, now: datetime) -> None:
    """Add the areas of buyers that have none yet, by buyer id."""
    rows = [
        tx.own(buyer_id=buyer_id, province=province, market=market, created_at=now)
        for buyer_id, areas in areas_of.items()
        for province, market in areas
    ]
    if rows:
        tx.connection.execute(insert(buyer_area), rows)


def set_areas(tx: Tx, buyer_id: int, areas: Areas, *, now: datetime) -> None:
    """Put these areas in the place of a buyer's old ones."""
    a = buyer_area.c
    tx.connection.execute(delete(buyer_area).where(a.workspace_id == tx.workspace_id, a.buyer_id == buyer_id))
    add_areas(tx, {buyer_id: areas}, now=now)


def areas_of(tx: Tx, buyer_id: int) -> list[tuple[str, str]]:
    """Return a buyer's areas by province and market."""
    a = buyer_area.c
    query = select(a.province, a.market).where(a.workspace_id == tx.workspace_id, a.buyer_id == buyer_id)
    return [(row.province, row.market) for row in tx.connection.execute(query.order_by(a.province, a.market))]


def search_buyers(tx: Tx, words: Sequence[str], *, limit: int) -> list[Buyer]:
    """Return the newest standing buyers whose folded name, company, areas, phone or e-mail holds every word."""
    matches = and_(*(_c.search_text.contains(word, autoescape=True) for word in words))
    return _all(tx, _newest(limit).where(matches))


def newest_buyers(tx: Tx, *, limit: int) -> list[Buyer]:
    """Return the newest standing buyers."""
    return _all(tx, _newest(limit))


def count_buyers(tx: Tx) -> tuple[int, int]:
    """Count the standing buyers, and the active ones among them."""
    query = select(func.count(), func.count().filter(_c.active.is_(True))).where(_STANDING)
    standing, active = tx.connection.execute(query, tx.own()).one()
    return standing, active


def buyer_reached_by(tx: Tx, *, phone: str | None, email: str | None) -> Buyer | None:
    """Return the oldest standing buyer with this phone (E.164) or e-mail (an `email_key`); None for two Nones."""
    same: list[ColumnElement[bool]] = []
    if phone:
        same.append(_c.phone == phone)
    if email:
        same.append(func.lower(_c.email) == email)
    if not same:
        return None
    found = _all(tx, select(*_COLUMNS).where(_STANDING, or_(*same)).order_by(_c.id).limit(1))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Reached:
    """How one standing buyer is reached, as a newer or older change left it."""

    number: int
    phone: str | None
    email: str | None
    changed_no: int


_REACHED = select(_c.number, _c.phone, _c.email, _c.changed_no).where(_STANDING, _c.changed_no > bindparam("seen"))


def reached_since(tx: Tx, seen: int) -> Iterable[Reached]:
    """Yield how the standing buyers are reached that were changed after the change `seen`; -1 yields them all."""
    for row in tx.connection.execute(_REACHED, tx.own(seen=seen)):
        yield Reached(*row)


def _one(tx: Tx, query: Select[Any], **values: object) -> Buyer | None:
    row = tx.connection.execute(query, tx.own(**values)).one_or_none()
    return _buyer(row) if row else None


def _all(tx: Tx, query: Select[Any], **values: object) -> list[Buyer]:
    return [_buyer(row) for row in tx.connection.execute(query, tx.own(**values))]


def _buyer(row: Row[*tuple[Any, ...]]) -> Buyer:
    return Buyer(**row._mapping)


def _newest(limit: int) -> Select[Any]:
    return select(*_COLUMNS).where(_STANDING).order_by(_c.id.desc()).limit(limit)


_RESERVE = text(
    "INSERT INTO counter (workspace_id, noun, value) VALUES (:workspace_id, :noun, :count)"
    " ON CONFLICT (workspace_id, noun) DO UPDATE SET value = counter.value + :count RETURNING value"
)
