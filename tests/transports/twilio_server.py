"""A stand-in for Twilio's Messages resource on loopback: takes, lists and refuses as Twilio's documentation says."""

import asyncio
import base64
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import SystemClock

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "twilio-token"
SERVICE = "MG" + "0" * 31 + "2"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@dataclass
class Fault:
    """What goes wrong at the next create. `taken` says that the message was kept all the same; without a `status` no
    answer comes: after `hang` seconds the connection breaks."""

    status: int | None = None
    code: int | None = None
    message: str = "refused by the test"
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False
    hang: float = 0
    text: str | None = None


BUSY = Fault(429, 20429, "Too Many Requests", {"Retry-After": "30"})
BROKEN_BEFORE = Fault(500, 20500, "Internal Server Error")
BROKEN_AFTER = Fault(500, 20500, "Internal Server Error", taken=True)
UNAVAILABLE = Fault(503, 20503, "Service unavailable")
LOST_AFTER = Fault(taken=True)
LOST_BEFORE = Fault()
OPTED_OUT = Fault(400, 21610, "Attempt to send to unsubscribed recipient")
LANDLINE = Fault(400, 21614, "'To' number is not a valid mobile number")


class TwilioServer:
    """`deliveries` are the messages that it took, oldest first; `requests` all creates that arrived, as forms.

    Faults are ordered with `order` and spent one for each create; `fail_lists` makes that many look-ups fail. `keep`
    puts a message there that nobody created here.
    """

    def __init__(self, *, page_size_limit: int = 1000) -> None:
        self.deliveries: list[dict[str, object]] = []
        self.requests: list[dict[str, str]] = []
        self.lists: list[dict[str, str]] = []
        self.list_fault: Fault | None = None
        self.url = ""
        self._limit = page_size_limit
        self._faults: deque[Fault] = deque()
        self._runner: web.AppRunner | None = None

    def order(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def keep(self, to: str, body: str, *, created: datetime | None = None, **other: object) -> dict[str, object]:
        number = len(self.deliveries) + 1
        message = {
            "sid": f"SM{number:032x}",
            "account_sid": ACCOUNT,
            "to": to,
            "from": "+14165550100",
            "body": body,
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": "1",
            "error_code": None,
            "date_created": format_datetime((created or SystemClock().now()).astimezone(UTC)),
            "date_sent": None,
            **other,
        }
        self.deliveries.append(message)
        return message

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_post(MESSAGES, self._create)
        app.router.add_get(MESSAGES, self._list)
        self._runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if refusal := _login(request):
            return refusal
        self.requests.append(form)
        fault = self._faults.popleft() if self._faults else None
        if fault and not fault.taken:
            return await self._fail(request, fault)
        if not form.get("To") or not (form.get("From") or form.get("MessagingServiceSid")):
            return _problem(Fault(400, 21603, "A 'From' phone number is required"))
        if not form.get("Body"):
            return _problem(Fault(400, 21602, "Message body is required"))
        if len(form["Body"]) > 1600:
            return _problem(Fault(400, 21617, "The concatenated message body exceeds the 1600 character limit"))
        message = self.keep(form["To"], form["Body"])
        if fault:
            return await self._fail(request, fault)
        return web.json_response(message, status=201)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.status is None:
            await asyncio.sleep(fault.hang)
            if request.transport:
                request.transport.close()
            return web.Response()
        return _problem(fault)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if refusal := _login(request):
            return refusal
        query = dict(request.query)
        self.lists.append(query)
        if self.list_fault:
            return _problem(self.list_fault)
        size, page = min(int(query.get("PageSize", 50)), self._limit), int(query.get("Page", 0))
        # Twilio filters by DateSent by the day, and a message that waits has none.
        found = [each for each in reversed(self.deliveries) if each["to"] == query.get("To", each["to"])]
        part = found[page * size : (page + 1) * size]
        following = None
        if (page + 1) * size < len(found):
            last = part[-1]["sid"]
            following = f"{MESSAGES}?{urlencode({**query, 'Page': page + 1, 'PageToken': f'PA{last}'})}"
        return web.json_response({"messages": part, "next_page_uri": following, "page": page, "page_size": size})


def _login(request: web.Request) -> web.Response | None:
    expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    if request.headers.get("Authorization") == f"Basic {expected}":
        return None
    return _problem(Fault(401, 20003, "Authenticate"))


def _problem(fault: Fault) -> web.Response:
    if fault.text is not None:
        return web.Response(text=fault.text, status=fault.status or 500, headers=fault.headers)
    body = {
        "code": fault.code,
        "message": fault.message,
        "more_info": f"https://www.twilio.com/docs/errors/{fault.code}",
        "status": fault.status,
    }
    return web.json_response(body, status=fault.status or 500, headers=fault.headers)
