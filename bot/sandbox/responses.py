"""What arrives at a response_url or in an acknowledgement: a new message, or a change of the one that was clicked."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.calls import Call, no_constant
from bot.sandbox.content import read_content
from bot.sandbox.errors import SlackError
from bot.sandbox.messages import Message
from bot.sandbox.response_urls import ResponseUrl
from bot.sandbox.world import World


class ResponseDoor:
    """Answers `POST /sandbox/slack/response/{token}`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        """Take one answer; Slack writes "ok" for a good one and an error's name for a bad one."""
        body = await request.body()
        try:
            hook = self._world.response_urls.use(request.path_params["token"])
            take_response(self._world, hook, _parsed(body))
        except SlackError as error:
            self._world.traffic.call("response_url", error.to_json())
            return JSONResponse(error.to_json(), status_code=404 if error.code.endswith("_url") else 400)
        self._world.traffic.call("response_url", {"ok": True})
        return PlainTextResponse("ok")


def take_response(world: World, hook: ResponseUrl, answer: Mapping[str, Any]) -> None:
    """Do what an answer asks: delete or replace the original, else post."""
    changes = answer.get("delete_original") or answer.get("replace_original")
    if not changes or hook.message_ts is None:
        post_answer(world, hook, answer)
        return
    original = world.messages.find_for(hook.channel_id, hook.message_ts, hook.user_id)
    if original is None:
        raise SlackError("message_not_found")
    if answer.get("delete_original"):
        world.messages.remove(original)
    else:
        facts = read_content(Call("response_url", answer))
        world.messages.change(original, **{"text": "", "blocks": (), "attachments": (), **facts})


def post_answer(world: World, hook: ResponseUrl, answer: Mapping[str, Any]) -> Message:
    """Post an answer: for everybody with response_type in_channel, otherwise for that one person."""
    facts = read_content(Call("response_url", answer))
    only_for = None if answer.get("response_type") == "in_channel" else hook.user_id
    thread_ts = answer.get("thread_ts") or None
    return world.post_as_bot(hook.channel_id, **{"text": "", **facts}, only_for=only_for, thread_ts=thread_ts)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body, parse_constant=no_constant)
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(answer, dict):
        raise SlackError("invalid_payload")
    return answer
