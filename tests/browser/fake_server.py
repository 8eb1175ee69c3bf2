"""A stand-in for the sandbox's server: it serves the page and answers the driver's calls from canned state, and keeps what it was asked."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

import bot.sandbox
from tests.browser.canned import AT, DIGEST, FORMATS, LEAD_CARD, ODDS, RICH, Json, home_view, option, row
from tests.browser.canned_forms import lead_form, second_form
from tests.browser.canned_sent import SENT, stepped, taken_for

PAGE = Path(bot.sandbox.__file__).parent / "page"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "max-age=600",
}
PEOPLE = [
    ("U0DANA", "dana", "Dana Okafor", "rep"),
    ("U0LEE", "lee", "Lee Tremblay", "approver"),
    ("U0SAM", "sam", "Sam Singh", "admin"),
]


def ts(number: int) -> str:
    return f"{AT + number}.{number:06d}"


class Fake:
    """The canned workspace; `calls` is every POST as (call, body)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.arrived = threading.Condition()
        self.streams: list[asyncio.Queue[Json]] = []
        self.loop: asyncio.AbstractEventLoop | None = None
        self.reset()

    def reset(self) -> None:
        self.calls.clear()
        self.connected = True
        self.down = False
        self.now = AT + 600
        self.stack: list[Json] = []
        self.stage = "all"
        self.delay = 0.0
        self.left: list[Json] = []
        self.faults: dict[str, int] = {}
        root = ts(1)
        self.messages: dict[str, list[Json]] = {
            "C0LEADS": [
                row(root, "U0VALHALLA", "L-7 John Smith", blocks=LEAD_CARD, thread_ts=root, reply_count=2, edited=True),
                row(ts(40), "U0DANA", FORMATS),
                row(ts(41), "U0DANA", "And one more line, shortly after."),
                row(ts(60), "U0VALHALLA", "Only dana sees this.", ephemeral=True),
            ],
            "C0KPI": [
                row(ts(2), "U0VALHALLA", "Digest", blocks=DIGEST),
                row(ts(3), "U0VALHALLA", "Odds and ends", blocks=ODDS),
                row(ts(4), "U0VALHALLA", "Rich", blocks=RICH),
            ],
            "C0APPROVALS": [],
            "D0DANA": [row(ts(5), "U0VALHALLA", "Hello Dana")],
            "D0LEE": [],
            "D0SAM": [],
        }
        self.replies = [
            row(ts(10), "U0DANA", "Called, no answer", thread_ts=root),
            row(ts(20), "U0VALHALLA", "Step 2 is due at 16:35", thread_ts=root),
        ]

    def post(self, channel: str, text: str, **more: Any) -> None:
        """Write a message as the app, and tell the page."""
        self.messages[channel].append(row(ts(100 + len(self.messages[channel])), "U0VALHALLA", text, **more))
        self.tell({"kind": "message", "channel": channel})

    def leave(self, *entries: Json) -> None:
        """Let messages leave for people outside, and tell the page."""
        self.left += [{**entry, "replies": list(entry["replies"])} for entry in entries or SENT]
        self.tell({"kind": "sent"})

    def tell(self, change: Json) -> None:
        """Send a change to every open stream, from any thread."""
        if self.loop is None:
            return
        for queue in tuple(self.streams):
            self.loop.call_soon_threadsafe(queue.put_nowait, change)

    def note(self, call: str, body: Json) -> None:
        """Keep what was asked and wake whoever waits for it."""
        with self.arrived:
            self.calls.append((call, body))
            self.arrived.notify_all()

    def sent(self, call: str, count: int = 1) -> list[Json]:
        """As `asked`, after waiting until there are `count` of them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked(call)) >= count, timeout=5), self.calls
        return self.asked(call)

    def asked(self, call: str) -> list[Json]:
        """The bodies of every POST of one call, in order."""
        return [body for name, body in self.calls if name == call]


def workspace(fake: Fake) -> Json:
    direct = [
        {"id": f"D0{name.upper()}", "name": name, "topic": "", "is_im": True, "user": user}
        for user, name, _, _ in PEOPLE
    ]
    channels = [
        ("C0LEADS", "leads", "New leads, one thread each"),
        ("C0APPROVALS", "approvals", "Messages that wait for a yes"),
        ("C0KPI", "kpi", "The day in numbers"),
    ]
    return {
        "team": {"id": "T0SANDBOX", "name": "Maple Homes"},
        "app": {"name": "Valhalla", "description": "Runs the team's day.", "user_id": "U0VALHALLA"},
        "label": "Sandbox: not connected to Slack",
        "connected": fake.connected,
        "people": [
            {
                "id": user,
                "name": name,
                "real_name": real,
                "role": role,
                "tz": "America/Toronto" if name != "sam" else "America/Vancouver",
            }
            for user, name, real, role in PEOPLE
        ],
        "channels": [{"id": key, "name": name, "topic": topic, "is_im": False} for key, name, topic in channels]
        + direct,
        "commands": [
            {
                "command": "/lead",
                "description": "Capture a lead, or find one",
                "usage_hint": "[name phone address] | L-7 | help",
            },
            {"command": "/offer", "description": "Price an offer", "usage_hint": "L-7 | ARV repairs"},
        ],
        "shortcuts": [
            {"name": "New lead", "type": "global", "callback_id": "new_lead", "description": "Open the lead form"},
            {
                "name": "Make a lead of this",
                "type": "message",
                "callback_id": "lead_from_message",
                "description": "From a message",
            },
        ],
    }


def refusal(name: str, message: str) -> JSONResponse:
    return JSONResponse({"ok": False, "error": name, "message": message}, status_code=400)


NO_ACK = {
    "ok": False,
    "error": "no_ack",
    "message": "Valhalla did not answer in time. What you entered is still here: try again.",
    "view": None,
}


def on_command(fake: Fake, body: Json) -> Response:
    if body["command"] == "/lead" and body["text"] == "silent":
        return JSONResponse(NO_ACK)
    if body["command"] == "/lead":
        fake.stack = [lead_form()]
        return JSONResponse({"ok": True, "ack_ms": 3, "view": fake.stack[-1], "reply": None})
    if body["command"] == "/offer":
        fake.post(body["channel"], f"Offer for {body['text']}: *$310,000.00*", ephemeral=True)
        return JSONResponse({"ok": True, "ack_ms": 3, "view": None, "reply": fake.messages[body["channel"]][-1]})
    return refusal("unknown_command", f"The manifest has no command {body['command']!r}: it has /lead, /offer.")


def on_say(fake: Fake, body: Json) -> Response:
    where = fake.replies if body.get("thread_ts") else fake.messages[body["channel"]]
    made = row(ts(200 + len(where)), "U0DANA", body["text"], thread_ts=body.get("thread_ts"))
    where.append(made)
    fake.tell({"kind": "message", "channel": body["channel"]})
    return JSONResponse({"ok": True, "ts": made["ts"]})


def on_click(fake: Fake, body: Json) -> Response:
    action, value = body["action_id"], body.get("value")
    if action == "price":
        return refusal("message_not_found", "That message is gone. Reload the channel.")
    if action == "log_call":
        fake.messages["C0LEADS"][0]["blocks"] = [
            *LEAD_CARD[:-1],
            {
                "type": "context",
                "block_id": "done",
                "elements": [{"type": "mrkdwn", "text": "Call logged by <@U0DANA>"}],
            },
        ]
    elif action in ("home_new", "open_first"):
        fake.stack = [lead_form()]
    elif action == "check_buyers":
        fake.stack.append(second_form())
    elif action == "pick":
        fake.stage = str(value)
    elif action == "value" and body["block_id"] == "arv":
        fake.stack = [lead_form(f"{float(value) * 0.7:,.2f}" if value else "not priced yet")]
    return JSONResponse({"ok": True, "ack_ms": 2, "view": fake.stack[-1] if fake.stack else None})


def on_submit(fake: Fake, body: Json) -> Response:
    if body["view_id"] == "V2":
        fake.stack.pop()
        return JSONResponse({"ok": True, "errors": {}, "view": fake.stack[-1]})
    name = body["values"]["name"]["value"]
    if name == "silent":
        return JSONResponse({**NO_ACK, "errors": {}, "view": None})
    if name == "wrong":
        return JSONResponse({"ok": False, "errors": {"phone": "That is not a phone number in Canada."}, "view": None})
    if name == "again":
        fake.stack = [lead_form("changed meanwhile")]
        return JSONResponse({"ok": True, "errors": {}, "view": fake.stack[-1]})
    fake.stack = []
    fake.post("C0LEADS", f"Saved *{name}*")
    return JSONResponse({"ok": True, "errors": {}, "view": None})


def on_close(fake: Fake, body: Json) -> Response:
    fake.stack = [] if body.get("all") else [view for view in fake.stack if view["id"] != body["view_id"]]
    return JSONResponse({"ok": True})


def on_shortcut(fake: Fake, body: Json) -> Response:
    fake.stack = [lead_form()]
    return JSONResponse({"ok": True, "view": fake.stack[-1]})


def on_home(fake: Fake, body: Json) -> Response:
    return JSONResponse({"ok": True, "view": home_view(body["user"], fake.stage)})


def on_clock(fake: Fake, body: Json) -> Response:
    fake.now += stepped(body)
    return JSONResponse({"ok": True, "now": datetime.fromtimestamp(fake.now, UTC).isoformat()})


def on_options(fake: Fake, body: Json) -> Response:
    names = [name for name in ("Acme Buyers", "Acorn Homes", "Maple Capital") if body["value"].lower() in name.lower()]
    return JSONResponse({"ok": True, "options": [option(name, name.split()[0].lower()) for name in names]})


def on_reply(fake: Fake, body: Json) -> Response:
    if body["text"] == "lost":
        return refusal("no_medium", "No medium is connected that could carry an answer.")
    answer = taken_for(body["text"])
    at = datetime.fromtimestamp(fake.now, UTC).isoformat()
    for entry in fake.left:
        if entry["send_id"] == body.get("send_id"):
            entry["replies"] = [*entry["replies"], {"text": body["text"], "at": at, **answer}]
    fake.tell({"kind": "sent"})
    return JSONResponse({"ok": True, **answer})


def on_receipt(fake: Fake, body: Json) -> Response:
    for entry in fake.left:
        if entry["send_id"] == body["send_id"]:
            entry |= {"state": body["state"], "receipt": None}
    fake.tell({"kind": "sent"})
    return JSONResponse({"ok": True, "known": True, "state": body["state"]})


def on_faults(fake: Fake, body: Json) -> Response:
    fake.faults[body["kind"]] = body["count"]
    fake.faults = {kind: count for kind, count in fake.faults.items() if count and body["kind"] != "no_fault"}
    return JSONResponse({"ok": True, "faults": fake.faults})


def on_reset(fake: Fake, body: Json) -> Response:
    fake.messages = {channel: [] for channel in fake.messages}
    fake.stack, fake.left = [], []
    fake.tell({"kind": "reset"})
    return JSONResponse({"ok": True})


POSTS = {
    "command": on_command, "say": on_say, "click": on_click, "submit": on_submit, "close": on_close,
    "shortcut": on_shortcut, "home_opened": on_home, "clock": on_clock, "reset": on_reset, "options": on_options,
    "reply": on_reply, "receipt": on_receipt, "faults": on_faults,
}  # fmt: skip


def read(fake: Fake, call: str, query: Any) -> Any:
    match call:
        case "workspace":
            return workspace(fake)
        case "clock":
            return {"now": datetime.fromtimestamp(fake.now, UTC).isoformat()}
        case "sent" | "faults":
            return fake.left if call == "sent" else {"ok": True, "faults": fake.faults}
        case "view":
            return fake.stack[-1] if fake.stack and query["user"] == "dana" else None
        case "home":
            return home_view(query["user"], fake.stage)
        case "messages" if query.get("thread_ts"):
            return [fake.messages[query["channel"]][0], *fake.replies]
        case "messages":
            return [one for one in fake.messages[query["channel"]] if not one["ephemeral"] or query["user"] == "dana"]
    return None


def create_app(fake: Fake) -> Starlette:
    """The whole stand-in as one ASGI app."""

    async def page(request: Request) -> Response:
        return FileResponse(PAGE / "index.html", headers=HEADERS)

    async def static(request: Request) -> Response:
        return FileResponse(PAGE / request.path_params["name"], headers=HEADERS)

    async def get_call(request: Request) -> Response:
        return JSONResponse(read(fake, request.path_params["call"], request.query_params))

    async def post_call(request: Request) -> Response:
        call, body = request.path_params["call"], await request.json()
        fake.note(call, body)
        await asyncio.sleep(fake.delay)
        return POSTS[call](fake, body)

    async def live(request: Request) -> Response:
        if fake.down:
            return Response(status_code=503)
        return StreamingResponse(stream(fake), media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/sandbox/static/{name}", static),
            Route("/sandbox/api/live", live),
            Route("/sandbox/api/{call}", get_call, methods=["GET"]),
            Route("/sandbox/api/{call}", post_call, methods=["POST"]),
        ]
    )


async def stream(fake: Fake) -> AsyncIterator[str]:
    queue: asyncio.Queue[Json] = asyncio.Queue()
    fake.loop = asyncio.get_running_loop()
    fake.streams.append(queue)
    try:
        yield ": listening\n\n"
        while True:
            change = await queue.get()
            if change["kind"] == "hang_up":
                return
            yield f"data: {json.dumps(change)}\n\n"
    finally:
        fake.streams.remove(queue)


class Running:
    """The stand-in on a loopback port, in a thread of its own."""

    def __init__(self) -> None:
        self.fake = Fake()
        config = uvicorn.Config(
            create_app(self.fake),
            log_level="warning",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        # With its protocol named, asyncio sends small answers at once; else each waits 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.run(self._server.serve([self._socket]))

    def start(self) -> None:
        """Start answering."""
        self._thread.start()

    def stop(self) -> None:
        """End the streams, then the server."""
        self.fake.tell({"kind": "hang_up"})
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
