"""One signed request after another, straight into the bot's Bolt app: no server, no socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.app import SANDBOX_ROLES, Parts, make_desk  # the composition root's own desk, whatever services it has by now
from bot.clock import MovableClock, SystemClock
from bot.sandbox.block_ids import with_ids
from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import full_state
from bot.sandbox.entries import with_fields
from bot.sandbox.people import BOT_ID, BOT_USER_ID, TEAM_ID
from bot.sandbox.signing import signed_headers
from bot.services.links import Links
from bot.services.sends_outbox import Outbox
from bot.services.setup import IN_SANDBOX, About
from bot.slack.calls import Desk
from bot.slack.channels import find_channels
from bot.slack.posts import draw_leaving
from bot.slack.register import register
from bot.transports.console import ConsoleTransport
from bot.transports.slack import SlackTransport
from domain.messages import Route
from tests.acceptance.harness.fake_slack import FakeSlack

SECRET = "a-signing-secret"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What went back in the acknowledgement: the status, and the JSON object (empty for an empty body)."""

    status: int
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The reply's text; empty without one."""
        return self.body.get("text", "")

    @property
    def errors(self) -> Mapping[str, str]:
        """The sentences at a modal's fields; empty when it was taken."""
        return self.body.get("errors", {})


@dataclass(slots=True)
class Line:
    """A line to the bot over which signed requests go; what it says to Slack stands in `slack`."""

    app: AsyncApp
    desk: Desk
    slack: FakeSlack
    clock: MovableClock
    outbox: Outbox
    sent: list[dict[str, object]] = field(default_factory=list)
    secret: str = SECRET
    views: int = 0

    async def command(self, text: str = "", *, name: str = "/lead", user: str = "U0DANA", **more: Any) -> Answer:
        """Type a slash command in #leads."""
        body = {"command": name, "text": text, "user_id": user, "team_id": TEAM_ID, "channel_id": "C0LEADS"}
        return await self._send(urlencode(body | {"trigger_id": "1.2.a"} | more), FORM)

    async def leave(self) -> None:
        """Let everything leave that is due; what goes to sellers stands in `sent`."""
        await self.outbox.run(TEAM_ID)

    async def recover(self) -> None:
        """Let the outbox ask about what may have left."""
        await self.outbox.recover(TEAM_ID)

    async def shortcut(self, callback_id: str, *, message: str | None = None) -> Answer:
        """Use a shortcut: a global one, or a message's when its text is given."""
        payload = _interaction("shortcut") | {"callback_id": callback_id}
        if message is not None:
            payload |= {"type": "message_action", "message": {"text": message}, "channel": {"id": "C0LEADS"}}
        return await self._interact(payload)

    async def click(self, action_id: str, value: str = "", *, user: str = "U0DANA", **more: Any) -> Answer:
        """Click a button; `view` is given when it stands in one."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        return await self._interact(_interaction("block_actions", user) | {"actions": [action]} | more)

    async def click_unfinished(self, action_id: str, value: str = "") -> int:
        """Click a button and return the answer's status without waiting for what goes on behind it."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        payload = _interaction("block_actions") | {"actions": [action]}
        response = await self._dispatch(urlencode({"payload": json.dumps(payload)}), FORM)
        return int(response.status)

    async def type_in(self, view: Mapping[str, Any], action_id: str = "offer_input", **fields: Any) -> Answer:
        """Type into fields, by label, of a view whose inputs report while a person types."""
        return await self.click(action_id, view=self.filled(view, **fields))

    async def submit(self, view: Mapping[str, Any], *, user: str = "U0DANA", **fields: Any) -> Answer:
        """Fill in a view's fields by label (spaces as underscores) and submit it."""
        return await self.resubmit(self.filled(view, **fields), user=user)

    async def resubmit(self, filled: Mapping[str, Any], *, user: str = "U0DANA") -> Answer:
        """Submit a view that `filled` gave, once more."""
        return await self._interact(_interaction("view_submission", user) | {"view": filled})

    async def event(self, **facts: Any) -> Answer:
        """Deliver an event."""
        envelope = {"type": "event_callback", "team_id": TEAM_ID, "event_id": "Ev1", "event": facts}
        return await self._send(json.dumps(envelope), "application/json")

    def filled(self, view: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        """Return the view as Slack sends it with a submission: an id of its own, and what its fields hold."""
        blocks = with_ids(view["blocks"])
        named = {label.replace("_", " "): value for label, value in fields.items()}
        self.views += 1
        state = full_state(blocks, with_fields(blocks, {}, named))
        return {**view, "blocks": list(blocks), "id": f"V0{self.views}", "hash": "1.a", "state": {"values": state}}

    async def _interact(self, payload: Mapping[str, Any]) -> Answer:
        return await self._send(urlencode({"payload": json.dumps(payload)}), FORM)

    async def _dispatch(self, body: str, content_type: str) -> BoltResponse:
        headers = signed_headers(self.secret, body, SystemClock().now()) | {"Content-Type": content_type}
        return await self.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))

    async def _send(self, body: str, content_type: str) -> Answer:
        response = await self._dispatch(body, content_type)
        await self.desk.background.finish()
        answer = _parsed(response.body)
        self.slack.faults += [f"acknowledgement {fault}" for fault in _judged(answer)]
        return Answer(response.status, answer)


async def open_line(database: Any) -> Line:
    """Return a line to a bot on `database` (a Database, or a fake with its `read` and `write`)."""
    slack, clock = FakeSlack(), MovableClock()
    about = About("0.0.0", "reached by signed requests", "a test's", IN_SANDBOX, IN_SANDBOX)
    parts = Parts(Links("https://valhalla.example.com", "for tests"), about, SANDBOX_ROLES)
    desk = make_desk(slack, database, clock, parts)
    app = AsyncApp(client=slack, signing_secret=SECRET, process_before_response=True, authorize=_authorize)
    register(app, desk)
    sent: list[dict[str, object]] = []
    twin = ConsoleTransport(sent, dry_run=False)
    ways = {Route.SMS: twin, Route.EMAIL: twin, Route.SLACK: SlackTransport(slack, partial(draw_leaving, desk))}
    return Line(app, desk, slack, clock, Outbox(database, clock, ways, parts.links), sent)


async def set_up_workspace(line: Line) -> None:
    """Meet the workspace, as the program does when it connects."""
    workspace = await line.desk.workspaces.ensure(TEAM_ID, name="Maple Homes")
    await find_channels(line.desk, workspace)


async def _authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id=TEAM_ID, bot_id=BOT_ID, bot_user_id=BOT_USER_ID, bot_token="xoxb-fake"
    )


def _interaction(kind: str, user: str = "U0DANA") -> dict[str, Any]:
    who = {"id": user, "team_id": TEAM_ID}
    return {"type": kind, "user": who, "team": {"id": TEAM_ID}, "trigger_id": "1.2.a"}


def _parsed(body: str) -> Mapping[str, Any]:
    if not body:
        return {}
    if not body.startswith("{"):
        return {"text": body}
    return json.loads(body)


def _judged(answer: Mapping[str, Any]) -> list[str]:
    if "view" in answer:
        return [str(fault) for fault in check_view(answer["view"])]
    if "text" in answer or "blocks" in answer:
        return [str(fault) for fault in check_message(answer)]
    return []
