"""What `/deal` understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deal_command import (
    AskLiquidity,
    DealForLead,
    DealHelp,
    DealUnknown,
    NotifyParties,
    OpenDealForm,
    ShowBoard,
    ShowDeal,
    parse_deal_command,
)
from domain.quick import QuickLead, parse_quick

FILLED = "John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", OpenDealForm(QuickLead())),
        ("  \n", OpenDealForm(QuickLead())),
        ("D-7", ShowDeal(7)),
        ("d7", ShowDeal(7)),
        ("d - 7", ShowDeal(7)),
        ("#7", ShowDeal(7)),
        ("7", ShowDeal(7)),
        ("D-7 please", ShowDeal(7)),
        ("D-7 notify", NotifyParties(7)),
        ("d7 Notify please", NotifyParties(7)),
        ("7 notify", NotifyParties(7)),
        ("notify D-7", NotifyParties(7)),
        ("Notify #7", NotifyParties(7)),
        ("announce 7", NotifyParties(7)),
        ("notify", DealUnknown("notify", None)),
        ("notify L-7", DealUnknown("notify", None)),
        ("D-7 notifying", ShowDeal(7)),
        ("show D-7", ShowDeal(7)),
        ("Show 7", ShowDeal(7)),
        ("show L-7", DealForLead(7)),
        ("L-7", DealForLead(7)),
        ("l7", DealForLead(7)),
        ("L-7 ARV 500k", DealForLead(7)),
        ("new L-7", DealForLead(7)),
        ("open D-7", ShowDeal(7)),
        ("board", ShowBoard()),
        ("BOARD", ShowBoard()),
        ("board please", ShowBoard()),
        ("pipeline", ShowBoard()),
        ("liquidity", AskLiquidity("")),
        ("Liquidity Toronto, ON condo", AskLiquidity("Toronto, ON condo")),
        ("help", DealHelp()),
        ("AIDE", DealHelp()),
        ("?", DealHelp()),
        ("new", OpenDealForm(QuickLead())),
        (f"add {FILLED}", OpenDealForm(parse_quick(FILLED))),
        (FILLED, OpenDealForm(parse_quick(FILLED))),
        ("416-555-0134", OpenDealForm(QuickLead(phone="416-555-0134"))),
        ("4165550134", OpenDealForm(QuickLead(phone="4165550134"))),
    ],
)
def test_what_people_type_is_understood(text, meant):
    assert parse_deal_command(text) == meant


@pytest.mark.parametrize(
    ("text", "word", "meant"),
    [
        ("baord", "baord", "board"),
        ("Borad", "Borad", "board"),
        ("pipline", "pipline", "pipeline"),
        ("hepl", "hepl", "help"),
        ("liqudity Toronto", "liqudity", "liquidity"),
        ("shwo something", "shwo", "show"),
        ("show", "show", None),
        ("show the blue house", "show", None),
    ],
)
def test_a_slip_says_what_was_meant(text, word, meant):
    assert parse_deal_command(text) == DealUnknown(word, meant)


@pytest.mark.parametrize("text", ["Smith", "Newman Smith", "the blue house by the lake"])
def test_words_that_are_no_command_open_the_form_and_nothing_is_lost(text):
    assert parse_deal_command(text) == OpenDealForm(parse_quick(text))


def test_a_slip_before_a_phone_number_is_a_name():
    assert parse_deal_command("baord 416-555-0134") == OpenDealForm(parse_quick("baord 416-555-0134"))


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    assert parse_deal_command(text) is not None
