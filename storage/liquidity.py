"""Liquidity nodes: how many buyers a market and property type has, and what their answers add up to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    distinct,
    exists,
    func,
    insert,
    null,
    select,
    update,
)

from domain.geo import ALL, MARKETS
from domain.liquidity import FeedbackEvent, Key, Node, Sums, node_key
from domain.liquidity_deals import Outcome
from domain.liquidity_sums import COUNTED
from domain.property_types import PropertyType
from storage.base import Id, Json, Tx, Utc, common, metadata
from storage.buyers import buyer, buyer_area
from storage.deals import deal
from storage.feedback import buyer_feedback_event

buyer_liquidity_node = Table(
    "buyer_liquidity_node",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("buyer_count", Integer, nullable=False),
    Column("active_buyer_count", Integer, nullable=False),
    Column("avg_response_rate", Float, nullable=False),
    Column("avg_close_rate", Float, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("sums", Json),
    Column("sums_as_of", Utc),
    # Named by hand: the convention's name is longer than the 63 characters that PostgreSQL allows.
    UniqueConstraint("workspace_id", "province", "market", "property_type", name="uq_buyer_liquidity_node_place"),
)

liquidity_deal = Table(
    "liquidity_deal",
    metadata,
    *common(),
    Column("deal_id", Id, ForeignKey(deal.c.id), nullable=False),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("reach", Integer, nullable=False),
    Column("sold", Boolean, nullable=False),
    Column("is_counted", Boolean, nullable=False),
    UniqueConstraint("workspace_id", "deal_id"),
)
Index(
    "ix_liquidity_deal_waiting",
    liquidity_deal.c.workspace_id,
    liquidity_deal.c.first_at,
    postgresql_where=liquidity_deal.c.is_counted.is_(False),
    sqlite_where=liquidity_deal.c.is_counted.is_(False),
)

RESPONSE_PRIOR, CLOSE_PRIOR = 0.33, 0.12
"""The rates of a market without history; the starting values of the liquidity formula."""


def seed_nodes(tx: Tx, places: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Add a node of single-family houses, without buyers, for each (province, market)."""
    tx.connection.execute(
        insert(buyer_liquidity_node),
        [
            tx.own(
                province=province,
                market=market,
                property_type=PropertyType.SFR,
                buyer_count=0,
                active_buyer_count=0,
                avg_response_rate=RESPONSE_PRIOR,
                avg_close_rate=CLOSE_PRIOR,
                updated_at=now,
                created_at=now,
            )
            for province, market in places
        ],
    )


@dataclass(frozen=True, slots=True)
class KeptNode:
    """A node's row: `sums` is None where nothing was ever recorded, the rates are those of its last change."""

    id: int
    node: Node
    sums: Sums | None
    response_rate: float
    close_rate: float

    @property
    def key(self) -> Key:
        """The node's name in the form that compares."""
        return node_key(self.node.province, self.node.market, self.node.property_type)


@dataclass(frozen=True, slots=True)
class KeptDeal:
    """What is kept of a deal that has answers; `is_counted` once its node's sums hold it."""

    deal_id: int
    outcome: Outcome
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Buyers:
    """How many buyers of one kind there are in one place: those of the same types who are, or are not, active.

    `market` is a market's label; ALL for buyers of the whole province; "" for those of its other municipalities.
    `types` is a bit for each property type in the order of `PropertyType`, 0 where none was understood.
    """

    province: str
    market: str
    types: int
    active: bool
    count: int


ELSEWHERE = ""
"""In the place of a market: somewhere in the province where no market is."""

_n = buyer_liquidity_node.c
_COUNTS = (_n.province, _n.market, _n.property_type, _n.buyer_count, _n.active_buyer_count)
_MINE = _n.workspace_id == bindparam("workspace_id")
_NODE = select(*_COUNTS).where(
    _MINE,
    _n.province == bindparam("province"),
    _n.market == bindparam("market"),
    _n.property_type == bindparam("property_type"),
)
_NODES = select(_n.id, *_COUNTS, _n.sums, _n.sums_as_of, _n.avg_response_rate, _n.avg_close_rate).where(_MINE)
_SUMS = select(_n.province, _n.market, _n.property_type, _n.sums, _n.sums_as_of).where(
    _MINE, _n.sums_as_of.is_not(None)
)
_IN_ORDER = _NODES.order_by(_n.id)
_LOCKED = _IN_ORDER.with_for_update()

_d = liquidity_deal.c
_DEAL = (_d.deal_id, _d.province, _d.market, _d.property_type, _d.first_at, _d.reach, _d.sold, _d.is_counted)
_MY_DEAL = _d.workspace_id == bindparam("workspace_id")
_OF_DEAL = select(*_DEAL).where(_MY_DEAL, _d.deal_id == bindparam("deal_id"))
_WAITING = select(*_DEAL).where(_MY_DEAL, _d.is_counted.is_(False), _d.first_at <= bindparam("until"))

