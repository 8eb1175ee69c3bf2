"""What is wrong with a template, or worth knowing of it: unknown facts, claims that a record must hold, loud words."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from domain.content import Language
from domain.errors import RuleBroken
from domain.messages import Route
from domain.segments import segments_of
from domain.templates import (
    Claim,
    ClaimUnsupported,
    Placeholder,
    Template,
    TemplateKey,
    TemplateName,
    allowed_in,
    placeholders_in,
)
from domain.words import nearest

SUBJECT_LIMIT: Final = 150
BODY_LIMITS: Final[Mapping[Route, int]] = {Route.SMS: 1_000, Route.EMAIL: 3_000}
"""Characters: a text of all that and its last line is no longer than a provider takes, and a form holds the rest."""


class WordsMissing(RuleBroken):
    """A template says something: write its words, or close the form."""

    code: ClassVar[str] = "TEMPLATE_EMPTY"
    field: ClassVar[str] = "body"


class SubjectMissing(RuleBroken):
    """An e-mail has a subject: write one."""

    code: ClassVar[str] = "TEMPLATE_SUBJECT_MISSING"
    field: ClassVar[str] = "subject"


class TemplateTooLong(RuleBroken):
    """This has {length:,} characters; {limit:,} fit. Shorten it by {over:,}."""

    code: ClassVar[str] = "TEMPLATE_TOO_LONG"


class PlaceholderUnknown(RuleBroken):
    """{{{written}}} is no fact that a message can say. {meant}"""

    code: ClassVar[str] = "PLACEHOLDER_UNKNOWN"


class PlaceholderBarred(RuleBroken):
    """{{{written}}} is not for this message: {reader} is not told {meaning}."""

    code: ClassVar[str] = "PLACEHOLDER_BARRED"


class BraceAlone(RuleBroken):
    """A brace stands alone near “{near}”. A fact stands between two: {{first_name}}."""

    code: ClassVar[str] = "BRACE_ALONE"


class FindingKind(StrEnum):
    """How much a finding weighs: what the record must hold, what a person should weigh, what is good to know."""

    NEEDS = "needs"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a template's words; `words` are those that it is about, empty for the whole."""

    kind: FindingKind
    sentence: str
    words: str = ""


def check_subject(key: TemplateKey, subject: str | None) -> None:
    """Raise what is wrong with a subject: `SubjectMissing`, `TemplateTooLong`, and what is wrong with placeholders."""
    if key.route is Route.SMS:
        return
    if not (subject or "").strip():
        raise SubjectMissing
    _check_text(key.name, subject or "", SUBJECT_LIMIT)


def check_body(key: TemplateKey, body: str) -> None:
    """Raise what is wrong with a body: `WordsMissing`, `TemplateTooLong`, and what is wrong with placeholders."""
    if not body.strip():
        raise WordsMissing
    _check_text(key.name, body, BODY_LIMITS[key.route])


def claims_in(text: str) -> Mapping[Claim, str]:
    """Return what a text says of the past, each with the words that say so."""
    plain = _plain(text)
    found = ((claim, pattern.search(plain)) for claim, pattern in _CLAIMS.items())
    return {claim: text[match.start() : match.end()] for claim, match in found if match}


def check_claims(text: str, held: Collection[Claim]) -> None:
    """Raise `ClaimUnsupported` for what a text says of the past and the record does not hold."""
    for claim, words in claims_in(text).items():
        if claim not in held:
            raise ClaimUnsupported(words=words, fact=claim.fact)


def findings_on(template: Template) -> tuple[Finding, ...]:
    """Return what is worth knowing of a template that can be kept, the heaviest first."""
    text = "\n".join(filter(None, (template.subject, template.body)))
    return (*_needs(text), *_loud(text), *_typed(text), *_notes(template))


