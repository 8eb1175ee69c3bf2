"""`/buyer` through signed requests: the form, the card and its buttons, lists, and what is refused where."""

import json

import pytest

from bot.slack.calls import STILL_SAVING
from bot.slack.ids import Action, View
from storage.buyers import buyer
from storage.contacts import consent_event
from tests.acceptance.harness.fakes import another_writer
from tests.acceptance.harness.rows import count, rows
from tests.acceptance.harness.texts import action_ids, element, initial, words

CHEN = {
    "Buyer's name": "Wei Chen",
    "Company": "Chen Homes",
    "Phone": "416-555-0177",
    "E-mail": "wei@example.com",
    "Areas": "Hamilton, GTA",
    "Property types": ["SFR", "MF"],
    "Minimum price": "300k",
    "Maximum price": "550,000",
    "Beds at least": "3",
    "Baths at least": "2",
    "Proof of funds": "2026-02-01",
    "Notes": "Pays cash.",
    "How may we contact them?": "They agreed in writing",
}


async def asked(line, text="", *, user="U0DANA"):
    return await line.command(text, name="/buyer", user=user)


async def taken_down(line, **changes):
    """Take down a buyer through the form; return the acknowledgement."""
    await asked(line)
    return await line.submit(line.slack.opened(), **{**CHEN, **changes})


def told(line):
    """The last thing that only one person was shown."""
    return line.slack.made("chat.postEphemeral")[-1]


# The form


async def test_a_bare_buyer_opens_the_empty_form(line):
    assert (await asked(line)).body == {}
    view = line.slack.opened()
    assert (view["callback_id"], view["title"]["text"]) == (View.BUYER, "New buyer")
    assert [initial(view, name) for name in ("name", "phone", "regions", "notes")] == [""] * 4


async def test_words_behind_the_command_fill_the_form(line):
    await asked(line, "Wei Chen <tel:4165550177|416-555-0177>, wei@example.com, Hamilton and GTA, duplex, cash only")
    view = line.slack.opened()
    names = ("name", "phone", "email", "regions", "notes")
    assert [initial(view, name) for name in names] == [
        "Wei Chen", "416-555-0177", "wei@example.com", "Hamilton and GTA", "cash only",
    ]  # fmt: skip
    types = next(block for block in view["blocks"] if block["block_id"] == "types")
    assert [option["value"] for option in types["element"]["initial_options"]] == ["MF"]


async def test_a_buyer_is_stored_before_the_form_closes_and_their_card_follows(line, sqlite):
    assert (await taken_down(line)).body == {}
    (stored,) = await rows(sqlite, buyer)
    assert (stored.number, stored.phone, stored.property_types) == (1, "+14165550177", "SFR, MF")
    card = told(line)
    assert (card["channel"], card["user"], card["text"]) == ("C0LEADS", "U0DANA", "Buyer B-1: Wei Chen")
    shown = words(card["blocks"])
    for expected in (
        "B-1  Wei Chen",
        "Chen Homes",
        "(416) 555-0177",
        "*Areas* Hamilton ON, Toronto ON",
        "*Types* multi-family building, single-family house",
        "*Price* 300,000 to 550,000",
        "*Rooms* 3 beds and 2 baths at least",
        "*Proof of funds* 1 Feb 2026",
        "*Record* never contacted",
        "*Consent* written consent of ",
        "does not count: there is no evidence of it",
        "Pays cash.",
    ):
        assert expected in shown
    assert action_ids(card) == [Action.ASK_GATE, Action.EDIT_BUYER, Action.RECORD_CONSENT, Action.PAUSE_BUYER]
    assert await count(sqlite, consent_event) == 3


async def test_without_a_channel_the_card_is_a_direct_message(line):
    await asked(line)
    line.slack.failing["chat.postEphemeral"] = "channel_not_found"
    await line.submit(line.slack.opened(), **CHEN)
    (said,) = line.slack.made("chat.postMessage")
    assert said["channel"] == "U0DANA"
    assert "B-1  Wei Chen" in words(said["blocks"])


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"Buyer's name": "  "}, "name", "Give the buyer's name"),
        ({"Phone": None, "E-mail": None}, "phone", "Give a phone number or an e-mail address"),
        ({"Phone": "12"}, "phone", "This phone number cannot be used"),
        ({"E-mail": "nobody"}, "email", "This e-mail address cannot be used"),
        ({"Minimum price": "600k"}, "min_price", "The minimum of 600,000 is above the maximum of 550,000"),
        ({"Minimum price": "-5"}, "min_price", "A price can't be below 0."),
        ({"Maximum price": "500"}, "max_price", "500 is not a price that property is bought at"),
        ({"Maximum price": "lots"}, "max_price", "is not clear as an amount"),
        ({"Beds at least": "2+1"}, "min_beds", "is not a number of bedrooms"),
        ({"Baths at least": "2.5"}, "min_baths", "is not a number of whole bathrooms"),
        ({"Proof of funds": "2999-01-01"}, "proof_of_funds_on", "can't be dated later than today"),
        ({"Areas": "x" * 1001}, "regions", "This has 1,001 characters; 1,000 fit."),
        ({"In their own words": "x" * 1001}, "property_types", "characters; 1,000 fit."),
    ],
)
async def test_what_the_form_refuses_is_said_at_its_field_and_nothing_is_stored(line, sqlite, changes, field, says):
    answer = await taken_down(line, **changes)
    assert list(answer.errors) == [field]
    assert says in answer.errors[field]
    assert await count(sqlite, buyer) == 0


