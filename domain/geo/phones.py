"""Telephone numbers and area codes in text: a hint of the province, never more than a candidate set of zones."""

import re

from domain.geo.text import Line
from domain.geo.zones import AreaCode, area_code

_NUMBER = re.compile(r"(?<![0-9])(?:\+?1[ .-]{0,3})?\(?([2-9][0-9]{2})\)?[ .-]{0,3}[0-9]{3}[ .-]{0,3}[0-9]{4}(?![0-9])")


def find_area_code(text: str, line: Line) -> tuple[str, AreaCode] | None:
    """Give the area code of a text's first Canadian number, or of "area code 416", "the 905", "416" alone."""
    for match in _NUMBER.finditer(text):
        known = area_code(match[1])
        if known:
            return match[1], known
    for at, word in enumerate(line.words):
        if len(word) == 3 and word.isdigit() and (known := area_code(word)) and _is_said(line, at):
            return word, known
    return None


def _is_said(line: Line, at: int) -> bool:
    before = line.words[at - 1] if at else ""
    after = line.words[at + 1] if at + 1 < len(line.words) else ""
    return len(line.words) == 1 or before in ("code", "the") or after == "area"


def of_phone(phone: object) -> tuple[str, AreaCode] | None:
    """Give the area code of a telephone number in any spelling, or None."""
    if not isinstance(phone, str):
        return None
    match = _NUMBER.search(phone[:40])
    known = area_code(match[1]) if match else None
    return (match[1], known) if match and known else None
