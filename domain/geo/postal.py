"""Postal codes in text: whole ones anywhere, the first three characters only where something says what they are."""

import re
from typing import NamedTuple

from domain.geo.gazetteer import Fsa, fsa
from domain.geo.provinces import province_of_fsa
from domain.geo.tables import word_set
from domain.geo.text import POSTAL_WORD, Line
from domain.geo.zones import zones_of_fsa

# Canada Post's letters: no D, F, I, O, Q or U, no W or Z in front. O and I in digit places are misread 0 and 1.
_WHOLE = re.compile(
    r"(?<![A-Za-z0-9])([ABCEGHJ-NPRSTVXYabceghj-nprstvxy])([0-9OIoi])([ABCEGHJ-NPRSTV-Zabceghj-nprstv-z])[ -]{0,3}"
    r"([0-9OIoi])([ABCEGHJ-NPRSTV-Zabceghj-nprstv-z])([0-9OIoi])(?![A-Za-z0-9])"
)
_ALONE = re.compile(r"[abceghj-nprstvxy][0-9][abceghj-nprstv-z]")  # "lol" and "job" are words
_NAMES_IT = word_set("fsa_says")
_SAYS = word_set("fsa_near")
_FOLLOWS = word_set("fsa_follows")
_ANNOUNCES = word_set("fsa_announced")
_LOOK_ALIKES = word_set("fsa_look_alikes")
_FATHER_CHRISTMAS = "H0H"
_TABLE = str.maketrans("OIoi", "0101")


class Found(NamedTuple):
    """A postal code of a text: its area, and whether the whole code was there."""

    area: Fsa
    is_whole: bool


def area_of(code: str) -> Fsa | None:
    """Give the area of three characters; one that is not in the table still tells its province by the first letter."""
    known = None if code == _FATHER_CHRISTMAS else fsa(code)
    if known:
        return known
    province = province_of_fsa(code)
    if province is None or code == _FATHER_CHRISTMAS:
        return None
    return Fsa(code, province, "ALL", frozenset(), 0.5, None, zones_of_fsa(code, province))


def take_whole(text: str) -> tuple[str, Found | None]:
    """Take the last whole postal code out of a text and mark its place, if there is one."""
    found = None
    for match in _WHOLE.finditer(text):
        found = match
    if found is None or not any(letter.isdigit() for letter in found[0]):
        return text, None
    area = area_of((found[1] + found[2].translate(_TABLE) + found[3]).upper())
    if area is None:
        return text, None
    return f"{text[: found.start()]} {POSTAL_WORD} {text[found.end() :]}", Found(area, True)


def postal_code(text: str) -> str | None:
    """Give the last whole postal code of a text as Canada Post writes it, "L8P 1A1", or None.

    O and I in the places of digits are read as 0 and 1.
    """
    found = None
    for match in _WHOLE.finditer(text):
        found = match
    if found is None or not any(letter.isdigit() for letter in found[0]):
        return None
    letter, digit, last = found[1], found[2].translate(_TABLE), found[3]
    unit = f"{found[4].translate(_TABLE)}{found[5]}{found[6].translate(_TABLE)}"
    return f"{letter}{digit}{last} {unit}".upper()


def find_alone(line: Line, placed: frozenset[int] | set[int]) -> Found | None:
    """Give the area of three characters that stand as one.

    They do so alone, beside a word that says so, after a place (`placed`: where places end), or last after a comma.
    """
    for at, word in enumerate(line.words):
        if len(word) == 3 and _ALONE.fullmatch(word):
            code = word.upper()
            area = fsa(code)
            if area and _is_said(line, at, code, placed):
                return Found(area, False)
    return None


def _is_said(line: Line, at: int, code: str, placed: frozenset[int] | set[int]) -> bool:
    words, shown, gaps = line
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if before in _NAMES_IT or after in ("fsa", "postal") or not _ANNOUNCES.isdisjoint(words[:at]):
        return True
    if code in _LOOK_ALIKES:
        return False
    if len(words) == 1 or at in placed or after in _FOLLOWS or before in _SAYS:
        return True
    is_upper = shown[at].isupper()
    return is_upper and (at == 0 or before == "for" or (gaps[at] == "," and (not after or gaps[at + 1] == ",")))
