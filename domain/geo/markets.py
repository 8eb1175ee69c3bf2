"""The nineteen markets: census metropolitan areas of Statistics Canada's geography, each named by its core city."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from domain.geo.tables import read_rows
from domain.geo.text import key


@dataclass(frozen=True, slots=True)
class Market:
    """One market: its label, the provinces it lies in (the core city's first), and its IANA zone."""

    label: str
    provinces: tuple[str, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A market's part in one province: its middle in degrees, and the distance in km within which all is inside."""

    market: str
    province: str
    zone: str
    latitude: float
    longitude: float
    core_km: float


@dataclass(frozen=True, slots=True)
class Member:
    """A municipality or another community inside a market; `municipality` is empty when it is not stated."""

    name: str
    province: str
    market: str
    municipality: str
    is_municipality: bool


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    return tuple(read_rows("markets.csv"))


def _markets() -> tuple[Market, ...]:
    provinces: dict[str, tuple[str, ...]] = {}
    for row in _rows():
        provinces[row["market"]] = (*provinces.get(row["market"], ()), row["province"])
    zones = {row["market"]: row["zone"] for row in _rows()}
    return tuple(Market(label, inside, zones[label]) for label, inside in provinces.items())


MARKETS: tuple[Market, ...] = _markets()
"""The markets, largest first."""

_BY_KEY: Mapping[str, str] = MappingProxyType({key(market.label): market.label for market in MARKETS})


def same_market(one: str, other: str) -> bool:
    """Tell whether two labels name one market; case, accents, underscores and dots do not matter ("ST_JOHNS")."""
    return key(one) == key(other)


def market_label(text: str) -> str | None:
    """Give the market's own spelling of a label, or None when no market has it ("ALL" is none)."""
    return _BY_KEY.get(key(text))


@cache
def centres() -> tuple[Centre, ...]:
    """Give each market's part in each of its provinces (20: Ottawa lies in two)."""
    return tuple(
        Centre(
            row["market"],
            row["province"],
            row["zone"],
            float(row["latitude"]),
            float(row["longitude"]),
            float(row["core_km"]),
        )
        for row in _rows()
    )


@cache
def all_members() -> tuple[Member, ...]:
    """Give what lies inside the markets, in the order of the table."""
    return tuple(member for row in _rows() for member in _members_of(row))


def _members_of(row: Mapping[str, str]) -> list[Member]:
    found = [Member(name, row["province"], row["market"], name, True) for name in row["municipalities"].split("; ")]
    for entry in filter(None, row["communities"].split("; ")):
        name, _, municipality = entry.partition(">")
        found.append(Member(name, row["province"], row["market"], municipality, False))
    return found


@cache
def _by_key() -> Mapping[tuple[str, str], list[Member]]:
    found: dict[tuple[str, str], list[Member]] = {}
    for member in all_members():
        found.setdefault((key(member.name), member.province), []).append(member)
    return MappingProxyType(found)


def members(name_key: str, province: str) -> list[Member]:
    """Give the members of a province's markets that bear a name key; two markets may each have one."""
    return list(_by_key().get((name_key, province), ()))
