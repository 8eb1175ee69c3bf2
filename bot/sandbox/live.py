"""Tells those who look on what has changed: the page's event stream and the driver's short waits."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

Kind = Literal["message", "view", "home", "connection", "reset", "clock", "sent", "faults"]
PING_SECONDS = 15.0
_BACKLOG = 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something changed; with `user` only that person can see it. `now` is where the clock stands by then."""

    kind: Kind
    channel: str | None = None
    user: str | None = None
    ts: str | None = None
    by_bot: bool = False
    now: str | None = None

    def to_line(self) -> bytes:
        """Return the server-sent event."""
        facts = {"kind": self.kind, "channel": self.channel, "user": self.user, "now": self.now}
        return f"data: {json.dumps({name: fact for name, fact in facts.items() if fact})}\n\n".encode()


Listener = Callable[[Notice], None]


class Live:
    """Passes each notice on to everybody who listens."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._streams: set[asyncio.Queue[Notice | None]] = set()

    def publish(self, notice: Notice) -> None:
        """Tell the listeners; a stream whose reader fell far behind misses it."""
        for listener in tuple(self._listeners):
            listener(notice)
        for queue in self._streams:
            if not queue.full():
                queue.put_nowait(notice)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every notice until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch(self, user_id: str) -> "Watch":
        """Return a watch on what the bot shows this person from now on."""
        return Watch(self, user_id)

    async def stream(self, user_id: str) -> AsyncIterator[bytes]:
        """Yield server-sent events for one person, with a comment when nothing happened for 15 seconds."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue(_BACKLOG)
        self._streams.add(queue)
        try:
            yield b": listening\n\n"
            while True:
                try:
                    notice = await asyncio.wait_for(queue.get(), PING_SECONDS)
                except TimeoutError:
                    yield b": ping\n\n"
                    continue
                if notice is None:
                    return
                if notice.user in (None, user_id):
                    yield notice.to_line()
        finally:
            self._streams.discard(queue)

    def close(self) -> None:
        """End every stream."""
        for queue in self._streams:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


class Watch:
    """Sees whether the bot has shown one person anything since the watch began."""

    def __init__(self, live: Live, user_id: str) -> None:
        self._user_id = user_id
        self._seen = asyncio.Event()
        self.notices: list[Notice] = []
        self._stop = live.listen(self._look)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _look(self, notice: Notice) -> None:
        # The Home tab is redrawn behind whatever a person did: it is nobody's answer.
        if notice.by_bot and notice.kind != "home" and notice.user in (None, self._user_id):
            self.notices.append(notice)
            self._seen.set()

    async def wait(self, seconds: float) -> None:
        """Return as soon as something showed, after `seconds` at the latest."""
        if self._seen.is_set():
            return
        await asyncio.wait([waiter := asyncio.ensure_future(self._seen.wait())], timeout=seconds)
        waiter.cancel()
