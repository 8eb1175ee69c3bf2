"""The morning digest's arithmetic: shares with intervals, sparklines, and which figure is unlike the days before."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import ClassVar, Final, Literal

from domain.errors import RuleBroken

Kind = Literal["count", "rate"]
Direction = Literal["up", "down"]
Interval = tuple[float, float]

LOOK_BACK: Final = 28
"""Days before today that a figure is compared with: four of each weekday."""

TRAIL: Final = 14
"""Days in a sparkline, today's among them."""

Z: Final = 3.1
"""How far out a figure must be: measured at 1.3 false flags in thirty mornings over ten figures of a small team."""

Z_EAGER: Final = 2.58
"""For teams who would sooner see a change and bear some four false flags a month."""

MATERIAL: Final = 0.15
"""The smallest change that is worth a word, as a part of what was expected."""

FEWEST_TODAY: Final = 5
"""Below this a share is said as "2 of 3": no percentage, no interval, no flag."""

FEWEST_BEFORE: Final = 30
"""Cases in the 28 days without which a rate has nothing to be compared with."""

# Prior weights of the flag rule: twenty events spread evenly over the week, and a little overdispersion of the days.
_EVENTS: Final = 20.0
_SPREAD: Final = 15.0
_SPREAD_DAYS: Final = 31.0
_LEAST_MEAN: Final = 0.5
_LEAST_WIDTH: Final = 0.10
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NO_DATA: Final = "·"
_FLAT: Final = "▄"
_WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


class ShareWrong(RuleBroken):
    """{k} of {n} is no share: both are whole numbers, and the first lies between 0 and the second."""

    code: ClassVar[str] = "SHARE_WRONG"


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of a figure; `weekday` is 0 on Mondays.

    Of a count `k` is the count, and `n` says nothing. Of a rate `k` of `n` cases went well; with an `n` of 0 there was
    nothing to measure that day, which is not a rate of 0.
    """

    date: date
    weekday: int
    k: int
    n: int = 0


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of the digest on the day it is about, and the days before.

    `history` is in any order and may reach back further than is used. From its first day on a day that it does not
    hold counts as one on which nothing happened; of the time before nothing is known.
    """

    name: str
    kind: Kind
    history: Sequence[Day]
    today: Day


def wilson(k: int, n: int, *, confidence: float = 0.90) -> Interval:
    """The interval of a share after `k` of `n`, as fractions: Wilson's score interval (JASA 22, 1927), two-sided.

    With an `n` of 0 it is (0, 1), since nothing is known. Raises ShareWrong.
    """
    return _wilson(k, n, NormalDist().inv_cdf(0.5 + confidence / 2))


def newcombe(first: tuple[int, int], second: tuple[int, int], *, z: float = Z) -> Interval:
    """The interval of the difference of two shares, first less second; each is given as (k, n).

    Made of the two Wilson intervals at `z` (Newcombe, Statistics in Medicine 17, 1998, method 10): it stays within
    -1 and 1 and is honest near 0 and 1. Without any case on a side that side is open. Raises ShareWrong.
    """
    (low1, high1), (low2, high2) = _wilson(*first, z), _wilson(*second, z)
    # Nothing measured stands in the middle of its interval, 0 to 1.
    p1, p2 = (k / n if n else 0.5 for k, n in (first, second))
    difference = p1 - p2
    below = math.hypot(p1 - low1, high2 - p2)
    above = math.hypot(high1 - p1, p2 - low2)
    return difference - below, difference + above


def flag(metric: Metric, *, z: float = Z) -> Direction | None:
    """Whether today's figure is "up" or "down" against the 28 days before by more than chance; None when it is not.

    A rate needs five cases today and thirty before, must differ by 15 % of what it was, and the interval of the
    difference (`newcombe` at `z`) must leave out 0. A count is compared with `expected_count`; it needs 28 days of
    history, must differ by 15 %, and the difference of square roots, in units of its own spread with the extra scatter
    of the days before, must be larger than `z`. A slow change is not seen here; that is the tripwire's work.
    """
    return _rate_flag(metric, z) if metric.kind == "rate" else _count_flag(metric, z)


