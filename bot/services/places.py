"""Places: completing or correcting where a lead's property is, with all that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.services import flow
from bot.services.actors import Actor
from bot.services.findings import find_out, plan_ladder
from bot.services.ladder_steps import NewLadder, create_ladder
from bot.services.matching import BuyerIndex
from bot.services.numbered import lead_numbered
from bot.services.pricing import Repricing, reprice
from domain.deals import PRICED
from domain.errors import RuleBroken
from domain.geo import locate, settle
from domain.kpis import KpiEvent
from domain.leads import LeadDraft
from domain.tasks import TaskKind, TaskState
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal, deal_of, get_deal
from storage.kpis import emit_kpi
from storage.ladder import Task, move_task, tasks_of
from storage.leads import Brief, Lead, brief_of, change_brief, change_lead
from storage.requests import RequestKey, begin_request

REPRICED = "deal_repriced"
"""The audit trail's word for a price that a new place changed."""


class PlaceStillUnknown(RuleBroken):
    """ "{text}" leads to no province. Add the city with its province, or the postal code."""

    code = "PLACE_STILL_UNKNOWN"
    field = "address"


class PlaceSettled(RuleBroken):
    """L-{number} is settled already: {place}. To change it, press Edit address on its card."""

    code = "PLACE_SETTLED"


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where a lead's property is, as typed. `request` is set where a delivery may come twice."""

    address: str | None
    region: str | None
    request: RequestKey | None = None


class Places:
    """What a rep can do about a lead's address."""

    def __init__(self, database: Database, clock: Clock, index: BuyerIndex | None = None) -> None:
        """`index` is the program's one; whoever brings none gets one of their own."""
        self._database = database
        self._clock = clock
        self._index = index or BuyerIndex()

    async def complete(self, who: Actor, number: int, where: NewPlace) -> bool:
        """Set a lead's address; plan what was not planned, move what was, and price anew where the price follows.

        Returns False when the same request did it before.

        Raises `LeadNotFound`, `PlaceStillUnknown` when the new words tell no province, and `LadderClosed` when a
        ladder can't be moved because no policy opens anything at the new place.
        """
        now = self._clock.now()

        def work(tx: Tx) -> bool:
            if where.request and begin_request(tx, where.request, now=now) is not None:
                return False
            lead = lead_numbered(tx, number, lock=True)
            deal, brief = _locked_deal(tx, lead), brief_of(tx, lead.id)
            draft = _draft(lead, deal, brief, address=where.address, region=where.region)
            found = find_out(tx, draft, self._index, now=now)
            if found.place.province is None:
                raise PlaceStillUnknown(text=where.address or where.region or "")
            _store(tx, flow.Run(who, draft, found, now), lead, deal, brief)
            return True

        return await self._database.write(who.workspace_id, work)

    async def choose(self, who: Actor, number: int, reading: tuple[str, str]) -> None:
        """Settle which of its readings a lead's address means, with all that follows.

        Raises `LeadNotFound`, and `PlaceSettled` when somebody chose before or the address has changed.
        """
        now = self._clock.now()

        def work(tx: Tx) -> None:
            lead = lead_numbered(tx, number, lock=True)
            if reading not in lead.location_readings:
                raise PlaceSettled(number=number, place=f"{lead.market}, {lead.province or 'province unknown'}")
            deal, brief = _locked_deal(tx, lead), brief_of(tx, lead.id)
            draft = _draft(lead, deal, brief, address=lead.address, region=lead.region)
            place = settle(locate(draft.region, draft.address), reading)
            found = find_out(tx, draft, self._index, now=now, place=place)
            _store(tx, flow.Run(who, draft, found, now), lead, deal, brief)

        await self._database.write(who.workspace_id, work)


def _draft(lead: Lead, deal: Deal | None, brief: Brief | None, *, address: str | None, region: str | None) -> LeadDraft:
    return LeadDraft(
        name=lead.name,
        phone=lead.phone,
        email=lead.email,
        address=address,
        region=region,
        source=lead.source,
        property_type=brief.property_type if brief else None,
        arv=deal.arv if deal else None,
        repairs=deal.repairs if deal else None,
        asking_price=lead.asking_price,
        beds=brief.beds if brief else None,
        baths=brief.baths if brief else None,
        notes=lead.notes,
    )


def _store(tx: Tx, run: flow.Run, lead: Lead, deal: Deal | None, brief: Brief | None) -> None:
    values = flow.place_values(run) | {"location_set_by": run.who.user_id}
    keeps_offer = deal is not None and _keeps_offer(run, lead, deal)
    if keeps_offer:
        values["missing"] = {part: why for part, why in run.found.missing.items() if part != "offer"}
    change_lead(tx, lead.id, values)
    if brief:
        kept = ("headline", "region", "province", "market")
        change_brief(
            tx, brief.id, {name: value for name, value in flow.brief_values(run, lead.id).items() if name in kept}
        )
    _ladder(tx, run, lead, tasks_of(tx, lead.id))
    if deal is not None and not keeps_offer:
        emit_kpi(tx, *_reprice(tx, run, deal), now=run.now)
    before = {"address": lead.address, "region": lead.region, "province": lead.province, "market": lead.market}
    after = {name: values[name] for name in before}
    record(tx, Change(run.who.user_id, "place_set", f"L-{lead.number}", before, after), now=run.now)


def _keeps_offer(run: flow.Run, lead: Lead, deal: Deal) -> bool:
    """Whether the price stays: the new place is priced by the same policy, or a price and a fee are agreed already."""
    is_same_market = (lead.province, lead.market) == (run.found.place.province, run.found.place.market)
    return deal.stage not in PRICED or (deal.offer is not None and is_same_market)


def _ladder(tx: Tx, run: flow.Run, lead: Lead, tasks: Sequence[Task]) -> None:
    """Plan a ladder where there is none, else move its steps that are still to come to the hours of the new place."""
    place = run.found.place
    if not any(task.kind is TaskKind.LADDER for task in tasks):
        create_ladder(tx, run.who, NewLadder(lead.id, place, run.found.steps, lead.rep_id), now=run.now)
        return
    moved = {step.step: step for step in plan_ladder(tx, place, lead.phone, now=lead.created_at)}
    for task in tasks:
        where: dict[str, object] = {"province": place.province, "market": place.market}
        step = moved.get(task.step) if task.kind is TaskKind.LADDER and task.state is TaskState.PLANNED else None
        if step:
            where |= {"due_at": step.due_at, "ideal_at": step.ideal_at, "shift": step.shift}
        move_task(tx, task.id, where)


def _reprice(tx: Tx, run: flow.Run, deal: Deal) -> list[KpiEvent]:
    """Price the deal by the policy of the new place; take back an offer that can't be made there."""
    return reprice(tx, run.who, Repricing(deal, run.found.offer, REPRICED), now=run.now)


def _locked_deal(tx: Tx, lead: Lead) -> Deal | None:
    """Return the newest deal of a locked lead, locked as well, ahead of its brief: so does whoever moves the deal."""
    deal = deal_of(tx, lead.id)
    return get_deal(tx, deal.id, lock=True) if deal else None
