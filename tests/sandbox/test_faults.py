"""Failures to order: each kind goes wrong as often as ordered, and no longer."""

import asyncio
import time

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler

from tests.sandbox.views_made import actions, button, modal


async def test_a_rate_limit_is_429_with_a_wait_as_often_as_ordered(sandbox_server):
    await sandbox_server.post("faults", kind="rate_limited", count=1)
    with pytest.raises(SlackApiError) as caught:
        await sandbox_server.client.auth_test()
    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert (await sandbox_server.client.auth_test())["ok"]


async def test_a_server_error_is_503(sandbox_server):
    await sandbox_server.post("faults", kind="server_error", count=1)
    with pytest.raises(SlackApiError) as caught:
        await sandbox_server.client.auth_test()
    assert caught.value.response.status_code == 503
    entries = await sandbox_server.get("traffic")
    assert [(each["ok"], each["error"]) for each in entries] == [(False, "service_unavailable")]


async def test_slacks_own_retry_handlers_get_through(sandbox_server):
    client = sandbox_server.client
    client.retry_handlers += [AsyncRateLimitErrorRetryHandler(max_retry_count=2), AsyncServerErrorRetryHandler()]
    await sandbox_server.post("faults", kind="rate_limited", count=1)
    assert (await client.chat_postMessage(channel="C0LEADS", text="once"))["ok"]
    assert len(await sandbox_server.get("messages", channel="leads", user="dana")) == 1


async def test_a_fault_may_be_bound_to_one_method(sandbox_server):
    await sandbox_server.post("faults", kind="server_error", count=1, method="chat.postMessage")
    assert (await sandbox_server.client.auth_test())["ok"]
    assert (await sandbox_server.get("faults"))["faults"] == {"server_error:chat.postMessage": 1}
    answer = await sandbox_server.api("chat.postMessage", {"channel": "C0LEADS", "text": "x"})
    assert answer["error"] == "service_unavailable"


async def test_a_slow_call_takes_a_second(sandbox_server):
    await sandbox_server.post("faults", kind="slow_api", count=1)
    begun = time.monotonic()
    assert (await sandbox_server.client.auth_test())["ok"]
    assert time.monotonic() - begun > 0.95


async def test_duplicate_deliveries_reach_the_bot_twice_with_the_same_ids(sandbox_server):
    seen, errors = [], []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body, client):
        seen.append(body["trigger_id"])
        try:
            await client.views_open(trigger_id=body["trigger_id"], view=modal())
        except SlackApiError as error:
            errors.append(error.response["error"])
        await ack()

    await sandbox_server.connect(app)
    await sandbox_server.post("faults", kind="duplicate_delivery", count=1)
    assert (await sandbox_server.post("command", user="dana", channel="leads", command="/lead"))["ok"]
    assert (len(seen), len(set(seen)), errors) == (2, 1, ["exchanged_trigger_id"])
    assert (await sandbox_server.post("close", user="dana", view_id=await top_id(sandbox_server)))["ok"]
    await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert len(seen) == 3


async def top_id(running) -> str:
    return (await running.get("view", user="dana"))["id"]


async def test_a_duplicate_event_keeps_its_event_id(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("message")
    async def message(body):
        seen.append(body["event_id"])

    await sandbox_server.connect(app)
    await sandbox_server.post("faults", kind="duplicate_delivery", count=1)
    await sandbox_server.post("say", user="dana", channel="leads", text="x")
    await sandbox_server.traffic("message", 2)
    assert (len(seen), len(set(seen))) == (2, 1)


async def test_a_lost_acknowledgement_did_the_work_but_looks_like_silence(sandbox_server):
    done = []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack):
        done.append("command")
        await ack("never seen")

    @app.view("lead")
    async def save(ack):
        done.append("submit")
        await ack()

    @app.action("go")
    async def go(ack):
        done.append("click")
        await ack()

    await sandbox_server.connect(app)
    await sandbox_server.post("faults", kind="lost_ack", count=3)
    command = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert (command["ok"], command["reason"], command["reply"]["username"]) == (False, "operation_timeout", "Slackbot")
    trigger = sandbox_server.trigger()
    view = (await sandbox_server.client.views_open(trigger_id=trigger, view=modal()))["view"]
    submit = await sandbox_server.post("submit", user="dana", view_id=view["id"], fields={"Name": "John"})
    assert (submit["error"], submit["view"]["id"]) == ("no_ack", view["id"])
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x", blocks=[actions(button("go"))]))[
        "ts"
    ]
    click = await sandbox_server.post("click", user="dana", channel="leads", ts=ts, action_id="go")
    assert (click["ok"], click["error"]) == (False, "no_ack")
    assert done == ["command", "submit", "click"]
    assert (await sandbox_server.post("submit", user="dana", view_id=view["id"]))["ok"]


@pytest.mark.parametrize("kind", ["no_fault", "reset"])
async def test_orders_are_taken_back(sandbox_server, kind):
    await sandbox_server.post("faults", kind="server_error", count=5)
    assert (await sandbox_server.post("faults", kind=kind))["faults"] == {}
    assert (await sandbox_server.client.auth_test())["ok"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"kind": "earthquake"}, "unknown_fault"),
        ({}, "missing_field"),
        ({"kind": "slow_api", "count": -1}, "invalid_field"),
        ({"kind": "slow_api", "count": "many"}, "invalid_field"),
        ({"kind": "disconnect", "reason": "boredom"}, "unknown_reason"),
    ],
)
async def test_a_fault_that_there_is_not_is_refused(sandbox_server, body, error):
    assert (await sandbox_server.post("faults", **body))["error"] == error


async def test_a_disconnect_without_a_bot_waits_for_one(sandbox_server):
    answer = await sandbox_server.post("faults", kind="disconnect", count=1)
    assert answer["faults"] == {"disconnect": 1}
    app = sandbox_server.bolt()
    await sandbox_server.connect(app)
    await asyncio.sleep(0)
    assert (await sandbox_server.get("faults"))["faults"] == {}
