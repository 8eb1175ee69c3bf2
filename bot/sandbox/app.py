"""The sandbox's web application: its routes, and the object that owns everything behind them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from bot.clock import MovableClock
from bot.sandbox import driver, driver_clock, driver_sent, driver_views, driver_world
from bot.sandbox.asked import Asked, read_asked
from bot.sandbox.config import SandboxConfig
from bot.sandbox.courier import Courier
from bot.sandbox.driver import Desk, OnClock, OnReceipt, OnReply
from bot.sandbox.errors import DriverError
from bot.sandbox.faults import FaultKind
from bot.sandbox.guard import Guard
from bot.sandbox.live import Notice
from bot.sandbox.people import TEAM_ID, TEAM_NAME
from bot.sandbox.responses import ResponseDoor
from bot.sandbox.sent import Sent
from bot.sandbox.socket import SocketHub
from bot.sandbox.webapi import WebApi
from bot.sandbox.world import World

__all__ = ["Sandbox", "SandboxConfig", "Team", "create_sandbox"]

PAGE = Path(__file__).parent / "page"
Verb = Callable[[Desk, Asked], Awaitable[Any]]

_READS: Mapping[str, Verb] = {
    "workspace": driver.workspace,
    "messages": driver.messages,
    "view": driver.view,
    "home": driver.home,
    "sent": driver_sent.sent,
    "clock": driver_clock.read_clock,
    "traffic": driver_world.traffic,
    "faults": driver_world.read_faults,
}
_ACTS: Mapping[str, Verb] = {
    "command": driver.command,
    "shortcut": driver.shortcut,
    "say": driver.say,
    "home_opened": driver.home_opened,
    "submit": driver_views.submit,
    "close": driver_views.close,
    "click": driver_views.click,
    "options": driver_views.options,
    "reply": driver_sent.reply,
    "receipt": driver_sent.receipt,
    "clock": driver_clock.move_clock,
    "reset": driver_world.reset,
    "faults": driver_world.order_faults,
}


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace."""

    id: str = TEAM_ID
    name: str = TEAM_NAME


class Sandbox:
    """A stand-in for Slack: mount `app` at "/", after the bot's own routes, and point the bot at `api_url`."""

    def __init__(self, config: SandboxConfig, clock: MovableClock) -> None:
        self.config = config
        self.team = Team()
        self.api_url = f"{config.origin}/sandbox/slack/api/"
        self._world = World(config, clock)
        self._hub = SocketHub(config.origin, self._world.live, self._world.faults)
        self._courier = Courier(self._world, self._hub)
        self._desk = Desk(self._world, self._courier, self._hub, Sent(self._world.live, self._world.faults))
        inner = Starlette(routes=self._routes(), exception_handlers={DriverError: _refuse})
        self.app: ASGIApp = Guard(inner, config.origin)

    @property
    def outbox(self) -> Sent:
        """What left by a medium: transports append to this list, `GET sent` shows it."""
        return self._desk.outbox

    @property
    def connected(self) -> bool:
        """Whether the bot listens."""
        return self._courier.connected

    def carry(self, *, replies: OnReply, receipts: OnReceipt) -> None:
        """Hand in what carries the answers of people outside and the providers' later words to the bot."""
        self._desk.on_reply, self._desk.on_receipt = replies, receipts

    @property
    def on_clock(self) -> OnClock | None:
        """What moves the clock and does on the way what becomes due; None while the clock is just put there."""
        return self._desk.on_clock

    @on_clock.setter
    def on_clock(self, travel: OnClock | None) -> None:
        self._desk.on_clock = travel

    def take_fault(self, name: str) -> bool:
        """Return whether a provider's fault was ordered for this occasion, and count it."""
        is_taken = self._world.faults.take(FaultKind(name))
        if is_taken:
            self._world.live.publish(Notice("faults"))
        return is_taken

    def accepted(self, send_id: int) -> None:
        """Let a receipt follow for a message that was taken and whose taking was told."""
        self._desk.outbox.accepted(send_id)

    async def bring_receipts(self) -> None:
        """Bring what the providers say by themselves of the messages that they took."""
        await driver_sent.bring_receipts(self._desk)

    async def close(self) -> None:
        """End streams, connections and retries; call it before the server stops."""
        self._world.live.close()
        await self._courier.close()
        await self._hub.close()

    def _routes(self) -> list[BaseRoute]:
        api = "/sandbox/slack/api/{method}"
        slack: list[BaseRoute] = [
            Route(api, WebApi(self._world, self._hub).__call__, methods=["GET", "POST"]),
            Route("/sandbox/slack/response/{token}", ResponseDoor(self._world).__call__, methods=["POST"]),
            WebSocketRoute("/sandbox/slack/socket", self._hub.serve),
        ]
        reads = [Route(f"/sandbox/api/{name}", self._call(verb), methods=["GET"]) for name, verb in _READS.items()]
        acts = [Route(f"/sandbox/api/{name}", self._call(verb), methods=["POST"]) for name, verb in _ACTS.items()]
        page = [
            Route("/", _page),
            Route("/favicon.ico", _favicon),
            Route("/archives/{channel}/{message}", _archive),
            Route("/sandbox/static/{file}", _static),
            Route("/sandbox/api/live", self._live),
        ]
        return [*slack, *reads, *acts, *page, Route("/sandbox/api/{name}", _unknown, methods=["GET", "POST"])]

    def _call(self, verb: Verb) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            asked = await read_asked(request)
            return JSONResponse(await verb(self._desk, asked), headers={"Cache-Control": "no-store"})

        return answer

    async def _live(self, request: Request) -> Response:
        person = Asked(dict(request.query_params)).person()
        stream = self._world.live.stream(person.id)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def create_sandbox(config: SandboxConfig, clock: MovableClock) -> Sandbox:
    """Return a sandbox that lives at `config.origin` and tells the time by `clock`."""
    return Sandbox(config, clock)


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, DriverError):
        raise error
    return JSONResponse(error.to_json(), status_code=error.status)


async def _unknown(request: Request) -> Response:
    name = request.path_params["name"]
    known = ", ".join(sorted({*(f"GET {read}" for read in _READS), *(f"POST {act}" for act in _ACTS)}))
    raise DriverError("unknown_call", f"There is no {request.method} {name} here: there are {known}.", status=404)


async def _page(request: Request) -> Response:
    return _file("index.html")


async def _static(request: Request) -> Response:
    return _file(request.path_params["file"])


async def _favicon(request: Request) -> Response:
    return _file("favicon.svg")


async def _archive(request: Request) -> Response:
    return RedirectResponse(f"/?channel={request.path_params['channel']}&message={request.path_params['message']}")


def _file(name: str) -> Response:
    known = {path.name: path for path in PAGE.iterdir() if path.is_file()}
    if name not in known:
        raise DriverError("file_not_found", f"The page has no file {name!r}.", status=404)
    return FileResponse(known[name], headers={"Cache-Control": "no-cache"})
