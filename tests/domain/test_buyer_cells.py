"""One row of a buyers' file: what becomes a field, what is asked about, and that nothing of it is lost."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.buyer_cells import ReadBuyer, read_buyers
from domain.buyer_csv import open_sheet
from domain.leads import ContactBasis

TODAY = date(2026, 3, 11)
PHONE = "416-555-0177"


def read(**cells) -> ReadBuyer:
    """Read one row with these cells by their column's name (spaces as underscores), beside a name and a phone."""
    row = {"name": "Chen", "phone": PHONE} | {name.replace("_", " "): text for name, text in cells.items()}
    written = io.StringIO()
    csv.writer(written).writerows([row.keys(), row.values()])
    (found,) = read_buyers(open_sheet(written.getvalue()), today=TODAY)
    return found


def test_every_field_is_read_from_its_english_column():
    found = read(
        company="Chen Homes", email="Wei@EXAMPLE.com", areas="GTA, Hamilton", types="SFH", min_price="300,000",
        max_price="$550k", beds="3", baths="2", proof_of_funds="2026-02-01", notes="cash", consent="written",
        consent_date="2026-01-05", active="yes",
    )  # fmt: skip
    draft = found.draft
    assert (draft.name, draft.company, draft.phone, draft.email) == (
        "Chen", "Chen Homes", "+14165550177", "Wei@example.com",
    )  # fmt: skip
    assert (draft.regions, draft.property_types, draft.notes) == ("GTA, Hamilton", "SFH", "cash")
    assert (draft.min_price, draft.max_price, draft.min_beds, draft.min_baths) == (300_000, 550_000, 3, 2)
    assert (draft.proof_of_funds_on, draft.basis) == (date(2026, 2, 1), ContactBasis.EXPRESS_WRITTEN)
    assert (found.is_active, found.consent_on, found.asked, found.fault) == (True, date(2026, 1, 5), (), "")


def test_a_french_file_is_read_with_its_amounts_days_and_words():
    text = (
        "Prénom;Nom;Entreprise;Téléphone;Courriel;Secteurs;Type de propriété;Prix min;Prix max;CAC;SDB;"
        "Preuve de fonds;Consentement;Date de consentement;Actif;Remarques\n"
        "Ève;Côté;Immo inc.;514 555-0101;eve@x.ca;Montréal, Laval;duplex et condos;300 000 $;500000,00 $;3;2;"
        "1er mars 2026;nous a contactés;5 janvier 2026;non;paie comptant\n"
    )
    (found,) = read_buyers(open_sheet(text), today=TODAY)
    draft = found.draft
    assert (draft.name, draft.company, draft.phone) == ("Ève Côté", "Immo inc.", "+15145550101")
    assert (draft.min_price, draft.max_price) == (Decimal(300_000), Decimal("500000.00"))
    assert (draft.proof_of_funds_on, draft.basis) == (date(2026, 3, 1), ContactBasis.INQUIRY)
    assert (found.consent_on, found.is_active, found.asked, draft.notes) == (
        date(2026, 1, 5),
        False,
        (),
        "paie comptant",
    )


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ({}, "Chen"),
        ({"name": "", "first_name": "Wei", "last_name": "Chen"}, "Wei Chen"),
        ({"name": "", "first_name": "", "last_name": "Chen"}, "Chen"),
        ({"name": "  ", "company": "Chen\nHomes"}, "Chen Homes"),
        ({"name": "Wei", "first_name": "Bo"}, "Wei"),
    ],
)
def test_the_name_comes_from_one_column_or_two_or_is_the_companys(cells, name):
    assert read(**cells).draft.name == name


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"name": ""}, "Give the buyer's name"),
        ({"phone": ""}, "Give a phone number or an e-mail address"),
        ({"areas": "x" * 1001}, "areas: This has 1,001 characters; 1,000 fit."),
        ({"notes": "x" * 3001}, "The notes have 3,001 characters"),
        ({"notes": "x" * 2990, "fax": "x" * 20}, "The notes have 3,016 characters"),
    ],
)
def test_a_row_that_is_no_buyer_says_why(cells, fault):
    found = read(**cells)
    assert found.draft is None
    assert found.fault.startswith(fault)


