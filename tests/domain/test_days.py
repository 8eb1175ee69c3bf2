"""Days as people and spreadsheets write them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.days import DayUnclear, parse_day

MARCH_11 = date(2026, 3, 11)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-11",
        " 2026/3/11 ",
        "2026.03.11",
        "2026-Mar-11",
        "2026-03-11 00:00:00",
        "2026-03-11T14:05:00.000Z",
        "2026-03-11 2:05 PM",
        "11 March 2026",
        "11 mars 2026",
        "11-Mar-2026",
        "March 11, 2026",
        "Mar. 11th 2026",
    ],
)
def test_a_day_that_can_be_read_in_one_way_is_read(text):
    assert parse_day(text) == MARCH_11


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31)),
        ("5/5/2026", date(2026, 5, 5)),
        ("1er août 2026", date(2026, 8, 1)),
        ("2 févr. 2026", date(2026, 2, 2)),
        ("Sept 9 2026", date(2026, 9, 9)),
    ],
)
def test_the_part_above_12_is_the_day_and_french_is_read(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "3/4/2026",
        "03-04-26",
        "2026-02-30",
        "2026-13-01",
        "32/13/2026",
        "Foo 3 2026",
        "3 Foo 2026",
        "2026",
        "1 2",
        "1 2 3 4",
        "46092",
    ],
)
def test_what_can_be_read_in_two_ways_or_is_no_day_is_refused(text):
    with pytest.raises(DayUnclear, match=r"is not clear as a day\. Write it like 2026-03-11\."):
        parse_day(text)


@given(st.dates())
def test_an_iso_day_comes_back(day):
    assert parse_day(day.isoformat()) == day


@given(st.text(max_size=50))
def test_any_text_is_a_day_or_refused(text):
    with suppress(DayUnclear):
        assert isinstance(parse_day(text), date)
