"""Spans: the phrases of the lexicon found in a line, the longest first, and the streets and reference points among them."""

from typing import NamedTuple

from domain.geo.lexicon import Kind, lexicon
from domain.geo.text import Line


class Span(NamedTuple):
    """Words `start` up to but not including `end` of a line, their phrase, and its kind."""

    start: int
    end: int
    name: str
    kind: Kind


_STRONG = frozenset(
    "st str street ave av avenue rd road dr drive blvd boul boulevard cres crescent cr crt ct lane ln pkwy parkway hwy highway trail trl tr "
    "sideroad conc concession sdrd expressway freeway".split()
)
_WEAK = frozenset("way court place pl circle cir square sq terrace terr ter gardens gdns line gate path landing private common close walk row loop".split())
_FRENCH = frozenset("rue boul boulevard chemin ch rang montee allee ruelle impasse autoroute croissant promenade avenue av ave cote".split())
_EITHER = frozenset("boul boulevard avenue av ave".split())
_JOINING = frozenset("de du des la le les l d".split())
_STREET_WORDS = _STRONG | _WEAK | _FRENCH
_UNITS = frozenset("min mins minute minutes hr hrs hour hours h km kms kilometer kilometers kilometre kilometres mile miles heure heures drive".split())
_LEADING = frozenset("from to de d du north south east west outside away of off nord sud est ouest".split())
_PASSED = frozenset("downtown central the city greater metro of la".split())
_DISTANT = frozenset("near nr from to toward towards pres vers than".split())


def find(line: Line) -> list[Span]:
    """Give the phrases of a line from left to right; a phrase does not reach over a comma."""
    words, _, gaps = line
    known = lexicon()
    longest, kinds = known.longest, known.kinds
    found: list[Span] = []
    at, count = 0, len(words)
    while at < count:
        most = longest.get(words[at])
        step = 1
        if most:
            for size in range(min(most, count - at), 0, -1):
                name = words[at] if size == 1 else " ".join(words[at : at + size])
                kind = kinds.get(name)
                if kind and (size == 1 or "," not in gaps[at + 1 : at + size]):
                    found.append(Span(at, at + size, name, kind))
                    step = size
                    break
        at += step
    return found


def street_words(line: Line, spans: list[Span]) -> set[int]:
    """Give the positions that belong to a street's name: before a street type, or after rue, boul., chemin (rule R6)."""
    words = line.words
    if _STREET_WORDS.isdisjoint(words):
        return set()
    covered: set[int] = set()
    for at, word in enumerate(words):
        if word in _FRENCH and _leads(line, at):
            covered.update(_after(line, at, spans))
        elif word in _STRONG or word in _WEAK:
            covered.update(_before(line, at, spans))
    return covered


def _leads(line: Line, at: int) -> bool:
    if line.gaps[at + 1] == "," or at + 1 >= len(line.words):
        return False
    if line.words[at] not in _EITHER or at == 0 or line.gaps[at] == ",":
        return True
    return at == 1 and line.words[0].isdigit()


def _after(line: Line, at: int, spans: list[Span]) -> range:
    first = at + 1
    while first < len(line.words) - 1 and line.words[first] in _JOINING and line.gaps[first + 1] != ",":
        first += 1
    end = next((span.end for span in spans if span.start <= first < span.end), first + 1)
    return range(at, end)


def _before(line: Line, at: int, spans: list[Span]) -> range:
    if at == 0 or line.gaps[at] != " " or any(span.start <= at < span.end and span.end - span.start > 1 for span in spans):
        return range(0)
    first = at - 1
    while first > 0 and at - first <= 3 and line.gaps[first] == " " and not line.words[first - 1][0].isdigit():
        first -= 1
    is_numbered = first > 0 and at - first <= 3 and line.words[first - 1][0].isdigit() and line.gaps[first] == " "
    if is_numbered:
        return range(first, at + 1)
    if line.words[at] in _WEAK:
        return range(0)
    start = next((span.start for span in spans if span.end == at), at - 1)
    return range(start, at + 1)


def has_distance(line: Line) -> bool:
    """Tell whether a line holds a unit of time or length ("45 min", "30km")."""
    return not _UNITS.isdisjoint(line.words) or any(word[0].isdigit() and word.lstrip("0123456789") in _UNITS for word in line.words)


def is_reference(line: Line, span: Span) -> bool:
    """Tell whether a place only says how far something is from it: "45 min from Toronto" (rule R10)."""
    at = span.start - 1
    passed_of = False
    while at >= 0 and line.words[at] in _PASSED:
        passed_of = passed_of or line.words[at] == "of"
        at -= 1
    if at < 0 or not (passed_of or line.words[at] in _LEADING):
        return False
    window = line.words[max(0, at - 5) : at + 1]
    return any(word.lstrip("0123456789") in _UNITS for word in window)


def is_distant(line: Line, span: Span) -> bool:
    """Tell whether a place stands after near, from or to, so that any other place of the line is the better one."""
    at = span.start - 1
    while at > 0 and line.words[at] in _PASSED:
        at -= 1
    return at >= 0 and line.words[at] in _DISTANT
