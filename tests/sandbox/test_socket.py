"""Socket Mode on the wire: hello, envelopes, several connections, disconnects."""

import asyncio
import json

import aiohttp
import pytest

from bot.sandbox import socket as socket_mode
from tests.sandbox.server import Running
from tests.sandbox.views_made import modal


async def dial(running: Running) -> aiohttp.ClientWebSocketResponse:
    url = (await running.api("apps.connections.open", token="xapp-sandbox"))["url"]
    return await running.http.ws_connect(url)


async def test_a_new_connection_is_greeted_with_the_number_of_connections(sandbox_server):
    first, second = await dial(sandbox_server), await dial(sandbox_server)
    hellos = [await each.receive_json() for each in (first, second)]
    assert [(hello["type"], hello["num_connections"]) for hello in hellos] == [("hello", 1), ("hello", 2)]
    assert hellos[0]["connection_info"] == {"app_id": "A0VALHALLA"}
    await first.close()
    await second.close()


async def test_a_ticket_lets_one_connection_in(sandbox_server):
    url = (await sandbox_server.api("apps.connections.open", token="xapp-sandbox"))["url"]
    socket = await sandbox_server.http.ws_connect(url)
    for wrong in (url, url.partition("?")[0]):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await sandbox_server.http.ws_connect(wrong)
    await socket.close()


async def test_a_ping_is_answered(sandbox_server):
    socket = await sandbox_server.http.ws_connect(
        (await sandbox_server.api("apps.connections.open", token="xapp-sandbox"))["url"], autoping=False
    )
    await socket.receive_json()
    await socket.ping(b"sdk-ping-pong:1")
    pong = await socket.receive(timeout=2)
    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")
    await socket.close()


async def test_envelopes_go_to_the_connections_in_turn_and_an_answer_may_come_by_the_other(sandbox_server):
    sockets = [await dial(sandbox_server) for _ in range(2)]
    for each in sockets:
        await each.receive_json()
    for turn in (0, 1, 0):
        asked = asyncio.create_task(sandbox_server.post("command", user="dana", channel="leads", command="/lead"))
        envelope = await sockets[turn].receive_json()
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert "retry_attempt" not in envelope
        answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}}
        await sockets[1 - turn].send_str("[]")
        await sockets[1 - turn].send_json({"envelope_id": "unknown"})
        await sockets[1 - turn].send_json(answer)
        await sockets[1 - turn].send_json(answer)
        assert (await asked)["reply"]["text"] == "hi"
    for each in sockets:
        await each.close()


async def test_an_event_says_which_attempt_it_is(sandbox_server):
    socket = await dial(sandbox_server)
    await socket.receive_json()
    await sandbox_server.post("say", user="dana", channel="leads", text="hello")
    envelope = await socket.receive_json()
    assert (envelope["type"], envelope["retry_attempt"], envelope["retry_reason"]) == ("events_api", 0, "")
    assert envelope["accepts_response_payload"] is False
    assert envelope["payload"]["type"] == "event_callback"
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await sandbox_server.traffic("message")
    await socket.close()


async def test_who_sends_no_json_is_hung_up_on(sandbox_server):
    socket = await dial(sandbox_server)
    await socket.receive_json()
    await socket.send_str("{")
    assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE
    await socket.close()


async def test_the_eleventh_connection_is_sent_away(sandbox_server):
    sockets = [await dial(sandbox_server) for _ in range(11)]
    for each in sockets:
        assert (await each.receive_json())["type"] == "hello"
    goodbye = await sockets[-1].receive_json()
    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "too_many_websockets")
    for each in sockets:
        await each.close()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_disconnect_is_announced_and_then_carried_out(sandbox_server, reason, monkeypatch):
    monkeypatch.setattr(socket_mode, "GRACE_SECONDS", 0.05)
    socket = await dial(sandbox_server)
    await socket.receive_json()
    await sandbox_server.post("faults", kind="disconnect", reason=reason)
    goodbye = json.loads((await socket.receive(timeout=2)).data)
    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", reason)
    assert (await sandbox_server.get("workspace"))["connected"] is False
    assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE
    await socket.close()


async def test_a_bolt_app_reconnects_and_misses_nothing(sandbox_server):
    app = sandbox_server.bolt()

    @app.command("/lead")
    async def lead(ack, body, client):
        await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await ack()

    await sandbox_server.connect(app)
    answer = await sandbox_server.post("faults", kind="disconnect", count=2)
    assert answer["faults"] == {"disconnect": 1}
    answers = [await sandbox_server.post("command", user="dana", channel="leads", command="/lead") for _ in range(3)]
    assert [each["ok"] for each in answers] == [True, True, True]
    opened = [each for each in await sandbox_server.get("traffic") if each.get("method") == "apps.connections.open"]
    assert len(opened) == 3


async def test_the_sandbox_hangs_up_when_it_closes(sandbox_server):
    socket = await dial(sandbox_server)
    await socket.receive_json()
    await sandbox_server.sandbox.close()
    assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE
    await socket.close()
