"""Serves /slack/events for bench/lead_command.py: `bare`, `default`, `ours` or `ours_http`, on a port."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from aiohttp import ClientSession
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.app import Program
from bot.settings import Settings
from storage.database import Database

SECRET = "bench-signing-secret"
AUTH = {"ok": True, "team_id": "T1", "team": "Bench", "user_id": "U1", "bot_id": "B1", "url": "https://bench.invalid/"}


class Recorder(AsyncWebClient):
    """A Slack client without a network: each call answers at once. (Bolt's own copy asks the stub once who it is.)"""

    async def api_call(self, api_method: str, **_arguments: Any) -> Any:
        return AUTH if api_method == "auth.test" else {"ok": True, "view": {"id": "V1"}}


def client(mode: str, slack_port: int) -> AsyncWebClient:
    kind = AsyncWebClient if mode == "ours_http" else Recorder
    return kind("xoxb-bench", base_url=f"http://127.0.0.1:{slack_port}/api/")


def bare(mode: str, slack: AsyncWebClient) -> AsyncApp:
    """A bare Bolt app with one empty command."""
    app = AsyncApp(client=slack, signing_secret=SECRET, process_before_response=mode == "bare")

    @app.command("/lead")
    async def lead(ack: Any) -> None:
        await ack()

    return app


async def slack_stub(request: Request) -> Response:
    await request.body()
    return JSONResponse(AUTH if request.url.path.endswith("auth.test") else {"ok": True, "view": {"id": "V1"}})


async def serve(mode: str, port: int, slack_port: int) -> None:
    if mode == "stub":
        asgi = Starlette(routes=[Route("/api/{method}", slack_stub, methods=["GET", "POST"])])
    elif mode in ("bare", "default"):
        handler = AsyncSlackRequestHandler(bare(mode, client(mode, slack_port)))
        asgi = Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])
    else:
        folder = tempfile.mkdtemp()
        slack = client(mode, slack_port)
        slack.session = ClientSession()
        settings = Settings(slack_bot_token="xoxb-bench", slack_signing_secret=SECRET)
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        asgi = Program(settings, database, origin="", secret_key="for the bench", client=slack).asgi
    config = uvicorn.Config(asgi, port=port, log_level="error", lifespan="off", access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
