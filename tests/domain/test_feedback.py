"""Which answers stand beside each other, which takes another's place, and which are refused."""

from itertools import combinations

import pytest

from domain.feedback import ORDER, REPLACES, obstacle, still_possible
from domain.liquidity_sums import Feedback

RESPONDED, NO_RESPONSE, PASSED, BOUGHT, TAKEN = ORDER


def test_every_outcome_is_offered_and_says_what_it_is():
    assert set(ORDER) == set(REPLACES) == set(Feedback)
    assert [event.label for event in ORDER] == [
        "Responded",
        "No response",
        "Passed",
        "Bought",
        "Someone else bought it",
    ]


@pytest.mark.parametrize("event", ORDER)
def test_an_outcome_stands_once(event):
    assert obstacle(event, []) is None
    assert obstacle(event, [event]) is event


@pytest.mark.parametrize("answer", [RESPONDED, PASSED, BOUGHT, TAKEN])
def test_silence_cannot_follow_an_answer(answer):
    assert obstacle(NO_RESPONSE, {answer}) is answer


def test_the_first_of_several_answers_is_named():
    assert obstacle(NO_RESPONSE, {TAKEN, RESPONDED}) is RESPONDED


@pytest.mark.parametrize("event", [PASSED, TAKEN])
def test_who_bought_has_not_passed_until_the_purchase_is_undone(event):
    assert obstacle(event, {RESPONDED, BOUGHT}) is BOUGHT
    assert obstacle(BOUGHT, {event}) is None
    assert event in REPLACES[BOUGHT]


@pytest.mark.parametrize(
    ("standing", "possible"),
    [
        ([], ORDER),
        ([NO_RESPONSE], (RESPONDED, PASSED, BOUGHT, TAKEN)),
        ([RESPONDED], (PASSED, BOUGHT, TAKEN)),
        ([PASSED], (RESPONDED, BOUGHT, TAKEN)),
        ([BOUGHT], (RESPONDED,)),
        ([RESPONDED, BOUGHT], ()),
        ([TAKEN], (RESPONDED, PASSED, BOUGHT)),
    ],
)
def test_what_is_still_possible(standing, possible):
    assert still_possible(standing, is_sold=BOUGHT in standing) == possible


def test_a_deal_that_is_sold_is_not_bought_by_another():
    assert still_possible([], is_sold=True) == (RESPONDED, NO_RESPONSE, PASSED, TAKEN)


def test_what_may_be_recorded_leaves_no_two_outcomes_that_contradict_each_other():
    reachable = {frozenset()}
    for _ in ORDER:
        reachable |= {
            (standing - REPLACES[event]) | {event}
            for standing in reachable
            for event in still_possible(standing, is_sold=False)
        }
    pairs = {pair for standing in reachable for pair in combinations(sorted(standing), 2)}
    assert not pairs & {("BOUGHT", "PASSED"), ("BOUGHT", "TAKEN"), ("PASSED", "TAKEN"), ("NO_RESPONSE", "RESPONDED")}
