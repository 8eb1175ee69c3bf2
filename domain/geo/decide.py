"""The decision: one consistent province and market from evidence that may conflict (rules R2 to R4)."""

from collections import Counter
from typing import NamedTuple

from domain.geo.evidence import Named
from domain.geo.gazetteer import Fsa, Reading
from domain.geo.location import ALL
from domain.geo.postal import Found

_OUTWEIGHS = 10


class Choice(NamedTuple):
    """What was decided: the pair, the place it rests on, and how far the evidence agreed (1 = wholly).

    A tuple, because one is made for each text and making a dataclass costs three times as much.
    """

    province: str | None
    market: str
    reading: Reading | None
    area: Fsa | None
    agreement: float
    name: Named | None


def decide(names: list[Named], provinces: list[str], postal: Found | None) -> Choice | None:
    """Decide between the city, the province and the postal code; None when there is nothing to decide on."""
    if len(names) > 1:
        names = [named for named in names if not named.is_distant] or names
    area = postal.area if postal else None
    stated = [*provinces, area.province] if area else provinces
    home = _home(names, stated)
    votes = dict.fromkeys(provinces, 1.0)
    if area:
        votes[area.province] = votes.get(area.province, 0.0) + 1.2
    if home:
        votes[home] = votes.get(home, 0.0) + 0.9
    if not votes:
        return Choice(None, ALL, None, None, 0.3, None) if names else None
    province = max(votes, key=lambda code: (votes[code], code))
    agreement = votes[province] / sum(votes.values())
    inside = area if area and area.province == province else None
    return _with_market(names, province, inside, agreement)


def _home(names: list[Named], stated: list[str]) -> str | None:
    """Give the province the named places speak for: a stated one if they can, otherwise the one all or most share."""
    if not names:
        return None
    for code in reversed(stated):
        if any(reading.province == code for named in names for reading in named.found):
            return code
    return names[0].found[0].province if len(names) == 1 else _shared_province(names)


def _shared_province(names: list[Named]) -> str | None:
    counts = Counter(province for named in names for province in {reading.province for reading in named.found})
    weights: dict[str, float] = {}
    for reading in (reading for named in names for reading in named.found):
        weights[reading.province] = max(weights.get(reading.province, 0), reading.weight)
    best = max(counts, key=lambda code: (counts[code], weights[code], code))
    return best if counts[best] * 2 > len(names) else _larger(names)


def _larger(names: list[Named]) -> str | None:
    """Give the province of a place ten times as large as any other that is named; otherwise the names contradict."""
    tops = sorted((named.found[0] for named in names), key=lambda reading: -reading.weight)
    return tops[0].province if tops[0].weight >= _OUTWEIGHS * tops[1].weight else None


def _with_market(names: list[Named], province: str, area: Fsa | None, agreement: float) -> Choice:
    options = [(named, [reading for reading in named.found if reading.province == province]) for named in names]
    options = [(named, found) for named, found in options if found]
    if not options:
        market = area.market if area else ALL
        return Choice(province, market, None, area, agreement, None)
    if area:
        fitting = _fitting(options, area)
        if fitting is None:
            return Choice(province, area.market, None, area, agreement * 0.8, None)
        return Choice(province, fitting[1].market, fitting[1], area, agreement, fitting[0])
    named, reading = _shared(options)
    if reading is None:
        return Choice(province, ALL, None, None, agreement * 0.5, None)
    return Choice(province, reading.market, reading, None, agreement, named)


def _fitting(options: list[tuple[Named, list[Reading]]], area: Fsa) -> tuple[Named, Reading] | None:
    """Give the named place that fits the postal code; in the country a town tells more than its code."""
    for markets in ({area.market}, area.others):
        for named, found in reversed(options):
            for reading in found:
                if reading.market in markets:
                    return named, reading
    is_rural = area.code[1] == "0" or area.municipality is None
    return (options[-1][0], options[-1][1][0]) if is_rural else None


def _shared(options: list[tuple[Named, list[Reading]]]) -> tuple[Named, Reading | None]:
    """Give the place in the market that all names share, otherwise that of most names; a tie has no market."""
    if len(options) == 1:
        return options[0][0], options[0][1][0]
    counts: Counter[str] = Counter()
    for _, found in options:
        counts.update({reading.market for reading in found if reading.market != ALL})
    if counts and max(counts.values()) == len(options):
        market = max(counts, key=lambda label: counts[label])
        return options[0][0], next(reading for reading in options[0][1] if reading.market == market)
    tops = [(named, found[0]) for named, found in options]
    firsts = Counter(reading.market for _, reading in tops)
    market, count = firsts.most_common(1)[0]
    if count * 2 > len(tops):
        return next((named, reading) for named, reading in tops if reading.market == market)
    return options[0][0], None
