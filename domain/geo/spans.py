"""Spans: the phrases of the lexicon in a line, the longest first, and the streets and reference points among them."""

import re
from typing import NamedTuple

from domain.geo.lexicon import Kind, lexicon
from domain.geo.tables import word_set
from domain.geo.text import Line

_STRONG = word_set("street")
_WEAK = word_set("numbered_street")
_FRENCH = word_set("leading_street")
_EITHER = word_set("either_street")
_JOINING = word_set("joining")
_UNITS = word_set("units")
_LEADING = word_set("leading")
_PASSED = word_set("passed")
_DISTANT = word_set("distant")
_EXCLUDING = word_set("excluding")
_TOGETHER = word_set("together")
_ELIDED = re.compile(r"[DLdl]'")
_STREET_WORDS = _STRONG | _WEAK | _FRENCH


class Span(NamedTuple):
    """Words `start` up to but not including `end` of a line, their phrase, and its kind."""

    start: int
    end: int
    name: str
    kind: Kind


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
        elif _ELIDED.match(line.shown[at]) and (kind := kinds.get(words[at][1:])):
            found.append(Span(at, at + 1, words[at][1:], kind))
        at += step
    return found


def street_words(line: Line, spans: list[Span]) -> set[int]:
    """Give the positions that belong to a street's name: before a street type or after rue, boul. (rule R6)."""
    words = line.words
    if _STREET_WORDS.isdisjoint(words):
        return set()
    covered: set[int] = set()
    for at, word in enumerate(words):
        if word in _FRENCH and _leads(line, at) and not _begins_name(spans, at):
            covered.update(_after(line, at, spans))
        elif word in _STRONG or word in _WEAK:
            covered.update(_before(line, at, spans))
    return covered


def _begins_name(spans: list[Span], at: int) -> bool:
    return any(span.start == at and span.end - at > 1 for span in spans)


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
    if (
        at == 0
        or line.gaps[at] != " "
        or any(span.start <= at < span.end and span.end - span.start > 1 for span in spans)
    ):
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
    return not _UNITS.isdisjoint(line.words) or any(
        word[0].isdigit() and word.lstrip("0123456789") in _UNITS for word in line.words
    )


def is_excluded(line: Line, span: Span) -> bool:
    """Tell whether a place is named only to leave it out: "Ontario (outside GTA)"."""
    at = span.start - 1
    while at > 0 and line.words[at] in _PASSED:
        at -= 1
    return at >= 0 and line.words[at] in _EXCLUDING


def is_joined(line: Line, span: Span, before: Span | None) -> bool:
    """Tell whether a place shares what is said of the place before it: "an hour from Ottawa and Montreal"."""
    if before is None:
        return False
    between = line.words[before.end : span.start]
    return line.gaps[span.start] == "/" if not between else len(between) == 1 and between[0] in _TOGETHER


def is_measured(line: Line) -> bool:
    """Tell whether a line says how far something is from somewhere: "45 min from", "30km north of"."""
    words = line.words
    return any(
        word.lstrip("0123456789") in _UNITS and not _LEADING.isdisjoint(words[at + 1 : at + 3])
        for at, word in enumerate(words)
    )


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
