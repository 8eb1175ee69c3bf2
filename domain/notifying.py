"""Notifying the parties of a deal: who they are, in which stages they are told, and when what waits is out of date."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from domain.deals import Stage
from domain.errors import RuleBroken
from domain.liquidity_sums import Feedback
from domain.live_offers import STAGES, OfferState
from domain.money import show


class Party(StrEnum):
    """Whom a message about a deal is for: its seller, one of the buyers who match, or the seller with an offer."""

    SELLER = "seller"
    BUYER = "buyer"
    OFFER = "offer"


TAKEN: Final = (Stage.ASSIGNED, Stage.CLOSED, Stage.LOST)
"""The stages in which nobody can take a deal over any more."""


SOLD: Final = frozenset({Feedback.BOUGHT, Feedback.TAKEN})
"""The answers of a buyer that say that somebody has bought a deal: they, or somebody else."""


class DealTaken(RuleBroken):
    """D-{number} is {stage}, so nobody is told of it any more."""

    code: ClassVar[str] = "DEAL_TAKEN"


class DealSold(RuleBroken):
    """A buyer's answer says that somebody bought D-{number}, so nobody else is told of it. Undo that answer on its card
    if it is wrong."""

    code: ClassVar[str] = "DEAL_SOLD"


class SellerGone(RuleBroken):
    """D-{number} has no lead any more: without its seller and their property nobody can be told of it."""

    code: ClassVar[str] = "SELLER_GONE"


class OfferNotWritten(RuleBroken):
    """The offer of D-{number} can't be written to the seller. {why}"""

    code: ClassVar[str] = "OFFER_NOT_WRITTEN"


def check_open(number: int, stage: Stage, answers: Collection[Feedback]) -> None:
    """Raise DealTaken or DealSold unless somebody may still take D-`number` over, of which buyers gave `answers`."""
    if stage in TAKEN:
        raise DealTaken(number=number, stage=stage.label.lower())
    if not SOLD.isdisjoint(answers):
        raise DealSold(number=number)


def sold_sentence(number: int) -> str:
    """Say why nobody else is told of a deal that a buyer has."""
    return f"D-{number} is taken: a buyer has it."


def stopped_by(number: int, before: Stage, after: Stage) -> str | None:
    """Say why a move keeps back what has not left to the parties; None for one that changes nothing for them."""
    match after:
        case Stage.ASSIGNED:
            return sold_sentence(number)
        case Stage.CLOSED:
            return f"D-{number} is closed."
        case Stage.LOST:
            return f"D-{number} is lost."
        case Stage.DRAFT:
            return f"D-{number} went back to a draft."
        case Stage.UNDER_AGREEMENT if before is Stage.MARKETED:
            return f"D-{number} was taken off the market."
    return None


def offers_stopped_by(number: int, after: Stage) -> str | None:
    """Say why a move keeps back a written offer that has not left; None while offers are made."""
    return None if after in STAGES else f"D-{number} is {after.label.lower()}: offers are over."


def out_of_date(number: int, stage: Stage, answers: Collection[Feedback]) -> str | None:
    """Say why a deal's parties must not be told of it now; None where they may."""
    if stage in TAKEN:
        return f"D-{number} is {stage.label.lower()} by now."
    return None if SOLD.isdisjoint(answers) else sold_sentence(number)


def offer_out_of_date(number: int, said: Decimal, stands: Decimal | None, state: OfferState | None) -> str | None:
    """Say why a written offer of `said` dollars must not leave now, where the offer `stands` at another amount, has
    come to an end or is gone (None); None where it may."""
    if stands is None or state is None:
        return f"The offer of D-{number} is not there any more."
    if stands != said:
        return f"D-{number} is offered at ${show(stands)} by now, and the message says ${show(said)}."
    if state not in (OfferState.DRAFTED, OfferState.PRESENTED):
        return f"The offer of D-{number} is {state.value} by now."
    return None
