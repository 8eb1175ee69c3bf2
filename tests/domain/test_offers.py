"""Offers: every line to the cent, every refusal by its code, in the documented order."""

import csv
import re
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import offer_refusals
from domain.errors import RuleBroken
from domain.money import to_cents
from domain.offers import (
    Line,
    OfferInputs,
    OfferPolicy,
    OfferRefused,
    OfferStands,
    OfferStatus,
    Sign,
    compute_offer,
    killed_by,
)

DATA = Path(__file__).parent.parent / "data"
DEFAULT = OfferInputs("ON", "TORONTO", "500000", "40000")
POLICY = OfferPolicy(enabled=True, max_arv_multiplier=Decimal("0.70"))
SENSITIVITY = [
    "mao_arv_minus5", "mao_arv_plus5", "mao_repairs_minus20", "mao_repairs_plus20", "mao_worst", "mao_best",
]  # fmt: skip
CODES = {
    "PROVINCE_UNKNOWN", "ARV_REQUIRED", "NOT_A_NUMBER", "TOO_MANY_DECIMALS", "ARV_NOT_POSITIVE", "ARV_TOO_LARGE",
    "REPAIRS_REQUIRED", "REPAIRS_NEGATIVE", "REPAIRS_TOO_LARGE", "HOLDING_NEGATIVE", "MONTHS_OUT_OF_RANGE",
    "POLICY_MISSING", "POLICY_DISABLED", "MULTIPLIER_OUT_OF_RANGE", "FEES_NEGATIVE", "ASSIGNMENT_FEE_NEGATIVE",
    "ROUNDING_STEP_INVALID",
}  # fmt: skip


def rows(name, *, invalid):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(row, id=row["case_id"]) for row in csv.DictReader(file) if bool(row["exp_error"]) is invalid
        ]


def inputs_of(row):
    return OfferInputs(
        row["province"], row["market"], row["arv"], row["repairs"], row["holding_cost"], row["holding_months"]
    )


def policy_of(row):
    return OfferPolicy(
        enabled=row["pol_enabled"] == "true",
        max_arv_multiplier=row["pol_max_arv_multiplier"],
        fees_buffer=row["pol_fees_buffer"],
        assignment_fee=row["pol_assignment_fee"],
        holding_per_month=row["pol_holding_per_month"],
        rounding_step=row["pol_rounding_step"],
        version=1,
    )


@pytest.mark.parametrize("row", [*rows("offers.csv", invalid=False), *rows("offers_more.csv", invalid=False)])
def test_every_line_of_a_priced_deal_matches_to_the_cent(row):
    offer = compute_offer(inputs_of(row), policy_of(row))
    expected = {name.removeprefix("exp_"): value for name, value in row.items() if name.startswith("exp_")}
    del expected["error"]
    got = {name: str(offer.sensitivity[name] if name in SENSITIVITY else getattr(offer, name)) for name in expected}
    assert got == expected


@pytest.mark.parametrize("row", [*rows("offers.csv", invalid=True), *rows("offers_more.csv", invalid=True)])
def test_a_wrong_deal_is_refused_by_the_first_broken_rule(row):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(inputs_of(row), policy_of(row))
    assert refused.value.code == row["exp_error"]


def test_the_seed_case_carries_its_lines_in_order():
    offer = compute_offer(DEFAULT, POLICY)
    zero = Decimal("0.00")
    assert offer.lines == (
        Line("ARV", Sign.START, Decimal("500000.00"), None),
        Line("multiplier", Sign.TIMES, Decimal("0.70"), Decimal("350000.00")),
        Line("repairs", Sign.MINUS, None, Decimal("40000.00")),
        Line("holding", Sign.MINUS, None, zero),
        Line("fees", Sign.MINUS, None, zero),
        Line("MAO, buyer's ceiling", Sign.EQUALS, None, Decimal("310000.00")),
        Line("assignment fee", Sign.MINUS, None, zero),
        Line("Recommended offer", Sign.EQUALS, None, Decimal("310000.00")),
    )
    assert [str(line.sign) for line in offer.lines] == ["", "×", "−", "−", "−", "=", "−", "="]
    assert offer.status == "offer"


def test_an_offer_names_the_arv_and_the_multiplier_that_it_begins_with():
    offer = compute_offer(DEFAULT, POLICY)
    assert (str(offer.arv), str(offer.multiplier)) == ("500000.00", "0.70")
    assert offer.arv * offer.multiplier == offer.arv_x_multiplier


@pytest.mark.parametrize(
    ("step", "label", "cut"),
    [
        (Decimal(100000), "rounding down to 100,000", Decimal("10000.00")),
        (Decimal("300000.00"), "rounding down to 300,000", Decimal("10000.00")),
        (Decimal("0.07"), "rounding down to 0.07", Decimal("0.03")),
    ],
)
def test_what_rounding_takes_is_a_line_of_its_own(step, label, cut):
    offer = compute_offer(DEFAULT, replace(POLICY, rounding_step=step))
    assert offer.lines[-2] == Line(label, Sign.MINUS, None, cut)
    assert offer.rounding_adjustment == -cut


