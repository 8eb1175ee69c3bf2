"""What the matching index reads of buyers: all of them piece by piece, what changed since, and the few it chose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    extract,
    func,
    select,
    type_coerce,
    union_all,
)

from domain.matching import BuyerFacts
from domain.matching_columns import BuyerRows
from storage.base import Tx
from storage.buyers import CHANGE, buyer
from storage.workspaces import counter

_c = buyer.c
_MINE = _c.workspace_id == bindparam("workspace_id")
_IS_ACTIVE = and_(_c.active.is_(True), _c.removed_at.is_(None))
_NEWEST = select(counter.c.value).where(
    counter.c.workspace_id == bindparam("workspace_id"), counter.c.noun == bindparam("noun")
)
_FACTS = (
    select(
        _c.id,
        _c.regions,
        _c.property_types,
        _c.min_price,
        _c.max_price,
        _c.min_beds,
        _c.min_baths,
        _IS_ACTIVE,
        _c.contacted,
        _c.responded,
        _c.bought,
        _c.last_response_at,
    )
    .where(_MINE, _c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_c.id)
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some buyers, and how far they reach: the highest id, the newest change among them, and the highest id of those
    who carry no number of a change (somebody inserted them by plain SQL). 0 where there are none.
    """

    rows: BuyerRows
    last_id: int
    newest: int
    last_unnumbered: int


def newest_change(tx: Tx) -> int:
    """Return the number of the newest change of a buyer that is committed; 0 before the first."""
    return tx.connection.execute(_NEWEST, tx.own(noun=CHANGE)).scalar_one_or_none() or 0


def buyers_after(tx: Tx, buyer_id: int, *, limit: int) -> Piece:
    """Return the next `limit` buyers in the order of their ids, whether they are active or not."""
    return _piece(tx.connection.execute(_after(tx.dialect), tx.own(after=buyer_id, limit=limit)).all())


def buyers_changed(tx: Tx, *, since: int, unnumbered_after: int) -> Piece:
    """Return the buyers with a change later than number `since`, and those without a number behind an id."""
    found = tx.connection.execute(_changed(tx.dialect), tx.own(since=since, after=unnumbered_after))
    return _piece(found.all())


def buyer_facts(tx: Tx, ids: Collection[int], *, now: datetime) -> list[BuyerFacts]:
    """Return what matching needs to know of these buyers, in the order of their ids; who is not there lacks."""
    return [_facts(row, now) for row in tx.connection.execute(_FACTS, tx.own(ids=list(ids)))]


@cache
def _after(dialect: str) -> Select[*tuple[Any, ...]]:
    # An expression in place of the column keeps SQLite from an index on it, which would sort all rows for every piece.
    mine = _c.workspace_id.concat("") == bindparam("workspace_id")
    query = select(*_columns(dialect)).where(mine, _c.id > bindparam("after"))
    return query.order_by(_c.id).limit(bindparam("limit"))


@cache
def _changed(dialect: str) -> CompoundSelect[*tuple[Any, ...]]:
    """One statement, so that both halves speak of one moment; each is a range of the index on `changed_no`."""
    columns = _columns(dialect)
    unnumbered = (_c.changed_no == 0, _c.id > bindparam("after"))
    return union_all(
        select(*columns).where(_MINE, _c.changed_no > bindparam("since")), select(*columns).where(_MINE, *unnumbered)
    )


def _columns(dialect: str) -> Sequence[ColumnElement[Any]]:
    """The columns in the order of `BuyerRows`, as plain numbers and texts: nothing is converted row by row."""
    return (
        _c.id,
        _c.regions,
        _c.property_types,
        type_coerce(_c.min_price, BigInteger),
        type_coerce(_c.max_price, BigInteger),
        _c.min_beds,
        _c.min_baths,
        _c.contacted,
        _c.responded,
        _c.bought,
        _microseconds(_c.last_response_at, dialect),
        cast(_IS_ACTIVE, Integer),
        _c.changed_no,
    )


def _microseconds(at: ColumnElement[datetime], dialect: str) -> ColumnElement[int]:
    """An instant as microseconds since 1970. SQLite keeps it as text, with the fraction behind the 20th character, and
    its clock would round that."""
    if dialect == "postgresql":
        return cast(extract("epoch", at) * 1_000_000, BigInteger)
    text = type_coerce(at, String)
    seconds, fraction = func.strftime("%s", func.substr(text, 1, 19)), func.substr(text, 21, 6)
    return cast(seconds, Integer) * 1_000_000 + cast(fraction, Integer)


def _piece(found: Sequence[Row[*tuple[Any, ...]]]) -> Piece:
    if not found:
        return Piece(BuyerRows.none(), 0, 0, 0)
    *columns, numbers = zip(*found, strict=True)
    rows = BuyerRows(*columns)
    unnumbered = [buyer_id for buyer_id, number in zip(rows.ids, numbers, strict=True) if not number]
    return Piece(rows, max(rows.ids), max(numbers), max(unnumbered, default=0))


def _facts(row: Row[*tuple[Any, ...]], now: datetime) -> BuyerFacts:
    *facts, answered_at = row
    facts.append((now - answered_at).days if answered_at else None)
    return BuyerFacts(*facts)
