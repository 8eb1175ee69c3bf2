"""What the rules of a contact policy must be, and how two versions of it differ in words."""

from dataclasses import replace

import pytest
from hypothesis import given

from domain.policy import CRTC_CALLS, CRTC_SOURCE, Medium, Policy, Rules, seed_rules
from domain.policy_changes import (
    BC_SOURCE,
    CallsWiderThanLaw,
    Notice,
    WindowEmpty,
    check_rules,
    differences,
    medium_text,
    notices,
    resting_text,
)
from domain.window_lines import windows_in
from tests.domain.calendars import rules_of_any_kind

SEED = Rules.from_json(seed_rules("ON"))
ONTARIO = Policy("ON", "ALL", True, SEED)
BRITISH_COLUMBIA = Policy("BC", "ALL", True, Rules.from_json(seed_rules("BC")))


def rules(lines, **changes):
    """The seed's rules with other windows, as a person types them."""
    return replace(SEED, windows=windows_in(lines), **changes)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Mon-Fri 09:00-21:30\nSat-Sun 10:00-18:00",
        "Mon-Fri 09:00-20:00\nMon 10:00-12:00",
        "daily 00:00-24:00 sms e-mail\nMon 09:00-10:00 calls",
        "Fri 22:00-02:00 texts",
    ],
)
def test_rules_within_the_law_may_stand_overlaps_among_them(lines):
    check_rules(rules(lines))


def test_the_laws_own_hours_may_stand():
    check_rules(CRTC_CALLS)


@pytest.mark.parametrize(
    ("lines", "excess"),
    [
        ("Mon-Fri 09:00-22:00", "Mon–Fri 21:30–22:00"),
        ("Mon-Fri 08:59-21:30 calls", "Mon–Fri 08:59–09:00"),
        ("Sat 10:00-18:01", "Sat 18:00–18:01"),
        ("Fri 20:00-02:00", "Fri 21:30–02:00"),
        ("Mon-Fri 09:00-20:00\nSun 09:00-18:00 sms calls", "Sun 09:00–10:00"),
    ],
)
def test_calls_are_never_wider_than_the_law_which_is_named_with_its_source(lines, excess):
    with pytest.raises(CallsWiderThanLaw) as wider:
        check_rules(rules(lines))
    assert f"The law forbids calls at {excess}:" in str(wider.value)
    assert "it allows Mon–Fri 09:00–21:30, Sat–Sun 10:00–18:00, in the recipient's time" in str(wider.value)
    assert CRTC_SOURCE in str(wider.value)
    assert wider.value.field == "windows"


def test_hours_beyond_the_law_are_no_matter_while_calls_are_not_allowed():
    check_rules(rules("daily 00:00-24:00", channels_allowed=frozenset({Medium.SMS})))


def test_a_window_that_ends_when_it_begins_is_named():
    with pytest.raises(WindowEmpty, match="Mon-Fri 09:00-09:00 ends when it begins"):
        check_rules(rules("Mon-Fri 09:00-09:00"))


@given(rules_of_any_kind)
def test_what_may_stand_opens_no_minute_for_calls_that_the_law_forbids(some):
    try:
        check_rules(some)
    except (WindowEmpty, CallsWiderThanLaw):
        return
    lawful = CRTC_CALLS.hours(Medium.CALL).week
    for minute in range(0, 7 * 1440, 10):
        inside = [sum(bound <= minute for bound in week) % 2 for week in (some.hours(Medium.CALL).week, lawful)]
        assert inside != [1, 0]


# Differences


@pytest.mark.parametrize(
    ("new", "lines"),
    [
        (ONTARIO, ()),
        (replace(ONTARIO, version=2), ()),
        (replace(ONTARIO, enabled=False), ("Switched on → off",)),
        (
            replace(ONTARIO, rules=rules("Mon-Fri 09:00-20:00\nSat 10:00-18:00 calls")),
            ("Calls: Mon–Fri 09:00–20:00 → Mon–Fri 09:00–20:00, Sat 10:00–18:00",),
        ),
        (replace(ONTARIO, rules=rules("Mon-Thu 09:00-20:00\nFri 09:00-20:00")), ()),
        (
            replace(ONTARIO, rules=rules("Mon-Fri 09:00-20:00 sms")),
            ("E-mail: Mon–Fri 09:00–20:00 → no window", "Calls: Mon–Fri 09:00–20:00 → no window"),
        ),
        (
            replace(ONTARIO, rules=replace(SEED, channels_allowed=frozenset({Medium.SMS, Medium.EMAIL}))),
            ("Calls: Mon–Fri 09:00–20:00 → not allowed",),
        ),
        (
            replace(ONTARIO, rules=replace(SEED, holidays=frozenset({Medium.CALL, Medium.SMS}))),
            ("Holidays: none rests → SMS and calls rest",),
        ),
    ],
)
def test_each_difference_is_a_line(new, lines):
    assert differences(ONTARIO, new) == lines


