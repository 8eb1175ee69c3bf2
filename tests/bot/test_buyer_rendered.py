"""Every message and view about buyers is one that Slack takes, whatever stands in the rows and was typed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message, check_view
from bot.services.buyers import BuyerCard, GivenAnswer
from bot.slack.buyer_card import card_blocks, card_text, list_blocks, removed_blocks
from bot.slack.buyer_form import Kept, edit_view, new_view, read_kept
from bot.slack.buyers import HELP, _missed
from domain.buyer_command import QuickBuyer, quick_buyer
from domain.consent import ConsentKind
from domain.geo import MARKETS
from domain.liquidity_sums import Feedback
from domain.policy import Medium
from storage.buyers import Buyer
from storage.contacts import LedgerEntry
from tests.acceptance.harness.texts import words
from tests.bot.test_rendered import HOSTILE, LONG
from tests.storage.builders import NOW

ORIGIN = {"response_url": "https://hooks.slack.com/commands/" + "x" * 400, "channel": "C" * 20}
CHEN = Buyer(
    id=1, number=5, name="Wei Chen", company="Chen Homes", phone="+14165550177", email="wei@example.com",
    regions="GTA, Hamilton", property_types="SFH, duplex", min_price=Decimal(300_000), max_price=Decimal(550_000),
    min_beds=3, min_baths=1, proof_of_funds_on=date(2026, 2, 1), notes="Pays cash.", active=True, contacted=5,
    responded=3, bought=1, last_response_at=NOW, removed_at=None, created_at=NOW, changed_no=7,
)  # fmt: skip
NOBODY = replace(
    CHEN, company=None, phone=None, regions=None, property_types=None, min_price=None, max_price=None, min_beds=None,
    min_baths=None, proof_of_funds_on=None, notes="", active=False, contacted=0, responded=0, bought=0,
)  # fmt: skip
CONSENTS = tuple(
    LedgerEntry(1, NOW, "x", medium, kind, date(2026, 1, day), None, None, None, "U0REP", None, True, None, {})
    for medium in (*Medium, None)
    for kind in ConsentKind
    for day in (1, 9)
)
ANSWERS = tuple(GivenAnswer(10**9, event, NOW) for event in Feedback)


def card(buyer, **changes):
    """A buyer's card for somebody who may do everything."""
    return BuyerCard(
        **{"buyer": buyer, "consents": CONSENTS, "answers": ANSWERS, "today": NOW.date(), "may_remove": True} | changes
    )


def wordy(buyer, text):
    """The buyer with this text wherever a person's words stand."""
    said = dict.fromkeys(("company", "regions", "property_types"), text[:1_000])
    return replace(buyer, name=text[:1_000] or "x", email="x" * 240 + "@example.com", notes=text[:3_000], **said)


CARDS = {
    "full": card(CHEN),
    "bare": card(NOBODY, consents=(), answers=(), may_remove=False),
    "every market": card(replace(CHEN, regions=", ".join(f"{m.label} {m.provinces[0]}" for m in MARKETS))),
    "anywhere": card(replace(CHEN, regions="anywhere in Canada", property_types="any")),
    "a maximum alone": card(replace(CHEN, min_price=Decimal(0))),
    "a minimum alone": card(replace(CHEN, max_price=None, min_beds=None)),
    "nothing understood": card(
        replace(CHEN, regions=", ".join(f"Narnia {n}" for n in range(90)), property_types="castles")
    ),
    **{f"words {n}": card(wordy(CHEN, text)) for n, text in enumerate(LONG)},
}


def faults(shown):
    return [str(fault) for fault in check_message({"text": card_text(shown), "blocks": card_blocks(shown)})]


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_one_that_slack_takes(name):
    assert faults(CARDS[name]) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=1_000))
def test_a_card_with_any_text_is_one_that_slack_takes(text):
    assert faults(card(wordy(CHEN, text))) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_list_is_one_that_slack_takes(count, text):
    buyers = [replace(wordy(CHEN, text), id=n, number=n) for n in range(1, count + 1)]
    assert check_message({"text": "Buyers", "blocks": list_blocks(f"Buyers that match “{text}”", buyers)}) == []


