"""Leads: the checked draft, counts of rooms, quick text and the words behind /lead."""

import re
import time
from collections import Counter
from dataclasses import asdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contact import normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.leads import (
    AskingPriceNegative,
    ContactBasis,
    ContactMissing,
    CountUnclear,
    Find,
    Help,
    LeadCommand,
    LeadDraft,
    LeadStatus,
    Mine,
    NameMissing,
    NotesTooLong,
    Open,
    QuickLead,
    Show,
    Unknown,
    parse_baths,
    parse_beds,
    parse_command,
    parse_quick,
)
from domain.money import parse_amount
from domain.policy import Medium
from domain.quick_text import Rest

# The draft


def test_a_draft_needs_a_name_and_one_contact_and_fills_in_nothing() -> None:
    draft = LeadDraft("John Smith", phone="+14165550134")
    assert (draft.email, draft.arv, draft.notes, draft.basis, draft.media) == (
        None,
        None,
        "",
        ContactBasis.NONE,
        frozenset(),
    )


def test_an_email_alone_is_contact_enough() -> None:
    draft = LeadDraft("J", email="j@example.com", basis=ContactBasis.INQUIRY, media=frozenset({Medium.EMAIL}))
    assert draft.media == {Medium.EMAIL}


@pytest.mark.parametrize(
    ("name", "phone", "notes", "error", "code", "field"),
    [
        ("", "+14165550134", "", NameMissing, "NAME_MISSING", "name"),
        ("  ", None, "", NameMissing, "NAME_MISSING", "name"),
        ("John", None, "", ContactMissing, "CONTACT_MISSING", "phone"),
        ("John", "", "", ContactMissing, "CONTACT_MISSING", "phone"),
        ("John", "+14165550134", "x" * 3001, NotesTooLong, "NOTES_TOO_LONG", "notes"),
    ],
)
def test_a_draft_that_breaks_a_rule_says_which_and_where(
    name: str, phone: str | None, notes: str, error: type[RuleBroken], code: str, field: str
) -> None:
    with pytest.raises(error) as broken:
        LeadDraft(name, phone=phone, notes=notes)
    assert (broken.value.code, broken.value.field) == (code, field)  # type: ignore[attr-defined]  # of these three


def test_the_errors_are_sentences_for_people() -> None:
    with pytest.raises(ContactMissing, match=r"^Give a phone number or an e-mail address, "):
        LeadDraft("John")
    with pytest.raises(NotesTooLong, match=r"have 3,001 characters; 3,000 fit"):
        LeadDraft("John", phone="+14165550134", notes="x" * 3001)


def test_an_asking_price_below_zero_is_refused_at_its_field() -> None:
    with pytest.raises(AskingPriceNegative) as refused:
        LeadDraft(name="John", phone="+14165550134", asking_price=Decimal(-1))
    assert (refused.value.code, refused.value.field) == ("ASKING_PRICE_NEGATIVE", "asking_price")


def test_notes_of_exactly_the_limit_fit() -> None:
    assert len(LeadDraft("John", phone="+14165550134", notes="x" * 3000).notes) == 3000


def test_statuses_and_bases_are_closed_sets_with_labels() -> None:
    assert [(status.value, status.label) for status in LeadStatus] == [
        ("new", "New"),
        ("contacted", "Contacted"),
        ("qualified", "Qualified"),
        ("disqualified", "Disqualified"),
    ]
    assert [(basis.value, basis.label) for basis in ContactBasis] == [
        ("inquiry", "They contacted us first"),
        ("express_written", "They agreed in writing"),
        ("express_oral", "They agreed by voice"),
        ("none", "No permission yet"),
    ]


# Counts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("  ", None),
        ("3", 3),
        (" 3 beds ", 3),
        ("1 bed", 1),
        ("3br", 3),
        ("4-bedroom", 4),
        ("0", 0),
        ("Studio", 0),
        ("12", 12),
        ("2 chambres", 2),
        ("3 CAC", 3),
        ("99", 99),
    ],
)
def test_bedrooms_are_whole_numbers(text: str, expected: int | None) -> None:
    assert parse_beds(text) == expected


