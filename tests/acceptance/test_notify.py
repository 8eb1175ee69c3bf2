"""Notifying a deal's parties in Slack: prepared by a rep, approved by an approver, sent in waves, stopped by the deal."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.sandbox.people import TEAM_ID
from bot.slack.ids import Action
from domain.consent import ConsentKind
from storage.approvals import approval
from storage.contacts import add_consents
from storage.deals import deal
from storage.kpis import kpi_event
from storage.sends import send
from tests.acceptance.harness.rows import change, rows
from tests.acceptance.harness.texts import action_ids, words
from tests.storage.builders import add_buyer

AFTERNOON, EVENING = "2026-11-24T16:05:00-05:00", "2026-11-24T21:30:00-05:00"
"""A Tuesday in Hamilton: inside the window, and outside it."""
AGREED = {"How may we contact them?": "They contacted us first"}


def phone_of(number):
    return f"+1905555{2000 + number}"


async def add_buyers(stand, numbers, *, agreed=True):
    """Buyers of Hamilton houses who may be texted, unless they never agreed to it."""
    row = {
        "kind": ConsentKind.EXPRESS_WRITTEN, "obtained_on": date(2026, 11, 1), "recorded_by": "U0DANA",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC), "evidence": "their form", "source": "form", "wording": "yes",
        "detail": {},
    }  # fmt: skip

    def fill(tx):
        for number in numbers:
            add_buyer(tx, number, phone=phone_of(number), regions="Hamilton")
        if agreed:
            add_consents(tx, [{**row, "address": phone_of(number)} for number in numbers])

    await stand.database.write(TEAM_ID, fill)


@pytest.fixture
async def team(socket):
    """Dana's lead in Hamilton with its deal on the market, on a Tuesday at 16:05."""
    await socket.slack.post("clock", to=AFTERNOON)
    assert (await socket.capture(**AGREED))["ok"]
    await change(socket.database, deal, {"stage": "marketed", "agreed_price": Decimal(300_000)})
    return socket


async def told(stand, *, user="dana"):
    """What this person alone was told last in #leads."""
    return [row for row in await stand.messages(user=user) if row["ephemeral"]][-1]


async def batch_card(stand, *, user="lee"):
    """The one card of a batch in #approvals, once everything that is due has left."""
    await stand.leave()
    found = [row for row in await stand.messages("approvals", user=user) if "buyer" in words(row["blocks"])]
    (card,) = found
    return card


async def press(stand, card, label, *, user="lee", channel="approvals"):
    """Press the button with this label."""
    buttons = [one for block in card["blocks"] for one in block.get("elements", []) if one.get("type") == "button"]
    found = next(one for one in buttons if one["text"]["text"] == label)
    where = {"block_id": next(block["block_id"] for block in card["blocks"] if found in block.get("elements", []))}
    return await stand.click(found["action_id"], user=user, channel=channel, ts=card["ts"], **where)


async def asked_about(stand, *, offer=False):
    """What was asked about the deal: the batches, or the offers in writing."""
    found = await rows(stand.database, approval)
    return [row for row in found if (row.kind == "batch" if not offer else "offer_id" in row.detail)]


async def to_people(stand, *states):
    """The addresses of messages to people, in their order; in some states where these are given."""
    found = [row for row in await rows(stand.database, send) if row.medium != "SLACK" and row.deal_id]
    return [row.address for row in found if not states or row.state in states]


async def reached(stand):
    """To whom messages about the deal left."""
    return set(await to_people(stand, "sent", "delivered"))


# Preparing


async def test_the_command_prepares_a_batch_and_says_where_it_waits(team):
    await add_buyers(team, [1, 2])
    await add_buyers(team, [3], agreed=False)
    reply = (await team.command("/deal", "D-1 notify"))["reply"]
    said = words(reply["blocks"])
    assert "*D-1: the seller and 2 buyers*" in said
    assert "It waits for approval in <#C0" in said
    assert ":no_entry: *B-3 Buyer 3* not told: Blocked: no consent is recorded." in said
    assert await to_people(team) == ["+14165550134", phone_of(1), phone_of(2)]
    assert await reached(team) == set()


