"""Shortcuts, Home, every button and every form, each as one signed Slack request."""

from decimal import Decimal

import pytest

from bot.sandbox.elements import actionable
from bot.slack.ids import Action, Shortcut, View
from domain.zones import zone
from storage.leads import lead
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from storage.policies import market_policy
from tests.acceptance.harness.rows import change, count, leads, rows, tasks
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, element, initial, words


async def captured(line, **fields):
    """Take down a lead through the form."""
    await line.command()
    assert (await line.submit(line.slack.opened(), **{**FULL, **fields})).body == {}


def home_of(line):
    """The Home that was published last."""
    return line.slack.made("views.publish")[-1]["view"]


# Shortcuts and Home


async def test_the_shortcut_new_lead_opens_the_empty_form(line):
    assert (await line.shortcut(Shortcut.NEW_LEAD)).body == {}
    assert line.slack.opened()["callback_id"] == View.LEAD


async def test_the_shortcut_price_an_offer_opens_the_empty_form(line):
    assert (await line.shortcut(Shortcut.PRICE_OFFER)).body == {}
    assert line.slack.opened()["callback_id"] == View.OFFER


async def test_the_shortcut_of_a_message_opens_the_form_with_what_it_says(line):
    await line.shortcut(Shortcut.LEAD_FROM_MESSAGE, message="Call Mary Jones 416-555-0177, she sells 9 Elm St, London")
    assert initial(line.slack.opened(), "phone") == "416-555-0177"


async def test_a_message_without_text_opens_the_empty_form(line):
    await line.shortcut(Shortcut.LEAD_FROM_MESSAGE, message="")
    assert initial(line.slack.opened(), "notes") == ""


async def test_a_shortcut_that_we_do_not_have_is_answered_in_a_direct_message(line):
    await line.shortcut("gone_shortcut")
    (said,) = line.slack.made("chat.postMessage")
    assert (said["channel"], "nothing called gone_shortcut" in said["text"]) == ("U0DANA", True)


async def test_home_is_drawn_when_it_is_looked_at(line):
    await line.event(type="app_home_opened", user="U0DANA", tab="home", channel="D0DANA")
    assert home_of(line)["type"] == "home"
    assert "Nothing is waiting for you" in words(home_of(line))
    assert action_ids(home_of(line)) == [Action.NEW_LEAD, Action.PRICE]


async def test_the_messages_tab_draws_no_home(line):
    await line.event(type="app_home_opened", user="U0DANA", tab="messages", channel="D0DANA")
    assert line.slack.made("views.publish") == []


async def test_home_after_a_capture_shows_the_lead_and_the_next_steps(line):
    await captured(line)
    shown = words(home_of(line))
    assert "*L-1*  John Smith" in shown
    assert "Text *John Smith*, step 1" in shown


# Buttons


async def test_homes_button_opens_the_empty_form(line):
    await line.click(Action.NEW_LEAD, "new")
    assert line.slack.opened()["callback_id"] == View.LEAD


async def test_homes_price_button_opens_the_empty_offer_form(line):
    await line.click(Action.PRICE, "0")
    view = line.slack.opened()
    assert (view["callback_id"], initial(view, "arv")) == (View.OFFER, "")
    assert "Give the ARV" in words(view)


async def test_open_shows_the_lead_in_a_direct_message_where_there_is_no_channel(line):
    await captured(line)
    await line.click(Action.SHOW_LEAD, "1")
    said = line.slack.made("chat.postMessage")[-1]
    assert said["channel"] == "U0DANA"
    assert "(416) 555-0134" in words(said["blocks"])


async def test_price_on_a_card_opens_the_form_with_the_deals_numbers_and_their_price(line):
    await captured(line)
    await line.click(Action.PRICE, "1")
    view = line.slack.opened()
    assert (initial(view, "arv"), initial(view, "repairs")) == ("500,000", "40,000")
    assert "310,000.00" in words(view)


