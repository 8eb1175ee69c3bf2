"""Events: what a person's message sends out, and how an event that was not acknowledged comes again."""

import asyncio

from tests.sandbox.server import MANIFEST, serve_sandbox

QUIET = {**MANIFEST, "settings": {}}


async def test_a_message_in_a_channel_is_an_event(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("message")
    async def message(event, body):
        seen.append((event["text"], event["channel"], event["channel_type"], event["user"], body["event_id"][:2]))

    await sandbox_server.connect(app)
    parent = (await sandbox_server.post("say", user="dana", channel="leads", text="hello"))["ts"]
    await sandbox_server.post("say", user="dana", channel="dm", text="psst", thread_ts=None)
    assert (await sandbox_server.post("say", user="lee", channel="leads", text="re", thread_ts=parent))["ok"]
    await sandbox_server.traffic("message", 3)
    assert sorted(seen) == [
        ("hello", "C0LEADS", "channel", "U0DANA", "Ev"),
        ("psst", "D0DANA", "im", "U0DANA", "Ev"),
        ("re", "C0LEADS", "channel", "U0LEE", "Ev"),
    ]


async def test_naming_the_app_is_an_event_of_its_own(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("app_mention")
    async def mention(event):
        seen.append(event["text"])

    @app.event("message")
    async def message(event):
        seen.append("message")

    await sandbox_server.connect(app)
    await sandbox_server.post("say", user="dana", channel="leads", text="<@U0VALHALLA> due?")
    await sandbox_server.traffic("app_mention")
    await sandbox_server.traffic("message")
    assert sorted(seen) == ["<@U0VALHALLA> due?", "message"]


async def test_without_a_subscription_nothing_goes_out():
    async with serve_sandbox(QUIET) as running:
        await running.post("say", user="dana", channel="leads", text="hello <@U0VALHALLA>")
        await running.post("say", user="dana", channel="dm", text="hello")
        assert (await running.post("home_opened", user="dana"))["error"] == "not_subscribed"
        assert await running.get("home", user="dana") is None
        assert await running.get("traffic") == []


async def test_an_answer_to_a_message_that_is_not_there_is_refused(sandbox_server):
    answer = await sandbox_server.post("say", user="dana", channel="leads", text="x", thread_ts="1.000001")
    assert answer["error"] == "thread_not_found"


async def test_an_unacknowledged_event_comes_again_at_once_after_one_and_after_five_minutes(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("app_home_opened")
    async def opened(body, request):
        headers = request.headers
        seen.append((body["event_id"], headers["x-slack-retry-num"][0], headers.get("x-slack-retry-reason", [""])[0]))

    await sandbox_server.connect(app)
    await sandbox_server.post("faults", kind="lost_ack", count=4)
    await sandbox_server.post("home_opened", user="dana")
    assert [each["retry"] for each in await sandbox_server.traffic("app_home_opened", 2)] == [0, 1]
    await asyncio.sleep(0.05)
    assert len(seen) == 2
    await sandbox_server.post("clock", advance_s=61)
    await sandbox_server.traffic("app_home_opened", 3)
    await sandbox_server.post("clock", advance_s=120)
    await asyncio.sleep(0.05)
    assert len(seen) == 3
    await sandbox_server.post("clock", advance_s=120)
    entries = await sandbox_server.traffic("app_home_opened", 4)
    assert [(each["retry"], each["status"]) for each in entries] == [(n, "lost_ack") for n in range(4)]
    assert len({event_id for event_id, _, _ in seen}) == 1
    assert [(number, reason) for _, number, reason in seen] == [
        ("0", ""),
        ("1", "timeout"),
        ("2", "timeout"),
        ("3", "timeout"),
    ]


async def test_an_event_for_a_bot_that_is_away_arrives_when_it_is_back(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.event("app_home_opened")
    async def opened(body):
        seen.append(body["event_id"])

    await sandbox_server.post("home_opened", user="dana")
    await sandbox_server.traffic("app_home_opened", 2)
    await sandbox_server.connect(app)
    await sandbox_server.post("clock", advance_s=60)
    entries = await sandbox_server.traffic("app_home_opened", 3)
    assert [each["status"] for each in entries] == ["dispatch_failed", "dispatch_failed", "ok"]
    assert len(seen) == 1


async def test_a_reset_gives_up_on_retries(sandbox_server):
    await sandbox_server.post("home_opened", user="dana")
    await sandbox_server.post("reset")
    await sandbox_server.post("clock", advance_s=600)
    await asyncio.sleep(0.02)
    assert await sandbox_server.get("traffic") == []


async def test_an_answer_to_a_reply_goes_to_its_thread(sandbox_server):
    parent = (await sandbox_server.post("say", user="dana", channel="leads", text="p"))["ts"]
    reply = (await sandbox_server.post("say", user="lee", channel="leads", text="r", thread_ts=parent))["ts"]
    await sandbox_server.post("say", user="sam", channel="leads", text="r2", thread_ts=reply)
    thread = await sandbox_server.get("messages", channel="leads", user="dana", thread_ts=parent)
    assert [row["text"] for row in thread] == ["p", "r", "r2"]
