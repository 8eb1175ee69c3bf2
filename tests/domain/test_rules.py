"""Rules are read strictly, written back the same, and compared minute by minute."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from domain.policy import (
    CRTC_CALLS,
    SEED_RULES,
    Medium,
    Rules,
    RulesInvalid,
    Window,
    any_hours,
    lawful_hours,
    seed_rules,
    widens,
)
from domain.windows import WEEK, within
from tests.domain.calendars import rules, rules_json, rules_of_any_kind


def window(**changes: Any) -> dict[str, Any]:
    return {"days": [0], "start": "09:00", "end": "20:00", **changes}


@pytest.mark.parametrize(
    ("given_rules", "message"),
    [
        (None, "rules: None is not an object."),
        ([], "rules: [] is not an object."),
        ("{}", "rules: '{}' is not an object."),
        ({"contact_window_local": []}, "rules: 'contact_window_local' is not a rule."),
        ({1: 2}, "rules: 1 is not a rule."),
        ({"contact_windows_local": {}}, "contact_windows_local: {} is not a list."),
        ({"contact_windows_local": None}, "contact_windows_local: None is not a list."),
        ({"contact_windows_local": ["9-20"]}, "contact_windows_local[0]: '9-20' is not a window."),
        ({"contact_windows_local": [window(day=1)]}, "contact_windows_local[0]: 'day' is not a rule."),
        (
            {"contact_windows_local": [window(days=[])]},
            "contact_windows_local[0].days: a window needs at least one day.",
        ),
        ({"contact_windows_local": [window(days=3)]}, "contact_windows_local[0].days: 3 is not a list."),
        ({"contact_windows_local": [{"start": "09:00"}]}, "contact_windows_local[0].days: None is not a list."),
        (
            {"contact_windows_local": [window(days=[0, 7])]},
            "contact_windows_local[0].days[1]: 7 is not a weekday from 0 (Monday) to 6.",
        ),
        (
            {"contact_windows_local": [window(days=[True])]},
            "contact_windows_local[0].days[0]: True is not a weekday from 0 (Monday) to 6.",
        ),
        (
            {"contact_windows_local": [window(days=["Mon"])]},
            "contact_windows_local[0].days[0]: 'Mon' is not a weekday from 0 (Monday) to 6.",
        ),
        (
            {"contact_windows_local": [window(), window(start="25:00")]},
            "contact_windows_local[1].start: '25:00' is not a time.",
        ),
        (
            {"contact_windows_local": [window(media=["FAX"])]},
            "contact_windows_local[0].media[0]: 'FAX' is not SMS, CALL or EMAIL.",
        ),
        ({"contact_windows_local": [window(media=True)]}, "contact_windows_local[0].media: True is not a list."),
        ({"channels_allowed": None}, "channels_allowed: None is not a list."),
        ({"channels_allowed": True}, "channels_allowed: True is not a list."),
        ({"channels_allowed": [3]}, "channels_allowed[0]: 3 is not SMS, CALL or EMAIL."),
        ({"holidays": "yes"}, "holidays: 'yes' is not a list."),
        ({"holidays": ["FAX"]}, "holidays[0]: 'FAX' is not SMS, CALL or EMAIL."),
        ({"min_lead_score_to_contact": 2}, "min_lead_score_to_contact: 2 is not a number from 0 to 1."),
        ({"min_lead_score_to_contact": True}, "min_lead_score_to_contact: True is not a number from 0 to 1."),
        ({"min_lead_score_to_contact": "0.65"}, "min_lead_score_to_contact: '0.65' is not a number from 0 to 1."),
    ],
)
def test_rules_that_cannot_be_read_say_where_and_why(given_rules: Any, message: str) -> None:
    with pytest.raises(RulesInvalid) as refused:
        Rules.from_json(given_rules)

    assert str(refused.value) == message
    assert refused.value.code == "RULES_INVALID"


@pytest.mark.parametrize("bound", ["start", "end"])
@pytest.mark.parametrize(
    "time",
    [
        "9-20",
        "9:00",
        "900",
        "09:60",
        "0960",
        "2500",
        "24:01",
        "-1:00",
        "09:00 ",
        "09:00\n",
        "09.00",
        "٠٩:٠٠",
        "",
        None,
        900,
        9.0,
    ],
)
def test_what_is_no_time_is_refused(bound: str, time: Any) -> None:
    with pytest.raises(RulesInvalid, match=rf"contact_windows_local\[0\]\.{bound}: .* is not a time"):
        Rules.from_json({"contact_windows_local": [window(**{bound: time})]})


def test_a_window_may_end_but_not_start_at_24_00() -> None:
    assert rules("0@2300-2400").windows[0].end == 1440
    with pytest.raises(RulesInvalid, match="'24:00' is not a time"):
        rules("0@24:00-01:00")


def test_both_ways_to_write_a_time_mean_the_same() -> None:
    assert rules("0@0900-2000") == rules("0@09:00-20:00")


def test_media_may_be_written_small() -> None:
    assert rules(channels_allowed=["sms"]).channels_allowed == frozenset({Medium.SMS})


def test_without_anything_said_no_minute_is_open() -> None:
    empty = Rules.from_json({})

    assert all(not empty.hours(medium).week for medium in Medium)


def test_a_window_for_some_media_opens_for_these_alone() -> None:
    some = Rules.from_json({"contact_windows_local": [window(media=["SMS", "EMAIL"])]})

    assert some.hours(Medium.SMS).week == (540, 1200)
    assert some.hours(Medium.CALL).week == ()


def test_a_window_that_ends_where_it_starts_is_empty() -> None:
    assert rules("0123456@0900-0900").hours(Medium.SMS).week == ()
    assert rules("0123456@0000-0000").hours(Medium.SMS).week == ()


def test_a_window_over_midnight_belongs_to_its_opening_day() -> None:
    night = rules("6@2200-0200").hours(Medium.SMS)

    assert night.week == (0, 120, 6 * 1440 + 1320, WEEK)
    assert night.days == frozenset({6})


@pytest.mark.parametrize(
    ("holidays", "resting"),
    [
        (True, set(Medium)),
        (False, set()),
        ([], set()),
        (["CALL"], {Medium.CALL}),
        (["SMS", "EMAIL"], {Medium.SMS, Medium.EMAIL}),
    ],
)
def test_the_media_that_rest_on_holidays_have_no_hours_then(holidays: Any, resting: set[Medium]) -> None:
    some = rules(holidays=holidays)

    assert some.holidays == resting
    for medium in Medium:
        assert some.hours(medium).on_holiday == (() if medium in resting else some.hours(medium).week)


@settings(max_examples=100, deadline=None)
@given(rules_of_any_kind)
def test_rules_survive_being_written_and_read(some: Rules) -> None:
    assert Rules.from_json(json.loads(json.dumps(some.to_json()))) == some


def test_what_is_written_is_plain() -> None:
    score = rules_json("0@0900-2000", holidays=["CALL"], min_lead_score_to_contact=0.65)

    assert Rules.from_json(score).to_json() == {
        "contact_windows_local": [{"days": [0], "start": "09:00", "end": "20:00"}],
        "channels_allowed": ["SMS", "CALL", "EMAIL"],
        "holidays": ["CALL"],
        "min_lead_score_to_contact": 0.65,
    }


def test_a_changed_copy_has_its_own_hours() -> None:
    changed = replace(rules(), windows=(Window((0,), 600, 660),))

    assert changed.hours(Medium.SMS).week == (600, 660)


@pytest.mark.parametrize(
    ("new", "old", "wider"),
    [
        (rules(), rules(), False),
        (rules("01234@0900-1959"), rules(), False),
        (rules("01234@0900-2001"), rules(), True),
        (rules("01234@0859-2000"), rules(), True),
        (rules("012345@0900-2000"), rules(), True),
        (rules("01234@0900-1200;01234@1200-2000"), rules(), False),
        (rules("4@2200-0200"), rules("4@2200-2400;5@0000-0200"), False),
        (rules("4@2200-0201"), rules("4@2200-2400;5@0000-0200"), True),
        (rules(channels_allowed=["SMS"]), rules(), False),
        (rules(), rules(channels_allowed=["SMS"]), True),
        (rules(holidays=True), rules(), False),
        (rules(), rules(holidays=["CALL"]), True),
        (rules(holidays=["SMS"]), rules(holidays=["CALL"]), True),
        (rules(channels_allowed=["SMS"]), rules(holidays=["CALL"]), False),
        (rules(""), rules(), False),
        (rules("", holidays=False), rules(holidays=True), False),
        (rules(), rules(""), True),
    ],
)
def test_rules_widen_when_they_open_what_was_closed(new: Rules, old: Rules, wider: bool) -> None:
    assert widens(new, old) is wider


@settings(max_examples=10, deadline=None)
@given(rules_of_any_kind, rules_of_any_kind)
def test_widening_is_a_minute_that_only_the_new_rules_open(new: Rules, old: Rules) -> None:
    def opened(some: Rules) -> set[tuple[Medium, bool, int]]:
        hours = [(medium, rests, some.hours(medium)) for medium in Medium for rests in (False, True)]
        return {
            (medium, rests, minute)
            for medium, rests, each in hours
            for minute in range(WEEK)
            if within(each.on_holiday if rests else each.week, minute)
        }

    assert widens(new, old) is bool(opened(new) - opened(old))


def test_the_seed_lies_inside_the_law_for_calls() -> None:
    calls = rules(channels_allowed=["CALL"])

    assert not widens(calls, CRTC_CALLS)
    assert widens(rules("01234@0900-2131", channels_allowed=["CALL"]), CRTC_CALLS)
    assert widens(rules("6@0959-1200", channels_allowed=["CALL"]), CRTC_CALLS)


def test_a_new_workspace_contacts_on_weekdays_from_nine_to_eight() -> None:
    seed = Rules.from_json(SEED_RULES)

    assert seed == rules()
    assert all(seed.hours(medium).days == frozenset(range(5)) for medium in Medium)


@pytest.mark.parametrize(("province", "resting"), [("BC", {Medium.CALL}), ("ON", set()), ("QC", set())])
def test_only_british_columbia_starts_with_calls_that_rest(province: str, resting: set[Medium]) -> None:
    assert Rules.from_json(seed_rules(province)).holidays == resting


def test_a_province_gets_its_own_copy_of_the_seed() -> None:
    seed_rules("ON")["contact_windows_local"][0]["days"].append(6)
    seed_rules("ON")["channels_allowed"].clear()

    assert Rules.from_json(SEED_RULES) == Rules.from_json(seed_rules("ON")) == rules()


def test_calls_are_cut_to_the_law_and_messages_are_not() -> None:
    always = rules("0123456@0000-2400")

    assert lawful_hours(always, Medium.SMS).week == (0, WEEK)
    assert lawful_hours(always, Medium.CALL) == CRTC_CALLS.hours(Medium.CALL)
    assert any_hours(always).week == (0, WEEK)


def test_hours_of_any_medium_join_those_of_each() -> None:
    some = Rules.from_json(
        {
            "contact_windows_local": [
                window(media=["CALL"], start="08:00", end="10:00"),
                window(media=["SMS"], start="11:00"),
            ]
        }
    )

    assert any_hours(some).week == (540, 600, 660, 1200)