async def test_what_if_opens_the_form_with_the_priced_numbers(line):
    reply = await line.command("500k 40k Hamilton", name="/offer")
    await line.click(Action.WHAT_IF, element(reply.body, Action.WHAT_IF)["value"])
    view = line.slack.opened()
    assert [initial(view, field) for field in ("arv", "repairs", "place")] == ["500,000", "40,000", "Hamilton"]
    assert "310,000.00" in words(view)


async def test_what_if_of_a_price_without_a_market_keeps_the_province(line):
    reply = await line.command("500k 40k Manitoba", name="/offer")
    await line.click(Action.WHAT_IF, element(reply.body, Action.WHAT_IF)["value"])
    assert initial(line.slack.opened(), "place") == "Manitoba"
    assert "Offer for Manitoba" in words(line.slack.opened())


async def test_what_if_of_a_price_for_the_default_place_still_says_so(line):
    reply = await line.command("500k 40k", name="/offer")
    await line.click(Action.WHAT_IF, element(reply.body, Action.WHAT_IF)["value"])
    assert "Offer for Ontario* (the team's default place)" in words(line.slack.opened())


async def what_if(line, text):
    """Price something and open the form from the answer's button; return the form."""
    reply = await line.command(text, name="/offer")
    await line.click(Action.WHAT_IF, element(reply.body, Action.WHAT_IF)["value"])
    return line.slack.opened()


async def test_what_if_of_a_lead_stays_at_the_leads_own_city_and_its_tax(line):
    await captured(line, **{"Property address": "1 Main St, Mississauga, ON"})
    view = await what_if(line, "L-1")
    assert initial(view, "place") == ""
    assert "empty: the lead's place" in str(view["blocks"])
    assert "Ontario: verified" in words(view)
    assert "Toronto: verified" not in words(view)


async def test_what_if_of_a_suburb_keeps_the_place_as_it_was_typed(line):
    view = await what_if(line, "500k 40k in Mississauga")
    assert initial(view, "place") == "Mississauga"
    assert "Toronto: verified" not in words(view)


async def test_what_if_of_a_market_that_spans_two_provinces_prices_the_same_place_again(line):
    view = await what_if(line, "500k 40k Gatineau")
    assert initial(view, "place") == "Gatineau"
    assert "Offer for Ottawa QC" in words(view)


async def test_a_place_too_long_for_a_button_is_priced_without_one(line):
    reply = await line.command(f"500k 40k Hamilton ON {'near the lake ' * 150}", name="/offer")
    assert "310,000.00" in words(reply.body)
    assert Action.WHAT_IF not in action_ids(reply.body)


async def test_a_button_inside_a_modal_pushes_its_form_on_top(line):
    await line.command(name="/offer")
    await line.click(Action.PRICE, "0", view={**line.filled(line.slack.opened())})
    assert len(line.slack.made("views.push")) == 1


async def test_complete_the_address_opens_the_form_with_the_present_one(line):
    await captured(line, **{"Property address": "the blue house by the lake"})
    await line.click(Action.COMPLETE_PLACE, "1")
    view = line.slack.opened()
    assert (view["callback_id"], initial(view, "address")) == (View.PLACE, "the blue house by the lake")


async def test_typing_in_the_offer_form_redraws_the_price(line):
    await line.command(name="/offer")
    await line.type_in(line.slack.opened(), ARV="500k", Repairs="40k", Place="Hamilton")
    redrawn = line.slack.made("views.update")[-1]
    assert redrawn["hash"] == "1.a"
    assert "310,000.00" in words(redrawn["view"])
    assert "not kept yet" in words(redrawn["view"])


