"""Land transfer tax by place and date, and the cost stack that checks the MAO."""

import csv
from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.costs import (
    ConsiderationInvalid,
    CostInputs,
    CostInvalid,
    TaxNotKnown,
    TaxStatus,
    cost_stack,
    land_transfer_tax,
    tax_places,
)
from domain.money import to_cents
from domain.tax_tables import TABLES
from domain.taxes import known_up_to

TODAY = date(2026, 11, 24)
IN_2025 = date(2025, 6, 1)
DATA = Path(__file__).parent.parent / "data" / "land_transfer_tax.csv"
DEFAULT = CostInputs(places=("ON",), arv="500000", repairs="40000", on=TODAY)
COMPUTED = sorted({table.place for table in TABLES if table.scale is not None})


def cases():
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(row, id=f"{row['place']}-{row['consideration']}-{row['on']}") for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("row", cases())
def test_the_tax_of_a_place_matches_the_worked_example(row):
    tax = land_transfer_tax(row["place"], Decimal(row["consideration"]), date.fromisoformat(row["on"]))
    assert (str(tax.amount), tax.status, tax.as_of) == (row["amount"], row["status"], "2026-07")


def test_every_computed_place_has_a_worked_example():
    assert sorted({row.values[0]["place"] for row in cases()}) == COMPUTED


@pytest.mark.parametrize(
    ("place", "on", "why"),
    [
        ("YT", TODAY, "no official table"),
        ("NT", TODAY, "no official table"),
        ("NU", TODAY, "no official table"),
        ("NS", TODAY, "set by each municipality"),
        ("QC", TODAY, "verified only for 2025-01-01 to 2025-12-31"),
        ("QC", date(2024, 12, 31), "verified only for 2025"),
        ("QC", date(2026, 1, 1), "verified only for 2025"),
        ("QC", None, "verified only for 2025"),
        ("QC/MONTREAL", TODAY, "verified only for 2025"),
        ("QC/MONTREAL", date(2024, 12, 31), "verified only for 2025"),
        ("QC/MONTREAL", date(2026, 1, 1), "verified only for 2025"),
        ("QC/QUEBEC_CITY", TODAY, "verified only for 2025"),
        ("QC/QUEBEC_CITY", date(2024, 12, 31), "verified only for 2025"),
        ("QC/QUEBEC_CITY", date(2026, 1, 1), "verified only for 2025"),
        ("ON", date(2016, 12, 31), "verified only for 2017-01-01 to today"),
        ("ON/TORONTO", date(2023, 12, 31), "2026-04-01 to today and 2024-01-01 to 2026-03-31"),
        ("AB", date(2024, 10, 19), "verified only for 2024-10-20"),
        ("SK", date(2023, 7, 28), "verified only for 2023-07-29"),
        ("NB", date(2016, 3, 31), "verified only for 2016-04-01"),
        ("XX", TODAY, "no table has that name"),
        ("", TODAY, "no table has that name"),
        ("on", TODAY, "no table has that name"),
        ("ON/TORONTO@2024-01-01", TODAY, "no table has that name"),
        (None, TODAY, "no table has that name"),
        (["ON"], TODAY, "no table has that name"),
        ("X" * 100_000, TODAY, "no table has that name"),
    ],
)
def test_a_tax_without_a_source_is_not_computed_and_says_so(place, on, why):
    with pytest.raises(TaxNotKnown) as refused:
        land_transfer_tax(place, Decimal(310_000), on)
    assert refused.value.code == "TAX_NOT_KNOWN"
    assert why in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_price_above_what_is_known_is_not_computed():
    with pytest.raises(TaxNotKnown, match="above 1,000,000"):
        land_transfer_tax("PE", Decimal("1000000.01"), TODAY)
    assert known_up_to("PE", TODAY) == 1_000_000
    assert known_up_to("ON", TODAY) is None


