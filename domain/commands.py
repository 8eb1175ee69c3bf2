"""What `/lead` was asked to do, read from the text behind it."""

import re
from dataclasses import dataclass
from typing import Final

from domain.quick import QuickLead, parse_quick
from domain.words import nearest


@dataclass(frozen=True, slots=True)
class Open:
    """Open the form, filled with what was found; `quick` is empty for a bare `/lead`."""

    quick: QuickLead


@dataclass(frozen=True, slots=True)
class Show:
    """Show the lead L-`number`."""

    number: int


@dataclass(frozen=True, slots=True)
class Find:
    """Search leads for `text`; empty when only "find" was typed, which the reply answers with an example."""

    text: str


@dataclass(frozen=True, slots=True)
class Mine:
    """List the rep's own leads."""


@dataclass(frozen=True, slots=True)
class Help:
    """Say what `/lead` can do."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """`word` is no command; `meant` is the nearest one, None when nothing is near.

    The reply says what was meant, and how to search for the word or open a lead named so.
    """

    word: str
    meant: str | None


LeadCommand = Open | Show | Find | Mine | Help | Unknown

_FIND: Final = ("find", "search")
_OPEN: Final = ("new", "add")
_SHOW: Final = "show"
_MINE: Final = "mine"
_HELP: Final = ("help", "aide", "?")
_COMMANDS: Final = (*_FIND, _MINE, "help", _SHOW, *_OPEN)
_WITH_WORDS: Final = (*_FIND, _SHOW, *_OPEN)
# L-7, l7, #7 and 7 are lead numbers; ten digits are a phone number.
_NUMBER: Final = re.compile(r"(?:l ?-? ?|#)?([0-9]{1,9})", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(r"l-([0-9]{1,9})\b", re.IGNORECASE)


def parse_command(text: str) -> LeadCommand:
    """Read the text behind `/lead`; never raises.

    A known first word decides, whatever follows. A lead number shows the lead. One other word is `Unknown`, with the
    command at a distance of at most two letters if there is one ("mien"; also "Mike", so the reply must not insist).
    More words open the form, unless the first is a small-lettered near miss of a command that takes words and nothing
    of a lead was found in the rest ("fnid smith", but not "Finn Smith" and not "fidn 416-555-0134").
    """
    cleaned = " ".join(text.split())
    if not cleaned:
        return Open(QuickLead())
    number = _NUMBER.fullmatch(cleaned) or _NUMBER_FIRST.match(cleaned)
    if number:
        return Show(int(number[1]))
    first, _, rest = cleaned.partition(" ")
    return _named(first.casefold(), rest) or _free(first, rest, text)


def _named(word: str, rest: str) -> LeadCommand | None:
    """The command called by its name."""
    if word in _HELP:
        return Help()
    if word == _MINE:
        return Mine()
    if word in _FIND:
        return Find(rest)
    if word in _OPEN:
        return Open(parse_quick(rest))
    if word == _SHOW:
        number = _NUMBER.fullmatch(rest)
        return Show(int(number[1])) if number else Find(rest)
    return None


def _free(first: str, rest: str, text: str) -> LeadCommand:
    """Text that begins with no command."""
    quick = parse_quick(text)
    if quick.says_more_than_words:
        return Open(quick)
    if not rest:
        return Unknown(first, nearest(first.casefold(), _COMMANDS, within=2))
    meant = nearest(first, _WITH_WORDS, within=1)
    return Unknown(first, meant) if meant else Open(quick)
