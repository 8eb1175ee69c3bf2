"""Live offers: an offer's states, what may be done in each, until when it is open, and what its amount means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from domain.deals import Stage
from domain.errors import RuleBroken
from domain.money import ZERO, show
from domain.zones import DEFAULT_ZONE, local_date, utc, zone

OPEN_DAYS: Final = 90
"""How far ahead the last day of an offer may lie."""
NOTE_LIMIT: Final = 500

STAGES: Final = (Stage.DRAFT, Stage.OFFERED)
"""The stages in which offers are drafted, presented and decided."""

_DAY: Final = timedelta(days=1)


class OfferState(StrEnum):
    """What has become of an offer to a seller."""

    DRAFTED = "drafted"
    PRESENTED = "presented"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state in a person's words: "Presented"."""
        return self.value.capitalize()

    @property
    def is_live(self) -> bool:
        """Whether the seller has the offer and nobody has decided it."""
        return self in (OfferState.PRESENTED, OfferState.COUNTERED)


class OfferAction(StrEnum):
    """What can be done with an offer; `expire` is done by the timetable alone."""

    PRESENT = "present"
    COUNTER = "counter"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_LIVE: Final = {
    OfferAction.COUNTER: OfferState.COUNTERED,
    OfferAction.ACCEPT: OfferState.ACCEPTED,
    OfferAction.REJECT: OfferState.REJECTED,
    OfferAction.WITHDRAW: OfferState.WITHDRAWN,
    OfferAction.EXPIRE: OfferState.EXPIRED,
}

ACTIONS: Final[Mapping[OfferState, Mapping[OfferAction, OfferState]]] = {
    OfferState.DRAFTED: {
        OfferAction.PRESENT: OfferState.PRESENTED,
        OfferAction.WITHDRAW: OfferState.WITHDRAWN,
    },
    OfferState.PRESENTED: _LIVE,
    OfferState.COUNTERED: _LIVE,
    OfferState.ACCEPTED: {},
    OfferState.REJECTED: {},
    OfferState.EXPIRED: {},
    OfferState.WITHDRAWN: {},
}
"""What may be done with an offer in each state, and the state that it leads to. What is decided stays decided."""

_WHATEVER_THE_STAGE: Final = (OfferAction.WITHDRAW, OfferAction.EXPIRE)


class OfferNotLive(RuleBroken):
    """This offer {what}. Nothing was changed."""

    code: ClassVar[str] = "OFFER_NOT_LIVE"


class OffersOver(RuleBroken):
    """D-{number} stands at {stage}. Offers are made and decided while a deal is a draft or offered."""

    code: ClassVar[str] = "OFFERS_OVER"


class CounterMissing(RuleBroken):
    """Give the price that the seller asks instead."""

    code: ClassVar[str] = "COUNTER_MISSING"
    field: ClassVar[str] = "counter_amount"


class CounterNotPositive(RuleBroken):
    """A counter is an amount above 0."""

    code: ClassVar[str] = "COUNTER_NOT_POSITIVE"
    field: ClassVar[str] = "counter_amount"


class ExpiryMissing(RuleBroken):
    """Say until which day the offer is open."""

    code: ClassVar[str] = "EXPIRY_MISSING"
    field: ClassVar[str] = "expires_on"


class ExpiryPast(RuleBroken):
    """{on:%d %b %Y} is over where the property is: it is {today:%d %b %Y} there. Choose that day or a later one."""

    code: ClassVar[str] = "EXPIRY_PAST"
    field: ClassVar[str] = "expires_on"


class ExpiryTooFar(RuleBroken):
    """An offer stays open for {days} days at most: until {latest:%d %b %Y}."""

    code: ClassVar[str] = "EXPIRY_TOO_FAR"
    field: ClassVar[str] = "expires_on"


class AmountMissing(RuleBroken):
    """Give the amount that the seller is offered."""

    code: ClassVar[str] = "AMOUNT_MISSING"
    field: ClassVar[str] = "amount"


class AmountNotPositive(RuleBroken):
    """An offer is an amount above 0."""

    code: ClassVar[str] = "AMOUNT_NOT_POSITIVE"
    field: ClassVar[str] = "amount"


class NoteTooLong(RuleBroken):
    """The note has {length:,} characters; {limit:,} fit."""

    code: ClassVar[str] = "NOTE_TOO_LONG"
    field: ClassVar[str] = "note"


class NothingToOffer(RuleBroken):
    """The figures of {evidence} leave nothing to offer{shortfall}. Such a price is neither drafted nor presented."""

    code: ClassVar[str] = "NOTHING_TO_OFFER"
    field: ClassVar[str] = "amount"


class PriceMissing(RuleBroken):
    """D-{number} has no price yet, so there is nothing to present. Price it first: `/offer L-{lead}`."""

    code: ClassVar[str] = "PRICE_MISSING"
    field: ClassVar[str] = "amount"


