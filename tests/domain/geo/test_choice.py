"""When a person is asked which place is meant, and what the answer makes of the location."""

import pytest

from domain.geo import Location, locate, readings, settle
from domain.geo.choice import OFFERED


@pytest.mark.parametrize(
    "text", ["12 King St W, Hamilton ON L8P 1A1", "Hamilton", "Windsor NS", "Toronto, ON", "", "xyzzy"]
)
def test_a_sure_place_and_no_place_at_all_ask_nothing(text):
    assert readings(locate(None, text)) == ()


def test_words_that_contradict_each_other_are_offered_best_first():
    place = locate(None, "12 Main St Halifax M5V 2T6")
    assert readings(place) == (("ON", "Toronto"), ("NS", "Halifax"))


def test_no_more_than_four_readings_are_offered_and_none_twice():
    alternatives = (("NS", "ALL"), ("NS", "ALL"), ("NB", "ALL"), (None, "ALL"), ("PE", "ALL"), ("NL", "ALL"))
    place = Location("ON", "ALL", None, frozenset({"America/Toronto"}), 0.4, (), alternatives)
    assert readings(place) == (("ON", "ALL"), ("NS", "ALL"), ("NB", "ALL"), ("PE", "ALL"))
    assert len(readings(place)) == OFFERED


def test_one_reading_alone_is_a_question_only_when_nothing_was_found():
    only = (("BC", "Vancouver"),)
    assert readings(Location(None, "ALL", None, frozenset(), 0.2, (), only)) == only
    assert readings(Location("BC", "Vancouver", None, frozenset(), 0.2, (), only)) == ()


def test_the_reading_that_was_found_keeps_what_was_found():
    place = locate(None, "12 Main St Halifax M5V 2T6")
    settled = settle(place, ("ON", "Toronto"))
    assert (settled.province, settled.market, settled.municipality) == ("ON", "Toronto", place.municipality)
    assert settled.zones == {"America/Toronto"}
    assert settled.confidence == 1.0
    assert readings(settled) == ()


def test_another_reading_brings_its_own_zones():
    settled = settle(locate(None, "12 Main St Halifax M5V 2T6"), ("NS", "Halifax"))
    assert (settled.province, settled.market, settled.municipality) == ("NS", "Halifax", None)
    assert settled.zones == {"America/Halifax"}
    assert settled.evidence == ("chosen by a person",)


def test_a_reading_outside_the_markets_may_lie_in_every_zone_of_its_province():
    settled = settle(locate(None, "Vancouver AB"), ("BC", "ALL"))
    assert {"America/Vancouver", "America/Edmonton", "America/Dawson_Creek"} <= settled.zones
