"""A buyers' file: bytes, delimiter, columns, and one broken record that never reaches the next."""

import csv
import io
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.buyer_columns import columns_of, known_in
from domain.buyer_csv import (
    QUOTE_LINES,
    FileEmpty,
    FileNotText,
    HeaderMissing,
    NameColumnMissing,
    decode,
    open_sheet,
)

HEADER = "name,phone,areas,notes"
LINES = "name;téléphone\nÈve Côté;514-555-0101\n"


def cells(text):
    """Each record's line with its cells, or None for a broken one."""
    return [(record.line, None if record.fault else record.cells) for record in open_sheet(text).records()]


# Bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_whatever_program_wrote_it(encoding):
    assert decode(LINES.encode(encoding)) == LINES


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf_16_is_read_in_either_order(mark, encoding):
    assert decode(mark + LINES.encode(encoding)) == LINES


def test_what_is_damaged_behind_a_mark_is_replaced_and_nul_is_dropped():
    assert decode(b"\xef\xbb\xbfname\xff") == "name\ufffd"
    assert decode("name\0".encode("utf-16")) == "name"
    assert decode(b"\x81\xe9") == "\ufffdé"


@pytest.mark.parametrize("raw", [b"PK\x03\x04\x14\0\0\0", LINES.encode("utf-16-le"), b"\0"])
def test_a_file_that_is_no_text_is_refused(raw):
    with pytest.raises(FileNotText, match='save it as "CSV UTF-8"'):
        decode(raw)


# The first line


@pytest.mark.parametrize(("sign", "other"), [(",", ";"), (";", ","), ("\t", ",")])
def test_the_delimiter_is_the_one_that_gives_columns_we_know(sign, other):
    text = f"name{sign}areas{sign}what{other} where{other} how\nChen{sign}GTA{sign}x\n"
    sheet = open_sheet(text)
    assert (sheet.delimiter, sheet.columns.places) == (sign, {"name": (0,), "regions": (1,)})
    assert [record.cells for record in sheet.records()] == [("Chen", "GTA", "x")]


