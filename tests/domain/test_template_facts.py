"""Facts in words: names as people are greeted, streets without their place, amounts and days in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from domain.content import Language
from domain.property_types import PropertyType
from domain.segments import segments_of
from domain.template_facts import (
    day_in,
    first_name,
    headline_fr,
    money_in,
    number_in,
    sender_in,
    street_of,
    type_in,
)

EN, FR = Language.EN, Language.FR


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("John Smith", "John"),
        ("  john   smith ", "John"),
        ("JOHN SMITH", "John"),
        ("Mr. John Smith", "John"),
        ("Mme Tremblay", "Tremblay"),
        ("Smith, John", "John"),
        ("Kwan Investments, Inc.", "Kwan Investments Inc."),
        ("Kwan Investments Ltd.", "Kwan Investments Ltd."),
        ("John and Mary Smith", "John and Mary"),
        ("Luc et Anne", "Luc et Anne"),
        ("J. Smith", "J. Smith"),
        ("jean-pierre roy", "Jean-Pierre"),
        ("McKenzie Lee", "McKenzie"),
        ("Dr", "Dr"),
        ("416-555-0134", None),
        ("", None),
        (" , ", None),
    ],
)
def test_people_are_greeted_as_they_are_called(name, greeted):
    assert first_name(name) == greeted


@pytest.mark.parametrize(
    ("address", "city", "street"),
    [
        ("12 King St W, Hamilton ON L8P 1A1", "Hamilton", "12 King St W"),
        ("12 King St W Hamilton ON", "Hamilton", "12 King St W"),
        ("12 King St W Hamilton ON L8P 1A1", "Hamilton", "12 King St W"),
        ("12 King St W\nHamilton", None, "12 King St W"),
        ("12 Hamilton St", "Hamilton", "12 Hamilton St"),
        ("12 rue Laval", "Laval", "12 rue Laval"),
        ("Unit 4, 12 King St W, Hamilton", "Hamilton", "Unit 4, 12 King St W"),
        ("Apt 4", "Hamilton", "Apt 4"),
        ("4-12 King St W", None, "4-12 King St W"),
        (" , ", "Hamilton", None),
        (None, "Hamilton", None),
    ],
)
def test_a_street_stands_without_the_place_behind_it(address, city, street):
    assert street_of(address, city) == street


def test_amounts_days_and_counts_are_written_as_their_reader_writes_them():
    assert (money_in(Decimal("310000.00"), EN), money_in(Decimal("310000.50"), EN)) == ("$310,000", "$310,000.50")
    assert (money_in(Decimal("310000.00"), FR), money_in(Decimal("310000.50"), FR)) == ("310 000 $", "310 000,50 $")
    friday = date(2026, 11, 27)
    assert (day_in(friday, EN), day_in(friday, FR)) == ("Friday 27 November", "vendredi 27 novembre")
    assert (number_in(Decimal("2.5"), EN), number_in(Decimal("2.50"), FR), number_in(3, FR)) == ("2.5", "2,5", "3")
    assert number_in(Decimal("2.0"), EN) == "2"


def test_days_keep_to_the_networks_alphabet_all_year():
    days = "".join(day_in(date(2026, month, month), FR) for month in range(1, 13))
    assert segments_of(days).costly == ()


def test_who_writes_is_a_person_of_the_business_or_the_business():
    assert sender_in("Dana", "Maple Homes", EN) == "Dana at Maple Homes"
    assert sender_in("Dana", "Maple Homes", FR) == "Dana de Maple Homes"
    assert sender_in(None, "Maple Homes", FR) == "Maple Homes"


@pytest.mark.parametrize("kind", list(PropertyType))
def test_every_property_type_has_words_in_both_languages(kind):
    assert type_in(kind, EN) == kind.label
    assert segments_of(type_in(kind, FR)).costly == ()


def test_a_brief_s_line_in_french_leaves_out_what_is_not_known():
    known = {"beds": 3, "kind": PropertyType.SFR, "city": "Laval", "province": "QC", "arv": Decimal(500_000)}
    assert headline_fr(**known) == "Maison unifamiliale, 3 chambres, Laval QC, valeur rénovée 500 000 $"
    assert headline_fr(beds=1, kind=None, city=None, province="QC", arv=None) == "Propriété, 1 chambre, QC"
    assert headline_fr(beds=None, kind=PropertyType.LAND, city=None, province=None, arv=None) == "Terrain"
