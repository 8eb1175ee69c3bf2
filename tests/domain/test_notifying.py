"""In which stages a deal's parties are told, and what a move or a new price keeps back."""

from decimal import Decimal

import pytest

from domain.deals import Stage
from domain.liquidity_sums import Feedback
from domain.live_offers import OfferState
from domain.notifying import (
    DealSold,
    DealTaken,
    check_open,
    offer_out_of_date,
    offers_stopped_by,
    out_of_date,
    stopped_by,
)
from domain.stages import MOVES

OPEN = (Stage.DRAFT, Stage.OFFERED, Stage.UNDER_AGREEMENT, Stage.MARKETED)
OVER = (Stage.ASSIGNED, Stage.CLOSED, Stage.LOST)
SAID = Decimal("310000.00")


@pytest.mark.parametrize("stage", OPEN)
def test_a_deal_that_can_be_taken_over_is_told_of(stage):
    check_open(7, stage, {Feedback.RESPONDED, Feedback.PASSED})
    assert out_of_date(7, stage, {Feedback.RESPONDED, Feedback.PASSED}) is None


@pytest.mark.parametrize("stage", OVER)
def test_a_deal_that_is_taken_or_over_is_not_told_of(stage):
    with pytest.raises(DealTaken, match=f"D-7 is {stage.label.lower()}, so nobody is told of it any more."):
        check_open(7, stage, ())
    assert out_of_date(7, stage, ()) == f"D-7 is {stage.label.lower()} by now."


@pytest.mark.parametrize("answer", [Feedback.BOUGHT, Feedback.TAKEN])
def test_a_deal_that_somebody_bought_is_not_told_of_whatever_its_stage(answer):
    with pytest.raises(DealSold, match="somebody bought D-7, so nobody else is told of it"):
        check_open(7, Stage.MARKETED, {answer, Feedback.PASSED})
    assert out_of_date(7, Stage.MARKETED, [answer]) == "D-7 is taken: a buyer has it."


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (Stage.MARKETED, Stage.ASSIGNED, "D-7 is taken: a buyer has it."),
        (Stage.ASSIGNED, Stage.CLOSED, "D-7 is closed."),
        (Stage.OFFERED, Stage.LOST, "D-7 is lost."),
        (Stage.OFFERED, Stage.DRAFT, "D-7 went back to a draft."),
        (Stage.MARKETED, Stage.UNDER_AGREEMENT, "D-7 was taken off the market."),
        (Stage.OFFERED, Stage.UNDER_AGREEMENT, None),
        (Stage.UNDER_AGREEMENT, Stage.MARKETED, None),
        (Stage.ASSIGNED, Stage.MARKETED, None),
        (Stage.DRAFT, Stage.OFFERED, None),
    ],
)
def test_a_move_keeps_back_what_has_not_left_where_it_ends_or_turns_back(before, after, sentence):
    assert after in MOVES[before]
    assert stopped_by(7, before, after) == sentence


@pytest.mark.parametrize("after", Stage)
def test_a_written_offer_leaves_only_while_offers_are_made(after):
    sentence = offers_stopped_by(7, after)
    assert (sentence is None) == (after in (Stage.DRAFT, Stage.OFFERED))
    assert sentence in (None, f"D-7 is {after.label.lower()}: offers are over.")


@pytest.mark.parametrize("state", OfferState)
def test_a_written_offer_leaves_only_while_it_stands(state):
    sentence = offer_out_of_date(7, SAID, SAID, state)
    stands = state in (OfferState.DRAFTED, OfferState.PRESENTED)
    assert sentence == (None if stands else f"The offer of D-7 is {state.value} by now.")


@pytest.mark.parametrize(("amount", "state"), [(None, None), (SAID, None), (None, OfferState.DRAFTED)])
def test_a_written_offer_that_is_gone_stays(amount, state):
    assert offer_out_of_date(7, SAID, amount, state) == "The offer of D-7 is not there any more."


def test_a_written_offer_with_an_old_amount_stays():
    sentence = offer_out_of_date(7, SAID, Decimal("300000.00"), OfferState.DRAFTED)
    assert sentence == "D-7 is offered at $300,000.00 by now, and the message says $310,000.00."