def test_blank_lines_and_excels_own_first_line_are_passed_over():
    assert cells("\n \nsep=;\nname;areas\n\nChen;GTA\n;\n") == [(6, ("Chen", "GTA"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end):
    assert cells(end.join([HEADER, "Chen,1,GTA,x", "Bo,2,,"])) == [
        (2, ("Chen", "1", "GTA", "x")), (3, ("Bo", "2", "", "")),
    ]  # fmt: skip


def test_a_header_may_be_quoted_over_two_lines_and_end_in_empty_cells():
    sheet = open_sheet('"buyer\nname",phone,,\nChen,1,,\n')
    assert (sheet.columns.names, sheet.first) == (("buyer name", "phone"), 2)
    assert cells('"name,phone\nChen,1\n') != []


@pytest.mark.parametrize("text", ["", "\n \n", "sep=;\n"])
def test_an_empty_file_is_said_to_be_empty(text):
    with pytest.raises(FileEmpty, match=r"The file is empty\. Its first line names the columns, such as: name,company"):
        open_sheet(text)


@pytest.mark.parametrize("text", ["Wei Chen,416-555-0177,Hamilton\n", ";;;\nname;phone\n", "{0}%s\n"])
def test_a_file_without_a_header_is_refused_with_its_first_line(text):
    with pytest.raises(HeaderMissing, match="The first line names no column that we know: "):
        open_sheet(text)


def test_a_file_without_a_column_for_names_is_refused_with_the_columns_it_has():
    with pytest.raises(NameColumnMissing, match=r"the first line names phone, areas, fax\. Call that column"):
        open_sheet("phone,areas,fax\n1,2,3\n")


# Columns


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Name", "name"), ("Nom", "name"), ("Nom complet", "name"), ("Buyer's name", None), ("BUYER NAME", "name"),
        ("First name", "first_name"), ("Prénom", "first_name"), ("Surname", "last_name"), ("Nom de famille", "last_name"),
        ("Company", "company"), ("Entreprise", "company"), ("Société", "company"), ("Compagnie", "company"),
        ("Phone", "phone"), ("Téléphone", "phone"), ("Tél.", "phone"), ("Cell", "phone"), ("Phone #", "phone"),
        ("E-mail", "email"), ("Courriel", "email"), ("Email Address", "email"),
        ("Areas", "regions"), ("Régions", "regions"), ("Secteurs", "regions"), ("Villes", "regions"), ("Zones", "regions"),
        ("Types", "property_types"), ("Type de propriété", "property_types"), ("Property Type(s)", None),
        ("Min price", "min_price"), ("Prix min", "min_price"), ("Prix minimum ($)", "min_price"),
        ("Max price", "max_price"), ("Budget", "max_price"), ("Prix max.", "max_price"),
        ("Beds", "min_beds"), ("Chambres", "min_beds"), ("CAC", "min_beds"), ("Baths", "min_baths"), ("SDB", "min_baths"),
        ("Proof of funds", "proof_of_funds_on"), ("Preuve de fonds", "proof_of_funds_on"),
        ("Notes", "notes"), ("Remarques", "notes"), ("Consent", "consent"), ("Consentement", "consent"),
        ("Consent date", "consent_on"), ("Active", "active"), ("Actif", "active"), ("Fax", None), ("", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_english_and_french_names(name, field):
    columns = columns_of([name])
    assert columns.places == ({field: (0,)} if field else {})
    assert columns.unknown == (() if field else (0,))
    assert known_in([name]) == (1 if field else 0)


def test_a_column_without_a_name_is_called_by_its_place():
    assert columns_of(["name", " ", "Fax  no"]).unknown_names == ("column 2", "Fax no")


def test_nom_beside_prenom_is_the_last_name_alone():
    assert columns_of(["Prénom", "Nom"]).places == {"first_name": (0,), "last_name": (1,)}
    assert columns_of(["Prénom", "Nom de famille", "Nom"]).places["name"] == (2,)
    assert columns_of(["First name", "Full name"]).places["name"] == (1,)
    assert columns_of(["Prénom", "Nom", "Name"]).places["name"] == (1, 2)


def test_a_company_is_name_enough_and_a_phone_is_not():
    assert columns_of(["company"]).has_name
    assert not columns_of(["phone"]).has_name


# Records


def test_short_rows_are_filled_up_and_empty_cells_at_the_end_are_nothing():
    assert cells(f"{HEADER}\nChen\nBo,2,GTA,x,,, \n") == [(2, ("Chen", "", "", "")), (3, ("Bo", "2", "GTA", "x"))]


def test_a_quoted_cell_may_hold_delimiters_quotes_and_lines():
    text = f'{HEADER}\nChen,1,"GTA, Hamilton","says ""now""\nor later"\nBo,2,,\n'
    assert cells(text) == [(2, ("Chen", "1", "GTA, Hamilton", 'says "now"\nor later')), (4, ("Bo", "2", "", ""))]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("Bo,2,GTA,x,y", "It has 5 cells, but there are 4 columns: put quotes around a text that holds a comma."),
        ('"Bo,2,GTA,x', "Its quotes don't match"),
        ('Bo,2,"GTA"x,y', "Its quotes don't match"),
        ('Bo,2,GTA,"open', "Its quotes don't match"),
        ("Bo,2,GTA," + "x" * 140_000, "One of its cells is longer"),
    ],
)
def test_a_broken_row_is_reported_with_its_line_and_the_next_is_read(broken, says):
    records = list(open_sheet(f"{HEADER}\nChen,1,,\n{broken}\nAnn,3,GTA,z\nEve,4,,\n").records())
    assert [record.line for record in records] == [2, 3, 4, 5]
    assert says in records[1].fault
    assert [record.cells[0] for record in records if not record.fault] == ["Chen", "Ann", "Eve"]


def test_a_quote_that_closes_in_a_later_row_breaks_its_own_line_alone():
    text = f'{HEADER}\n"Bo,2,GTA,x\nAnn,3,"GTA, Hamilton",y\nEve,4,x",\n'
    assert cells(text) == [(2, None), (3, ("Ann", "3", "GTA, Hamilton", "y")), (4, ("Eve", "4", 'x"', ""))]


def test_a_quoted_cell_may_span_ten_lines_and_no_more():
    ten = "\n".join(["line"] * QUOTE_LINES)
    assert cells(f'{HEADER}\nBo,2,GTA,"{ten}"\n')[0][0] == 2
    eleven = cells(f'{HEADER}\nBo,2,GTA,"{ten}\nline"\nAnn,3,,\n')
    assert eleven[0] == (2, None)
    assert eleven[-1] == (2 + QUOTE_LINES + 1, ("Ann", "3", "", ""))


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Zs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=4, max_size=4), max_size=12), st.sampled_from([",", ";", "\t"]))
def test_what_a_spreadsheet_writes_comes_back(rows, sign):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=sign)
    writer.writerows([HEADER.split(","), *rows])
    expected = [tuple(row) for row in rows if any(map(str.strip, row))]
    assert [record.cells for record in open_sheet(written.getvalue()).records()] == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(['"open', 'a"b,"c', "x,y,z,1,2,3", '"', '""', "plain,1,2,3"]), max_size=25))
def test_no_broken_line_swallows_a_whole_one(lines):
    good = [f"Buyer {turn},{turn},GTA,ok" for turn in range(len(lines))]
    text = "\n".join([HEADER, *(line for pair in zip(lines, good, strict=True) for line in pair)])
    names = [record.cells[0] for record in open_sheet(text).records() if not record.fault]
    assert [name for name in names if name.startswith("Buyer")] == [f"Buyer {turn}" for turn in range(len(lines))]


@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_a_sentence(raw):
    with suppress(FileNotText, FileEmpty, HeaderMissing, NameColumnMissing):
        list(open_sheet(decode(raw)).records())


def test_a_hundred_thousand_rows_are_read_in_their_order():
    rng = random.Random(7)
    broken = set(rng.sample(range(100_000), 50))
    lines = (f'"Buyer {turn},open' if turn in broken else f"Buyer {turn},{turn},GTA," for turn in range(100_000))
    records = list(open_sheet("\n".join([HEADER, *lines])).records())
    assert {record.line - 2 for record in records if record.fault} == broken
    assert len(records) == 100_000
