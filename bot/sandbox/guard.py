"""Keeps strangers out: loopback only, the right Host, and no other site's Origin."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Wraps the sandbox's app; `origin` gives the port that Host and Origin must name."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._hosts = frozenset(_hosts(origin))
        scheme = urlsplit(origin).scheme
        self._origins = frozenset(f"{scheme}://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": problem})
        else:
            answer = {"ok": False, "error": "forbidden", "message": problem}
            await JSONResponse(answer, status_code=403)(scope, receive, send)

    def _problem(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        client = scope.get("client")
        if client is not None and client[0] not in LOOPBACK:
            return "The sandbox answers this machine alone."
        if headers.get("host", "").lower() not in self._hosts:
            return f"The sandbox is reached at {', '.join(sorted(self._hosts))}."
        origin = headers.get("origin")
        writes = scope["type"] == "websocket" or scope["method"] not in _READING
        if writes and origin is not None and origin.lower() not in self._origins:
            return "Another site may not act in the sandbox."
        return None


def _hosts(origin: str) -> Iterator[str]:
    parts = urlsplit(origin)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for name in _NAMES:
        yield f"{name}:{port}"
        if parts.port is None:
            yield name


def _with_headers(send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_on