@dataclass(frozen=True, slots=True)
class PriceFigures:
    """What an offer is measured by, from its evidence: `fee` is the assignment fee that lies between the two."""

    recommended: Decimal
    mao: Decimal
    fee: Decimal

    @property
    def shortfall(self) -> Decimal:
        """By how much MAO misses the fee; 0 where there is something to offer, or only the rounding took it."""
        return max(ZERO, self.fee - self.mao)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an offer, when on the asker's clock, and by whom; `by` is a name, None where nobody did it."""

    state: OfferState
    at: datetime | None
    by: str | None

    @property
    def text(self) -> str:
        """The fate as a sentence goes on: "was accepted by Lee on Tue 24 Nov 09:12"."""
        when = f" on {self.at:%a %d %b %H:%M}" if self.at else ""
        if self.state is OfferState.EXPIRED:
            return f"expired{when}"
        return f"was {self.state.value}{f' by {self.by}' if self.by else ''}{when}"


def state_at(state: OfferState, expires_at: datetime | None, *, now: datetime) -> OfferState:
    """The state that counts at an instant: an offer is over at its end, not when the timetable gets to it."""
    is_over = expires_at is not None and expires_at <= now
    return OfferState.EXPIRED if state.is_live and is_over else state


def actions_for(state: OfferState, stage: Stage) -> tuple[OfferAction, ...]:
    """What may be done with an offer while its deal stands at `stage`."""
    return tuple(action for action in ACTIONS[state] if stage in STAGES or action in _WHATEVER_THE_STAGE)


def state_after(action: OfferAction, fate: Fate) -> OfferState:
    """The state that `action` leads to. Raises OfferNotLive where the offer's `fate` allows it no longer."""
    after = ACTIONS[fate.state].get(action)
    if after is None:
        raise OfferNotLive(what=fate.text)
    return after


def check_stage(number: int, stage: Stage) -> None:
    """Raise OffersOver unless D-`number` stands where offers are made and decided."""
    if stage not in STAGES:
        raise OffersOver(number=number, stage=stage.label)


def check_priced(evidence_id: int, figures: PriceFigures) -> None:
    """Raise NothingToOffer for a price that leaves nothing, with what is missing where it is known."""
    if figures.recommended > 0:
        return
    missing = f": ${show(figures.shortfall)} is missing" if figures.shortfall else ""
    raise NothingToOffer(evidence=f"E-{evidence_id}", shortfall=missing)


def checked_amount(amount: Decimal | None) -> Decimal:
    """The amount of an offer. Raises AmountMissing and AmountNotPositive."""
    if amount is None:
        raise AmountMissing
    if amount <= 0:
        raise AmountNotPositive
    return amount


def checked_counter(amount: Decimal | None) -> Decimal:
    """The amount of a counter. Raises CounterMissing and CounterNotPositive."""
    if amount is None:
        raise CounterMissing
    if amount <= 0:
        raise CounterNotPositive
    return amount


def checked_note(text: str) -> str:
    """The note without the spaces around it. Raises NoteTooLong."""
    note = text.strip()
    if len(note) > NOTE_LIMIT:
        raise NoteTooLong(length=len(note), limit=NOTE_LIMIT)
    return note


def checked_expiry(on: date | None, zones: Collection[str], *, now: datetime) -> datetime:
    """The instant at which an offer that is open until `on` ends.

    Raises ExpiryMissing, ExpiryTooFar beyond `OPEN_DAYS`, and ExpiryPast when that day is over at the property.
    """
    if on is None:
        raise ExpiryMissing
    today = local_date(now, zones)
    latest = today + OPEN_DAYS * _DAY
    if on > latest:
        raise ExpiryTooFar(days=OPEN_DAYS, latest=latest)
    at = expires_at(on, zones)
    if at <= now:
        raise ExpiryPast(on=on, today=today)
    return at


def expires_at(on: date, zones: Collection[str]) -> datetime:
    """The end of a local day at the property, in UTC: the midnight that follows, in the latest of its `zones`.

    Where no zone is known it is that of the default one. Raises UnknownZone.
    """
    midnight = datetime.combine(on + _DAY, time())
    return max(utc(midnight.replace(tzinfo=zone(name))) for name in zones or (DEFAULT_ZONE,))


def last_day(ends_at: datetime, zones: Collection[str]) -> date:
    """The local day whose end `expires_at` gave: the last one on which the offer is open everywhere it may lie."""
    just_before = utc(ends_at) - timedelta.resolution
    return min(just_before.astimezone(zone(name)).date() for name in zones or (DEFAULT_ZONE,))


def amount_warning(amount: Decimal, figures: PriceFigures) -> str | None:
    """What an amount costs us when it lies above what the figures recommend; None where it does not."""
    if amount > figures.mao:
        over = show(amount - figures.mao)
        return f"It lies ${over} above MAO: at the buyer's ceiling no assignment fee is left and ${over} is lost."
    if amount <= figures.recommended:
        return None
    over, left = show(amount - figures.recommended), figures.mao - amount
    if left >= figures.fee:
        return f"It lies ${over} above the recommended offer, which was rounded down: the assignment fee stays whole."
    shrinks = show(figures.fee - left)
    return f"It lies ${over} above the recommended offer: the assignment fee shrinks by ${shrinks} to ${show(left)}."
