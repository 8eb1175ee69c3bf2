"""Areas as buyers type them ("GTA, Hamilton"; "anywhere in Ontario"), and whether a deal's place lies in one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domain.geo import locate, province_of
from domain.words import fold

Spot = tuple[str, str]
"""(province, market or municipality) in a form that compares."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deal lies: `spot` is its market, or its municipality outside the markets, None where only the province
    is known; `label` is for people.
    """

    province: str
    spot: Spot | None
    label: str


@dataclass(frozen=True, slots=True)
class Area:
    """What one buyer's text names: `spots` (markets and municipalities outside them), whole `provinces`, everything.

    `has_unclear` tells that some of the text was not understood.
    """

    spots: frozenset[Spot] = frozenset()
    provinces: frozenset[str] = frozenset()
    is_everywhere: bool = False
    has_unclear: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether the text says anything at all."""
        return bool(self.spots or self.provinces or self.is_everywhere or self.has_unclear)

    @property
    def city_provinces(self) -> frozenset[str]:
        """The provinces in which a city is named."""
        return frozenset(province for province, _ in self.spots)

    def has(self, place: Place) -> bool:
        """Whether the place's market, or its municipality outside the markets, is named."""
        return place.spot in self.spots

    def has_province(self, province: str) -> bool:
        """Whether the whole province is named, or all of Canada."""
        return self.is_everywhere or province in self.provinces

    def touches(self, place: Place) -> bool:
        """Whether a market that touches the place's market is named."""
        return place.spot is not None and not self.spots.isdisjoint(_NEIGHBOURS.get(place.spot, ()))


@lru_cache(maxsize=4096)
def place_of(region: str | None, province: str | None, market: str | None) -> Place | None:
    """A deal's place from its stored province and market, and from its text where these say too little.

    None where not even the province is known.
    """
    label = market if market and fold(market) != "all" else None
    if province and label:
        return Place(province.upper(), (province.upper(), _squeezed(label)), label)
    found = locate(region)
    home = province.upper() if province else found.province
    if home is None:
        return None
    if found.province == home:
        label = label or (found.market if found.market != "ALL" else found.municipality)
    return Place(home, (home, _squeezed(label)) if label else None, label or home)


@lru_cache(maxsize=65_536)
def area_of(text: str) -> Area:
    """Read a buyer's regions; the empty text states nothing.

    A province behind a city qualifies it ("Toronto, ON" is Toronto alone, "Windsor, NS" is not Ontario's); by itself
    it means all of it. "Anywhere" and "Canada" mean every province. Read once per text, whatever number of deals.
    """
    parts = [part for part in (_bare(part) for part in _BETWEEN.split(_kept_whole(text))) if part]
    area = Area()
    for at, part in enumerate(parts):
        area = _joined(area, _one(part, parts[at + 1] if at + 1 < len(parts) else ""))
    return area


def _joined(area: Area, named: Area) -> Area:
    """Both together; a province behind one of its cities adds nothing."""
    qualifies = not named.spots and bool(named.provinces) and named.provinces <= area.city_provinces
    return Area(
        spots=area.spots | named.spots,
        provinces=area.provinces if qualifies else area.provinces | named.provinces,
        is_everywhere=area.is_everywhere or named.is_everywhere,
        has_unclear=area.has_unclear or named.has_unclear,
    )


def _one(part: str, after: str) -> Area:
    """What one part names; the province that follows it helps to tell places of one name apart."""
    folded = fold(part)
    if folded in _EVERYWHERE:
        return Area(is_everywhere=True)
    if folded in _WIDE:
        return _WIDE[folded]
    province = province_of(part)
    if province is not None:
        return Area(provinces=frozenset({province}))
    return _located(f"{part}, {after}") if province_of(after) else _located(part)


def _located(part: str) -> Area:
    found = locate(part)
    if found.province is None:
        return Area(has_unclear=True)
    name = found.market if found.market != "ALL" else found.municipality
    if name is None and _DIGIT.search(part):
        name = part  # a rural postal area is a place of its own, not its whole province
    if name is None:
        return Area(provinces=frozenset({found.province}))
    return Area(spots=frozenset({(found.province, _squeezed(name))}))


def _kept_whole(text: str) -> str:
    """Names that hold a joining word must not be split at it."""
    return _NEWFOUNDLAND.sub("Newfoundland", text)


def _bare(part: str) -> str:
    """Without the words around a place: "anywhere in Ontario" -> "Ontario", "Moncton area" -> "Moncton"."""
    bare = _BEFORE.sub("", " ".join(part.split()))
    bare = _BEHIND.sub("", bare).strip(" .")
    return "" if fold(bare) in _NO_PLACE else bare


def _squeezed(label: str) -> str:
    """Labels compare without case, accents, spaces and marks: "ST_JOHNS" is "St. John's"."""
    return fold(label).replace(" ", "")


def _spots(*names: Spot) -> frozenset[Spot]:
    return frozenset((province, _squeezed(name)) for province, name in names)


