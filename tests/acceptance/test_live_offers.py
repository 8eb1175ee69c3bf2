"""Offers that live: saved from a price, presented, countered and decided, through signed requests and in the sandbox."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.slack.ids import Action, View
from bot.slack.live_offers import expire_offers
from storage.audit import audit_entry
from storage.deals import deal
from storage.leads import lead
from storage.live_offers import offer
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from tests.acceptance.harness.rows import change, count, kpis, rows
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import action_ids, element, initial, words

TUESDAY = datetime(2026, 11, 24, 14, tzinfo=UTC)
"""09:00 in Hamilton."""
FRIDAYS_END = datetime(2026, 11, 28, 5, tzinfo=UTC)


@pytest.fixture
async def deals(line):
    """A line to a team with Dana's lead L-1, whose deal D-1 is priced at 310,000."""
    line.clock.move_to(TUESDAY)
    await line.command()
    assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    return line


def posted(line):
    """What was said, apart from the threads of lead cards."""
    return [one for one in line.slack.made("chat.postMessage") if "thread_ts" not in one]


def told(line):
    """What was said last to one person."""
    return posted(line)[-1]


async def present(line, *, user="U0DANA", **fields):
    """Open the form for D-1 and submit it, as it opens unless fields are given."""
    await line.click(Action.PRESENT_OFFER, "1", user=user)
    return await line.submit(line.slack.opened(), user=user, **fields)


async def press(line, action, *, user="U0DANA"):
    """Press a button of D-1's offer, as the newest card that anybody was shown carries it."""
    shown = next(one for one in reversed(posted(line)) if action in action_ids(one))
    return await line.click(action, element(shown, action)["value"], user=user)


# Saving a price


async def test_the_price_of_a_lead_is_saved_by_its_button_and_shown_as_saved(deals, sqlite):
    reply = await deals.command("L-1 520k 30k", name="/offer")
    assert action_ids(reply.body) == [Action.WHAT_IF, Action.SAVE_TO_DEAL, Action.WRITE_OFFER]
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    said = words(told(deals)["blocks"])
    assert "*Saved to D-1* with ARV 520,000 and repairs 30,000. The offer of $334,000.00 is drafted." in said
    assert "Recommended offer" in said
    assert action_ids(told(deals)) == [Action.PRESENT_OFFER, Action.WRITE_OFFER, Action.WHAT_IF]
    (row,) = await rows(sqlite, deal)
    assert (row.arv, row.offer, row.evidence_id, row.stage) == (520_000, 334_000, 2, "draft")
    assert [(one.status, one.amount) for one in await rows(sqlite, offer)] == [("drafted", 334_000)]
    assert "$334,000.00" in words(deals.slack.made("chat.update")[-1]["blocks"])


async def test_a_price_that_was_kept_from_the_form_is_saved_in_its_modal(deals, sqlite):
    await deals.click(Action.PRICE, "1")
    kept = (await deals.submit(deals.slack.opened(), ARV="520k")).body["view"]
    assert kept["title"]["text"] == "Price kept"
    value = element(kept, Action.SAVE_TO_DEAL)["value"]
    await deals.click(Action.SAVE_TO_DEAL, value, view=deals.filled(kept))
    saved = deals.slack.made("views.update")[-1]["view"]
    assert saved["callback_id"] == View.OFFER_SHOWN
    assert "*Saved to D-1*" in words(saved)
    assert Action.SAVE_TO_DEAL not in action_ids(saved)
    assert (await rows(sqlite, offer))[0].amount == 324_000


@pytest.mark.parametrize("typed", ["500k 40k", "L-1 100k 90k"])
async def test_a_price_without_a_lead_and_a_price_that_is_none_have_no_button(deals, typed):
    reply = await deals.command(typed, name="/offer")
    assert Action.SAVE_TO_DEAL not in action_ids(reply.body)


