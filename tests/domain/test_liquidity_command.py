"""`/liquidity` reads a place and a property type in either order, and says which word it does not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.liquidity_command import (
    LiquidityHelp,
    LiquidityList,
    LiquidityOf,
    LiquidityUnclear,
    parse_liquidity_command,
)
from domain.property_types import PropertyType

SFR, MF, CONDO, LAND = PropertyType.SFR, PropertyType.MF, PropertyType.CONDO, PropertyType.LAND


@pytest.mark.parametrize("text", ["", "  ", "all", "LIST"])
def test_nothing_lists_every_market(text):
    assert parse_liquidity_command(text) == LiquidityList()


@pytest.mark.parametrize("text", ["help", "HELP", "aide", "?"])
def test_help_is_help(text):
    assert parse_liquidity_command(text) == LiquidityHelp()


@pytest.mark.parametrize(
    ("text", "kind"), [("condo", CONDO), ("duplex", MF), ("duplex in", MF), ("vacant lot", LAND), ("duplx", MF)]
)
def test_a_type_alone_lists_every_market_for_it(text, kind):
    assert parse_liquidity_command(text) == LiquidityList(kind)


@pytest.mark.parametrize(
    ("text", "place", "kind"),
    [
        ("Hamilton", "Hamilton", None),
        ("Hamiltn", "Hamiltn", None),
        ("ON", "ON", None),
        ("Hamilton condo", "Hamilton", CONDO),
        ("condo Hamilton", "Hamilton", CONDO),
        ("ON duplex", "ON", MF),
        ("duplex in ON", "in ON", MF),
        ("4-plex, Windsor", "Windsor", MF),
        ("condo townhouse Toronto", "Toronto", CONDO),
        ("Toronto sf", "Toronto", SFR),
        ("Hamilton duplx", "Hamilton", MF),
        ("house in the Hamilton area", "in the Hamilton area", SFR),
        ("Hamilton, ON, condo", "Hamilton ON", CONDO),
        ("québec city maison jumelée", "québec city", SFR),
        ("fort mcmurray house", "fort mcmurray", SFR),
        ("100 Mile House", "100 Mile House", None),
        ("100 Mile House condo", "100 Mile House", CONDO),
        ("Ottawa QC condo", "Ottawa QC", CONDO),
        ("St. John's NL", "St. John's NL", None),
        ("Greater Toronto Area", "Greater Toronto Area", None),
        ("L8P 1A1 condo", "L8P 1A1", CONDO),
    ],
)
def test_a_place_and_a_type_are_read_in_either_order(text, place, kind):
    assert parse_liquidity_command(text) == LiquidityOf(place, kind)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("castle", "castle"),
        ("in", "in"),
        ("Hamilton castle", "castle"),
        ("castle condo", "castle"),
        ("house in Sudbury asap", "asap"),
        ("Atlantis duplx", "Atlantis"),
        ("Hamilton castle duplx", "castle"),
        ("<!channel>", "<!channel>"),
        ("- Hamilton", "-"),
        ("Hamilton house/condo", "house/condo"),
    ],
)
def test_a_word_that_is_neither_is_said_to_be_unclear(text, words):
    assert parse_liquidity_command(text) == LiquidityUnclear(words)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("hamilton condo ON,-<&😀é'0"), max_size=40) | st.text(max_size=60))
def test_it_never_raises(text):
    assert parse_liquidity_command(text) is not None