@pytest.mark.parametrize("buyer", [CHEN, NOBODY, *(wordy(CHEN, text) for text in LONG)])
def test_the_form_of_a_buyer_is_one_that_slack_takes_and_remembers_what_it_showed(buyer):
    view = edit_view(buyer, ORIGIN)
    assert check_view(view) == []
    assert read_kept(view) == Kept(5, 7)


@pytest.mark.parametrize("text", ["", "Wei Chen 416-555-0177, GTA, duplex", *LONG, "a, " * 2_000])
def test_the_form_filled_from_any_text_is_one_that_slack_takes(text):
    view = new_view(quick_buyer(text), ORIGIN)
    assert check_view(view) == []
    assert read_kept(view) == Kept()


@pytest.mark.parametrize("text", LONG)
def test_what_else_is_said_is_taken_too(text):
    assert check_message({"text": _missed(text, None, text)}) == []
    assert check_message({"text": _missed("fnid", "find", f"fnid {text}")}) == []
    assert check_message({"text": HELP, "blocks": removed_blocks(10**9)}) == []


# What a card says


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "*Areas* Hamilton ON, Toronto ON"),
        ({"regions": None}, "*Areas* not stated"),
        ({"regions": "Canada"}, "*Areas* anywhere in Canada"),
        ({"regions": "Ontario, Calgary"}, "*Areas* Calgary AB, all of Ontario"),
        ({"regions": "Narnia"}, "*Areas* none understood yet"),
        ({"regions": "maritimes, prairies, Toronto, Hamilton, London ON, Windsor, Ottawa, Barrie"}, " and "),
        ({"property_types": None}, "*Types* not stated"),
        ({"property_types": "castles"}, "*Types* none understood yet"),
        ({"min_price": None, "max_price": None}, "*Price* no price stated"),
        ({"min_price": None}, "*Price* up to 550,000"),
        ({"max_price": None}, "*Price* from 300,000"),
        ({}, "*Rooms* 3 beds and 1 bath at least"),
        ({"min_beds": None, "min_baths": None}, "*Rooms* not stated"),
        ({}, "*Proof of funds* 1 Feb 2026, 38 days old"),
        ({"proof_of_funds_on": None}, "*Proof of funds* none seen"),
        ({}, "*Record* answered 3 of 5, bought 1"),
        ({"active": False}, "*Paused*: no deal is matched with them until somebody resumes"),
        ({}, "D-7 responded "),
    ],
)
def test_a_card_says_what_is_known_in_plain_words(changes, line):
    shown = card(replace(CHEN, **changes), answers=(GivenAnswer(7, Feedback.RESPONDED, NOW - timedelta(days=1)),))
    assert line in words(card_blocks(shown))


def test_a_long_list_of_areas_says_how_many_more_there_are():
    shown = words(card_blocks(CARDS["every market"]))
    assert "and 7 more" in shown


def test_a_card_without_a_question_has_no_second_edit_button():
    assert "It is kept as typed" not in words(card_blocks(card(CHEN)))


def test_what_people_typed_never_calls_anybody():
    for text in ("<!channel>", "<@U0LEE>", "<https://example.com|here>"):
        shown = card_blocks(card(replace(wordy(CHEN, text), email="a@b.ca")))
        assert text not in words([block for block in shown if block["type"] != "header"])


def test_the_form_ticks_what_was_understood_and_keeps_the_rest_in_words():
    blocks = {
        block["block_id"]: block for block in edit_view(replace(CHEN, property_types="SFH, castles"), ORIGIN)["blocks"]
    }
    assert [option["value"] for option in blocks["types"]["element"]["initial_options"]] == ["SFR"]
    assert blocks["property_types"]["element"]["initial_value"] == "castles"
    assert "Nothing new" in words(blocks["basis"])
    empty = {block["block_id"]: block for block in new_view(QuickBuyer(), ORIGIN)["blocks"]}
    assert "initial_options" not in empty["types"]["element"]
