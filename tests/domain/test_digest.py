"""The digest's arithmetic, against figures worked out by hand, and against chance."""

import math
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.digest import (
    Z_EAGER,
    Day,
    Kind,
    Metric,
    ShareWrong,
    Z,
    expected_count,
    flag,
    like_other,
    newcombe,
    percent,
    rate_before,
    rate_text,
    same_weekdays,
    sparkline,
    trail,
    week_before,
    wilson,
)

TUESDAY = date(2026, 11, 24)


def day(back: int, k: int, n: int = 0) -> Day:
    on = TUESDAY - timedelta(days=back)
    return Day(on, on.weekday(), k, n)


def metric(kind: Kind, before: Sequence[tuple[int, int]], today: tuple[int, int]) -> Metric:
    """`before` is oldest first and ends with yesterday."""
    history = [day(len(before) - place, *each) for place, each in enumerate(before)]
    return Metric("leads", kind, history, day(0, *today))


def count(before: Sequence[int], today: int) -> Metric:
    return metric("count", [(k, 0) for k in before], (today, 0))


def rate(before: Sequence[tuple[int, int]], today: tuple[int, int]) -> Metric:
    return metric("rate", before, today)


class TestWilson:
    # With z = 1.644854 at 90 %: middle = (p + z²/2n) / (1 + z²/n), half = z / (1 + z²/n) * √(p(1-p)/n + z²/4n²).
    @pytest.mark.parametrize(
        ("k", "n", "low", "high"),
        [
            (9, 14, 0.42551, 0.81393),
            (31, 36, 0.74102, 0.93072),
            (0, 10, 0.0, 0.21294),  # z² / (n + z²) = 2.70554 / 12.70554
            (10, 10, 0.78706, 1.0),  # n / (n + z²)
            (1, 2, 0.12085, 0.87915),
        ],
    )
    def test_the_interval_is_that_of_the_formula(self, k, n, low, high):
        assert wilson(k, n) == pytest.approx((low, high), abs=2e-5)

    def test_at_95_percent_it_is_the_textbook_s(self):
        assert wilson(81, 263, confidence=0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
        assert wilson(15, 148, confidence=0.95) == pytest.approx((0.0624, 0.1605), abs=5e-5)
        assert wilson(0, 20, confidence=0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)

    def test_of_nothing_nothing_is_known(self):
        assert wilson(0, 0) == (0.0, 1.0)

    @pytest.mark.parametrize(("k", "n"), [(3, 2), (-1, 2), (1, 0), (0, -1)])
    def test_more_of_fewer_is_no_share(self, k, n):
        with pytest.raises(ShareWrong, match=f"{k} of {n} is no share") as refused:
            wilson(k, n)
        assert refused.value.code == "SHARE_WRONG"

    @given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_the_share_lies_inside_and_the_interval_within_0_and_1(self, share):
        k, n = share
        low, high = wilson(k, n)
        assert 0.0 <= low <= k / n <= high <= 1.0


class TestNewcombe:
    def test_the_interval_of_a_difference_is_the_textbook_s(self):
        # Newcombe 1998 (difference), table II, method 10, 95 %.
        assert newcombe((56, 70), (48, 80), z=1.959964) == pytest.approx((0.0524, 0.3339), abs=5e-5)
        assert newcombe((9, 10), (3, 10), z=1.959964) == pytest.approx((0.1705, 0.8090), abs=5e-5)
        assert newcombe((10, 10), (0, 20), z=1.959964) == pytest.approx((0.6791, 1.0), abs=5e-5)

    def test_a_side_without_a_case_is_open(self):
        low, high = newcombe((0, 0), (5, 10))
        assert low < 0 < high
        assert newcombe((0, 0), (0, 0)) == pytest.approx((-math.sqrt(0.5), math.sqrt(0.5)))

    def test_what_is_no_share_is_refused(self):
        with pytest.raises(ShareWrong):
            newcombe((1, 2), (3, 2))


class TestRateFlag:
    def test_a_rate_that_halved_is_down(self):
        # 64 % of 280 before; 3 of 14 today. Newcombe at 3.1 of .2143 - .6393: Wilson (.0441, .6170) and (.5471, .7223);
        # difference -.4250, below √(.1702² + .0830²) = .1893, above √(.4027² + .0922²) = .4132: (-.6143, -.0118).
        assert newcombe((3, 14), (179, 280)) == pytest.approx((-0.6143, -0.0118), abs=1e-4)
        assert flag(rate([(179, 280)], (3, 14))) == "down"

    def test_one_that_rose_is_up(self):
        assert flag(rate([(10, 100)], (9, 10))) == "up"

    def test_one_that_might_be_chance_is_neither(self):
        assert flag(rate([(179, 280)], (5, 14))) is None

    def test_the_eager_setting_sees_what_the_quiet_one_leaves_out(self):
        between = rate([(179, 280)], (4, 14))
        assert (flag(between), flag(between, z=Z_EAGER)) == (None, "down")

    @pytest.mark.parametrize(
        ("before", "today"),
        [((30, 30), (0, 4)), ((29, 29), (0, 9))],
        ids=["four cases today", "29 before"],
    )
    def test_too_few_cases_are_never_flagged(self, before, today):
        assert flag(rate([before], today)) is None

    def test_from_five_today_and_thirty_before_on_they_are(self):
        assert flag(rate([(30, 30)], (0, 5))) == "down"

    def test_a_sure_change_of_less_than_15_percent_is_not_worth_a_word(self):
        before, today = (90_000, 100_000), (7_700, 10_000)
        assert newcombe(today, before)[1] < 0
        assert flag(rate([before], today)) is None  # 14.4 %
        assert flag(rate([before], (7_600, 10_000))) == "down"  # 15.6 %

    def test_only_failures_before_and_today_are_no_change(self):
        assert flag(rate([(0, 10)] * 28, (0, 10))) is None

    def test_the_first_successes_after_only_failures_are_up(self):
        assert flag(rate([(0, 10)] * 28, (4, 10))) == "up"

    def test_a_year_of_silence_cannot_be_compared(self):
        assert flag(rate([(0, 0)] * 365, (0, 0))) is None
        assert flag(rate([(0, 0)] * 365, (5, 5))) is None

    def test_what_is_older_than_28_days_does_not_count(self):
        old = Metric("rate", "rate", [day(29, 100, 100), day(28, 1, 2), day(1, 1, 3)], day(0, 0, 9))
        assert rate_before(old) == (2, 5)
        assert flag(old) is None

    def test_today_itself_is_not_among_the_days_before(self):
        assert rate_before(Metric("rate", "rate", [day(0, 9, 9), day(1, 1, 3)], day(0, 9, 9))) == (1, 3)


class TestCountFlag:
    def test_the_expected_count_leans_on_the_weekday(self):
        # Four weeks of 10 on Tuesdays and 2 on the other days: total 88, Tuesdays 40.
        # 88 / 4 * (40 + 20 / 7) / (88 + 20) = 22 * 42.857143 / 108 = 8.730159
        weeks = [10 if day(back, 0).weekday == 1 else 2 for back in range(28, 0, -1)]
        assert expected_count(count(weeks, 0)) == pytest.approx(8.730159, abs=1e-6)

    def test_four_times_five_a_day_is_up_and_17_is_not(self):
        # 5 each day: total 140, mean 35 * (20 + 20/7) / 160 = 5 exactly, so no scatter: φ = max(1, 15/31) = 1.
        # 20: 2(√20.375 - √5.375) / √(1 + 5/140) = 2 * 2.195468 / 1.017700 = 4.3146. 14: 2 * 1.472767 / 1.0177 = 2.894.
        assert expected_count(count([5] * 28, 0)) == pytest.approx(5.0)
        assert flag(count([5] * 28, 20)) == "up"
        assert flag(count([5] * 28, 14)) is None
        assert flag(count([5] * 28, 14), z=Z_EAGER) == "up"

    def test_nothing_after_five_a_day_is_down(self):
        # 2(√.375 - √5.375) / 1.0177 = -3.3527
        assert flag(count([5] * 28, 0)) == "down"
        assert flag(count([5] * 28, 1)) is None

    def test_scattered_days_need_a_larger_change(self):
        # 0 and 10 in turn: every weekday has two of each, so each mean is 5; Σ(k-5)²/5 = 28 * 5 = 140, φ = 155/31 = 5.
        # 20: 4.3146 / √5 = 1.93.
        assert flag(count([0, 10] * 14, 20)) is None
        assert flag(count([0, 10] * 14, 40)) == "up"

    def test_a_sure_change_of_less_than_15_percent_is_not_worth_a_word(self):
        assert flag(count([10_000] * 28, 11_400)) is None
        assert flag(count([10_000] * 28, 11_600)) == "up"
        assert flag(count([10_000] * 28, 8_600)) is None
        assert flag(count([10_000] * 28, 8_400)) == "down"

    def test_a_quiet_weekend_is_expected(self):
        weeks = [0 if day(back, 0).weekday == 1 else 12 for back in range(28, 0, -1)]
        assert flag(count(weeks, 0)) is None

    def test_a_year_of_silence_is_like_today_s_silence(self):
        assert flag(count([0] * 365, 0)) is None
        assert expected_count(count([0] * 365, 0)) == 0.0

    def test_a_single_event_after_a_year_of_silence_is_no_news_and_a_dozen_is(self):
        # μ = 0 and μ/total = 1/28: 2(√1.375 - √.375)/√(29/28) = 1.101; 2(√12.375 - √.375)/1.0177 = 5.710.
        assert flag(count([0] * 365, 1)) is None
        assert flag(count([0] * 365, 12)) == "up"

    def test_a_young_team_has_nothing_to_be_compared_with(self):
        young = count([5] * 27, 50)
        assert (flag(young), expected_count(young)) == (None, None)
        assert flag(count([], 50)) is None

    def test_a_day_that_is_not_held_was_silent_and_order_does_not_matter(self):
        held = count([3, *[0] * 26, 4], 9)
        sparse = Metric("leads", "count", [day(1, 4), day(28, 3)], day(0, 9))
        assert expected_count(sparse) == expected_count(held)
        assert flag(sparse) == flag(held)

    def test_what_is_older_than_28_days_does_not_count(self):
        assert expected_count(count([1000, *[5] * 28], 5)) == pytest.approx(5.0)


class TestMeans:
    def test_of_a_count_they_are_per_day(self):
        figures = count(list(range(1, 29)), 99)
        assert week_before(figures) == sum(range(22, 29)) / 7
        assert same_weekdays(figures) == (1 + 8 + 15 + 22) / 4

    def test_of_a_rate_they_are_over_all_cases(self):
        figures = rate([(1, 2), (0, 0), (3, 10)], (9, 9))
        assert week_before(figures) == 4 / 12
        assert same_weekdays(figures) is None

    def test_of_a_young_count_they_are_over_the_days_there_were(self):
        assert week_before(count([4, 6], 0)) == 5.0
        assert same_weekdays(count([4, 6], 0)) is None

    def test_without_any_case_a_rate_has_none(self):
        assert week_before(rate([(0, 0)] * 365, (0, 0))) is None

    def test_the_trail_ends_with_today_and_tells_silence_from_ignorance(self):
        sparse = Metric("leads", "count", [day(1, 4), day(3, 2)], day(0, 9))
        assert trail(sparse, days=5) == [None, 2, 0, 4, 9]
        assert trail(rate([(1, 2), (0, 0)], (3, 3)), days=4) == [None, 0.5, None, 1.0]
        assert len(trail(sparse)) == 14


class TestSparkline:
    @pytest.mark.parametrize(
        ("values", "line"),
        [
            # level = floor(x / 14 * 7 + .5) = floor(x / 2 + .5)
            ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], "▁▂▂▃▃▄▄▅▅▆▆▇▇██"),
            ([7, 14], "▅█"),
            ([None, 0, None, 8], "·▁·█"),
            ([0, 0, 0], "▄▄▄"),
            ([5, None, 5], "▄·▄"),
            ([None, None], "··"),
            ([], ""),
            ([-1, 0, 6], "▁▂█"),
        ],
    )
    def test_counts_stand_on_0(self, values, line):
        assert sparkline(values, kind="count") == line

    @pytest.mark.parametrize(
        ("values", "line"),
        [
            ([0.2, 0.45, 0.7], "▁▅█"),
            # .60 and .64 are drawn between .57 and .67: floor(2.1 + .5) = 2 and floor(4.9 + .5) = 5.
            ([0.60, 0.64], "▃▆"),
            # .98 and 1 between .94 and 1.04: floor(2.8 + .5) = 3 and floor(4.2 + .5) = 4.
            ([0.98, None, 1.0], "▄·▅"),
            ([0.0, 0.0], "▄▄"),
            ([1.0], "▄"),
            ([None], "·"),
        ],
    )
    def test_rates_stand_on_their_least_and_are_widened_to_a_tenth(self, values, line):
        assert sparkline(values, kind="rate") == line

    @given(st.lists(st.none() | st.floats(0, 1), max_size=40), st.sampled_from(["count", "rate"]))
    def test_any_values_are_drawn_one_sign_each(self, values, kind):
        line = sparkline(values, kind=kind)
        assert len(line) == len(values)
        assert set(line) <= set("▁▂▃▄▅▆▇█·")


