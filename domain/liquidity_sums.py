"""What is kept of buyers' feedback per node: sums that halve every 60 days, and how events and deals enter them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.property_types import PropertyTypeUnclear, property_type
from domain.words import fold

HALF_LIFE: Final = timedelta(days=60)
MATURE_AFTER: Final = timedelta(days=21)

Key = tuple[str, str, str]
"""(province, market, property type) in a form that compares, made by `node_key`."""


class Feedback(StrEnum):
    """What a buyer did about a deal. TAKEN is a "no" after somebody else bought, which says nothing and is left out."""

    RESPONDED = "RESPONDED"
    NO_RESPONSE = "NO_RESPONSE"
    BOUGHT = "BOUGHT"
    PASSED = "PASSED"
    TAKEN = "TAKEN"

    @property
    def label(self) -> str:
        """The outcome in a person's words: "Someone else bought it"."""
        return _LABELS[self]


COUNTED: Final = frozenset({Feedback.RESPONDED, Feedback.NO_RESPONSE, Feedback.BOUGHT, Feedback.PASSED})
"""The outcomes that enter the sums."""


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """One buyer's answer, or the lack of one, about the deal named by `correlation_id` ("" belongs to no deal)."""

    created_at: datetime
    province: str
    market: str
    property_type: str
    event: str
    buyer_id: int | str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class MatureDeal:
    """A deal whose first event is at least 21 days old: what became of it.

    `reach` is the number of distinct buyers known to have answered or not; `first_at` weighs the deal.
    """

    first_at: datetime
    reach: int
    sold: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """Decayed sums of one group (a node, a market, a province, a type, Canada), valid at `as_of`.

    responded of asked, bought of decided (bought or passed); sold of `deals`, and the same deals by their reach. All
    are weights, 2^(-age/60 days) per event, so they are added and decayed but never counted.
    """

    as_of: datetime
    responded: float = 0.0
    asked: float = 0.0
    bought: float = 0.0
    decided: float = 0.0
    sold: float = 0.0
    deals: float = 0.0
    reach: Mapping[int, float] = field(default_factory=dict)


def weight(at: datetime, now: datetime) -> float:
    """2^(-age/60 days) of something that happened at `at`, seen at `now`."""
    return math.exp2((at - now) / HALF_LIFE)


def decay(sums: Sums, to: datetime) -> Sums:
    """The same sums as they weigh at `to`, which may also lie before `as_of`."""
    return sums if to == sums.as_of else _times(sums, weight(sums.as_of, to), to)


def add(sums: Sums, event: FeedbackEvent, *, undo: bool = False) -> Sums:
    """Take one event in, or out again with `undo`.

    The sums move on to the event's time when it is later than `as_of`; an older event enters with what is left of its
    weight. The deal of the event is another matter: see `change_deal`.
    """
    current = decay(sums, max(sums.as_of, event.created_at))
    amount = weight(event.created_at, current.as_of) * (-1 if undo else 1)
    match event.event:
        case Feedback.RESPONDED:
            return replace(current, responded=current.responded + amount, asked=current.asked + amount)
        case Feedback.NO_RESPONSE:
            return replace(current, asked=current.asked + amount)
        case Feedback.BOUGHT:
            return replace(current, bought=current.bought + amount, decided=current.decided + amount)
        case Feedback.PASSED:
            return replace(current, decided=current.decided + amount)
        case _:
            return current


def change_deal(sums: Sums, before: MatureDeal | None, after: MatureDeal | None) -> Sums:
    """Take a deal in when it becomes mature, and again whenever something about it changes.

    A deal becomes mature 21 days after its first event, at an instant at which nothing happens; so whoever keeps the
    sums looks, before they are scored, for deals whose `first_at` is 21 days old and that are not in yet, and calls
    this with `before=None`. A deal weighs by its first event, hence it may be taken in late without any difference.
    Later events of a deal that is in (a sale on day 30, another answer, an undone one) change its reach or whether it
    sold: then `before` is what was taken in and `after` what `mature_deal` says now. `after=None` takes it out.
    """
    changed = sums
    if before is not None:
        changed = _with_deal(changed, before, -1.0)
    if after is not None:
        changed = _with_deal(changed, after, 1.0)
    return changed


