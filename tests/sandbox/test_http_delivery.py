"""Signed HTTP: an unchanged Bolt app behind a request URL."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.signing import signature
from tests.sandbox.server import Running, free_port, serve, serve_bolt, serve_sandbox
from tests.sandbox.views_made import actions, button, home, modal


@pytest.fixture
async def by_http() -> AsyncIterator[tuple[Running, AsyncApp]]:
    """A sandbox that delivers by HTTP, and the Bolt app that it delivers to."""
    listener, origin = free_port()
    async with serve_sandbox(deliver_to=f"{origin}/slack/events", show_seconds=0.6) as running:
        app = running.bolt()
        async with serve_bolt(app, listener):
            yield running, app


async def test_a_command_its_modal_and_its_submission_travel_signed(by_http):
    running, app = by_http

    @app.command("/lead")
    async def lead(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await ack()

    @app.view("lead")
    async def save(ack, view, client):
        await client.chat_postMessage(channel="#leads", text=view["state"]["values"]["name"]["value"]["value"])
        await ack(response_action="clear")

    view = (await running.post("command", user="dana", channel="leads", command="/lead", text="a b&c"))["view"]
    assert (await running.post("submit", user="dana", view_id=view["id"], fields={"Name": "Zoë"}))["ok"]
    assert [row["text"] for row in await running.get("messages", channel="leads", user="lee")] == ["Zoë"]
    entries = await running.get("traffic")
    assert [(each["via"], each["status"]) for each in entries if "via" in each] == [("http", "ok"), ("http", "ok")]
    assert (await running.get("workspace"))["connected"] is True


async def test_texts_clicks_and_events_arrive_too(by_http):
    running, app = by_http

    @app.command("/lead")
    async def lead(ack):
        await ack("plain words")

    @app.action("go")
    async def go(ack, respond):
        await respond("clicked")
        await ack()

    @app.event("app_home_opened")
    async def opened(event, client):
        await client.views_publish(user_id=event["user"], view=home())

    assert (await running.post("command", user="dana", channel="leads", command="/lead"))["reply"][
        "text"
    ] == "plain words"
    ts = (await running.client.chat_postMessage(channel="C0LEADS", text="x", blocks=[actions(button("go"))]))["ts"]
    assert (await running.post("click", user="dana", channel="leads", ts=ts, action_id="go"))["ok"]
    assert (await running.get("home", user="dana"))["type"] == "home"


async def test_the_signature_is_right_though_the_clock_was_moved(by_http):
    running, app = by_http

    @app.command("/lead")
    async def lead(ack):
        await ack("ok")

    await running.post("clock", advance_s=86_400)
    assert (await running.post("command", user="dana", channel="leads", command="/lead"))["ok"]


async def test_an_unknown_command_is_an_error_of_the_bot(by_http):
    running, _ = by_http
    answer = await running.post("command", user="dana", channel="leads", command="/offer")
    assert (answer["ok"], answer["reason"]) == (False, "http_404")
    assert "http_404" in answer["reply"]["text"]


async def test_a_bot_that_does_not_listen_is_not_connected():
    listener, origin = free_port()
    listener.close()
    async with serve_sandbox(deliver_to=f"{origin}/slack/events", show_seconds=0.1) as running:
        answer = await running.post("command", user="dana", channel="leads", command="/lead")
        assert answer["reason"] == "dispatch_failed"
        assert (await running.get("workspace"))["connected"] is False


def test_the_signature_is_the_one_that_slacks_sdk_expects():
    expected = SignatureVerifier("secret").generate_signature(timestamp="1764000000", body="a=b")
    assert signature("secret", "1764000000", "a=b") == expected


@pytest.mark.parametrize(
    ("status", "headers", "attempts"),
    [(500, {}, 2), (500, {"X-Slack-No-Retry": "1"}, 1), (200, {}, 1), (200, {"Content-Type": "application/json"}, 2)],
)
async def test_an_event_is_repeated_unless_the_bot_forbids_it(status, headers, attempts):
    seen = []

    async def events(request: Request) -> Response:
        seen.append(request.headers)
        return PlainTextResponse("{", status_code=status, headers=headers)

    listener, origin = free_port()
    app = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    async with serve_sandbox(deliver_to=f"{origin}/slack/events") as running, serve(app, listener):
        await running.post("say", user="dana", channel="leads", text="hello")
        await running.traffic("message", attempts)
        await asyncio.sleep(0.03)
    assert len(seen) == attempts
    assert "x-slack-retry-num" not in seen[0]
    if attempts == 2:
        assert (seen[1]["x-slack-retry-num"], seen[1]["x-slack-retry-reason"]) == ("1", "http_error")


async def test_a_slow_http_bot_times_out():
    async def events(request: Request) -> Response:
        await asyncio.sleep(0.3)
        return PlainTextResponse("")

    listener, origin = free_port()
    app = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    config = {"deliver_to": f"{origin}/slack/events", "ack_seconds": 0.1}
    async with serve_sandbox(**config) as running, serve(app, listener):
        answer = await running.post("command", user="dana", channel="leads", command="/lead")
    assert answer["reason"] == "operation_timeout"


async def test_by_http_there_is_no_connection_to_break(by_http):
    running, _ = by_http
    assert (await running.post("faults", kind="disconnect"))["error"] == "no_socket"
