"""Contact windows as lines of text that a person edits: "Mon-Fri 09:00-20:00", "Sat 10:00-18:00 calls"."""

import re
from collections.abc import Iterable
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.hours_text import DAYS, clock, days_text
from domain.rules import Medium, Window
from domain.windows import DAY
from domain.words import nearest

LINES_LIMIT: Final = 40
"""Windows in one policy; a week of hours for three media needs far fewer."""
NAMED: Final = 5
"""Wrong lines that are named at once."""

_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_GROUPS: Final = {
    "daily": range(7), "everyday": range(7), "weekday": range(5), "weekdays": range(5), "weekend": (5, 6),
    "weekends": (5, 6),
}  # fmt: skip
_WORDS: Final = {
    Medium.SMS: ("sms", "text", "texts", "texting"),
    Medium.EMAIL: ("e-mail", "email", "mail", "e-mails", "emails"),
    Medium.CALL: ("calls", "call", "phone", "calling"),
}
"""What people call a medium; the first is what we write."""
_MEDIA: Final = {word: medium for medium, words in _WORDS.items() for word in words}
_FILLERS: Final = frozenset({"and", "only", "for", "by", "&", "+"})

_TIME: Final = r"\d{1,2}(?:[:.h]?\d{2}|h)?(?: ?[ap]\.?m\b\.?)?"
_TO: Final = r"\s*(?:-|–|—|to\b|until\b|till\b)\s*"
_HOURS: Final = re.compile(rf"(?<![\d:.])({_TIME}){_TO}({_TIME})(?![\d:.])", re.IGNORECASE)
_PARTS: Final = re.compile(r"(\d{1,2}?)(?:[:.h]?(\d{2})|h)?(?: ?([ap])\.?m\.?)?", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s*(?:-|–|—|\bto\b)\s*", re.IGNORECASE)


class WindowLinesWrong(RuleBroken):
    """{faults}"""

    code: ClassVar[str] = "WINDOW_LINES_WRONG"
    field: ClassVar[str] = "windows"


class _Fault(Exception):  # noqa: N818 - it never leaves this module
    """What is wrong with one line."""


def windows_in(text: str) -> tuple[Window, ...]:
    """Read one window from each line that is not blank: days, hours, and the media it holds for (all when unsaid).

    Days are names, runs ("Mon-Fri") or "daily"; an end before its start is the next morning's. Raises WindowLinesWrong,
    which names each wrong line and says why.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > LINES_LIMIT:
        raise WindowLinesWrong(faults=f"These are {len(lines)} lines; {LINES_LIMIT} windows fit.")
    windows: list[Window] = []
    faults: list[str] = []
    for number, line in lines:
        try:
            windows.append(_window(line))
        except _Fault as fault:
            faults.append(f"Line {number}, “{line[:40]}”: {fault}")
    if faults:
        more = [f"And {len(faults) - NAMED} more."] if len(faults) > NAMED else []
        raise WindowLinesWrong(faults="\n".join([*faults[:NAMED], *more]))
    return tuple(windows)


def window_lines(windows: Iterable[Window]) -> str:
    """Write one line for each window; `windows_in` reads them back. A window without media opens nothing: no line."""
    return "\n".join(window_line(window) for window in windows if window.media)


def window_line(window: Window) -> str:
    """Write one window: "Mon-Fri 09:00-20:00 sms e-mail"."""
    named = [words[0] for medium, words in _WORDS.items() if medium in window.media]
    said = [] if window.media == frozenset(Medium) else named
    return " ".join([days_text(window.days, dash="-"), f"{clock(window.start)}-{clock(window.end)}", *said])


def _window(line: str) -> Window:
    hours = _HOURS.search(line)
    if hours is None:
        raise _Fault("no hours were found. Write them as 09:00-20:00, behind the days.")
    start, end = _time(hours[1], last=DAY - 1), _time(hours[2], last=DAY)
    return Window(_days(line[: hours.start()]), start, end, _media(line[hours.end() :]))


def _time(text: str, *, last: int) -> int:
    """Minutes since midnight from "09:00", "9", "0900" or "9:30 pm"."""
    found = _PARTS.fullmatch(text.strip())
    hour, minute, half = (int(found[1]), int(found[2] or 0), (found[3] or "").lower()) if found else (DAY, 0, "")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else DAY
    if minute > 59 or hour * 60 + minute > last:
        raise _Fault(f"“{text.strip()}” is not a time from 00:00 to {clock(last)}.")
    return hour * 60 + minute


def _days(text: str) -> tuple[int, ...]:
    """Weekdays, 0 = Monday, from names and runs of names."""
    wording = re.sub(r"\bevery ?day\b", "daily", text.strip(" :,"), flags=re.IGNORECASE)
    parts = [part for part in re.split(r"[\s,;&+]+", _RANGE.sub("-", wording)) if part and part.casefold() != "and"]
    if not parts:
        raise _Fault("it names no day. Write Mon-Fri, Sat, or daily in front of the hours.")
    return tuple(sorted({day % 7 for part in parts for day in _run(part)}))


def _run(part: str) -> Iterable[int]:
    """The days of "Mon", "Mon-Fri", "Sat-Mon" or "daily", counted on beyond Sunday."""
    if part.casefold() in _GROUPS:
        return _GROUPS[part.casefold()]
    first, dash, last = part.partition("-")
    start = _day(first)
    return range(start, start + (_day(last) - start) % 7 + 1) if dash else (start,)


def _day(word: str) -> int:
    folded = word.casefold().strip(".")
    for day, name in enumerate(_NAMES):
        if folded in (name, name[:3], name[:2]) or folded == f"{name}s":
            return day
    if folded in _SHORT:
        return _SHORT[folded]
    meant = nearest(folded, [*_NAMES, *(day.casefold() for day in DAYS)], within=1)
    raise _Fault(f"“{word}” is not a weekday.{_suggested(meant.capitalize() if meant else None)}")


def _media(text: str) -> frozenset[Medium]:
    """The media named behind the hours; all when none is."""
    words = [word for word in re.split(r"[\s,;/()]+", text.casefold().strip(" .:")) if word and word not in _FILLERS]
    if not words or words == ["all"]:
        return frozenset(Medium)
    return frozenset(_medium(word) for word in words)


def _medium(word: str) -> Medium:
    if word not in _MEDIA:
        meant = nearest(word, _MEDIA, within=1)
        raise _Fault(f"“{word}” is not a medium (sms, e-mail, calls).{_suggested(meant)}")
    return _MEDIA[word]


def _suggested(meant: str | None) -> str:
    return f" Did you mean {meant}?" if meant else ""
