"""Replies that only one person sees: put in the place of the one they acted on, else shown where they are."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.blocks import Block
from bot.slack.calls import Call, Desk, log
from bot.slack.cards import UNREACHABLE

HOOK_SECONDS = 10


def origin(call: Call) -> dict[str, str]:
    """Return what a form keeps in its `private_metadata` beside its own, so that its answer finds the way back.

    A form that is opened from another one hands on what that one keeps.
    """
    kept = _kept(call)
    url = str(call.body.get("response_url") or "") if is_own_message(call) else kept.get("response_url", "")
    return {"response_url": url, "channel": call.channel_id or kept.get("channel", "")}


async def show_in_place(desk: Desk, call: Call, text: str, blocks: Sequence[Block]) -> None:
    """Show blocks in the place of the ephemeral message that was clicked, or from which the form was opened.

    Where there is none, or the way back is closed, they are shown to the person in the channel they act in, else in a
    direct message. `text` is escaped already.
    """
    shown: dict[str, Any] = {"text": text, "blocks": list(blocks)}
    if is_own_message(call):
        await call.respond(**shown, replace_original=True, response_type="ephemeral")
        return
    kept = _kept(call)
    if await _replaced(desk, kept.get("response_url", ""), shown):
        return
    channel = call.channel_id or kept.get("channel", "")
    if not channel or not await _told(desk, call, channel, shown):
        await desk.client.chat_postMessage(channel=call.user_id, **shown)


async def _replaced(desk: Desk, url: str, shown: Mapping[str, Any]) -> bool:
    """Replace the message that a response_url belongs to; False where it is gone, used up or not answered."""
    if not url:
        return False
    hook = AsyncWebhookClient(url, session=desk.client.session, timeout=HOOK_SECONDS)
    try:
        answer = await hook.send_dict({**shown, "replace_original": True, "response_type": "ephemeral"})
    except (ClientError, OSError) as error:
        log.warning("reply_not_replaced", error=str(error) or "no answer")
        return False
    if answer.status_code != 200:
        log.warning("reply_not_replaced", error=answer.body)
    return answer.status_code == 200


async def _told(desk: Desk, call: Call, channel: str, shown: Mapping[str, Any]) -> bool:
    """Show something in a channel to the person who acts; False in a channel that we may not write to."""
    try:
        await desk.client.chat_postEphemeral(channel=channel, user=call.user_id, **shown)
    except UNREACHABLE as error:
        log.warning("reply_not_shown", channel_id=channel, error=str(error))
        return False
    return True


def is_own_message(call: Call) -> bool:
    """Whether the click came from a message that only this person sees, which may then be replaced."""
    return bool((call.body.get("container") or {}).get("is_ephemeral") and call.body.get("response_url"))


def is_answered_alone(call: Call) -> bool:
    """Whether what was clicked, or the form that was sent, came from a message that only this person sees."""
    return is_own_message(call) or bool(_kept(call).get("response_url"))


def _kept(call: Call) -> Mapping[str, str]:
    """What the form from which the delivery comes keeps in its metadata."""
    return json.loads(call.view.get("private_metadata") or "{}")  # type: ignore[no-any-return]  # our own JSON
