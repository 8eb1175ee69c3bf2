"""Contact windows in words."""

import pytest

from domain.hours_text import day_text, hours_text, week_text
from domain.policy import CRTC_CALLS, SEED_RULES, Medium, Rules

WEEK = {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"}


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        ([WEEK], "Mon–Fri 09:00–20:00"),
        ([], "never"),
        ([WEEK | {"start": "20:00"}], "never"),
        ([WEEK, {"days": [5], "start": "10:00", "end": "14:30"}], "Mon–Fri 09:00–20:00, Sat 10:00–14:30"),
        ([WEEK | {"days": [0, 2, 3, 4, 6]}], "Mon, Wed–Fri, Sun 09:00–20:00"),
        ([WEEK | {"days": [0, 1]}, WEEK | {"days": [2]}], "Mon–Wed 09:00–20:00"),
        ([WEEK | {"start": "22:00", "end": "02:00"}], "Mon–Fri 22:00–02:00"),
        ([WEEK | {"end": "24:00"}], "Mon–Fri 09:00–24:00"),
        ([WEEK | {"media": ["CALL"]}], "never"),
    ],
)
def test_windows_are_told_by_days_and_hours(windows, text):
    assert hours_text(Rules.from_json({"contact_windows_local": windows}), Medium.SMS) == text


def test_a_medium_that_is_shut_out_is_never_open():
    rules = Rules.from_json(dict(SEED_RULES) | {"channels_allowed": ["CALL"]})
    assert hours_text(rules, Medium.SMS) == "never"


def test_the_legal_calling_hours_are_told_like_any_other():
    assert hours_text(CRTC_CALLS, Medium.CALL) == "Mon–Fri 09:00–21:30, Sat–Sun 10:00–18:00"


def week(*windows):
    """A week for SMS from windows of days, start and end."""
    entries = [{"days": days, "start": start, "end": end} for days, start, end in windows]
    return Rules.from_json({"contact_windows_local": entries}).hours(Medium.SMS).week


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        ([([0], "09:00", "12:00"), ([0], "11:00", "20:00")], "Mon 09:00–20:00"),
        ([([6], "22:00", "02:00")], "Sun 22:00–02:00"),
        ([([5, 6], "22:00", "02:00")], "Sat–Sun 22:00–02:00"),
        ([([0], "00:00", "24:00"), ([1], "00:00", "02:00")], "Mon 00:00–24:00, Tue 00:00–02:00"),
        ([([0, 1, 2, 3, 4, 5, 6], "00:00", "24:00")], "Mon–Sun 00:00–24:00"),
        ([([6], "12:00", "24:00"), ([0], "00:00", "14:00")], "Mon 00:00–14:00, Sun 12:00–24:00"),
        ([], "never"),
    ],
)
def test_a_week_has_no_overlaps_and_nights_stay_whole(windows, text):
    assert week_text(week(*windows)) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [(0, "09:00–12:00, 13:00–20:00"), (1, "closed"), (5, "22:00–24:00"), (6, "00:00–02:00")],
)
def test_a_day_is_told_from_midnight_to_midnight(day, text):
    assert day_text(week(([0], "09:00", "12:00"), ([0], "13:00", "20:00"), ([5], "22:00", "02:00")), day) == text