def _check_text(name: TemplateName, text: str, limit: int) -> None:
    if len(text) > limit:
        raise TemplateTooLong(length=len(text), limit=limit, over=len(text) - limit)
    allowed = allowed_in(name)
    for written in placeholders_in(text):
        if written not in list(Placeholder):
            raise _unknown(written, allowed)
        if written not in allowed:
            reader = "a buyer" if name.is_for_buyer else "a seller"
            raise PlaceholderBarred(written=written, reader=reader, meaning=Placeholder(written).meaning)
    alone = _ALONE.search(_WHOLE.sub(lambda found: " " * len(found[0]), text))
    if alone:
        raise BraceAlone(near=text[max(0, alone.start() - 10) : alone.start() + 11].strip())


def _unknown(written: str, allowed: Collection[Placeholder]) -> PlaceholderUnknown:
    near = nearest(written.casefold().replace(" ", "_"), tuple(allowed), within=3)
    known = f"The ones there are: {', '.join(each.written for each in allowed)}."
    return PlaceholderUnknown(written=written[:40], meant=f"Did you mean {{{near}}}?" if near else known)


def _needs(text: str) -> Iterator[Finding]:
    for claim, words in claims_in(text).items():
        yield Finding(
            FindingKind.NEEDS, f"It is drafted only where {claim.fact} is logged; without one nobody gets it.", words
        )


def _loud(text: str) -> Iterator[Finding]:
    plain = _plain(text)
    for pattern, sentence in _LOUD:
        match = pattern.search(plain)
        if match:
            yield Finding(FindingKind.WARNING, sentence, text[match.start() : match.end()])


def _typed(text: str) -> Iterator[Finding]:
    match = _AMOUNT.search(text)
    if match:
        sentence = "An amount that is typed stays the same for everybody. {offer} and {price} say the record's."
        yield Finding(FindingKind.WARNING, sentence, match[0].strip())


def _notes(template: Template) -> Iterator[Finding]:
    cut = segments_of(_WHOLE.sub("", template.body))
    if template.key.route is Route.SMS and cut.costly:
        signs = " ".join(cut.costly[:5])
        yield Finding(
            FindingKind.NOTE, "Outside the networks' alphabet: a segment holds 70 characters, not 160.", signs
        )
    yield Finding(FindingKind.NOTE, APPENDED[template.key.language])


APPENDED: Final[Mapping[Language, str]] = {
    Language.EN: "Who we are and how to stop is added at the end of each message, where it is missing.",
    Language.FR: "Who we are and how to stop is added at the end of each message in the reader's language, where it is "
    "missing.",
}

_WHOLE: Final = re.compile(r"\{[^{}]*\}")
_ALONE: Final = re.compile(r"[{}]")
_AMOUNT: Final = re.compile(r"\$ ?[0-9][0-9., ]*[0-9k]?|\b[0-9][0-9 ,.]*[0-9k]? ?\$", re.IGNORECASE)

_CALL: Final = r"(?:call|phone|ring|reach|contact|get\ (?:a\ )?hold\ of)"
_CALLING: Final = r"(?:calling|phoning|ringing|reaching|contacting|getting\ (?:a\ )?hold\ of)"
_PARTY: Final = r"\b(?:i|we)(?:'ve|\ have)?(?:\ (?:just|already|also|now|even))?"
_ATTEMPTED: Final = rf"""
    (?:tried|attempted|trying)(?:\ \w+)?\ (?:to\ {_CALL}|{_CALLING})\b(?:\ you)?
    |{_PARTY}\ (?:called|phoned|rang|telephoned)\b|\b(?:called|phoned|rang|telephoned)\ you\b
    |(?:sorry\ )?\b(?:i|we)(?:'ve|\ have)?(?:\ just)?\ missed\ you\b|couldn't\ (?:reach|get\ hold\ of)\ you
    |left\ (?:you\ )?(?:a\ |an?other\ )?(?:voice ?mail|voice\ message|message)
    |\b(?:my|our)\ (?:earlier|last|recent|previous|missed|phone)\ calls?\b
    |(?:tente|essaye)(?:\ \w+){{0,2}}\ (?:de\ |d')(?:vous\ |te\ |t')?(?:appeler|joindre|rejoindre|telephoner|contacter)
    |pas\ (?:pu|reussi\ a)\ (?:vous|te)\ (?:joindre|rejoindre|parler|appeler)
    |(?:vous\ ai|vous\ avons|t'ai|t'avons)(?:\ \w+)?\ (?:appele|telephone)\b
    |laisse\ un\ message|\b(?:mon|notre)\ (?:dernier\ |precedent\ )appel\b
"""
_REACHED: Final = r"""
    as\ (?:we\ )?(?:discussed|agreed|promised|talked\ about|spoke\ about)|(?:per|after|following)\ our\ (?:call|chat
    |conversation|discussion|talk)|(?:nice|great|good|pleasure)\ (?:talking|speaking|chatting)\ (?:to|with)\ you
    |\bwe\ (?:just\ )?(?:spoke|talked|agreed|discussed)\b|\bour\ (?:conversation|chat|discussion)\b
    |\byou\ (?:told|said|mentioned)\b|thanks?\ (?:you\ )?for\ (?:taking\ (?:my|our)\ call|(?:speaking|talking)\ )
    |comme\ (?:convenu|discute|entendu|promis)|(?:suite\ a|apres|lors\ de)\ notre\ (?:conversation|appel|discussion
    |echange|entretien)|nous\ avons\ (?:parle|discute|convenu)|vous\ (?:m'|nous\ )avez\ (?:dit|mentionne|confie)
    |(?:de\ vous\ avoir|d'avoir)\ parle
"""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


