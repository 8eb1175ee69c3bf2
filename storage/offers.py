"""Offer evidence: what an offer was computed from, written once and never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, String, Table, bindparam, insert, select

from domain.arv import ArvEstimate, Confidence
from domain.comps import CompLine, House
from storage.base import Cents, Id, Json, Tx, common, metadata

offer_evidence = Table(
    "offer_evidence",
    metadata,
    *common(),
    Column("province", String(2)),
    Column("market", String(64), nullable=False),
    Column("arv", Cents, nullable=False),
    Column("repairs", Cents),
    Column("fees_buffer", Cents),
    Column("mao", Cents),
    Column("recommended_offer", Cents),
    Column("comps_json", Json, nullable=False),
    Column("assumptions_json", Json, nullable=False),
    Column("lines", Json, nullable=False),
    Column("policy_version", String(80), nullable=False),
    Column("lead_id", Id, index=True),
    Column("created_by", String(32), nullable=False),
    Column("correlation_id", String(64), index=True),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row as stored; people call it E-{id}. Amounts in dollars.

    Where the sales gave an ARV and nothing could be priced yet, `open_because` says why, what is not known or was not
    computed is None, and `policy_version` is "none".
    """

    id: int
    province: str | None
    market: str
    arv: Decimal
    repairs: Decimal | None
    fees_buffer: Decimal | None
    mao: Decimal | None
    recommended_offer: Decimal | None
    comps_json: Sequence[Mapping[str, Any]]
    assumptions_json: Mapping[str, Any]
    lines: Sequence[Sequence[str | None]]
    policy_version: str
    lead_id: int | None
    created_by: str
    created_at: datetime

    @property
    def open_because(self) -> str | None:
        """Say why no offer was computed; None where one was."""
        return self.assumptions_json.get("open_because")

    @property
    def estimate(self) -> ArvEstimate | None:
        """The estimate that the ARV is, None where somebody gave the ARV."""
        kept = self.assumptions_json.get("arv_estimate")
        if kept is None:
            return None
        low, high = Decimal(kept["low"]), Decimal(kept["high"])
        return ArvEstimate(Decimal(kept["arv"]), low, high, Confidence(kept["confidence"]), kept["used"])

    @property
    def house(self) -> House | None:
        """The house that the sales were compared with."""
        kept = self.assumptions_json.get("house")
        if kept is None:
            return None
        return House(Decimal(kept["sqft"]), kept["beds"], _decimal(kept["baths"]), Decimal(kept["trend_percent"]))

    @property
    def sales(self) -> tuple[CompLine, ...]:
        """The comparable sales as they were understood; empty where somebody gave the ARV."""
        return tuple(_sale(row) for row in self.comps_json)


_c = offer_evidence.c
_INSERT = insert(offer_evidence).returning(_c.id)
_BY_ID = select(
    _c.id,
    _c.province,
    _c.market,
    _c.arv,
    _c.repairs,
    _c.fees_buffer,
    _c.mao,
    _c.recommended_offer,
    _c.comps_json,
    _c.assumptions_json,
    _c.lines,
    _c.policy_version,
    _c.lead_id,
    _c.created_by,
    _c.created_at,
).where(_c.workspace_id == bindparam("workspace_id"), _c.id == bindparam("id"))


def add_evidence(tx: Tx, values: Mapping[str, object]) -> int:
    """Insert the evidence of an offer, or of an ARV that none follows from yet, from its columns; return its id."""
    return int(tx.connection.execute(_INSERT, tx.own(**values)).scalar_one())


def find_evidence(tx: Tx, evidence_id: int | None) -> Evidence | None:
    """Return this workspace's evidence E-{evidence_id}; None for another workspace's, an unknown one, and None."""
    if evidence_id is None:
        return None
    row = tx.connection.execute(_BY_ID, tx.own(id=evidence_id)).one_or_none()
    return Evidence(**row._mapping) if row else None


def estimate_json(estimate: ArvEstimate) -> dict[str, object]:
    """Return an estimate as `assumptions_json` keeps it, under "arv_estimate"."""
    return {
        "arv": str(estimate.arv),
        "low": str(estimate.low),
        "high": str(estimate.high),
        "confidence": estimate.confidence.value,
        "used": estimate.used,
    }


def house_json(house: House) -> dict[str, object]:
    """Return a house as `assumptions_json` keeps it, under "house"."""
    return {
        "sqft": _text(house.sqft),
        "beds": house.beds,
        "baths": _text(house.baths),
        "trend_percent": str(house.trend_percent),
    }


def sale_json(line: CompLine) -> dict[str, object]:
    """Return a sale as `comps_json` keeps it: as typed, and as understood."""
    return {
        "line": line.number,
        "typed": line.typed,
        "price": str(line.price),
        "sqft": str(line.sqft),
        "beds": line.beds,
        "baths": _text(line.baths),
        "sold_on": line.sold_on.isoformat(),
        "age_days": line.age_days,
        "distance_km": str(line.distance_km),
        "arms_length": line.arms_length,
        "note": line.note,
        "why_not": line.why_not,
    }


def _sale(row: Mapping[str, Any]) -> CompLine:
    return CompLine(
        number=row["line"],
        typed=row["typed"],
        price=Decimal(row["price"]),
        sqft=Decimal(row["sqft"]),
        beds=row["beds"],
        baths=_decimal(row["baths"]),
        sold_on=date.fromisoformat(row["sold_on"]),
        age_days=row["age_days"],
        distance_km=Decimal(row["distance_km"]),
        arms_length=row["arms_length"],
        note=row["note"],
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
