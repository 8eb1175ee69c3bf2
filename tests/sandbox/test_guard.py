"""Who may come in: Host, Origin, loopback; and the page's files."""

import aiohttp
import pytest
from starlette.responses import PlainTextResponse

from bot.sandbox.guard import Guard

SAY = {"user": "dana", "channel": "leads", "text": "x"}


async def status(running, method: str, path: str, headers: dict[str, str], **more: object) -> int:
    async with running.http.request(method, running.origin + path, headers=headers, **more) as response:
        return response.status


async def test_another_host_is_refused_everywhere(sandbox_server):
    port = sandbox_server.origin.rpartition(":")[2]
    paths = ("/", "/sandbox/api/workspace", "/sandbox/static/index.html", "/sandbox/slack/api/api.test")
    for path in paths:
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1"):
            assert await status(sandbox_server, "GET", path, {"Host": host}) == 403
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        assert await status(sandbox_server, "GET", "/sandbox/api/workspace", {"Host": host}) == 200


async def test_another_sites_page_may_not_post(sandbox_server):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        assert await status(sandbox_server, "POST", "/sandbox/api/say", {"Origin": origin}, json=SAY) == 403
    own = {"Origin": sandbox_server.origin}
    assert await status(sandbox_server, "POST", "/sandbox/api/say", own, json=SAY) == 200


async def test_another_sites_page_may_not_open_the_websocket(sandbox_server):
    url = (await sandbox_server.api("apps.connections.open", token="xapp-sandbox"))["url"]
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await sandbox_server.http.ws_connect(url, headers={"Origin": "https://evil.example"})
    assert caught.value.status == 403
    socket = await sandbox_server.http.ws_connect(url, headers={"Origin": sandbox_server.origin})
    assert (await socket.receive_json())["type"] == "hello"
    await socket.close()


@pytest.mark.parametrize(("client", "expected"), [("10.0.0.7", 403), ("127.0.0.1", 200), ("::1", 200)])
async def test_only_this_machine_is_answered(client, expected):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost:8000")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": (client, 1)}
    await Guard(PlainTextResponse("ok"), "http://127.0.0.1:8000")(scope, receive, send)
    assert sent[0]["status"] == expected


async def test_the_page_is_served_with_a_policy_against_foreign_scripts(sandbox_server):
    async with sandbox_server.http.get(sandbox_server.origin + "/") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/html")
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        page = await response.text()
    assert "<script>" not in page
    assert " onclick=" not in page


async def test_files_come_from_the_pages_folder_alone(sandbox_server):
    assert await status(sandbox_server, "GET", "/sandbox/static/index.html", {}) == 200
    assert await status(sandbox_server, "GET", "/favicon.ico", {}) == 200
    for path in (
        "/sandbox/static/app.py",
        "/sandbox/static/..%2Fapp.py",
        "/sandbox/static/%2Fetc%2Fpasswd",
        "/nowhere",
    ):
        assert await status(sandbox_server, "GET", path, {}) == 404
