"""The Web API's door: tokens, bodies, unknown methods, connections."""

import pytest
from slack_sdk.errors import SlackApiError

BOT, APP = "xoxb-sandbox", "xapp-sandbox"


async def test_slacks_own_client_is_told_who_it_is(sandbox_server):
    answer = await sandbox_server.client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0VALHALLA", "B0VALHALLA", "T0SANDBOX")
    assert answer.headers["x-oauth-scopes"] == "commands,chat:write"


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", None, "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("chat.postMessage", None, "not_authed"),
        ("chat.postMessage", APP, "not_allowed_token_type"),
        ("users.list", "nonsense", "invalid_auth"),
        ("apps.connections.open", None, "not_authed"),
        ("apps.connections.open", BOT, "not_allowed_token_type"),
        ("apps.connections.open", "xapp-wrong", "invalid_auth"),
        ("chat.doNothing", BOT, "unknown_method"),
    ],
)
async def test_a_wrong_token_or_method_gets_slacks_own_error(sandbox_server, method, token, error):
    answer = await sandbox_server.api(method, token=token)
    assert (answer["ok"], answer["error"]) == (False, error)


async def test_an_app_token_may_ask_who_it_is(sandbox_server):
    answer = await sandbox_server.api("auth.test", token=APP)
    assert answer["ok"]
    assert answer["app_id"] == "A0VALHALLA"
    assert "bot_id" not in answer


async def test_an_app_token_gets_a_websocket_address_on_this_server(sandbox_server):
    answer = await sandbox_server.api("apps.connections.open", token=APP)
    assert answer["url"].startswith(sandbox_server.origin.replace("http", "ws") + "/sandbox/slack/socket?ticket=")


async def test_a_connection_is_not_opened_by_get(sandbox_server):
    url = f"{sandbox_server.sandbox.api_url}apps.connections.open?token={APP}"
    async with sandbox_server.http.get(url) as response:
        assert (await response.json())["error"] == "insecure_request"


async def test_a_token_may_also_come_as_a_form_field(sandbox_server):
    url = f"{sandbox_server.sandbox.api_url}auth.test"
    async with sandbox_server.http.post(url, data={"token": BOT}) as response:
        assert (await response.json())["ok"]


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json; charset=utf-8", b"\xff", "invalid_json"),
        ("application/json", b'{"a": NaN}', "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("application/x-www-form-urlencoded", b"\xff", "invalid_form_data"),
    ],
)
async def test_a_body_that_cannot_be_read_is_named(sandbox_server, content_type, body, error):
    url, headers = f"{sandbox_server.sandbox.api_url}auth.test", {"Content-Type": content_type}
    async with sandbox_server.http.post(url, data=body, headers=headers) as response:
        assert (await response.json())["error"] == error


async def test_api_test_echoes_and_fails_on_demand(sandbox_server):
    assert (await sandbox_server.client.api_test(foo="bar"))["args"] == {"foo": "bar"}
    with pytest.raises(SlackApiError, match="my_error"):
        await sandbox_server.client.api_test(error="my_error")


async def test_every_call_is_in_the_traffic(sandbox_server):
    await sandbox_server.client.auth_test()
    await sandbox_server.api("chat.nothing")
    entries = await sandbox_server.get("traffic")
    assert [(each["n"], each["method"], each["ok"], each["error"]) for each in entries] == [
        (1, "auth.test", True, None),
        (2, "chat.nothing", False, "unknown_method"),
    ]