_BETWEEN: Final = re.compile(r"[,;/|&+\n•]|\s[-–]\s|\b(?:and|or|et|ou|plus)\b", re.IGNORECASE)
_BEFORE: Final = re.compile(
    r"^(?:(?:anywhere in|all over|all of|all|entire|throughout|across|near|around|within|in|the|greater|metro|city of"
    r"|partout au|partout en|r[ée]gion de|grand)\s+)+(?=\S)",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\s+(?:and area|area|region|metro|proper|only|cma|city limits|surroundings?|surrounding area|province[- ]wide)$",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"[0-9]")
_NO_PLACE: Final = frozenset({"", "area", "areas", "surrounding", "surroundings", "surrounding areas", "environs"})
_NEWFOUNDLAND: Final = re.compile(r"newfoundland\s*(?:and|&)\s*labrador", re.IGNORECASE)
_EVERYWHERE: Final = frozenset(
    {"any", "anywhere", "anything", "everywhere", "all", "canada", "canada wide", "nationwide", "national", "partout"}
)
# Names for several places at once, or for one under another name. Regional municipalities stand for their towns.
_WIDE: Final[Mapping[str, Area]] = {
    "gta": Area(_spots(("ON", "Toronto"))),
    "gtha": Area(_spots(("ON", "Toronto"), ("ON", "Hamilton"))),
    "golden horseshoe": Area(_spots(("ON", "Toronto"), ("ON", "Hamilton"))),
    "southern ontario": Area(provinces=frozenset({"ON"})),
    "southwestern ontario": Area(_spots(("ON", "London"), ("ON", "Windsor"), ("ON", "Kitchener"), ("ON", "Waterloo"))),
    "durham": Area(_spots(("ON", "Toronto"), ("ON", "Oshawa"), ("ON", "Whitby"), ("ON", "Clarington"))),
    "niagara": Area(_spots(("ON", "St. Catharines"), ("ON", "Niagara Falls"), ("ON", "Welland"), ("ON", "Fort Erie"))),
    "kw": Area(_spots(("ON", "Kitchener"), ("ON", "Waterloo"))),
    "kitchener waterloo": Area(_spots(("ON", "Kitchener"), ("ON", "Waterloo"))),
    "tri cities": Area(_spots(("ON", "Kitchener"), ("ON", "Waterloo"), ("ON", "Cambridge"))),
    "ncr": Area(_spots(("ON", "Ottawa"), ("QC", "Ottawa"))),
    "national capital": Area(_spots(("ON", "Ottawa"), ("QC", "Ottawa"))),
    "ottawa gatineau": Area(_spots(("ON", "Ottawa"), ("QC", "Ottawa"))),
    "lower mainland": Area(_spots(("BC", "Vancouver"), ("BC", "Abbotsford"), ("BC", "Mission"), ("BC", "Chilliwack"))),
    "fraser valley": Area(_spots(("BC", "Vancouver"), ("BC", "Abbotsford"), ("BC", "Mission"), ("BC", "Chilliwack"))),
    "vancouver island": Area(_spots(("BC", "Victoria"), ("BC", "Nanaimo"), ("BC", "Duncan"), ("BC", "Courtenay"))),
    "gvrd": Area(_spots(("BC", "Vancouver"))),
    "gva": Area(_spots(("BC", "Vancouver"))),
    "cmm": Area(_spots(("QC", "Montreal"))),
    "hrm": Area(_spots(("NS", "Halifax"))),
    "maritimes": Area(provinces=frozenset({"NS", "NB", "PE"})),
    "atlantic canada": Area(provinces=frozenset({"NS", "NB", "PE", "NL"})),
    "prairies": Area(provinces=frozenset({"AB", "SK", "MB"})),
}
# Markets whose census metropolitan areas touch (Statistics Canada, 2021 geography): Oakville and Milton meet
# Burlington; Ottawa and Gatineau are one area in two provinces, with two laws, so the other bank is a neighbour.
# All other markets have land outside any market, or the sea, between them.
_NEIGHBOURS: Final[Mapping[Spot, frozenset[Spot]]] = {
    ("ON", "toronto"): _spots(("ON", "Hamilton")),
    ("ON", "hamilton"): _spots(("ON", "Toronto")),
    ("ON", "ottawa"): _spots(("QC", "Ottawa")),
    ("QC", "ottawa"): _spots(("ON", "Ottawa")),
}


@lru_cache(maxsize=4096)
def unclear_parts(text: str) -> tuple[str, ...]:
    """The parts of a buyer's regions that name no place we know, without the words around them, each once.

    A part that tells no more than the province behind it ("Narnia, ON") is not understood either.
    """
    parts = [part for part in (_bare(part) for part in _BETWEEN.split(_kept_whole(text))) if part]
    unclear = (part for part, after in zip(parts, [*parts[1:], ""], strict=False) if _is_unclear(part, after))
    return tuple(dict.fromkeys(unclear))


def _is_unclear(part: str, after: str) -> bool:
    return _one(part, "").has_unclear and not _one(part, after).spots