def test_rules_that_could_not_be_read_opened_nothing():
    assert differences(replace(ONTARIO, rules=None), ONTARIO)[:2] == (
        "The rules could not be read, and blocked everything",
        "SMS: no window → Mon–Fri 09:00–20:00",
    )
    assert differences(replace(ONTARIO, rules=None), replace(ONTARIO, rules=None)) == ()


def test_a_medium_and_resting_days_are_told_in_words():
    assert medium_text(SEED, Medium.CALL) == "Mon–Fri 09:00–20:00"
    assert medium_text(replace(SEED, channels_allowed=frozenset()), Medium.CALL) == "not allowed"
    assert medium_text(replace(SEED, windows=()), Medium.CALL) == "no window"
    assert resting_text(replace(SEED, holidays=frozenset(Medium))) == "all rest"
    assert resting_text(SEED) == "none rests"


# What is worth knowing


def test_nothing_is_to_be_known_of_the_seeds_rules():
    assert notices(ONTARIO, ONTARIO) == ()
    assert notices(BRITISH_COLUMBIA, BRITISH_COLUMBIA) == ()


def test_windows_that_overlap_are_told_and_count_as_one():
    lines = "Mon-Fri 09:00-20:00 sms e-mail\nFri 19:00-21:00\nSat 10:00-18:00 calls\nSun 10:00-18:00 calls"
    assert notices(ONTARIO, replace(ONTARIO, rules=rules(lines))) == (
        Notice("Mon-Fri 09:00-20:00 sms e-mail and Fri 19:00-21:00 overlap: together they count as one."),
    )


def test_windows_that_only_meet_or_hold_for_other_media_do_not_overlap():
    lines = "Mon 09:00-12:00\nMon 12:00-20:00 sms e-mail\nMon 12:00-20:00 calls"
    assert notices(ONTARIO, replace(ONTARIO, rules=rules(lines))) == ()


def test_a_night_overlaps_the_morning_it_reaches_into():
    (notice,) = notices(ONTARIO, replace(ONTARIO, rules=rules("Sun 22:00-02:00\nMon 01:00-03:00")))
    assert "overlap" in notice.sentence


def test_media_that_never_open_are_told_unless_the_row_is_off():
    shut = replace(ONTARIO, rules=rules("Mon-Fri 09:00-20:00 calls"))
    assert [each.sentence for each in notices(ONTARIO, shut)] == [
        "No window is left for SMS, E-mail: that stays blocked at all times."
    ]
    assert notices(ONTARIO, replace(shut, enabled=False)) == ()


def test_calls_in_bc_that_no_longer_rest_on_holidays_are_told_with_the_source():
    (notice,) = notices(BRITISH_COLUMBIA, replace(BRITISH_COLUMBIA, rules=SEED))
    assert notice.sentence.startswith("Calls in British Columbia no longer rest on holidays")
    assert (notice.basis, notice.source) == ("policy", BC_SOURCE)


def test_calls_in_bc_that_did_not_rest_are_told_too_and_no_calls_are_not():
    was = replace(BRITISH_COLUMBIA, rules=None)
    (notice,) = notices(was, replace(was, rules=SEED))
    assert "do not rest on holidays" in notice.sentence
    no_calls = replace(SEED, channels_allowed=frozenset({Medium.SMS}))
    assert notices(was, replace(was, rules=no_calls)) == ()


def test_rules_that_are_gone_are_told_to_open_nothing():
    (notice,) = notices(ONTARIO, replace(ONTARIO, rules=None))
    assert notice.sentence.startswith("No window is left for SMS, E-mail, Calls")
