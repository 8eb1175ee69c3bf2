"""The page's event stream."""

import asyncio
import json

import aiohttp

from bot.sandbox import live
from tests.sandbox.views_made import home, modal


async def listen(running, user: str) -> aiohttp.ClientResponse:
    response = await running.http.get(f"{running.origin}/sandbox/api/live", params={"user": user})
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert await response.content.readline() == b": listening\n"
    assert await response.content.readline() == b"\n"
    return response


async def heard(response: aiohttp.ClientResponse, count: int) -> list[dict]:
    found = []
    async with asyncio.timeout(2):
        while len(found) < count:
            line = await response.content.readline()
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
    return found


async def test_each_person_hears_of_what_they_can_see(sandbox_server):
    dana, lee = await listen(sandbox_server, "dana"), await listen(sandbox_server, "@lee")
    client = sandbox_server.client
    await client.chat_postEphemeral(channel="C0LEADS", user="U0DANA", text="x")
    await client.chat_postMessage(channel="U0DANA", text="x")
    await client.views_open(trigger_id=sandbox_server.trigger(), view=modal())
    await client.views_publish(user_id="U0DANA", view=home())
    await client.chat_postMessage(channel="C0KPI", text="x")
    await sandbox_server.post("reset")
    assert await heard(dana, 6) == [
        {"kind": "message", "channel": "C0LEADS", "user": "U0DANA"},
        {"kind": "message", "channel": "D0DANA", "user": "U0DANA"},
        {"kind": "view", "user": "U0DANA"},
        {"kind": "home", "user": "U0DANA"},
        {"kind": "message", "channel": "C0KPI"},
        {"kind": "reset"},
    ]
    assert await heard(lee, 2) == [{"kind": "message", "channel": "C0KPI"}, {"kind": "reset"}]
    dana.close()
    lee.close()


async def test_a_bot_that_comes_is_heard_of(sandbox_server):
    stream = await listen(sandbox_server, "sam")
    await sandbox_server.connect(sandbox_server.bolt())
    assert await heard(stream, 1) == [{"kind": "connection"}]
    stream.close()


async def test_the_stream_ends_when_the_sandbox_closes(sandbox_server):
    stream = await listen(sandbox_server, "sam")
    await sandbox_server.sandbox.close()
    async with asyncio.timeout(2):
        assert await stream.content.read() == b""


async def test_nobody_hears_nothing(sandbox_server):
    assert (await sandbox_server.get("live", user="nobody"))["error"] == "user_not_found"


async def test_a_quiet_stream_is_kept_alive(monkeypatch):
    monkeypatch.setattr(live, "PING_SECONDS", 0.01)
    stream = live.Live().stream("U0DANA")
    assert [await anext(stream) for _ in range(3)] == [b": listening\n\n", b": ping\n\n", b": ping\n\n"]
    await stream.aclose()


async def test_a_reader_that_fell_behind_misses_notices_and_still_ends(monkeypatch):
    monkeypatch.setattr(live, "_BACKLOG", 2)
    told = live.Live()
    stream = told.stream("U0DANA")
    await anext(stream)
    for _ in range(5):
        told.publish(live.Notice("reset"))
    told.close()
    assert [line async for line in stream][-1:] in ([], [b'data: {"kind": "reset"}\n\n'])