_CLAIMS: Final[Mapping[Claim, re.Pattern[str]]] = {
    Claim.CALL_ATTEMPTED: _pattern(_ATTEMPTED),
    Claim.REACHED: _pattern(_REACHED),
}
_LOUD: Final = (
    (
        _pattern(r"\bguarantee(?:s|d)?\b|\bpromises?\b|\brisk[ -]free\b|\bno\ risk\b|\bgaranti(?:e|s|es|ssons)?\b"
                 r"|\bpromet(?:s|tons)?\b|\bsans\ risque\b"),
        "A promise: nobody can say that of a deal which is not signed.",
    ),
    (
        _pattern(r"\b(?:instant|fast|quick|easy)\ cash\b|\bcash\ (?:today|now|fast|in\ hand)\b"
                 r"|\bargent\ (?:rapide|comptant\ aujourd'hui)\b|\bcomptant\ aujourd'hui\b"),
        "Cash within a time is a promise that the record does not hold.",
    ),
    (
        _pattern(r"\bact\ (?:now|fast|today)\b|\bhurry\b|\blast\ chance\b|\bfinal\ notice\b|\burgent(?:ly)?\b"
                 r"|\blimited\ time\b|\btoday\ only\b|\bdon't\ (?:miss|wait)\b|\btoo\ late\b|\bdernier(?:e\ chance"
                 r"|\ avis)\b|\bagissez\b|\bne\ (?:manquez|tardez)\ pas\b|\btrop\ tard\b|\boffre\ limitee\b"),
        "Pressure: sellers complain about it, and complaints stop all texts.",
    ),
    (
        _pattern(r"\b(?:is|are)\ worth\b|\bmarket\ value\b|\bapprais\w+|\btop\ dollar\b|\b(?:best|highest)\ price\b"
                 r"|\bvaleur\ marchande\b|\bvaut\b|\bmeilleur\ prix\b"),
        "It says what a property is worth: only appraisers may, and we are not.",
    ),
    (
        _pattern(r"\brealtors?\b|\bbroker(?:s|age)?\b|\blicen[sc]ed\b|\breal\ estate\ agents?\b|\bcourti\w+"),
        "It may sound as if we were licensed to trade in real estate. Ask a lawyer of the province.",
    ),
)  # fmt: skip


def _plain(text: str) -> str:
    """The text in lower case, without accents, sign for sign, so that what is found stands at the same place in it."""
    return "".join(_bare(sign) for sign in text)


def _bare(sign: str) -> str:
    if sign.isspace():
        return " "
    return _QUOTES.get(sign) or unicodedata.normalize("NFKD", sign.lower())[:1] or " "


_QUOTES: Final = {"’": "'", "‘": "'", "ʼ": "'"}
