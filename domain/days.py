"""A day as people and spreadsheets write it, read without guessing which part is the month."""

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.words import fold


class DayUnclear(RuleBroken):
    """ "{text}" is not clear as a day. Write it like 2026-03-11."""

    code: ClassVar[str] = "DAY_UNCLEAR"


def parse_day(text: str) -> date:
    """Read one day: "2026-03-11", "2026/3/11", "11 March 2026", "Mar 11, 2026", "11 mars 2026", "31/12/2026".

    A time behind it is left out. Of two numbers before the year the one above 12 is the day; where neither is, both
    readings are possible, and DayUnclear is raised, as it is for whatever is no day.
    """
    words = fold(_TIME.sub("", text.strip())).split()
    try:
        return _day(words)
    except (ValueError, KeyError) as wrong:
        raise DayUnclear(text=text.strip()[:_SHOWN]) from wrong


def _day(words: list[str]) -> date:
    first, second, third = words
    if len(first) == 4 and first.isdigit():
        return date(int(first), _month(second), int(third))
    if len(third) != 4:
        raise ValueError("the year is not clear")
    year = int(third)
    if first.isalpha():
        return date(year, _MONTHS[first], int(_ORDINAL.sub("", second)))
    if second.isalpha():
        return date(year, _MONTHS[second], int(_ORDINAL.sub("", first)))
    low, high = sorted((int(first), int(second)))
    if high <= 12 and low != high:
        raise ValueError("either may be the month")
    return date(year, low, high)


def _month(word: str) -> int:
    return _MONTHS[word] if word.isalpha() else int(word)


_SHOWN: Final = 40
_TIME: Final = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm]|Z)?$", re.ASCII)
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th|er)$")
_NAMES: Final = (
    "jan january janv janvier",
    "feb february fev fevr fevrier",
    "mar march mars",
    "apr april avr avril",
    "may mai",
    "jun june juin",
    "jul july juil juillet",
    "aug august aout",
    "sep sept september septembre",
    "oct october octobre",
    "nov november novembre",
    "dec december decembre",
)
_MONTHS: Final[Mapping[str, int]] = {name: at for at, names in enumerate(_NAMES, 1) for name in names.split()}
