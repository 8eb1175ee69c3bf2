"""Evidence: what one text says about a place - its postal code, the provinces it states, the places it names."""

import re
from dataclasses import dataclass, field

from domain.geo.gazetteer import Reading
from domain.geo.lexicon import Kind, is_region, lexicon, meanings
from domain.geo.postal import Found, find_alone, take_whole
from domain.geo.provinces import NAMES
from domain.geo.slots import is_abroad, is_named_like, is_nebraska, is_place, is_preposition, is_stated
from domain.geo.spans import (
    Span,
    find,
    has_distance,
    is_distant,
    is_excluded,
    is_joined,
    is_reference,
    street_words,
)
from domain.geo.text import Line, plain, split

_UK_POSTCODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}(?![A-Za-z0-9])")
_TOLD = (Kind.PLACE, Kind.PROVINCE)
_FOREIGN = (Kind.COUNTRY, Kind.FOREIGN_WORD, Kind.STATE_CODE)


_IN_FRENCH = {"st jean": ("st john", "st johns")}


@dataclass(slots=True)
class Named:
    """A place that a text names: its phrase, the places of that name, and whether it is only a point of comparison."""

    name: str
    found: tuple[Reading, ...]
    is_distant: bool = False
    is_misspelt: bool = False


@dataclass(slots=True)
class Evidence:
    """What a text says; `needs_province` names count only together with a province or a postal code of theirs."""

    line: Line
    text: str
    postal: Found | None
    provinces: list[str]
    names: list[Named]
    needs_province: list[Named]
    is_foreign: bool = False
    is_canadian: bool = False
    phrases: list[Span] = field(default_factory=list)
    streets: set[int] = field(default_factory=set)
    stated: list[Span] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found."""
        return not (self.names or self.provinces or self.postal)


def gather(value: object) -> Evidence:
    """Read one text; whatever is no text, or says nothing, gives empty evidence."""
    if not isinstance(value, str):
        return Evidence(Line([], [], []), "", None, [], [], [])
    text, postal = take_whole(plain(value))
    line = split(text)
    evidence = Evidence(line, text, postal, [], [], [])
    if not line.words:
        return evidence
    phrases = find(line)
    streets = street_words(line, phrases)
    spans = _live(line, phrases, streets)
    if spans:
        _sort(evidence, spans)
    evidence.phrases, evidence.streets = phrases, streets
    if postal is None:
        evidence.postal = find_alone(line, {span.end for span in spans})
    if not postal and evidence.names and _UK_POSTCODE.search(text):
        evidence.is_foreign = True
    if evidence.is_foreign and not evidence.provinces and not (evidence.postal and evidence.postal.is_whole):
        evidence.names.clear()
        evidence.needs_province.clear()
        evidence.postal = None
    return evidence


def _live(line: Line, spans: list[Span], streets: set[int]) -> list[Span]:
    """Leave out phrases that mean nothing, streets, and points of reference."""
    is_far = has_distance(line)
    has_province = any(span.kind is Kind.PROVINCE for span in spans)
    live: list[Span] = []
    reference: Span | None = None
    for span in spans:
        if span.kind is Kind.NOTHING or span.start in streets or is_preposition(line, span):
            continue
        if is_far and span.kind in _TOLD and (is_reference(line, span) or is_joined(line, span, reference)):
            reference = span
        elif not (has_province and span.kind is Kind.PLACE and is_excluded(line, span)):
            live.append(span)
    return live


def _sort(evidence: Evidence, spans: list[Span]) -> None:
    """Put each phrase where it belongs; a foreign country or state takes the phrases right before it away."""
    line = evidence.line
    kept: list[Span] = []
    for at, span in enumerate(spans):
        before = spans[at - 1] if at else None
        after = spans[at + 1] if at + 1 < len(spans) else None
        if span.kind in _FOREIGN:
            if is_abroad(line, span, before):
                first = _drop_chain(kept, span.start)
                is_far = first is not None and bool(kept) and is_distant(line, first)
                evidence.is_foreign = evidence.is_foreign or not is_far  # "across from Buffalo NY" lies here
            elif is_named_like(span, after):
                kept.append(span._replace(kind=Kind.PLACE))
        elif span.kind is Kind.CANADA:
            if _is_californian(line, span, before):
                evidence.is_foreign = True
                _drop_chain(kept, span.start)
            else:
                evidence.is_canadian = evidence.is_canadian or span.name == "canada"
        elif span.kind is not Kind.CODE or is_stated(line, span, before, after):
            kept.append(span)
        elif is_nebraska(line, span, before):
            evidence.is_foreign = True
            _drop_chain(kept, span.start)
    _keep(evidence, kept)


def _is_californian(line: Line, span: Span, before: Span | None) -> bool:
    """Ontario, CA is the city in California; other provinces have no namesake there."""
    return span.name == "ca" and before is not None and before.name == "ontario" and before.end == span.start


def _drop_chain(kept: list[Span], start: int) -> Span | None:
    """Drop the phrases that end where the foreign one begins, and give the first of them."""
    first = None
    while kept and kept[-1].end == start:
        first = kept.pop()
        start = first.start
    return first


def _keep(evidence: Evidence, kept: list[Span]) -> None:
    evidence.stated = [span for span in kept if span.kind is not Kind.PLACE]
    for at, span in enumerate(kept):
        following = kept[at + 1] if at + 1 < len(kept) and kept[at + 1].start == span.end else None
        province = following if following is not None and following.kind is not Kind.PLACE else None
        if _is_around(kept, at):
            _add_province(evidence, meanings(span.name)[0].province)
        elif span.kind is Kind.PLACE:
            _add_name(evidence, span, province)
        elif span.name == "quebec" and _is_city(kept, at, province):
            evidence.names.append(Named("quebec city", meanings("quebec city")))
        else:
            _add_province(evidence, NAMES[span.name])


def _add_province(evidence: Evidence, code: str) -> None:
    if code not in evidence.provinces:
        evidence.provinces.append(code)


def _is_around(kept: list[Span], at: int) -> bool:
    """Tell whether a region stands beside a place of its province, which says more: "Ajax, Durham Region"."""
    span = kept[at]
    if not is_region(span.name):
        return False
    beside = [each for each in kept[max(0, at - 1) : at + 2] if span.start == each.end or each.start == span.end]
    province = meanings(span.name)[0].province
    return any(
        each.kind is Kind.PLACE
        and not is_region(each.name)
        and any(reading.province == province for reading in meanings(each.name))
        for each in beside
    )


def _is_city(kept: list[Span], at: int, stated: Span | None) -> bool:
    """Bare Quebec is the province; Quebec before its own province is the city (rule R7)."""
    if stated is None or NAMES[stated.name] != "QC":
        return False
    return at == 0 or kept[at - 1].kind is not Kind.PLACE or kept[at - 1].end != kept[at].start


def _sloppy(name: str, stated: Span | None) -> tuple[Reading, ...]:
    """St. John's, NB means Saint John and Saint John, NL means St. John's, with or without its s, in French too."""
    if stated is None or any(reading.province == NAMES[stated.name] for reading in meanings(name)):
        return ()
    others = _IN_FRENCH.get(name) or (name[:-1] if name.endswith("s") else name + "s",)
    found = (reading for other in others for reading in meanings(other))
    return tuple(reading for reading in found if reading.province == NAMES[stated.name])


def _add_name(evidence: Evidence, span: Span, stated: Span | None) -> None:
    found = _sloppy(span.name, stated) or meanings(span.name)
    named = Named(span.name, found, is_distant(evidence.line, span))
    known = lexicon()
    is_beaten = span.name in known.abroad or span.name in known.undecidable
    if stated is None and is_beaten and not evidence.is_canadian:
        evidence.needs_province.append(named)
    elif is_place(evidence.line, span, found, stated):
        evidence.names.append(named)
    else:
        evidence.needs_province.append(named)