_e = buyer_feedback_event.c
_STANDING = (_e.workspace_id == bindparam("workspace_id"), _e.undone_at.is_(None), _e.province.is_not(None))
_EVENTS = (
    select(
        _e.created_at, _e.province, _e.market, _e.property_type, _e.event, _e.buyer_id, _e.correlation_id, _e.deal_id
    )
    .where(*_STANDING, _e.event.in_(COUNTED))
    .order_by(_e.created_at, _e.id)
)
_ANY_EVENT = select(exists().where(*_STANDING, _e.event.in_(COUNTED)))

_a = buyer_area.c
_MARKET = case((_a.market.in_([ALL, *(market.label for market in MARKETS)]), _a.market), else_=ELSEWHERE)


def find_node(tx: Tx, *, province: str, market: str, property_type: PropertyType) -> Node | None:
    """Return the node; None where no row stands."""
    key = {"province": province, "market": market, "property_type": property_type}
    row = tx.connection.execute(_NODE, tx.own(**key)).one_or_none()
    return Node(*row) if row else None


def kept_sums(tx: Tx) -> dict[Key, Sums]:
    """Return the sums of every node that has any: at most a few hundred, however much was recorded."""
    return {
        node_key(row.province, row.market, row.property_type): _sums(row.sums, row.sums_as_of)
        for row in tx.connection.execute(_SUMS, tx.own())
        if row.sums is not None
    }


def nodes_of(tx: Tx, *, lock: bool = False) -> list[KeptNode]:
    """Return every node in the order of the ids; with `lock` nobody else changes one before the end of `tx`."""
    return [_kept(row) for row in tx.connection.execute(_LOCKED if lock else _IN_ORDER, tx.own())]


def add_nodes(tx: Tx, keys: Iterable[tuple[str, str, str]], *, now: datetime) -> None:
    """Add nodes without buyers or answers for each (province, market, type); the ones that stand are left alone."""
    fresh = {"buyer_count": 0, "active_buyer_count": 0, "updated_at": now, "created_at": now}
    rates = {"avg_response_rate": RESPONSE_PRIOR, "avg_close_rate": CLOSE_PRIOR}
    names = ("province", "market", "property_type")
    rows = [tx.own(**dict(zip(names, key, strict=True)), **fresh, **rates) for key in sorted(keys)]
    if rows:
        tx.connection.execute(tx.upsert(buyer_liquidity_node).on_conflict_do_nothing(), rows)


def set_counts(tx: Tx, counts: Mapping[int, tuple[int, int]], *, now: datetime) -> None:
    """Set how many buyers nodes have, and how many of them are active, by row id."""
    values = {"buyer_count": bindparam("buyers"), "active_buyer_count": bindparam("active"), "updated_at": now}
    _set(tx, values, [{"node_id": id_, "buyers": buyers, "active": active} for id_, (buyers, active) in counts.items()])


def set_rates(tx: Tx, rates: Mapping[int, tuple[float, float]], *, now: datetime) -> None:
    """Set how often a node's buyers answer, and how often an answer closes, by row id."""
    values = {"avg_response_rate": bindparam("answer"), "avg_close_rate": bindparam("close"), "updated_at": now}
    _set(tx, values, [{"node_id": id_, "answer": answer, "close": close} for id_, (answer, close) in rates.items()])


def set_sums(tx: Tx, sums: Mapping[int, Sums]) -> None:
    """Set nodes' sums, by row id."""
    values = {"sums": bindparam("kept", type_=Json), "sums_as_of": bindparam("as_of", type_=Utc())}
    _set(tx, values, [{"node_id": id_, "kept": _json(kept), "as_of": kept.as_of} for id_, kept in sums.items()])


