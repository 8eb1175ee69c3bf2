"""Releasing: what leaves, what waits until when, and that nothing waits for ever or ends without a word."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.consent import ContactRequest, MessageKind
from domain.gate import Facts, GateVerdict, closes_at, explain, judge, release_at
from domain.messages import SendState, may_move
from domain.policy import Medium, Policy
from domain.receipts import share_of
from domain.releases import EXPIRED, LOOK_AGAIN, SPREAD, WAITED_FOR, Release, expired, release
from domain.windows import ALWAYS, Hours, next_closed
from domain.zones import zone
from tests.domain.calendars import instant, instants, policy, rules_of_any_kind, zone_sets
from tests.domain.test_gate import AGREED, NIGHT, NOON, PAUSE, RIGHT, STOPPED, WRONG, facts, request

OPENING = instant("2026-11-26T14:00:00Z")  # Thursday 09:00 in Toronto
A_WEEK = timedelta(days=7)


def made_of(found: Facts, *, key: str = "k", expires_at: datetime | None = None) -> Release:
    return release(judge(found), found, key=key, expires_at=expires_at)


def test_what_may_leave_leaves_and_says_until_when_a_provider_may_hold_it() -> None:
    made = made_of(facts())
    assert made == Release(SendState.SENDING, valid_until=instant("2026-11-26T01:00:00Z"))


def test_a_closed_window_holds_until_the_opening_and_a_little_into_it() -> None:
    made = made_of(facts(at=NIGHT), expires_at=NIGHT + A_WEEK)

    assert (made.state, made.reason, made.held_until) == (SendState.HELD, "outside_window", OPENING)
    assert made.due_at == OPENING + share_of("k", SPREAD)


def test_a_window_too_narrow_for_the_spread_is_used_at_its_opening() -> None:
    narrow = facts(at=NIGHT, policy=policy("01234@0900-0901"))
    dues = {made_of(narrow, key=f"k{number}").due_at for number in range(40)}

    assert min(due for due in dues if due) == OPENING
    assert all(due and OPENING <= due < OPENING + timedelta(minutes=1) for due in dues)


def test_a_cap_that_is_reached_holds_until_the_next_day() -> None:
    made = made_of(facts(contacts_today=2))
    assert (made.state, made.reason, made.held_until) == (SendState.HELD, "cap_reached", OPENING)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"pauses": (PAUSE,)}, "paused"), ({"reply_waits": True}, "reply_waits"), ({"zone_report": WRONG}, "zones_wrong")],
)
def test_what_a_person_lifts_is_waited_for(changed: dict[str, Any], reason: str) -> None:
    made = made_of(facts(**changed), expires_at=NOON + A_WEEK)
    assert (made.state, made.reason, made.held_until) == (SendState.HELD, reason, None)
    assert made.due_at == NOON + LOOK_AGAIN
    assert reason in WAITED_FOR


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ledger": (AGREED, STOPPED)}, "block_opted_out"),
        ({"ledger": ()}, "block_no_consent"),
        ({"request": request(has_identification=False)}, "block_missing_identification"),
        ({"policy": None}, "no_policy"),
    ],
)
def test_everything_else_blocks_for_good(changed: dict[str, Any], reason: str) -> None:
    made = made_of(facts(**changed))
    assert (made.state, made.reason, made.due_at) == (SendState.BLOCKED, reason, None)
    assert made.sentence


def test_what_would_be_out_of_date_at_the_opening_ends_at_once_and_says_so() -> None:
    made = made_of(facts(at=NIGHT), expires_at=OPENING)
    assert (made.state, made.reason) == (SendState.CANCELLED, EXPIRED)
    assert made.sentence == "It would have left after 26 Nov 2026, when what it says is out of date."


def test_what_waits_for_a_person_ends_when_it_is_out_of_date() -> None:
    made = made_of(facts(reply_waits=True), expires_at=NOON + LOOK_AGAIN)
    assert (made.state, made.reason) == (SendState.CANCELLED, EXPIRED)


@pytest.mark.parametrize(
    ("expires_at", "is_over"),
    [(None, False), (NOON + timedelta(seconds=1), False), (NOON, True), (NOON - A_WEEK, True)],
)
def test_a_message_is_out_of_date_from_its_instant_on(expires_at: datetime | None, is_over: bool) -> None:
    assert (expired(expires_at, NOON) is not None) == is_over


some_facts = st.builds(
    lambda at, zones, rules, kind, today, waits: Facts(
        at=at,
        request=ContactRequest(Medium.SMS, kind, "+14165550134", zones),
        policy=Policy("ON", "ALL", True, rules),
        zone_report=RIGHT,
        cap=2,
        ledger=(AGREED,),
        reply_waits=waits,
        contacts_today=today,
    ),
    instants(),
    zone_sets(),
    rules_of_any_kind,
    st.sampled_from(MessageKind),
    st.integers(0, 3),
    st.booleans(),
)


def _may_leave(found: Facts, at: datetime) -> bool:
    return judge(replace(found, at=at, contacts_today=0)).allowed


@settings(max_examples=150, deadline=None)
@given(some_facts, st.text(max_size=9), st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=20))))
def test_nothing_is_released_before_an_opening_and_nothing_waits_in_silence(
    found: Facts, key: str, keep: timedelta | None
) -> None:
    expires_at = None if keep is None else found.at + keep
    verdict = judge(found)
    made = release(verdict, found, key=key, expires_at=expires_at)

    assert may_move(SendState.CLAIMED, made.state)
    match made.state:
        case SendState.SENDING:
            assert verdict.allowed
            assert made.valid_until is None or made.valid_until > found.at
        case SendState.HELD:
            assert made.reason
            assert made.due_at
            assert made.due_at > found.at
            assert expires_at is None or made.due_at < expires_at
            if made.held_until:
                assert made.held_until <= made.due_at < made.held_until + SPREAD
                assert _may_leave(found, made.held_until)
                assert _may_leave(found, made.due_at)
        case _:
            assert made.reason
            assert made.sentence


@settings(max_examples=150, deadline=None)
@given(some_facts)
def test_a_window_that_is_open_closes_when_it_says_and_not_before(found: Facts) -> None:
    found = replace(found, contacts_today=0, reply_waits=False)
    closes = closes_at(found)
    if not judge(found).allowed or closes is None:
        return
    assert found.at < closes <= found.at + timedelta(days=1)
    just_before = closes - timedelta(microseconds=1)
    assert _may_leave(found, max(found.at, just_before))
    if closes < found.at + timedelta(days=1):
        assert not _may_leave(found, closes)


@pytest.mark.parametrize("changed", [{"policy": None}, {"request": request(zones=frozenset())}])
def test_without_a_policy_or_a_clock_nobody_says_when_it_closes(changed: dict[str, Any]) -> None:
    assert closes_at(facts(**changed)) is None


def test_rules_that_cannot_be_read_do_not_say_when_it_closes() -> None:
    unreadable = policy()
    assert closes_at(facts(policy=replace(unreadable, rules=None))) is None


def test_a_consent_that_ends_within_the_spread_brings_the_release_to_the_opening() -> None:
    found = facts(at=NIGHT)
    late = timedelta(hours=12)
    assert release_at(found, OPENING, timedelta(minutes=5)) == OPENING + timedelta(minutes=5)
    assert release_at(found, OPENING, late) == OPENING


def test_an_explanation_is_released_as_the_verdict_is() -> None:
    found = facts(at=NIGHT)
    both: list[GateVerdict] = [judge(found), explain(found)]
    assert len({release(each, found, key="k", expires_at=None) for each in both}) == 1


NINE_TO_FIVE = Hours((540, 1020), (), frozenset({0}))


@pytest.mark.parametrize(
    ("at", "zones", "closes"),
    [
        ("2026-11-23T15:00:00Z", ["America/Toronto"], "2026-11-23T22:00:00Z"),
        ("2026-11-23T17:00:00Z", ["America/Toronto", "America/Vancouver"], "2026-11-23T22:00:00Z"),
        ("2026-11-23T23:00:00Z", ["America/Toronto"], "2026-11-23T23:00:00Z"),
        ("2026-11-24T15:00:00Z", ["America/Toronto"], "2026-11-24T15:00:00Z"),
    ],
)
def test_the_first_zone_that_closes_counts(at: str, zones: list[str], closes: str) -> None:
    until = instant("2026-12-01T00:00:00Z")
    places = [zone(name) for name in zones]
    assert next_closed(instant(at), zones=places, hours=NINE_TO_FIVE, holidays={}, until=until) == instant(closes)


def test_what_never_closes_ends_with_the_time_that_is_looked_at() -> None:
    until = NOON + timedelta(days=1)
    assert next_closed(NOON, zones=[zone("America/Toronto")], hours=ALWAYS, holidays={}, until=until) == until
