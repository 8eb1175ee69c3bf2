"""What `/offer` understands."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleBroken
from domain.money import AmountUnclear
from domain.offer_command import (
    AmountsMissing,
    EnterComps,
    EvidenceUnnamed,
    LeadUnnamed,
    OfferHelp,
    OpenForm,
    PriceAmounts,
    PriceLead,
    ShowEvidence,
    ShowPolicy,
    parse_offer_command,
)

D = Decimal


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", OpenForm()),
        ("   ", OpenForm()),
        ("help", OfferHelp()),
        ("HELP", OfferHelp()),
        ("?", OfferHelp()),
        ("500000 40000", PriceAmounts(D(500000), D(40000), "")),
        ("500k 40k Hamilton", PriceAmounts(D(500000), D(40000), "Hamilton")),
        ("500k, 40k, Hamilton", PriceAmounts(D(500000), D(40000), "Hamilton")),
        ("500k 40k, Hamilton, ON", PriceAmounts(D(500000), D(40000), "Hamilton, ON")),
        ("ARV 500k repairs 40k in Hamilton", PriceAmounts(D(500000), D(40000), "Hamilton")),
        ("arv: 500k and rehab 40k", PriceAmounts(D(500000), D(40000), "")),
        ("$500,000 $40,000 L8P 1A1", PriceAmounts(D(500000), D(40000), "L8P 1A1")),
        ("500 000 $ 40 000 $", PriceAmounts(D(500000), D(40000), "")),
        ("500\u202f000 40\u00a0000 Québec", PriceAmounts(D(500000), D(40000), "Québec")),
        ("1.2 million 40k", PriceAmounts(D(1200000), D(40000), "")),
        ("500k 40k 12 King St W Hamilton", PriceAmounts(D(500000), D(40000), "12 King St W Hamilton")),
        ("-5 -5", PriceAmounts(D(-5), D(-5), "")),
        ("500k 0", PriceAmounts(D(500000), D(0), "")),
        ("L-7", PriceLead(7)),
        ("l7", PriceLead(7)),
        ("L-7 600k", PriceLead(7, D(600000))),
        ("L-7 600k 35k", PriceLead(7, D(600000), D(35000))),
        ("evidence E-12", ShowEvidence(12)),
        ("evidence 12", ShowEvidence(12)),
        ("Evidence e12", ShowEvidence(12)),
        ("comps L-7", EnterComps(7)),
        ("comparables 7", EnterComps(7)),
        ("policy ON", ShowPolicy("ON")),
        ("policy", ShowPolicy("")),
        ("policies Hamilton, ON", ShowPolicy("Hamilton, ON")),
    ],
)
def test_the_text_behind_offer_is_read_as_meant(text, meant):
    assert parse_offer_command(text) == meant


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("500k", AmountsMissing),
        ("hamilton", AmountsMissing),
        ("repairs", AmountsMissing),
        ("500.000 40k", AmountUnclear),
        ("500k 1,25", AmountUnclear),
        ("500k 40kk", AmountUnclear),
        ("evidence", EvidenceUnnamed),
        ("evidence seven", EvidenceUnnamed),
        ("comps", LeadUnnamed),
        ("comps E-7", LeadUnnamed),
    ],
)
def test_what_is_missing_or_unclear_is_said(text, error):
    with pytest.raises(error):
        parse_offer_command(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text):
    sentence = "read"
    try:
        parse_offer_command(text)
    except RuleBroken as broken:
        sentence = str(broken)
    assert sentence
