"""Text as people type it, made plain: chat mark-up off, accents folded, cut into words and what stands between them."""

import html
import re
import unicodedata
from typing import NamedTuple

LONGEST = 2_000
"""Characters that are read; a place stands near the beginning of what people type, and the time must stay bounded."""

POSTAL_WORD = "postal7code"
"""The word that stands in a line where a whole postal code stood."""

_MARKUP = re.compile(  # every repetition is bounded or stops at its own sign, so that no text takes long
    r"<(?:[@#!][^<>|]*|(?:https?|mailto|tel):[^<>|]*)(?:\|([^<>]*))?>"
    r"|https?://\S+|[^\s@<>]{1,64}@[^\s@<>]{1,64}|:[a-z][a-z0-9_+-]{1,40}:"
)
_DOTTED = re.compile(
    r"(?<![A-Za-z.'])[A-Za-z]\.(?:(?:[ -]?[A-Za-z]\.)+(?:[A-Za-z](?![A-Za-z]))?|[A-Za-z](?![A-Za-z.]))"
)
_LETTERS = str.maketrans({
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "ß": "ss", "ł": "l",
    "’": "'", "‘": "'", "`": " ", "ʼ": "'", "´": "'", "–": "-", "—": ",", "‐": "-", "‑": "-", "−": "-", "•": ",",
    "_": " ", "*": " ", "~": " ", "\t": " ", "\n": ",", "\r": ",", "«": " ", "»": " ", "“": " ", "”": " ", '"': " ",
})  # fmt: skip
_SPELLINGS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*|[,;|()\[\]/:.!?+&>]")
_HARD = frozenset(",;|()[]:")


class Line(NamedTuple):
    """Words in lower case, the same words as they were typed, and the sign before each word (and after the last).

    A gap is " " (nothing, or a hyphen), "," (anything that parts: comma, bracket, colon, bar, new line), "/" or ".".
    A tuple, because one is made for each text and making a dataclass costs three times as much.
    """

    words: list[str]
    shown: list[str]
    gaps: list[str]


def plain(text: str) -> str:
    """Give a text, up to its longest, without mark-up and accents, its case kept."""
    if len(text) > LONGEST:
        text = text.lstrip()[:LONGEST]
    if "&" in text:
        text = html.unescape(text)  # "Montr&eacute;al", "St. John&#39;s", and the chat's own "&amp;"
    if not text.isascii():
        text = _unaccented(text)
    if "<" in text or ":" in text or "@" in text:
        text = _MARKUP.sub(_shown, text)
    if "." in text:
        text = _DOTTED.sub(_joined, text)
    return text.translate(_LETTERS)


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _shown(found: re.Match[str]) -> str:
    return f" {found[1] or ''} "


def _joined(found: re.Match[str]) -> str:
    return re.sub(r"[. -]", "", found[0]) + " "


def split(text: str) -> Line:
    """Cut plain text into a line."""
    words, shown, gaps = [], [], []
    gap = " "
    if " - " in text:
        text = text.replace(" - ", ",")
    for token in _TOKEN.findall(text):
        if token[0].isalnum():
            gaps.append(gap)
            shown.append(token)
            word = token.lower()
            if "'" in word:
                word = word.replace("'", "")
            words.append(_SPELLINGS.get(word, word))
            gap = " "
        elif token in _HARD:
            gap = ","
        elif gap != ",":
            gap = token if token in "./" else "."
    gaps.append(gap)
    return Line(words, shown, gaps)


def key(name: str) -> str:
    """Give the key under which a name is kept: lower case, no accents, no apostrophes, St for Saint, single spaces."""
    return " ".join(split(plain(name)).words)
