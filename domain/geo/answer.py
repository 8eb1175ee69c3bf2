"""The full answer in words: zones, confidence, evidence and alternatives of a decision."""

from domain.geo.decide import Choice
from domain.geo.evidence import Evidence
from domain.geo.gazetteer import Reading
from domain.geo.location import ALL, Location
from domain.geo.markets import MARKETS
from domain.geo.provinces import PROVINCES
from domain.geo.zones import AreaCode, zones_of_province

RIVAL = 0.2
"""A place of the same name with a fifth of the people is still worth its zones."""

MOST_ALTERNATIVES = 3
_MISSPELT = 0.75
_MARKET_ZONES = {market.label: frozenset({market.zone}) for market in MARKETS}


def answer(choice: Choice, evidence: Evidence) -> Location:
    """Give the location of a decision."""
    municipality = choice.reading.municipality if choice.reading else choice.area.municipality if choice.area else None
    return Location(
        choice.province,
        choice.market,
        municipality,
        _zones(choice, evidence),
        _confidence(choice, evidence),
        _sentences(choice, evidence),
        _alternatives(choice, evidence),
    )


def answer_of_area_code(npa: str, known: AreaCode) -> Location:
    """Give the location an area code tells of: its province if it has one, its candidate zones, little confidence."""
    where = PROVINCES[known.province] if known.province else "more than one province"
    return Location(known.province, known.market, None, known.zones, 0.3, (f"area code {npa} is {where}",), ())


def _rivals(choice: Choice, evidence: Evidence) -> list[Reading]:
    """Give what else the names may mean, the likeliest first; when a province was stated, only inside it."""
    is_bare = not evidence.provinces and evidence.postal is None
    names = [choice.name] if choice.name else evidence.names
    others = {
        (reading.province, reading.market): reading
        for named in names
        for reading in reversed(named.found)
        if (reading.province, reading.market) != (choice.province, choice.market)
        and (is_bare or reading.province == choice.province)
    }
    return sorted(others.values(), key=lambda reading: (-reading.weight, reading.province, reading.market))


def _losers(choice: Choice, evidence: Evidence) -> list[tuple[str, str, frozenset[str]]]:
    """Give the province, market and zones that each contradicting piece of evidence speaks for."""
    lost = [(code, ALL, zones_of_province(code)) for code in evidence.provinces if code != choice.province]
    if evidence.postal and evidence.postal.area is not choice.area:
        area = evidence.postal.area
        lost.append((area.province, area.market, area.zones))
    for named in evidence.names:
        if not any(reading.province == choice.province for reading in named.found):
            top = named.found[0]
            lost.append((top.province, top.market, top.zones))
    return lost


def _zones(choice: Choice, evidence: Evidence) -> frozenset[str]:
    if choice.province is None:
        return frozenset().union(*(named.found[0].zones for named in evidence.names))
    zones = _own_zones(choice)
    for _, _, others in _losers(choice, evidence):
        zones |= others
    if choice.reading and not evidence.provinces and evidence.postal is None:
        least = RIVAL * choice.reading.weight
        zones = zones.union(*(rival.zones for rival in _rivals(choice, evidence) if rival.weight >= least))
    return zones


def _own_zones(choice: Choice) -> frozenset[str]:
    if choice.market != ALL:
        return _MARKET_ZONES[choice.market]
    if choice.reading and choice.area:
        return choice.reading.zones & choice.area.zones or choice.reading.zones | choice.area.zones
    if choice.reading:
        return choice.reading.zones
    if choice.area:
        return choice.area.zones
    return zones_of_province(choice.province or "")


def _confidence(choice: Choice, evidence: Evidence) -> float:
    if choice.province is None:
        return 0.2
    sure = _sureness(choice, evidence) * choice.agreement
    if any(named.is_misspelt for named in evidence.names):
        sure *= _MISSPELT
    return round(sure, 2)


def _sureness(choice: Choice, evidence: Evidence) -> float:
    """Give how sure agreeing evidence of this kind is; the steps are judged, not measured."""
    is_stated = choice.province in evidence.provinces
    if choice.area and evidence.postal:
        if not evidence.postal.is_whole:
            return 0.95 if choice.reading else 0.85 * choice.area.share
        if choice.reading:
            return 1.0 if is_stated else 0.97
        return 0.95 * choice.area.share
    if choice.reading is None:
        return 0.7
    rivals = sum(rival.weight for rival in _rivals(choice, evidence))
    own = max(choice.reading.weight, 1)
    dominance = own / (own + rivals)
    return 0.75 + 0.2 * dominance if is_stated else 0.5 + 0.4 * dominance


def _sentences(choice: Choice, evidence: Evidence) -> tuple[str, ...]:
    said = []
    if evidence.postal:
        area = evidence.postal.area
        said.append(f"postal code {area.code} is {area.municipality or 'in ' + PROVINCES[area.province]}")
    said += [f"{PROVINCES[code]} is stated" for code in evidence.provinces]
    for named in evidence.names:
        said.append(_sentence_of_name(named.name, named.is_misspelt, choice, named.found[0], named is choice.name))
    if choice.agreement < 1:
        said.append("these do not agree")
    return tuple(said)


def _sentence_of_name(name: str, is_misspelt: bool, choice: Choice, top: Reading, is_chosen: bool) -> str:
    reading = choice.reading if is_chosen and choice.reading else top
    market = f"the market {reading.market}" if reading.market != ALL else "no market"
    start = f"a misspelling of {name.title()}, which" if is_misspelt else name.title()
    return f"{start} is in {PROVINCES[reading.province]}, {market}"


def _alternatives(choice: Choice, evidence: Evidence) -> tuple[tuple[str | None, str], ...]:
    chosen = (choice.province, choice.market)
    pairs: list[tuple[str | None, str]] = [(province, market) for province, market, _ in _losers(choice, evidence)]
    pairs += [(reading.province, reading.market) for reading in _rivals(choice, evidence)]
    return tuple(pair for pair in dict.fromkeys(pairs) if pair != chosen)[:MOST_ALTERNATIVES]
