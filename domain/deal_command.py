"""What `/deal` was asked for, read from the text behind it."""

import re
from dataclasses import dataclass
from typing import Final

from domain.quick import QuickLead, parse_quick
from domain.words import nearest


@dataclass(frozen=True, slots=True)
class OpenDealForm:
    """Open the form, filled with what was found; `quick` is empty for a bare `/deal`."""

    quick: QuickLead


@dataclass(frozen=True, slots=True)
class ShowDeal:
    """Show the deal D-`number`."""

    number: int


@dataclass(frozen=True, slots=True)
class NotifyParties:
    """Tell the seller and the buyers who match of the deal D-`number`, once somebody has approved it."""

    number: int


@dataclass(frozen=True, slots=True)
class DealForLead:
    """Open a deal for the lead L-`number`, or the figures of the one that is open."""

    number: int


@dataclass(frozen=True, slots=True)
class ShowBoard:
    """Show every open deal as a table."""


@dataclass(frozen=True, slots=True)
class AskLiquidity:
    """Do what `/liquidity` does with this text."""

    text: str


@dataclass(frozen=True, slots=True)
class DealHelp:
    """Say what `/deal` can do."""


@dataclass(frozen=True, slots=True)
class DealUnknown:
    """`word` is no command; `meant` is the nearest one, None where a number is missing behind "show" or
    "notify"."""

    word: str
    meant: str | None


DealCommand = OpenDealForm | ShowDeal | NotifyParties | DealForLead | ShowBoard | AskLiquidity | DealHelp | DealUnknown

_BOARD: Final = ("board", "pipeline")
_LIQUIDITY: Final = "liquidity"
_OPEN: Final = ("new", "add", "open")
_SHOW: Final = "show"
_NOTIFY: Final = ("notify", "announce")
_HELP: Final = ("help", "aide", "?")
_COMMANDS: Final = (*_BOARD, _LIQUIDITY, "help", _SHOW, *_NOTIFY, *_OPEN)
# D-7, d7, #7 and 7 are deal numbers; ten digits are a phone number.
_DEAL: Final = re.compile(r"(?:d ?-? ?|#)?([0-9]{1,9})", re.IGNORECASE)
_DEAL_TO_TELL: Final = re.compile(r"(?:d ?-? ?|#)?([0-9]{1,9}) (?:notify|announce)\b.*", re.IGNORECASE)
_DEAL_FIRST: Final = re.compile(r"d-([0-9]{1,9})\b", re.IGNORECASE)
_LEAD: Final = re.compile(r"l ?-? ?([0-9]{1,9})", re.IGNORECASE)
_LEAD_FIRST: Final = re.compile(r"l-([0-9]{1,9})\b", re.IGNORECASE)


def parse_deal_command(text: str) -> DealCommand:
    """Read the text behind `/deal`; never raises.

    A deal's or a lead's number decides, then a known first word, whatever follows. One other word that is nearly a
    command is `DealUnknown`, and so is a small-lettered slip before more words in which nothing of a deal was found
    ("liqudity Toronto"). Everything else opens the form.
    """
    cleaned = " ".join(text.split())
    if not cleaned:
        return OpenDealForm(QuickLead())
    first, _, rest = cleaned.partition(" ")
    return _numbered(cleaned) or _named(first.casefold(), rest) or _free(first, rest, text)


def _numbered(text: str) -> DealCommand | None:
    if deal := _DEAL_TO_TELL.fullmatch(text):
        return NotifyParties(int(deal[1]))
    if deal := _DEAL.fullmatch(text) or _DEAL_FIRST.match(text):
        return ShowDeal(int(deal[1]))
    if lead := _LEAD.fullmatch(text) or _LEAD_FIRST.match(text):
        return DealForLead(int(lead[1]))
    return None


def _named(word: str, rest: str) -> DealCommand | None:
    """The command called by its name."""
    if word in _HELP:
        return DealHelp()
    if word in _BOARD:
        return ShowBoard()
    if word == _LIQUIDITY:
        return AskLiquidity(rest)
    if word in _OPEN:
        return _numbered(rest) or OpenDealForm(parse_quick(rest))
    if word in _NOTIFY:
        deal = _DEAL.fullmatch(rest)
        return NotifyParties(int(deal[1])) if deal else DealUnknown(word, None)
    if word == _SHOW:
        return _numbered(rest) or DealUnknown(word, None)
    return None


def _free(first: str, rest: str, text: str) -> DealCommand:
    """Text that begins with no command."""
    quick = parse_quick(text)
    if not quick.says_more_than_words:
        meant = nearest(first, _COMMANDS, within=1) if rest else nearest(first.casefold(), _COMMANDS, within=2)
        if meant:
            return DealUnknown(first, meant)
    return OpenDealForm(quick)
