"""Slash commands and shortcuts, with an unchanged Bolt app over Socket Mode."""

import asyncio

import aiohttp

from tests.sandbox.server import serve_sandbox
from tests.sandbox.views_made import modal, section


async def test_a_command_carries_slacks_fields(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body):
        seen.append(body)
        await ack()

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("command", user="@dana", channel="#leads", command="lead", text="John 12 King")
    assert answer | {"ack_ms": 0} == {"ok": True, "ack_ms": 0, "view": None, "reply": None}
    assert answer["ack_ms"] < 500
    body = seen[0]
    assert {name: body[name] for name in ("command", "text", "user_id", "user_name", "channel_id", "channel_name")} == {
        "command": "/lead",
        "text": "John 12 King",
        "user_id": "U0DANA",
        "user_name": "dana",
        "channel_id": "C0LEADS",
        "channel_name": "leads",
    }
    assert {
        "token",
        "team_id",
        "team_domain",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    } <= set(body)


async def test_a_command_in_direct_messages_says_so(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body):
        seen.append((body["channel_id"], body["channel_name"]))
        await ack("ok")

    await sandbox_server.connect(app)
    await sandbox_server.post("command", user="dana", channel="dm", command="/lead")
    assert seen == [("D0DANA", "directmessage")]


async def test_an_immediate_reply_is_shown_to_the_person_alone(sandbox_server):
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack):
        await ack(text="Only for you", blocks=[section()])

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert (answer["reply"]["text"], answer["reply"]["ephemeral"], answer["reply"]["bot"]) == (
        "Only for you",
        True,
        True,
    )
    assert await sandbox_server.get("messages", channel="leads", user="lee") == []


async def test_an_immediate_reply_may_be_for_everybody(sandbox_server):
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack):
        await ack(text="For all", response_type="in_channel")

    await sandbox_server.connect(app)
    await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    rows = await sandbox_server.get("messages", channel="leads", user="lee")
    assert [(row["text"], row["ephemeral"]) for row in rows] == [("For all", False)]


async def test_a_modal_that_opens_after_the_acknowledgement_is_waited_for(sandbox_server):
    app = sandbox_server.bolt(answers_last=False)

    @app.command("/lead")
    async def lead(ack, body, client):
        await ack()
        await asyncio.sleep(0.05)
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert answer["view"]["callback_id"] == "lead"
    assert await sandbox_server.get("view", user="dana") == answer["view"]
    assert await sandbox_server.get("view", user="lee") is None


async def test_a_late_answer_by_response_url_is_the_reply(sandbox_server):
    app = sandbox_server.bolt(answers_last=False)

    @app.command("/lead")
    async def lead(ack, respond):
        await ack()
        await respond("Here it is")

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert (answer["reply"]["text"], answer["reply"]["ephemeral"]) == ("Here it is", True)


async def test_without_a_bot_the_person_is_told_honestly(sandbox_server):
    answer = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert (answer["ok"], answer["error"], answer["reason"]) == (False, "no_ack", "dispatch_failed")
    assert answer["reply"]["text"].startswith(
        "/lead failed with the error “dispatch_failed”. Valhalla is not connected"
    )
    assert answer["reply"]["username"] == "Slackbot"
    assert (await sandbox_server.get("workspace"))["connected"] is False


async def test_a_bot_that_is_too_late_counts_as_silent():
    async with serve_sandbox(ack_seconds=0.15) as running:
        app = running.bolt()

        @app.command("/lead")
        async def lead(ack):
            await asyncio.sleep(0.3)
            await ack("too late")

        await running.connect(app)
        answer = await running.post("command", user="dana", channel="leads", command="/lead")
        assert answer["reason"] == "operation_timeout"
        await asyncio.sleep(0.25)
        rows = await running.get("messages", channel="leads", user="dana")
        assert ["operation_timeout" in row["text"] for row in rows] == [True]


