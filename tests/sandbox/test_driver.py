"""The driver's other calls, and what it says to calls that cannot be done."""

import pytest

from tests.sandbox.views_made import modal, section


async def test_the_workspace_is_told(sandbox_server):
    told = await sandbox_server.get("workspace")
    assert (told["team"], told["label"]) == (
        {"id": "T0SANDBOX", "name": "Maple Homes"},
        "Sandbox: not connected to Slack",
    )
    assert told["app"]["name"] == "Valhalla"
    assert [(person["name"], person["role"]) for person in told["people"]] == [
        ("dana", "rep"),
        ("lee", "approver"),
        ("sam", "admin"),
    ]
    assert [channel["id"] for channel in told["channels"] if channel["is_im"]] == ["D0DANA", "D0LEE", "D0SAM"]
    assert told["commands"][0] == {
        "command": "/lead",
        "description": "Capture a lead",
        "usage_hint": "name, phone, address",
    }
    assert [each["type"] for each in told["shortcuts"]] == ["global", "message"]
    assert told["connected"] is False


async def test_rows_show_what_a_person_sees(sandbox_server):
    ts = (await sandbox_server.post("say", user="dana", channel="leads", text="hello"))["ts"]
    reply = await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="re", thread_ts=ts, blocks=[section()])
    (row,) = await sandbox_server.get("messages", channel="#leads", user="lee")
    assert row == {
        "ts": ts,
        "user": "U0DANA",
        "username": "Dana Okafor",
        "text": "hello",
        "blocks": [],
        "attachments": [],
        "thread_ts": ts,
        "reply_count": 1,
        "latest_reply": reply["ts"],
        "ephemeral": False,
        "edited": False,
        "metadata": None,
        "reactions": [],
        "bot": False,
    }
    thread = await sandbox_server.get("messages", channel="leads", user="lee", thread_ts=ts)
    assert [(each["text"], each["username"], each["bot"]) for each in thread] == [
        ("hello", "Dana Okafor", False),
        ("re", "Valhalla", True),
    ]
    assert len(await sandbox_server.get("messages", channel="leads")) == 1


async def test_direct_messages_are_private(sandbox_server):
    await sandbox_server.client.chat_postMessage(channel="U0DANA", text="psst")
    for channel in ("dm", "D0DANA", "@dana", "@valhalla"):
        assert [row["text"] for row in await sandbox_server.get("messages", channel=channel, user="dana")] == ["psst"]
    assert (await sandbox_server.get("messages", channel="D0DANA", user="lee"))["error"] == "not_in_channel"


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("command", {"channel": "leads", "command": "/lead"}, "missing_field"),
        ("command", {"user": "nobody", "channel": "leads", "command": "/lead"}, "user_not_found"),
        ("command", {"user": "dana", "channel": "none", "command": "/lead"}, "channel_not_found"),
        ("command", {"user": "dana", "channel": "leads", "command": "/dance"}, "unknown_command"),
        ("command", {"user": 7, "channel": "leads", "command": "/lead"}, "invalid_field"),
        ("shortcut", {"user": "dana", "callback_id": "none"}, "unknown_shortcut"),
        ("shortcut", {"user": "dana", "callback_id": "lead_from_message"}, "unknown_shortcut"),
        (
            "shortcut",
            {"user": "dana", "callback_id": "lead_from_message", "channel": "leads", "ts": "1.000001"},
            "message_not_found",
        ),
        ("say", {"user": "dana", "channel": "leads"}, "missing_field"),
        ("say", {"user": "dana", "channel": "D0LEE", "text": "x"}, "not_in_channel"),
        ("submit", {"user": "dana", "view_id": "V0"}, "view_not_found"),
        ("close", {"user": "dana", "view_id": "V0"}, "view_not_found"),
        ("nonsense", {}, "unknown_call"),
    ],
)
async def test_what_cannot_be_done_is_explained(sandbox_server, name, body, error):
    answer = await sandbox_server.post(name, **body)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["message"].endswith((".", "dm."))


async def test_values_must_be_an_object_and_a_view_needs_a_submit_button(sandbox_server):
    client = sandbox_server.client
    view = (await client.views_open(trigger_id=sandbox_server.trigger(), view=modal()))["view"]
    answer = await sandbox_server.post("submit", user="dana", view_id=view["id"], values=["x"])
    assert answer["error"] == "invalid_field"
    shown = modal(section())
    del shown["submit"]
    view = (await client.views_open(trigger_id=sandbox_server.trigger(), view=shown))["view"]
    assert (await sandbox_server.post("submit", user="dana", view_id=view["id"]))["error"] == "no_submit"


@pytest.mark.parametrize(
    ("content_type", "data", "status", "error"),
    [
        ("application/x-www-form-urlencoded", "user=dana", 415, "not_json"),
        ("text/plain", "{}", 415, "not_json"),
        ("application/json", "{", 400, "invalid_json"),
        ("application/json", "[]", 400, "invalid_json"),
        ("application/json", '{"text": "' + "x" * 1_000_001 + '"}', 413, "too_large"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(sandbox_server, content_type, data, status, error):
    url, headers = f"{sandbox_server.origin}/sandbox/api/say", {"Content-Type": content_type}
    async with sandbox_server.http.post(url, data=data, headers=headers) as response:
        assert (response.status, (await response.json())["error"]) == (status, error)


async def test_a_reset_leaves_an_empty_workspace_and_the_clock(sandbox_server):
    await sandbox_server.post("clock", to="2026-12-24T09:00:00-05:00")
    await sandbox_server.post("faults", kind="lost_ack", count=1)
    await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x")
    await sandbox_server.client.views_open(trigger_id=sandbox_server.trigger(), view=modal())
    sandbox_server.sandbox.outbox.append({"medium": "sms"})
    assert await sandbox_server.post("reset") == {"ok": True}
    assert await sandbox_server.get("messages", channel="leads", user="dana") == []
    assert await sandbox_server.get("view", user="dana") is None
    assert await sandbox_server.get("traffic") == []
    assert await sandbox_server.get("sent") == []
    assert (await sandbox_server.get("faults"))["faults"] == {}
    assert (await sandbox_server.get("clock"))["now"].startswith("2026-12-24")