async def test_every_wrong_field_is_named_at_once(line):
    answer = await taken_down(line, Phone="12", **{"Beds at least": "many", "Minimum price": "lots"})
    assert set(answer.errors) == {"phone", "min_beds", "min_price"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"E-mail": "a@example.com"}, "phone"), ({"Phone": None, "E-mail": "WEI@example.com"}, "email")],
)
async def test_a_second_buyer_with_the_same_contact_is_named_at_its_field(line, sqlite, changes, field):
    await taken_down(line)
    answer = await taken_down(line, **changes)
    assert list(answer.errors) == [field]
    assert "B-1, Wei Chen, has this" in answer.errors[field]
    assert await count(sqlite, buyer) == 1


async def test_a_form_that_is_delivered_twice_stores_one_buyer(line, sqlite):
    await asked(line)
    filled = line.filled(line.slack.opened(), **CHEN)
    for _ in range(2):
        assert (await line.resubmit(filled)).body == {}
    assert await count(sqlite, buyer) == 1


async def test_a_database_that_somebody_else_writes_to_keeps_the_form_open(line, sqlite, sqlite_url):
    await asked(line)
    filled = line.filled(line.slack.opened(), **CHEN)
    async with another_writer(sqlite_url.removeprefix("sqlite+aiosqlite:///")):
        answer = await line.resubmit(filled)
    assert answer.errors == {"name": STILL_SAVING}
    assert (await line.resubmit(filled)).body == {}
    assert await count(sqlite, buyer) == 1


async def test_areas_and_types_that_nobody_understands_are_kept_and_asked_about(line, sqlite):
    await taken_down(line, Areas="Hamilton, Narnia", **{"In their own words": "castles & towers"})
    (stored,) = await rows(sqlite, buyer)
    assert (stored.regions, stored.property_types) == ("Hamilton, Narnia", "SFR, MF, castles & towers")
    card = told(line)
    shown = words(card["blocks"])
    assert "*Where is “Narnia”?* It is kept as typed and not understood." in shown
    assert "*Which property type is “castles”, “towers”?*" in shown
    assert action_ids(card)[0] == Action.EDIT_BUYER
    await line.click(Action.EDIT_BUYER, "1")
    view = line.slack.opened()
    assert (initial(view, "regions"), initial(view, "property_types")) == ("Hamilton, Narnia", "castles, towers")


# The card's buttons


async def test_edit_opens_the_form_with_what_is_known_and_saves_what_was_changed(line, sqlite):
    await taken_down(line)
    await line.click(Action.EDIT_BUYER, "1", channel={"id": "C0LEADS"})
    view = line.slack.opened()
    assert view["title"]["text"] == "Edit B-1"
    assert [initial(view, name) for name in ("phone", "min_price", "max_price", "min_beds", "regions")] == [
        "+14165550177", "300,000", "550,000", "3", "Hamilton, GTA",
    ]  # fmt: skip
    assert (await line.submit(view, **{"Maximum price": "600k", "Company": None})).body == {}
    (stored,) = await rows(sqlite, buyer)
    assert (stored.max_price, stored.company, stored.notes) == (600_000, None, "Pays cash.")
    assert "300,000 to 600,000" in words(told(line)["blocks"])
    assert await count(sqlite, consent_event) == 3


async def test_two_people_who_edit_one_buyer_keep_both_changes_or_hear_of_each_other(line, sqlite):
    await taken_down(line)
    await line.click(Action.EDIT_BUYER, "1")
    view = line.slack.opened()
    first = line.filled(view, **{"Maximum price": "600k", "Areas": "Windsor"})
    second, third = line.filled(view, Notes="Pays late."), line.filled(view, **{"Maximum price": "650k", "Notes": "x"})
    assert (await line.resubmit(first, user="U0LEE")).body == {}
    assert (await line.resubmit(second)).body == {}
    answer = await line.resubmit(third)
    assert list(answer.errors) in (["max_price"], ["notes"])
    (text,) = answer.errors.values()
    assert "changed this to" in text
    assert "after you opened the form" in text
    (stored,) = await rows(sqlite, buyer)
    assert (stored.max_price, stored.regions, stored.notes) == (600_000, "Windsor", "Pays late.")


async def test_pause_and_resume_by_button_and_by_command(line, sqlite):
    await taken_down(line)
    await line.click(Action.PAUSE_BUYER, "1")
    assert (await rows(sqlite, buyer))[0].active is False
    card = line.slack.made("chat.postMessage")[-1]
    assert "*Paused*: no deal is matched with them" in words(card["blocks"])
    assert Action.RESUME_BUYER in action_ids(card)
    await line.click(Action.RESUME_BUYER, "1")
    assert (await rows(sqlite, buyer))[0].active is True
    for text, said in (
        ("pause B-1", "B-1 is paused now."),
        ("pause B-1", "B-1 is paused already."),
        ("resume 1", "B-1 is active now."),
    ):
        answer = await asked(line, text)
        assert (answer.text, answer.body["response_type"]) == (said, "ephemeral")