@pytest.mark.parametrize("text", ["three", "2+1", "2 + den", "2.5", "-1", "100", "3 4", "٣", "1e1", "NaN", "3 baths"])
def test_an_unclear_number_of_bedrooms_is_refused(text: str) -> None:
    with pytest.raises(CountUnclear, match="not a number of bedrooms") as unclear:
        parse_beds(text)
    assert unclear.value.code == "COUNT_UNCLEAR"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("2", "2"),
        ("2.5", "2.5"),
        ("2,5", "2.5"),
        ("2.0", "2"),
        ("2½", "2.5"),
        ("2 ½", "2.5"),
        ("½", "0.5"),
        ("1 1/2 baths", "1.5"),
        ("3 bathrooms", "3"),
        ("1.5ba", "1.5"),
        ("2 salles de bain", "2"),
        ("0", "0"),
    ],
)
def test_bathrooms_come_in_halves(text: str, expected: str | None) -> None:
    assert parse_baths(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    "text", ["two", "2.25", "2.", "-1", "100", "1/2/3", "NaN", "Infinity", "1e1", "٢", "baths", "3 beds"]
)
def test_an_unclear_number_of_bathrooms_is_refused(text: str) -> None:
    with pytest.raises(CountUnclear, match="not a number of bathrooms"):
        parse_baths(text)


# Quick text

