"""What `/buyer` was asked to do, read from the text behind it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.matching_areas import area_of
from domain.property_types import type_words
from domain.quick_text import Rest, strip_markup
from domain.words import fold, nearest

READ_LIMIT: Final = 3_000
"""Characters that are searched for fields; what stands behind goes to the notes as it is."""


@dataclass(frozen=True, slots=True)
class QuickBuyer:
    """The fields found in the text behind the command, as typed; `notes` holds all that belongs to no other field."""

    name: str = ""
    phone: str = ""
    email: str = ""
    regions: str = ""
    type_words: str = ""
    notes: str = ""

    @property
    def has_contact(self) -> bool:
        """Whether a phone number or an e-mail address was found."""
        return bool(self.phone or self.email)


@dataclass(frozen=True, slots=True)
class OpenBuyer:
    """Open the form, filled with what was found; `quick` is empty for a bare `/buyer`."""

    quick: QuickBuyer


@dataclass(frozen=True, slots=True)
class ShowBuyer:
    """Show the buyer B-`number`."""

    number: int


@dataclass(frozen=True, slots=True)
class FindBuyers:
    """Search buyers for `text`; empty when only "find" was typed, which the reply answers with an example."""

    text: str


@dataclass(frozen=True, slots=True)
class PauseBuyer:
    """Offer B-`number` no deals for a while."""

    number: int


@dataclass(frozen=True, slots=True)
class ResumeBuyer:
    """Offer B-`number` deals again."""

    number: int


@dataclass(frozen=True, slots=True)
class ListBuyers:
    """List the newest buyers."""


@dataclass(frozen=True, slots=True)
class BuyerHelp:
    """Say what `/buyer` can do."""


@dataclass(frozen=True, slots=True)
class BuyerMiss:
    """`word` is no command; `meant` is the nearest one, None when nothing is near."""

    word: str
    meant: str | None


BuyerCommand = OpenBuyer | ShowBuyer | FindBuyers | PauseBuyer | ResumeBuyer | ListBuyers | BuyerHelp | BuyerMiss


class BuyerUnnamed(RuleBroken):
    """Say which buyer: `/buyer {verb} B-5`. `/buyer find` and `/buyer list` name them."""

    code: ClassVar[str] = "BUYER_UNNAMED"


_FIND: Final = ("find", "search")
_OPEN: Final = ("new", "add")
_SHOW: Final = ("show", "edit", "remove", "delete")
"""What is done from the card: the card is where the buttons stand."""
_LIST: Final = ("list", "all")
_HELP: Final = ("help", "aide", "?")
_COMMANDS: Final = ("find", "pause", "resume", "list", "help", "show", "new", "add", "search")
_WITH_WORDS: Final = ("find", "search", "pause", "resume", "show", "new", "add")
_NUMBER: Final = re.compile(r"(?:b ?-? ?|#)?([0-9]{1,9})", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(r"b-([0-9]{1,9})\b", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s<>@,;:|]{1,64}@[^\s<>@,;:|]{1,190}\.[^\s<>@,;:|.]{2,63}")
_PHONE: Final = re.compile(r"(?<![0-9])(?:\+?1[ .-]?)?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")


def parse_buyer_command(text: str) -> BuyerCommand:
    """Read the text behind `/buyer`; a known first word decides, whatever follows, and a number shows that buyer.

    One other word is a `BuyerMiss`, with the command at a distance of at most two letters if there is one. More words
    open the form, unless the first is a small-lettered near miss of a command that takes words and no contact stands
    in the rest. Raises BuyerUnnamed for "pause" and "resume" without a number.
    """
    cleaned = " ".join(text.split())
    if not cleaned:
        return OpenBuyer(QuickBuyer())
    number = _NUMBER.fullmatch(cleaned) or _NUMBER_FIRST.match(cleaned)
    if number:
        return ShowBuyer(int(number[1]))
    first, _, rest = cleaned.partition(" ")
    return _named(first.casefold(), rest) or _free(first, rest, text)


def quick_buyer(text: str) -> QuickBuyer:
    """Find the fields in `text`: e-mail and phone anywhere, the name first, then areas and types between commas."""
    read, beyond = text[:READ_LIMIT], text[READ_LIMIT:]
    rest = Rest(strip_markup(read))
    email, phone = rest.take(_EMAIL), rest.take(_PHONE)
    name, *others = rest.pieces() or [""]
    areas = [piece for piece in others if _is_area(piece)]
    types = [piece for piece in others if piece not in areas and _is_type(piece)]
    notes = [piece for piece in others if piece not in areas and piece not in types]
    return QuickBuyer(name, phone, email, _joined(areas), _joined(types), _joined([*notes, beyond]))


def _named(word: str, rest: str) -> BuyerCommand | None:
    """The command called by its name."""
    if word in _HELP:
        return BuyerHelp()
    if word in _LIST and not rest:
        return ListBuyers()
    if word in _FIND:
        return FindBuyers(rest)
    if word in _OPEN:
        return OpenBuyer(quick_buyer(rest))
    return _of_one(word, rest)


def _of_one(word: str, rest: str) -> BuyerCommand | None:
    """The command about one buyer; "show chen" searches."""
    number = _NUMBER.fullmatch(rest)
    if word in _SHOW:
        return ShowBuyer(int(number[1])) if number else FindBuyers(rest)
    if word not in ("pause", "resume"):
        return None
    if number is None:
        raise BuyerUnnamed(verb=word)
    return PauseBuyer(int(number[1])) if word == "pause" else ResumeBuyer(int(number[1]))


def _free(first: str, rest: str, text: str) -> BuyerCommand:
    """Text that begins with no command."""
    quick = quick_buyer(text)
    if quick.has_contact:
        return OpenBuyer(quick)
    if not rest:
        return BuyerMiss(first, nearest(first.casefold(), _COMMANDS, within=2))
    meant = nearest(first, _WITH_WORDS, within=1)
    return BuyerMiss(first, meant) if meant else OpenBuyer(quick)


def _is_area(piece: str) -> bool:
    area = area_of(piece)
    return area.is_stated and not area.has_unclear


def _is_type(piece: str) -> bool:
    """Whether a piece is nothing but a type's name: "Chen Homes" is none."""
    found = type_words(piece)
    return found is not None and found[1] == fold(piece)


def _joined(pieces: Iterable[str]) -> str:
    return ", ".join(filter(None, pieces))
