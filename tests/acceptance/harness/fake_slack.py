"""A Slack client that speaks to nobody: it writes down every call, judges its blocks, and fails on order."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.people import BOT_USER_ID, CHANNELS, TEAM_ID, TEAM_NAME, conversation_json, find_person, user_json

SEEN_AT = datetime(2026, 11, 24, 14, tzinfo=UTC)


class FakeSlack(AsyncWebClient):
    """Answers like a workspace of the sandbox's people; `failing` maps a method to the error that it answers with."""

    def __init__(self) -> None:
        super().__init__(token=None)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[str] = []
        self.failing: dict[str, str | Exception] = {}
        self._numbers = count(1)  # shared by copies of this client, which the outbox makes

    def made(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of a method, in order."""
        return [arguments for name, arguments in self.calls if name == method]

    def opened(self) -> dict[str, Any]:
        """Return the view that was opened or pushed last."""
        return [arguments["view"] for name, arguments in self.calls if name in ("views.open", "views.push")][-1]

    async def api_call(self, api_method: str, **request: Any) -> AsyncSlackResponse:
        """Write the call down and answer it; arguments arrive as JSON, form or query."""
        sent = request.get("json") or request.get("data") or request.get("params") or {}
        arguments = {name: value for name, value in sent.items() if value is not None}
        self.calls.append((api_method, arguments))
        self.faults += [f"{api_method} {fault}" for fault in _judged(arguments)]
        error = self.failing.get(api_method)
        if isinstance(error, Exception):
            raise error
        answer = {"ok": False, "error": error} if error else {"ok": True, **self._answer(api_method, arguments)}
        response = AsyncSlackResponse(
            client=self, http_verb="POST", api_url=api_method, req_args={}, data=answer, headers={}, status_code=200
        )
        if error:
            raise SlackApiError(error, response)
        return response

    def _answer(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        ts = f"1764000000.{number:06}"
        match method:
            case "auth.test":
                return {"team_id": TEAM_ID, "team": TEAM_NAME, "user_id": BOT_USER_ID}
            case "users.info":
                person = find_person(arguments["user"])
                if person is None:
                    raise LookupError(f"nobody is called {arguments['user']}")
                return {"user": user_json(person, SEEN_AT)}
            case "conversations.list":
                return {"channels": [conversation_json(channel) for channel in CHANNELS if not channel.is_im]}
            case "chat.postMessage" | "chat.update":
                return {"channel": arguments["channel"], "ts": arguments.get("ts") or ts}
            case "chat.getPermalink":
                return {"permalink": f"https://maplehomes.slack.com/archives/{arguments['channel']}/p{number}"}
            case "conversations.history" | "conversations.replies":
                return {"messages": []}
            case "chat.postEphemeral":
                return {"message_ts": ts}
            case "views.open" | "views.push" | "views.update" | "views.publish":
                return {"view": {**arguments["view"], "id": f"V{number}", "hash": "1.a"}}
        raise LookupError(f"no test has needed {method} before")


def _judged(arguments: Mapping[str, Any]) -> list[str]:
    faults = check_view(arguments["view"]) if "view" in arguments else []
    if "text" in arguments or "blocks" in arguments:
        faults = check_message(arguments)
    return [str(fault) for fault in faults]
