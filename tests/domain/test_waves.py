"""In which wave somebody hears of a deal, and how long after the first."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.waves import APART, MOST, SIZE, Wave, delay_of, wave_of


@pytest.mark.parametrize(
    ("place", "number", "minutes"), [(0, 1, 0), (9, 1, 0), (10, 2, 30), (19, 2, 30), (20, 3, 60), (49, 5, 120)]
)
def test_ten_hear_together_and_the_next_ten_half_an_hour_later(place, number, minutes):
    assert wave_of(place) == Wave(number, timedelta(minutes=minutes))
    assert wave_of(place).minutes == minutes


@given(st.integers(0, 10_000))
def test_a_better_match_never_hears_later(place):
    before, after = wave_of(place), wave_of(place + 1)
    assert before.after <= after.after
    assert after.number - before.number in (0, 1)
    assert after.after == (after.number - 1) * APART


def test_a_batch_is_told_within_a_working_day():
    assert wave_of(MOST - 1).after <= timedelta(hours=4)
    assert MOST % SIZE == 0


def test_nobody_stands_before_the_best_match():
    with pytest.raises(ValueError, match="no recipient stands at -1"):
        wave_of(-1)


@pytest.mark.parametrize(
    ("metadata", "minutes"),
    [
        ({}, 0),
        ({"wave_minutes": 0}, 0),
        ({"wave_minutes": 60}, 60),
        ({"wave_minutes": -5}, 0),
        ({"wave_minutes": "9"}, 0),
    ],
)
def test_a_message_keeps_how_long_after_the_first_it_leaves(metadata, minutes):
    assert delay_of(metadata) == timedelta(minutes=minutes)


def test_an_absurd_delay_ends_at_a_week():
    assert delay_of({"wave_minutes": 10**9}) == timedelta(days=7)
