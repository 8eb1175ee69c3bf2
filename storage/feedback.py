"""Buyers' feedback: what each of them did about a deal, once for every outcome, and what was taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    bindparam,
    case,
    distinct,
    func,
    select,
    update,
)

from domain.liquidity_sums import COUNTED, Feedback, FeedbackEvent
from storage.base import Id, Json, Tx, Utc, common, metadata
from storage.buyers import buyer

buyer_feedback_event = Table(
    "buyer_feedback_event",
    metadata,
    *common(),
    Column("buyer_id", Id, ForeignKey(buyer.c.id), nullable=False),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("property_type", String(16), nullable=False),
    Column("event", String(32), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("detail", Json, nullable=False),
    Column("deal_id", Id),
    Column("undone_at", Utc),
    Column("recorded_by", String(64)),
)
_c = buyer_feedback_event.c
Index("ix_buyer_feedback_event_at", _c.workspace_id, _c.created_at)
Index("ix_buyer_feedback_event_deal", _c.workspace_id, _c.deal_id)
Index("ix_buyer_feedback_event_buyer", _c.workspace_id, _c.buyer_id)
Index(
    "ix_buyer_feedback_event_once",
    _c.workspace_id,
    _c.deal_id,
    _c.buyer_id,
    _c.event,
    unique=True,
    postgresql_where=_c.undone_at.is_(None),
    sqlite_where=_c.undone_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer did about a deal, when, and who recorded it; None for what nobody's name stands beside."""

    id: int
    buyer_id: int
    deal_id: int
    event: Feedback
    created_at: datetime
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """A buyer's record with the team: of how many deals they were told, how many they answered and bought.

    `last_response_at` is when they answered last.
    """

    contacted: int
    responded: int
    bought: int
    last_response_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stored:
    """One answer's row as it enters the sums, or leaves them; `replaced` are the answers whose place it took."""

    answer: Answer
    event: FeedbackEvent
    replaced: tuple[int, ...]


_STANDING = (_c.workspace_id == bindparam("workspace_id"), _c.undone_at.is_(None))
_ANSWER = (_c.id, _c.buyer_id, _c.deal_id, _c.event, _c.created_at, _c.recorded_by)
_EVENT = (_c.created_at, _c.province, _c.market, _c.property_type, _c.event, _c.buyer_id, _c.correlation_id)
_STORED = (_c.id, _c.deal_id, _c.recorded_by, _c.detail, *_EVENT)
_OF_DEAL = select(*_ANSWER).where(*_STANDING, _c.deal_id == bindparam("deal_id")).order_by(_c.created_at, _c.id)
_OF_DEALS = (
    select(*_ANSWER)
    .where(*_STANDING, _c.deal_id.in_(bindparam("deal_ids", expanding=True)))
    .order_by(_c.created_at, _c.id)
)
_BY_ID = select(*_ANSWER).where(_c.workspace_id == bindparam("workspace_id"), _c.id == bindparam("id"))
_BY_BUYER = (
    select(*_ANSWER)
    .where(*_STANDING, _c.buyer_id == bindparam("buyer_id"), _c.deal_id.is_not(None))
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(bindparam("most"))
)
_EVENTS_OF_DEAL = select(*_EVENT).where(*_STANDING, _c.deal_id == bindparam("deal_id")).order_by(_c.created_at, _c.id)
_ANSWERED = (Feedback.RESPONDED, Feedback.BOUGHT, Feedback.PASSED)
_RECORD = select(
    func.count(distinct(case((_c.event.in_(COUNTED), _c.deal_id)))).label("contacted"),
    func.count(distinct(case((_c.event.in_(_ANSWERED), _c.deal_id)))).label("responded"),
    func.count(distinct(case((_c.event == Feedback.BOUGHT, _c.deal_id)))).label("bought"),
    func.max(case((_c.event.in_(_ANSWERED), _c.created_at))).label("last_response_at"),
).where(*_STANDING, _c.buyer_id == bindparam("buyer_id"))


