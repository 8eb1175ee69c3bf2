"""The Web API's methods that read."""

import pytest

from tests.sandbox.views_made import section


async def test_people_are_found_by_id_and_by_address(sandbox_server):
    client = sandbox_server.client
    dana = (await client.users_info(user="U0DANA", include_locale=True))["user"]
    assert (dana["real_name"], dana["tz"], dana["locale"], dana["is_admin"]) == (
        "Dana Okafor",
        "America/Toronto",
        "en-US",
        False,
    )
    sam = (await client.users_lookupByEmail(email="Sam@maplehomes.example"))["user"]
    assert (sam["id"], sam["is_admin"], sam["is_owner"]) == ("U0SAM", True, True)
    bot = (await client.users_info(user="U0VALHALLA"))["user"]
    assert bot["is_bot"]


async def test_the_list_of_people_comes_in_pages(sandbox_server):
    client = sandbox_server.client
    first = await client.users_list(limit=3)
    assert [user["id"] for user in first["members"]] == ["U0DANA", "U0LEE", "U0SAM"]
    second = await client.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [user["id"] for user in second["members"]] == ["U0VALHALLA"]
    assert second["response_metadata"]["next_cursor"] == ""
    assert isinstance(first["cache_ts"], int)


async def test_channels_are_listed_by_kind(sandbox_server):
    client = sandbox_server.client
    public = (await client.conversations_list())["channels"]
    assert [channel["name"] for channel in public] == ["leads", "approvals", "kpi"]
    direct = (await client.conversations_list(types=["im"]))["channels"]
    assert [channel["user"] for channel in direct] == ["U0DANA", "U0LEE", "U0SAM"]


async def test_a_channel_and_its_members_are_told(sandbox_server):
    client = sandbox_server.client
    assert (await client.conversations_info(channel="C0LEADS"))["channel"]["name"] == "leads"
    assert (await client.conversations_members(channel="D0LEE"))["members"] == ["U0LEE", "U0VALHALLA"]
    assert len((await client.conversations_members(channel="C0KPI"))["members"]) == 4
    assert (await client.conversations_join(channel="C0KPI"))["warning"] == "already_in_channel"


async def test_direct_messages_are_opened_by_person_or_id(sandbox_server):
    client = sandbox_server.client
    assert (await client.conversations_open(users="U0DANA"))["channel"] == {"id": "D0DANA"}
    full = await client.conversations_open(channel="D0LEE", return_im=True)
    assert full["channel"]["user"] == "U0LEE"


async def test_the_team_is_told(sandbox_server):
    team = (await sandbox_server.client.team_info())["team"]
    assert (team["id"], team["name"]) == ("T0SANDBOX", "Maple Homes")


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.info", {}, "invalid_arguments"),
        ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
        ("users.list", {"cursor": "?"}, "invalid_cursor"),
        ("users.list", {"cursor": "b2Zmc2V0Oi0x"}, "invalid_cursor"),
        ("users.list", {"limit": "many"}, "invalid_limit"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.info", {"channel": "C0NONE"}, "channel_not_found"),
        ("conversations.info", {"channel": "leads"}, "channel_not_found"),
        ("conversations.members", {"channel": "C0NONE"}, "channel_not_found"),
        ("conversations.join", {"channel": "D0DANA"}, "method_not_supported_for_channel_type"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {"users": "U0DANA,U0LEE"}, "method_not_supported_for_channel_type"),
        ("conversations.history", {"channel": "C0NONE"}, "channel_not_found"),
        ("conversations.history", {"channel": "C0LEADS", "oldest": "yesterday"}, "invalid_ts_oldest"),
        ("conversations.replies", {"channel": "C0LEADS", "ts": "1.000001"}, "thread_not_found"),
        ("team.info", {"team": "T0OTHER"}, "team_not_found"),
    ],
)
async def test_what_is_not_there_gets_slacks_own_error(sandbox_server, method, body, error):
    assert (await sandbox_server.api(method, body))["error"] == error


async def test_history_is_latest_first_in_pages_and_without_replies(sandbox_server):
    client = sandbox_server.client
    stamps = [(await client.chat_postMessage(channel="C0LEADS", text=f"m{n}"))["ts"] for n in range(3)]
    await client.chat_postMessage(channel="C0LEADS", text="reply", thread_ts=stamps[0])
    first = await client.conversations_history(channel="C0LEADS", limit=2)
    assert [message["text"] for message in first["messages"]] == ["m2", "m1"]
    assert first["has_more"]
    rest = await client.conversations_history(
        channel="C0LEADS", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [message["text"] for message in rest["messages"]] == ["m0"]
    assert (rest["has_more"], rest["messages"][0]["reply_count"]) == (False, 1)


async def test_history_between_two_instants_leaves_them_out_unless_inclusive(sandbox_server):
    client = sandbox_server.client
    a, b, c = [(await client.chat_postMessage(channel="C0LEADS", text=text))["ts"] for text in "abc"]
    between = await client.conversations_history(channel="C0LEADS", oldest=a, latest=c)
    assert [message["ts"] for message in between["messages"]] == [b]
    both = await client.conversations_history(channel="C0LEADS", oldest=a, latest=c, inclusive=True)
    assert [message["ts"] for message in both["messages"]] == [c, b, a]


async def test_metadata_comes_back_when_it_is_asked_for(sandbox_server):
    client = sandbox_server.client
    metadata = {"event_type": "lead", "event_payload": {"lead_id": 7}}
    await client.chat_postMessage(channel="C0LEADS", text="card", blocks=[section()], metadata=metadata)
    plain = await client.conversations_history(channel="C0LEADS")
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel="C0LEADS", include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata


async def test_a_thread_is_told_from_its_parent_on_also_when_a_reply_is_named(sandbox_server):
    client = sandbox_server.client
    parent = (await client.chat_postMessage(channel="C0LEADS", text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel="C0LEADS", text="one", thread_ts=parent))["ts"]
    await client.chat_postMessage(channel="C0LEADS", text="two", thread_ts=reply)
    for ts in (parent, reply):
        thread = (await client.conversations_replies(channel="C0LEADS", ts=ts))["messages"]
        assert [message["text"] for message in thread] == ["parent", "one", "two"]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, thread[2]["ts"])
    assert thread[1]["parent_user_id"] == "U0VALHALLA"
