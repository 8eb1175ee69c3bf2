"""The hand-made tables: provinces, markets, zones, area codes, and the reading of text."""

import pytest

from domain.geo import MARKETS, PROVINCES, market_label, province_of, same_market, zones_of_area_code, zones_of_province
from domain.geo.gazetteer import fsa, readings
from domain.geo.markets import all_members, centres, members
from domain.geo.provinces import province_of_fsa
from domain.geo.spans import find
from domain.geo.tables import word_set
from domain.geo.text import key, plain, split
from domain.geo.typos import corrected_to


def test_there_are_thirteen_provinces_and_nineteen_markets_in_twenty_parts():
    assert len(PROVINCES) == 13
    assert len(MARKETS) == 19
    assert len(centres()) == 20
    assert [market.label for market in MARKETS if len(market.provinces) > 1] == ["Ottawa"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ontario", "ON"), ("on", "ON"), ("Ont.", "ON"), ("Québec", "QC"), ("Que.", "QC"), ("P.Q.", "QC"), ("C.-B.", "BC"),
        ("Alta.", "AB"), ("Man", "MB"), ("Sask", "SK"), ("N.-É.", "NS"), ("Nouveau-Brunswick", "NB"), ("Î.-P.-É.", "PE"),
        ("T.-N.-L.", "NL"), ("Newfoundland & Labrador", "NL"), ("YK", "YT"), ("T.N.-O.", "NT"), ("Nvt.", "NU"), ("CA-QC", "QC"),
        ("Toronto", None), ("on hold", None), ("", None), (None, None), (7, None),
    ],
)  # fmt: skip
def test_a_province_is_known_by_every_spelling(text, code):
    assert province_of(text) == code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ST_JOHNS", "St. John's", True),
        ("montréal", "Montreal", True),
        ("QUEBEC_CITY", "Quebec City", True),
        ("Saint John", "St. John's", False),
        ("ALL", "all", True),
        ("Toronto", "Hamilton", False),
    ],
)
def test_labels_are_compared_without_case_accents_and_underscores(one, other, same):
    assert same_market(one, other) is same


def test_a_label_comes_back_in_its_own_spelling():
    assert market_label("st_johns") == "St. John's"
    assert market_label("ALL") is None
    assert market_label("Barrie") is None


@pytest.mark.parametrize(
    ("name", "province", "market"),
    [
        ("Burlington", "ON", "Hamilton"),
        ("Grimsby", "ON", "Hamilton"),
        ("Saint-Jean-sur-Richelieu", "QC", "Montreal"),
        ("Leamington", "ON", "Windsor"),
        ("Enfield", "NS", "Halifax"),
        ("Gatineau", "QC", "Ottawa"),
        ("Oshawa", "ON", "ALL"),
        ("Whitby", "ON", "ALL"),
        ("Barrie", "ON", "ALL"),
        ("Abbotsford", "BC", "ALL"),
        ("Okotoks", "AB", "ALL"),
        ("Brandon", "MB", "ALL"),
        ("Whistler", "BC", "ALL"),
    ],
)
def test_a_municipality_has_the_market_of_the_2021_census_geography(name, province, market):
    found = [reading for reading in readings(key(name)) if reading.province == province]
    assert found[0].market == market


def test_every_member_of_a_market_is_in_the_gazetteer_with_its_market():
    missing = [
        member
        for member in all_members()
        if not any((r.province, r.market) == (member.province, member.market) for r in readings(key(member.name)))
    ]
    assert missing == []


def test_a_member_of_two_markets_is_found_in_both():
    assert {member.market for member in members(key("L'Ange-Gardien"), "QC")} == {"Ottawa", "Quebec City"}
    assert members("nowhere", "QC") == []


def test_the_zones_of_a_province_are_all_it_has():
    assert zones_of_province("AB") == {"America/Edmonton"}
    assert {"America/Toronto", "America/Winnipeg"} < zones_of_province("ON")
    assert zones_of_province("XX") == frozenset()


def test_the_zones_of_an_area_code_are_a_candidate_set():
    assert zones_of_area_code("416") == {"America/Toronto"}
    assert "America/Edmonton" in zones_of_area_code("250")
    assert zones_of_area_code("212") == frozenset()


@pytest.mark.parametrize(
    ("code", "province"), [("L8P", "ON"), ("X0A", "NU"), ("X1A", "NT"), ("Y1A", "YT"), ("Z1Z", None), ("", None)]
)
def test_the_first_letter_of_a_postal_code_tells_the_province(code, province):
    assert province_of_fsa(code) == province


def test_an_area_knows_its_markets():
    mixed = fsa("L0R")
    assert mixed is not None
    assert (mixed.market, mixed.others) == ("Hamilton", frozenset({"ALL"}))
    assert 0.5 < mixed.share < 1
    assert fsa("L2C") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("St. John's, N.L.", ["st", "johns", "nl"]),
        ("Saint-Jérôme (Québec)", ["st", "jerome", "quebec"]),
        ("<https://x.example|Toronto> <@U1>", ["toronto"]),
        ("a &amp; b &gt; :house: c", ["a", "b", "c"]),
        ("L’Île-Perrot", ["lile", "perrot"]),
        ("K/W", ["k", "w"]),
        ("ＴＯＲＯＮＴＯ", ["toronto"]),
        ("Île-des-Sœurs", ["ile", "des", "soeurs"]),
        ("me@x.example https://x.example/a", []),
    ],
)
def test_text_is_made_plain_and_cut_into_words(text, words):
    assert split(plain(text)).words == words


def test_the_signs_between_words_are_kept():
    assert split("Toronto, ON - Canada/x. y").gaps == [" ", ",", ",", "/", ".", " "]
    assert split("a (.b").gaps == [" ", ",", " "]


def test_a_phrase_does_not_reach_over_a_comma():
    assert [span.name for span in find(split("north, york"))] != ["north york"]
    assert [span.name for span in find(split("north york"))] == ["north york"]


def test_an_unknown_set_of_words_is_an_error():
    with pytest.raises(KeyError):
        word_set("no such set")


def test_places_worth_a_correction_provinces_and_nicknames_of_two_words_are_corrected_to():
    names = corrected_to()
    assert names >= {"hamilton", "saskatoon", "manitoba", "princeedwardisland"}
    assert names.isdisjoint({"to", "provinceofquebec"})
    assert not any(" " in name for name in names)
