"""What the domain finds about a new lead: place, ladder, offer, liquidity and buyers, before anything is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.services.liquidity import liquidity_score
from bot.services.matching import EMPTY, BuyerIndex, Ranking
from bot.services.pricing import PricedOffer, price
from domain.deals import expected_price
from domain.errors import RuleBroken
from domain.geo import Location, locate
from domain.ladder import PlannedStep, plan
from domain.leads import LeadDraft
from domain.liquidity import Liquidity
from domain.matching import MIN_FIT, DealFacts
from domain.offers import ArvRequired, OfferInputs, ProvinceUnknown, RepairsRequired
from domain.policy import effective_policy, holidays_of
from domain.property_types import PropertyType
from domain.recipients import candidate_zones
from storage.base import Tx
from storage.contacts import zone_of
from storage.leads import Brief, Lead
from storage.policies import market_policies

log = structlog.get_logger()
T = TypeVar("T")

PLACE_UNKNOWN = "The province is unknown, so nothing is planned or priced: complete the address."
UNEXPECTED = "It failed unexpectedly; the log has the details."


class LadderClosed(RuleBroken):
    """No contact policy lets anybody be contacted there, so no follow-up is planned."""

    code = "LADDER_CLOSED"


@dataclass(frozen=True, slots=True)
class Findings:
    """The answers; `ranking` counts the buyers and names none. `failed` holds the parts that broke, `lacking` those
    that the lead says too little for; both by part ("place", "ladder", "offer", "liquidity", "matching") with a
    sentence for people."""

    place: Location
    steps: tuple[PlannedStep, ...]
    offer: PricedOffer | None
    liquidity: Liquidity | None
    ranking: Ranking
    failed: Mapping[str, str]
    lacking: Mapping[str, str]

    @property
    def missing(self) -> Mapping[str, str]:
        """What the lead's card says is not there, and why."""
        return {**self.lacking, **self.failed}


@dataclass(frozen=True, slots=True)
class Attempts:
    """Runs parts that may fail without stopping the lead, and remembers which did and why."""

    failed: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    def part(self, name: str, work: Callable[[], T]) -> T | None:
        """Return what `work` gives, None when it fails; what the person left out is a lack, not a failure."""
        try:
            return work()
        except ProvinceUnknown:
            log.debug("part_waits_for_place", part=name)  # the unknown place is a lack of its own, said once
        except (ArvRequired, RepairsRequired) as lack:
            self.lacking[name] = str(lack)
        except RuleBroken as broken:
            self.failed[name] = str(broken)
        except SQLAlchemyError:
            raise  # the transaction itself is broken, or its connection gone: no other part could be stored
        except Exception:
            log.exception("flow_part_failed", part=name)
            self.failed[name] = UNEXPECTED
        return None


def find_out(
    tx: Tx,
    draft: LeadDraft,
    index: BuyerIndex,
    *,
    now: datetime,
    place: Location | None = None,
    min_fit: float = MIN_FIT,
) -> Findings:
    """Ask the domain about a lead: geography first, the offer before the deal, liquidity before matching.

    The seller's area code tells nothing about the property, so it is not asked. `place` is given when a person has said
    which place is meant. Buyers count from a fit of `min_fit` on.
    """
    attempts = Attempts()
    place = place or locate(draft.region, draft.address)
    if place.province is None:
        attempts.lacking["place"] = PLACE_UNKNOWN
    steps = attempts.part("ladder", lambda: plan_ladder(tx, place, draft.phone, now=now))
    inputs = OfferInputs(place.province, place.market, draft.arv, draft.repairs)
    offer = attempts.part("offer", lambda: price(tx, inputs))
    kind = draft.property_type or PropertyType.SFR
    liquidity = attempts.part("liquidity", lambda: liquidity_score(tx, place.province, place.market, kind, now=now))
    expected = expected_price(draft.asking_price, offer.offer.mao if offer else None)
    facts = facts_of(place, draft, region=draft.region, price=expected)
    ranking = attempts.part("matching", lambda: index.rank(tx, facts, now=now, limit=0, min_fit=min_fit))
    return Findings(place, tuple(steps or ()), offer, liquidity, ranking or EMPTY, attempts.failed, attempts.lacking)


def plan_ladder(tx: Tx, place: Location, phone: str | None, *, now: datetime) -> list[PlannedStep]:
    """Plan the follow-ups of a lead at `place`; none without a zone. Raises `LadderClosed` when no window opens.

    Each step is open wherever the seller may be, as the gate asks when it is done: their number counts beside it.
    """
    if place.province is None or not place.zones:
        return []
    policy = effective_policy(market_policies(tx, place.province, place.market), place.province, place.market)
    rules = policy.rules if policy and policy.enabled else None
    said = zone_of(tx, [phone]) if phone else None
    zones = candidate_zones(said=said, place=place.zones, phone=phone)
    steps = plan(now, zones=zones, rules=rules, holidays=holidays_around(place.province, now))
    if not steps:
        raise LadderClosed
    return steps


def holidays_around(province: str, now: datetime) -> Mapping[date, str]:
    """Return a province's holidays of this year and the next, by date: as far as a ladder reaches."""
    return {**holidays_of(province, now.year), **holidays_of(province, now.year + 1)}


def facts_of(
    place: Location | Lead, house: LeadDraft | Brief | None, *, region: str | None, price: Decimal | None
) -> DealFacts:
    """Return what buyers are matched by: `region` as typed, `price` as asked, in dollars."""
    return DealFacts(
        region=region,
        province=place.province,
        market=place.market,
        property_type=house.property_type if house else None,
        price=price,
        beds=house.beds if house else None,
        baths=house.baths if house else None,
    )
