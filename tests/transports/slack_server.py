"""A stand-in for the methods of Slack's Web API that posts need, on loopback: posts, history, replies and links."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.clock import SystemClock

TOKEN = "xoxb-for-tests"


@dataclass
class Fault:
    """What goes wrong at the next call of a method. `taken` says that it was done all the same; without a `status` no
    answer comes and the connection breaks, after `hang` seconds."""

    status: int | None = 200
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False
    hang: float = 0
    text: str | None = None


BUSY = Fault(429, "ratelimited", {"Retry-After": "30"})
REFUSED = Fault(200, "channel_not_found")
LOST_AFTER = Fault(None, taken=True)


class SlackServer:
    """`posts` are the messages that stand, oldest first; `calls` every call that came, by method."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.url = ""
        self.page = 200
        self._faults: dict[str, deque[Fault]] = {}
        self._runner: web.AppRunner | None = None

    def order(self, fault: Fault, method: str = "chat.postMessage", times: int = 1) -> None:
        self._faults.setdefault(method, deque()).extend([fault] * times)

    def made(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        self._runner = web.AppRunner(app, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/api/"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await _arguments(request)
        self.calls.append((method, arguments))
        waiting = self._faults.get(method)
        fault = waiting.popleft() if waiting else None
        answer = {"ok": True, **self._do(method, arguments)} if fault is None or fault.taken else {}
        if fault is None:
            return web.json_response(answer)
        await asyncio.sleep(fault.hang)
        if fault.status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.text is not None:
            return web.Response(status=fault.status, text=fault.text, content_type="text/html", headers=fault.headers)
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers)

    def _do(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                ts = f"{SystemClock().now().timestamp():.6f}"
                kept = {name: asked.get(name) for name in ("channel", "thread_ts", "text", "blocks", "metadata")}
                self.posts.append({**kept, "ts": ts})
                return {"channel": asked["channel"], "ts": ts}
            case "chat.getPermalink":
                return {"permalink": f"https://maplehomes.slack.com/archives/{asked['channel']}/p1"}
            case "conversations.open":
                return {"channel": {"id": f"D{asked['users'][1:]}"}}
            case "conversations.history":
                return self._page([post for post in reversed(self.posts) if not post["thread_ts"]], asked)
            case "conversations.replies":
                return self._page(
                    [post for post in self.posts if asked["ts"] in (post["ts"], post["thread_ts"])], asked
                )
        raise LookupError(method)

    def _page(self, posts: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
        since, start = float(asked.get("oldest") or 0), int(asked.get("cursor") or 0)
        found = [post for post in posts if post["channel"] == asked["channel"] and float(post["ts"]) > since]
        page, after = found[start : start + self.page], start + self.page
        shown = [post if asked.get("include_all_metadata") else {**post, "metadata": None} for post in page]
        more = str(after) if after < len(found) else ""
        return {"messages": shown, "response_metadata": {"next_cursor": more}}


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments come as JSON, as a form whose structures are JSON, or in the query."""
    if request.content_type == "application/json":
        return dict(await request.json())
    found = dict(request.query) | dict(await request.post())
    return {name: _parsed(str(value)) for name, value in found.items()}


def _parsed(value: str) -> Any:
    return json.loads(value) if value[:1] in "[{" else value
