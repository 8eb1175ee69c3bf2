"""What only Home asks of the tables: the leads that nobody has anything to do about, and what happened today."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select, text

from domain.deals import Stage
from domain.kpis import Kpi, kpi_named
from domain.leads import LeadStatus
from storage.base import Tx, Utc
from storage.deals import deal
from storage.kpis import kpi_event
from storage.ladder import followup_task
from storage.leads import Lead, lead, leads_by_id

_l, _t, _d, _k = lead.c, followup_task.c, deal.c, kpi_event.c
_MOVED: Final = [stage.value for stage in Stage if stage is not Stage.DRAFT]
"""Stages in which the deal itself says what comes next, or nothing does any more."""
_HAS_TASK = (
    select(_t.id)
    .where(_t.workspace_id == _l.workspace_id, _t.lead_id == _l.id, text("followup_task.state IN ('planned', 'due')"))
    .exists()
)
_HAS_DEAL = select(_d.id).where(_d.workspace_id == _l.workspace_id, _d.lead_id == _l.id, _d.stage.in_(_MOVED)).exists()
_IDLE = (
    select(_l.id)
    .where(_l.workspace_id == bindparam("workspace_id"), _l.status != LeadStatus.DISQUALIFIED, ~_HAS_TASK, ~_HAS_DEAL)
    .order_by(_l.created_at.desc(), _l.id.desc())
    .limit(bindparam("limit"))
)
# Two queries, not one with OR: each walks the index of a rep's leads from its newest end and stops early.
_IDLE_THEIRS, _IDLE_NOBODYS = _IDLE.where(_l.rep_id == bindparam("rep_id")), _IDLE.where(_l.rep_id.is_(None))
_COUNTED = (
    select(_k.domain, _k.metric, func.count())
    .where(
        _k.workspace_id == bindparam("workspace_id"),
        _k.created_at >= bindparam("since", type_=Utc),
        _k.success.is_(True),
        _k.metric.in_(bindparam("metrics", expanding=True)),
    )
    .group_by(_k.domain, _k.metric)
)


def idle_leads(tx: Tx, rep_id: str, *, limit: int) -> list[Lead]:
    """Return the newest leads of a rep, and of nobody, that have no next action: no task is open, and no deal has come
    so far that it says what comes next."""
    theirs = tx.connection.execute(_IDLE_THEIRS, tx.own(rep_id=rep_id, limit=limit)).scalars().all()
    nobodys = tx.connection.execute(_IDLE_NOBODYS, tx.own(limit=limit)).scalars().all()
    found = leads_by_id(tx, [*theirs, *nobodys]).values()
    return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)[:limit]


def counted_since(tx: Tx, kpis: Collection[Kpi], since: datetime) -> dict[Kpi, int]:
    """Count what went well since an instant, by event; one that did not happen is left out."""
    metrics = sorted({kpi.metric for kpi in kpis})
    rows = tx.connection.execute(_COUNTED, tx.own(metrics=metrics, since=since))
    found = {kpi_named(domain, metric): count for domain, metric, count in rows}
    return {kpi: found[kpi] for kpi in kpis if kpi in found}