def expected_count(metric: Metric) -> float | None:
    """What the 28 days before let one expect of a count today; None until there are 28 days.

    The weekly mean times today's weekday's part of the week, where the part leans on twenty events spread evenly:
    (total / 4) * (weekday's total + 20 / 7) / (total + 20).
    """
    counts = _counts_before(metric)
    return _expected(counts)[metric.today.weekday] if counts else None


def rate_before(metric: Metric) -> tuple[int, int]:
    """(k, n) of a rate over the 28 days before."""
    before = [day for day in metric.history if 0 < (metric.today.date - day.date).days <= LOOK_BACK]
    return sum(day.k for day in before), sum(day.n for day in before)


def week_before(metric: Metric) -> float | None:
    """The mean of the seven days before today: per day for a count, over all cases for a rate; None when unknown."""
    return _mean(metric, range(1, 8))


def same_weekdays(metric: Metric) -> float | None:
    """The mean of the last four days with today's weekday, as `week_before` has it."""
    return _mean(metric, range(7, 29, 7))


def trail(metric: Metric, *, days: int = TRAIL) -> list[float | None]:
    """The last `days` values up to today, oldest first, for `sparkline`; None where nothing is known of a day."""
    return [_mean(metric, [back]) for back in range(days - 1, -1, -1)]


def sparkline(values: Sequence[float | None], *, kind: Kind) -> str:
    """Values as a line of eight heights: "·" where there is none, "▄" throughout where all are the same.

    Counts stand on 0. A rate is drawn between its least and its largest value, at least a tenth apart, so that a wobble
    of a percent does not look like a crash.
    """
    known = [value for value in values if value is not None]
    if not known:
        return _NO_DATA * len(values)
    low, high = _bounds(known, kind)
    is_flat = min(known) == max(known)
    return "".join(_block(value, low, high, is_flat=is_flat) for value in values)


def rate_text(k: int, n: int) -> str:
    """A share in words: "2 of 3" below five cases, else "9 of 14 = 64 % (42–82)" with the Wilson 90 % interval.

    The interval is rounded outward, so that what is printed never claims more than what was computed. Only all is
    100 %, only none 0 %. Nothing of nothing is "nothing to measure". Raises ShareWrong.
    """
    _check(k, n)
    if not n:
        return "nothing to measure"
    if n < FEWEST_TODAY:
        return f"{k} of {n}"
    low, high = wilson(k, n)
    return f"{k:,} of {n:,} = {percent(k, n)} % ({_floor(low * 100)}–{-_floor(-high * 100)})"


def percent(k: int, n: int) -> int:
    """`k` of `n` in whole percent, halves up; 100 is kept for all of them and 0 for none. `n` is at least 1."""
    whole = (200 * k + n) // (2 * n)
    return whole if k in (0, n) else min(max(whole, 1), 99)


def like_other(metric: Metric, *, z: float = Z) -> str:
    """How today compares, in words: "like other Tuesdays", "fewer than on other Tuesdays (about 9)".

    A rate is held against the 28 days: "higher than in the 28 days before (64 %)". Where there is too little on either
    side it says so.
    """
    return _rate_words(metric, z) if metric.kind == "rate" else _count_words(metric, z)


def _rate_flag(metric: Metric, z: float) -> Direction | None:
    today, before = (metric.today.k, metric.today.n), rate_before(metric)
    if today[1] < FEWEST_TODAY or before[1] < FEWEST_BEFORE:
        return None
    p1, p2 = today[0] / today[1], before[0] / before[1]
    low, high = newcombe(today, before, z=z)
    if abs(p1 - p2) < MATERIAL * p2 or low <= 0 <= high:
        return None
    return "up" if low > 0 else "down"


def _count_flag(metric: Metric, z: float) -> Direction | None:
    counts = _counts_before(metric)
    if counts is None:
        return None
    means, k = _expected(counts), metric.today.k
    mean, total = means[metric.today.weekday], sum(count for _, count in counts)
    squares = math.fsum((count - means[day]) ** 2 / max(means[day], _LEAST_MEAN) for day, count in counts)
    scatter = max(1.0, (squares + _SPREAD) / _SPREAD_DAYS)
    # The mean's own uncertainty: mean / total, which is 1/28 while there was nothing at all.
    share = mean / total if total else 1 / LOOK_BACK
    q = 2 * (math.sqrt(k + 0.375) - math.sqrt(mean + 0.375)) / math.sqrt(scatter * (1 + share))
    if abs(q) <= z or abs(k - mean) < MATERIAL * mean:
        return None
    return "up" if q > 0 else "down"