@pytest.mark.parametrize("stage", ["under_agreement", "marketed", "assigned", "closed", "lost"])
async def test_a_deal_past_its_offers_has_no_button_and_an_old_one_says_why_not(deals, sqlite, stage):
    reply = await deals.command("L-1", name="/offer")
    await change(sqlite, deal, {"stage": stage})
    assert Action.SAVE_TO_DEAL not in action_ids((await deals.command("L-1", name="/offer")).body)
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    assert "Offers are made and decided while a deal is a draft or offered" in told(deals)["text"]
    assert await count(sqlite, offer) == 0


async def test_a_low_confidence_still_warns_where_the_price_is_saved(deals):
    await deals.command("comps L-1", name="/offer")
    sales = "400k 1450sqft 30d 1km\n700k 1450sqft 30d 1km"
    await deals.submit(deals.slack.opened(), Square_feet="1450", Comparable_sales=sales)
    reply = await deals.command("L-1", name="/offer")
    assert "needs a second look" in words(reply.body["blocks"])
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    assert "needs a second look" in words(told(deals)["blocks"])
    assert "*Saved to D-1*" in words(told(deals)["blocks"])


async def test_a_policy_that_changed_after_the_price_is_said(deals, sqlite):
    reply = await deals.command("L-1", name="/offer")
    await change(sqlite, offer_policy, {"max_arv_multiplier": Decimal("0.68"), "version": 2}, province="ON")
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    said = words(told(deals)["blocks"])
    assert ":warning: It was priced by policy ON/ALL v1; ON/ALL v2 stands now." in said


# Presenting


async def test_an_offer_is_presented_from_the_form_and_both_cards_say_so(deals, sqlite):
    assert (await present(deals, Amount="305k", How_it_was_presented="by phone")).body == {}
    (row,) = await rows(sqlite, offer)
    assert (row.status, row.amount, row.evidence_id, row.note) == ("presented", 305_000, 1, "by phone")
    assert row.expires_at == FRIDAYS_END
    assert (await rows(sqlite, deal))[0].stage == "offered"
    said = words(told(deals)["blocks"])
    assert "*Offer $305,000.00* · *Presented*" in said
    assert "seller's time: the end of Fri 27 Nov" in said
    assert "$5,000.00 below MAO $310,000.00 · E-1" in said
    assert set(action_ids(told(deals))) > {Action.ACCEPT_OFFER, Action.COUNTER_OFFER, Action.REJECT_OFFER}
    assert "D-1 Offered" in words(deals.slack.made("chat.update")[-1]["blocks"])
    assert [event.metric for event in await kpis(sqlite, "offer:1")] == ["offer_generated", "offer_presented"]


