"""Messages that leave: which state may follow which, and which states are counted, stopped and claimed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import COUNTED, MOVES, STOPPABLE, WAITING, Route, SendState, card_of, may_move, sources_of
from domain.rules import Medium

ENDS = (SendState.DELIVERED, SendState.REJECTED, SendState.BLOCKED, SendState.CANCELLED)
states = st.sampled_from(SendState)


@pytest.mark.parametrize(
    ("route", "medium"), [(Route.SMS, Medium.SMS), (Route.EMAIL, Medium.EMAIL), (Route.SLACK, None)]
)
def test_the_gate_is_asked_about_texts_and_emails_and_never_about_the_teams_own_slack(route, medium) -> None:
    assert route.medium is medium


def test_every_state_says_what_may_follow() -> None:
    assert set(MOVES) == set(SendState)


@given(states, states)
def test_sources_are_the_moves_read_backwards(before: SendState, after: SendState) -> None:
    assert (before in sources_of(after)) == may_move(before, after) == (after in MOVES[before])


def test_only_what_was_claimed_passes_the_door() -> None:
    assert sources_of(SendState.SENDING) == (SendState.CLAIMED,)
    assert sources_of(SendState.CLAIMED) == (SendState.APPROVED, SendState.HELD)
    assert set(WAITING) == set(sources_of(SendState.CLAIMED))


@pytest.mark.parametrize("state", ENDS)
def test_what_has_come_to_an_end_goes_nowhere(state: SendState) -> None:
    assert not MOVES[state]


def test_every_state_that_is_no_end_comes_to_one() -> None:
    settled = {SendState.SENT, SendState.FAILED, *ENDS}
    reached = dict(MOVES)
    for state in set(SendState) - settled:
        seen: set[SendState] = set()
        front = {state}
        while front:
            seen |= front
            front = {after for before in front for after in reached[before]} - seen
        assert seen & settled, state


def test_what_may_have_left_is_never_cancelled_or_blocked_and_what_has_not_can_be() -> None:
    may_have_left = {SendState.SENDING, SendState.SENT, SendState.DELIVERED, SendState.UNKNOWN, SendState.FAILED}
    assert set(sources_of(SendState.CANCELLED)) == set(STOPPABLE)
    assert not may_have_left & {*STOPPABLE, *sources_of(SendState.BLOCKED)}


def test_what_nobody_knows_counts_as_a_contact_and_what_waits_does_not() -> None:
    assert set(COUNTED) == {SendState.SENDING, SendState.SENT, SendState.DELIVERED, SendState.UNKNOWN}
    assert not set(COUNTED) & {*WAITING, *STOPPABLE}


def test_a_receipt_may_prove_delivered_whatever_was_thought_before_unless_it_was_kept_back() -> None:
    kept_back = {SendState.DRAFTED, SendState.AWAITING_APPROVAL, *ENDS}
    assert set(sources_of(SendState.DELIVERED)) == set(SendState) - kept_back


@pytest.mark.parametrize(
    ("metadata", "card"),
    [
        ({"post": "approval", "approval_id": 7}, "approval 7"),
        ({"post": "task", "task_id": 8}, "task 8"),
        ({"post": "lead_card", "lead_id": 9, "number": 3}, "lead_card 9"),
        ({"post": "warning", "text": "late"}, None),
        ({"kind": "commercial"}, None),
    ],
)
def test_posts_about_one_row_share_a_card_and_others_keep_none(metadata: dict[str, object], card: str | None) -> None:
    assert card_of(metadata) == card
