"""A database that is away, or busy, while a form is submitted: nothing is lost, and nothing is stored twice."""

import asyncio
from pathlib import Path

import pytest

from bot.slack.calls import ACK_SECONDS, STILL_SAVING
from bot.slack.register import STILL_WORKING
from storage.leads import lead
from storage.offers import offer_evidence
from tests.acceptance.harness.fakes import DownDatabase, another_writer
from tests.acceptance.harness.rows import count
from tests.acceptance.harness.signed import open_line, set_up_workspace
from tests.acceptance.harness.stand import FULL, NAME, socket_stand
from tests.acceptance.harness.texts import words

DOWN = "The database can't be used right now: connection refused. Nothing was saved."


@pytest.fixture
async def away(sqlite):
    """A database that can be taken away, and a line to a bot on it."""
    database = DownDatabase(sqlite)
    line = await open_line(database)
    await set_up_workspace(line)
    return database, line


async def test_a_form_stays_open_with_the_error_and_is_stored_once_the_database_is_back(away, sqlite):
    database, line = away
    await line.command()
    filled = line.filled(line.slack.opened(), **FULL)
    database.is_down = True
    answer = await line.resubmit(filled)
    assert answer.body == {"response_action": "errors", "errors": {"name": DOWN}}
    database.is_down = False
    assert (await line.resubmit(filled)).body == {}
    assert await count(sqlite, lead) == 1


async def test_the_empty_form_opens_without_a_database(away):
    database, line = away
    database.is_down = True
    await line.command()
    await line.command(name="/offer")
    assert len(line.slack.made("views.open")) == 2


@pytest.mark.parametrize(
    ("name", "text"), [("/lead", "L-1"), ("/lead", "mine"), ("/lead", "find x"), ("/offer", "500k 40k")]
)
async def test_a_command_that_needs_the_database_says_that_it_is_away(away, name, text):
    database, line = away
    database.is_down = True
    answer = await line.command(text, name=name)
    assert answer.text == DOWN
    assert answer.body["response_type"] == "ephemeral"


async def test_a_price_in_the_form_says_that_the_database_is_away_and_the_form_stays(away):
    database, line = away
    await line.command(name="/offer")
    database.is_down = True
    await line.type_in(line.slack.opened(), ARV="500k", Repairs="40k")
    assert DOWN in words(line.slack.made("views.update")[-1]["view"])
    answer = await line.submit(line.slack.opened(), ARV="500k", Repairs="40k")
    assert answer.errors == {"arv": DOWN}


async def test_a_busy_database_is_waited_for_two_seconds_and_the_repeat_finds_the_first_lead(sqlite_url):
    file = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    async with socket_stand(sqlite_url) as stand:
        await stand.command("/lead", "mine")
        view = (await stand.command("/lead"))["view"]
        async with another_writer(file):
            begun = asyncio.get_running_loop().time()
            asked = {"user": "dana", "view_id": view["id"], "fields": FULL}
            answer = await stand.slack.post("submit", **asked)
            waited = asyncio.get_running_loop().time() - begun
        assert (answer["ok"], answer["errors"]) == (False, {"name": STILL_SAVING})
        assert ACK_SECONDS <= waited < 3
        assert answer["view"]["state"]["values"]["name"]["value"]["value"] == NAME
        await stand.settle()
        assert await count(stand.database, lead) == 1
        assert (await stand.submit(view, {}))["ok"]
        assert await count(stand.database, lead) == 1
        assert len(await stand.cards()) == 1


async def test_a_price_that_waits_for_the_database_is_put_off_in_time_and_answered_once(sqlite_url):
    file = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    async with socket_stand(sqlite_url) as stand:
        await stand.command("/lead", "mine")
        async with another_writer(file):
            asked = {"user": "dana", "channel": "leads", "command": "/offer", "text": "500k 40k"}
            answer = await stand.slack.post("command", **asked)
        assert answer["ok"]
        assert answer["ack_ms"] < 3_000
        assert words(answer["reply"]) == STILL_WORKING
        await stand.settle()
        said = [row["text"] for row in await stand.slack.get("messages", channel="leads", user="dana")]
        assert said[-1] == "Recommended offer 310,000.00, MAO 310,000.00"
        assert await count(stand.database, offer_evidence) == 1


async def test_a_lead_stored_late_whose_form_was_closed_gets_its_card_from_the_timetable(sqlite_url):
    file = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    async with socket_stand(sqlite_url) as stand:
        await stand.command("/lead", "mine")
        view = (await stand.command("/lead"))["view"]
        async with another_writer(file):
            await stand.slack.post("submit", user="dana", view_id=view["id"], fields=FULL)
        await stand.slack.post("close", user="dana", view_id=view["id"])
        await stand.settle()
        assert await count(stand.database, lead) == 1
        await stand.slack.post("clock", advance_s=60)
        await stand.tick()
        await stand.tick()
        assert len(await stand.cards()) == 1
