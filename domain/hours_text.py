"""A policy's contact windows in words, for a card that stands for days: "Mon–Fri 09:00–20:00"."""

from collections.abc import Iterable
from itertools import groupby

from domain.rules import Medium, Rules

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_text(rules: Rules, medium: Medium) -> str:
    """Say on which days and from when to when the rules let `medium` be used, in the recipient's time.

    Windows of the same hours share their days; "never" where nothing opens. An end before its start is the next day's.
    """
    if medium not in rules.channels_allowed:
        return "never"
    hours: dict[tuple[int, int], set[int]] = {}
    for window in rules.windows:
        if medium in window.media and window.start != window.end:
            hours.setdefault((window.start, window.end), set()).update(window.days)
    texts = [f"{_days(days)} {_clock(start)}–{_clock(end)}" for (start, end), days in hours.items()]
    return ", ".join(texts) or "never"


def _days(days: Iterable[int]) -> str:
    """Days in runs: "Mon–Fri", "Mon, Wed–Fri"."""
    runs = groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0])
    return ", ".join(_run([day for _, day in run]) for _, run in runs)


def _run(days: list[int]) -> str:
    first, last = DAYS[days[0]], DAYS[days[-1]]
    return first if first == last else f"{first}–{last}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
