"""Money: cents, rounding, showing, and reading what people type."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import offers
from domain.errors import RuleBroken
from domain.money import (
    AmountUnclear,
    NotInCents,
    decimals,
    from_cents,
    parse_amount,
    plain_number,
    round_half_up,
    show,
    show_short,
    to_cents,
)

CENTS = st.integers(min_value=-(10**16), max_value=10**16)

READ = {
    "500000": "500000",
    "0": "0",
    "007": "7",
    "500000.5": "500000.5",
    "500000.50": "500000.50",
    "$500,000": "500000",
    "$ 500,000": "500000",
    "1,250,000": "1250000",
    "1,250,000.50": "1250000.50",
    "999,999,999.99": "999999999.99",
    "500k": "500000",
    "500K": "500000",
    "500 k": "500000",
    "$500k": "500000",
    "500k$": "500000",
    "500 k$": "500000",
    "612.5k": "612500",
    "612.55k": "612550",
    "0.5k": "500",
    "1.2M": "1200000",
    "1.2m": "1200000",
    "1.2 M": "1200000",
    "1.25M": "1250000",
    "1.125M": "1125000",
    "1.2 million": "1200000",
    "2 Million": "2000000",
    "40 thousand": "40000",
    "1.23456789M": "1234567.89",
    "500 000 $": "500000",
    "500 000$": "500000",
    "500\u00a0000\u00a0$": "500000",
    "500\u202f000 $": "500000",
    "500\u2009000 $": "500000",
    "1 250 000": "1250000",
    "1 250 000.50": "1250000.50",
    "500 000,50 $": "500000.50",
    "500\u00a0000,00 $": "500000.00",
    "CA$500,000.50": "500000.50",
    "ca$500,000": "500000",
    "C$ 500k": "500000",
    "CAD 500,000": "500000",
    "CAD$500,000": "500000",
    "CDN$500,000": "500000",
    "500,000 CAD": "500000",
    "500,000 cad": "500000",
    "$500,000 CAD": "500000",
    "500,000 $ CA": "500000",
    "  500k  ": "500000",
    "500k\n": "500000",
    "-5": "-5",
    "- 5": "-5",
    "-$5": "-5",
    "$-5": "-5",
    "\u22125": "-5",
    "-500k": "-500000",
    "-1,250,000.50": "-1250000.50",
    "100000000": "100000000",
    "999999999999999": "999999999999999",
}

UNCLEAR = [
    "",
    " ",
    "-",
    "$",
    ".",
    ",",
    "--5",
    "-$-5",
    "1,25 M",
    "1,2 million",
    "1,25k",
    "1,200k",
    "1 200k",
    "500 600k",
    "1.250k",
    "612.500k",
    "1.2.3M",
    "1.123456789M",
    "0.000001k",
    "1000000k",
    "12345678M",
    "500.000",
    "500.000 $",
    "1.234.567",
    "1.234.567,89",
    "500.1234",
    "5,00",
    "5,0",
    "500,00",
    "500,0000",
    "12,34,567",
    "1,2345",
    "0,500",
    "000,500",
    "1,000,00",
    "1,000 000",
    "500 00",
    "500 0000",
    "0 500",
    "500 000 40 000",
    "500 000 400 000",
    "500000 40000",
    "500k 40k",
    "500-600k",
    "500k-600k",
    "500,000 and 40,000",
    "500,000.",
    "5.",
    ".5M",
    "~500k",
    "500k+",
    "(500)",
    "500'000",
    "500_000",
    "five hundred thousand",
    "500 grand",
    "ARV 500k",
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "inf",
    "1e6",
    "1E6",
    "0x10",
    "٥٠٠٠٠٠",
    "５００",
    "5\u212a",
    "½",
    "US$500,000",
    "500,000 USD",
    "€500,000",
    "50%",
    "1000000000000000",
    "1" * 41,
    "9" * 100_000,
    "500k\x00",
    "500\n600",
]


@pytest.mark.parametrize(("typed", "amount"), READ.items())
def test_what_people_type_is_read(typed, amount):
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", UNCLEAR)
def test_what_has_two_readings_or_none_is_refused(typed):
    with pytest.raises(AmountUnclear) as refused:
        parse_amount(typed)
    assert refused.value.code == "AMOUNT_UNCLEAR"
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("typed", [None, 5, 5.0, True, b"500k", Decimal(5), ["500k"]])
def test_what_is_no_text_is_refused(typed):
    with pytest.raises(AmountUnclear, match="Write it as text"):
        parse_amount(typed)


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("1,25 M", "1.25M"),
        ("1 200k", "1,250,000"),
        ("500.000", "Write 500,000 or 500.00, whichever is meant"),
        ("500.000 $", "Write 500,000 or 500.00"),
        ("500,00", "Write the decimals with a point: 500.00"),
        ("5,0", "Write the decimals with a point: 5.0"),
        ("1.250k", "Write it in full, like 1,250,000"),
        ("0.000001k", "finer than a cent"),
        ("1.234.567", "a comma every three digits"),
        ("abc", "Write one number, like 500,000, 500k or 1.2M"),
        ("9" * 1000, "Write one number"),
    ],
)
def test_a_refusal_says_what_to_type_instead(typed, advice):
    with pytest.raises(AmountUnclear) as refused:
        parse_amount(typed)
    assert advice in str(refused.value)


def test_a_text_of_forty_signs_is_still_read_and_echoed_whole():
    assert parse_amount("5".rjust(40)) == 5
    with pytest.raises(AmountUnclear, match="9" * 40):
        parse_amount("9" * 40)


def test_a_long_text_is_echoed_shortened():
    with pytest.raises(AmountUnclear) as refused:
        parse_amount("9" * 41)
    assert str(refused.value).startswith('"' + "9" * 39 + '…" is not clear')


def test_a_text_with_braces_is_echoed_as_typed():
    with pytest.raises(AmountUnclear, match=r"\{typed\}"):
        parse_amount("{typed}")


def test_the_parser_is_reachable_from_offers():
    assert offers.parse_amount is parse_amount
    assert offers.AmountUnclear is AmountUnclear
    assert issubclass(AmountUnclear, RuleBroken)


@given(CENTS)
@settings(max_examples=100, deadline=None)
def test_every_shown_amount_is_read_back(cents):
    amount = from_cents(cents % 10**14)
    assert parse_amount(show(amount)) == amount


@given(CENTS)
@settings(max_examples=100, deadline=None)
def test_cents_survive_the_round_trip(cents):
    assert to_cents(from_cents(cents)) == cents


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_an_amount_or_a_named_refusal(text):
    amount = Decimal(0)
    with suppress(AmountUnclear):
        amount = parse_amount(text)
    assert amount.is_finite()
    assert abs(amount) < 10**15


@pytest.mark.parametrize(
    ("value", "cents"),
    [("0", 0), ("0.01", 1), ("-0.01", -1), ("310000", 31_000_000), ("310000.00", 31_000_000), ("1.230", 123)],
)
def test_dollars_become_whole_cents(value, cents):
    assert to_cents(Decimal(value)) == cents


@pytest.mark.parametrize(
    "value",
    [
        Decimal("0.001"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal(10**15),
        Decimal(-(10**15)),
        1.5,
        5,
        True,
        "5",
        None,
    ],
)
def test_what_is_not_in_cents_is_refused(value):
    with pytest.raises(NotInCents) as refused:
        to_cents(value)
    assert refused.value.code == "NOT_IN_CENTS"


def test_the_largest_amount_goes_into_cents():
    assert to_cents(Decimal("999999999999999.99")) == 99_999_999_999_999_999


@pytest.mark.parametrize("cents", [1.0, True, "1", None, Decimal(1), 10**17, -(10**17)])
def test_what_is_no_whole_number_of_cents_is_refused(cents):
    with pytest.raises(NotInCents):
        from_cents(cents)


def test_cents_become_dollars_with_two_decimals():
    assert str(from_cents(31_000_000)) == "310000.00"
    assert str(from_cents(-1)) == "-0.01"
    assert str(from_cents(0)) == "0.00"
    assert from_cents(10**17 - 1) == Decimal("999999999999999.99")


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("0.005", "0.01", "0.01"),
        ("0.015", "0.01", "0.02"),
        ("0.025", "0.01", "0.03"),
        ("0.0049", "0.01", "0.00"),
        ("-0.005", "0.01", "-0.01"),
        ("70000.105", "0.01", "70000.11"),
        ("499", "1000", "0"),
        ("500", "1000", "1000"),
        ("1500", "1000", "2000"),
        ("1249.99", "500", "1000"),
        ("1250", "500", "1500"),
        ("-1250", "500", "-1500"),
        ("0.125", "0.05", "0.15"),
    ],
)
def test_a_tie_goes_away_from_zero(value, step, rounded):
    assert round_half_up(Decimal(value), Decimal(step)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("310000", "310,000.00"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("-0.001", "0.00"),
        ("0.005", "0.01"),
        ("-5000", "-5,000.00"),
        ("999999999.99", "999,999,999.99"),
        ("12.3", "12.30"),
    ],
)
def test_an_amount_is_shown_to_the_cent_with_commas(value, text):
    assert show(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("310000", "310,000"),
        ("310000.00", "310,000"),
        ("310000.5", "310,000.50"),
        ("1000.004", "1,000"),
        ("-5000", "-5,000"),
        ("-0.00", "0"),
        ("0.01", "0.01"),
    ],
)
def test_whole_dollars_are_shown_short_and_cents_in_full(value, text):
    assert show_short(Decimal(value)) == text


@pytest.mark.parametrize(
    ("raw", "number"),
    [("5", 5), ("-5", -5), ("5.50", Decimal("5.5")), ("007", 7), (5, 5), (-5, -5), (Decimal("1E+3"), 1000)],
)
def test_a_plain_number_is_read(raw, number):
    assert plain_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        None, "", " 5", "5 ", "+5", "5.", ".5", "5,0", "1e6", "1_000", "NaN", "Infinity", "٥", "５", "5\n", 5.0, True, False,
        Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), b"5", [5], object(),
    ],
)  # fmt: skip
def test_what_is_no_plain_number_is_none(raw):
    assert plain_number(raw) is None


@pytest.mark.parametrize(("value", "count"), [("5", 0), ("5.0", 1), ("5.00", 2), ("1E-7", 7), ("1E+7", -7), ("NaN", 0)])
def test_decimals_are_counted_as_written(value, count):
    assert decimals(Decimal(value)) == count
