"""Slots: where a short code is a province, a foreign name is an address abroad, an everyday word is a place."""

import re

from domain.geo.gazetteer import Reading
from domain.geo.lexicon import Common, Kind, commonness, lexicon, meanings
from domain.geo.provinces import NAMES
from domain.geo.spans import Span, is_measured
from domain.geo.tables import word_set
from domain.geo.text import POSTAL_WORD, Line

_CLOSING = frozenset({POSTAL_WORD, "canada", "ca"})
_PLACED = (Kind.PLACE, Kind.PROVINCE, Kind.CODE)
_FSA = re.compile(r"[abceghj-nprstvxy][0-9][a-z]")
_ZIP = re.compile(r"[0-9]{5}")
_WORDY = word_set("wordy")
_WORDY_STATES = word_set("wordy_states")
_AFTER_BECAUSE = word_set("because")
_PREPOSITIONS = word_set("prepositions")
_WITHIN = word_set("within")
_FILLING = word_set("filling")
_PROPERTY = word_set("property")
_ACTS = word_set("acts")
_TITLES = word_set("titles")


def _next_is_closing(line: Line, span: Span) -> bool:
    end = span.end
    if end == len(line.words) or line.gaps[end] in ",./":
        return True
    return line.words[end] in _CLOSING or _FSA.fullmatch(line.words[end]) is not None


def is_stated(line: Line, span: Span, before: Span | None, after: Span | None) -> bool:
    """Tell whether a short code stands as a province: alone, after a place, after a comma, before a postal code."""
    start, end, name, _ = span
    is_shouted = name in _WORDY and _is_shouted(line)
    is_upper = line.shown[start].isupper() and not is_shouted
    if start == 0:
        return _opens(line, span, after, is_upper)
    is_closing = _next_is_closing(line, span)
    is_next = before is not None and before.end == start and before.kind in _PLACED
    if name == "ne":
        return before is not None and is_next and _is_in(before, "NS")
    if is_next:
        return is_upper or is_closing or (name not in _WORDY and line.words[end] not in _AFTER_BECAUSE)
    if line.gaps[start] == "," and is_closing:
        return True
    if end < len(line.words) and line.words[end] == POSTAL_WORD:
        return True
    if not is_upper or line.words[start - 1].isdigit():
        return False
    is_address = line.words[0][0].isdigit() or line.shown[start - 1][0].isupper()
    is_last = end == len(line.words) and (name not in _WORDY or (is_address and not is_shouted))
    return is_last or line.words[start - 1] in _WITHIN


def _is_shouted(line: Line) -> bool:
    return len(line.words) > 2 and all(word.isupper() for word in line.shown)


def is_preposition(line: Line, span: Span) -> bool:
    """Tell "to" the preposition from TO, short for Toronto: that one is in capitals, or stands apart."""
    if span.name != "to":
        return False
    is_open = span.start == 0 or line.gaps[span.start] == ","
    if is_open and _next_is_closing(line, span):
        return False
    return _is_shouted(line) or not line.shown[span.start].isupper()


def _is_in(span: Span, province: str) -> bool:
    return any(reading.province == province for reading in meanings(span.name))


def is_named_like(span: Span, after: Span | None) -> bool:
    """Tell whether a place here bears a foreign name and its province follows: "Delaware, ON"."""
    if after is None or after.start != span.end or after.kind not in (Kind.PROVINCE, Kind.CODE):
        return False
    return _is_in(span, NAMES[after.name])


def is_nebraska(line: Line, span: Span, before: Span | None) -> bool:
    """Tell NE the state from NE, the French short form of Nova Scotia: it follows a place that Nova Scotia has not."""
    is_next = before is not None and before.end == span.start and before.kind is Kind.PLACE
    return span.name == "ne" and is_next and line.gaps[span.start] == "," and _next_is_closing(line, span)


def _opens(line: Line, span: Span, after: Span | None, is_upper: bool) -> bool:
    end = span.end
    if end == len(line.words) or (line.words[end] in _CLOSING and end + 1 == len(line.words)):
        return True
    if after is None or after.start != end or after.kind is not Kind.PLACE:
        return False
    if span.name == "ne":  # the north-east of Calgary or Edmonton
        return _is_in(after, "NS")
    return line.gaps[end] in ",/" or is_upper or span.name not in _WORDY


