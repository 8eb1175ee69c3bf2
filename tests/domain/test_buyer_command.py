"""The text behind `/buyer`."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buyer_command import (
    BuyerHelp,
    BuyerMiss,
    BuyerUnnamed,
    FindBuyers,
    ListBuyers,
    OpenBuyer,
    PauseBuyer,
    QuickBuyer,
    ResumeBuyer,
    ShowBuyer,
    parse_buyer_command,
    quick_buyer,
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", OpenBuyer(QuickBuyer())),
        ("  ", OpenBuyer(QuickBuyer())),
        ("B-5", ShowBuyer(5)),
        ("b5", ShowBuyer(5)),
        ("B - 5", ShowBuyer(5)),
        ("#5", ShowBuyer(5)),
        ("5", ShowBuyer(5)),
        ("B-5 please", ShowBuyer(5)),
        ("show 5", ShowBuyer(5)),
        ("edit B-5", ShowBuyer(5)),
        ("remove B-5", ShowBuyer(5)),
        ("show chen", FindBuyers("chen")),
        ("find chen", FindBuyers("chen")),
        ("SEARCH Chen Homes", FindBuyers("Chen Homes")),
        ("find", FindBuyers("")),
        ("pause B-5", PauseBuyer(5)),
        ("Pause 5", PauseBuyer(5)),
        ("resume b-5", ResumeBuyer(5)),
        ("list", ListBuyers()),
        ("all", ListBuyers()),
        ("help", BuyerHelp()),
        ("aide", BuyerHelp()),
        ("?", BuyerHelp()),
        ("new", OpenBuyer(QuickBuyer())),
        ("new Wei Chen", OpenBuyer(QuickBuyer(name="Wei Chen"))),
        ("Wei Chen", OpenBuyer(QuickBuyer(name="Wei Chen"))),
        ("list Chen", OpenBuyer(QuickBuyer(name="list Chen"))),
        ("416-555-0177", OpenBuyer(QuickBuyer(phone="416-555-0177"))),
        ("chen", BuyerMiss("chen", None)),
        ("lsit", BuyerMiss("lsit", "list")),
        ("Paus", BuyerMiss("Paus", "pause")),
        ("fnid chen", BuyerMiss("fnid", "find")),
        ("pasue B-5", BuyerMiss("pasue", "pause")),
        ("Finn Smith", OpenBuyer(QuickBuyer(name="Finn Smith"))),
        ("fidn 416-555-0134", OpenBuyer(QuickBuyer(name="fidn", phone="416-555-0134"))),
    ],
)
def test_the_text_is_read_as_it_was_meant(text, asked):
    assert parse_buyer_command(text) == asked


@pytest.mark.parametrize("text", ["pause", "pause chen", "resume", "RESUME B-x"])
def test_pause_and_resume_need_a_number(text):
    with pytest.raises(BuyerUnnamed, match=r"Say which buyer: `/buyer (pause|resume) B-5`"):
        parse_buyer_command(text)


@pytest.mark.parametrize(
    ("text", "quick"),
    [
        (
            "Wei Chen 416-555-0177 wei@example.com Hamilton, GTA and Windsor",
            QuickBuyer("Wei Chen", "416-555-0177", "wei@example.com", "Hamilton, GTA and Windsor"),
        ),
        (
            "Marie-Ève Côté, <mailto:m@x.ca|m@x.ca>, Laval, duplex, triplex, paie comptant",
            QuickBuyer("Marie-Ève Côté", "", "m@x.ca", "Laval", "duplex, triplex", "paie comptant"),
        ),
        (
            "Acme Capital; Chen Homes; (905) 555-0101; all of Ontario; Narnia",
            QuickBuyer("Acme Capital", "(905) 555-0101", "", "all of Ontario", "", "Chen Homes, Narnia"),
        ),
    ],
)
def test_name_contacts_areas_and_types_are_found_and_the_rest_goes_to_the_notes(text, quick):
    assert quick_buyer(text) == quick


def test_what_stands_beyond_the_limit_goes_to_the_notes():
    quick = quick_buyer("Wei Chen, " + "x" * 4_000)
    assert (quick.name, len(quick.notes)) == ("Wei Chen", 4_002)


@given(st.text(max_size=300))
def test_any_text_is_a_command_or_asks_which_buyer(text):
    try:
        assert parse_buyer_command(text) is not None
    except BuyerUnnamed:
        assert text.split()[0].casefold() in ("pause", "resume")


@pytest.mark.parametrize("text", ["a@" * 50_000, "4" * 100_000, "1 " * 50_000, "a." * 50_000 + "@"])
def test_long_nonsense_takes_no_long_time(text):
    started = time.perf_counter()
    parse_buyer_command(text)
    assert time.perf_counter() - started < 2
