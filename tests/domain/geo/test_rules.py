"""The rules of what is right, one table each; a row is region, address, province, market."""

import pytest

from domain.geo import infer_province_market, locate, postal_code

NOTHING = (None, "ALL")


def region(text):
    return infer_province_market(text)


@pytest.mark.parametrize(
    "text",
    ["London, UK", "Ontario, California", "Ontario, CA", "Ontario, OR 97914", "Vancouver WA", "Hamilton, Bermuda", "Oakville, MO",
     "Sault Ste. Marie, MI", "Lincoln, NE", "Riverview MI", "London, Ohio", "Milton Keynes", "10 High St, Windsor SL4 1LD",
     "100 Main St, Buffalo NY 14202", "Washington", "USA", "Toronto, Ontario, Ohio", "Richmond Virginia", "Kingston, Jamaica", "M5V, London, UK",
     "416-555-0100, Boston, MA, USA"],
)  # fmt: skip
def test_foreign_evidence_gives_nothing(text):
    assert region(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Seller in Florida, house at 12 King St, Hamilton ON", ("ON", "Hamilton")),
        ("lives in London, UK; sells at 1 Main St, Calgary AB T2P 1J9", ("AB", "Calgary")),
        ("Toronto, ON, CA", ("ON", "Toronto")),
        ("Texas buyer wants Surrey BC", ("BC", "Vancouver")),
    ],
)
def test_a_foreign_name_beside_a_canadian_address_does_not_harm_it(text, right):
    assert region(text) == right


@pytest.mark.parametrize("text", ["Paris", "Berlin", "Delhi", "Perth", "Melbourne", "Sydney", "Springfield"])
def test_a_bare_name_that_belongs_to_a_far_larger_place_abroad_gives_nothing(text):
    assert region(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Paris, Canada", ("ON", "ALL")),
        ("Paris, Ontario", ("ON", "ALL")),
        ("Sydney NS", ("NS", "ALL")),
        ("Springfield, MB", ("MB", "Winnipeg")),
        ("London", ("ON", "London")),
        ("Hamilton", ("ON", "Hamilton")),
        ("Windsor", ("ON", "Windsor")),
        ("Richmond", ("BC", "Vancouver")),
    ],
)
def test_a_bare_name_is_the_most_populous_canadian_place(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Windsor, NS", ("NS", "ALL")),
        ("Dorchester NB", ("NB", "Moncton")),
        ("Delaware, ON", ("ON", "London")),
        ("Dorchester ON", ("ON", "London")),
        ("Toronto, BC", ("BC", "ALL")),
        ("Calgary L8P 4R5", ("ON", "Hamilton")),
        ("Vancouver BC M5V 2T6", ("BC", "Vancouver")),
        ("Calgary ON M5V 2T6", ("ON", "Toronto")),
        ("Toronto ON L8P 1A1", ("ON", "Hamilton")),
        ("Enfield, NS B2T 1A1", ("NS", "Halifax")),
        ("Casselman, ON K0A 1M0", ("ON", "ALL")),
        ("Kanata M5V 2T6", ("ON", "Toronto")),
    ],
)
def test_the_majority_of_city_province_and_postal_code_wins(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        ("Ontario", "2205 Lower Mall, Vancouver, BC V6T 1Z4", ("BC", "Vancouver")),
        ("ON", "123 Main St", ("ON", "ALL")),
        ("Toronto", "1 Ottawa St", ("ON", "Toronto")),
        ("BC", "12 King St, Toronto", ("BC", "ALL")),
        ("Hamilton", "12 King St, Toronto", ("ON", "Toronto")),
        ("BC", "Hope", ("BC", "ALL")),
        ("BC", "call about hope", ("BC", "ALL")),
        ("NS", "5 George St, Sydney", ("NS", "ALL")),
        ("Hamilton", "ON", ("ON", "Hamilton")),
        ("", "Hamilton ON", ("ON", "Hamilton")),
        ("Hamilton", "", ("ON", "Hamilton")),
        ("", "", NOTHING),
        ("n/a", "call 416-555-0100", ("ON", "Toronto")),
        ("London", "UK", NOTHING),
        ("USA", "Toronto", NOTHING),
        ("USA", "12 King St, Hamilton, ON", ("ON", "Hamilton")),
        ("Florida", "L8P 1A1", ("ON", "Hamilton")),
        ("United States", "123 Main St, Buffalo NY", NOTHING),
    ],
)
def test_a_full_address_beats_the_region_and_a_street_does_not(first, second, right):
    assert infer_province_market(first, second) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("44 Toronto Ave", NOTHING),
        ("12 rue de Toronto, Brossard", ("QC", "Montreal")),
        ("av. Victoria", NOTHING),
        ("boul. de la Concorde Est, Laval", ("QC", "Montreal")),
        ("7 ave Windsor, Westmount", ("QC", "Montreal")),
        ("45 Calgary Way, Sherwood Park", ("AB", "Edmonton")),
        ("Calgary way cheaper", ("AB", "Calgary")),
        ("608 - 5th ave bassano ab", ("AB", "ALL")),
        ("10220 104 Ave NW, Edmonton", ("AB", "Edmonton")),
        ("545 Talbot St, St. Thomas ON", ("ON", "London")),
        ("Toronto street", NOTHING),
        ("Cote-Saint-Luc", ("QC", "Montreal")),
        ("rue", NOTHING),
        ("St", NOTHING),
    ],
)
def test_a_name_of_a_street_is_no_place(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Quebec", ("QC", "ALL")),
        ("Québec QC", ("QC", "Quebec City")),
        ("Québec (Québec)", ("QC", "Quebec City")),
        ("Quebec City", ("QC", "Quebec City")),
        ("Montréal, Québec, QC", ("QC", "Montreal")),
        ("Québec, Ontario", ("QC", "ALL")),
    ],
)
def test_bare_quebec_is_the_province_and_quebec_before_its_province_is_the_city(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("St. John's", ("NL", "St. John's")),
        ("St Johns", ("NL", "St. John's")),
        ("Saint John", ("NB", "Saint John")),
        ("St. John, N.B.", ("NB", "Saint John")),
        ("St. John's, NB", ("NB", "Saint John")),
        ("Saint John, NL", ("NL", "St. John's")),
        ("Vancouver Island", ("BC", "ALL")),
        ("Maritimes", NOTHING),
        ("Canada", NOTHING),
    ],
)
def test_names_that_are_easily_confused_are_kept_apart(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("45 min from Toronto", NOTHING),
        ("30km from Calgary", NOTHING),
        ("2 hours north of Toronto", NOTHING),
        ("à 30 minutes de Montréal", NOTHING),
        ("Barrie bungalow, 1 hour from downtown Toronto", ("ON", "ALL")),
        ("house near Guelph, not Toronto", ("ON", "Toronto")),
        ("moved from Toronto to Barrie, sells in Windsor", ("ON", "Windsor")),
        ("near Guelph", ("ON", "ALL")),
        ("of Toronto", ("ON", "Toronto")),
        ("min Toronto", ("ON", "Toronto")),
    ],
)
def test_minutes_from_a_place_are_a_point_of_reference(text, right):
    assert region(text) == right