def test_rounding_to_nothing_shows_what_it_took():
    offer = compute_offer(OfferInputs("ON", "ALL", "1", "0"), replace(POLICY, rounding_step=Decimal(1)))
    assert (str(offer.rounding_adjustment), str(offer.recommended_offer)) == ("-0.70", "0.00")
    assert (offer.status, str(offer.shortfall)) == ("no_offer", "0.00")


def test_values_cannot_be_changed_and_can_be_kept_in_sets():
    offer = compute_offer(DEFAULT, POLICY)
    for value, name in ((DEFAULT, "arv"), (POLICY, "enabled"), (offer, "mao"), (offer.lines[0], "amount")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)
        assert not hasattr(value, "__dict__")
        assert value in {value}


def test_a_policy_starts_at_version_one_with_nothing_but_its_multiplier():
    zero, cent = Decimal("0.00"), Decimal("0.01")
    assert OfferPolicy(enabled=True, max_arv_multiplier=Decimal("0.70")) == OfferPolicy(
        True, Decimal("0.70"), zero, zero, zero, cent, 1
    )


def test_the_sensitivity_of_the_seed_case_is_the_published_one():
    sensitivity = compute_offer(DEFAULT, POLICY).sensitivity
    assert list(sensitivity) == SENSITIVITY
    assert list(map(int, sensitivity.values())) == [292_500, 327_500, 318_000, 302_000, 284_500, 335_500]


@pytest.mark.parametrize(
    "wrong", [0.7, True, False, float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), b"5", [5], object()]
)
@pytest.mark.parametrize("field", ["arv", "repairs", "holding_cost"])
def test_an_amount_that_is_no_exact_number_is_refused_at_its_field(field, wrong):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(replace(DEFAULT, **{field: wrong}), POLICY)
    assert (refused.value.code, refused.value.field) == ("NOT_A_NUMBER", field)


@pytest.mark.parametrize("wrong", [0.7, True, None, Decimal("NaN"), "", "70 %", "1e-1"])
@pytest.mark.parametrize("field", ["max_arv_multiplier", "fees_buffer", "assignment_fee", "holding_per_month"])
def test_a_policy_number_that_is_no_exact_number_is_refused_at_its_field(field, wrong):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(DEFAULT, replace(POLICY, **{field: wrong}))
    assert (refused.value.code, refused.value.field) == ("NOT_A_NUMBER", field)


@pytest.mark.parametrize("wrong", [0.01, True, None, Decimal("NaN"), Decimal("Infinity"), "", Decimal("1E+15")])
def test_a_rounding_step_that_is_no_amount_is_refused(wrong):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(DEFAULT, replace(POLICY, rounding_step=wrong))
    assert (refused.value.code, refused.value.field) == ("ROUNDING_STEP_INVALID", "rounding_step")


@pytest.mark.parametrize("wrong", [4.0, True, 61, -1, Decimal("4.5"), Decimal("NaN"), "61", "four"])
def test_months_that_are_no_whole_number_up_to_sixty_are_refused(wrong):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(replace(DEFAULT, holding_months=wrong), POLICY)
    assert (refused.value.code, refused.value.field) == ("MONTHS_OUT_OF_RANGE", "holding_months")
    assert "0 to 60" in str(refused.value)


@pytest.mark.parametrize("province", [None, "", "XX", "on", 5, ["ON"], b"ON"])
def test_an_unknown_province_is_refused_before_anything_else(province):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(OfferInputs(province, None, None, None), None)
    assert (refused.value.code, refused.value.field) == ("PROVINCE_UNKNOWN", "province")


@pytest.mark.parametrize(("market", "place"), [("TORONTO", "ON/TORONTO"), (None, "ON/ALL"), ("", "ON/ALL")])
def test_no_policy_means_no_offer_and_names_the_place(market, place):
    with pytest.raises(OfferRefused, match=place) as refused:
        compute_offer(replace(DEFAULT, market=market), None)
    assert (refused.value.code, refused.value.field) == ("POLICY_MISSING", "policy")


def test_a_broken_input_is_named_before_a_missing_policy():
    with pytest.raises(OfferRefused) as refused:
        compute_offer(replace(DEFAULT, repairs="-1"), None)
    assert refused.value.code == "REPAIRS_NEGATIVE"


@pytest.mark.parametrize("enabled", [False, None, 0, 1, "true", "false"])
def test_a_policy_is_on_only_when_it_says_so(enabled):
    with pytest.raises(OfferRefused, match="switched off") as refused:
        compute_offer(DEFAULT, replace(POLICY, enabled=enabled))
    assert (refused.value.code, refused.value.field) == ("POLICY_DISABLED", "policy")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arv": "100000000.01"}, "The ARV is above 100,000,000: check the zeros."),
        ({"repairs": "100000000.01"}, "The repairs are above 100,000,000: check the zeros."),
        ({"arv": "1.001"}, "The ARV goes to the cent: at most two decimals."),
        ({"holding_cost": "-1"}, "The holding cost cannot be below 0."),
        ({"repairs": "forty"}, "The repairs must be a plain number, such as 40000 or 40000.50."),
    ],
)
def test_a_refusal_is_a_sentence_for_the_person(changes, sentence):
    with pytest.raises(OfferRefused) as refused:
        compute_offer(replace(DEFAULT, **changes), POLICY)
    assert str(refused.value) == sentence


