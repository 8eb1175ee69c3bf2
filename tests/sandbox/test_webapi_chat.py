"""The Web API's chat methods and reactions."""

import json

import pytest

from tests.sandbox.views_made import actions, button, section

METADATA = {"event_type": "lead", "event_payload": {"lead_id": 7}}
STAMP = "1764000000.000100"


async def test_a_posted_message_says_which_app_wrote_it(sandbox_server):
    answer = await sandbox_server.client.chat_postMessage(
        channel="C0LEADS", text="Hello", blocks=[section()], unfurl_links=False, unfurl_media=False
    )
    message = answer["message"]
    assert (answer["channel"], answer["ts"]) == ("C0LEADS", message["ts"])
    assert (message["app_id"], message["bot_id"], message["team"], message["user"]) == (
        "A0VALHALLA",
        "B0VALHALLA",
        "T0SANDBOX",
        "U0VALHALLA",
    )
    assert message["bot_profile"]["name"] == "Valhalla"
    assert message["blocks"][0]["block_id"]


@pytest.mark.parametrize(
    ("place", "channel_id"),
    [("C0KPI", "C0KPI"), ("#kpi", "C0KPI"), ("kpi", "C0KPI"), ("U0LEE", "D0LEE"), ("D0LEE", "D0LEE")],
)
async def test_a_message_goes_to_a_channel_or_a_person(sandbox_server, place, channel_id):
    assert (await sandbox_server.client.chat_postMessage(channel=place, text="x"))["channel"] == channel_id