class TestWords:
    @pytest.mark.parametrize(
        ("k", "n", "text"),
        [
            (2, 3, "2 of 3"),
            (0, 1, "0 of 1"),
            (4, 4, "4 of 4"),
            (0, 0, "nothing to measure"),
            (9, 14, "9 of 14 = 64 % (42–82)"),
            (0, 10, "0 of 10 = 0 % (0–22)"),
            (10, 10, "10 of 10 = 100 % (78–100)"),
            (1, 5, "1 of 5 = 20 % (4–57)"),  # .0460 to .5647
            (1_999, 2_000, "1,999 of 2,000 = 99 % (99–100)"),
            (1, 2_000, "1 of 2,000 = 1 % (0–1)"),
        ],
    )
    def test_a_share_says_what_it_rests_on(self, k, n, text):
        assert rate_text(k, n) == text

    def test_what_is_no_share_is_refused(self):
        with pytest.raises(ShareWrong):
            rate_text(4, 3)

    def test_halves_are_rounded_up(self):
        assert [percent(1, 8), percent(1, 3), percent(2, 3)] == [13, 33, 67]

    @pytest.mark.parametrize(
        ("before", "today", "words"),
        [
            ([5] * 28, 5, "like other Tuesdays"),
            ([5] * 28, 20, "more than on other Tuesdays (about 5)"),
            ([5] * 28, 0, "fewer than on other Tuesdays (about 5)"),
            ([0] * 28, 12, "more than on other Tuesdays (less than one)"),
            ([2_000] * 28, 9_000, "more than on other Tuesdays (about 2,000)"),
            ([5] * 3, 20, "too early to compare"),
        ],
    )
    def test_a_count_is_held_against_its_weekday(self, before, today, words):
        assert like_other(count(before, today)) == words

    @pytest.mark.parametrize(
        ("before", "today", "words"),
        [
            ((179, 280), (9, 14), "like the 28 days before"),
            ((179, 280), (3, 14), "lower than in the 28 days before (64 %)"),
            ((10, 100), (9, 10), "higher than in the 28 days before (10 %)"),
            ((179, 280), (2, 3), "too few to compare"),
            ((9, 14), (3, 14), "too little before to compare with"),
        ],
    )
    def test_a_rate_is_held_against_the_days_before(self, before, today, words):
        assert like_other(rate([before], today)) == words


