"""What an inbound message asks for: to stop, to start again, for help, or something a person must read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from domain.optout_phrases import DOUBTS, NOT_OURS, OUR_FOOTER, SIGNS, WRONG_GUARD, WRONG_PERSON, stops_in
from domain.optout_words import (
    HELP_WORDS,
    START_WHILE_STOPPED,
    START_WORDS,
    STOP_WORDS,
    is_plain_stop,
    plain_words,
    without_polite,
)
from domain.quoted import own_words
from domain.rules import Medium

Scope: TypeAlias = Medium | Literal["all"]

ALL_MEDIA: Final[Literal["all"]] = "all"
"""The scope of an opt-out that reaches every medium."""

READ_LIMIT: Final = 8_000
"""Characters that are read word by word, from both ends of a longer text."""

MATCHED_LIMIT: Final = 80


class Intent(StrEnum):
    """What an inbound message asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_PERSON = "wrong_person"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a message was taken for; `scope` is what a STOP reaches, None the medium it came by; `matched` the words."""

    intent: Intent
    scope: Scope | None = None
    matched: str = ""


NOTHING: Final = Inbound(Intent.NONE)


def classify_inbound(text: str | None, *, opted_out: bool = False) -> Inbound:
    """Return what a message asks for; it never raises, and takes what is no text for nothing.

    Carriers' keywords (of Twilio and AWS) count as the whole message, phrases and a lone stop wherever they stand in
    what the person wrote themselves. What may be a stop and may not is AMBIGUOUS: a person reads it. "Yes" asks to
    start again only while the address is `opted_out`.
    """
    if not isinstance(text, str):
        return NOTHING
    own = own_words(text)
    said = plain_words(_ends(own))
    # Some people send our own line back, word for word: then it is what they say.
    words = without_footer if (without_footer := OUR_FOOTER.sub("", said)).strip(" .") else said
    return _keyword(words, opted_out) or _stop(words) or _wrong_person(words) or _doubtful(words, own) or NOTHING


def _ends(text: str) -> str:
    half = READ_LIMIT // 2
    return text if len(text) <= READ_LIMIT else f"{text[:half]}\n{text[-half:]}"


def _keyword(words: str, opted_out: bool) -> Inbound | None:
    whole = " ".join(word for word in words.split() if word != ".")
    for asked in (whole, without_polite(whole)):
        if asked in STOP_WORDS:
            return Inbound(Intent.STOP, None, asked)
        if asked in START_WORDS or (opted_out and asked == whole and asked in START_WHILE_STOPPED):
            return Inbound(Intent.START, None, asked)
        if asked in HELP_WORDS:
            return Inbound(Intent.HELP, None, asked)
    return None


def _stop(words: str) -> Inbound | None:
    found = [*_plain_stops(words), *stops_in(words)]
    if not found:
        return None
    return Inbound(Intent.STOP, _scope(" ".join(found)), found[0][:MATCHED_LIMIT])


def _plain_stops(words: str) -> Iterator[str]:
    return (clause.strip() for clause in NOT_OURS.sub(" ", words).split(" .") if is_plain_stop(clause))


def _wrong_person(words: str) -> Inbound | None:
    found = WRONG_PERSON.search(words)
    if not found:
        return None
    if WRONG_GUARD.search(words):
        return Inbound(Intent.AMBIGUOUS, None, found.group())
    return Inbound(Intent.WRONG_PERSON, None, found.group())


def _doubtful(words: str, own: str) -> Inbound | None:
    rest = NOT_OURS.sub(" ", words)
    found = next(filter(None, (doubt.search(rest) for doubt in DOUBTS)), None) or SIGNS.search(own)
    if not found and len(own) > READ_LIMIT:
        found = _HINT.search(own)
    return Inbound(Intent.AMBIGUOUS, None, found.group()) if found else None


_HINT: Final = re.compile("stop|arr[e\u00ea]t|unsub|d[e\u00e9]sabon|d[e\u00e9]sins|opt.?out|contact", re.IGNORECASE)

_MEDIA: Final = (
    (Medium.CALL, re.compile(r"(?<![a-z])(?:call|phon(?:e|ing)(?= me|$)|appel|rappel|telephon)")),
    (Medium.SMS, re.compile(r"(?<![a-z])(?:text|sms)")),
    (Medium.EMAIL, re.compile(r"(?<![a-z])(?:email|mail|courriel)")),
)
_EVERY_MEDIUM: Final = re.compile(
    r"(?<![a-z])(?:contact|bother|derang|communi|reach|hear|entendre|alone|lists?\b|number|numero|name|nom\b"
    r"|me (?:from|off)|database|desist|harass|harcel|tranquille|paix|patience|off\b|lost|away|hell|consent|coordonnees"
    r"|enlev|retir|supprim|effac|ray|radi|lose|forget|oubli|dncl|pester|disturb|importun|achal|remove|delete|fuck|screw"
    r"|va\b|allez)"
)


def _scope(said: str) -> Scope | None:
    """What the words of a stop reach: all media, one that they name, or the one that they came by."""
    named = [medium for medium, words in _MEDIA if words.search(said)]
    if len(named) > 1 or _EVERY_MEDIUM.search(said):
        return ALL_MEDIA
    return named[0] if named else None
