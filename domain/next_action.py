"""What a deal waits for: its next action in a sentence, or that nobody can take one and what to do about that."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.deals import Stage
from domain.live_offers import OfferState
from domain.money import show_short


@dataclass(frozen=True, slots=True)
class NextAction:
    """One sentence for people. `is_lacking` where nothing can be done before something else is mended; `due_on` is the
    local date at the property by which it has to happen, None without one."""

    text: str
    is_lacking: bool = False
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class DealState:
    """What the next action follows from.

    `offer` is the price to present in dollars, None without one; `unpriced` then says why where ARV, repairs and place
    are known. `newest` is what the newest offer has come to by now, with its last day and the counter. `fitting` buyers
    match, `asked` ones have answered or been asked, `responders` ("B-5") responded and may still buy.
    """

    stage: Stage
    today: date
    has_place: bool = True
    has_arv: bool = True
    has_repairs: bool = True
    offer: Decimal | None = None
    unpriced: str = ""
    newest: OfferState | None = None
    expires_on: date | None = None
    counter: Decimal | None = None
    fitting: int = 0
    asked: int = 0
    responders: tuple[str, ...] = ()
    closing_on: date | None = None


NO_OFFER: Final = NextAction("No offer is possible at these numbers: check the ARV or mark it lost")
AGAIN: Final = NextAction("Make another offer or mark it lost")
NO_MATCH: Final = NextAction("No buyer matches: add buyers with /buyer or look at the price", is_lacking=True)
ALL_ASKED: Final = NextAction(
    "Everybody who matches was asked and nobody wants it: add buyers with /buyer or look at the price", is_lacking=True
)
NOTHING: Final = NextAction("Nothing is left to do")


def next_action(deal: DealState) -> NextAction:
    """Return what the deal waits for; every open deal has an action or says that it lacks one."""
    match deal.stage:
        case Stage.DRAFT:
            return _present(deal)
        case Stage.OFFERED:
            return _answer(deal)
        case Stage.UNDER_AGREEMENT | Stage.MARKETED if not deal.has_place:
            return NextAction("Complete the address: buyers are matched by place", due_on=deal.closing_on)
        case Stage.UNDER_AGREEMENT:
            return _market(deal)
        case Stage.MARKETED:
            return _find_buyer(deal)
        case Stage.ASSIGNED:
            return _close(deal)
    return NOTHING


def day_text(day: date, *, today: date) -> str:
    """Write a day as people say it: "15 Jan", with its year where that is not this one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def _present(deal: DealState) -> NextAction:
    """Before an offer: what a price lacks, else the price that can be presented."""
    if deal.offer is None:
        return NextAction(_lack(deal))
    if deal.offer <= 0:
        return NO_OFFER
    return NextAction(f"Present the offer of {show_short(deal.offer)}")


def _lack(deal: DealState) -> str:
    missing = [name for name, known in (("ARV", deal.has_arv), ("repairs", deal.has_repairs)) if not known]
    if missing:
        return f"Give {' and '.join(missing)}"
    if not deal.has_place:
        return "Complete the address: the price follows from the place"
    return deal.unpriced or "Price it: press Price an offer"


def _answer(deal: DealState) -> NextAction:
    """With an offer at the seller's: what has to be heard or said."""
    match deal.newest:
        case OfferState.PRESENTED:
            return _hear(deal)
        case OfferState.COUNTERED if deal.counter is not None:
            return NextAction(f"Answer the counter of {show_short(deal.counter)}", due_on=deal.expires_on)
        case OfferState.COUNTERED:
            return NextAction("Answer the counter", due_on=deal.expires_on)
        case OfferState.ACCEPTED:
            return NextAction("Enter the agreement")
        case None | OfferState.DRAFTED:
            return _present(deal)
    return AGAIN


def _hear(deal: DealState) -> NextAction:
    if deal.expires_on is None:
        return NextAction("Get the seller's answer")
    on = day_text(deal.expires_on, today=deal.today)
    return NextAction(f"Get the seller's answer: the offer lapses on {on}", due_on=deal.expires_on)


def _market(deal: DealState) -> NextAction:
    if not deal.fitting:
        return NO_MATCH
    who = "the buyer who matches" if deal.fitting == 1 else f"the {deal.fitting:,} buyers who match"
    return NextAction(f"Market it to {who}{_until(deal)}", due_on=deal.closing_on)


def _find_buyer(deal: DealState) -> NextAction:
    """On the market: somebody who responded comes first, then those who were not asked yet."""
    if deal.responders:
        first, *others = deal.responders
        whom = f"one of the {len(deal.responders)} buyers who responded" if others else f"{first}, who responded"
        return NextAction(f"Assign it to {whom}{_until(deal)}", due_on=deal.closing_on)
    if not deal.fitting:
        return NO_MATCH
    if deal.asked >= deal.fitting:
        return ALL_ASKED
    asked = f": {deal.asked:,} of {deal.fitting:,} have been asked" if deal.asked else ""
    ask = "Ask the next buyers" if deal.asked else "Ask the buyers who match"
    return NextAction(f"{ask}{asked}{_until(deal)}", due_on=deal.closing_on)


def _until(deal: DealState) -> str:
    """The closing that somebody waits for, as the end of a sentence."""
    if deal.closing_on is None:
        return ""
    on = day_text(deal.closing_on, today=deal.today)
    return f"; the closing of {on} is overdue" if deal.closing_on < deal.today else f"; it closes on {on}"


def _close(deal: DealState) -> NextAction:
    if deal.closing_on is None:
        return NextAction("Close it")
    on = day_text(deal.closing_on, today=deal.today)
    if deal.closing_on < deal.today:
        return NextAction(f"Close it: the closing of {on} is overdue", due_on=deal.closing_on)
    return NextAction(f"Close on {on}", due_on=deal.closing_on)