QUICK = [
    (
        "John Smith 416-555-0134, 12 King St W Hamilton L8P 1A1, ARV 500k repairs 40k",
        QuickLead("John Smith", "416-555-0134", "", "12 King St W Hamilton L8P 1A1", "500k", "40k"),
    ),
    (
        "John Smith 416-555-0134 12 King St W Hamilton L8P 1A1 ARV 500k repairs 40k",
        QuickLead("John Smith", "416-555-0134", "", "12 King St W Hamilton L8P 1A1", "500k", "40k"),
    ),
    (
        "ARV 500k repairs 40k 12 King St W Hamilton L8P 1A1 416-555-0134 John Smith",
        QuickLead("John Smith", "416-555-0134", "", "12 King St W Hamilton L8P 1A1", "500k", "40k"),
    ),
    (
        "repairs: $40,000; ARV: $500,000; (416) 555-0134; John Smith",
        QuickLead("John Smith", "(416) 555-0134", arv="$500,000", repairs="$40,000"),
    ),
    (
        "12 King St W, Hamilton, ON L8P 1A1, Jane Doe, jane@example.com, 3 bed 2 bath bungalow needs 40k",
        QuickLead(
            "Jane Doe",
            "",
            "jane@example.com",
            "12 King St W, Hamilton, ON L8P 1A1",
            "",
            "40k",
            "",
            "3",
            "2",
            "SFR",
            "",
            "bungalow",
        ),
    ),
    (
        "<mailto:a@b.ca|a@b.ca> Bob Lee <tel:+14165550134|416-555-0134> asking $450,000",
        QuickLead("Bob Lee", "416-555-0134", "a@b.ca", asking="$450,000"),
    ),
    ("<tel:+14165550134> Bob", QuickLead("Bob", "+14165550134")),
    ("Tom &amp; Ann Lee 416-555-0134", QuickLead("Tom & Ann Lee", "416-555-0134")),
    (
        "500k ARV 40k repairs, Mary O'Neil (905) 555-0199",
        QuickLead("Mary O'Neil", "(905) 555-0199", arv="500k", repairs="40k"),
    ),
    ("Ann 9055550199 asking 450k ARV 500k needs 40k", QuickLead("Ann", "9055550199", "", "", "500k", "40k", "450k")),
    ("Ann 450k asking ARV 500k", QuickLead("Ann", arv="500k", asking="450k")),
    ("450k ARV 500k Ann", QuickLead("Ann", arv="500k", notes="450k")),
    ("Ann, ARV is about 1.2M", QuickLead("Ann", arv="1.2M")),
    ("Ann, ARV = 500 000 $, repairs ~ 40 000", QuickLead("Ann", arv="500 000 $", repairs="40 000")),
    ("Ann asking price 450,000 CAD", QuickLead("Ann", asking="450,000 CAD")),
    ("Ann wants 450k", QuickLead("Ann", asking="450k")),
    ("Ann listed at 450k", QuickLead("Ann", asking="450k")),
    ("Ann prix demandé 450k travaux 40k", QuickLead("Ann", repairs="40k", asking="450k")),
    ("Ann, needs about $40k in repairs, worth 600k", QuickLead("Ann", arv="600k", repairs="$40k")),
    ("Ann 40k of work", QuickLead("Ann", repairs="40k")),
    ("Ann, 450k", QuickLead("Ann", notes="450k")),
    ("Ann, ARV, 500k", QuickLead("Ann", notes="ARV, 500k")),
    ("Ann ARV 500k ARV 600k", QuickLead("Ann", arv="500k", notes="ARV 600k")),
    ("Ann repairs needed", QuickLead("Ann", notes="repairs needed")),
    ("repairs 40", QuickLead(repairs="40")),
    (
        "ARV 500 000 repairs 40 000 12 King St W Toronto",
        QuickLead(address="12 King St W Toronto", arv="500 000", repairs="40 000"),
    ),
    ("asking 450 King St Hamilton", QuickLead(address="450 King St Hamilton", notes="asking")),
    ("needs 12 King St W cleaned, Ann", QuickLead("Ann", address="12 King St W", notes="needs, cleaned")),
    ("Ann 1204 5th Ave SW Calgary T2P 1A1", QuickLead("Ann", address="1204 5th Ave SW Calgary T2P 1A1")),
    (
        "10234 104 St NW Edmonton, Sam 780-555-0100",
        QuickLead("Sam", "780-555-0100", address="10234 104 St NW Edmonton"),
    ),
    ("Sam, Unit 4 - 12 King St E Hamilton", QuickLead("Sam", address="Unit 4 - 12 King St E Hamilton")),
    ("Sam, 4-12 King St E, Hamilton", QuickLead("Sam", address="4-12 King St E, Hamilton")),
    ("Sam, 12 King St E #402, Hamilton", QuickLead("Sam", address="12 King St E #402, Hamilton")),
    ("Sam, 12 King St E apt 3B Hamilton ON", QuickLead("Sam", address="12 King St E apt 3B Hamilton ON")),
    ("Sam 12A King Street West, Hamilton Ontario", QuickLead("Sam", address="12A King Street West, Hamilton Ontario")),
    ("12 St Clair Ave W Toronto", QuickLead(address="12 St Clair Ave W Toronto")),
    ("5 Mt Pleasant Rd, John", QuickLead("John", address="5 Mt Pleasant Rd")),
    ("7 Richmond Hill Dr Richmond Hill ON L4C 1A1", QuickLead(address="7 Richmond Hill Dr Richmond Hill ON L4C 1A1")),
    ("7 Main St Richmond Hill John Smith", QuickLead("John Smith", address="7 Main St Richmond Hill")),
    ("9 Elm St St. Catharines, Ann", QuickLead("Ann", address="9 Elm St St. Catharines")),
    ("9 Elm St, Victoria Smith, 416-555-0134", QuickLead("Victoria Smith", "416-555-0134", address="9 Elm St")),
    ("12 King St W John Smith 416-555-0134", QuickLead("John Smith", "416-555-0134", address="12 King St W")),
    ("Ann 3 Maple Grove Hamilton", QuickLead("Ann", address="3 Maple Grove Hamilton")),
    (
        "Pat, 25 The Esplanade, Toronto, 416 555 0134",
        QuickLead("Pat", "416 555 0134", address="25 The Esplanade, Toronto"),
    ),
    (
        "123, rue Saint-Denis Montréal QC H2J 2L1, Jean Tremblay 514-555-0123, 2 chambres",
        QuickLead("Jean Tremblay", "514-555-0123", "", "123, rue Saint-Denis Montréal QC H2J 2L1", beds="2"),
    ),
    ("Luc 45 boul. René-Lévesque Ouest, Montréal", QuickLead("Luc", address="45 boul. René-Lévesque Ouest, Montréal")),
    ("Luc, 8 rue de l'Église Laval", QuickLead("Luc", address="8 rue de l'Église Laval")),
    ("Ann, 2215 Highway 7 Hamilton", QuickLead("Ann", address="2215 Highway 7 Hamilton")),
    ("RR 2 Hamilton, Ann", QuickLead("Ann", address="RR 2 Hamilton")),
    ("L8P 1A1 John", QuickLead("John", address="L8P 1A1")),
    ("Ann, 12 Kingsway Hamilton L8P 1A1", QuickLead("Ann", address="12 Kingsway Hamilton L8P 1A1")),
    ("John Smith Hamilton 905-555-0100", QuickLead("John Smith", "905-555-0100", address="Hamilton")),
    ("John Hamilton 905-555-0100", QuickLead("John Hamilton", "905-555-0100")),
    ("Mary Jane King 905-555-0100", QuickLead("Mary Jane King", "905-555-0100")),
    ("john smith, hamilton on", QuickLead("john smith", address="hamilton on")),
    ("John in Hamilton 905-555-0100", QuickLead("John", "905-555-0100", address="Hamilton")),
    ("John in a hurry 905-555-0100", QuickLead("John", "905-555-0100", notes="in a hurry")),
    ("john smith barrie on 905-555-0100", QuickLead("john smith", "905-555-0100", address="barrie on")),
    (
        "john smith 4165550134 hamilton on motivated needs to sell fast",
        QuickLead("john smith", "4165550134", address="hamilton on", notes="motivated needs to sell fast"),
    ),
    ("+1 416 555 0134 12 King St", QuickLead(phone="+1 416 555 0134", address="12 King St")),
    ("Al 905-555-0111 ext 12", QuickLead("Al", "905-555-0111 ext 12")),
    ("Al +44 20 7946 0958", QuickLead("Al", "+44 20 7946 0958")),
    (
        "phone: 905-555-0111, name: Al Dente, email: al@example.com",
        QuickLead("Al Dente", "905-555-0111", "al@example.com"),
    ),
    ("Al cell 905-555-0111", QuickLead("Al", "905-555-0111")),
    ("John 416-555-0134 416-555-0135", QuickLead("John", "416-555-0134", notes="416-555-0135")),
    ("3+1 bed 2 bath John", QuickLead("John", beds="3", baths="2", notes="3+1 bed")),
    ("Ann 3bd/2.5ba", QuickLead("Ann", beds="3", baths="2.5")),
    ("Ann beds: 3 baths: 1.5", QuickLead("Ann", beds="3", baths="1.5")),
    ("Ann beds 3, baths 2, 416-555-0134", QuickLead("Ann", "416-555-0134", beds="3", baths="2")),
    ("Ann bath: 2, bedrooms: 4", QuickLead("Ann", beds="4", baths="2")),
    ("Ann 3 bedroom 1 1/2 bath semi", QuickLead("Ann", beds="3", baths="1 1/2", property_type="SFR", notes="semi")),
    ("Ann studio condo", QuickLead("Ann", beds="0", property_type="CONDO")),
    ("Ann, house, a lot of junk", QuickLead("Ann", property_type="SFR", notes="a lot of junk")),
    ("Ann, vacant 4-plex", QuickLead("Ann", property_type="MF", notes="vacant 4-plex")),
    ("duplex in Hamilton, Joe Bloggs", QuickLead("Joe Bloggs", address="Hamilton", property_type="MF", notes="duplex")),
    ("Ann source: facebook ads, 3 bed", QuickLead("Ann", beds="3", source="facebook ads")),
    ("Ann from Kijiji", QuickLead("Ann", source="Kijiji")),
    ("Ann via direct mail 905-555-0111", QuickLead("Ann", "905-555-0111", source="direct mail")),
    ("Ann, referral, 905-555-0111", QuickLead("Ann", "905-555-0111", source="referral")),
    (
        "Ann 416-555-0134 notes: needs 40k of work, call after 5",
        QuickLead("Ann", "416-555-0134", notes="needs 40k of work, call after 5"),
    ),
    (
        "John Smith motivated, tenant leaves in 2 months",
        QuickLead("John Smith", notes="motivated, tenant leaves in 2 months"),
    ),
    ("John Smith will call back", QuickLead("John Smith", notes="will call back")),
    ("Ludwig van der Rohe 416-555-0134", QuickLead("Ludwig van der Rohe", "416-555-0134")),
    ("Ann and 416-555-0134", QuickLead("Ann", "416-555-0134")),
    ("Ann & co wants out", QuickLead("Ann", notes="& co wants out")),
    ("12 years in the house, Ann", QuickLead("Ann", property_type="SFR", notes="12 years in the")),
    ("2 offers on the street, Ann", QuickLead("Ann", notes="2 offers on the street")),
    (
        "Mike D. - 905-555-0144 - 88 Barton St E, Hamilton - ARV 420k - wants 250k",
        QuickLead("Mike D", "905-555-0144", address="88 Barton St E, Hamilton", arv="420k", asking="250k"),
    ),
    ("Ann, 12 King St W, Hamilton ARV 500k", QuickLead("Ann", address="12 King St W, Hamilton", arv="500k")),
    ("Ann, 12 King St W, Hamilton Asking 500k", QuickLead("Ann", address="12 King St W, Hamilton", asking="500k")),
    (
        "Wei Chen wei@example.com Richmond BC V6X 1A1 asking 1.6M",
        QuickLead("Wei Chen", "", "wei@example.com", "Richmond BC V6X 1A1", asking="1.6M"),
    ),
    ("Wei Chen L8P 1A1", QuickLead("Wei Chen", address="L8P 1A1")),
    (
        "Dartmouth NS, Bill 902-555-0133, 14 Pine St, vacant land",
        QuickLead(
            "Bill", "902-555-0133", address="14 Pine St, Dartmouth NS", property_type="LAND", notes="vacant land"
        ),
    ),
    (
        "call Bob at 416-555-0134 re 12 King St W Hamilton",
        QuickLead("Bob", "416-555-0134", address="12 King St W Hamilton", notes="call, re"),
    ),
    ("Joe, repairs 50-60k", QuickLead("Joe", notes="repairs 50-60k")),
    ("Joe ARV $500k+ repairs ~35k", QuickLead("Joe", arv="$500k", repairs="35k")),
    ("Joe, 1,200 sqft bungalow", QuickLead("Joe", property_type="SFR", notes="1,200 sqft bungalow")),
    ("1Annabel, Ann", QuickLead("Ann", notes="1Annabel")),
    ("", QuickLead()),
    ("   ", QuickLead()),
    ("...", QuickLead()),
]


