"""The lexicon: every phrase that means something to the geography, and what kind of thing it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from domain.geo.gazetteer import Reading, name_lines, readings
from domain.geo.location import ALL
from domain.geo.provinces import NAMES
from domain.geo.tables import read_rows, read_text
from domain.geo.text import key
from domain.geo.zones import zones_of_fsa


class Kind(Enum):
    """What a phrase may mean."""

    PLACE = "place"
    PROVINCE = "province"
    CODE = "code"
    COUNTRY = "country"
    FOREIGN_WORD = "foreign word"
    STATE_CODE = "state code"
    CANADA = "canada"
    NOTHING = "nothing"


class Common(Enum):
    """How much a name that is also an everyday word needs beside it before it counts as a place."""

    NEVER = "never"
    HARD = "hard"
    SOFT = "soft"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases with their kinds, and for each first word the most words a phrase that begins with it has."""

    kinds: Mapping[str, Kind]
    longest: Mapping[str, int]
    common: Mapping[str, Common]
    nicknames: Mapping[str, Reading]
    abroad: frozenset[str]
    undecidable: frozenset[str]


_ANYWHERE = frozenset({"sask", "alta", "nfld", "nwt", "pei", "nvt"})
_UNDECIDABLE = frozenset({"sydney", "springfield"})
TINY = 300
"""Inhabitants below which a bare one-word name needs something beside it."""


@cache
def lexicon() -> Lexicon:
    """Give the lexicon; it is put together once, in some tens of milliseconds."""
    nicknames = _nicknames()
    kinds: dict[str, Kind] = dict.fromkeys(name_lines(), Kind.PLACE)
    kinds |= dict.fromkeys(nicknames, Kind.PLACE)
    kinds |= _foreign_kinds(kinds)
    kinds |= {name: _province_kind(name) for name in NAMES}
    kinds |= {"canada": Kind.CANADA, "ca": Kind.CANADA}
    kinds |= dict.fromkeys(read_text("nothing.txt").split("\n")[1:-1], Kind.NOTHING)
    foreign = read_text("foreign.txt").split("\n")
    kinds |= dict.fromkeys((line[1:] for line in foreign if line.startswith("=")), Kind.NOTHING)
    beaten = frozenset(line[1:] for line in foreign if line.startswith("+"))
    return Lexicon(kinds, _longest(kinds), _common(), nicknames, beaten, _UNDECIDABLE)


def _province_kind(name: str) -> Kind:
    if " " in name or name in _ANYWHERE or len(name) > 4:
        return Kind.PROVINCE
    return Kind.CODE


def _nicknames() -> dict[str, Reading]:
    found = {}
    for row in read_rows("aliases.csv"):
        zones = frozenset(row["zones"].split()) or zones_of_fsa("", row["province"])
        found[row["alias"]] = Reading(row["province"], row["market"] or ALL, row["meaning"], 10_000, zones, False)
    return found


def _foreign_kinds(places: Mapping[str, Kind]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for row in read_rows("abroad.csv"):
        kind = {"code": Kind.STATE_CODE, "word": Kind.FOREIGN_WORD}.get(row["kind"], Kind.COUNTRY)
        for name in row["names"].split("; "):
            kinds[name] = Kind.FOREIGN_WORD if kind is Kind.COUNTRY and name in places else kind
    return kinds


def _longest(kinds: Mapping[str, Kind]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for name in kinds:
        first, _, rest = name.partition(" ")
        size = rest.count(" ") + 2 if rest else 1
        if longest.get(first, 0) < size:
            longest[first] = size
    return longest


def _common() -> dict[str, Common]:
    found: dict[str, Common] = {}
    for line in read_text("common.txt").splitlines():
        if not line.startswith("#"):
            kind, _, names = line.partition("|")
            found |= dict.fromkeys(names.split(), Common(kind))
    return found


@cache
def meanings(name: str) -> tuple[Reading, ...]:
    """Give the places a phrase may mean: a nickname's one, or all that bear the name, the likeliest first."""
    nickname = lexicon().nicknames.get(name)
    return (nickname,) if nickname else readings(name)


@cache
def commonness(name: str) -> Common | None:
    """Tell how common a name is: by the list, or because all that bear it are tiny or quarters of a city."""
    listed = lexicon().common.get(name)
    if listed or name in lexicon().nicknames:
        return listed
    found = meanings(name)
    if " " not in name and max(reading.people for reading in found) < TINY:
        return Common.SOFT
    if all(reading.is_inner for reading in found):
        return Common.SOFT
    return None


@cache
def is_region(name: str) -> bool:
    """Tell whether a nickname means more than a place: a county or region outside the markets, no municipality."""
    nickname = lexicon().nicknames.get(name)
    return nickname is not None and nickname.market == ALL and not readings(key(nickname.municipality))
