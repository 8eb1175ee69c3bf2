"""Brings deliveries to the bot, by Socket Mode or signed HTTP, and says how each one ended."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp

from bot.clock import SystemClock
from bot.sandbox.config import Json
from bot.sandbox.faults import FaultKind
from bot.sandbox.signing import signed_headers
from bot.sandbox.socket import NotConnectedError, SocketHub
from bot.sandbox.world import World

RETRIES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""When an event that was not acknowledged is delivered again (docs.slack.dev, Events API)."""
_RETRY_REASONS = {"operation_timeout": "timeout", "dispatch_failed": "connection_failed", "lost_ack": "timeout"}

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is brought to the bot; `wants_answer` for those whose acknowledgement carries something."""

    kind: Kind
    payload: Mapping[str, Any]
    wants_answer: bool = False

    @property
    def name(self) -> str:
        """What the traffic log calls it: "/lead", "view_submission", "app_home_opened"."""
        event = self.payload.get("event")
        if isinstance(event, Mapping):
            return str(event["type"])
        return str(self.payload.get("type") or self.payload.get("command"))


@dataclass(frozen=True, slots=True)
class Retry:
    """The how-manieth repetition of an event this is, and why."""

    number: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a delivery ended: `error` is None when the bot acknowledged; times are real milliseconds."""

    status: str
    ack_ms: float | None = None
    answer: Any = None
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        """Whether the bot acknowledged in time."""
        return self.status == "ok"


class Courier:
    """Delivers once, or as often as an ordered fault or Slack's retries demand."""

    def __init__(self, world: World, hub: SocketHub) -> None:
        self._world = world
        self._hub = hub
        self._session: aiohttp.ClientSession | None = None
        self._reachable = True
        self._moved = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the bot listens; over HTTP, whether it answered last time."""
        return self._hub.connected if self._world.config.deliver_to is None else self._reachable

    async def deliver(self, delivery: Delivery, retry: Retry | None = None) -> Receipt:
        """Deliver and return how it ended; under `duplicate_delivery` twice at once, with the first one's end."""
        if self._world.faults.take(FaultKind.DUPLICATE_DELIVERY):
            first, _ = await asyncio.gather(self._once(delivery, retry), self._once(delivery, retry))
            return first
        return await self._once(delivery, retry)

    def deliver_event(self, delivery: Delivery) -> None:
        """Deliver an event in the background; unacknowledged, again at once, after one and after five minutes."""
        task = asyncio.create_task(self._with_retries(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def clock_moved(self) -> None:
        """Let retries look at the clock again."""
        self._moved.set()
        self._moved = asyncio.Event()

    def drop_retries(self) -> None:
        """Give up on events that still wait to be delivered again."""
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Stop delivering."""
        self.drop_retries()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _with_retries(self, delivery: Delivery) -> None:
        receipt = await self.deliver(delivery, Retry())
        sent_at = self._world.clock.now()
        for number, delay in enumerate(RETRIES, start=1):
            if receipt.ok or receipt.no_retry:
                return
            while (left := (sent_at + delay - self._world.clock.now()).total_seconds()) > 0:
                await asyncio.wait([waiter := asyncio.ensure_future(self._moved.wait())], timeout=left)
                waiter.cancel()
            receipt = await self.deliver(delivery, Retry(number, _RETRY_REASONS.get(receipt.status, "http_error")))

    async def _once(self, delivery: Delivery, retry: Retry | None) -> Receipt:
        via = "socket" if self._world.config.deliver_to is None else "http"
        entry = self._world.traffic.delivery(via, delivery.name, delivery.payload, retry.number if retry else 0)
        begun = time.monotonic()
        receipt = await (self._by_socket(delivery, retry) if via == "socket" else self._by_http(delivery, retry))
        ack_ms = round((time.monotonic() - begun) * 1000, 1) if receipt.ok else None
        if receipt.ok and self._world.faults.take(FaultKind.LOST_ACK):
            receipt, ack_ms = Receipt("lost_ack"), None
        entry |= {"status": receipt.status, "ack_ms": ack_ms}
        return Receipt(receipt.status, ack_ms, receipt.answer, receipt.no_retry)

    async def _by_socket(self, delivery: Delivery, retry: Retry | None) -> Receipt:
        envelope: Json = {"envelope_id": str(uuid4()), "type": delivery.kind, "payload": delivery.payload}
        envelope["accepts_response_payload"] = delivery.wants_answer
        if retry is not None:
            envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
        try:
            answer = await self._hub.exchange(envelope, self._world.config.ack_seconds)
        except TimeoutError:
            return Receipt("operation_timeout")
        except NotConnectedError:
            return Receipt("dispatch_failed")
        return Receipt("ok", answer=answer)

    async def _by_http(self, delivery: Delivery, retry: Retry | None) -> Receipt:
        self._session = self._session or aiohttp.ClientSession(trust_env=False)
        body, headers = self._request(delivery, retry)
        timeout = aiohttp.ClientTimeout(total=self._world.config.ack_seconds)
        try:
            url = str(self._world.config.deliver_to)
            async with self._session.post(url, data=body.encode(), headers=headers, timeout=timeout) as response:
                text = await response.text()
                self._reachable = True
                return _http_receipt(response, text)
        except TimeoutError:
            return Receipt("operation_timeout")
        except aiohttp.ClientError:
            self._reachable = False
            return Receipt("dispatch_failed")

    def _request(self, delivery: Delivery, retry: Retry | None) -> tuple[str, dict[str, str]]:
        content_type = "application/x-www-form-urlencoded"
        match delivery.kind:
            case "events_api":
                body, content_type = json.dumps(delivery.payload), "application/json"
            case "interactive":
                body = urlencode({"payload": json.dumps(delivery.payload)})
            case _:
                body = urlencode(delivery.payload)
        # Bolt compares the timestamp with the machine's own clock, so a moved one must not sign.
        headers = signed_headers(self._world.config.signing_secret, body, SystemClock().now())
        headers |= {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if retry is not None and retry.number:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        return body, headers


def _http_receipt(response: aiohttp.ClientResponse, text: str) -> Receipt:
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    if response.status != 200:
        return Receipt(f"http_{response.status}", no_retry=no_retry)
    if response.content_type != "application/json" or not text:
        return Receipt("ok", answer={"text": text} if text else None)
    try:
        return Receipt("ok", answer=json.loads(text))
    except json.JSONDecodeError:
        return Receipt("invalid_answer")