async def test_the_form_says_what_an_amount_means_while_it_is_typed(deals, sqlite):
    await deals.click(Action.PRESENT_OFFER, "1")
    view = deals.slack.opened()
    assert (view["callback_id"], initial(view, "amount")) == (View.PRESENT, "310,000")
    await deals.type_in(view, Action.PRESENT_INPUT, Amount="315k")
    redrawn = deals.slack.made("views.update")[-1]["view"]
    hint = next(block for block in redrawn["blocks"] if block.get("block_id") == "amount")["hint"]["text"]
    assert hint.startswith("It lies $5,000.00 above MAO")
    assert await count(sqlite, offer) == 0


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({"Amount": "0"}, "amount", "An offer is an amount above 0."),
        ({"Amount": "-5"}, "amount", "An offer is an amount above 0."),
        ({"Amount": "1.125"}, "amount", "is not clear as an amount"),
        ({"Open_until": "2026-11-23"}, "expires_on", "23 Nov 2026 is over where the property is"),
        ({"Open_until": "2027-03-01"}, "expires_on", "An offer stays open for 90 days at most: until 22 Feb 2027."),
        ({"How_it_was_presented": "x" * 501}, "note", "The note has 501 characters; 500 fit."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_presented(deals, sqlite, fields, at, said):
    answer = await present(deals, **fields)
    assert set(answer.errors) == {at}
    assert said in answer.errors[at]
    assert (await rows(sqlite, deal))[0].stage == "draft"
    assert await count(sqlite, offer) == 0


async def test_a_deal_without_a_price_says_so_in_place_of_the_form(deals, sqlite):
    await change(sqlite, deal, {"offer": None, "evidence_id": None})
    await deals.click(Action.PRESENT_OFFER, "1")
    assert "D-1 has no price yet, so there is nothing to present." in told(deals)["text"]
    assert deals.slack.made("views.open")[1:] == []


async def test_the_same_form_sent_twice_presents_once(deals, sqlite):
    await deals.click(Action.PRESENT_OFFER, "1")
    filled = deals.filled(deals.slack.opened())
    assert [(await deals.resubmit(filled)).body for _ in range(2)] == [{}, {}]
    assert await count(sqlite, offer) == 1
    assert len(await kpis(sqlite, "offer:1")) == 2


async def test_who_presents_after_somebody_else_sees_their_offer_first(deals, sqlite):
    await deals.click(Action.PRESENT_OFFER, "1")
    form = deals.slack.opened()
    await present(deals, user="U0LEE", Amount="300k")
    answer = await deals.submit(form, Amount="305k")
    again = answer.body["view"]
    assert answer.body["response_action"] == "update"
    assert "Meanwhile an offer of $300,000.00 was presented by Lee Tremblay on Tue 24 Nov 09:0" in words(again)
    assert initial(again, "amount") == "305k"
    assert await count(sqlite, offer) == 1
    assert (await deals.submit(again)).body == {}
    assert [(one.status, one.amount) for one in await rows(sqlite, offer)] == [
        ("withdrawn", 300_000),
        ("presented", 305_000),
    ]


async def test_another_reps_deal_is_not_theirs_to_present(deals, sqlite):
    await change(sqlite, lead, {"rep_id": "U0MAX"})
    await deals.click(Action.PRESENT_OFFER, "1")
    assert "L-1 is another rep's" in told(deals)["text"]


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        (lead, {"rep_id": "U0MAX"}, "L-1 is another rep's"),
        (deal, {"stage": "lost"}, "D-1 stands at Lost. Offers are made and decided while"),
    ],
)
async def test_what_concerns_no_field_is_said_at_the_first_one(deals, sqlite, table, values, said):
    await deals.click(Action.PRESENT_OFFER, "1")
    form = deals.slack.opened()
    await change(sqlite, table, values)
    assert said in (await deals.submit(form)).errors["amount"]
    assert await count(sqlite, offer) == 0


async def test_an_offer_of_a_deal_that_moved_on_is_not_countered_any_more(deals, sqlite):
    await present(deals)
    card = told(deals)
    await press(deals, Action.COUNTER_OFFER)
    form = deals.slack.opened()
    await change(sqlite, deal, {"stage": "lost"})
    assert "D-1 stands at Lost" in (await deals.submit(form, The_seller_asks="320k")).errors["counter_amount"]
    await deals.click(Action.ACCEPT_OFFER, element(card, Action.ACCEPT_OFFER)["value"])
    assert "D-1 stands at Lost" in posted(deals)[-2]["text"]
    await change(sqlite, lead, {"rep_id": "U0MAX"})
    assert "L-1 is another rep's" in (await deals.submit(form, The_seller_asks="321k")).errors["counter_amount"]


# Deciding