def _counts_before(metric: Metric) -> list[tuple[int, int]] | None:
    """(weekday, count) of each of the 28 days before, oldest first; None while the history is younger than that."""
    first = metric.today.date - timedelta(days=LOOK_BACK)
    if not any(day.date <= first for day in metric.history):
        return None
    by_date = {day.date: day.k for day in metric.history}
    backs = range(LOOK_BACK, 0, -1)
    return [
        ((metric.today.weekday - back) % 7, by_date.get(metric.today.date - timedelta(days=back), 0)) for back in backs
    ]


def _expected(counts: Iterable[tuple[int, int]]) -> list[float]:
    """The expected count of each weekday, Monday first."""
    by_weekday = [0] * 7
    for weekday, count in counts:
        by_weekday[weekday] += count
    total = sum(by_weekday)
    return [total / 4 * (count + _EVENTS / 7) / (total + _EVENTS) for count in by_weekday]


def _mean(metric: Metric, backs: Sequence[int]) -> float | None:
    """The mean over the days that lie `backs` days before today, of those of which something is known."""
    by_date = {day.date: day for day in (*metric.history, metric.today)}
    first = min(by_date)
    dates = [metric.today.date - timedelta(days=back) for back in backs]
    days = [by_date.get(on, Day(on, on.weekday(), 0)) for on in dates if on >= first]
    cases = sum(day.n for day in days) if metric.kind == "rate" else len(days)
    return sum(day.k for day in days) / cases if cases else None


def _bounds(known: Sequence[float], kind: Kind) -> Interval:
    low, high = min(known), max(known)
    if kind == "count":
        return min(0.0, low), high
    if high - low < _LEAST_WIDTH:
        middle = (low + high) / 2
        return middle - _LEAST_WIDTH / 2, middle + _LEAST_WIDTH / 2
    return low, high


def _block(value: float | None, low: float, high: float, *, is_flat: bool) -> str:
    if value is None:
        return _NO_DATA
    if is_flat:
        return _FLAT
    return _BLOCKS[_floor((value - low) / (high - low) * 7 + 0.5)]


def _rate_words(metric: Metric, z: float) -> str:
    k, n = rate_before(metric)
    if metric.today.n < FEWEST_TODAY:
        return "too few to compare"
    if n < FEWEST_BEFORE:
        return "too little before to compare with"
    direction = flag(metric, z=z)
    if direction is None:
        return "like the 28 days before"
    return f"{'higher' if direction == 'up' else 'lower'} than in the 28 days before ({percent(k, n)} %)"


def _count_words(metric: Metric, z: float) -> str:
    mean, direction = expected_count(metric), flag(metric, z=z)
    days = _WEEKDAYS[metric.today.weekday]
    if mean is None:
        return "too early to compare"
    if direction is None:
        return f"like other {days}"
    about = f"{mean:,.0f}" if mean >= 1 else "less than one"
    return f"{'more' if direction == 'up' else 'fewer'} than on other {days} ({'' if mean < 1 else 'about '}{about})"


def _wilson(k: int, n: int, z: float) -> Interval:
    _check(k, n)
    if not n:
        return 0.0, 1.0
    p, extra = k / n, z * z / n
    middle = (p + extra / 2) / (1 + extra)
    half = z / (1 + extra) * math.sqrt(p * (1 - p) / n + extra / (4 * n))
    # At the ends the formula gives exactly 0 and 1; rounding must not lose that.
    return (0.0 if k == 0 else middle - half), (1.0 if k == n else middle + half)


def _check(k: int, n: int) -> None:
    if not 0 <= k <= n:
        raise ShareWrong(k=k, n=n)


def _floor(value: float) -> int:
    """Rounded down, once a last binary digit too few or too many is taken away."""
    return math.floor(round(value, 9))
