"""What a person sees when something goes wrong: plain words, or a code that the log holds as well."""

import re

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from bot.http.access import Door
from bot.http.flow import flow_router
from bot.http.problems import handle_problems
from bot.slack.ids import Action
from storage.leads import lead
from tests.acceptance.harness.fakes import BrokenDatabase
from tests.acceptance.harness.rows import change
from tests.acceptance.harness.signed import open_line
from tests.acceptance.harness.stand import FULL

CODE = re.compile(r"it is logged as ([0-9A-F]{8})\. Try again; if it stays, pass the code on\.")


@pytest.fixture
async def broken():
    """A line to a bot whose database raises what nobody has thought of."""
    line = await open_line(BrokenDatabase())
    yield line
    assert line.slack.faults == []


def logged(logs):
    """The only failure that was logged."""
    (entry,) = [entry for entry in logs if entry["event"] == "listener_failed"]
    return entry


async def test_an_unknown_error_gives_a_code_that_stands_in_the_log(broken):
    with capture_logs() as logs:
        answer = await broken.command("L-7")
    entry = logged(logs)
    assert CODE.search(answer.text)[1] == entry["reference"]
    assert (entry["user_id"], entry["log_level"]) == ("U0DANA", "error")
    assert isinstance(entry["exc_info"], KeyError)
    assert "the cellar" not in answer.text


async def test_each_unknown_error_has_a_code_of_its_own(broken):
    texts = {(await broken.command("mine")).text for _ in range(2)}
    assert len(texts) == 2


async def test_an_unknown_error_in_a_form_stands_at_its_first_field(broken):
    await broken.command()
    with capture_logs() as logs:
        answer = await broken.submit(broken.slack.opened(), **FULL)
    assert answer.body["response_action"] == "errors"
    assert CODE.search(answer.errors["name"])[1] == logged(logs)["reference"]


async def test_an_unknown_error_after_a_click_comes_as_a_direct_message(broken):
    with capture_logs() as logs:
        assert (await broken.click(Action.SHOW_LEAD, "1")).status == 200
    (said,) = broken.slack.made("chat.postMessage")
    assert said["channel"] == "U0DANA"
    assert CODE.search(said["text"])[1] == logged(logs)["reference"]


async def test_an_unknown_error_over_http_gives_a_code_that_stands_in_the_log(broken):
    app = FastAPI()
    handle_problems(app)
    app.include_router(flow_router(broken.desk.leads, Door("T0SANDBOX", "http://127.0.0.1:8000")))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    body = {"lead": {"name": "Test", "phone": "416-555-0134"}, "deal": {}}
    with capture_logs() as logs:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as caller:
            answer = await caller.post("/flow/lead_to_deal", json=body)
    (entry,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert (answer.status_code, entry["reference"] in answer.json()["detail"]) == (500, True)


async def test_a_known_error_speaks_plainly_and_has_no_code(line):
    with capture_logs() as logs:
        answer = await line.command("L-7")
    assert "There is no lead L-7 here." in answer.text
    assert not CODE.search(answer.text)
    assert [(entry["event"], entry["code"]) for entry in logs if entry["log_level"] == "info"] == [
        ("refused", "LEAD_NOT_FOUND")
    ]


async def test_an_error_behind_a_button_of_a_message_is_shown_under_it_to_the_person_alone(stand):
    await stand.capture()
    reply = (await stand.command("/lead", "mine"))["reply"]
    await change(stand.database, lead, {"number": 99})
    await stand.click(Action.SHOW_LEAD, channel="leads", ts=reply["ts"])
    told = (await stand.messages())[-1]
    assert told["ephemeral"]
    assert told["text"].startswith("There is no lead L-1 here.")
    assert [row for row in await stand.messages(user="lee") if "no lead" in row["text"]] == []


async def test_an_error_behind_a_button_on_home_comes_as_a_direct_message(stand):
    await stand.slack.post("home_opened", user="dana")
    await stand.capture()
    await change(stand.database, lead, {"number": 99})
    await stand.click(Action.SHOW_LEAD, view_id="home")
    assert (await stand.messages("dm"))[-1]["text"].startswith("There is no lead L-1 here.")


async def test_a_statement_that_fails_logs_neither_phone_nor_name(line, sqlite):
    await sqlite.change(lambda connection: connection.exec_driver_sql("ALTER TABLE lead RENAME TO leads"))
    await line.command()
    with capture_logs() as logs:
        await line.submit(line.slack.opened(), **FULL)
    told = str(logged(logs)["exc_info"])
    assert [secret for secret in ("555", "Smith", "King", "example.com") if secret in told] == []