async def test_a_counter_is_asked_for_and_agreed_to(deals, sqlite):
    await present(deals, Amount="300k")
    await press(deals, Action.COUNTER_OFFER)
    form = deals.slack.opened()
    assert (form["callback_id"], "*D-1* offered $300,000.00" in words(form)) == (View.COUNTER, True)
    assert (await deals.submit(form, The_seller_asks="320k")).body == {}
    assert "*Counter $320,000.00* · :warning: $10,000.00 above MAO" in words(told(deals)["blocks"])
    assert "Answer the counter of 320,000" in words(told(deals)["blocks"])
    await press(deals, Action.ACCEPT_OFFER, user="U0LEE")
    (row,) = await rows(sqlite, offer)
    assert (row.status, row.counter_amount, row.decided_by) == ("accepted", 320_000, "U0LEE")
    assert "*Accepted* at $320,000.00" in words(told(deals)["blocks"])
    assert [event.metric for event in await kpis(sqlite, "offer:1")][2:] == ["offer_accepted"]
    assert (await kpis(sqlite, "offer:1"))[-1].value == 320_000


@pytest.mark.parametrize(
    ("typed", "said"), [("0", "A counter is an amount above 0."), ("lots", '"lots" is not clear as an amount.')]
)
async def test_a_counter_that_is_wrong_is_said_at_its_field(deals, typed, said):
    await present(deals)
    await press(deals, Action.COUNTER_OFFER)
    answer = await deals.submit(deals.slack.opened(), The_seller_asks=typed)
    assert said in answer.errors["counter_amount"]


@pytest.mark.parametrize(
    ("action", "status"), [(Action.REJECT_OFFER, "rejected"), (Action.WITHDRAW_OFFER, "withdrawn")]
)
async def test_an_offer_is_turned_down_or_taken_back_by_its_button(deals, sqlite, action, status):
    await present(deals)
    await press(deals, action)
    assert [one.status for one in await rows(sqlite, offer)] == [status]
    assert f"*{status.capitalize()}*" in words(told(deals)["blocks"])
    assert "Make another offer or mark it lost" in words(told(deals)["blocks"])


@pytest.mark.parametrize(
    "action", [Action.ACCEPT_OFFER, Action.REJECT_OFFER, Action.WITHDRAW_OFFER, Action.COUNTER_OFFER]
)
async def test_a_click_on_what_somebody_decided_meanwhile_hears_who_and_gets_the_fresh_card(deals, sqlite, action):
    await present(deals)
    card = told(deals)
    await press(deals, Action.ACCEPT_OFFER, user="U0LEE")
    opened = len(deals.slack.made("views.open"))
    await deals.click(action, element(card, action)["value"])
    told_why, fresh = posted(deals)[-2:]
    assert told_why["text"].startswith("This offer was accepted by Lee Tremblay on Tue 24 Nov 09:0")
    assert "*Accepted* at $310,000.00" in words(fresh["blocks"])
    assert len(deals.slack.made("views.open")) == opened
    assert [one.verb for one in await rows(sqlite, audit_entry)].count("offer_accepted") == 1


async def test_a_counter_that_comes_too_late_stays_in_its_form_and_says_why(deals, sqlite):
    await present(deals)
    await press(deals, Action.COUNTER_OFFER)
    form = deals.slack.opened()
    await press(deals, Action.REJECT_OFFER, user="U0LEE")
    answer = await deals.submit(form, The_seller_asks="320k")
    assert answer.errors["counter_amount"].startswith("This offer was rejected by Lee Tremblay on")
    assert "*Rejected*" in words(told(deals)["blocks"])
    assert (await rows(sqlite, offer))[0].counter_amount is None


async def test_agreeing_to_an_offer_that_was_countered_meanwhile_is_asked_again(deals, sqlite):
    await present(deals)
    card = told(deals)
    await press(deals, Action.COUNTER_OFFER, user="U0LEE")
    await deals.submit(deals.slack.opened(), user="U0LEE", The_seller_asks="320k")
    await deals.click(Action.ACCEPT_OFFER, element(card, Action.ACCEPT_OFFER)["value"])
    told_why, fresh = posted(deals)[-2:]
    assert "a counter was written down: $320,000.00 is on the table" in told_why["text"]
    assert "Agree to $320,000.00" in words(fresh["blocks"])
    assert [one.status for one in await rows(sqlite, offer)] == ["countered"]


