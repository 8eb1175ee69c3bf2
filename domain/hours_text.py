"""Opening hours in words, for a card that stands for days: "Mon–Fri 09:00–20:00, Sat 10:00–14:30"."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from domain.rules import Medium, Rules
from domain.windows import DAY, WEEK, Week

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_text(rules: Rules, medium: Medium) -> str:
    """Say on which days and from when to when the rules let `medium` be used, in the recipient's time.

    "never" where nothing opens. An end before its start is the next day's.
    """
    return week_text(rules.hours(medium).week)


def week_text(week: Week) -> str:
    """Say when a week is open, days of the same hours together; "never" for a week without a minute.

    Unlike the windows it was made from a week has no overlaps: hours that meet are one.
    """
    hours: dict[tuple[int, int], set[int]] = {}
    for day, start, end in _pieces(week):
        hours.setdefault((start, end), set()).add(day)
    texts = [f"{days_text(days)} {clock(start)}–{clock(end)}" for (start, end), days in hours.items()]
    return ", ".join(texts) or "never"


def day_text(week: Week, day: int) -> str:
    """Say when one day of the week (0 = Monday) is open, from midnight to midnight; "closed" when it is not."""
    first = day * DAY
    spans = [(max(start - first, 0), min(end - first, DAY)) for start, end in _spans(week)]
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in spans if start < end) or "closed"


def days_text(days: Iterable[int], *, dash: str = "–") -> str:
    """Name days in runs: "Mon–Fri", "Mon, Wed–Fri"."""
    runs = groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0])
    return ", ".join(_run([day for _, day in run], dash) for _, run in runs)


def clock(minutes: int) -> str:
    """Show minutes since midnight as "09:00"; the day's end is "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _run(days: list[int], dash: str) -> str:
    first, last = DAYS[days[0]], DAYS[days[-1]]
    return first if first == last else f"{first}{dash}{last}"


def _spans(week: Week) -> list[tuple[int, int]]:
    return list(zip(week[::2], week[1::2], strict=True))


def _pieces(week: Week) -> Iterator[tuple[int, int, int]]:
    """The day, start and end of each piece; hours that go past a midnight are cut there unless they are one night's."""
    for start, end in _around(_spans(week)):
        first = start // DAY
        if end - start < DAY and end > (first + 1) * DAY:
            yield first, start % DAY, end % DAY
            continue
        for day in range(first, -(-end // DAY)):
            yield day, max(start - day * DAY, 0), min(end - day * DAY, DAY)


def _around(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a night from Sunday to Monday, which a week holds as its last and its first span."""
    if len(spans) < 2 or spans[0][0] > 0 or spans[-1][1] < WEEK:
        return spans
    *others, (start, _) = spans[1:]
    night = (start, WEEK + spans[0][1])
    return [*others, night] if night[1] - night[0] < DAY else spans
