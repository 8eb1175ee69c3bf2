"""What an offer leaves the buyer, against the worked figures of the cost stack."""

from datetime import date
from decimal import Decimal

import pytest

from domain.buyer_side import buyer_side
from domain.offers import OfferInputs, OfferPolicy, compute_offer
from domain.taxes import TaxNotKnown, tax_places

ON_DAY = date(2026, 11, 24)


def offer(arv: str = "500000", repairs: str = "40000", *, holding: str | None = None, multiplier: str = "0.70"):
    return compute_offer(OfferInputs("ON", "ALL", arv, repairs, holding), OfferPolicy(True, Decimal(multiplier)))


def test_the_seed_case_leaves_the_buyer_about_a_fifth_of_arv():
    side = buyer_side(offer(), ("ON",), on=ON_DAY)
    assert side is not None
    assert (side.kept, side.share, side.months) == (Decimal("97625.00"), Decimal("0.195"), 5)
    assert [(tax.name, tax.amount, tax.status) for tax in side.taxes] == [("Ontario", Decimal("3125.00"), "verified")]


def test_with_the_holding_line_the_buyer_keeps_what_the_worked_example_says():
    side = buyer_side(offer(holding="14000"), ("ON",), on=ON_DAY)
    assert side is not None
    assert (side.kept, side.share, side.ceiling) == (Decimal("111835.00"), Decimal("0.224"), Decimal("332290.64"))


def test_a_formula_above_what_the_costs_allow_is_seen():
    generous = offer(multiplier="0.80")
    side = buyer_side(generous, ("ON",), on=ON_DAY)
    assert side is not None
    assert side.is_below(generous.mao)
    assert not side.is_below(side.ceiling)


def test_toronto_adds_its_own_tax():
    side = buyer_side(offer(), tax_places("ON", "Toronto"), on=ON_DAY)
    assert side is not None
    assert [tax.amount for tax in side.taxes] == [Decimal("3125.00"), Decimal("3125.00")]
    assert side.kept == Decimal("94500.00")


def test_without_a_price_there_is_nothing_to_keep():
    assert buyer_side(offer(repairs="400000"), ("ON",), on=ON_DAY) is None


def test_a_tax_without_a_source_is_not_computed():
    with pytest.raises(TaxNotKnown, match="Nunavut"):
        buyer_side(offer(), ("NU",), on=ON_DAY)
