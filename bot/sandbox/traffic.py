"""The sandbox's own log: every delivery to the bot and every call from it, in order."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from bot.clock import Clock
from bot.sandbox.config import Json

_KEPT = 10_000


class Traffic:
    """Keeps the last ten thousand deliveries and calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Json] = deque(maxlen=_KEPT)
        self._count = 0

    def delivery(self, via: str, kind: str, payload: Mapping[str, Any], retry: int) -> Json:
        """Note a delivery that starts now; the caller fills in ack_ms and status when it knows them."""
        facts = {"via": via, "type": kind, "payload": payload, "ack_ms": None, "status": "pending", "retry": retry}
        return self._add(facts)

    def call(self, method: str, answer: Mapping[str, Any]) -> None:
        """Note a Web API call and how it ended."""
        self._add({"type": "api", "method": method, "ok": bool(answer.get("ok")), "error": answer.get("error")})

    def _add(self, facts: Json) -> Json:
        self._count += 1
        entry: Json = {"n": self._count, "at": self._clock.now().isoformat(), **facts}
        self._entries.append(entry)
        return entry

    def to_json(self) -> list[Json]:
        """Return the entries, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forget all and count from one again."""
        self._entries.clear()
        self._count = 0
