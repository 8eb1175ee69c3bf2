"""KPI events: what happened, written in the transaction in which it happened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, Float, Index, String, Table, bindparam, insert, select

from domain.kpis import Kpi, KpiEvent
from storage.base import Json, Tx, common, metadata

kpi_event = Table(
    "kpi_event",
    metadata,
    *common(),
    Column("domain", String(32), nullable=False),
    Column("metric", String(64), nullable=False),
    Column("success", Boolean, nullable=False),
    Column("value", Float),
    Column("actor", String(64), nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("detail", Json, nullable=False),
)
_c = kpi_event.c
Index("ix_kpi_event_metric", _c.domain, _c.metric, _c.created_at)
Index("ix_kpi_event_created_at", _c.created_at)
Index("ix_kpi_event_correlation_id", _c.correlation_id)
Index("ix_kpi_event_failed", _c.created_at, postgresql_where=_c.success.is_(False), sqlite_where=_c.success.is_(False))

_INSERT = insert(kpi_event)
_COUNTED = (
    select(_c.id)
    .where(
        _c.workspace_id == bindparam("workspace_id"),
        _c.correlation_id == bindparam("correlation_id"),
        _c.domain == bindparam("domain"),
        _c.metric == bindparam("metric"),
    )
    .limit(1)
)


def emit_kpi(tx: Tx, *events: KpiEvent, now: datetime) -> None:
    """Record events in the caller's transaction: they stand if it commits and never without it."""
    if events:
        tx.connection.execute(_INSERT, [_row(tx, event, now) for event in events])


def is_counted(tx: Tx, kpi: Kpi, correlation_id: str) -> bool:
    """Whether an event was counted under a correlation id."""
    asked = tx.own(domain=kpi.domain, metric=kpi.metric, correlation_id=correlation_id)
    return tx.connection.execute(_COUNTED, asked).first() is not None


def _row(tx: Tx, event: KpiEvent, now: datetime) -> dict[str, object]:
    return tx.own(
        domain=event.kpi.domain,
        metric=event.kpi.metric,
        success=event.success,
        value=event.value,
        actor=event.actor,
        correlation_id=event.correlation_id,
        detail=dict(event.detail),
        created_at=now,
    )


__all__: Sequence[str] = ["emit_kpi", "is_counted", "kpi_event"]
