"""What an offer policy may say, who may change it, and what it gives for the deal that policies are tried on."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.offer_policies import (
    PROBE_ARV,
    PROBE_REPAIRS,
    REASON_LIMIT,
    ReasonMissing,
    ReasonTooLong,
    check_policy,
    check_term,
    checked_reason,
    probe,
    same_terms,
)
from domain.offers import OfferInputs, OfferPolicy, OfferRefused, OfferStatus, compute_offer
from domain.roles import Role, may_change_policies

DEFAULT = OfferPolicy(enabled=True, max_arv_multiplier=Decimal("0.70"))

WRONG = [
    ("max_arv_multiplier", "70", "MULTIPLIER_OUT_OF_RANGE"),
    ("max_arv_multiplier", "0", "MULTIPLIER_OUT_OF_RANGE"),
    ("max_arv_multiplier", "-0.7", "MULTIPLIER_OUT_OF_RANGE"),
    ("max_arv_multiplier", "1.0001", "MULTIPLIER_OUT_OF_RANGE"),
    ("max_arv_multiplier", "0.70001", "MULTIPLIER_OUT_OF_RANGE"),
    ("fees_buffer", "-1", "FEES_NEGATIVE"),
    ("fees_buffer", "0.001", "TOO_MANY_DECIMALS"),
    ("assignment_fee", "-0.01", "ASSIGNMENT_FEE_NEGATIVE"),
    ("assignment_fee", "1000000000000000", "NOT_A_NUMBER"),
    ("holding_per_month", "-5", "HOLDING_NEGATIVE"),
    ("rounding_step", "0", "ROUNDING_STEP_INVALID"),
    ("rounding_step", "-500", "ROUNDING_STEP_INVALID"),
    ("rounding_step", "0.005", "ROUNDING_STEP_INVALID"),
]


@pytest.mark.parametrize(("name", "value", "code"), WRONG)
@pytest.mark.parametrize("enabled", [True, False])
def test_a_term_that_breaks_a_rule_names_its_field_whether_the_policy_is_on_or_off(name, value, code, enabled):
    policy = replace(DEFAULT, enabled=enabled, **{name: Decimal(value)})
    for check in (lambda: check_term(name, Decimal(value)), lambda: check_policy(policy, "ON/ALL")):
        with pytest.raises(OfferRefused) as refused:
            check()
        assert (refused.value.code, refused.value.field) == (code, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_arv_multiplier", "1"), ("max_arv_multiplier", "0.0001"), ("fees_buffer", "0"), ("rounding_step", "0.01")],
)
def test_the_edge_of_what_is_allowed_passes(name, value):
    check_term(name, Decimal(value))
    check_policy(replace(DEFAULT, enabled=False, **{name: Decimal(value)}), "ON/ALL")


@pytest.mark.parametrize(
    ("changes", "mao", "offer", "status"),
    [
        ({}, "310000.00", "310000.00", OfferStatus.OFFER),
        ({"max_arv_multiplier": Decimal("0.65")}, "285000.00", "285000.00", OfferStatus.OFFER),
        (
            {"assignment_fee": Decimal(10_250), "rounding_step": Decimal(500)},
            "310000.00",
            "299500.00",
            OfferStatus.OFFER,
        ),
        ({"holding_per_month": Decimal(2_800)}, "310000.00", "310000.00", OfferStatus.OFFER),
        ({"fees_buffer": Decimal(310_000)}, "0.00", "0.00", OfferStatus.NO_OFFER),
    ],
)
def test_what_a_policy_gives_for_500_000_with_repairs_of_40_000(changes, mao, offer, status):
    tried = probe(replace(DEFAULT, **changes), "ON", "ALL")
    assert (tried.mao, tried.recommended_offer, tried.status) == (Decimal(mao), Decimal(offer), status)


def test_a_policy_that_is_switched_off_gives_nothing():
    assert probe(replace(DEFAULT, enabled=False), "ON", "ALL") is None


@settings(max_examples=60)
@given(
    policy=st.builds(
        OfferPolicy,
        enabled=st.just(True),
        max_arv_multiplier=st.decimals("0.0001", "1", places=4),
        fees_buffer=st.decimals("0", "900000", places=2),
        assignment_fee=st.decimals("0", "900000", places=2),
        holding_per_month=st.decimals("0", "9000", places=2),
        rounding_step=st.decimals("0.01", "5000", places=2),
    )
)
def test_the_probe_is_the_offer_of_the_formula_itself(policy):
    check_policy(policy, "ON/ALL")
    inputs = OfferInputs("ON", "ALL", PROBE_ARV, PROBE_REPAIRS)
    assert probe(policy, "ON", "ALL") == compute_offer(inputs, policy)


@pytest.mark.parametrize(("typed", "kept"), [("Careful.", "Careful."), ("  two \n", "two"), ("x" * 500, "x" * 500)])
def test_a_reason_is_kept_without_the_space_around_it(typed, kept):
    assert checked_reason(typed) == kept


@pytest.mark.parametrize("typed", [None, "", " \n\t"])
def test_no_reason_is_refused(typed):
    with pytest.raises(ReasonMissing):
        checked_reason(typed)


def test_a_reason_that_is_too_long_is_refused_with_both_lengths():
    with pytest.raises(ReasonTooLong, match="has 1,501 characters; 500 fit"):
        checked_reason("x" * (REASON_LIMIT + 1_001))


def test_terms_are_the_same_whatever_the_version_and_the_zeros_behind():
    assert same_terms(replace(DEFAULT, version=4), replace(DEFAULT, max_arv_multiplier=Decimal("0.7000"), version=9))
    assert not same_terms(DEFAULT, replace(DEFAULT, enabled=False))
    assert not same_terms(DEFAULT, replace(DEFAULT, fees_buffer=Decimal("0.01")))


@pytest.mark.parametrize(("role", "may"), [(Role.REP, False), (Role.APPROVER, False), (Role.ADMIN, True)])
def test_admins_alone_change_policies(role, may):
    assert may_change_policies(role) is may
