"""Live offers: presenting a deal's price to the seller, and writing down what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor, check_may_work
from bot.services.numbered import deal_numbered
from bot.services.offer_states import (
    TIMETABLE,
    Step,
    decide,
    draft_among,
    end_live,
    enter_state,
    expire_over,
    fate_of,
    is_live,
    stored_offer,
)
from bot.services.saved_prices import Saved, save_price
from bot.services.stages import enter_stage
from domain.deals import Stage
from domain.errors import RuleBroken
from domain.live_offers import (
    OfferAction,
    OfferState,
    PriceFigures,
    PriceMissing,
    actions_for,
    check_priced,
    check_stage,
    checked_amount,
    checked_counter,
    checked_expiry,
    checked_note,
    state_after,
)
from domain.money import ZERO, show
from domain.zones import local_date
from storage.base import Tx
from storage.database import Database
from storage.deals import Deal, get_deal
from storage.leads import Lead, get_lead
from storage.live_offers import LiveOffer, due_offers, find_offer, next_expiry, offers_of
from storage.requests import RequestKey, begin_request, finish_request

REPLACED: Final = "another offer was presented"


class OfferNotFound(RuleBroken):
    """D-{number} has no such offer. `/deal D-{number}` shows those that it has."""

    code = "OFFER_NOT_FOUND"


class CounterMoved(RuleBroken):
    """Meanwhile a counter was written down: ${counter} is on the table. Nothing was changed; look at it first."""

    code = "COUNTER_MOVED"
    field = "counter_amount"


class PriceMoved(RuleBroken):
    """D-{number} was priced anew meanwhile: E-{evidence}, recommended offer ${offer}, MAO ${mao}. Nothing was presented
    yet: look at the amount again, then press the button once more."""

    code = "PRICE_MOVED"
    field = "amount"


class OfferOvertaken(RuleBroken):
    """Meanwhile an offer of ${amount} {what}. Nothing was presented yet: press the button once more if your offer is to
    follow it."""

    code = "OFFER_OVERTAKEN"
    field = "amount"


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """What a person saw who presents an offer: the evidence behind the price, and how the newest offer stood."""

    evidence_id: int
    newest: str


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """An offer to be presented, open until the end of `expires_on`; `seen` is what the person went by, None where
    nobody looked."""

    amount: Decimal | None
    expires_on: date | None
    note: str = ""
    seen: OfferSeen | None = None


@dataclass(frozen=True, slots=True)
class OfferRef:
    """An offer as a person saw it: whoever decides it decides the counter that they saw, None where there was none."""

    offer_id: int
    deal_number: int
    counter: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Presentable:
    """What the form for an offer opens with: the price with its evidence, the offer that it would replace."""

    deal_number: int
    lead: Lead
    figures: PriceFigures
    seen: OfferSeen
    live: LiveOffer | None
    today: date


class LiveOffers:
    """What a rep can do with offers to sellers. Whoever may not work the deal meets `NotYourDeal` everywhere."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def presentable(self, who: Actor, deal_number: int) -> Presentable:
        """Return what can be presented now.

        Raises `DealNotFound`, `OffersOver`, `PriceMissing` and `NothingToOffer`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Presentable:
            deal = deal_numbered(tx, deal_number)
            lead = _lead_to_offer(tx, who, deal)
            figures, offers = _figures(deal, lead), offers_of(tx, deal.id)
            live = next((one for one in offers if is_live(one, now=now)), None)
            return Presentable(deal.number, lead, figures, _seen(deal, offers), live, local_date(now, lead.zones))

        return await self._database.read(who.workspace_id, work)

    async def save(self, who: Actor, evidence_id: int, deal_number: int) -> Saved:
        """Make a price that was computed for the deal's lead the deal's own, and draft an offer of it.

        Raises `DealNotFound`, `OffersOver`, `NothingToOffer`, and for evidence that does not hold a price of this lead
        `EvidenceNotFound`, `EvidenceOfAnother`, `EvidenceOpen` or `EvidenceUnreadable`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Saved:
            # Whoever changes both rows locks the lead's first.
            lead = _lead_of(tx, deal_numbered(tx, deal_number), lock=True)
            return save_price(tx, Step(who, deal_numbered(tx, deal_number, lock=True), now), lead, evidence_id)

        return await self._database.write(who.workspace_id, work)

    async def present(
        self, who: Actor, deal_number: int, terms: OfferTerms, request: RequestKey | None = None
    ) -> LiveOffer:
        """Write down that the seller was offered an amount on the deal's price; a draft deal is offered then.

        An earlier offer that is still live is withdrawn. The same request again returns the first result. Raises what
        `presentable` raises, `AmountMissing`, `AmountNotPositive`, `ExpiryMissing`, `ExpiryPast`, `ExpiryTooFar`,
        `NoteTooLong`, and where others were faster `PriceMoved` or `OfferOvertaken`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> LiveOffer:
            earlier = begin_request(tx, request, now=now) if request else None
            if earlier:
                return stored_offer(tx, earlier["offer_id"])
            step = Step(who, deal_numbered(tx, deal_number, lock=True), now)
            presented = _present(tx, step, terms)
            if request:
                finish_request(tx, request, {"offer_id": presented.id})
            return presented

        return await self._database.write(who.workspace_id, work)

    async def to_counter(self, who: Actor, ref: OfferRef) -> LiveOffer:
        """Return the offer that the seller is about to counter. Raises what `accept` raises."""
        now = self._clock.now()

        def work(tx: Tx) -> LiveOffer:
            step, offer = _clicked(tx, who, ref, now, lock=False)
            _check_as_seen(tx, step, offer, ref, OfferAction.COUNTER)
            return offer

        return await self._database.read(who.workspace_id, work)

    async def counter(
        self, who: Actor, ref: OfferRef, amount: Decimal | None, request: RequestKey | None = None
    ) -> LiveOffer:
        """Write down what the seller asks instead. The same request again returns the first result.

        Raises `CounterMissing`, `CounterNotPositive`, and what `accept` raises.
        """
        asked, now = checked_counter(amount), self._clock.now()

        def work(tx: Tx) -> LiveOffer:
            earlier = begin_request(tx, request, now=now) if request else None
            if earlier:
                return stored_offer(tx, earlier["offer_id"])
            step, offer = _clicked(tx, who, ref, now)
            _check_as_seen(tx, step, offer, ref, OfferAction.COUNTER)
            if request:
                finish_request(tx, request, {"offer_id": offer.id})
            return enter_state(tx, step, offer, {"status": OfferState.COUNTERED, "counter_amount": asked})

        return await self._database.write(who.workspace_id, work)

    async def accept(self, who: Actor, ref: OfferRef) -> LiveOffer:
        """Write down that both sides agree: to our offer, or to the counter where there is one.

        Raises `OfferNotLive` with what became of it, `CounterMoved` for a counter that the person did not see,
        `OffersOver`, `DealNotFound` and `OfferNotFound`.
        """
        return await self._decided(who, ref, OfferAction.ACCEPT)

    async def reject(self, who: Actor, ref: OfferRef) -> LiveOffer:
        """Write down that the offer, or the counter, was turned down. Raises what `accept` raises."""
        return await self._decided(who, ref, OfferAction.REJECT)

    async def withdraw(self, who: Actor, ref: OfferRef) -> LiveOffer:
        """Take an offer back, or a draft away. Raises what `accept` raises, but for `OffersOver`."""
        return await self._decided(who, ref, OfferAction.WITHDRAW)

    async def expire_due(self, workspace_id: str) -> list[int]:
        """End the offers whose last day is over; return the numbers of their leads, whose cards say otherwise."""
        now = self._clock.now()
        who = Actor(workspace_id, TIMETABLE, is_person=False)

        def work(tx: Tx) -> list[int]:
            # Two programs that do this at once take the deals in one order, so that neither waits for the other.
            ids = sorted({offer.deal_id for offer in due_offers(tx, now)})
            deals = [deal for deal in (get_deal(tx, deal_id, lock=True) for deal_id in ids) if deal]
            ended = [deal for deal in deals if expire_over(tx, Step(who, deal, now))]
            leads = (get_lead(tx, deal.lead_id) for deal in ended)
            return sorted({lead.number for lead in leads if lead})

        return await self._database.write(workspace_id, work)

    async def next_due_at(self, workspace_id: str) -> datetime | None:
        """Return when the next offer ends."""
        return await self._database.read(workspace_id, next_expiry)

    async def _decided(self, who: Actor, ref: OfferRef, action: OfferAction) -> LiveOffer:
        now = self._clock.now()

        def work(tx: Tx) -> LiveOffer:
            step, offer = _clicked(tx, who, ref, now)
            _check_as_seen(tx, step, offer, ref, action)
            return decide(tx, step, offer, action)

        return await self._database.write(who.workspace_id, work)


def withdraw_live(tx: Tx, who: Actor, deal: Deal, *, now: datetime) -> None:
    """Take back what the seller of a locked `deal` still has on offer."""
    end_live(tx, Step(who, deal, now), OfferAction.WITHDRAW)


def accept_live(tx: Tx, who: Actor, deal: Deal, *, now: datetime) -> None:
    """Write down that the seller of a locked `deal` accepted what is on the table, as the agreement says; what is over
    by now was not accepted."""
    end_live(tx, Step(who, deal, now), OfferAction.ACCEPT)


def _present(tx: Tx, step: Step, terms: OfferTerms) -> LiveOffer:
    deal, now = step.deal, step.now
    lead = _lead_to_offer(tx, step.who, deal)
    figures, offers = _figures(deal, lead), offers_of(tx, deal.id)
    values = {
        "evidence_id": deal.evidence_id,
        "amount": checked_amount(terms.amount),
        "expires_at": checked_expiry(terms.expires_on, lead.zones, now=now),
        "note": checked_note(terms.note),
    }
    _check_seen(tx, step, terms.seen, figures)
    end_live(tx, step, OfferAction.WITHDRAW, reason=REPLACED)
    made = {"status": OfferState.PRESENTED, "presented_at": now, "created_by": step.who.user_id}
    offer = enter_state(tx, step, draft_among(offers), values | made)
    if deal.stage is Stage.DRAFT:
        enter_stage(tx, step.who, deal, Stage.OFFERED, {}, now=now)
    return offer


def _lead_of(tx: Tx, deal: Deal, *, lock: bool = False) -> Lead:
    lead = get_lead(tx, deal.lead_id, lock=lock)
    if lead is None:
        raise LookupError(f"deal {deal.id} has no lead")
    return lead


def _lead_to_offer(tx: Tx, who: Actor, deal: Deal) -> Lead:
    """The lead of a deal on which this person may make offers now."""
    lead = _lead_of(tx, deal)
    check_may_work(who, lead)
    check_stage(deal.number, deal.stage)
    return lead


def _figures(deal: Deal, lead: Lead) -> PriceFigures:
    """The price that a deal has. Raises `PriceMissing` and `NothingToOffer`."""
    if deal.evidence_id is None or deal.offer is None or deal.mao is None:
        raise PriceMissing(number=deal.number, lead=lead.number)
    figures = PriceFigures(deal.offer, deal.mao, deal.assignment_fee or ZERO)
    check_priced(deal.evidence_id, figures)
    return figures


def _clicked(tx: Tx, who: Actor, ref: OfferRef, now: datetime, *, lock: bool = True) -> tuple[Step, LiveOffer]:
    """Lock the deal, then read the offer as everybody before has left it."""
    deal = deal_numbered(tx, ref.deal_number, lock=lock)
    check_may_work(who, _lead_of(tx, deal))
    offer = find_offer(tx, ref.offer_id, lock=lock)
    if offer is None or offer.deal_id != deal.id:
        raise OfferNotFound(number=deal.number)
    return Step(who, deal, now), offer


def _check_as_seen(tx: Tx, step: Step, offer: LiveOffer, ref: OfferRef, action: OfferAction) -> None:
    """Whether `action` may be done, and to the offer as the person saw it."""
    state_after(action, fate_of(tx, step, offer))
    if action not in actions_for(offer.status, step.deal.stage):
        check_stage(step.deal.number, step.deal.stage)
    if ref.counter != offer.counter_amount:
        raise CounterMoved(counter=show(offer.on_the_table))


def _newest(offers: Sequence[LiveOffer]) -> LiveOffer | None:
    """The newest offer that a seller has heard of."""
    return next((one for one in offers if one.presented_at), None)


def _seen(deal: Deal, offers: Sequence[LiveOffer]) -> OfferSeen:
    newest = _newest(offers)
    stands = f"{newest.id} {newest.status} {newest.counter_amount}" if newest else ""
    return OfferSeen(deal.evidence_id or 0, stands)


def _check_seen(tx: Tx, step: Step, seen: OfferSeen | None, figures: PriceFigures) -> None:
    """Raise what changed since the form was opened."""
    offers = offers_of(tx, step.deal.id)
    stands, newest = _seen(step.deal, offers), _newest(offers)
    if seen is None or seen == stands:
        return
    if seen.evidence_id != stands.evidence_id or newest is None:
        amounts = {"offer": show(figures.recommended), "mao": show(figures.mao)}
        raise PriceMoved(number=step.deal.number, evidence=stands.evidence_id, **amounts)
    raise OfferOvertaken(amount=show(newest.amount), what=fate_of(tx, step, newest).text)