async def test_an_amount_half_typed_says_what_is_unclear_and_keeps_the_fields(line):
    await line.command(name="/offer")
    view = line.slack.opened()
    await line.type_in(view, ARV="1.125", Repairs="40k")
    redrawn = line.slack.made("views.update")[-1]["view"]
    assert "is not clear as an amount" in words(redrawn)
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in redrawn["blocks"] if block["type"] == "input"] == inputs


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_redraw_that_was_overtaken_bothers_nobody(line, error):
    await line.command(name="/offer")
    line.slack.failing["views.update"] = error
    assert (await line.type_in(line.slack.opened(), ARV="500k", Repairs="40k")).status == 200
    assert line.slack.made("chat.postMessage") == []


async def test_a_button_of_another_release_is_answered_in_plain_words(line):
    assert (await line.click("gone_button", "1")).status == 200
    (said,) = line.slack.made("chat.postMessage")
    assert "nothing called gone_button" in said["text"]


async def test_a_form_that_did_not_open_in_time_is_answered_with_what_was_typed(line):
    line.slack.failing["views.open"] = "expired_trigger_id"
    await line.command("John Smith 416-555-0134")
    (said,) = line.slack.made("chat.postMessage")
    assert "You typed: /lead John Smith 416-555-0134" in said["text"]


# Forms


async def test_a_lead_form_is_stored_before_it_is_acknowledged_and_its_card_follows(line, sqlite):
    await captured(line)
    (stored,) = await leads(sqlite)
    assert (stored.number, stored.phone, stored.rep_id) == (1, "+14165550134", "U0DANA")
    (card,) = line.slack.made("chat.postMessage")
    assert card["channel"] == "C0LEADS"
    assert card["metadata"] == {"event_type": "lead_card", "event_payload": {"lead_id": stored.id, "number": 1}}
    assert (stored.channel_id, stored.card_ts is not None, stored.permalink is not None) == ("C0LEADS", True, True)


async def test_wrong_fields_of_a_lead_go_back_to_their_fields(line, sqlite):
    await line.command()
    fields = {**FULL, "Phone": "12", "E-mail": "nobody", "ARV": "lots", "Repairs": "-5", "Beds": "2+1"}
    answer = await line.submit(line.slack.opened(), **fields)
    assert answer.body["response_action"] == "errors"
    assert set(answer.errors) == {"phone", "email", "arv", "repairs", "beds"}
    assert await count(sqlite, lead) == 0


async def test_an_offer_form_is_priced_kept_and_shown_in_its_place(line, sqlite):
    await line.command(name="/offer")
    answer = await line.submit(line.slack.opened(), ARV="500k", Repairs="40k", Place="Hamilton")
    assert answer.body["response_action"] == "update"
    assert "evidence E-1" in words(answer.body["view"])
    assert await count(sqlite, offer_evidence) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ARV": "lots", "Repairs": "40k"}, "arv"),
        ({"ARV": "500k"}, "repairs"),
        ({"Repairs": "40k"}, "arv"),
        ({"ARV": "500k", "Repairs": "-40k"}, "repairs"),
        ({"ARV": "500k", "Repairs": "40k", "Months of holding": "many"}, "holding_months"),
        ({"ARV": "500k", "Repairs": "40k", "Holding cost": "-1"}, "holding_cost"),
        ({"ARV": "500k", "Repairs": "40k", "Place": "Atlantis"}, "place"),
    ],
)
async def test_what_the_offer_form_refuses_is_said_at_its_field(line, sqlite, fields, field):
    await line.command(name="/offer")
    answer = await line.submit(line.slack.opened(), **fields)
    assert list(answer.errors) == [field]
    assert await count(sqlite, offer_evidence) == 0


async def test_an_offer_form_of_a_lead_carries_the_lead(line, sqlite):
    await captured(line)
    await line.click(Action.PRICE, "1")
    await line.submit(line.slack.opened(), ARV="520k")
    assert [evidence.lead_id for evidence in await rows(sqlite, offer_evidence)] == [1, 1]