def add_answer(
    tx: Tx, event: FeedbackEvent, *, deal_id: int, recorded_by: str, replaced: Sequence[int] = ()
) -> Stored | None:
    """Insert an answer about a deal, which takes the place of the `replaced` ones.

    None when the same one of this buyer about this deal stands already.
    """
    values = {column.name: getattr(event, column.name) for column in _EVENT}
    more = {"deal_id": deal_id, "recorded_by": recorded_by, "detail": {"replaced": list(replaced)}}
    statement = tx.upsert(buyer_feedback_event).values(tx.own(**values, **more)).on_conflict_do_nothing()
    row = tx.connection.execute(statement.returning(*_STORED)).one_or_none()
    return _stored(row) if row else None


def find_answer(tx: Tx, answer_id: int) -> Answer | None:
    """Return an answer by its row id, also one that was taken back."""
    row = tx.connection.execute(_BY_ID, tx.own(id=answer_id)).one_or_none()
    return _answer(row) if row and row.deal_id is not None else None


def answers_of(tx: Tx, deal_id: int) -> list[Answer]:
    """Return the answers about a deal that stand, in the order in which they were given."""
    return [_answer(row) for row in tx.connection.execute(_OF_DEAL, tx.own(deal_id=deal_id))]


def answers_of_deals(tx: Tx, deal_ids: Iterable[int]) -> dict[int, list[Answer]]:
    """Return the answers about several deals that stand, by deal, each deal's in the order in which they were given."""
    found: dict[int, list[Answer]] = {}
    for row in tx.connection.execute(_OF_DEALS, tx.own(deal_ids=sorted(set(deal_ids)))):
        found.setdefault(row.deal_id, []).append(_answer(row))
    return found


def answers_by(tx: Tx, buyer_id: int, *, limit: int) -> list[Answer]:
    """Return a buyer's newest answers that stand."""
    return [_answer(row) for row in tx.connection.execute(_BY_BUYER, tx.own(buyer_id=buyer_id, most=limit))]


def events_about(tx: Tx, deal_id: int) -> list[FeedbackEvent]:
    """Return what stands recorded about a deal as the sums see it, the first one first."""
    return [FeedbackEvent(*row) for row in tx.connection.execute(_EVENTS_OF_DEAL, tx.own(deal_id=deal_id))]


def record_of(tx: Tx, buyer_id: int) -> Record:
    """Count a buyer's record from the answers that stand."""
    return Record(*tx.connection.execute(_RECORD, tx.own(buyer_id=buyer_id)).one())


def undo_answer(tx: Tx, answer_id: int, *, now: datetime) -> Stored | None:
    """Take an answer back; None when it does not stand (any more)."""
    return _turned(tx, _c.id == answer_id, _c.undone_at.is_(None), undone_at=now)


def restore_answer(tx: Tx, answer_id: int) -> Stored | None:
    """Let an answer stand again that was taken back; None when it stands."""
    return _turned(tx, _c.id == answer_id, _c.undone_at.is_not(None), undone_at=None)


def _turned(tx: Tx, *which: ColumnElement[bool], undone_at: datetime | None) -> Stored | None:
    statement = update(buyer_feedback_event).where(_c.workspace_id == tx.workspace_id, *which)
    row = tx.connection.execute(statement.values(undone_at=undone_at).returning(*_STORED)).one_or_none()
    return _stored(row) if row else None


def _stored(row: Row[*tuple[Any, ...]]) -> Stored:
    event = FeedbackEvent(**{column.name: row._mapping[column.name] for column in _EVENT})
    return Stored(_answer(row), event, tuple(row.detail.get("replaced", ())))


def _answer(row: Row[*tuple[Any, ...]]) -> Answer:
    return Answer(row.id, row.buyer_id, row.deal_id, Feedback(row.event), row.created_at, row.recorded_by)
