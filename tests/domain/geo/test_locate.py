"""The full answer: zones, municipality, confidence, evidence and alternatives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.geo import MARKETS, PROVINCES, infer_province_market, locate, zones_of_area_code, zones_of_province

PAIRS = {(province, market.label) for market in MARKETS for province in market.provinces}
WORDS = ["Toronto", "ON", "on", "Hope", "St", "John's", "Quebec", "QC", "45", "min", "from", "Paris", "L8P", "L8P 1A1", "CA", ",",
         "rue", "Ave", "Windsor", "NE", "Vancouver", "WA", "Torotno", "UK", "(", "416-555-0100", "12", "Regina", "called", "\ud800", "é"]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "zones"),
    [
        ("Toronto", {"America/Toronto"}),
        ("Kenora ON", {"America/Winnipeg"}),
        ("Atikokan", {"America/Atikokan"}),
        ("Cranbrook", {"America/Edmonton", "America/Vancouver"}),
        ("V1C 1A1", {"America/Edmonton", "America/Vancouver"}),
        ("Dawson Creek BC V1G 1A1", {"America/Dawson_Creek"}),
        ("Creighton, SK", {"America/Regina", "America/Winnipeg"}),
        ("Lloydminster, SK", {"America/Edmonton"}),
        ("Happy Valley-Goose Bay", {"America/Goose_Bay"}),
        ("A0K 1A0", {"America/St_Johns", "America/Goose_Bay"}),
        ("Îles-de-la-Madeleine", {"America/Halifax"}),
        ("G4T 1A1", {"America/Halifax"}),
        ("Sydney NS", {"America/Halifax"}),
        ("X1A 1A1", {"America/Edmonton"}),
        ("P0T 1A0", {"America/Toronto", "America/Winnipeg", "America/Atikokan"}),
        ("Nipigon ON P0T 2J0", {"America/Toronto"}),
        ("Toronto or Vancouver", {"America/Toronto", "America/Vancouver"}),
        ("Calgary ON M5V 2T6", {"America/Toronto", "America/Edmonton"}),
        ("ON L8P 1A1 BC", zones_of_province("BC") | {"America/Toronto"}),
        ("BC V5K 1A1, SK", {"America/Vancouver"} | zones_of_province("SK")),
        ("AB T2P 1A1 Toronto", {"America/Edmonton", "America/Toronto"}),
        ("ON", zones_of_province("ON")),
        ("Dawson Creek BC V0C 1A0", {"America/Dawson_Creek"}),
        ("Kenora P9A 1A1", {"America/Winnipeg"}),
        ("Kenora K0K 1A0", {"America/Toronto", "America/Winnipeg"}),
        ("nothing here", set()),
    ],
)
def test_zones_come_from_the_place_and_are_several_when_unsure(address, zones):
    assert locate(None, address).zones == zones


def test_a_bare_name_with_a_large_namesake_has_the_zones_of_both():
    assert locate("Lloydminster").zones == {"America/Edmonton"}
    assert locate("Woodstock").zones == {"America/Toronto"}
    assert len(locate("Georgetown").alternatives) > 0


@pytest.mark.parametrize(
    ("address", "municipality"),
    [
        ("Scarborough", "Toronto"),
        ("M1B 1A1", "Toronto"),
        ("Ancaster, ON", "Hamilton"),
        ("Sherwood Park", "Strathcona County"),
        ("Verdun", "Montréal"),
        ("Toronto, BC", None),
        ("BC", None),
        ("K0A 1A0", None),
        ("L8P 1A1", "Hamilton"),
    ],
)
def test_the_municipality_comes_from_the_place(address, municipality):
    assert locate(None, address).municipality == municipality


def test_a_full_address_with_an_agreeing_postal_code_is_certain():
    found = locate("ON", "12 King St, Hamilton ON L8P 1A1")
    assert found.confidence == 1.0
    assert found.evidence == (
        "postal code L8P is Hamilton",
        "Ontario is stated",
        "Hamilton is in Ontario, the market Hamilton",
    )
    assert found.alternatives == ()


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        ("Hamilton ON L8P 1A1", "Hamilton L8P 1A1"),
        ("Hamilton L8P 1A1", "L8P 1A1"),
        ("L8P 1A1", "L8P"),
        ("Hamilton L8P", "L8P"),
        ("Hamilton ON", "Hamilton"),
        ("Hamilton", "Hamliton"),
        ("Toronto", "Richmond"),
        ("Toronto, ON", "Toronto, BC"),
        ("ON", "416-555-0100"),
        ("Toronto, BC", "Toronto or Vancouver"),
        ("Hamilton", "Toronto, Hamilton"),
    ],
)
def test_weaker_evidence_gives_less_confidence(surer, less):
    assert locate(surer).confidence > locate(less).confidence > 0


def test_nothing_found_has_no_confidence_evidence_or_zones():
    found = locate("n/a")
    assert (found.confidence, found.evidence, found.zones, found.alternatives) == (0.0, (), frozenset(), ())


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("Toronto, BC", (("ON", "Toronto"),)),
        ("Calgary ON M5V 2T6", (("AB", "Calgary"),)),
        ("Vancouver BC M5V 2T6", (("ON", "Toronto"),)),
        ("Toronto or Vancouver", (("ON", "Toronto"), ("BC", "Vancouver"))),
        ("L'Ange-Gardien QC", (("QC", "Quebec City"),)),
    ],
)
def test_other_readings_are_named_the_likeliest_first(text, alternatives):
    assert locate(text).alternatives[: len(alternatives)] == alternatives


def test_a_contradiction_is_said():
    assert "these do not agree" in locate("Toronto, BC").evidence
    assert locate("Vicotria, BC").evidence == (
        "British Columbia is stated",
        "a misspelling of Victoria, which is in British Columbia, the market Victoria",
    )
    assert locate("X0E 1A0").evidence == ("postal code X0E is in Northwest Territories",)
    assert locate("Barrie").evidence == ("Barrie is in Ontario, no market",)


def test_a_phone_counts_only_when_no_place_is_known():
    found = locate(None, None, phone="+1 416 555 0199")
    assert (found.province, found.market, found.zones) == ("ON", "Toronto", frozenset({"America/Toronto"}))
    assert found.evidence == ("area code 416 is Ontario",)
    assert locate("Calgary", phone="416-555-0199").market == "Calgary"
    assert locate(None, "call 604-555-0100", phone="416-555-0199").province == "BC"


def test_a_phone_of_several_provinces_gives_zones_alone():
    found = locate(None, None, phone="867-555-0199")
    assert (found.province, found.market) == (None, "ALL")
    assert found.zones == zones_of_area_code("867")
    assert found.evidence == ("area code 867 is more than one province",)


@pytest.mark.parametrize("phone", [None, 4165550199, "", "212-555-0199", "555-0199", "+44 20 7946 0018", b"416"])
def test_a_phone_from_elsewhere_or_none_gives_nothing(phone):
    assert locate(None, None, phone=phone).zones == frozenset()


def test_a_foreign_text_with_a_canadian_phone_takes_the_phone_as_a_candidate():
    assert locate("Boston, MA, USA", phone="416-555-0199").zones == {"America/Toronto"}


@pytest.mark.parametrize(
    "odd", [None, b"Toronto", 5, 3.2, [], {}, object(), float("nan"), "\ud800" * 50, "\x00", "", "   "]
)
def test_odd_values_give_nothing_and_no_error(odd):
    assert infer_province_market(odd, odd) == (None, "ALL")
    assert locate(odd, odd, phone=odd).province is None


@pytest.mark.parametrize(
    "text", ["a", "Toronto ON ", "M5V ", "@", ":a", "<", "a.", "1 min from ", "Tornto ", "é", "St ", "5 ", "(416) "]
)
def test_a_million_characters_are_read_at_once(text):
    import time

    start = time.perf_counter()
    infer_province_market(text * (1_000_000 // len(text)), text * (1_000_000 // len(text)))
    assert time.perf_counter() - start < 0.5


@settings(max_examples=150)
@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=60)))
def test_any_text_gives_a_province_and_market_that_agree(region, address):
    found = locate(region, address)
    assert found.province is None or found.province in PROVINCES
    assert found.market == "ALL" or (found.province, found.market) in PAIRS
    assert (found.province, found.market) == infer_province_market(region, address)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=9), st.lists(st.sampled_from(WORDS), max_size=5))
def test_any_mixture_of_telling_words_gives_a_consistent_location(region, address):
    found = locate(" ".join(region), " ".join(address))
    assert found.market == "ALL" or (found.province, found.market) in PAIRS
    assert 0.0 <= found.confidence <= 1.0
    assert (found.province, found.market) not in found.alternatives
    assert found.zones or found.province is None
    assert not found.zones or found.confidence > 0