def test_a_row_without_any_readable_contact_says_both_why_and_what_was_not_readable():
    found = read(phone="12", email="nobody")
    assert found.fault.startswith("Give a phone number")
    assert [sentence.partition(":")[0] for sentence in found.asked] == ["phone", "email"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"phone": "ext. 5", "email": "wei@example.com"}, "phone: This phone number cannot be used"),
        ({"email": "nobody"}, "email: This e-mail address cannot be used"),
        ({"budget": "lots"}, 'budget: "lots" is not clear as an amount'),
        ({"budget": "500"}, "budget: 500 is not a price that property is bought at"),
        ({"min_price": "-5k"}, "min price: A price can't be below 0."),
        ({"beds": "3+1"}, 'beds: "3+1" is not a number of bedrooms'),
        ({"baths": "2.5"}, 'baths: "2.5" is not a number of whole bathrooms'),
        ({"pof": "yes"}, 'pof: "yes" is not clear as a day'),
        ({"pof": "2026-03-12"}, "pof: A proof of funds can't be dated later than today"),
        ({"active": "VIP"}, 'active: "VIP" is neither yes nor no, so the buyer counts as active'),
        ({"consent": "yes"}, 'consent: "yes" does not say how they agreed'),
        ({"consent": "not in writing"}, 'consent: "not in writing" does not say how they agreed'),
        ({"consent": "verbal, then written"}, "consent: "),
        ({"consent": "inquiry"}, "consent: An inquiry counts from its day"),
        ({"consent": "written", "consent_date": "2026-03-12"}, "consent: Nobody can have agreed later than today"),
        ({"consent_date": "soon"}, 'consent date: "soon" is not clear as a day'),
    ],
)
def test_a_cell_that_cannot_be_read_is_asked_about_and_kept_in_the_notes(cells, says):
    found = read(**cells)
    assert len(found.asked) == 1
    assert found.asked[0].startswith(says)
    (name, text), *_ = [
        (name.replace("_", " "), text)
        for name, text in cells.items()
        if found.asked[0].startswith(name.replace("_", " ") + ":")
    ]
    assert f"{name}: {text}" in found.draft.notes
    assert (found.is_active, found.draft.basis) == (True, ContactBasis.NONE)


def test_a_minimum_above_the_maximum_states_neither_and_keeps_both_in_the_notes():
    found = read(min_price="600k", max_price="500k")
    assert found.asked == (
        "min price: The minimum of 600k is above the maximum of 500k. Swap them, or leave one of them empty.",
    )
    assert (found.draft.min_price, found.draft.max_price) == (None, None)
    assert found.draft.notes == "min price: 600k\nmax price: 500k"


def test_words_that_nobody_understands_are_kept_as_typed_and_asked_about():
    found = read(areas="Hamilton, Narnia", types="SFH, castles")
    assert (found.draft.regions, found.draft.property_types, found.draft.notes) == (
        "Hamilton, Narnia",
        "SFH, castles",
        "",
    )
    assert found.asked == (
        "areas: “Narnia” is kept as typed and not understood.",
        "types: “castles” is kept as typed and not understood.",
    )


def test_columns_without_a_meaning_go_to_the_notes_under_their_names():
    assert read(notes="cash", Fax="555-1", VIP="", Source="web").draft.notes == "cash\nFax: 555-1\nSource: web"


def test_of_two_columns_for_one_field_the_first_counts_and_the_other_is_kept():
    found = read(cell="647-555-0100", telephone=PHONE)
    assert (found.draft.phone, found.draft.notes) == ("+14165550177", "cell: 647-555-0100")
    assert read(phone="", cell="647-555-0100").draft.phone == "+16475550100"


