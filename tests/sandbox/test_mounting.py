"""The sandbox inside another app, as the bot mounts it; and small shapes that no conversation reaches."""

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.clock import MovableClock
from bot.sandbox.app import SandboxConfig, create_sandbox
from bot.sandbox.block_ids import with_ids
from tests.sandbox.server import MANIFEST, free_port, serve
from tests.sandbox.views_made import actions, button, section


async def healthz(request: Request) -> Response:
    return PlainTextResponse("well")


async def test_the_hosts_own_routes_come_first_and_the_sandbox_has_the_rest():
    listener, origin = free_port()
    sandbox = create_sandbox(SandboxConfig(origin, MANIFEST), MovableClock())
    app = Starlette(routes=[Route("/healthz", healthz), Mount("/", sandbox.app)])
    async with serve(app, listener), aiohttp.ClientSession() as http:
        async with http.get(f"{origin}/healthz", headers={"Host": "elsewhere"}) as response:
            assert await response.text() == "well"
        async with http.get(f"{origin}/") as response:
            assert response.headers["Content-Type"].startswith("text/html")
        headers = {"Authorization": "Bearer xapp-sandbox"}
        async with http.post(f"{sandbox.api_url}apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        async with http.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        assert (sandbox.team.id, sandbox.team.name) == ("T0SANDBOX", "Maple Homes")
        await sandbox.close()


def test_blocks_get_the_ids_that_were_left_out_and_keep_their_own():
    nameless = button("x")
    del nameless["action_id"]
    inner = {"type": "actions", "elements": [nameless, button("mine")]}
    pictured = {**section(), "accessory": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}}
    container, image, row = with_ids([{"type": "container", "child_blocks": [inner]}, pictured, actions(button("a"))])
    elements = container["child_blocks"][0]["elements"]
    assert elements[0]["action_id"]
    assert elements[1]["action_id"] == "mine"
    assert container["block_id"] != container["child_blocks"][0]["block_id"]
    assert "action_id" not in image["accessory"]
    assert row["block_id"] == "row"
