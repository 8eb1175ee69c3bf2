"""Misspellings: the place or province a word was meant to be, looked for only when a text names none."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.geo.evidence import Evidence, Named
from domain.geo.gazetteer import Reading, name_lines
from domain.geo.lexicon import lexicon, meanings
from domain.geo.provinces import NAMES
from domain.geo.tables import read_text, word_set

_LEAST_PEOPLE = 800
_LEAST_PEOPLE_STATED = 100
_MOST_WORDS = 12
_SHORT_TEXT = 5
_JOINING = word_set("no_misspelling")
_Index = Mapping[tuple[str, int], list[str]]


class _Run(NamedTuple):
    letters: str
    is_beside: bool


class _Hit(NamedTuple):
    by_length: float
    less_size: int
    less_people: int
    name: str


@cache
def _ordinary() -> frozenset[str]:
    """Words that are no misspellings: everyday words close to a place's name, and large places abroad."""
    abroad = (line.lstrip("+=").replace(" ", "") for line in read_text("foreign.txt").split("\n")[1:-1])
    return frozenset(read_text("ordinary.txt").split("\n")[1:-1]) | frozenset(abroad)


@cache
def _spelt() -> tuple[dict[str, str], _Index]:
    """Every name worth correcting to, by its letters without spaces, and those letters by first letter and length."""
    names: dict[str, str] = {}
    for name, lines in name_lines().items():
        letters = name.replace(" ", "")
        if len(letters) >= 4 and any(_is_worth(line) for line in lines):
            names[letters] = name
    names |= {name.replace(" ", ""): name for name in lexicon().nicknames if " " in name and len(name) > 6}
    stated = (name for name in NAMES if len(name) > 4 and "province of" not in name)
    names |= {name.replace(" ", ""): name for name in stated}
    index: dict[tuple[str, int], list[str]] = {}
    for letters in names:
        index.setdefault((letters[0], len(letters)), []).append(letters)
    return names, index


def corrected_to() -> frozenset[str]:
    """Every name, by its letters without spaces, that a misspelt word may be corrected to."""
    return frozenset(_spelt()[0])


def _is_worth(line: str) -> bool:
    parts = line.split("|")
    people = int(parts[2])
    return people >= 20_000 if parts[5] else people >= _LEAST_PEOPLE_STATED


def correct(evidence: Evidence) -> Evidence:
    """Add to evidence without a place the one place, or province, that is a letter or two away from its words."""
    line = evidence.line
    if evidence.names or evidence.postal or evidence.is_foreign or not line.words or len(line.words) > _MOST_WORDS:
        return evidence
    province = evidence.provinces[-1] if evidence.provinces else None
    found = [hit for run in _runs(evidence, province) if (hit := _closest(run, province))]
    if not found:
        return evidence
    best = min(found).name
    if best in NAMES:  # "Winnepeg Manitobba": both are misspelt
        inside = [hit for hit in found if _is_in(hit.name, NAMES[best])]
        evidence = _with_name(evidence, min(inside).name) if inside else evidence
    return _with_name(evidence, best)


def _is_in(name: str, province: str) -> bool:
    return name not in NAMES and any(reading.province == province for reading in meanings(name))


def lengthen(evidence: Evidence) -> Evidence:
    """Make a name longer when the word after it, misspelt, makes another name of the two: "Vancouver Isalnd"."""
    words, _, gaps = evidence.line
    if not 1 < len(words) <= _SHORT_TEXT or evidence.is_foreign or not evidence.phrases:
        return evidence
    if sum(span.end - span.start for span in evidence.phrases) >= len(words):
        return evidence
    taken = _taken(evidence)
    for at in range(1, len(words)):
        if at - 1 in taken and at not in taken and gaps[at] == " " and (name := _longer(words[at - 1], words[at])):
            evidence.names[:] = [named for named in evidence.names if named.name != words[at - 1]]
            evidence.provinces[:] = [code for code in evidence.provinces if code != NAMES.get(words[at - 1])]
            return _with_name(evidence, name)
    return evidence


def _taken(evidence: Evidence) -> frozenset[int]:
    """Give the positions of words that mean something already, or belong to a street."""
    return frozenset(evidence.streets).union(*(range(span.start, span.end) for span in evidence.phrases))


def _longer(first: str, second: str) -> str | None:
    if len(second) < 4 or second in _ordinary():
        return None
    letters = first + second
    close = (name for name in _by_first_word().get(first, ()) if OSA.distance(letters, name.replace(" ", "")) == 1)
    return next(close, None)


@cache
def _by_first_word() -> Mapping[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name in _spelt()[0].values():
        first, _, rest = name.partition(" ")
        if rest:
            names.setdefault(first, []).append(name)
    return MappingProxyType(names)


def _with_name(evidence: Evidence, name: str) -> Evidence:
    if name in NAMES:
        evidence.provinces.append(NAMES[name])
    else:
        evidence.names.append(Named(name, meanings(name), is_misspelt=True))
    return evidence


def _runs(evidence: Evidence, province: str | None) -> Iterator[_Run]:
    """Give runs of one to three words, at least one of which means nothing yet."""
    line, taken = evidence.line, _taken(evidence)
    beside = {at for span in evidence.stated for at in (span.start - 1, span.end)}
    most = 3 if province or len(line.words) <= _SHORT_TEXT else 1
    for start in range(len(line.words)):
        for end in range(start + 1, min(start + most, len(line.words)) + 1):
            if end > start + 1 and line.gaps[end - 1] == ",":
                break
            if not taken.issuperset(range(start, end)) and (letters := _letters(line.words, start, end, taken)):
                is_beside = start in beside or end - 1 in beside
                if len(letters) >= (4 if is_beside else 5):
                    yield _Run(letters, is_beside)


def _letters(words: list[str], start: int, end: int, taken: frozenset[int]) -> str | None:
    """Give the letters of a run in which some word is neither known nor an everyday one; otherwise None."""
    run = words[start:end]
    letters = "".join(run)
    ordinary = _ordinary()
    if not letters.isalpha() or letters in ordinary or not _JOINING.isdisjoint(run):
        return None
    is_odd = any(word not in ordinary and at not in taken for at, word in enumerate(run, start))
    return letters if is_odd else None


def _closest(run: _Run, province: str | None) -> _Hit | None:
    """Give the closest name with the same first letter, by optimal string alignment (swapped letters count once)."""
    names, index = _spelt()
    size = len(run.letters)
    reach = (1 if size <= 5 else 2) if run.is_beside else (1 if size < 8 else 2)
    best: _Hit | None = None
    for length in range(size - reach, size + reach + 1):
        choices = index.get((run.letters[0], length))
        if not choices:
            continue
        close = process.extract(run.letters, choices, scorer=OSA.distance, score_cutoff=reach, limit=None)
        for choice, distance, _ in close:
            people = _people(names[choice], province if run.is_beside else None)
            if people is not None:
                hit = _Hit(distance / size, -size, -people, names[choice])
                best = hit if best is None or hit < best else best
    return best


def _people(name: str, province: str | None) -> int | None:
    """Give the people of the largest place of a name that is worth correcting to, or None."""
    if name in NAMES:
        return None if province else 1_000_000
    found: list[Reading] = [reading for reading in meanings(name) if province in (None, reading.province)]
    least = _LEAST_PEOPLE_STATED if province else _LEAST_PEOPLE
    people = max((reading.people for reading in found), default=0)
    return people if people >= least else None
