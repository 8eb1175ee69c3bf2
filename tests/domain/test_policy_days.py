"""What a policy's day looks like at its place."""

from dataclasses import replace
from datetime import date

import pytest

from domain.holiday import HolidaysUnknown
from domain.policy import Medium, Policy, Rules, seed_rules
from domain.policy_days import day_of, zones_of_row
from domain.window_lines import windows_in
from tests.domain.calendars import instant

TUESDAY = instant("2026-11-24T21:05:00Z")
CHRISTMAS = instant("2026-12-25T18:00:00Z")


def row(province="ON", market="ALL", **changes):
    """A seeded row, with changes."""
    return replace(Policy(province, market, True, Rules.from_json(seed_rules(province))), **changes)


def clocks(day):
    return [f"{local:%a %H:%M}" for local in day.clocks]


@pytest.mark.parametrize(
    ("province", "market", "shown"),
    [
        ("ON", "Toronto", ["Tue 16:05"]),
        ("BC", "Vancouver", ["Tue 14:05"]),
        ("NL", "St. John's", ["Tue 17:35"]),
        ("SK", "ALL", ["Tue 15:05", "Tue 16:05"]),
        ("NL", "ALL", ["Tue 17:05", "Tue 17:35"]),
        ("YT", "ALL", ["Tue 14:05"]),
    ],
)
def test_the_clocks_of_a_row_are_those_of_its_zones_without_twins(province, market, shown):
    assert clocks(day_of(row(province, market), TUESDAY)) == shown


def test_a_row_reaches_its_markets_zone_or_every_zone_of_its_province():
    assert zones_of_row("BC", "Vancouver") == {"America/Vancouver"}
    assert zones_of_row("AB", "ALL") == {"America/Edmonton"}
    assert len(zones_of_row("BC", "ALL")) == 5


def test_an_ordinary_day_tells_the_hours_of_each_medium():
    day = day_of(row(), TUESDAY)
    assert (day.on, day.holiday) == (date(2026, 11, 24), None)
    assert set(day.hours.values()) == {"09:00–20:00"}


def test_a_weekend_is_closed():
    assert set(day_of(row(), instant("2026-11-28T18:00:00Z")).hours.values()) == {"closed"}


def test_on_a_holiday_what_rests_is_closed_and_the_day_is_named():
    day = day_of(row("BC"), CHRISTMAS)
    assert day.holiday == "Christmas Day"
    assert day.hours == {Medium.SMS: "09:00–20:00", Medium.CALL: "closed", Medium.EMAIL: "09:00–20:00"}


def test_calls_are_cut_to_the_laws_hours_whatever_a_row_says():
    wide = Rules(windows_in("daily 08:00-23:00"))
    hours = day_of(row(rules=wide), TUESDAY).hours
    assert (hours[Medium.CALL], hours[Medium.SMS]) == ("09:00–21:30", "08:00–23:00")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"enabled": False}, "off"),
        ({"rules": None}, "blocked"),
        ({"rules": Rules(channels_allowed=frozenset())}, "not allowed"),
        ({"rules": Rules()}, "closed"),
    ],
)
def test_a_row_that_opens_nothing_says_why(changes, said):
    assert set(day_of(row(**changes), TUESDAY).hours.values()) == {said}


def test_a_year_without_a_calendar_is_an_error_and_never_a_day_without_holidays():
    with pytest.raises(HolidaysUnknown):
        day_of(row(), instant("2999-01-01T12:00:00Z"))
