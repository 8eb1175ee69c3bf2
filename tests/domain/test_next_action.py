"""What a deal waits for: a sentence for every stage, and a lack where nothing can be done."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals import Stage
from domain.live_offers import OfferState
from domain.next_action import DealState, NextAction, day_text, next_action

TODAY = date(2026, 11, 24)
CLOSING = date(2027, 1, 15)
PRICE = Decimal("310000.00")
UNPRICED = {"offer": None}


def action(stage, **facts):
    """The next action of a deal in a stage, priced at 310,000 unless a case says otherwise."""
    return next_action(DealState(stage, TODAY, **{"offer": PRICE, **facts}))


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "Present the offer of 310,000"),
        ({"offer": Decimal("310000.50")}, "Present the offer of 310,000.50"),
        ({"newest": OfferState.REJECTED}, "Present the offer of 310,000"),
        (UNPRICED | {"has_arv": False, "has_repairs": False}, "Give ARV and repairs"),
        (UNPRICED | {"has_arv": False}, "Give ARV"),
        (UNPRICED | {"has_repairs": False, "has_place": False}, "Give repairs"),
        (UNPRICED | {"has_place": False}, "Complete the address: the price follows from the place"),
        (UNPRICED | {"unpriced": "ON/ALL is switched off."}, "ON/ALL is switched off."),
        (UNPRICED, "Price it: press Price an offer"),
        ({"offer": Decimal(0)}, "No offer is possible at these numbers: check the ARV or mark it lost"),
        ({"offer": Decimal(-1)}, "No offer is possible at these numbers: check the ARV or mark it lost"),
    ],
)
def test_a_draft_waits_for_its_price_or_is_presented(facts, text):
    assert action(Stage.DRAFT, **facts) == NextAction(text)


EXPIRES = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("facts", "text", "due_on"),
    [
        ({"newest": OfferState.PRESENTED}, "Get the seller's answer", None),
        (
            {"newest": OfferState.PRESENTED, "expires_on": EXPIRES},
            "Get the seller's answer: the offer lapses on 27 Nov",
            EXPIRES,
        ),
        (
            {"newest": OfferState.COUNTERED, "expires_on": EXPIRES, "counter": Decimal(330_000)},
            "Answer the counter of 330,000",
            EXPIRES,
        ),
        ({"newest": OfferState.COUNTERED}, "Answer the counter", None),
        ({"newest": OfferState.ACCEPTED}, "Enter the agreement", None),
        ({"newest": OfferState.REJECTED}, "Make another offer or mark it lost", None),
        ({"newest": OfferState.EXPIRED}, "Make another offer or mark it lost", None),
        ({"newest": OfferState.WITHDRAWN}, "Make another offer or mark it lost", None),
        ({"newest": OfferState.DRAFTED}, "Present the offer of 310,000", None),
        ({}, "Present the offer of 310,000", None),
    ],
)
def test_an_offered_deal_waits_for_the_seller_or_for_us(facts, text, due_on):
    assert action(Stage.OFFERED, **facts) == NextAction(text, due_on=due_on)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"fitting": 1}, "Market it to the buyer who matches"),
        ({"fitting": 9}, "Market it to the 9 buyers who match"),
        ({"fitting": 1200}, "Market it to the 1,200 buyers who match"),
        ({"fitting": 9, "closing_on": CLOSING}, "Market it to the 9 buyers who match; it closes on 15 Jan 2027"),
        ({"fitting": 9, "closing_on": TODAY}, "Market it to the 9 buyers who match; it closes on 24 Nov"),
        (
            {"fitting": 9, "closing_on": TODAY - timedelta(1)},
            "Market it to the 9 buyers who match; the closing of 23 Nov is overdue",
        ),
    ],
)
def test_a_deal_under_agreement_goes_to_the_buyers_who_match(facts, text):
    assert action(Stage.UNDER_AGREEMENT, **facts) == NextAction(text, due_on=facts.get("closing_on"))


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"fitting": 9}, "Ask the buyers who match"),
        ({"fitting": 9, "asked": 4}, "Ask the next buyers: 4 of 9 have been asked"),
        ({"fitting": 9, "asked": 4, "responders": ("B-5",)}, "Assign it to B-5, who responded"),
        ({"responders": ("B-5",)}, "Assign it to B-5, who responded"),
        ({"responders": ("B-5", "B-6")}, "Assign it to one of the 2 buyers who responded"),
        (
            {"responders": ("B-5",), "closing_on": CLOSING},
            "Assign it to B-5, who responded; it closes on 15 Jan 2027",
        ),
    ],
)
def test_a_marketed_deal_asks_the_next_buyers_or_goes_to_one_who_responded(facts, text):
    assert action(Stage.MARKETED, **facts) == NextAction(text, due_on=facts.get("closing_on"))


@pytest.mark.parametrize("stage", [Stage.UNDER_AGREEMENT, Stage.MARKETED])
def test_a_deal_that_nobody_matches_says_that_it_lacks_a_next_action(stage):
    said = action(stage, closing_on=CLOSING)
    assert said == NextAction("No buyer matches: add buyers with /buyer or look at the price", is_lacking=True)


@pytest.mark.parametrize("asked", [9, 10])
def test_a_deal_that_everybody_refused_says_that_it_lacks_a_next_action(asked):
    said = action(Stage.MARKETED, fitting=9, asked=asked)
    assert said.is_lacking
    assert "add buyers with /buyer" in said.text


@pytest.mark.parametrize("stage", [Stage.UNDER_AGREEMENT, Stage.MARKETED])
def test_a_deal_whose_place_is_unknown_asks_for_the_address_first(stage):
    assert action(stage, has_place=False).text == "Complete the address: buyers are matched by place"


@pytest.mark.parametrize(
    ("closing_on", "text"),
    [
        (None, "Close it"),
        (CLOSING, "Close on 15 Jan 2027"),
        (TODAY, "Close on 24 Nov"),
        (TODAY - timedelta(1), "Close it: the closing of 23 Nov is overdue"),
    ],
)
def test_an_assigned_deal_is_closed_and_an_overdue_closing_is_said(closing_on, text):
    assert action(Stage.ASSIGNED, closing_on=closing_on) == NextAction(text, due_on=closing_on)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.LOST])
def test_a_deal_that_is_over_has_nothing_left_and_lacks_nothing(stage):
    assert action(stage) == NextAction("Nothing is left to do")


def test_a_day_of_another_year_is_told_with_its_year():
    assert [day_text(day, today=TODAY) for day in (TODAY, CLOSING)] == ["24 Nov", "15 Jan 2027"]


STATES = st.builds(
    DealState,
    stage=st.sampled_from(Stage),
    today=st.just(TODAY),
    offer=st.none() | st.decimals(-10, 10, places=2),
    newest=st.none() | st.sampled_from(OfferState),
    fitting=st.integers(0, 3),
    asked=st.integers(0, 3),
    closing_on=st.none() | st.dates(),
)


@given(STATES)
def test_every_deal_has_a_next_action_or_says_that_it_lacks_one(deal):
    said = next_action(deal)
    assert said.text
    assert (said.text == "Nothing is left to do") == (not deal.stage.is_open)
    assert not said.is_lacking or deal.stage.is_open