def test_several_columns_for_areas_types_or_notes_all_count():
    found = read(city="Windsor", province="NS", type="SFH", property_type="condo", notes="a", comments="b")
    assert (found.draft.regions, found.draft.property_types, found.draft.notes) == ("Windsor, NS", "SFH, condo", "a\nb")


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("", ContactBasis.NONE),
        ("no", ContactBasis.NONE),
        ("Non", ContactBasis.NONE),
        ("No permission yet", ContactBasis.NONE),
        ("express_written", ContactBasis.EXPRESS_WRITTEN),
        ("They agreed in writing", ContactBasis.EXPRESS_WRITTEN),
        ("par écrit", ContactBasis.EXPRESS_WRITTEN),
        ("Verbal", ContactBasis.EXPRESS_ORAL),
        ("They agreed by voice", ContactBasis.EXPRESS_ORAL),
        ("de vive voix", ContactBasis.EXPRESS_ORAL),
        ("They contacted us first", ContactBasis.INQUIRY),
        ("inquiry", ContactBasis.INQUIRY),
    ],
)
def test_consent_is_recorded_where_the_word_says_how_it_was_given(text, basis):
    found = read(consent=text, consent_date="2026-03-11")
    assert (found.draft.basis, found.asked) == (basis, ())


@pytest.mark.parametrize(
    ("text", "active"),
    [("", True), ("yes", True), ("OUI", True), ("1", True), ("n", False), ("Paused", False), ("inactif", False)],
)
def test_the_active_column_pauses_a_buyer(text, active):
    assert read(active=text).is_active is active


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500000,00", 500_000), ("1 250 000,50 $", Decimal("1250000.50")), ("500,000", 500_000), ("500 000 $", 500_000)],
)
def test_amounts_in_french_form_are_read(text, amount):
    assert read(budget=text).draft.max_price == amount


@pytest.mark.parametrize("consent", ["", "no", "yes", "written"])
def test_a_day_of_consent_that_counts_for_nothing_is_kept(consent):
    found = read(consent=consent, consent_date="2026-03-12")
    assert found.consent_on is None
    assert "consent date: 2026-03-12" in found.draft.notes


def test_a_broken_record_is_handed_on_as_it_is():
    (found,) = read_buyers(open_sheet('name,phone\n"Chen,1\n'), today=TODAY)
    assert (found.line, found.draft, found.fault.partition(":")[0]) == (2, None, "Its quotes don't match")


COLUMNS = (
    "name",
    "company",
    "phone",
    "email",
    "areas",
    "types",
    "min price",
    "max price",
    "beds",
    "baths",
    "pof",
    "notes",
    "consent",
    "active",
    "Fax",
)
VALUES = st.sampled_from(
    [
        "",
        "Chen",
        PHONE,
        "wei@x.ca",
        "GTA, Narnia",
        "SFH",
        "300k",
        "500",
        "3",
        "2026-02-01",
        "yes",
        "no",
        "written",
        "<!channel>",
        "{0}%s",
        "=1+1",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_no_cell_of_a_row_is_ever_lost(cells):
    written = io.StringIO()
    csv.writer(written).writerows([COLUMNS, cells])
    for found in read_buyers(open_sheet(written.getvalue()), today=TODAY):
        if found.draft is None:
            assert found.fault
            continue
        draft = found.draft
        kept = {"name": draft.name, "company": draft.company, "areas": draft.regions, "types": draft.property_types}
        fields = {
            "phone": draft.phone, "email": draft.email, "min price": draft.min_price, "max price": draft.max_price,
            "beds": draft.min_beds, "baths": draft.min_baths, "pof": draft.proof_of_funds_on,
        }  # fmt: skip
        for column, text in zip(COLUMNS, cells, strict=True):
            if not text or column in ("consent", "active"):
                continue
            if column in kept:
                assert kept[column] == text
            else:
                assert fields.get(column) is not None or text in draft.notes
