"""Slack that is busy, broken or away, and deliveries that come twice: one lead, and one card in the end."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.app import queue_missing_cards
from bot.slack.cards import show_card
from bot.slack.ids import Action
from storage.leads import lead
from storage.sends import send
from tests.acceptance.harness.rows import change, count, leads, rows
from tests.acceptance.harness.signed import open_line
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words


async def catch_up(line):
    """Let the timetable do what it does about cards: queue the missing ones, ask about the unclear, let out what is due."""
    await line.recover()
    await queue_missing_cards(line.desk, "T0SANDBOX")
    await line.leave()


async def order(stand, kind, how_many=1, **more):
    """Let the next calls or deliveries go wrong."""
    assert (await stand.slack.post("faults", kind=kind, count=how_many, **more))["ok"]


@pytest.mark.parametrize("kind", ["rate_limited", "server_error"])
async def test_a_card_appears_though_slack_was_busy_at_first(socket, kind):
    await order(socket, kind, method="chat.postMessage")
    assert (await socket.capture())["ok"]
    assert len(await socket.cards()) == 1


async def test_a_card_that_slack_did_not_take_is_posted_later_exactly_once(socket):
    await order(socket, "server_error", 3, method="chat.postMessage")
    with capture_logs() as logs:
        assert (await socket.capture())["ok"]
    assert "card_not_posted" in [entry["event"] for entry in logs]
    assert await socket.cards() == []
    # The listener's own retries take as long as they take; what is meant is a tick a second after the capture.
    made = (await leads(socket.database))[0].created_at
    await socket.slack.post("clock", to=(made + timedelta(seconds=1)).isoformat())
    await socket.tick()
    assert await socket.cards() == [], "the listener has three seconds of its own"
    with capture_logs() as logs:
        await socket.slack.post("clock", advance_s=30)
        await asyncio.gather(socket.tick(), socket.tick())
    assert [entry["number"] for entry in logs if entry["event"] == "card_queued"] == [1]
    await socket.slack.post("clock", advance_s=600)
    await socket.tick()
    assert len(await socket.cards()) == 1
    assert (await leads(socket.database))[0].card_ts == (await socket.cards())[0]["ts"]


async def test_slack_that_stays_away_is_tried_again_and_the_card_stands_once(line, sqlite):
    line.slack.failing["chat.postMessage"] = "internal_error"
    await line.command()
    assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    line.clock.advance(_minutes(1))
    await catch_up(line)
    (post,) = await rows(sqlite, send)
    assert (post.state, post.reason) == ("unknown", "internal_error")
    line.slack.failing.clear()
    line.clock.advance(_minutes(1))
    await catch_up(line)
    assert (await leads(sqlite))[0].card_ts is None, "nobody knows yet whether Slack took it"
    line.clock.advance(_minutes(2))
    await catch_up(line)
    assert (await leads(sqlite))[0].card_ts is not None
    assert [one.state for one in await rows(sqlite, send)] == ["sent"]


async def test_a_card_that_slack_refuses_for_good_waits_for_an_admin_and_is_not_tried_for_ever(line, sqlite):
    line.slack.failing["chat.postMessage"] = "is_archived"
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    for _ in range(4):
        line.clock.advance(_minutes(5))
        await catch_up(line)
    (post,) = await rows(sqlite, send)
    assert (post.state, post.reason, post.attempt_count) == ("failed", "is_archived", 1)
    shown = words((await line.command("sends", name="/policy", user="U0SAM")).body)
    assert "*The card of L-1 in Slack*" in shown
    assert "choose another with `/valhalla setup channels`" in shown.replace("chooses", "choose")
    line.slack.failing.clear()
    await line.click(Action.RETRY_SEND, str(post.id), user="U0SAM")
    await line.leave()
    assert (await leads(sqlite))[0].card_ts is not None
    assert "*No message needs you.*" in words((await line.command("sends", name="/policy", user="U0SAM")).body)


async def test_a_card_that_was_deleted_is_posted_again_by_whoever_finds_it_gone(line, sqlite):
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    line.slack.failing |= {"chat.update": "message_not_found", "chat.postMessage": "internal_error"}
    who = await line.desk.actor("T0SANDBOX", "U0DANA")
    assert await show_card(line.desk, who, 1) is None
    line.slack.failing.clear()
    line.clock.advance(_minutes(1))
    await catch_up(line)
    line.slack.failing |= {"chat.update": "message_not_found", "chat.postMessage": "internal_error"}
    assert await show_card(line.desk, who, 1) is None
    line.slack.failing.clear()
    await catch_up(line)
    assert [one.key for one in await rows(sqlite, send)] == ["lead_card:1:1", "lead_card:1:2"]
    assert (await leads(sqlite))[0].card_ts is not None


async def test_a_card_whose_listener_died_after_posting_it_is_found_and_not_posted_again(socket):
    assert (await socket.capture())["ok"]
    (stands,) = await socket.cards()
    await change(socket.database, lead, {"card_ts": None, "channel_id": None, "permalink": None})
    await socket.slack.post("clock", advance_s=600)
    await socket.tick()
    assert [card["ts"] for card in await socket.cards()] == [stands["ts"]]
    stored = (await leads(socket.database))[0]
    assert (stored.card_ts, stored.channel_id) == (stands["ts"], "C0LEADS")


async def test_while_the_outbox_posts_a_card_nobody_else_does(line, sqlite):
    line.slack.failing["chat.postMessage"] = "internal_error"
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    line.clock.advance(_minutes(1))
    await queue_missing_cards(line.desk, "T0SANDBOX")
    line.slack.failing.clear()
    line.clock.advance(_minutes(10))
    who = await line.desk.actor("T0SANDBOX", "U0DANA")
    assert await show_card(line.desk, who, 1) is None
    await catch_up(line)
    assert len(line.slack.made("chat.postMessage")) == 2, "the listener's, which failed, and the outbox's"


async def test_a_card_whose_link_slack_does_not_give_is_not_posted_a_second_time(line, sqlite):
    line.slack.failing["chat.getPermalink"] = "internal_error"
    await line.command()
    assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    line.clock.advance(_minutes(1))
    await catch_up(line)
    assert len(line.slack.made("chat.postMessage")) == 1
    (stored,) = await leads(sqlite)
    assert (stored.card_ts is not None, stored.permalink) == (True, None)


async def test_a_connection_to_slack_that_breaks_leaves_the_lead_and_its_card_for_later(line, sqlite):
    line.slack.failing["chat.postMessage"] = ConnectionResetError("gone")
    await line.command()
    with capture_logs() as logs:
        assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    assert {"background_failed", "card_not_posted"} & {entry["event"] for entry in logs}
    line.slack.failing.clear()
    line.clock.advance(_minutes(1))
    await catch_up(line)
    assert (await leads(sqlite))[0].card_ts is not None


async def test_a_submission_delivered_twice_at_once_is_one_lead_and_one_card(stand):
    view = (await stand.command("/lead"))["view"]
    await order(stand, "duplicate_delivery")
    assert (await stand.submit(view, FULL))["ok"]
    await stand.settle()
    assert await count(stand.database, lead) == 1
    assert len(await stand.cards()) == 1


async def test_a_submission_whose_answer_was_lost_is_repeated_into_the_same_lead(stand):
    view = (await stand.command("/lead"))["view"]
    await order(stand, "lost_ack")
    first = await stand.submit(view, FULL)
    assert (first["ok"], first["error"]) == (False, "no_ack")
    assert (await stand.submit(view, {}))["ok"]
    assert await count(stand.database, lead) == 1
    assert len(await stand.cards()) == 1


async def test_a_command_delivered_twice_answers(stand):
    await order(stand, "duplicate_delivery")
    assert "`/lead find smith`" in words((await stand.command("/lead", "help"))["reply"])


async def test_an_event_that_is_repeated_draws_home_again_and_nothing_else(stand):
    await order(stand, "lost_ack")
    await stand.slack.post("home_opened", user="dana")
    await stand.slack.traffic("app_home_opened", 2)
    assert (await stand.slack.get("home", user="dana"))["type"] == "home"


async def test_a_slow_slack_still_opens_the_form(socket):
    await order(socket, "slow_api", method="views.open")
    assert (await socket.command("/lead"))["view"] is not None


async def test_after_a_broken_connection_the_bot_listens_again(socket):
    await order(socket, "disconnect")
    await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        while not (await socket.command("/lead", "help"))["ok"]:
            await socket.slack.until_connected()
    assert (await socket.capture())["ok"]


async def test_home_that_slack_does_not_take_bothers_nobody(line):
    line.slack.failing["views.publish"] = "internal_error"
    with capture_logs() as logs:
        answer = await line.event(type="app_home_opened", user="U0DANA", tab="home", channel="D0DANA")
    assert answer.status == 200
    assert "home_not_published" in [entry["event"] for entry in logs]


async def test_without_a_leads_channel_the_card_goes_to_the_reps_direct_messages(sqlite):
    line = await open_line(sqlite)
    await line.desk.workspaces.ensure("T0SANDBOX", name="Maple Homes")
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    assert line.slack.made("chat.postMessage")[0]["channel"] == "U0DANA"
    assert Action.PRICE in str(line.slack.made("chat.postMessage")[0]["blocks"])


def _minutes(number):
    return timedelta(minutes=number)