WEEK = (1.2, 1.3, 1.2, 1.1, 1.1, 0.6, 0.5)
COUNTS = (8.0, 3.0, 1.0, 12.0, 0.3)
RATES = ((10.0, 0.6), (6.0, 0.3), (12.0, 0.86), (5.0, 0.1), (12.0, 0.04))


def poisson(chance: random.Random, mean: float) -> int:
    """Knuth's way."""
    limit, product, drawn = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        drawn += 1
    return drawn


def played(chance: random.Random, days: int, scatter: float = 0.0) -> list[tuple[Kind, list[Day]]]:
    """Ten figures of a small team over `days` days, on which nothing changes but the weekday, the luck, and by
    `scatter` (the standard deviation of its logarithm) how busy a day is."""
    dates = [TUESDAY + timedelta(days=number) for number in range(days)]
    busy = {on: math.exp(chance.gauss(0.0, scatter)) * WEEK[on.weekday()] for on in dates}

    def drawn(draw: Callable[[date], tuple[int, int]]) -> list[Day]:
        return [Day(on, on.weekday(), *draw(on)) for on in dates]

    def cases(mean: float, share: float) -> Callable[[date], tuple[int, int]]:
        def draw(on: date) -> tuple[int, int]:
            n = poisson(chance, mean * busy[on])
            return sum(chance.random() < share for _ in range(n)), n

        return draw

    counts: list[tuple[Kind, list[Day]]] = [
        ("count", drawn(lambda on, mean=mean: (poisson(chance, mean * busy[on]), 0))) for mean in COUNTS
    ]
    return [*counts, *(("rate", drawn(cases(mean, share))) for mean, share in RATES)]


def flags_in(figures: Sequence[tuple[Kind, list[Day]]], z: float) -> int:
    return sum(
        flag(Metric("figure", kind, days[at - 28 : at], days[at]), z=z) is not None
        for kind, days in figures
        for at in range(28, len(days))
    )


@pytest.mark.parametrize("scatter", [0.0, 0.25], ids=["even days", "busy and slack days"])
@pytest.mark.parametrize(("z", "fewer_than"), [(Z, 3), (Z_EAGER, 5)], ids=["quiet", "eager"])
def test_while_nothing_changes_a_team_sees_few_flags_in_thirty_mornings(z, fewer_than, scatter):
    chance = random.Random(20261124)
    flags = [flags_in(played(chance, 28 + 30, scatter), z) for _ in range(60)]
    assert sum(flags) / len(flags) < fewer_than


def test_a_team_whose_figures_all_stop_is_told_the_next_morning():
    chance = random.Random(8)
    stopped = []
    for kind, days in played(chance, 29):
        n = 0 if kind == "count" else 12
        stopped.append(flag(Metric("figure", kind, days[:28], Day(days[28].date, days[28].weekday, 0, n))))
    assert stopped.count("down") >= 3
    assert "up" not in stopped
