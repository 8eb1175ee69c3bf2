"""The gazetteer: which places bear a name, how many people live there, and which market and zones they are in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from domain.geo.location import ALL
from domain.geo.markets import MARKETS
from domain.geo.tables import read_text
from domain.geo.zones import zones_of_fsa


@dataclass(frozen=True, slots=True)
class Reading:
    """One place that bears a name; `people` is a census count or, for the smallest, an estimate from postal codes."""

    province: str
    market: str
    municipality: str
    people: int
    zones: frozenset[str]
    is_inner: bool

    @property
    def weight(self) -> float:
        """How likely a bare name means this place: its people, a twentieth of them for a quarter of a city."""
        return self.people / 20 if self.is_inner else self.people


@dataclass(frozen=True, slots=True)
class Fsa:
    """A forward sortation area: market of most of its codes (their `share` of 1), other markets, municipality."""

    code: str
    province: str
    market: str
    others: frozenset[str]
    share: float
    municipality: str | None
    zones: frozenset[str]


def _lines(name: str) -> list[str]:
    return read_text(name).split("\n")[1:-1]


@cache
def name_lines() -> Mapping[str, list[str]]:
    """Give every name key with its lines, still unread: reading them all would cost more than it saves."""
    names: dict[str, list[str]] = {}
    for line in _lines("gazetteer.txt"):
        name, _, rest = line.partition("|")
        if name in names:
            names[name].append(rest)
        else:
            names[name] = [rest]
    return MappingProxyType(names)


@cache
def readings(name: str) -> tuple[Reading, ...]:
    """Give the places that bear a name key, the likeliest first; none gives an empty tuple."""
    found = [_reading(name, line) for line in name_lines().get(name, ())]
    return tuple(sorted(found, key=lambda reading: -reading.weight))


def _reading(name: str, line: str) -> Reading:
    province, market, people, zones, municipality, inner = line.split("|")
    return Reading(
        province,
        MARKETS[int(market)].label if market else ALL,
        municipality or name.title(),
        int(people),
        frozenset(zones.split()) if zones else zones_of_fsa("", province),
        inner == "n",
    )


@cache
def _fsa_lines() -> Mapping[str, str]:
    return MappingProxyType({line[:3]: line[4:] for line in _lines("fsas.txt")})


@cache
def fsa(code: str) -> Fsa | None:
    """Give a forward sortation area in use, by its three characters in capitals, or None."""
    line = _fsa_lines().get(code)
    if line is None:
        return None
    province, market, others, share, municipality = line.split("|")
    labels = (MARKETS[int(other)].label if other != ALL else ALL for other in others.split())
    label = MARKETS[int(market)].label if market else ALL
    return Fsa(
        code, province, label, frozenset(labels), int(share) / 100, municipality or None, zones_of_fsa(code, province)
    )