@pytest.mark.parametrize("text", ["Mission 30 min call", "Brandon 30 minutes late", "Mobile, 10 min call"])
def test_minutes_that_lead_nowhere_make_no_place_of_an_everyday_word(text):
    assert infer_province_market(None, text) == (None, "ALL")


def test_a_place_beside_a_region_is_read_in_the_province_of_the_region():
    assert infer_province_market("Bradford, Simcoe County") == ("ON", "Toronto")
    assert infer_province_market("Durham Region, Ajax") == ("ON", "Toronto")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("E2E encrypted", NOTHING),
        ("H1B visa", NOTHING),
        ("anything in N6K", ("ON", "London")),
        ("FSA E2E", ("NB", "Saint John")),
        ("M4C duplex", ("ON", "Toronto")),
        ("buyers for L8P", ("ON", "Hamilton")),
        ("call, M4C, 3 bed", ("ON", "Toronto")),
        ("call, M4C today", NOTHING),
        ("unit m4c 3", NOTHING),
        ("M4C area", ("ON", "Toronto")),
        ("m4c fsa", ("ON", "Toronto")),
        ("K9 unit", NOTHING),
        ("H0H 0H0", NOTHING),
        ("M5V-2T6", ("ON", "Toronto")),
        ("MSV 2T6", NOTHING),
        ("KIA OB1", ("ON", "Ottawa")),
        ("oIo OIO", NOTHING),
        ("E9Z 1A1", ("NB", "ALL")),
        ("Hamilton L8P", ("ON", "Hamilton")),
        ("L2C", NOTHING),
        ("lol", NOTHING),
        ("union job", NOTHING),
    ],
)
def test_a_postal_code_counts_whole_and_its_start_only_where_it_is_said(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("416-555-0199", ("ON", "Toronto")),
        ("+1 (514) 555-0199", ("QC", "Montreal")),
        ("905 555 0100", ("ON", "ALL")),
        ("902-555-0100", NOTHING),
        ("212-555-0100 or 604-555-0100", ("BC", "ALL")),
        ("212-555-0100", NOTHING),
        ("area code 416", ("ON", "Toronto")),
        ("the 905", ("ON", "ALL")),
        ("416", ("ON", "Toronto")),
        ("416 area", ("ON", "Toronto")),
        ("asking 416 for it", NOTHING),
        ("Hamilton, 604-555-0100", ("ON", "Hamilton")),
    ],
)
def test_an_area_code_counts_when_nothing_else_tells(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("on", ("ON", "ALL")),
        ("on hold", NOTHING),
        ("ON HOLD", NOTHING),
        ("turn it on", NOTHING),
        ("ON: Toronto", ("ON", "Toronto")),
        ("NB: call first", NOTHING),
        ("ON Hamilton", ("ON", "Hamilton")),
        ("ns windsor", ("NS", "ALL")),
        ("on windsor", ("ON", "Windsor")),
        ("ON, Canada", ("ON", "ALL")),
        ("123 Main St, ON", ("ON", "ALL")),
        ("123 Main St ON", ("ON", "ALL")),
        ("Smallville ON", ("ON", "ALL")),
        ("land in NS needed", ("NS", "ALL")),
        ("500 MB", NOTHING),
        ("somewhere ns M", NOTHING),
        ("12 Elm, nowhere sk S4P 3Y2", ("SK", "Regina")),
        ("warman sk bi-level", ("SK", "Saskatoon")),
        ("surrey bc he moved", ("BC", "Vancouver")),
        ("windsor bc he moved", ("ON", "Windsor")),
        ("HAMILTON ON HOLD", ("ON", "Hamilton")),
        ("Toronto ont", ("ON", "Toronto")),
        ("Halifax, N.-É.", ("NS", "Halifax")),
        ("NE", ("NS", "ALL")),
        ("NE Calgary", ("AB", "Calgary")),
        ("NE Halifax", ("NS", "Halifax")),
        ("P.E.I.", ("PE", "ALL")),
        ("N.B", ("NB", "ALL")),
        ("CA-QC", ("QC", "ALL")),
    ],
)
def test_a_code_is_a_province_only_by_its_position(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Hope", ("BC", "ALL")),
        ("12 Main St, Hope", ("BC", "ALL")),
        ("12 Main St, Hope, BC", ("BC", "ALL")),
        ("house in Hope", ("BC", "ALL")),
        ("house in hope", NOTHING),
        ("A BRIGHT MIND IN HOPE", NOTHING),
        ("hope it sells", NOTHING),
        ("Hope V0X 1L0", ("BC", "ALL")),
        ("downtown", NOTHING),
        ("nelson called", NOTHING),
        ("nelson duplex", ("BC", "ALL")),
        ("duplex nelson", ("BC", "ALL")),
        ("in nelson", ("BC", "ALL")),
        ("Regina called", NOTHING),
        ("Regina Smith sells", NOTHING),
        ("Regina bungalow", ("SK", "Regina")),
        ("Regina, call", ("SK", "Regina")),
        ("Regina REDUCED", ("SK", "Regina")),
        ("Mr. Windsor", NOTHING),
        ("99 Foster Dr, Sault Ste. Marie", ("ON", "ALL")),
        ("legal duplex", NOTHING),
        ("Hamilton Beach mixer", NOTHING),
        ("12 Elm St Nelson", ("BC", "ALL")),
        ("Kitsilano", ("BC", "Vancouver")),
        ("Bowness is nice", ("AB", "Calgary")),
        ("City of Hope", ("BC", "ALL")),
    ],
)
def test_a_name_that_is_an_everyday_word_needs_something_beside_it(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Toronto or Vancouver", NOTHING),
        ("Toronto, Pugwash", ("ON", "Toronto")),
        ("Toronto, Hamilton", ("ON", "ALL")),
        ("Ajax, Pickering, Oshawa", ("ON", "Toronto")),
        ("Rosemont, Montréal", ("QC", "Montreal")),
        ("Vanier, Ottawa", ("ON", "Ottawa")),
        ("Halifax NS, Moncton NB, Dieppe", ("NB", "Moncton")),
    ],
)
def test_several_names_give_what_they_share(text, right):
    assert region(text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Vicotria, BC", ("BC", "Victoria")),
        ("Ontairo", ("ON", "ALL")),
        ("Deippe NB", ("NB", "Moncton")),
        ("Brittish Columbia", ("BC", "ALL")),
        ("Thunder Bya", ("ON", "ALL")),
        ("Moosejaw", ("SK", "ALL")),
        ("Vancouver Isalnd", ("BC", "ALL")),
        ("Quebec Ctiy", ("QC", "Quebec City")),
        ("bungalow Missisauga", ("ON", "Toronto")),
        ("Maple Rigde BC", ("BC", "Vancouver")),
        ("Vancouver isl4nd", ("BC", "ALL")),
        ("Vancouver aye", ("BC", "Vancouver")),
        ("Hamilton zzzz", ("ON", "Hamilton")),
        ("a text of far too many words to look for a misspelling of any place like Torotno in it", NOTHING),
        ("call, Torotno", ("ON", "Toronto")),
        ("Gotham", NOTHING),
        ("London, UK, Torotno", NOTHING),
        ("Ontario, Queebc", ("ON", "ALL")),
        ("Xyzzy, BC", ("BC", "ALL")),
        ("Lake Ectsasy", NOTHING),
        ("Winnepeg Manitobba", ("MB", "Winnipeg")),
        ("Toronto Ontaroi", ("ON", "Toronto")),
    ],
)
def test_a_misspelling_is_read_as_what_it_was_meant_to_be(text, right):
    assert region(text) == right


