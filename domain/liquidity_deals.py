"""What became of a deal that buyers were asked about, from all that stands recorded about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.liquidity_sums import COUNTED, MATURE_AFTER, Feedback, FeedbackEvent, MatureDeal


@dataclass(frozen=True, slots=True)
class Outcome:
    """A deal as its answers tell it so far; it belongs to the place and type of its first one.

    `reach` is the number of distinct buyers known to have answered or not. A deal that reached nobody known says
    nothing and is left out of every sum.
    """

    province: str
    market: str
    property_type: str
    first_at: datetime
    reach: int
    sold: bool

    @property
    def deal(self) -> MatureDeal | None:
        """What enters the node's sums once the deal is mature; None where it says nothing."""
        return MatureDeal(self.first_at, self.reach, self.sold) if self.reach else None

    def is_mature(self, now: datetime) -> bool:
        """Whether the deal's first answer is at least 21 days old."""
        return now - self.first_at >= MATURE_AFTER


def outcome_of(events: Iterable[FeedbackEvent]) -> Outcome | None:
    """What became of the deal of these `events`; None without one that counts. The first of equal times is first."""
    counted = [event for event in events if event.event in COUNTED]
    if not counted:
        return None
    first = min(counted, key=lambda event: event.created_at)
    asked = {event.buyer_id for event in counted if event.event in (Feedback.RESPONDED, Feedback.NO_RESPONSE)}
    return Outcome(
        province=first.province,
        market=first.market,
        property_type=first.property_type,
        first_at=first.created_at,
        reach=len(asked),
        sold=any(event.event == Feedback.BOUGHT for event in counted),
    )