def test_every_code_has_one_class():
    classes = [
        kind for kind in vars(offer_refusals).values() if isinstance(kind, type) and kind.__base__ is OfferRefused
    ]
    assert sorted(kind.code for kind in classes) == sorted(CODES)
    assert issubclass(OfferRefused, RuleBroken)


@pytest.mark.parametrize("amount", ["500000", "500000.00", Decimal(500000), Decimal("5E+5"), 500000])
def test_exact_numbers_of_every_kind_give_the_same_offer(amount):
    assert compute_offer(replace(DEFAULT, arv=amount), POLICY) == compute_offer(DEFAULT, POLICY)


def test_a_minus_zero_is_shown_as_zero():
    offer = compute_offer(replace(DEFAULT, repairs="-0", holding_cost=Decimal("-0.00")), POLICY)
    assert (str(offer.repairs), str(offer.holding_cost)) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("inputs", "policy", "label"),
    [
        ({"arv": "0.01"}, {"max_arv_multiplier": Decimal("0.49")}, "multiplier"),
        ({"repairs": "350000"}, {}, "repairs"),
        ({"repairs": "350000"}, {"fees_buffer": Decimal(9)}, "repairs"),
        ({"holding_cost": "310000"}, {}, "holding"),
        ({}, {"fees_buffer": Decimal(310001)}, "fees"),
        ({"repairs": "349999.50"}, {"fees_buffer": Decimal("0.50")}, "fees"),
        ({}, {"assignment_fee": Decimal(310000)}, "assignment fee"),
        ({"arv": "1", "repairs": "0"}, {"rounding_step": Decimal(1)}, "rounding down to 1"),
        ({}, {"rounding_step": Decimal(500000)}, "rounding down to 500,000"),
    ],
)
def test_the_line_that_killed_an_offer_is_named(inputs, policy, label):
    offer = compute_offer(replace(DEFAULT, **inputs), replace(POLICY, **policy))
    assert offer.status is OfferStatus.NO_OFFER
    assert offer.status == "no_offer"
    assert killed_by(offer).label == label
    assert killed_by(offer) in offer.lines


def test_an_offer_that_stands_was_killed_by_nothing():
    with pytest.raises(OfferStands, match=r"310,000\.00"):
        killed_by(compute_offer(DEFAULT, POLICY))


CENTS = st.integers(min_value=0, max_value=10**10)


@given(
    arv=st.integers(min_value=1, max_value=10**10),
    repairs=CENTS,
    holding=st.integers(min_value=0, max_value=10**8),
    multiplier=st.integers(min_value=1, max_value=10_000),
    charges=st.tuples(st.integers(min_value=0, max_value=10**7), st.integers(min_value=0, max_value=10**7)),
    step=st.integers(min_value=1, max_value=10**7),
)
@settings(max_examples=150, deadline=None)
def test_the_reckoning_agrees_with_integer_cents_and_never_exceeds_the_ceiling(
    arv, repairs, holding, multiplier, charges, step
):
    fees, fee = charges
    dollars = [Decimal(cents).scaleb(-2) for cents in (arv, repairs, holding, fees, fee, step)]
    offer = compute_offer(
        OfferInputs("NU", "ALL", dollars[0], dollars[1], dollars[2]),
        OfferPolicy(True, Decimal(multiplier).scaleb(-4), dollars[3], dollars[4], Decimal(0), dollars[5], 7),
    )
    gross = (arv * multiplier + 5_000) // 10_000
    before = gross - repairs - holding - fees - fee
    assert to_cents(offer.arv_x_multiplier) == gross
    assert to_cents(offer.offer_before_rounding) == before
    assert to_cents(offer.recommended_offer) == (before // step * step if before > 0 else 0)
    assert to_cents(offer.shortfall) == max(0, -before)
    assert offer.recommended_offer <= max(Decimal(0), offer.mao - offer.assignment_fee)
    assert offer.sensitivity["mao_worst"] <= offer.mao <= offer.sensitivity["mao_best"]
    assert (offer.status == "offer") is (offer.recommended_offer > 0)
    if offer.status == "no_offer":
        assert killed_by(offer).sign in (Sign.TIMES, Sign.MINUS)


def test_lines_add_up_to_the_offer():
    policy = OfferPolicy(True, Decimal("0.6875"), Decimal("2500.50"), Decimal(10_000), Decimal("2133.33"), Decimal(500))
    offer = compute_offer(replace(DEFAULT, arv="906672.31", repairs="57000.07", holding_months=6), policy)
    costs = sum(line.amount for line in offer.lines if line.sign is Sign.MINUS)
    assert offer.arv_x_multiplier - costs == offer.recommended_offer == offer.lines[-1].amount
    assert all(re.fullmatch(r"-?\d+\.\d\d", str(line.amount)) for line in offer.lines if line.amount is not None)