def test_a_longer_text_is_read_to_its_limit():
    assert locate("x " * 100_000 + "Toronto").province is None
    assert locate(" " * 100_000 + "Toronto").market == "Toronto"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Ajax, Durham Region", ("ON", "Toronto")),
        ("Ajax Durham Region ON", ("ON", "Toronto")),
        ("Port Perry, Durham Region", ("ON", "ALL")),
        ("Ontario outside of the GTA", ("ON", "ALL")),
        ("Ontario except Toronto", ("ON", "ALL")),
        ("duplex in Chatham, 50 min from Windsor and London", ("ON", "ALL")),
        ("duplex in Chatham 50 min from Windsor/London", ("ON", "ALL")),
        ("triplex a l'Assomption", ("QC", "Montreal")),
        ("une maison d'Hamilton", ("ON", "Hamilton")),
        ("un condo d'Ottawa", ("ON", "Ottawa")),
    ],
)
def test_what_stands_beside_a_place_is_no_second_place(text, pair):
    assert infer_province_market(None, text) == pair


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12 King St W, Hamilton ON L8P 1A1", "L8P 1A1"),
        ("hamilton l8p1a1", "L8P 1A1"),
        ("B3H IAO", "B3H 1A0"),
        ("M5V 2T6 moved to L8P-1A1", "L8P 1A1"),
        ("OIO OIO", None),
        ("sow tot", None),
        ("L8P", None),
        ("", None),
    ],
)
def test_a_postal_code_is_given_as_canada_post_writes_it(text, code):
    assert postal_code(text) == code


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("moving to Ontario", ("ON", "ALL")), ("house to sell, ON", ("ON", "ALL")), ("WANTS TO SELL, ON", ("ON", "ALL")),
        ("wants to sell K7L 1A1", ("ON", "ALL")), ("TO", ("ON", "Toronto")), ("condo in TO", ("ON", "Toronto")),
        ("to, on", ("ON", "Toronto")), ("12 King St W, TO, ON", ("ON", "Toronto")), ("12 KING ST W, TO, ON", ("ON", "Toronto")),
        ("TO M5V 1A1", ("ON", "Toronto")), ("TO ON", ("ON", "Toronto")),
    ],
)  # fmt: skip
def test_to_is_toronto_in_capitals_or_apart_and_otherwise_a_preposition(text, right):
    assert region(text) == right


def test_a_name_that_needs_a_province_counts_with_a_postal_code_of_its_province():
    assert locate("we hope to sell V0X 1L0").province == "BC"
    assert locate("Granisle seller V0J 1W0").municipality == "Granisle"
    assert locate("Granisle seller M5V 1A1").municipality == "Toronto"
