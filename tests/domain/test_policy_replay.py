"""What other rules would have done to past sends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Medium, Policy, Rules, check_contact_window, holidays_of, seed_rules
from domain.policy_replay import PastContact, Replay, replay
from domain.window_lines import windows_in
from tests.domain.calendars import instants, rules_of_any_kind, zone_sets

SEED = Rules.from_json(seed_rules("ON"))
ONTARIO, TORONTO = Policy("ON", "ALL", True, SEED), Policy("ON", "Toronto", True, SEED)
QUEBEC = Policy("QC", "ALL", True, SEED)
STANDING = (ONTARIO, TORONTO, QUEBEC)
ZONE = frozenset({"America/Toronto"})
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""Tuesday 12:00 in Toronto."""


def sent(market="ALL", *, at=NOON, medium=Medium.SMS, zones=ZONE, province="ON"):
    return PastContact(medium, at, zones, province, market)


def tried(contacts, new, standing=STANDING, holidays=None):
    return replay(contacts, standing, new, holidays or {})


MORNINGS = replace(ONTARIO, rules=replace(SEED, windows=windows_in("Mon-Fri 09:00-11:00")))


def test_sends_are_counted_with_those_that_each_version_blocks():
    evening = sent(at=NOON + timedelta(hours=9))
    assert tried([sent(), evening, sent(at=NOON - timedelta(hours=2))], MORNINGS) == Replay(3, 1, 2)


def test_a_provinces_row_is_tried_on_places_without_a_row_of_their_own():
    assert tried([sent("London"), sent("Toronto"), sent(province="QC")], MORNINGS) == Replay(1, 0, 1)


def test_a_markets_new_row_takes_its_sends_from_the_provinces():
    hamilton = replace(MORNINGS, market="Hamilton")
    assert tried([sent("Hamilton"), sent("London")], hamilton) == Replay(1, 0, 1)


def test_where_no_row_stood_everything_was_blocked():
    assert tried([sent(province="YT")], replace(ONTARIO, province="YT")) == Replay(1, 1, 0)


@pytest.mark.parametrize("contact", [sent(zones=frozenset()), sent(province=None)])
def test_a_send_without_zone_or_place_is_not_among_them(contact):
    assert tried([contact], MORNINGS).count == 0


@pytest.mark.parametrize("shut", [{"enabled": False}, {"rules": None}])
def test_a_row_that_is_off_or_unreadable_blocks_all(shut):
    assert tried([sent()], replace(ONTARIO, **shut)) == Replay(1, 0, 1)


def test_media_that_rest_are_blocked_on_holidays():
    christmas = datetime(2026, 12, 25, 17, tzinfo=UTC)
    resting = replace(ONTARIO, rules=replace(SEED, holidays=frozenset({Medium.CALL})))
    contacts = [sent(at=christmas), sent(at=christmas, medium=Medium.CALL)]
    assert tried(contacts, resting, holidays=holidays_of("ON", 2026)) == Replay(2, 0, 1)


@given(rules_of_any_kind, instants(), zone_sets(), st.sampled_from(Medium))
def test_a_past_send_is_judged_as_the_window_check_judges_it(rules, at, zones, medium):
    new = Policy("ON", "ALL", True, rules)
    holidays = {**holidays_of("ON", at.year - 1), **holidays_of("ON", at.year), **holidays_of("ON", at.year + 1)}
    verdict = check_contact_window(new, zones=zones, at=at, medium=medium, holidays=holidays)
    contact = PastContact(medium, at, frozenset(zones), "ON", "ALL")
    expected = Replay(1, 1, 0 if verdict.allowed else 1) if zones else Replay(0, 0, 0)
    assert replay([contact], (), new, holidays) == expected