async def test_the_button_on_the_leads_card_and_on_the_deals_card_do_the_same_once(team):
    await add_buyers(team, [1])
    (card,) = await team.cards(user="dana")
    assert Action.NOTIFY_PARTIES in action_ids(card)
    await team.click(Action.NOTIFY_PARTIES, channel="leads", ts=card["ts"])
    assert "It waits for approval" in words((await told(team))["blocks"])
    await team.command("/deal", "D-1")
    shown = await told(team)
    assert "*Told* 1 message to a buyer waits · the seller's message waits" in words(shown["blocks"])
    await team.click(Action.NOTIFY_PARTIES, channel="leads", ts=shown["ts"])
    assert "It waits already for approval" in words((await told(team))["blocks"])
    assert len(await asked_about(team)) == 1
    assert len(await rows(team.database, kpi_event, metric="prepared")) == 1


async def test_where_every_recipient_is_blocked_the_reply_says_why_for_each_and_nothing_is_asked(socket):
    await socket.slack.post("clock", to=AFTERNOON)
    await socket.capture()
    await add_buyers(socket, [1, 2], agreed=False)
    said = words((await socket.command("/deal", "notify D-1"))["reply"]["blocks"])
    assert ":no_entry: *Nobody can be told of D-1 now.*" in said
    assert "*L-1 John Smith* not told: Text: Blocked: no consent is recorded. E-mail: Blocked: no consent" in said
    assert said.count("*B-") == 2
    assert await asked_about(socket) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("D-9 notify", "There is no deal D-9 here"),
        ("notify", "Say which deal: `/deal notify D-7`"),
    ],
)
async def test_what_names_no_deal_is_answered_with_a_sentence(team, text, said):
    assert said in (await team.command("/deal", text))["reply"]["text"]


async def test_a_deal_that_is_taken_is_refused_and_has_no_button(team):
    await change(team.database, deal, {"stage": "closed"})
    reply = (await team.command("/deal", "D-1 notify"))["reply"]
    assert "D-1 is closed, so nobody is told of it any more." in reply["text"]
    await team.command("/deal", "D-1")
    assert Action.NOTIFY_PARTIES not in action_ids(await told(team))


# The card, the waves and what stops them


async def test_the_card_shows_samples_the_list_and_who_is_left_out_and_the_whole_list_on_demand(team):
    await add_buyers(team, range(1, 14))
    await add_buyers(team, [20], agreed=False)
    await team.command("/deal", "D-1 notify")
    card = await batch_card(team)
    said = words(card["blocks"])
    assert "· the seller and 13 buyers" in said
    assert "In 2 waves of up to 10, 30 minutes apart, best match first" in said
    assert "*The seller reads*\n>Hi John" in said
    assert ">Hi Buyer" in said
    assert "*B-20 Buyer 20* not told" in said
    assert "and 8 more" in said
    assert "905" not in said.replace("(905) 555-0100", ""), "the team's own number alone"
    await team.click(Action.SHOW_BATCH, user="lee", channel="approvals", ts=card["ts"])
    shown = [row for row in await team.messages("approvals", user="lee") if row["ephemeral"]][-1]
    assert words(shown["blocks"]).count("may leave now") == 14


async def test_an_approved_batch_leaves_in_waves_that_stop_when_the_deal_is_taken(team):
    await add_buyers(team, range(1, 26))
    await team.command("/deal", "D-1 notify")
    await press(team, await batch_card(team), "Approve all")
    await team.leave()
    first = await reached(team)
    assert len(first) == 11
    await team.slack.post("clock", advance_s=1800)
    assert len(await reached(team)) == 21
    assert first < await reached(team)
    await change(team.database, deal, {"stage": "assigned"})
    await team.slack.post("clock", advance_s=1800)
    assert len(await reached(team)) == 21
    kept = [row for row in await rows(team.database, send) if row.state == "cancelled"]
    assert {(row.reason, row.last_error) for row in kept} == {("deal_moved", "D-1 is assigned by now.")}
    await team.slack.post("clock", advance_s=10)
    said = words((await batch_card(team))["blocks"])
    assert "*5* kept back" in said
    assert "@U0LEE" in said


