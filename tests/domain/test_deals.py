"""A deal's stages and the headline of its brief."""

from decimal import Decimal

import pytest

from domain.deals import BriefStatus, Stage, headline
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
