"""A provider in a process of its own: speaks Twilio's contract, misbehaves by a seed, keeps the log that is believed.

`python -m tests.chaos.provider LOG SEED OFFSET_SECONDS` prints its port. Each message that it takes is a line of LOG,
the send's id as its status callback names it, written before anything is answered. It is told apart from
`tests.transports.twilio_server` by that log, by its faults and by speed: it does no more of HTTP than it must.
"""

import asyncio
import json
import os
import random
import sys
from collections import defaultdict
from datetime import timedelta
from email.utils import format_datetime
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.clock import MovableClock

LATE_SECONDS = 1.0
"""How long it keeps silent where it does: longer than any caller waits."""
BUSY_SECONDS = 1


class Act(Enum):
    """What it does with one message."""

    TAKES = "takes it"
    BUSY = "429 with Retry-After"
    FAILS_BEFORE = "500, not taken"
    FAILS_AFTER = "500, taken"
    LATE_AFTER = "taken, and no answer in time"
    HANGS_UP_AFTER = "taken, and the connection breaks"
    UNAVAILABLE = "503, not taken"


SHARES = {
    Act.TAKES: 74, Act.BUSY: 6, Act.FAILS_BEFORE: 5, Act.FAILS_AFTER: 5, Act.LATE_AFTER: 4, Act.HANGS_UP_AFTER: 3,
    Act.UNAVAILABLE: 3,
}  # fmt: skip
"""How often, in hundredths."""
TAKEN = (Act.TAKES, Act.FAILS_AFTER, Act.LATE_AFTER, Act.HANGS_UP_AFTER)
STATUS = {Act.TAKES: 201, Act.BUSY: 429, Act.FAILS_BEFORE: 500, Act.FAILS_AFTER: 500, Act.UNAVAILABLE: 503}
BUSY_LOOK_UPS = 5
"""Hundredths of the look-ups that it cannot answer just now."""


class Provider:
    """Answers one request for each connection."""

    def __init__(self, log: Path, seed: int, offset: timedelta) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self._random = random.Random(seed)
        self._clock = MovableClock()
        self._clock.advance(offset)
        self._count = 0
        self._taken: defaultdict[str, list[dict]] = defaultdict(list)

    async def serve(self) -> asyncio.Server:
        """Listen on loopback."""
        return await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=512)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer_one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            # The caller was killed in the middle of it.
            pass
        finally:
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target = head.split(" ", 2)[:2]
        url, length = urlsplit(target), int(head.lower().partition("content-length: ")[2].split("\r\n")[0] or 0)
        form = dict(parse_qsl((await reader.readexactly(length)).decode()))
        if method == "GET":
            act, (status, told) = None, self._listed(url.path, dict(parse_qsl(url.query)))
        else:
            act, status, told = self._handed(form)
        if act is Act.LATE_AFTER:
            await asyncio.sleep(LATE_SECONDS)
        if act is not Act.HANGS_UP_AFTER:
            wait = f"Retry-After: {BUSY_SECONDS}\r\n" if status == 429 else ""
            body = json.dumps(told).encode()
            head = f"HTTP/1.1 {status} X\r\n{wait}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()

    def _handed(self, form: dict[str, str]) -> tuple[Act, int, dict]:
        act = self._random.choices(list(SHARES), list(SHARES.values()))[0]
        message = self._take(form) if act in TAKEN else {}
        status = STATUS.get(act, 201)
        return act, status, message if status == 201 else _problem(status)

    def _take(self, form: dict[str, str]) -> dict:
        name = dict(parse_qsl(urlsplit(form["StatusCallback"]).query))["send"]
        os.write(self._log, f"{name}\n".encode())
        self._count += 1
        message = {
            "sid": f"SM{self._count:032x}", "to": form["To"], "body": form["Body"], "status": "queued",
            "direction": "outbound-api", "date_created": format_datetime(self._clock.now()), "date_sent": None,
        }  # fmt: skip
        self._taken[form["To"]].append(message)
        return message

    def _listed(self, path: str, query: dict[str, str]) -> tuple[int, dict]:
        """What a number was sent, the newest first, page by page."""
        if self._random.randrange(100) < BUSY_LOOK_UPS:
            return 503, _problem(503)
        size, page = int(query["PageSize"]), int(query.get("Page", 0))
        found = self._taken[query["To"]][::-1]
        more = f"{path}?{urlencode({**query, 'Page': page + 1})}" if (page + 1) * size < len(found) else None
        return 200, {"messages": found[page * size : (page + 1) * size], "next_page_uri": more}


def _problem(status: int) -> dict:
    return {"code": {429: 20429, 500: 20500, 503: 20503}[status], "message": "by chance", "status": status}


async def _main(log: Path, seed: int, offset: timedelta) -> None:
    server = await Provider(log, seed, offset).serve()
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]), timedelta(seconds=float(sys.argv[3]))))
