"""A stated weekday and time in place of the clock: for previews, and strict about what is stated."""

from collections.abc import Mapping

import pytest

from domain.policy import Medium, Policy, check_override
from tests.domain.calendars import policy, rows, rules

CRTC = "01234@0900-2130;56@1000-1800"


def override_value(text: str) -> object:
    words = {"": None, "null": None, "True": True}
    return words[text] if text in words else int(text) if text.lstrip("-").isdecimal() else text


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize("row", rows("contact_overrides.csv"), ids=lambda row: row["case"])
def test_an_override_of_the_table_is_judged_as_it_says(row: Mapping[str, str], typed: bool) -> None:
    weekday = override_value(row["weekday"]) if typed else row["weekday"]
    hhmm = None if row["hhmm"] == "null" else row["hhmm"]

    verdict = check_override(policy(row["windows"]), weekday=weekday, hhmm=hhmm, medium=Medium.SMS)

    assert verdict.allowed is (row["allowed"] == "true")
    assert verdict.reason == row["reason"]


@pytest.mark.parametrize(
    ("weekday", "hhmm"),
    [
        (0, 900),
        (0, 1200),
        (0, "12:00"),
        (0, "1200 "),
        (0, "1200\n"),
        (0, ""),
        (0, None),
        (0, b"1200"),
        (0, "2360"),
        (7, "1200"),
        (-1, "1200"),
        (1.0, "1200"),
        (False, "1200"),
        ("7", "1200"),
        ("00", "1200"),
        ("", "1200"),
        ("١", "1200"),
        ([], "1200"),
    ],
)
def test_an_odd_override_blocks(weekday: object, hhmm: object) -> None:
    for each in (policy("0123456@0000-2400"), None):
        verdict = check_override(each, weekday=weekday, hhmm=hhmm, medium=Medium.SMS)

        assert (verdict.allowed, verdict.reason, verdict.basis) == (False, "invalid_override", "policy")


@pytest.mark.parametrize(
    ("given_policy", "medium", "reason"),
    [
        (None, Medium.SMS, "no_policy"),
        (Policy("ON", "ALL", False, rules(), 1), Medium.SMS, "disabled"),
        (Policy("ON", "ALL", True, None, 1), Medium.SMS, "invalid_rules"),
        (policy(channels_allowed=["EMAIL"]), Medium.SMS, "medium_not_allowed"),
        (policy(""), Medium.SMS, "no_windows"),
    ],
)
def test_an_override_opens_no_row_that_is_closed(given_policy: Policy | None, medium: Medium, reason: str) -> None:
    verdict = check_override(given_policy, weekday=2, hhmm="1200", medium=medium)

    assert (verdict.allowed, verdict.reason) == (False, reason)


@pytest.mark.parametrize(
    ("windows", "weekday", "hhmm", "sentence"),
    [
        (CRTC, 2, "1200", "Open on Wed 1200."),
        (CRTC, 6, "1800", "Outside the window: Sun 1800."),
        ("01234@0900-2000", 6, "1200", "Closed at the weekend: Sun 1200."),
        ("4@2200-0200", 5, "0159", "Open on Sat 0159."),
        ("6@2200-0200", 0, "0159", "Open on Mon 0159."),
    ],
)
def test_an_override_is_judged_by_the_stated_day_and_time(windows: str, weekday: int, hhmm: str, sentence: str) -> None:
    assert check_override(policy(windows), weekday=weekday, hhmm=hhmm, medium=Medium.CALL).sentence == sentence