async def test_timestamps_rise_though_the_clock_goes_back(sandbox_server):
    client = sandbox_server.client
    stamps = []
    for seconds in (0, -3600, 7200, 0):
        await sandbox_server.post("clock", advance_s=seconds)
        stamps.append(float((await client.chat_postMessage(channel="C0LEADS", text="x"))["ts"]))
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0LEADS"}, "no_text"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "", "blocks": []}, "no_text"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "blocks": {"a": 1}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "thread_ts": STAMP}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "metadata": [1]}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_schema"),
        (
            "chat.postMessage",
            {"channel": "C0LEADS", "text": "x", "metadata": {"event_type": "a", "event_payload": {"a": "x" * 9000}}},
            "metadata_too_large",
        ),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "attachments": "["}, "invalid_attachments"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "attachments": {}}, "invalid_attachments"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ("chat.postMessage", {"channel": "C0LEADS", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ("chat.postMessage", {"channel": "C0LEADS", "markdown_text": "y" * 12_001}, "msg_too_long"),
        ("chat.postEphemeral", {"channel": "C0LEADS", "text": "x"}, "invalid_arguments"),
        ("chat.postEphemeral", {"channel": "D0LEE", "user": "U0DANA", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": "C0LEADS", "user": "U0NONE", "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": "C0LEADS", "user": "U0DANA", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.update", {"channel": "C0LEADS", "text": "x"}, "invalid_arguments"),
        ("chat.update", {"channel": "C0NONE", "ts": STAMP, "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": "C0LEADS", "ts": STAMP, "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "C0LEADS", "ts": STAMP}, "message_not_found"),
        ("chat.getPermalink", {"channel": "C0LEADS", "message_ts": STAMP}, "message_not_found"),
        ("chat.getPermalink", {"channel": "C0NONE", "message_ts": STAMP}, "channel_not_found"),
        ("reactions.add", {"channel": "C0LEADS", "timestamp": STAMP, "name": "eyes"}, "message_not_found"),
    ],
)
async def test_a_wrong_call_gets_slacks_own_error(sandbox_server, method, body, error):
    assert (await sandbox_server.api(method, body))["error"] == error


async def test_faulty_blocks_are_explained(sandbox_server):
    body = {"channel": "C0LEADS", "text": "x", "blocks": [section("y" * 3001)]}
    answer = await sandbox_server.api("chat.postMessage", body)
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]


async def test_a_form_with_json_inside_is_understood(sandbox_server):
    form = {"channel": "C0LEADS", "text": "x", "blocks": json.dumps([section()]), "metadata": json.dumps(METADATA)}
    url = f"{sandbox_server.sandbox.api_url}chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    async with sandbox_server.http.post(url, data=form, headers=headers) as response:
        message = (await response.json())["message"]
    assert message["blocks"][0]["type"] == "section"
    assert message["metadata"] == METADATA


async def test_a_text_over_40_000_characters_is_cut(sandbox_server):
    answer = await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="x" * 40_100)
    assert len(answer["message"]["text"]) == 40_000


async def test_markdown_text_becomes_a_markdown_block(sandbox_server):
    answer = await sandbox_server.client.chat_postMessage(channel="C0LEADS", markdown_text="**bold**")
    assert answer["message"]["blocks"][0] | {"block_id": ""} == {"type": "markdown", "text": "**bold**", "block_id": ""}


async def test_attachments_and_another_name_are_kept(sandbox_server):
    client = sandbox_server.client
    answer = await client.chat_postMessage(
        channel="C0LEADS", text="x", username="Digest", icon_emoji=":sun:", attachments=[{"text": "more"}]
    )
    message = answer["message"]
    assert (message["subtype"], message["username"], message["icons"]) == ("bot_message", "Digest", {"emoji": ":sun:"})
    assert message["attachments"] == [{"id": 1, "fallback": "more", "text": "more"}]


async def test_an_update_changes_what_it_names_and_keeps_the_rest(sandbox_server):
    client = sandbox_server.client
    blocks = [actions(button("a"))]
    ts = (await client.chat_postMessage(channel="C0LEADS", text="a", blocks=blocks, metadata=METADATA))["ts"]
    answer = await client.chat_update(channel="C0LEADS", ts=ts, text="b")
    message = answer["message"]
    assert (answer["ts"], answer["text"], message["text"]) == (ts, "b", "b")
    assert (message["blocks"][0]["block_id"], message["metadata"]) == ("row", METADATA)
    assert message["edited"]["user"] == "U0VALHALLA"
    bare = (await client.chat_update(channel="C0LEADS", ts=ts, text="c", blocks=[], metadata={}))["message"]
    assert "blocks" not in bare
    assert "metadata" not in bare


async def test_an_update_over_4_000_characters_is_too_long(sandbox_server):
    ts = (await sandbox_server.client.chat_postMessage(channel="C0LEADS", text="a"))["ts"]
    answer = await sandbox_server.api("chat.update", {"channel": "C0LEADS", "ts": ts, "text": "x" * 4_001})
    assert answer["error"] == "msg_too_long"


async def test_somebody_elses_message_is_neither_changed_nor_deleted(sandbox_server):
    ts = (await sandbox_server.post("say", user="dana", channel="leads", text="mine"))["ts"]
    place = {"channel": "C0LEADS", "ts": ts}
    assert (await sandbox_server.api("chat.update", place | {"text": "x"}))["error"] == "cant_update_message"
    assert (await sandbox_server.api("chat.delete", place))["error"] == "cant_delete_message"


async def test_an_ephemeral_message_is_seen_by_one_person_and_cannot_be_updated(sandbox_server):
    client = sandbox_server.client
    ts = (await client.chat_postEphemeral(channel="C0LEADS", user="U0DANA", text="for you"))["message_ts"]
    seen = {name: await sandbox_server.get("messages", channel="leads", user=name) for name in ("dana", "lee")}
    assert [(row["text"], row["ephemeral"]) for row in seen["dana"]] == [("for you", True)]
    assert seen["lee"] == []
    assert (await client.conversations_history(channel="C0LEADS"))["messages"] == []
    answer = await sandbox_server.api("chat.update", {"channel": "C0LEADS", "ts": ts, "text": "x"})
    assert answer["error"] == "message_not_found"


async def test_a_deleted_message_is_gone_and_a_parent_leaves_a_tombstone(sandbox_server):
    client = sandbox_server.client
    lone = (await client.chat_postMessage(channel="C0LEADS", text="lone"))["ts"]
    parent = (await client.chat_postMessage(channel="C0LEADS", text="parent"))["ts"]
    await client.chat_postMessage(channel="C0LEADS", text="reply", thread_ts=parent)
    for ts in (lone, parent):
        assert (await client.chat_delete(channel="C0LEADS", ts=ts))["ts"] == ts
    rows = await sandbox_server.get("messages", channel="leads", user="dana")
    assert [row["text"] for row in rows] == ["This message was deleted."]
    history = (await client.conversations_history(channel="C0LEADS"))["messages"]
    assert [message["subtype"] for message in history] == ["tombstone"]


async def test_a_broadcast_reply_is_in_the_channel_too(sandbox_server):
    client = sandbox_server.client
    parent = (await client.chat_postMessage(channel="C0LEADS", text="parent"))["ts"]
    reply = await client.chat_postMessage(channel="C0LEADS", text="r", thread_ts=parent, reply_broadcast=True)
    assert reply["message"]["subtype"] == "thread_broadcast"
    rows = await sandbox_server.get("messages", channel="leads", user="dana")
    assert [(row["text"], row["reply_count"]) for row in rows] == [("parent", 1), ("r", 0)]


async def test_a_permalink_leads_to_the_page(sandbox_server):
    client = sandbox_server.client
    parent = (await client.chat_postMessage(channel="C0LEADS", text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel="C0LEADS", text="r", thread_ts=parent))["ts"]
    link = (await client.chat_getPermalink(channel="C0LEADS", message_ts=parent))["permalink"]
    assert link == f"{sandbox_server.origin}/archives/C0LEADS/p{parent.replace('.', '')}"
    inner = (await client.chat_getPermalink(channel="C0LEADS", message_ts=reply))["permalink"]
    assert inner.endswith(f"?thread_ts={parent}&cid=C0LEADS")
    async with sandbox_server.http.get(link, allow_redirects=False) as response:
        assert response.headers["location"].startswith("/?channel=C0LEADS&message=p")


async def test_a_reaction_counts_once(sandbox_server):
    client = sandbox_server.client
    ts = (await client.chat_postMessage(channel="C0LEADS", text="x"))["ts"]
    await client.reactions_add(channel="C0LEADS", timestamp=ts, name="white_check_mark")
    again = {"channel": "C0LEADS", "timestamp": ts, "name": "white_check_mark"}
    assert (await sandbox_server.api("reactions.add", again))["error"] == "already_reacted"
    assert (await sandbox_server.api("reactions.add", again | {"name": "no name"}))["error"] == "invalid_name"
    history = (await client.conversations_history(channel="C0LEADS"))["messages"]
    expected = [{"name": "white_check_mark", "users": ["U0VALHALLA"], "count": 1}]
    assert history[0]["reactions"] == expected


async def test_empty_texts_in_a_form_count_as_left_out(sandbox_server):
    form = {"channel": "C0LEADS", "text": "x", "blocks": "", "attachments": "", "metadata": "", "thread_ts": ""}
    url = f"{sandbox_server.sandbox.api_url}chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    async with sandbox_server.http.post(url, data=form, headers=headers) as response:
        assert (await response.json())["ok"]