@pytest.mark.parametrize(
    "price",
    [
        None, True, 310000.0, float("nan"), float("inf"), "abc", "1e6", "٣١٠٠٠٠", "310,000", "", "-1", Decimal(-1),
        Decimal("-0.01"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal(10**15), b"5", [5],
    ],
)  # fmt: skip
def test_a_price_that_is_no_price_is_refused(price):
    with pytest.raises(ConsiderationInvalid) as refused:
        land_transfer_tax("ON", price, TODAY)
    assert refused.value.code == "CONSIDERATION_INVALID"


@pytest.mark.parametrize("place", COMPUTED)
def test_nothing_and_ten_billion_have_a_tax_or_a_named_gap(place):
    on = TODAY if not place.startswith("QC") else IN_2025
    assert land_transfer_tax(place, Decimal(0), on).amount <= 100
    if place == "PE":
        with pytest.raises(TaxNotKnown):
            land_transfer_tax(place, Decimal(10**10), on)
    else:
        assert 0 < land_transfer_tax(place, Decimal(10**10), on).amount < 10**9


@pytest.mark.parametrize("place", COMPUTED)
@given(prices=st.tuples(st.integers(min_value=0, max_value=10**8), st.integers(min_value=0, max_value=10**8)))
@settings(max_examples=40, deadline=None)
def test_no_tax_falls_as_the_price_rises(place, prices):
    low, high = sorted(Decimal(cents).scaleb(-2) for cents in prices)
    assert land_transfer_tax(place, low, IN_2025).amount <= land_transfer_tax(place, high, IN_2025).amount


def test_without_a_day_the_table_in_force_counts():
    four = Decimal(4_000_000)
    assert land_transfer_tax("ON/TORONTO", four, None) == land_transfer_tax("ON/TORONTO", four, TODAY)
    assert land_transfer_tax("BC", four, None).amount == 118_000


def test_a_tax_carries_the_place_in_words_and_what_it_leaves_out():
    tax = land_transfer_tax("MB", Decimal(310_000), TODAY)
    assert (tax.name, tax.status) == ("Manitoba", TaxStatus.VERIFIED)
    assert "registration fee" in tax.note


def test_every_table_names_its_source():
    assert all(
        table.source and table.name and (table.scale is None) is (table.status == "unverified") for table in TABLES
    )


@pytest.mark.parametrize(
    ("province", "municipality", "places"),
    [
        ("ON", None, ("ON",)),
        ("ON", "", ("ON",)),
        ("ON", "Toronto", ("ON", "ON/TORONTO")),
        ("ON", " TORONTO ", ("ON", "ON/TORONTO")),
        ("ON", "Mississauga", ("ON",)),
        ("QC", "Montréal", ("QC/MONTREAL",)),
        ("QC", "montreal", ("QC/MONTREAL",)),
        ("QC", "Québec", ("QC/QUEBEC_CITY",)),
        ("QC", "Quebec City", ("QC/QUEBEC_CITY",)),
        ("QC", "Ville de Québec", ("QC/QUEBEC_CITY",)),
        ("QC", "QUEBEC_CITY", ("QC/QUEBEC_CITY",)),
        ("QC", "Laval", ("QC",)),
        ("NS", "Halifax", ("NS/HALIFAX",)),
        ("NS", "Sydney", ("NS",)),
        ("BC", "Toronto", ("BC",)),
    ],
)
def test_the_places_of_a_house_are_its_province_and_its_city_proper(province, municipality, places):
    assert tax_places(province, municipality) == places


def test_every_city_with_a_table_is_found_by_its_name():
    cities = {table.place: table.name for table in TABLES if "/" in table.place}
    assert all(place in tax_places(place.partition("/")[0], name) for place, name in cities.items())


def test_the_seed_case_has_its_published_ceiling():
    stack = cost_stack(DEFAULT)
    assert (stack.repairs_with_contingency, stack.holding, stack.selling, stack.profit) == (
        44_000,
        14_000,
        28_250,
        75_000,
    )
    assert str(stack.max_consideration) == "332290.64"
    assert str(stack.land_transfer_tax) == "3459.36"
    assert stack.max_seller_price == stack.max_consideration
    assert [tax.name for tax in stack.taxes] == ["Ontario"]


@pytest.mark.parametrize(("paid", "kept"), [("296000", "111835.00"), ("310000", "97625.00"), ("0", "410750.00")])
def test_what_the_buyer_keeps_is_counted_after_every_cost(paid, kept):
    assert str(cost_stack(DEFAULT).profit_at(Decimal(paid))) == kept


def test_a_city_tax_comes_on_top_of_the_province():
    stack = cost_stack(replace(DEFAULT, places=("ON", "ON/TORONTO")))
    paid = stack.max_consideration
    both = [land_transfer_tax(place, paid, TODAY).amount for place in ("ON", "ON/TORONTO")]
    assert stack.land_transfer_tax == sum(both)
    assert stack.max_consideration < cost_stack(DEFAULT).max_consideration


def test_the_assignment_fee_comes_off_the_sellers_price_alone():
    stack = cost_stack(replace(DEFAULT, assignment_fee="10000"))
    assert str(stack.max_consideration) == "332290.64"
    assert str(stack.max_seller_price) == "322290.64"


def test_the_day_chooses_the_table():
    big = CostInputs(("ON", "ON/TORONTO"), "9000000", "0", on=TODAY)
    assert cost_stack(big).max_consideration < cost_stack(replace(big, on=date(2026, 3, 31))).max_consideration
    assert cost_stack(replace(big, on=None)) == cost_stack(big)


@pytest.mark.parametrize(
    ("field", "value", "moves"),
    [
        ("contingency", "0.20", "-4000"),
        ("holding_months", 6, "-2800"),
        ("holding_per_month", "3000", "-1000"),
        ("selling_pct", "0.0665", "-5000"),
        ("buyer_profit_pct", "0.14", "5000"),
        ("legal_buy", "1600.50", "-100.50"),
        ("legal_sell", "1400.25", "99.75"),
        ("repairs", "50000", "-11000"),
    ],
)
def test_every_cost_moves_the_budget_by_its_own_amount(field, value, moves):
    def budget(stack):
        return stack.max_consideration + stack.land_transfer_tax

    moved = budget(cost_stack(replace(DEFAULT, **{field: value}))) - budget(cost_stack(DEFAULT))
    assert abs(moved - Decimal(moves)) <= Decimal("0.02")


def test_a_budget_below_nothing_gives_a_negative_ceiling():
    stack = cost_stack(CostInputs(("AB",), "50000", "40000", on=TODAY))
    assert (str(stack.max_consideration), str(stack.land_transfer_tax)) == ("-21375.00", "50.00")
    assert stack.profit_at(stack.max_consideration) == stack.profit


@pytest.mark.parametrize(("budget", "ceiling"), [("49.99", "-0.01"), ("50", "0.00"), ("55", "0.00"), ("55.01", "0.01")])
def test_a_budget_around_the_base_fee_gives_the_nearest_cent_below(budget, ceiling):
    assert str(cost_stack(replace(bare(budget), places=("AB",))).max_consideration) == ceiling


def test_a_place_without_a_known_tax_has_no_stack():
    with pytest.raises(TaxNotKnown):
        cost_stack(replace(DEFAULT, places=("QC",)))


@pytest.mark.parametrize(
    ("selling", "ceiling"), [("0", "100.00"), ("0.000004", "99.99"), ("0.0001", "99.99"), ("0.000101", "99.98")]
)
def test_a_budget_finer_than_a_cent_is_never_exceeded(selling, ceiling):
    assert str(cost_stack(replace(bare("100.00"), places=(), selling_pct=selling)).max_consideration) == ceiling


@pytest.mark.parametrize(("selling", "ceiling"), [("0.99", "-49.00"), ("0.990001", "-49.01"), ("0.9901", "-49.01")])
def test_a_negative_ceiling_is_rounded_down_too(selling, ceiling):
    assert str(cost_stack(replace(bare("100.00"), places=("AB",), selling_pct=selling)).max_consideration) == ceiling


@pytest.mark.parametrize("paid", [None, True, 296000.0, "abc", "1e6", Decimal("NaN"), Decimal("Infinity")])
def test_a_profit_at_what_is_no_price_is_refused(paid):
    with pytest.raises(ConsiderationInvalid):
        cost_stack(DEFAULT).profit_at(paid)


def test_a_place_without_taxes_pays_none():
    stack = cost_stack(replace(DEFAULT, places=()))
    assert (stack.max_consideration, stack.land_transfer_tax, stack.taxes) == (335_750, 0, ())


@pytest.mark.parametrize(
    ("arv", "ceiling"),
    [
        ("1009000", "999009.90"),
        ("1009999.99", "999999.99"),
        ("1010000", "1000000.00"),
    ],
)
def test_a_ceiling_up_to_the_highest_known_price_is_found(arv, ceiling):
    assert str(cost_stack(bare(arv)).max_consideration) == ceiling


@pytest.mark.parametrize("arv", ["1010000.01", "1500000"])
def test_a_ceiling_above_the_highest_known_price_is_not_known(arv):
    with pytest.raises(TaxNotKnown, match="Prince Edward Island"):
        cost_stack(bare(arv))


def bare(arv):
    """Only land transfer tax stands between the budget and the price: the budget is the ARV itself."""
    return CostInputs(("PE",), arv, "0", "0", 0, "0", "0", "0", "0", "0", "0", TODAY)


@pytest.mark.parametrize("place", ["ON", "BC", "AB", "NL", "SK", "MB"])
@given(budget=st.integers(min_value=0, max_value=500_000_000))
@settings(max_examples=25, deadline=None)
def test_the_ceiling_is_the_largest_cent_within_the_budget(place, budget):
    money = Decimal(budget).scaleb(-2)
    stack = cost_stack(replace(bare(money), places=(place,)))
    cent = Decimal("0.01")
    one_more = stack.max_consideration + cent
    assert stack.max_consideration + stack.land_transfer_tax <= money
    assert one_more + land_transfer_tax(place, max(one_more, Decimal(0)), TODAY).amount > money
    assert stack.profit_at(stack.max_consideration) >= 0
    assert to_cents(stack.max_consideration) is not None


@pytest.mark.parametrize(
    "wrong", [None, True, 0.5, float("nan"), "abc", "1e6", "٥", "-1", "0.001", Decimal("Infinity"), Decimal(10**12)]
)
@pytest.mark.parametrize("field", ["arv", "repairs", "holding_per_month", "legal_buy", "legal_sell", "assignment_fee"])
def test_a_cost_that_is_no_amount_is_refused_at_its_field(field, wrong):
    with pytest.raises(CostInvalid, match="amount in dollars") as refused:
        cost_stack(replace(DEFAULT, **{field: wrong}))
    assert (refused.value.code, refused.value.field) == ("COST_INVALID", field)


@pytest.mark.parametrize(
    "wrong", [None, True, 0.15, float("nan"), "15 %", "15", "1", "-0.01", "0.1234567", Decimal("NaN"), "٠.١"]
)
@pytest.mark.parametrize("field", ["contingency", "selling_pct", "buyer_profit_pct"])
def test_a_share_outside_nought_to_one_is_refused_at_its_field(field, wrong):
    with pytest.raises(CostInvalid, match=r"such as 0\.15") as refused:
        cost_stack(replace(DEFAULT, **{field: wrong}))
    assert refused.value.field == field


@pytest.mark.parametrize("wrong", [None, True, 5.0, "5.5", 61, "61", -1, "five", Decimal("NaN")])
def test_months_outside_nought_to_sixty_are_refused(wrong):
    with pytest.raises(CostInvalid, match="Holding months must be a whole number from 0 to 60"):
        cost_stack(replace(DEFAULT, holding_months=wrong))


def test_sixty_months_and_the_finest_share_are_taken():
    stack = cost_stack(replace(DEFAULT, holding_months="60", selling_pct="0.056501"))
    assert (stack.holding, stack.selling) == (168_000, Decimal("28250.50"))


def test_the_largest_cost_is_taken():
    assert cost_stack(replace(DEFAULT, legal_buy="999999999999.99")).max_consideration < 0


def test_values_cannot_be_changed():
    stack = cost_stack(DEFAULT)
    for value, name in ((DEFAULT, "arv"), (stack, "profit"), (stack.taxes[0], "amount"), (TABLES[0], "status")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)
        assert not hasattr(value, "__dict__")