async def test_an_approver_removes_a_buyer_after_a_question_and_a_rep_does_not(line, sqlite):
    await taken_down(line)
    assert Action.REMOVE_BUYER not in action_ids((await asked(line, "B-1")).body)
    card = (await asked(line, "B-1", user="U0LEE")).body
    button = element(card, Action.REMOVE_BUYER)
    assert button["confirm"]["title"]["text"] == "Remove B-1?"
    await line.click(Action.REMOVE_BUYER, "1")
    assert "Only an approver or an admin may remove a buyer" in line.slack.made("chat.postMessage")[-1]["text"]
    await line.click(Action.REMOVE_BUYER, button["value"], user="U0LEE")
    assert (await rows(sqlite, buyer))[0].removed_at is not None
    assert "B-1 was removed." in line.slack.made("chat.postMessage")[-1]["text"]
    assert (await asked(line, "B-1")).text.startswith("B-1 was removed on ")


async def test_a_form_of_a_buyer_who_was_removed_meanwhile_says_so_and_stays_open(line):
    await taken_down(line)
    await line.click(Action.EDIT_BUYER, "1")
    filled = line.filled(line.slack.opened(), Notes="late")
    await line.click(Action.REMOVE_BUYER, "1", user="U0LEE")
    answer = await line.resubmit(filled)
    assert "B-1 was removed on " in answer.errors["name"]


# Lists and words


async def test_a_number_shows_the_buyer_to_the_person_alone(line):
    await taken_down(line)
    for text in ("B-1", "b1", "1", "#1", "show 1"):
        answer = await asked(line, text)
        assert (answer.body["response_type"], answer.text) == ("ephemeral", "Buyer B-1: Wei Chen")
    assert (await asked(line, "B-9")).text.startswith("There is no buyer B-9 here. Find them with `/buyer find`")


@pytest.mark.parametrize(
    "text", ["find chen", "find CHEN homes", "search 416-555-0177", "find wei@example.com", "find gta"]
)
async def test_find_lists_what_matches(line, text):
    await taken_down(line)
    answer = await asked(line, text)
    assert "*B-1*  Wei Chen, Chen Homes" in words(answer.body["blocks"])
    await line.click(Action.SHOW_BUYER, element(answer.body, Action.SHOW_BUYER)["value"])
    assert "B-1  Wei Chen" in words(line.slack.made("chat.postMessage")[-1]["blocks"])


async def test_find_without_a_match_or_a_word_says_what_to_do(line):
    assert (await asked(line, "find <!channel>")).text.startswith("No buyer matches “&lt;!channel&gt;”")
    assert (await asked(line, "find")).text == "Say what to look for: `/buyer find chen`."


async def test_the_list_counts_everybody(line):
    assert "None yet." in words((await asked(line, "list")).body["blocks"])
    await taken_down(line)
    answer = await asked(line, "list")
    assert answer.text == "The newest of 1 buyers, 1 of them active"
    assert "Hamilton, GTA · 300,000 to 550,000 · never contacted" in words(answer.body["blocks"])


@pytest.mark.parametrize("text", ["help", "?", "HELP"])
async def test_help_shows_what_buyer_does(line, text):
    assert "`/buyer find chen`" in (await asked(line, text)).text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lsit", "Did you mean `/buyer list`?"),
        ("pasue B-5", "Did you mean `/buyer pause B-5`?"),
        ("Okonkwo", "open the form with `/buyer new Okonkwo`"),
        ("pause", "Say which buyer: `/buyer pause B-5`."),
    ],
)
async def test_what_is_no_command_is_answered_with_what_was_meant(line, text, says):
    assert says in (await asked(line, text)).text
    assert line.slack.made("views.open") == []


# Over the whole program


async def test_the_card_that_was_clicked_is_replaced_in_its_place(stand):
    view = (await stand.command("/buyer", user="lee"))["view"]
    assert (await stand.submit(view, CHEN, user="lee"))["ok"]
    reply = (await stand.command("/buyer", "B-1", user="lee"))["reply"]

    async def shown():
        return next(row for row in await stand.messages(user="lee") if row["ts"] == reply["ts"])

    where = {"user": "lee", "channel": "leads", "ts": reply["ts"]}
    await stand.click(Action.PAUSE_BUYER, **where)
    assert "*Paused*" in words(await shown())
    edit = (await stand.click(Action.EDIT_BUYER, **where))["view"]
    assert json.loads(edit["private_metadata"])["response_url"]
    assert (await stand.submit(edit, {"Company": "Chen & Daughters"}, user="lee"))["ok"]
    assert "Chen &amp; Daughters" in words(await shown())
    await stand.click(Action.REMOVE_BUYER, **where)
    assert "*B-1 was removed.*" in words(await shown())
