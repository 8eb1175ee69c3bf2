"""Receipts: what a provider's word makes of a message, how long until the next try, and that no word is forgotten."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import SendState, may_move
from domain.receipts import (
    ASK_AGAIN,
    ASK_ROUNDS,
    ATTEMPTS,
    FIRST_WAIT,
    GAVE_UP,
    LONGEST_ASKED,
    LONGEST_WAIT,
    Answer,
    Found,
    Outcome,
    Receipt,
    Tried,
    retry_at,
    settle,
    settle_asked,
    share_of,
)

NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
SAFE = NOW + timedelta(minutes=2)
FIRST = Tried("a", 1, maybe=False, now=NOW, safe_at=SAFE)
AFTER_DOUBT = replace(FIRST, maybe=True)
LAST = replace(FIRST, attempts=ATTEMPTS)
S = SendState

SETTLED: Mapping[str, tuple[Outcome, Tried, SendState, bool]] = {
    "accepted": (Outcome.ACCEPTED, FIRST, S.SENT, False),
    "accepted after a doubt": (Outcome.ACCEPTED, AFTER_DOUBT, S.SENT, False),
    "temporary": (Outcome.TEMPORARY, FIRST, S.APPROVED, False),
    "temporary after a doubt": (Outcome.TEMPORARY, AFTER_DOUBT, S.APPROVED, True),
    "temporary for the last time": (Outcome.TEMPORARY, LAST, S.FAILED, False),
    "temporary for the last time after a doubt": (Outcome.TEMPORARY, replace(LAST, maybe=True), S.UNKNOWN, True),
    "permanent": (Outcome.PERMANENT, FIRST, S.FAILED, False),
    "permanent after a doubt": (Outcome.PERMANENT, AFTER_DOUBT, S.UNKNOWN, True),
    "unclear": (Outcome.UNCLEAR, FIRST, S.UNKNOWN, True),
    "unclear for the last time": (Outcome.UNCLEAR, LAST, S.UNKNOWN, True),
}


@pytest.mark.parametrize("case", SETTLED)
def test_a_word_settles_a_message(case: str) -> None:
    outcome, tried, state, maybe = SETTLED[case]

    made = settle(Receipt(outcome, "code", "Why."), tried)

    assert (made.state, made.maybe) == (state, maybe)
    assert may_move(S.SENDING, made.state)
    assert made.ask_at == (SAFE if state is S.UNKNOWN else None)
    assert (made.reason, made.sentence) == ((None, None) if state is S.SENT else ("code", "Why."))
    assert (made.due_at is not None) == (state is S.APPROVED)


def test_a_word_without_a_sentence_leaves_none() -> None:
    assert settle(Receipt(Outcome.PERMANENT, "bad_number"), FIRST).sentence is None


ASKED: Mapping[str, tuple[Answer, Tried, int, SendState, str | None]] = {
    "it has it": (Answer.YES, FIRST, 1, S.SENT, None),
    "it has it not": (Answer.NO, FIRST, 1, S.APPROVED, "not_taken"),
    "it has it not, for the last time": (Answer.NO, LAST, 1, S.FAILED, GAVE_UP),
    "not just now": (Answer.LATER, FIRST, 1, S.UNKNOWN, "not_asked"),
    "never just now": (Answer.LATER, FIRST, ASK_ROUNDS, S.UNKNOWN, "ask_a_person"),
    "it cannot tell": (Answer.CANNOT_TELL, FIRST, 1, S.UNKNOWN, "ask_a_person"),
}


@pytest.mark.parametrize("case", ASKED)
def test_an_answer_settles_what_nobody_knew(case: str) -> None:
    answer, tried, rounds, state, reason = ASKED[case]

    made = settle_asked(Found(answer), tried, rounds=rounds)

    assert (made.state, made.reason) == (state, reason)
    assert may_move(S.UNKNOWN, made.state)
    assert made.maybe == (state is S.UNKNOWN)
    assert made.due_at == (NOW if state is S.APPROVED else None)
    assert made.ask_at == (NOW + ASK_AGAIN if reason == "not_asked" else None)


def test_who_gave_up_says_after_how_many_attempts() -> None:
    made = settle_asked(Found(Answer.NO), LAST, rounds=1)
    assert made.sentence == "Given up after 12 attempts."


def test_a_provider_is_asked_for_a_day_before_a_person_is() -> None:
    assert timedelta(days=1) == ASK_AGAIN * ASK_ROUNDS


keys = st.text(max_size=20)
attempts = st.integers(1, ATTEMPTS)
outcomes = st.sampled_from(Outcome)


@given(outcomes, st.integers(0, ATTEMPTS * 2), st.booleans())
def test_no_word_loses_a_message_and_a_no_never_undoes_a_doubt(outcome: Outcome, count: int, maybe: bool) -> None:
    made = settle(Receipt(outcome, "code"), Tried("k", count, maybe, NOW, SAFE))

    assert made.state in (S.SENT, S.FAILED) or made.due_at or made.ask_at
    if maybe and outcome is not Outcome.ACCEPTED:
        assert made.state is not S.FAILED
        assert made.maybe


@given(keys, attempts)
def test_a_wait_is_within_a_fifth_of_its_double_and_never_longer_than_the_longest(key: str, count: int) -> None:
    plain = min(FIRST_WAIT * 2 ** (count - 1), LONGEST_WAIT)
    wait = retry_at(key, count, NOW) - NOW
    assert plain * 0.8 <= wait <= plain * 1.2


@given(keys, st.integers(1, ATTEMPTS - 1))
def test_waits_never_get_much_shorter(key: str, count: int) -> None:
    earlier, later = retry_at(key, count, NOW) - NOW, retry_at(key, count + 1, NOW) - NOW
    # The jitter alone could shorten a wait, by a fifth more against a fifth less, once the longest is reached.
    assert later >= earlier * (0.8 / 1.2)
    assert later > earlier or min(FIRST_WAIT * 2**count, LONGEST_WAIT) == LONGEST_WAIT


@given(keys, attempts, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_a_provider_that_asks_for_a_wait_gets_it_up_to_a_day(key: str, count: int, asked: timedelta) -> None:
    due = retry_at(key, count, NOW, asked)
    assert due >= NOW + min(asked, LONGEST_ASKED)
    assert due <= NOW + max(LONGEST_WAIT * 1.2, LONGEST_ASKED)


@given(keys)
def test_the_same_message_waits_the_same_time_and_others_another(key: str) -> None:
    assert retry_at(key, 3, NOW) == retry_at(key, 3, NOW)
    assert retry_at(key, 3, NOW) != retry_at(f"{key}!", 3, NOW)


def test_all_waits_together_are_some_three_hours() -> None:
    whole = sum((retry_at("k", count, NOW) - NOW for count in range(1, ATTEMPTS)), timedelta())
    assert timedelta(hours=2, minutes=20) < whole < timedelta(hours=3, minutes=40)


@given(keys, st.timedeltas(timedelta(seconds=1), timedelta(days=1)))
def test_a_share_lies_within_the_whole_and_is_the_keys_own(key: str, whole: timedelta) -> None:
    assert timedelta() <= share_of(key, whole) < whole
    assert share_of(key, whole) == share_of(key, whole)


def test_shares_of_many_keys_are_spread_evenly() -> None:
    quarters = [0] * 4
    for number in range(2000):
        quarters[int(share_of(f"send {number}", timedelta(hours=1)) / timedelta(minutes=15))] += 1
    assert min(quarters) > 420