@pytest.mark.parametrize(("text", "expected"), QUICK, ids=[text for text, _ in QUICK])
def test_quick_text_is_split_into_the_fields_of_the_form(text: str, expected: QuickLead) -> None:
    assert asdict(parse_quick(text)) == asdict(expected)


@pytest.mark.parametrize("lead", [lead for _, lead in QUICK], ids=[text for text, _ in QUICK])
def test_what_quick_text_finds_is_what_the_form_accepts(lead: QuickLead) -> None:
    for amount in (lead.arv, lead.repairs, lead.asking):
        assert not amount or parse_amount(amount) > 0
    assert not lead.phone or normalise_phone(lead.phone.partition(" ext")[0])
    assert not lead.email or normalise_email(lead.email)
    parse_beds(lead.beds)
    parse_baths(lead.baths)


def test_words_are_cut_out_only_where_they_stand_alone() -> None:
    rest = Rest("Annex Ann")
    assert rest.cut_words("Ann") == "Ann"
    assert rest.cut_words("Ann") == ""
    assert rest.pieces() == ["Annex"]


def test_text_beyond_the_limit_goes_to_the_notes_unread() -> None:
    found = parse_quick("Ann " + "." * 2996 + "ARV 500k")
    assert found.name == "Ann"
    assert found.arv == ""
    assert found.notes.endswith("ARV 500k")