async def test_an_address_that_leads_somewhere_plans_prices_and_updates_the_card(line, sqlite):
    await captured(line, **{"Property address": "the blue house", "Phone": None})
    await line.click(Action.COMPLETE_PLACE, "1")
    assert (await line.submit(line.slack.opened(), Property_address="12 King St W, Hamilton ON")).body == {}
    (stored,) = await leads(sqlite)
    assert (stored.province, stored.market, stored.missing) == ("ON", "Hamilton", {})
    assert len(await tasks(sqlite, stored.id)) == 6
    (update,) = line.slack.made("chat.update")
    assert (update["ts"], "$310,000.00" in words(update["blocks"])) == (stored.card_ts, True)


@pytest.mark.parametrize("address", ["", "the green house"])
async def test_an_address_that_leads_nowhere_is_refused_at_its_field(line, sqlite, address):
    await captured(line, **{"Property address": "the blue house", "Phone": None})
    await line.click(Action.COMPLETE_PLACE, "1")
    answer = await line.submit(line.slack.opened(), Property_address=address)
    assert list(answer.errors) == ["address"]
    assert (await leads(sqlite))[0].address == "the blue house"


async def test_a_corrected_address_moves_the_open_steps_and_prices_by_the_policy_of_the_new_place(line, sqlite):
    await captured(line)
    await change(sqlite, offer_policy, {"max_arv_multiplier": Decimal("0.60")}, province="BC")
    before = await tasks(sqlite, 1)
    await line.click(Action.COMPLETE_PLACE, "1")
    assert (await line.submit(line.slack.opened(), Property_address="800 Robson St, Vancouver BC")).body == {}
    after = await tasks(sqlite, 1)
    assert [task.id for task in after] == [task.id for task in before]
    assert {(task.province, task.market) for task in after} == {("BC", "Vancouver")}
    vancouver = zone("America/Vancouver")
    assert all(9 <= task.due_at.astimezone(vancouver).hour < 20 for task in after)
    assert "$260,000.00" in words(line.slack.made("chat.update")[-1])


async def test_an_address_where_nobody_may_be_contacted_is_refused_while_steps_are_open(line, sqlite):
    await captured(line)
    await change(sqlite, market_policy, {"enabled": False}, province="BC")
    await line.click(Action.COMPLETE_PLACE, "1")
    answer = await line.submit(line.slack.opened(), Property_address="800 Robson St, Vancouver BC")
    assert "No contact policy lets anybody be contacted there" in answer.errors["address"]
    assert (await leads(sqlite))[0].province == "ON"


# Which of several places


TWO_PLACES = "12 Main St, Albany"
"""Alberta and Prince Edward Island both have one."""


async def test_an_address_in_two_places_is_asked_about_and_the_choice_settles_it(line, sqlite):
    await captured(line, **{"Property address": TWO_PLACES, "Phone": None})
    card = line.slack.made("chat.postMessage")[-1]
    assert "*Which one?*" in words(card)
    (wanted,) = [each for _, each in actionable(card["blocks"]) if each.get("value", "").startswith("1|PE|")]
    assert (await leads(sqlite))[0].zones == ["America/Edmonton", "America/Halifax"]
    await line.click(wanted["action_id"], wanted["value"])
    (stored,) = await leads(sqlite)
    assert (stored.province, stored.zones, stored.location_set_by) == ("PE", ["America/Halifax"], "U0DANA")
    updated = line.slack.made("chat.update")[-1]
    assert updated["ts"] == stored.card_ts
    assert "*Which one?*" not in words(updated)
    assert {task.province for task in await tasks(sqlite, stored.id)} == {"PE"}


async def test_a_choice_that_somebody_made_before_is_explained(line, sqlite):
    await captured(line, **{"Property address": TWO_PLACES, "Phone": None})
    for _ in range(2):
        await line.click(f"{Action.CHOOSE_PLACE}:1", "1|PE|ALL")
    said = line.slack.made("chat.postMessage")[-1]
    assert said["channel"] == "U0DANA"
    assert "PE" in said["text"]
    assert (await leads(sqlite))[0].province == "PE"
