"""Runs a sandbox on a free loopback port, in the test's own event loop, and speaks to it as the page does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.clock import MovableClock
from bot.sandbox.app import Sandbox, SandboxConfig, create_sandbox

MANIFEST: Mapping[str, Any] = {
    "display_information": {"name": "Valhalla", "description": "Leads, offers, follow-ups"},
    "features": {
        "slash_commands": [
            {"command": "/lead", "description": "Capture a lead", "usage_hint": "name, phone, address"},
            {"command": "/offer", "description": "Price an offer"},
        ],
        "shortcuts": [
            {"name": "New lead", "type": "global", "callback_id": "new_lead", "description": "Capture a lead"},
            {"name": "Lead from message", "type": "message", "callback_id": "lead_from_message", "description": "…"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "message.im", "app_mention"]}
    },
}


@dataclass(slots=True)
class Running:
    """A sandbox that is being served."""

    sandbox: Sandbox
    clock: MovableClock
    origin: str
    http: aiohttp.ClientSession
    handlers: list[AsyncSocketModeHandler] = field(default_factory=list)

    @property
    def client(self) -> AsyncWebClient:
        """Slack's own client with the bot's token."""
        return AsyncWebClient(token=self.sandbox.config.bot_token, base_url=self.sandbox.api_url)

    async def get(self, name: str, **query: str) -> Any:
        """Call a GET of the driver and return its JSON."""
        async with self.http.get(f"{self.origin}/sandbox/api/{name}", params=query) as response:
            return await response.json()

    async def post(self, name: str, **body: Any) -> Any:
        """Call a POST of the driver and return its JSON."""
        async with self.http.post(f"{self.origin}/sandbox/api/{name}", json=body) as response:
            return await response.json()

    async def api(self, method: str, body: Mapping[str, Any] | None = None, token: str | None = "xoxb-sandbox") -> Any:
        """Call a Web API method with a JSON body and return its JSON, whatever it says."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.post(f"{self.sandbox.api_url}{method}", json=body or {}, headers=headers) as response:
            return await response.json()

    def trigger(self, user_id: str = "U0DANA", *, from_view: bool = False) -> str:
        """Return a fresh trigger id, as an interaction of this person would bring it."""
        return self.sandbox._world.triggers.issue(user_id, from_view=from_view).id

    def bolt(self, *, answers_last: bool = True) -> AsyncApp:
        """Return a new Bolt app that believes this sandbox to be Slack; it does its work before it acknowledges."""
        secret = self.sandbox.config.signing_secret
        return AsyncApp(client=self.client, signing_secret=secret, process_before_response=answers_last)

    async def connect(self, app: AsyncApp) -> AsyncSocketModeHandler:
        """Connect a Bolt app by Socket Mode; it is disconnected when the sandbox stops."""
        handler = AsyncSocketModeHandler(app, self.sandbox.config.app_token, ping_interval=1)
        self.handlers.append(handler)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves its handler untyped
        await self.until_connected()
        return handler

    async def until_connected(self) -> None:
        """Wait until the sandbox has said hello to a bot."""
        async with asyncio.timeout(5):
            while not self.sandbox.connected:  # noqa: ASYNC110 - a poll is enough for a test
                await asyncio.sleep(0.005)

    async def traffic(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Return the deliveries of this type once `count` of them have ended."""
        async with asyncio.timeout(5):
            while True:
                found = [each for each in await self.get("traffic") if each["type"] == kind]
                if len([each for each in found if each["status"] != "pending"]) >= count:
                    return found
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serve(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an ASGI app on a bound socket until the block ends."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield
    finally:
        await _stop(server)
        listener.close()


async def _stop(server: uvicorn.Server) -> None:
    """Stop as uvicorn does, without its pauses of a tenth of a second, which every test would pay."""
    for each in server.servers:
        each.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    async with asyncio.timeout(5):
        while server.server_state.connections or server.server_state.tasks:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.001)


def free_port() -> tuple[socket.socket, str]:
    """Return a socket bound to a free loopback port, and its http address."""
    # With its protocol named, asyncio sends small answers at once; else each waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def serve_bolt(app: AsyncApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve a Bolt app's one address, /slack/events, over HTTP."""
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async with serve(Starlette(routes=[Route("/slack/events", events, methods=["POST"])]), listener):
        yield


@asynccontextmanager
async def serve_sandbox(manifest: Mapping[str, Any] = MANIFEST, **config: Any) -> AsyncIterator[Running]:
    """Serve a sandbox until the block ends; `config` goes into SandboxConfig (shorter waits, deliver_to)."""
    listener, origin = free_port()
    clock = MovableClock()
    sandbox = create_sandbox(SandboxConfig(origin, manifest, **config), clock)
    async with serve(sandbox.app, listener), aiohttp.ClientSession() as http:
        running = Running(sandbox, clock, origin, http)
        try:
            yield running
        finally:
            for handler in running.handlers:
                await handler.close_async()  # type: ignore[no-untyped-call]  # as above
            await sandbox.close()