def test_a_quick_lead_knows_whether_it_holds_more_than_words() -> None:
    assert QuickLead().is_empty
    assert not QuickLead(notes="x").is_empty
    assert not QuickLead("John", notes="x", source="fb").says_more_than_words
    assert QuickLead(beds="3").says_more_than_words


pieces = st.sampled_from(
    [
        "John Smith",
        "416-555-0134",
        "a@b.ca",
        "12 King St W",
        "Hamilton",
        "L8P 1A1",
        "ARV 500k",
        "repairs 40,000",
        "asking",
        "450k",
        "3 bed",
        "2.5 bath",
        "duplex",
        "3+1 bed",
        "notes: 77",
        "77",
        "in 5 days",
        "via fb",
        ",",
        ";",
        "\n",
        "-",
    ]
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=9).map(" ".join))
def test_no_number_of_a_quick_text_is_lost(text: str) -> None:
    kept = " ".join(asdict(parse_quick(text)).values())
    assert not Counter(re.findall(r"\d", text)) - Counter(re.findall(r"\d", kept))


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from(list("a1 ,.$k#@<>|&;\x1f-½ARVKing()")), max_size=80).map("".join)
)
def test_quick_text_and_commands_never_raise(text: str) -> None:
    assert all(isinstance(value, str) for value in asdict(parse_quick(text)).values())
    assert parse_command(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 1500,
        "a " * 1500,
        "12 " + "a " * 1490,
        "ARV " * 800,
        "500 " * 900,
        "12 King " * 400,
        "a@" * 1500,
        "unit 1 " * 400,
        "1-" * 1500,
        "<" * 3000,
        "a." * 1500,
        "1 rue de la " * 300,
        "é" * 10**6,
        "2 bath " * 500,
        "in Hamilton " * 300,
    ],
    ids=lambda text: text[:9],
)
def test_a_hostile_text_is_read_quickly(text: str) -> None:
    start = time.process_time()
    parse_quick(text)
    assert time.process_time() - start < 0.5


# Commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Open(QuickLead())),
        ("  ", Open(QuickLead())),
        ("7", Show(7)),
        ("L-7", Show(7)),
        ("l-7", Show(7)),
        ("l7", Show(7)),
        ("L 7", Show(7)),
        ("#7", Show(7)),
        ("show 7", Show(7)),
        ("show L-7", Show(7)),
        ("L-7 please", Show(7)),
        ("show smith", Find("smith")),
        ("show", Find("")),
        ("find smith", Find("smith")),
        ("FIND  King   St", Find("King St")),
        ("search 416-555-0134", Find("416-555-0134")),
        ("find", Find("")),
        ("mine", Mine()),
        ("Mine please", Mine()),
        ("help", Help()),
        ("help me", Help()),
        ("?", Help()),
        ("aide", Help()),
        ("mien", Unknown("mien", "mine")),
        ("hlep", Unknown("hlep", "help")),
        ("serach", Unknown("serach", "search")),
        ("Mike", Unknown("Mike", "mine")),
        ("John", Unknown("John", None)),
        ("Hamilton", Unknown("Hamilton", None)),
        ("fnid smith", Unknown("fnid", "find")),
        ("ad John Smith", Unknown("ad", "add")),
        ("Finn Smith", Open(QuickLead("Finn Smith"))),
        ("Fred Smith", Open(QuickLead("Fred Smith"))),
        ("fnid smith 416-555-0134", Open(QuickLead("fnid smith", "416-555-0134"))),
        ("John Smith", Open(QuickLead("John Smith"))),
        ("new John Smith", Open(QuickLead("John Smith"))),
        ("add", Open(QuickLead())),
        ("416-555-0134", Open(QuickLead(phone="416-555-0134"))),
        ("4165550134", Open(QuickLead(phone="4165550134"))),
        ("a@b.ca", Open(QuickLead(email="a@b.ca"))),
        ("12 King St", Open(QuickLead(address="12 King St"))),
        ("John 416-555-0134 ARV 500k", Open(QuickLead("John", "416-555-0134", arv="500k"))),
    ],
)
def test_the_words_behind_the_command_say_what_is_meant(text: str, expected: LeadCommand) -> None:
    assert parse_command(text) == expected