def _set(tx: Tx, values: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        where = (_n.workspace_id == tx.workspace_id, _n.id == bindparam("node_id"))
        tx.connection.execute(update(buyer_liquidity_node).where(*where).values(dict(values)), rows)


def _kept(row: Row[*tuple[Any, ...]]) -> KeptNode:
    node = Node(row.province, row.market, row.property_type, row.buyer_count, row.active_buyer_count)
    sums = None if row.sums is None else _sums(row.sums, row.sums_as_of)
    return KeptNode(row.id, node, sums, row.avg_response_rate, row.avg_close_rate)


def _sums(kept: Mapping[str, Any], as_of: datetime) -> Sums:
    reach = {int(buyers): amount for buyers, amount in kept["reach"].items()}
    return Sums(as_of, reach=reach, **{name: kept[name] for name in _AMOUNTS})


def _json(sums: Sums) -> Mapping[str, object]:
    """Sums as JSON holds them; the digits of a float come back as they were, and keys are text."""
    reach = {str(buyers): amount for buyers, amount in sums.reach.items()}
    return {**{name: getattr(sums, name) for name in _AMOUNTS}, "reach": reach}


_AMOUNTS = ("responded", "asked", "bought", "decided", "sold", "deals")


def count_by_place(tx: Tx, provinces: Collection[str] | None = None) -> list[Buyers]:
    """Count the buyers who were not removed by place, types and whether they are active; None = of all provinces.

    A buyer of several municipalities without a market counts once. A province that is named as a whole is expected
    to be a buyer's only row of that province.
    """
    keys = (_a.province, _MARKET.label("market"), buyer.c.types, buyer.c.active)
    query = select(*keys, func.count(distinct(_a.buyer_id))).join(buyer, buyer.c.id == _a.buyer_id).group_by(*keys)
    mine = (_a.workspace_id == tx.workspace_id, buyer.c.workspace_id == tx.workspace_id, buyer.c.removed_at.is_(None))
    if provinces is not None:
        query = query.where(_a.province.in_(provinces))
    return [Buyers(*row) for row in tx.connection.execute(query.where(*mine))]


def count_buyers_of_any_type(tx: Tx, province: str, market: str) -> tuple[int, int]:
    """Count a place's buyers whose types were not understood, and the active ones of them."""
    active = func.count(distinct(case((buyer.c.active.is_(True), _a.buyer_id))))
    query = select(func.count(distinct(_a.buyer_id)), active).join(buyer, buyer.c.id == _a.buyer_id)
    here = (_a.workspace_id == tx.workspace_id, buyer.c.workspace_id == tx.workspace_id, _a.province == province)
    row = tx.connection.execute(
        query.where(*here, _is_at(market), buyer.c.types == 0, buyer.c.removed_at.is_(None))
    ).one()
    return row[0], row[1]


def _is_at(market: str) -> ColumnElement[bool]:
    """Whether an area speaks for a market's node; the node of the rest of a province has all that is no market."""
    return _MARKET.in_((ALL, ELSEWHERE if market == ALL else market))


def _kept_deal(row: Row[*tuple[Any, ...]]) -> KeptDeal:
    outcome = Outcome(row.province, row.market, row.property_type, row.first_at, row.reach, row.sold)
    return KeptDeal(row.deal_id, outcome, row.is_counted)


def find_kept_deal(tx: Tx, deal_id: int) -> KeptDeal | None:
    """Return what is kept of a deal, None before its first answer."""
    row = tx.connection.execute(_OF_DEAL, tx.own(deal_id=deal_id)).one_or_none()
    return _kept_deal(row) if row else None


def waiting_deals(tx: Tx, *, until: datetime) -> list[KeptDeal]:
    """Return the deals whose first answer came at `until` or before and that are in no node's sums yet."""
    return [_kept_deal(row) for row in tx.connection.execute(_WAITING, tx.own(until=until))]


def keep_deals(tx: Tx, deals: Sequence[KeptDeal], *, now: datetime) -> None:
    """Keep what became of deals in the place of what was kept of them."""
    names = [field.name for field in fields(Outcome)]
    rows = [
        tx.own(deal_id=kept.deal_id, is_counted=kept.is_counted, created_at=now)
        | {name: getattr(kept.outcome, name) for name in names}
        for kept in deals
    ]
    if rows:
        statement = tx.upsert(liquidity_deal)
        changed = {name: statement.excluded[name] for name in (*names, "is_counted")}
        key = [_d.workspace_id, _d.deal_id]
        tx.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def forget_deal(tx: Tx, deal_id: int) -> None:
    """Keep nothing of a deal about which no answer stands any more."""
    tx.connection.execute(delete(liquidity_deal).where(_d.workspace_id == tx.workspace_id, _d.deal_id == deal_id))


def forget_deals(tx: Tx) -> None:
    """Keep nothing of any deal, nor what nodes' answers add up to: both are built anew from the answers."""
    tx.connection.execute(delete(liquidity_deal).where(_d.workspace_id == tx.workspace_id))
    nothing = {"sums": null(), "sums_as_of": None}
    tx.connection.execute(update(buyer_liquidity_node).where(_n.workspace_id == tx.workspace_id).values(nothing))


def lacks_sums(tx: Tx) -> bool:
    """Tell whether a node's sums were lost, or none was ever built though answers stand."""
    has_sums = [row.sums is not None for row in tx.connection.execute(_SUMS, tx.own())]
    if has_sums:
        return not all(has_sums)
    return bool(tx.connection.execute(_ANY_EVENT, tx.own()).scalar_one())


def feedback_record(tx: Tx) -> list[tuple[FeedbackEvent, int | None]]:
    """Return all that buyers answered and that counts, the first answer first, each with the deal it was about.

    This is the whole record, however long: for building the sums anew, not for answering a request.
    """
    return [(FeedbackEvent(*row[:-1]), row.deal_id) for row in tx.connection.execute(_EVENTS, tx.own())]
