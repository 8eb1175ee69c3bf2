"""Live offers: what was put before a seller, on which evidence, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Row, String, Table, Text, bindparam, func, insert, select, update

from domain.live_offers import OfferState
from storage.base import Cents, Id, Tx, Utc, common, metadata
from storage.deals import deal
from storage.offers import offer_evidence

offer = Table(
    "offer",
    metadata,
    *common(),
    Column("deal_id", Id, ForeignKey(deal.c.id), nullable=False, index=True),
    Column("evidence_id", Id, ForeignKey(offer_evidence.c.id), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("status", String(16), nullable=False),
    Column("presented_at", Utc),
    Column("decided_at", Utc),
    Column("expires_at", Utc),
    Column("counter_amount", Cents),
    Column("created_by", String(64), nullable=False),
    Column("decided_by", String(64)),
    Column("note", Text, nullable=False),
)
_c = offer.c
Index(
    "ix_offer_expires_at", _c.expires_at, postgresql_where=_c.decided_at.is_(None), sqlite_where=_c.decided_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class LiveOffer:
    """One offer to a seller as stored; amounts in dollars.

    `amount` is what we offered, `evidence_id` what that rests on and `mao` the ceiling there: none of them changes once
    it was presented. While it is a draft `created_by` is who drafted it, afterwards who presented it. `decided_at` and
    `decided_by` tell when it was accepted, rejected or withdrawn, or ended, and by whom.
    """

    id: int
    deal_id: int
    evidence_id: int
    amount: Decimal
    status: OfferState
    presented_at: datetime | None
    decided_at: datetime | None
    expires_at: datetime | None
    counter_amount: Decimal | None
    created_by: str
    decided_by: str | None
    note: str
    created_at: datetime
    mao: Decimal | None = None

    @property
    def on_the_table(self) -> Decimal:
        """What is agreed if it is accepted: the counter where there is one, else what we offered."""
        return self.amount if self.counter_amount is None else self.counter_amount


_INSERT = insert(offer).returning(_c.id)
_COLUMNS = [_c[field.name] for field in fields(LiveOffer) if field.name in _c] + [offer_evidence.c.mao]
_ALL = select(*_COLUMNS).join(offer_evidence, offer_evidence.c.id == _c.evidence_id)
_MINE = _ALL.where(_c.workspace_id == bindparam("workspace_id"))
_BY_ID = _MINE.where(_c.id == bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update(of=offer)
_OF_DEAL = _MINE.where(_c.deal_id == bindparam("deal_id")).order_by(_c.id.desc())
_OF_DEALS = _MINE.where(_c.deal_id.in_(bindparam("deal_ids", expanding=True))).order_by(_c.id.desc())
_IS_DUE = (_c.decided_at.is_(None), _c.expires_at <= bindparam("until"))
_DUE = _MINE.where(*_IS_DUE).order_by(_c.expires_at, _c.id).limit(bindparam("at_most"))
_NEXT = select(func.min(_c.expires_at)).where(_c.workspace_id == bindparam("workspace_id"), _c.decided_at.is_(None))


def _offer(row: Row[*tuple[Any, ...]]) -> LiveOffer:
    return LiveOffer(**dict(row._mapping) | {"status": OfferState(row.status)})


def add_offer(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert an offer from its column values; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())


def find_offer(tx: Tx, offer_id: int, *, lock: bool = False) -> LiveOffer | None:
    """Return the offer with this row id; with `lock` nobody else changes it before the end of `tx`."""
    row = tx.connection.execute(_BY_ID_LOCKED if lock else _BY_ID, tx.own(id=offer_id)).one_or_none()
    return _offer(row) if row else None


def offers_of(tx: Tx, deal_id: int) -> list[LiveOffer]:
    """Return a deal's offers, the newest first."""
    return [_offer(row) for row in tx.connection.execute(_OF_DEAL, tx.own(deal_id=deal_id))]


def offers_of_deals(tx: Tx, deal_ids: Iterable[int]) -> dict[int, list[LiveOffer]]:
    """Return the offers of several deals, by deal, each deal's newest first."""
    found: dict[int, list[LiveOffer]] = {}
    for row in tx.connection.execute(_OF_DEALS, tx.own(deal_ids=sorted(set(deal_ids)))):
        found.setdefault(row.deal_id, []).append(_offer(row))
    return found


def due_offers(tx: Tx, now: datetime, *, limit: int = 100) -> list[LiveOffer]:
    """Return offers whose end has come and that nobody has decided, the one that ended first first."""
    return [_offer(row) for row in tx.connection.execute(_DUE, tx.own(until=now, at_most=limit))]


def next_expiry(tx: Tx) -> datetime | None:
    """Return when the next offer ends that nobody has decided."""
    ends_at: datetime | None = tx.connection.execute(_NEXT, tx.own()).scalar_one()
    return ends_at


def change_offer(tx: Tx, offer_id: int, values: Mapping[str, object]) -> None:
    """Change columns of an offer."""
    where = (_c.workspace_id == tx.workspace_id, _c.id == offer_id)
    tx.connection.execute(update(offer).where(*where).values(dict(values)))
