"""When Slack gets its answer, and that one card stands whatever else goes wrong beside it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.app import Program
from bot.settings import Settings
from bot.slack.cards import queue_missing_cards, show_card
from bot.slack.ids import Action
from storage.database import Database
from tests.acceptance.harness.rows import leads
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words

VAGUE = FULL | {"Property address": "12 Main St Halifax M5V 2T6"}


@pytest.fixture
def slow_update(line) -> Any:
    """Let chat.update wait until the test allows it, as Slack does under a rate limit."""
    allowed = asyncio.Event()
    answer = line.slack.api_call

    async def slow(api_method: str, **request: Any) -> Any:
        if api_method == "chat.update":
            await allowed.wait()
        return await answer(api_method, **request)

    line.slack.api_call = slow
    return allowed


async def test_a_click_is_answered_before_slack_has_updated_the_card(line, slow_update):
    await line.command()
    await line.submit(line.slack.opened(), **VAGUE)
    async with asyncio.timeout(2):
        assert await line.click_unfinished(f"{Action.CHOOSE_PLACE}:1", "1|NS|Halifax") == 200
    assert line.slack.made("chat.update") == []
    slow_update.set()
    await line.desk.background.finish()
    assert len(line.slack.made("chat.update")) == 1


async def test_a_place_that_hears_no_private_answer_still_has_one_card(line, sqlite):
    line.slack.failing["chat.postEphemeral"] = "channel_not_found"
    await line.command(channel_id="C0KPI")
    await line.submit(line.slack.opened(), **FULL)
    await queue_missing_cards(line.desk, "T0SANDBOX")
    await line.leave()
    assert len(line.slack.made("chat.postMessage")) == 1
    assert (await leads(sqlite))[0].card_ts is not None


async def test_nobody_posts_a_card_while_another_holds_the_claim(line):
    line.slack.failing["chat.postMessage"] = "internal_error"
    await line.command()
    await line.submit(line.slack.opened(), **FULL)
    line.slack.failing.clear()
    who = await line.desk.actor("T0SANDBOX", "U0DANA")
    assert await line.desk.cards.claim(who, 1)
    assert await show_card(line.desk, who, 1) is None
    assert len(line.slack.made("chat.postMessage")) == 1


async def test_a_form_that_slack_finds_faulty_is_answered_with_a_code_and_what_was_typed(line):
    line.slack.failing["views.open"] = "invalid_arguments"
    await line.command("John Smith 416-555-0134")
    (said,) = line.slack.made("chat.postMessage")
    assert "it is logged as" in said["text"]
    assert "You typed: /lead John Smith 416-555-0134" in said["text"]


async def test_a_second_number_in_the_notes_is_masked_where_others_read_along(line):
    await line.command()
    await line.submit(line.slack.opened(), **FULL, Notes="wife: 647-555-0199")
    assert "647-555-0199" not in words(line.slack.made("chat.postMessage")[0]["blocks"])
    assert "647-555-0199" in words((await line.command("1")).body)


async def test_over_socket_mode_nobody_can_post_events_to_us(tmp_path):
    settings = Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1")
    program = Program(settings, Database(f"sqlite:///{tmp_path / 'v.db'}"), origin="", secret_key="for tests")
    form = {"command": "/lead", "text": "L-1", "user_id": "U0BOSS", "team_id": "T1"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="http://valhalla") as http:
        answer = await http.post("/slack/events", data=form)
    await program.close()
    assert answer.status_code == 404


async def test_a_step_is_told_on_the_earliest_and_the_latest_clock_where_both_are_possible(line):
    line.clock.move_to(datetime(2026, 11, 24, 15, tzinfo=UTC))
    await line.command()
    await line.submit(line.slack.opened(), **VAGUE)
    card = words(line.slack.made("chat.postMessage")[0]["blocks"])
    assert "seller's time Tue 24 Nov 10:00 to 11:00, by where it is" in card
