"""A deal's stages and the headline of its brief."""

from decimal import Decimal

import pytest

from domain.deals import (
    BriefStatus,
    BuyerNumberUnclear,
    LeadNumberUnclear,
    Stage,
    expected_price,
    headline,
    parse_buyer_number,
    parse_lead_number,
)
from domain.property_types import PropertyType


def test_the_stages_come_in_the_order_in_which_a_deal_moves() -> None:
    stages = ["draft", "offered", "under_agreement", "marketed", "assigned", "closed", "lost"]
    assert [stage.value for stage in Stage] == stages


def test_a_stage_is_shown_in_words() -> None:
    assert [stage.label for stage in (Stage.DRAFT, Stage.UNDER_AGREEMENT)] == ["Draft", "Under agreement"]


def test_a_deal_is_open_until_it_is_closed_or_lost() -> None:
    assert [stage for stage in Stage if not stage.is_open] == [Stage.CLOSED, Stage.LOST]


def test_a_brief_has_the_four_statuses_and_shows_a_contract_as_an_agreement() -> None:
    assert [status.value for status in BriefStatus] == ["active", "under_contract", "sold", "archived"]
    assert [status.label for status in BriefStatus] == ["Active", "Under agreement", "Sold", "Archived"]


@pytest.mark.parametrize(
    ("beds", "kind", "place", "province", "arv", "expected"),
    [
        (3, PropertyType.SFR, "Hamilton", "ON", Decimal(500000), "3-bed SFR in Hamilton ON, ARV 500,000"),
        (3, PropertyType.SFR, "Hamilton", "ON", Decimal("500000.00"), "3-bed SFR in Hamilton ON, ARV 500,000"),
        (None, PropertyType.MF, "Moncton", "NB", Decimal("199999.50"), "MF in Moncton NB, ARV 199,999.50"),
        (None, None, "ALL", "ON", None, "Property in ON"),
        (2, None, None, None, Decimal(1), "2-bed property (place unknown), ARV 1"),
        (0, PropertyType.CONDO, "St. John's", "NL", None, "CONDO in St. John's NL"),
    ],
)
def test_a_headline_says_what_is_known(
    beds: int | None,
    kind: PropertyType | None,
    place: str | None,
    province: str | None,
    arv: Decimal | None,
    expected: str,
) -> None:
    assert headline(beds=beds, property_type=kind, place=place, province=province, arv=arv) == expected


@pytest.mark.parametrize("text", ["L-7", "l7", "L 7", "#7", "7", "  L-7 "])
def test_a_lead_is_named_by_its_number(text: str) -> None:
    assert parse_lead_number(text) == 7


@pytest.mark.parametrize("text", ["B-5", "b5", "b - 5", "#5", "5"])
def test_a_buyer_is_named_by_their_number(text: str) -> None:
    assert parse_buyer_number(text) == 5


@pytest.mark.parametrize("text", ["Smith", "D-7", "L-", "7.5", "1234567890"])
def test_what_is_no_number_is_said_at_its_field(text: str) -> None:
    with pytest.raises(LeadNumberUnclear, match="names no lead") as lead:
        parse_lead_number(text)
    with pytest.raises(BuyerNumberUnclear, match="names no buyer") as buyer:
        parse_buyer_number(text)
    assert (lead.value.field, buyer.value.field) == ("lead", "buyer")


@pytest.mark.parametrize(
    ("asked", "mao", "expected"),
    [(300_000, 310_000, 300_000), (None, 310_000, 310_000), (None, 0, None), (None, -5_000, None), (None, None, None), (0, 310_000, 0)],
)  # fmt: skip
def test_a_buyer_expects_to_pay_what_the_seller_asks_else_the_mao(asked, mao, expected):
    amounts = [None if amount is None else Decimal(amount) for amount in (asked, mao, expected)]
    assert expected_price(amounts[0], amounts[1]) == amounts[2]
