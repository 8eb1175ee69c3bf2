"""What a deal is to those who look at it: the facts that buyers are matched by, and its next action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.services.findings import facts_of
from domain.deals import Stage, expected_price
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState, last_day, state_at
from domain.matching import DealFacts
from domain.next_action import DealState, NextAction, next_action
from domain.zones import local_date
from storage.buyers import Buyer
from storage.deals import Deal
from storage.feedback import Answer
from storage.leads import Brief, Lead
from storage.live_offers import LiveOffer

IN_AGREEMENT = (Stage.UNDER_AGREEMENT, Stage.MARKETED, Stage.ASSIGNED, Stage.CLOSED)
"""The stages in which a price is agreed with the seller."""

_WILLING = frozenset({Feedback.RESPONDED, Feedback.BOUGHT})
_REFUSED = frozenset({Feedback.PASSED, Feedback.TAKEN})

AnswersOf = Mapping[int, Sequence[Answer]]
"""The answers that stand, by buyer id."""


def buyer_pays(deal: Deal, lead: Lead) -> Decimal | None:
    """Return what a buyer would pay in all: the agreed price and our fee, before that what is expected."""
    if deal.stage in IN_AGREEMENT and deal.agreed_price is not None:
        return deal.agreed_price + (deal.assignment_fee or 0)
    return expected_price(lead.asking_price, deal.mao)


def matching_facts(deal: Deal, lead: Lead, brief: Brief) -> DealFacts:
    """Return what buyers are matched by."""
    return facts_of(lead, brief, region=lead.region, price=buyer_pays(deal, lead))


def offer_state(offer: LiveOffer, *, now: datetime) -> OfferState:
    """Return what an offer has come to by now, whether or not the timetable has written it down."""
    return state_at(offer.status, offer.expires_at, now=now)


def standing_offer(offers: Sequence[LiveOffer], *, now: datetime) -> LiveOffer | None:
    """Return the offer that counts: the one that is with the seller, else the newest; None without any."""
    live = (offer for offer in offers if offer_state(offer, now=now).is_live)
    return next(live, offers[0] if offers else None)


@dataclass(frozen=True, slots=True)
class Interest:
    """How buyers stand to a deal: how many match, how many have an answer, and who of them may still buy ("B-5")."""

    fitting: int = 0
    asked: int = 0
    responders: tuple[str, ...] = ()


def interest(fitting: int, answers: AnswersOf, buyers: Mapping[int, Buyer]) -> Interest:
    """Return how buyers stand to a deal, from the answers that stand; `buyers` by id are those who gave them."""
    willing = (buyers.get(buyer_id) for buyer_id, theirs in answers.items() if _may_buy(theirs))
    names = tuple(f"B-{buyer.number}" for buyer in willing if buyer and buyer.removed_at is None)
    return Interest(fitting, len(answers), names)


def answers_by_buyer(answers: Sequence[Answer]) -> dict[int, tuple[Answer, ...]]:
    """Group answers by buyer, each buyer's in their order."""
    grouped: dict[int, tuple[Answer, ...]] = {}
    for answer in answers:
        grouped[answer.buyer_id] = (*grouped.get(answer.buyer_id, ()), answer)
    return grouped


def _may_buy(answers: Sequence[Answer]) -> bool:
    """Whether a buyer answered and has neither passed nor seen somebody else buy it."""
    said = {answer.event for answer in answers}
    return bool(said & _WILLING) and not said & _REFUSED


def next_of(deal: Deal, lead: Lead, offers: Sequence[LiveOffer], among: Interest, *, now: datetime) -> NextAction:
    """Return a deal's next action."""
    offer = standing_offer(offers, now=now)
    return next_action(
        DealState(
            stage=deal.stage,
            today=local_date(now, lead.zones),
            has_place=lead.province is not None,
            has_arv=deal.arv is not None,
            has_repairs=deal.repairs is not None,
            offer=deal.offer,
            unpriced=lead.missing.get("offer", ""),
            newest=offer_state(offer, now=now) if offer else None,
            expires_on=last_day(offer.expires_at, lead.zones) if offer and offer.expires_at else None,
            counter=offer.counter_amount if offer else None,
            fitting=among.fitting,
            asked=among.asked,
            responders=among.responders,
            closing_on=deal.closing_on,
        )
    )
