"""The Web API's door: whose token it is, which method, and the answer as Slack writes it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox import webapi_chat, webapi_reads, webapi_views
from bot.sandbox.calls import Call, read_call
from bot.sandbox.config import Json
from bot.sandbox.errors import SlackError
from bot.sandbox.faults import FaultKind
from bot.sandbox.socket import SocketHub
from bot.sandbox.world import World

SLOW_SECONDS = 1.0
Handler = Callable[[World, Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a method, and whose token it takes ("any" for both, None for none)."""

    answer: Handler
    token: Literal["bot", "any"] | None = "bot"


METHODS: Mapping[str, Method] = {
    "api.test": Method(webapi_reads.api_test, token=None),
    "auth.test": Method(webapi_reads.auth_test, token="any"),
    "team.info": Method(webapi_reads.team_info),
    "users.info": Method(webapi_reads.user_info),
    "users.list": Method(webapi_reads.user_list),
    "users.lookupByEmail": Method(webapi_reads.user_by_email),
    "conversations.list": Method(webapi_reads.conversation_list),
    "conversations.info": Method(webapi_reads.conversation_info),
    "conversations.members": Method(webapi_reads.conversation_members),
    "conversations.open": Method(webapi_reads.conversation_open),
    "conversations.join": Method(webapi_reads.conversation_join),
    "conversations.history": Method(webapi_reads.history),
    "conversations.replies": Method(webapi_reads.replies),
    "chat.postMessage": Method(webapi_chat.post_message),
    "chat.postEphemeral": Method(webapi_chat.post_ephemeral),
    "chat.update": Method(webapi_chat.update),
    "chat.delete": Method(webapi_chat.delete),
    "chat.getPermalink": Method(webapi_chat.permalink),
    "reactions.add": Method(webapi_chat.add_reaction),
    "views.open": Method(webapi_views.open_view),
    "views.push": Method(webapi_views.push_view),
    "views.update": Method(webapi_views.update_view),
    "views.publish": Method(webapi_views.publish_view),
    "blocks.validate": Method(webapi_views.validate_blocks, token=None),
}


class WebApi:
    """Answers `POST /sandbox/slack/api/{method}`."""

    def __init__(self, world: World, hub: SocketHub) -> None:
        self._world = world
        self._hub = hub

    async def __call__(self, request: Request) -> Response:
        """Answer one call, or let it fail as a fault ordered."""
        method = request.path_params["method"]
        body = await request.body()
        failure = await self._fault(method)
        if failure is not None:
            return failure
        answer = self._answer(request, method, body)
        self._world.traffic.call(method, answer)
        scopes = ",".join(self._world.config.bot_scopes)
        return JSONResponse(answer, headers={"X-OAuth-Scopes": scopes, "Cache-Control": "no-store"})

    def _answer(self, request: Request, method: str, body: bytes) -> Json:
        try:
            content_type = request.headers.get("content-type", "")
            call = _with_token(request, read_call(method, request.url.query, content_type, body))
            if method == "apps.connections.open":
                return {"ok": True, **self._open_connection(request, call)}
            known = METHODS.get(method)
            if known is None:
                raise SlackError("unknown_method", req_method=method)
            self._check_token(call, known.token)
            return {"ok": True, **known.answer(self._world, call)}
        except SlackError as error:
            return error.to_json()

    async def _fault(self, method: str) -> Response | None:
        faults = self._world.faults
        if faults.take(FaultKind.SLOW_API, method):
            await asyncio.sleep(SLOW_SECONDS)
        if faults.take(FaultKind.RATE_LIMITED, method):
            return self._refuse(method, 429, "ratelimited", {"Retry-After": "1"})
        if faults.take(FaultKind.SERVER_ERROR, method):
            return self._refuse(method, 503, "service_unavailable", {})
        return None

    def _refuse(self, method: str, status: int, error: str, headers: Mapping[str, str]) -> Response:
        answer = {"ok": False, "error": error}
        self._world.traffic.call(method, answer)
        return JSONResponse(answer, status_code=status, headers=dict(headers))

    def _open_connection(self, request: Request, call: Call) -> Json:
        if request.method != "POST":
            raise SlackError("insecure_request")
        token = _token(call)
        if token == self._world.config.bot_token:
            raise SlackError("not_allowed_token_type")
        if token != self._world.config.app_token:
            raise SlackError("invalid_auth")
        return {"url": self._hub.new_url()}

    def _check_token(self, call: Call, wanted: str | None) -> None:
        if wanted is None:
            return
        token, config = _token(call), self._world.config
        if token not in (config.bot_token, config.app_token):
            raise SlackError("invalid_auth")
        if wanted == "bot" and token == config.app_token:
            raise SlackError("not_allowed_token_type")


def _token(call: Call) -> str:
    token = call.maybe("token")
    if token is None:
        raise SlackError("not_authed")
    return token


def _with_token(request: Request, call: Call) -> Call:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return call
    return Call(call.method, {**call.args, "token": token.strip()})