async def test_fifty_commands_at_once_are_all_answered_to_the_right_person(sandbox_server):
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body):
        await ack(f"{body['user_name']} {body['text']}")

    await sandbox_server.connect(app)
    people = ["dana", "lee", "sam"]
    calls = [(people[number % 3], str(number)) for number in range(50)]
    asked = [
        sandbox_server.post("command", user=name, channel="leads", command="/lead", text=text) for name, text in calls
    ]
    answers = await asyncio.gather(*asked)
    assert all(answer["ok"] for answer in answers)
    for name in people:
        rows = await sandbox_server.get("messages", channel="leads", user=name)
        assert sorted(row["text"] for row in rows) == sorted(f"{who} {text}" for who, text in calls if who == name)


async def test_a_reply_with_faulty_blocks_is_an_error_for_the_person(sandbox_server):
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack):
        await ack(text="x", blocks=[{"type": "nonsense"}])

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert (answer["ok"], answer["reason"]) == (False, "invalid_answer")


async def test_a_response_url_works_five_times_and_thirty_minutes(sandbox_server):
    urls = []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body):
        urls.append(body["response_url"])
        await ack("ok")

    await sandbox_server.connect(app)
    for _ in range(2):
        await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    five = [await respond(sandbox_server.http, urls[0], {"text": f"n{n}"}) for n in range(6)]
    assert five == [200] * 5 + [404]
    await sandbox_server.post("clock", advance_s=1801)
    assert await respond(sandbox_server.http, urls[1], {"text": "late"}) == 404
    unknown = f"{sandbox_server.origin}/sandbox/slack/response/unknown"
    assert await respond(sandbox_server.http, unknown, {"text": "x"}) == 404
    rows = await sandbox_server.get("messages", channel="leads", user="dana")
    assert [row["text"] for row in rows] == ["ok", "ok", "n0", "n1", "n2", "n3", "n4"]


async def respond(http: aiohttp.ClientSession, url: str, body: object) -> int:
    async with http.post(url, json=body) as response:
        return response.status


async def test_a_response_that_shows_nothing_or_is_no_object_is_refused(sandbox_server):
    urls = []
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body):
        urls.append(body["response_url"])
        await ack("ok")

    await sandbox_server.connect(app)
    await sandbox_server.post("command", user="dana", channel="leads", command="/lead")
    assert [await respond(sandbox_server.http, urls[0], body) for body in ({}, [], {"blocks": [{}]})] == [400, 400, 400]
    async with sandbox_server.http.post(urls[0], data=b"{") as response:
        assert (await response.json())["error"] == "invalid_payload"


async def test_a_global_shortcut_opens_a_modal(sandbox_server):
    app = sandbox_server.bolt()

    @app.shortcut("new_lead")
    async def new_lead(ack, shortcut, client):
        await client.views_open(trigger_id=shortcut["trigger_id"], view=modal())
        await ack()

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("shortcut", user="dana", callback_id="new_lead")
    assert answer["view"]["callback_id"] == "lead"


async def test_a_message_shortcut_brings_the_message(sandbox_server):
    seen = []
    app = sandbox_server.bolt()

    @app.shortcut("lead_from_message")
    async def from_message(ack, shortcut, respond):
        seen.append(shortcut)
        await respond("Taken")
        await ack()

    await sandbox_server.connect(app)
    ts = (await sandbox_server.post("say", user="lee", channel="leads", text="12 King St"))["ts"]
    answer = await sandbox_server.post("shortcut", user="dana", callback_id="lead_from_message", channel="leads", ts=ts)
    assert answer["ok"]
    assert (seen[0]["type"], seen[0]["message"]["text"], seen[0]["channel"]) == (
        "message_action",
        "12 King St",
        {"id": "C0LEADS", "name": "leads"},
    )


async def test_a_shortcut_without_a_bot_is_not_acknowledged(sandbox_server):
    answer = await sandbox_server.post("shortcut", user="dana", callback_id="new_lead")
    assert (answer["ok"], answer["error"], answer["view"]) == (False, "no_ack", None)


async def test_an_acknowledgement_that_is_no_object_is_an_error_for_the_person(sandbox_server):
    url = (await sandbox_server.api("apps.connections.open", token="xapp-sandbox"))["url"]
    socket = await sandbox_server.http.ws_connect(url)
    await socket.receive_json()
    asked = asyncio.create_task(sandbox_server.post("command", user="dana", channel="leads", command="/lead"))
    envelope = await socket.receive_json()
    await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": ["hi"]})
    assert (await asked)["reason"] == "invalid_answer"
    await socket.close()