def mature_deal(events: Iterable[FeedbackEvent], now: datetime) -> MatureDeal | None:
    """What became of the deal of these `events`; None while it is younger than 21 days or reached nobody known."""
    counted = [event for event in events if _counts(event, now)]
    first_at = min((event.created_at for event in counted), default=now)
    buyers = {event.buyer_id for event in counted if event.event in (Feedback.RESPONDED, Feedback.NO_RESPONSE)}
    if now - first_at < MATURE_AFTER or not buyers:
        return None
    return MatureDeal(first_at, len(buyers), any(event.event == Feedback.BOUGHT for event in counted))


def sums_of(events: Sequence[FeedbackEvent], now: datetime) -> dict[Key, Sums]:
    """The sums of every node that `events` name, from all of them, as of `now`; later events are left out.

    A deal belongs to the node of its first event.
    """
    sums: dict[Key, Sums] = {}
    deals: dict[str, list[FeedbackEvent]] = {}
    for event in (event for event in events if _counts(event, now)):
        key = node_key(event.province, event.market, event.property_type)
        sums[key] = add(sums.get(key) or Sums(now), event)
        if event.correlation_id:
            deals.setdefault(event.correlation_id, []).append(event)
    for of_deal in deals.values():
        first = min(of_deal, key=lambda event: event.created_at)
        key = node_key(first.province, first.market, first.property_type)
        sums[key] = change_deal(sums[key], None, mature_deal(of_deal, now))
    return sums


def total(group: Iterable[Sums], now: datetime) -> Sums:
    """The sums of a group of nodes at `now`; the reach of deals stays with the nodes."""
    parts = [decay(sums, now) for sums in group]
    return Sums(
        now,
        responded=math.fsum(part.responded for part in parts),
        asked=math.fsum(part.asked for part in parts),
        bought=math.fsum(part.bought for part in parts),
        decided=math.fsum(part.decided for part in parts),
        sold=math.fsum(part.sold for part in parts),
        deals=math.fsum(part.deals for part in parts),
    )


@lru_cache(maxsize=4096)
def node_key(province: str, market: str, kind: str) -> Key:
    """A node's name in a form that compares: market labels without case, accents and marks, types as one of the five.

    ("nl", "ST_JOHNS", "sfh") and ("NL", "St. John's", "SFR") are one node. A type that is not understood stays itself.
    """
    try:
        known = str(property_type(kind))
    except PropertyTypeUnclear:
        known = fold(kind)
    return province.strip().upper(), fold(market).replace(" ", ""), known


def _counts(event: FeedbackEvent, now: datetime) -> bool:
    return event.created_at <= now and event.event in COUNTED


def _times(sums: Sums, factor: float, as_of: datetime) -> Sums:
    return Sums(
        as_of,
        responded=sums.responded * factor,
        asked=sums.asked * factor,
        bought=sums.bought * factor,
        decided=sums.decided * factor,
        sold=sums.sold * factor,
        deals=sums.deals * factor,
        reach={reach: amount * factor for reach, amount in sums.reach.items()},
    )


def _with_deal(sums: Sums, deal: MatureDeal, times: float) -> Sums:
    amount = weight(deal.first_at, sums.as_of) * times
    reach = dict(sums.reach)
    reach[deal.reach] = reach.get(deal.reach, 0.0) + amount
    return replace(
        sums, sold=sums.sold + (amount if deal.sold else 0.0), deals=sums.deals + amount, reach=_without_nothing(reach)
    )


def _without_nothing(reach: Mapping[int, float]) -> dict[int, float]:
    """Without what rounding leaves of deals that were taken out."""
    return {buyers: amount for buyers, amount in reach.items() if abs(amount) > 1e-12}


_LABELS: Final[Mapping[Feedback, str]] = {
    Feedback.RESPONDED: "Responded",
    Feedback.NO_RESPONSE: "No response",
    Feedback.BOUGHT: "Bought",
    Feedback.PASSED: "Passed",
    Feedback.TAKEN: "Someone else bought it",
}
