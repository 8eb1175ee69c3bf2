"""What an inbound message asks for, over the sample table, a larger table of phrases, and properties."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.optout import ALL_MEDIA, READ_LIMIT, Inbound, Intent, classify_inbound
from domain.optout_words import plain_words
from domain.rules import Medium

DATA = Path(__file__).parents[1] / "data"
STATES = {"any": (True, False), "subscribed": (False,), "opted_out": (True,)}


def read(name):
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", read("inbound.csv"), ids=lambda row: row["case_id"])
def test_a_sample_is_taken_for_what_its_row_says(row):
    for opted_out in STATES[row["current_state"]]:
        assert classify_inbound(row["inbound_text"], opted_out=opted_out).intent == row["expected_intent"]


@pytest.mark.parametrize("row", read("inbound_more.csv"), ids=lambda row: row["inbound_text"][:40])
def test_a_phrase_of_people_is_taken_for_what_its_row_says(row):
    assert classify_inbound(row["inbound_text"]).intent == row["expected_intent"]


@pytest.mark.parametrize("row", read("inbound_more.csv"), ids=lambda row: row["inbound_text"][:40])
def test_capitals_and_a_signature_below_change_no_stop(row):
    if row["expected_intent"] == "stop":
        assert classify_inbound(row["inbound_text"].upper()).intent is Intent.STOP
        assert classify_inbound(f"{row['inbound_text']}\n\n-- \nJohn").intent is Intent.STOP


@pytest.mark.parametrize("text", ["YES", "yes.", " Yes! "])
def test_yes_starts_again_only_while_opted_out(text):
    assert classify_inbound(text, opted_out=True).intent is Intent.START
    assert classify_inbound(text).intent is Intent.NONE


@pytest.mark.parametrize("text", ["oui", "yes please", "Yes, text me", "ok", "sure"])
def test_no_other_assent_lifts_a_block(text):
    assert classify_inbound(text, opted_out=True).intent is Intent.NONE


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("STOP", None),
        ("ARRET", None),
        ("unsubscribe", None),
        ("no more messages please", None),
        ("Stop texting me", Medium.SMS),
        ("arrêtez de me texter", Medium.SMS),
        ("stop calling me", Medium.CALL),
        ("ne m'appelez plus", Medium.CALL),
        ("don't email me anymore", Medium.EMAIL),
        ("plus de courriels svp", Medium.EMAIL),
        ("do not contact me again", ALL_MEDIA),
        ("ne me contactez plus", ALL_MEDIA),
        ("Do not call or text me", ALL_MEDIA),
        ("STOP. Do not contact me again.", ALL_MEDIA),
        ("remove me from your list", ALL_MEDIA),
        ("enlevez-moi de votre liste", ALL_MEDIA),
        ("Leave me alone", ALL_MEDIA),
        ("lose my number", ALL_MEDIA),
        ("I revoke my consent", ALL_MEDIA),
        ("I'm on the do not call list", ALL_MEDIA),
    ],
)
def test_a_stop_reaches_what_its_words_name(text, scope):
    found = classify_inbound(text)
    assert (found.intent, found.scope) == (Intent.STOP, scope)


def test_the_words_that_decided_are_kept_and_short():
    assert classify_inbound("Hello, please stop texting me!").matched == "stop texting"
    assert len(classify_inbound("stop " * 500).matched) <= 80


@pytest.mark.parametrize(
    "text",
    [
        "Sounds good\n> Reply STOP to opt out",
        "Sounds good\n\nOn Tue, Nov 24, 2026 at 9:00 AM Dana <dana@example.com> wrote:\n> Hi John. Reply STOP to opt out.",
        "Oui\n\nLe mar. 24 nov. 2026 à 09:00, Dana <dana@example.com> a écrit :\n> Répondez ARRET pour vous désabonner",
        "Sounds good\n-----Original Message-----\nFrom: Dana\nTo unsubscribe reply STOP",
        "Call me. Maple Homes, 1 Main St, Hamilton. Reply STOP to opt out.",
        "Liked “Hi John, Dana here. Reply STOP to opt out”",
    ],
)
def test_a_stop_that_only_repeats_our_own_message_is_none(text):
    assert classify_inbound(text).intent is Intent.NONE


@pytest.mark.parametrize("text", ["Reply STOP to opt out", "STOP to end", "ARRET pour vous désabonner"])
def test_who_sends_our_line_back_and_nothing_else_means_it(text):
    assert classify_inbound(text).intent is Intent.STOP


def test_their_own_stop_above_the_quotation_counts():
    assert classify_inbound("STOP\n\nOn Tue Dana wrote:\n> Hi. Reply STOP to opt out").intent is Intent.STOP


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "...", "👍", None, b"STOP", 7])
def test_nothing_said_is_nothing_asked(text):
    assert classify_inbound(text) == Inbound(Intent.NONE)


def test_the_plain_form_takes_accents_elisions_and_short_forms_apart():
    assert plain_words("Ne m’écrivez plus, SVP!") == "ne m ecrivez plus . svp ."
    assert plain_words("don't txt me") == "do not text me ."
    assert plain_words("…!?") == ""


def test_a_stop_in_the_middle_of_a_very_long_text_is_for_a_person():
    padding = "the roof is new and the kitchen is old. " * READ_LIMIT
    assert classify_inbound(f"{padding} stop it all {padding}").intent is Intent.AMBIGUOUS
    assert classify_inbound(padding).intent is Intent.NONE


@given(st.text(max_size=400), st.booleans())
def test_it_never_raises_whatever_is_sent(text, opted_out):
    assert isinstance(classify_inbound(text, opted_out=opted_out), Inbound)


PIECES = [
    "stop",
    " ",
    "\n",
    "> ",
    "On ",
    "wrote:",
    "do not ",
    "contact ",
    "me ",
    "plus ",
    "ne ",
    "'",
    "-",
    "é",
    "\u0301",
    "From: x",
    "s t o ",
    ".",
    "🛑",
]


@given(st.lists(st.sampled_from(PIECES), max_size=200), st.booleans())
def test_it_never_raises_for_what_its_patterns_are_made_of(pieces, opted_out):
    assert isinstance(classify_inbound("".join(pieces), opted_out=opted_out), Inbound)


@pytest.mark.parametrize("piece", ["a", *PIECES, "From: x\n", "On a\n", "to unsubscribe from ", "😀", "\ud800"])
def test_a_million_characters_are_read_in_a_moment(piece):
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    since = time.process_time()
    classify_inbound(text)
    assert time.process_time() - since < 2


@given(
    st.sampled_from(["STOP", "arrêt", "unsubscribe", "do not contact me again", "ne me contactez plus"]),
    st.text(alphabet=" \t\n.!…", max_size=8),
)
def test_a_stop_is_found_whatever_signs_stand_around_it(words, around):
    assert classify_inbound(f"{around}{words}{around}").intent is Intent.STOP
