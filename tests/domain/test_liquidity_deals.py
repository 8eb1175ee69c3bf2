"""What became of a deal is what the full computation takes of it, at any time after its answers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.liquidity import FeedbackEvent, mature_deal
from domain.liquidity_deals import Outcome, outcome_of
from domain.liquidity_sums import Feedback

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def said(event, *, days_ago=30, buyer=1, market="Toronto"):
    return FeedbackEvent(NOW - timedelta(days=days_ago), "ON", market, "SFR", event, buyer, "feedback:1")


def test_a_deal_belongs_where_its_first_answer_was_given():
    found = outcome_of([said("BOUGHT", days_ago=2, market="Hamilton"), said("RESPONDED", days_ago=9)])
    assert found == Outcome("ON", "Toronto", "SFR", NOW - timedelta(days=9), 1, sold=True)


def test_of_two_first_answers_the_earlier_recorded_one_is_first():
    found = outcome_of([said("RESPONDED", market="Hamilton"), said("NO_RESPONSE", buyer=2)])
    assert (found.market, found.reach, found.sold) == ("Hamilton", 2, False)


@pytest.mark.parametrize("events", [[], [said("TAKEN")], [said("responded")]])
def test_without_an_answer_that_counts_there_is_nothing_to_tell(events):
    assert outcome_of(events) is None


def test_a_deal_that_reached_nobody_known_says_nothing():
    assert outcome_of([said("BOUGHT")]).deal is None


@pytest.mark.parametrize(("days", "mature"), [(20.99, False), (21, True)])
def test_a_deal_is_mature_after_21_days(days, mature):
    assert outcome_of([said("RESPONDED", days_ago=days)]).is_mature(NOW) is mature


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(said, st.sampled_from(list(Feedback)), days_ago=st.integers(0, 60), buyer=st.integers(1, 4)),
        max_size=12,
    )
)
def test_a_mature_deal_is_the_full_computations(events):
    found = outcome_of(events)
    assert (found.deal if found and found.is_mature(NOW) else None) == mature_deal(events, NOW)
