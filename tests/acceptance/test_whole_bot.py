"""A team's work in the sandbox, end to end, over Socket Mode and over signed HTTP."""

import pytest

from bot.slack.ids import Action, View
from storage.offers import offer_evidence
from tests.acceptance.harness.rows import count, leads, tasks
from tests.acceptance.harness.stand import http_stand
from tests.acceptance.harness.texts import action_ids, initial, words

FULL_PHONE, MASKED_PHONE = "(416) 555-0134", "(416) •••-0134"


async def test_a_field_error_first_then_the_lead_and_its_masked_card(stand):
    view = (await stand.command("/lead"))["view"]
    refused = await stand.submit(view, {"Seller's name": "John Smith", "Phone": "12", "ARV": "500k"})
    assert (refused["ok"], list(refused["errors"])) == (False, ["phone"])
    assert refused["view"]["state"]["values"]["arv"]["value"]["value"] == "500k"
    taken = await stand.submit(
        view, {"Phone": "416-555-0134", "Repairs": "40k", "Property address": "12 King St W, Hamilton ON"}
    )
    assert (taken["ok"], taken["view"]) == (True, None)
    (card,) = await stand.cards(user="lee")
    assert MASKED_PHONE in words(card)
    assert FULL_PHONE not in words(card)
    assert "*Offer* $310,000.00" in words(card)
    assert "$310,000.00" in card["text"]
    assert card["metadata"]["event_type"] == "lead_card"
    assert "John" not in card["text"]


async def test_quick_text_fills_the_form_and_saving_it_takes_one_press(stand):
    text = "John Smith 416-555-0134, 12 King St W Hamilton, ARV 500k repairs 40k"
    view = (await stand.command("/lead", text))["view"]
    assert (initial(view, "name"), initial(view, "arv")) == ("John Smith", "500k")
    assert (await stand.submit(view, {}))["ok"]
    assert "*Offer* $310,000.00" in words(await stand.cards())


async def test_my_own_lead_shows_me_the_full_phone_and_nobody_sees_the_answer(stand):
    await stand.capture()
    reply = (await stand.command("/lead", "1"))["reply"]
    assert reply["ephemeral"]
    assert FULL_PHONE in words(reply)
    assert [row for row in await stand.messages(user="lee") if row["ephemeral"]] == []


async def test_who_may_see_a_phone_number_sees_it_and_a_rep_sees_another_reps_masked(stand):
    await stand.capture(user="lee")
    shown = {user: words((await stand.command("/lead", "1", user=user))["reply"]) for user in ("dana", "lee", "sam")}
    assert {user: FULL_PHONE in text for user, text in shown.items()} == {"dana": False, "lee": True, "sam": True}
    assert MASKED_PHONE in shown["dana"]
    assert "john@example.com" not in shown["dana"]
    listed = words((await stand.command("/lead", "find smith", user="dana"))["reply"])
    assert (MASKED_PHONE in listed, FULL_PHONE in listed) == (True, False)


async def test_amounts_are_priced_in_a_message_that_only_i_see(stand):
    reply = (await stand.command("/offer", "500k 40k Hamilton"))["reply"]
    assert reply["ephemeral"]
    assert "310,000.00" in words(reply)
    assert await count(stand.database, offer_evidence) == 1


async def test_what_if_opens_the_numbers_and_each_keystroke_prices_them_again(stand):
    reply = (await stand.command("/offer", "500k 40k Hamilton"))["reply"]
    view = (await stand.click(Action.WHAT_IF, channel="leads", ts=reply["ts"]))["view"]
    assert (view["callback_id"], initial(view, "arv")) == (View.OFFER, "500,000")
    typed = {"values": {"arv": {Action.OFFER_INPUT: "520k"}}}
    answer = await stand.click(Action.OFFER_INPUT, view_id=view["id"], block_id="arv", value="520k", **typed)
    assert "324,000.00" in words(answer["view"])
    answer = await stand.click(Action.OFFER_INPUT, view_id=view["id"], block_id="repairs", value="1.125")
    assert "is not clear as an amount" in words(answer["view"])
    answer = await stand.click(Action.OFFER_INPUT, view_id=view["id"], block_id="repairs", value="100k")
    assert "264,000.00" in words(answer["view"])
    assert await count(stand.database, offer_evidence) == 1
    kept = await stand.submit(answer["view"], {})
    assert (kept["ok"], kept["view"]["callback_id"]) == (True, View.OFFER_SHOWN)
    assert "264,000.00" in words(kept["view"])
    assert await count(stand.database, offer_evidence) == 2


async def test_the_card_asks_for_a_missing_address_and_its_button_completes_it(stand):
    await stand.capture(**{"Property address": "the blue house", "Phone": None})
    (card,) = await stand.cards()
    assert "complete the address" in words(card)
    view = (await stand.click(Action.COMPLETE_PLACE, channel="leads", ts=card["ts"]))["view"]
    assert initial(view, "address") == "the blue house"
    assert (await stand.submit(view, {"Property address": "12 King St W, Hamilton ON"}))["ok"]
    (mended,) = await stand.cards()
    assert (mended["ts"], mended["edited"]) == (card["ts"], True)
    assert "*Offer* $310,000.00" in words(mended)
    assert "complete the address" not in words(mended)
    (stored,) = await leads(stand.database)
    assert len(await tasks(stand.database, stored.id)) == 6


async def test_home_shows_the_captured_lead_and_its_buttons_work(stand):
    await stand.slack.post("home_opened", user="dana")
    await stand.capture()
    home = await stand.slack.get("home", user="dana")
    assert "*L-1*  John Smith" in words(home)
    assert "step 1" in words(home)
    assert {Action.NEW_LEAD, Action.PRICE, Action.SHOW_LEAD} <= set(action_ids(home))
    opened = await stand.click(Action.NEW_LEAD, view_id="home")
    assert opened["view"]["callback_id"] == View.LEAD


async def test_a_lead_taken_down_in_another_channel_is_answered_there_with_a_link(stand):
    await stand.capture(channel="kpi")
    (told,) = await stand.messages("kpi")
    assert told["ephemeral"]
    assert "|L-1>" in told["text"]


async def test_a_message_becomes_a_lead_through_its_shortcut(stand):
    text = "Mary Jones 416-555-0177 sells 9 Elm St, London ON"
    ts = (await stand.slack.post("say", user="dana", channel="leads", text=text))["ts"]
    asked = {"user": "dana", "callback_id": "lead_from_message", "channel": "leads", "ts": ts}
    view = (await stand.slack.post("shortcut", **asked))["view"]
    assert initial(view, "phone") == "416-555-0177"
    assert (await stand.submit(view, {}))["ok"]


@pytest.mark.parametrize(("callback_id", "form"), [("new_lead", View.LEAD), ("price_offer", View.OFFER)])
async def test_the_global_shortcuts_open_their_forms(stand, callback_id, form):
    view = (await stand.slack.post("shortcut", user="dana", callback_id=callback_id))["view"]
    assert view["callback_id"] == form


async def test_a_command_is_acknowledged_in_a_fraction_of_slacks_three_seconds(stand):
    await stand.command("/lead", "help")
    assert (await stand.command("/lead", "help"))["ack_ms"] < 1_000


async def test_over_http_an_unsigned_request_is_refused(sqlite_url):
    async with http_stand(sqlite_url) as stand:
        answer = await stand.slack.http.post(f"{stand.origin}/slack/events", data={"command": "/lead"})
        assert answer.status == 401
