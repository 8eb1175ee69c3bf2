"""Buyers: the checked draft, what its words mean, and its words for people."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buyers import (
    LIMIT_PRICE,
    BuyerContactMissing,
    BuyerDraft,
    BuyerNameMissing,
    BuyerNotesTooLong,
    BuyerStatus,
    FieldRefused,
    PriceAbsurd,
    PriceNegative,
    PricesReversed,
    ProofInFuture,
    TextTooLong,
    age_words,
    area_rows,
    check_price,
    check_proof,
    joined_types,
    may_remove_buyers,
    parse_min_baths,
    record_words,
    types_mask,
    types_of,
    unclear_types,
)
from domain.errors import RuleBroken
from domain.geo import MARKETS, PROVINCES
from domain.geo.gazetteer import name_lines
from domain.leads import ContactBasis, CountUnclear
from domain.matching_areas import area_of, unclear_parts
from domain.property_types import PropertyType, property_types
from domain.roles import Role

CHEN = BuyerDraft("Wei Chen", phone="+14165550177")
TODAY = date(2026, 3, 11)
SFR, MF, CONDO = PropertyType.SFR, PropertyType.MF, PropertyType.CONDO

# The draft


def test_a_draft_needs_a_name_and_one_contact_and_fills_in_nothing():
    assert (CHEN.email, CHEN.regions, CHEN.max_price, CHEN.notes, CHEN.basis) == (
        None,
        None,
        None,
        "",
        ContactBasis.NONE,
    )
    assert BuyerDraft("Chen", email="wei@example.com").phone is None


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"name": " "}, BuyerNameMissing, "name"),
        ({"phone": None}, BuyerContactMissing, "phone"),
        ({"phone": "", "email": ""}, BuyerContactMissing, "phone"),
        ({"name": "x" * 1001}, TextTooLong, "name"),
        ({"company": "x" * 1001}, TextTooLong, "company"),
        ({"regions": "x" * 1001}, TextTooLong, "regions"),
        ({"property_types": "x" * 1001}, TextTooLong, "property_types"),
        ({"notes": "x" * 3001}, BuyerNotesTooLong, "notes"),
        ({"min_price": Decimal(-1)}, PriceNegative, "min_price"),
        ({"max_price": Decimal("-0.01")}, PriceNegative, "max_price"),
        ({"max_price": Decimal(0)}, PriceAbsurd, "max_price"),
        ({"max_price": Decimal("999.99")}, PriceAbsurd, "max_price"),
        ({"min_price": Decimal(500)}, PriceAbsurd, "min_price"),
        ({"max_price": LIMIT_PRICE}, PriceAbsurd, "max_price"),
        ({"min_price": Decimal(500_000), "max_price": Decimal("499999.99")}, PricesReversed, "min_price"),
    ],
)
def test_a_draft_that_breaks_a_rule_says_which_and_where(changes, error, field):
    with pytest.raises(error) as broken:
        replace(CHEN, **changes)
    assert broken.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"min_price": Decimal(0), "max_price": Decimal(1_000)},
        {"min_price": Decimal(500_000), "max_price": Decimal(500_000)},
        {"max_price": LIMIT_PRICE - Decimal("0.01")},
        {"name": "x" * 1000, "notes": "x" * 3000},
    ],
)
def test_what_lies_at_a_limit_is_taken(changes):
    assert replace(CHEN, **changes)


def test_the_errors_are_sentences_for_people():
    with pytest.raises(PricesReversed, match=r"^The minimum of 500,000 is above the maximum of 300,000\. Swap them"):
        replace(CHEN, min_price=Decimal(500_000), max_price=Decimal(300_000))
    with pytest.raises(PriceAbsurd, match=r"^500 is not a price that property is bought at\. Write it in full"):
        replace(CHEN, max_price=Decimal(500))
    with pytest.raises(TextTooLong, match=r"1,001 characters; 1,000 fit"):
        replace(CHEN, company="x" * 1001)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(["min_price", "max_price"]))
def test_a_price_is_taken_or_refused_at_its_field(amount, name):
    if 1_000 <= amount < LIMIT_PRICE or (name == "min_price" and amount == 0):
        check_price(name, amount)
        return
    with pytest.raises(FieldRefused) as refused:
        check_price(name, amount)
    assert refused.value.field == name


@pytest.mark.parametrize("on", [None, TODAY, TODAY - timedelta(days=400)])
def test_a_proof_of_funds_up_to_today_is_taken(on):
    check_proof(on, today=TODAY)


def test_a_proof_of_funds_from_the_future_is_refused_at_its_field():
    with pytest.raises(ProofInFuture, match="later than today, 11 Mar 2026") as refused:
        check_proof(TODAY + timedelta(days=1), today=TODAY)
    assert refused.value.field == "proof_of_funds_on"


@pytest.mark.parametrize(("text", "baths"), [("", None), ("2", 2), ("3 baths", 3), ("0", 0), ("2.0", 2)])
def test_whole_bathrooms_are_read(text, baths):
    assert parse_min_baths(text) == baths


@pytest.mark.parametrize("text", ["2.5", "2½", "many"])
def test_half_a_bathroom_is_no_minimum(text):
    with pytest.raises(CountUnclear, match="Write a number such as 2"):
        parse_min_baths(text)


# Types


@pytest.mark.parametrize(
    ("text", "mask", "kinds"),
    [
        (None, 0, ()),
        ("", 0, ()),
        ("castles", 0, ()),
        ("SFH", 1, (SFR,)),
        ("duplex, SFH", 3, (SFR, MF)),
        ("condo", 4, (CONDO,)),
        ("any", 31, tuple(PropertyType)),
    ],
)
def test_types_are_bits_in_the_order_of_their_declaration(text, mask, kinds):
    assert types_mask(text) == mask
    assert types_of(mask) == kinds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ()),
        ("SFH, duplex", ()),
        ("any", ()),
        ("everything", ()),
        ("castles", ("castles",)),
        ("SFH,  castles  by the sea & towers, castles by the sea", ("castles by the sea", "towers")),
        ("condo et châteaux", ("châteaux",)),
        ("&, ;", ()),
    ],
)
def test_types_that_nobody_understands_are_named_once(text, words):
    assert unclear_types(text) == words


@pytest.mark.parametrize(
    ("ticked", "words", "joined"),
    [
        ((), None, None),
        ((), "  ", None),
        ((MF, SFR), None, "SFR, MF"),
        ((SFR,), "bungalow", "bungalow"),
        ((SFR, MF), " castles ", "SFR, MF, castles"),
        ((SFR, MF), "duplex near schools", "SFR, duplex near schools"),
    ],
)
def test_boxes_and_words_make_one_text(ticked, words, joined):
    assert joined_types(ticked, words) == joined


@given(st.sets(st.sampled_from(PropertyType)), st.sampled_from(["", "castles", "SFH", "condo, towers", "any"]))
def test_what_is_ticked_is_never_lost_beside_words(ticked, words):
    assert set(property_types(joined_types(ticked, words) or "")) == ticked | property_types(words)


# Areas


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("Narnia", []),
        ("GTA, Hamilton", [("ON", "Hamilton"), ("ON", "Toronto")]),
        ("St. John's", [("NL", "St. John's")]),
        ("ST_JOHNS", [("NL", "St. John's")]),
        ("Ottawa-Gatineau, Ottawa Gatineau", [("ON", "Ottawa"), ("QC", "Ottawa")]),
        ("Orillia", [("ON", "Orillia")]),
        ("Eastern Townships", [("QC", "Eastern Townships")]),
        ("A0A 1B0", [("NL", "A0A1B0")]),
        ("Ontario, Toronto, Montreal", [("ON", "ALL"), ("QC", "Montreal")]),
        ("anywhere in Canada", [(province, "ALL") for province in sorted(PROVINCES)]),
        ("Canada, Toronto", [(province, "ALL") for province in sorted(PROVINCES)]),
    ],
)
def test_areas_become_rows_with_the_labels_of_the_gazetteer(text, rows):
    assert area_rows(area_of(text)) == rows


def test_every_market_comes_back_by_its_own_label():
    for market in MARKETS:
        for province in market.provinces:
            assert area_rows(area_of(f"{market.label}, {province}"))[-1:] == [(province, market.label)] or (
                market.label == "Ottawa"
            )


def test_every_place_of_the_gazetteer_has_a_name_for_people():
    nameless = [
        (name, row) for name in name_lines() for row in area_rows(area_of(name)) if row[1].isupper() and row[1] != "ALL"
    ]
    assert nameless == []


def test_a_long_postal_part_fits_a_row():
    (row,) = area_rows(area_of("somewhere along rural route 12 behind the lake near A0A 1B0 and " + "x" * 300))
    assert len(row[1]) <= 64


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("Hamilton, GTA", ()),
        ("anywhere", ()),
        ("Narnia", ("Narnia",)),
        ("Hamilton, Narnia; Mordor / Narnia", ("Narnia", "Mordor")),
        ("anywhere in Narnia", ("Narnia",)),
        ("Narnia, ON", ("Narnia",)),
        ("Windsor, NS", ()),
        ("Ontario, Narnia", ("Narnia",)),
        ("surrounding areas, Toronto", ()),
    ],
)
def test_areas_that_nobody_understands_are_named_once(text, parts):
    assert unclear_parts(text) == parts


@given(st.text(max_size=60))
def test_any_text_has_rows_or_unclear_parts_or_says_nothing(text):
    area = area_of(text)
    assert all(province in PROVINCES and len(market) <= 64 for province, market in area_rows(area))
    if area.has_unclear:
        assert unclear_parts(text)


# Words for people


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "of today"),
        (-1, "of today"),
        (1, "1 day old"),
        (59, "59 days old"),
        (60, "2 months old"),
        (91, "3 months old"),
        (729, "24 months old"),
        (730, "2 years old"),
    ],
)
def test_an_age_is_told_in_days_then_months_then_years(days, words):
    assert age_words(TODAY - timedelta(days=days), today=TODAY) == words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0), "never contacted"),
        ((5, 3, 0), "answered 3 of 5"),
        ((5, 3, 1), "answered 3 of 5, bought 1"),
    ],
)
def test_a_record_is_told_in_a_line(counts, words):
    contacted, responded, bought = counts
    assert record_words(contacted=contacted, responded=responded, bought=bought) == words


def test_statuses_are_a_closed_set_with_labels():
    assert [(status.value, status.label) for status in BuyerStatus] == [
        ("active", "Active"), ("paused", "Paused"), ("removed", "Removed"),
    ]  # fmt: skip


def test_reps_do_not_remove_buyers():
    assert {role: may_remove_buyers(role) for role in Role} == {Role.REP: False, Role.APPROVER: True, Role.ADMIN: True}


def test_a_refused_field_is_a_broken_rule():
    assert issubclass(FieldRefused, RuleBroken)
