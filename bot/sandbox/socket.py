"""Socket Mode: the bot's websocket connections, the envelopes sent to one of them, and their acknowledgements."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.config import Json
from bot.sandbox.faults import FaultKind, Faults
from bot.sandbox.live import Live, Notice
from bot.sandbox.people import APP_ID
from bot.sandbox.stamps import new_token

CONNECTION_LIMIT = 10
GRACE_SECONDS = 1.0
RECONNECT_SECONDS = 5.0
DISCONNECT_REASONS = ("warning", "refresh_requested", "link_disabled")


class NotConnectedError(Exception):
    """No bot listens."""


@dataclass(eq=False, slots=True)
class Connection:
    """One websocket; once told to go it gets no more envelopes."""

    websocket: WebSocket
    draining: bool = False
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, message: Json) -> None:
        """Send one JSON message."""
        await self.websocket.send_text(json.dumps(message))


class SocketHub:
    """Holds up to ten connections; each envelope goes to one of them, in turn."""

    def __init__(self, origin: str, live: Live, faults: Faults) -> None:
        self._base = "ws" + origin.removeprefix("http") + "/sandbox/slack/socket"
        self._live = live
        self._faults = faults
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._pending: dict[str, asyncio.Future[Any]] = {}
        self._lost_at: float | None = None
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether a bot listens."""
        return any(not connection.draining for connection in self._connections)

    def new_url(self) -> str:
        """Return an address that lets one connection in."""
        ticket = new_token()
        self._tickets.add(ticket)
        return f"{self._base}?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, websocket: WebSocket) -> None:
        """Hold one connection until either side ends it."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        await self._hold(Connection(websocket))

    async def exchange(self, envelope: Json, seconds: float) -> Any:
        """Send an envelope to one connection and return the payload of its acknowledgement (None for an empty one).

        Raises NotConnectedError when no bot listens, TimeoutError when none acknowledges in time.
        """
        connection = await self._pick()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[envelope["envelope_id"]] = future
        try:
            await connection.say(envelope)
            return await asyncio.wait_for(future, seconds)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise NotConnectedError from error
        finally:
            del self._pending[envelope["envelope_id"]]

    async def disconnect_one(self, reason: str) -> bool:
        """Tell a connection to go and hang up a second later, if it is still there; return whether there was one."""
        connection = next((each for each in self._connections if not each.draining), None)
        if connection is None:
            return False
        await self._dismiss(connection, reason)
        return True

    async def close(self) -> None:
        """Hang up on everybody."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in tuple(self._connections):
            await self._hang_up(connection)

    async def _hold(self, connection: Connection) -> None:
        self._connections.append(connection)
        try:
            await self._greet(connection)
            while True:
                self._take(await connection.websocket.receive_text())
        except (WebSocketDisconnect, json.JSONDecodeError, RuntimeError):
            await self._hang_up(connection)
        finally:
            self._forget(connection)

    async def _greet(self, connection: Connection) -> None:
        reason = self._reason_to_go()
        connection.draining = reason is not None
        await connection.say(self._hello())
        if reason is None:
            self._announce()
        else:
            await self._dismiss(connection, reason)

    def _reason_to_go(self) -> str | None:
        if len(self._connections) > CONNECTION_LIMIT:
            return "too_many_websockets"
        return "refresh_requested" if self._faults.take(FaultKind.DISCONNECT) else None

    def _hello(self) -> Json:
        debug: Json = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600}
        connection: Json = {"app_id": APP_ID}
        count = len(self._connections)
        return {"type": "hello", "num_connections": count, "debug_info": debug, "connection_info": connection}

    def _take(self, text: str) -> None:
        message = json.loads(text)
        future = self._pending.get(message.get("envelope_id", "")) if isinstance(message, dict) else None
        if future is not None and not future.done():
            future.set_result(message.get("payload"))

    async def _pick(self) -> Connection:
        if not self.connected and self._lost_at and time.monotonic() - self._lost_at < RECONNECT_SECONDS:
            await asyncio.wait([waiter := asyncio.ensure_future(self._arrived.wait())], timeout=GRACE_SECONDS)
            waiter.cancel()
        ready = [each for each in self._connections if not each.draining]
        if not ready:
            raise NotConnectedError
        self._connections.remove(ready[0])
        self._connections.append(ready[0])
        return ready[0]

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        connection.draining = True
        self._lost_at = time.monotonic()
        self._announce()
        task = asyncio.create_task(self._hang_up_later(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await connection.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        except (WebSocketDisconnect, RuntimeError):
            return  # it had gone by itself

    async def _hang_up_later(self, connection: Connection) -> None:
        try:
            await asyncio.wait_for(connection.closed.wait(), GRACE_SECONDS)
        except TimeoutError:
            await self._hang_up(connection)

    async def _hang_up(self, connection: Connection) -> None:
        if connection.closed.is_set():
            return
        connection.closed.set()
        try:
            await connection.websocket.close()
        except RuntimeError:
            return  # the other side was faster: there is nothing left to close

    def _forget(self, connection: Connection) -> None:
        connection.closed.set()
        if connection in self._connections:
            self._connections.remove(connection)
            self._lost_at = time.monotonic()
        self._announce()

    def _announce(self) -> None:
        if self.connected:
            self._arrived.set()
        else:
            self._arrived.clear()
        self._live.publish(Notice("connection"))