def is_abroad(line: Line, span: Span, before: Span | None) -> bool:
    """Tell whether a foreign name or code stands where an address names its country or state."""
    is_next = before is not None and before.end == span.start and before.kind in _PLACED
    if span.kind is Kind.STATE_CODE:
        return _is_state(line, span, is_next)
    if span.start == 0 and span.end == len(line.words):
        return True
    is_last = span.end == len(line.words) or line.gaps[span.end] == "," or line.words[span.end].isdigit()
    if span.kind is Kind.FOREIGN_WORD:
        return is_next and is_last
    return is_next or (is_last and line.gaps[span.start] == ",")


def _is_state(line: Line, span: Span, is_next: bool) -> bool:
    end, count = span.end, len(line.words)
    is_upper = line.shown[span.start].isupper()
    if end < count and _ZIP.fullmatch(line.words[end]) and (is_upper or is_next) and span.start > 0:
        return True
    if not is_next or not (end == count or line.gaps[end] == "," or line.words[end] == "usa"):
        return False
    return is_upper or span.name not in _WORDY_STATES or line.gaps[span.start] == ","


def _acts(line: Line, at: int) -> bool:
    """Tell whether the word at a position shows that a first name stands before it: a verb, or a surname."""
    if at == len(line.words) or line.gaps[at] != " ":
        return False
    word, shown = line.words[at], line.shown[at]
    known = lexicon()
    is_name = word not in _PROPERTY and (word not in known.kinds or word in known.common)
    is_surname = is_name and shown[0].isupper() and not shown.isupper()
    return word in _ACTS or is_surname


def is_titled(line: Line, span: Span) -> bool:
    """Tell whether a form of address stands before a name: "Mr. Windsor" is a person."""
    at = span.start
    return at > 0 and line.gaps[at] != "," and line.words[at - 1] in _TITLES and (at == 1 or line.gaps[at - 1] == ",")


def is_place(line: Line, span: Span, found: tuple[Reading, ...], stated: Span | None) -> bool:
    """Tell whether a name, maybe an everyday word, stands as a place; `stated` is a province right after it."""
    if is_titled(line, span):
        return False
    common = commonness(span.name)
    if common is None or (stated is not None and any(reading.province == NAMES[stated.name] for reading in found)):
        return True
    if common is Common.PERSON:
        return not _acts(line, span.end)
    return common is not Common.NEVER and (_is_apart(line, span) or _is_supported(line, span, common))


def _is_apart(line: Line, span: Span) -> bool:
    """Tell whether a name stands alone, or closes what a comma opened."""
    start, end = span.start, span.end
    others = line.words[:start] + line.words[end:]
    if all(word in _FILLING or word in _CLOSING for word in others):
        return True
    after = line.words[end] if end < len(line.words) else ""
    is_closed = not after or line.gaps[end] == "," or after == POSTAL_WORD
    return is_closed and (line.gaps[start] == "," or after == POSTAL_WORD)


def _is_supported(line: Line, span: Span, common: Common) -> bool:
    """Tell whether a preposition or a property word stands beside a name; a hard one needs "in" and a capital."""
    words, start, end = line.words, span.start, span.end
    before = words[start - 1] if start else ""
    is_bright = before == "a"  # "à Hope" reads like "a Bright idea"
    is_capital = line.shown[start][0].isupper() and not is_bright and not _is_shouted(line)
    if before in _PREPOSITIONS and (common is Common.SOFT or is_capital):
        return True
    after = words[end] if end < len(words) else ""
    is_closed = not after or line.gaps[end] == ","
    is_subject = start == 0 and is_capital and (is_closed or after[0].isdigit())
    if is_subject and is_measured(line):  # "Stonewall 30 min from Winnipeg"
        return True
    if common is Common.HARD:
        return False
    return before in _PROPERTY or after in _PROPERTY or (is_closed and words[0][0].isdigit())