async def test_a_batch_that_was_approved_at_night_is_held_and_leaves_in_the_morning(team):
    await add_buyers(team, range(1, 13))
    await team.command("/deal", "D-1 notify")
    await team.slack.post("clock", to=EVENING)
    await press(team, await batch_card(team), "Approve all")
    assert "held until Wed 25 Nov 09:" in words((await batch_card(team))["blocks"])
    assert await reached(team) == set()
    await team.slack.post("clock", to="2026-11-25T09:16:00-05:00")
    assert len(await reached(team)) == 11
    await team.slack.post("clock", to="2026-11-25T09:46:00-05:00")
    assert len(await reached(team)) == 13
    found = await rows(team.database, kpi_event, metric="sms_sent")
    assert len(found) == 13


async def test_a_rejected_batch_tells_nobody_and_may_be_prepared_anew(team):
    await add_buyers(team, [1])
    await team.command("/deal", "D-1 notify")
    await batch_card(team)
    (asked,) = await asked_about(team)
    lee = await team.program.desk.actor(TEAM_ID, "U0LEE")
    await team.program.desk.approvals.reject(lee, asked.id, "The price is not right yet.")
    await team.leave()
    assert await reached(team) == set()
    said = words((await team.command("/deal", "D-1 notify"))["reply"]["blocks"])
    assert "*D-1: the seller and 1 buyer*" in said
    assert len(await asked_about(team)) == 2


# An offer in writing


async def test_an_offer_is_sent_for_approval_from_its_price_and_leaves_once_approved(socket):
    await socket.slack.post("clock", to=AFTERNOON)
    await socket.capture(**AGREED)
    await socket.command("/offer", "L-1")
    priced = await told(socket)
    await socket.click(Action.WRITE_OFFER, channel="leads", ts=priced["ts"])
    said = words((await told(socket))["blocks"])
    assert "*Saved to D-1*" in said
    assert "*Text to John Smith* waits for approval in <#C0" in said
    assert "$310,000" in said
    await socket.leave()
    (asked,) = await asked_about(socket, offer=True)
    lee = await socket.program.desk.actor(TEAM_ID, "U0LEE")
    await socket.program.desk.approvals.approve(lee, asked.id)
    await socket.leave()
    assert await reached(socket) == {"+14165550134"}
    await socket.command("/deal", "D-1")
    card = await told(socket)
    assert "Text to the seller: was" in words(card["blocks"])
    assert Action.PRESENT_OFFER in action_ids(card)
    assert Action.WRITE_OFFER not in action_ids(card)


async def test_an_offer_is_sent_for_approval_from_the_deals_draft(socket):
    await socket.slack.post("clock", to=AFTERNOON)
    await socket.capture(**AGREED)
    await socket.command("/offer", "L-1")
    await socket.click(Action.SAVE_TO_DEAL, channel="leads", ts=(await told(socket))["ts"])
    await socket.command("/deal", "D-1")
    await socket.click(Action.WRITE_OFFER, channel="leads", ts=(await told(socket))["ts"])
    assert "waits for approval in" in words((await told(socket))["blocks"])
    (asked,) = await asked_about(socket, offer=True)
    assert (asked.kind, asked.state, asked.requested_by) == ("send", "open", "U0DANA")


async def test_a_seller_who_may_not_be_written_to_is_said_and_nothing_is_saved(socket):
    await socket.slack.post("clock", to=AFTERNOON)
    await socket.capture()
    await socket.command("/offer", "L-1")
    await socket.click(Action.WRITE_OFFER, channel="leads", ts=(await told(socket))["ts"])
    assert "The offer of D-1 can't be written to the seller." in (await told(socket))["text"]
    assert await asked_about(socket, offer=True) == []
