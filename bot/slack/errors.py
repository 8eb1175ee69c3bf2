"""What a person sees when something goes wrong: plain words for a broken rule, a reference code for the rest."""

import secrets
from collections.abc import Mapping
from typing import Any

import structlog

from bot.slack.calls import Call, Desk
from bot.slack.mrkdwn import escape
from domain.errors import RuleBroken

log = structlog.get_logger()


async def answer_error(desk: Desk, call: Call, error: Exception, *, acked: bool) -> None:
    """Tell the person where they are what went wrong; the reference code stands in the log as well."""
    sentence = _sentence(call, error)
    # A refused command is short and says why; one that broke is handed back, since Slack has taken it away.
    shown = escape(sentence) + ("" if isinstance(error, RuleBroken) else call.typed)
    if acked:
        await desk.tell(call, shown)
    elif call.body.get("type") == "view_submission":
        await call.ack(response_action="errors", errors={_field(call.view, error): sentence})
    elif call.is_command:
        await call.ack(text=shown, response_type="ephemeral")
    else:
        await call.ack()
        await desk.tell(call, shown)


def first_input(view: Mapping[str, Any]) -> str:
    """Return the block id of a view's first field: where a message about the whole form is shown."""
    return _inputs(view)[0]


def _field(view: Mapping[str, Any], error: Exception) -> str:
    """The field that a broken rule is about, where the form has it; else the first."""
    field = getattr(error, "field", None)
    return field if field in _inputs(view) else first_input(view)


def _inputs(view: Mapping[str, Any]) -> list[str]:
    return [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]


def _sentence(call: Call, error: Exception) -> str:
    if isinstance(error, RuleBroken):
        log.info("refused", code=error.code, user_id=call.user_id)
        return str(error)
    reference = secrets.token_hex(4).upper()
    log.error("listener_failed", reference=reference, user_id=call.user_id, exc_info=error)
    return f"That went wrong on our side, and it is logged as {reference}. Try again; if it stays, pass the code on."
