"""A deal's stage, written in one place: the row, its brief, the audit trail and what is counted."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.services.actors import Actor
from bot.services.ladder_stops import deal_moved
from bot.services.notifying_stops import stop_at_stage
from domain import kpis
from domain.deals import BriefStatus, Stage
from domain.kpis import Kpi, KpiEvent
from domain.losses import reason_of
from domain.stages import check_move
from storage.audit import Change, record
from storage.base import Tx
from storage.deals import Deal, change_deal
from storage.kpis import emit_kpi
from storage.leads import change_brief

STAGE_MOVED: Final = "stage_moved"
"""The audit trail's word for a deal that went to another stage."""

_COUNTED: Final[Mapping[tuple[Stage, Stage], tuple[Kpi, str]]] = {
    (Stage.OFFERED, Stage.UNDER_AGREEMENT): (Kpi.CONTRACT_SIGNED, "agreed_price"),
    (Stage.UNDER_AGREEMENT, Stage.ASSIGNED): (Kpi.DEAL_ASSIGNED, "assignment_fee"),
    (Stage.MARKETED, Stage.ASSIGNED): (Kpi.DEAL_ASSIGNED, "assignment_fee"),
    (Stage.ASSIGNED, Stage.CLOSED): (Kpi.DEAL_CLOSED, "assignment_fee"),
}
"""The moves that count, with the amount that is their value; a step back (off the market again) counts nothing."""

_BRIEF: Final = {
    Stage.ASSIGNED: BriefStatus.UNDER_CONTRACT,
    Stage.CLOSED: BriefStatus.SOLD,
    Stage.LOST: BriefStatus.ARCHIVED,
}
"""What a buyer is told of the property; in every other stage the brief is active."""


def enter_stage(tx: Tx, who: Actor, deal: Deal, stage: Stage, values: Mapping[str, object], *, now: datetime) -> None:
    """Move a locked `deal` to `stage` with the columns that the move brings. Raises `MoveNotAllowed`.

    What the stage demands is checked by whoever asked the person for it.
    """
    check_move(deal.number, deal.stage, stage)
    change_deal(tx, deal.id, {**values, "stage": stage, "staged_at": now, "staged_by": who.user_id})
    change_brief(tx, deal.brief_id, {"status": _BRIEF.get(stage, BriefStatus.ACTIVE)})
    before = {"stage": deal.stage, **{name: getattr(deal, name) for name in values}}
    record(tx, Change(who.user_id, STAGE_MOVED, f"D-{deal.number}", before, {"stage": stage, **values}), now=now)
    deal_moved(tx, who, deal, stage, now=now)
    stop_at_stage(tx, who, deal, stage, now=now)
    if event := _event(who, deal, stage, values):
        emit_kpi(tx, event, now=now)


def _event(who: Actor, deal: Deal, stage: Stage, values: Mapping[str, object]) -> KpiEvent | None:
    if stage is Stage.LOST:
        reason = reason_of(str(values.get("lost_reason") or ""))
        return _counted(who, deal, Kpi.DEAL_LOST, None, {"from": deal.stage, "reason": reason or None})
    counted = _COUNTED.get((deal.stage, stage))
    if counted is None:
        return None
    kpi, name = counted
    amount = values.get(name, getattr(deal, name))
    return _counted(who, deal, kpi, float(amount) if isinstance(amount, Decimal) else None, {})


def _counted(who: Actor, deal: Deal, kpi: Kpi, value: float | None, detail: Mapping[str, object]) -> KpiEvent:
    return KpiEvent(kpi, True, kpis.deal(deal.id), who.user_id, value, {"deal_id": deal.id, **detail})