async def test_a_draft_is_discarded_by_its_button(deals, sqlite):
    reply = await deals.command("L-1", name="/offer")
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    shown = (await deals.command("D-1", name="/deal")).body
    await deals.click(Action.WITHDRAW_OFFER, element(shown, Action.WITHDRAW_OFFER)["value"])
    assert [one.status for one in await rows(sqlite, offer)] == ["withdrawn"]
    assert (await rows(sqlite, deal))[0].stage == "draft"


# The end


async def test_an_offer_that_is_over_expires_by_the_timetable_and_the_leads_card_follows(deals, sqlite):
    await present(deals)
    updates = len(deals.slack.made("chat.update"))
    deals.clock.move_to(FRIDAYS_END - timedelta(seconds=30))
    await expire_offers(deals.desk, "T0SANDBOX")
    assert len(deals.slack.made("chat.update")) == updates
    deals.clock.move_to(FRIDAYS_END)
    await expire_offers(deals.desk, "T0SANDBOX")
    assert [one.status for one in await rows(sqlite, offer)] == ["expired"]
    assert len(deals.slack.made("chat.update")) == updates + 1
    shown = (await deals.command("D-1", name="/deal")).body
    assert "*Expired*" in words(shown)
    assert Action.ACCEPT_OFFER not in action_ids(shown)


async def test_a_card_that_slack_does_not_take_keeps_no_other_offer_open(deals, sqlite):
    await deals.command()
    await deals.submit(deals.slack.opened(), **FULL)
    for number in ("1", "2"):
        await deals.click(Action.PRESENT_OFFER, number)
        await deals.submit(deals.slack.opened())
    deals.slack.failing["chat.update"] = RuntimeError("broken")
    deals.clock.move_to(FRIDAYS_END)
    await expire_offers(deals.desk, "T0SANDBOX")
    assert [one.status for one in await rows(sqlite, offer)] == ["expired", "expired"]


async def test_what_was_presented_keeps_its_evidence_when_the_deal_is_priced_anew(deals, sqlite):
    await present(deals)
    (before,) = await rows(sqlite, offer)
    reply = await deals.command("L-1 520k", name="/offer")
    await deals.click(Action.SAVE_TO_DEAL, element(reply.body, Action.SAVE_TO_DEAL)["value"])
    after, draft = await rows(sqlite, offer)
    assert after == before
    assert (draft.status, draft.evidence_id) == ("drafted", 2)
    shown = words((await deals.command("D-1", name="/deal")).body)
    assert "The deal is priced anew since: $324,000.00, MAO $324,000.00 · E-2" in shown
    assert (await rows(sqlite, offer_evidence))[0].recommended_offer == 310_000


# In the sandbox


async def test_in_the_sandbox_a_price_goes_from_the_command_to_the_seller_in_place(socket):
    await socket.capture()
    await socket.command("/offer", "L-1")
    (priced,) = [row for row in await socket.messages() if row["ephemeral"] and "Recommended offer" in json.dumps(row)]
    await socket.click(Action.SAVE_TO_DEAL, channel="leads", ts=priced["ts"])
    (saved,) = [row for row in await socket.messages() if row["ephemeral"] and "Recommended offer" in json.dumps(row)]
    assert "Saved to D-1" in words(saved["blocks"])
    form = (await socket.click(Action.PRESENT_OFFER, channel="leads", ts=saved["ts"]))["view"]
    assert (await socket.submit(form, {"Amount": "305k"}))["ok"]
    shown = [row for row in await socket.messages() if row["ephemeral"] and "Offer $305,000.00" in words(row["blocks"])]
    assert len(shown) == 1
    await socket.click(Action.ACCEPT_OFFER, channel="leads", ts=shown[0]["ts"])
    texts = [words(row["blocks"]) for row in await socket.messages() if row["ephemeral"]]
    assert sum("*Accepted* at $305,000.00" in text for text in texts) == 1
    assert not any("*Presented*" in text for text in texts)
