"""Slack that is busy, broken or away, and deliveries that come twice: one lead, and one card in the end."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.app import post_missing_cards
from bot.slack.ids import Action
from storage.leads import lead
from tests.acceptance.harness.rows import count, leads
from tests.acceptance.harness.signed import open_line
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words


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
    await socket.slack.post("clock", advance_s=30)
    with capture_logs() as logs:
        await asyncio.gather(socket.tick(), socket.tick())
    assert [entry["number"] for entry in logs if entry["event"] == "card_posted_later"] == [1]
    await socket.slack.post("clock", advance_s=600)
    await socket.tick()
    assert len(await socket.cards()) == 1
    assert (await leads(socket.database))[0].card_ts == (await socket.cards())[0]["ts"]


async def test_slack_that_stays_away_is_asked_again_when_the_lease_has_ended(line, sqlite):
    line.slack.failing["chat.postMessage"] = "internal_error"
    await line.command()
    assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    line.clock.advance(_minutes(1))
    with capture_logs() as logs:
        await post_missing_cards(line.desk, "T0SANDBOX")
    assert [entry["event"] for entry in logs] == ["card_not_posted"]
    line.slack.failing.clear()
    await post_missing_cards(line.desk, "T0SANDBOX")
    assert (await leads(sqlite))[0].card_ts is None
    line.clock.advance(_minutes(3))
    await post_missing_cards(line.desk, "T0SANDBOX")
    assert (await leads(sqlite))[0].card_ts is not None


async def test_a_card_whose_link_slack_does_not_give_is_not_posted_a_second_time(line, sqlite):
    line.slack.failing["chat.getPermalink"] = "internal_error"
    await line.command()
    assert (await line.submit(line.slack.opened(), **FULL)).body == {}
    line.clock.advance(_minutes(1))
    await post_missing_cards(line.desk, "T0SANDBOX")
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
    await post_missing_cards(line.desk, "T0SANDBOX")
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
