"""The buttons by which a deal's buyers' answers are recorded and taken back."""

from collections.abc import Coroutine
from typing import Any

from bot.services.actors import Actor
from bot.services.feedback import AlreadyRecorded, AnsweredAlready, AnswerUndone, DealOver
from bot.services.numbered import BuyerRemoved
from bot.slack.calls import Call, Desk
from bot.slack.deals import refresh
from domain.liquidity import Feedback

OVERTAKEN = (AlreadyRecorded, AnsweredAlready, AnswerUndone, DealOver, BuyerRemoved)
"""What a card that is out of date runs into: it is brought up to date, beside saying so."""


async def record(desk: Desk, call: Call) -> None:
    """Record what the button says, "7|5|RESPONDED" (deal, buyer, outcome), and show the deal anew."""
    await call.ack()
    deal, buyer, event = call.action["value"].split("|")
    who = await desk.actor(call.workspace_id, call.user_id)
    await _done(desk, call, who, int(deal), desk.feedback.record(who, int(deal), int(buyer), Feedback(event)))


async def undo(desk: Desk, call: Call) -> None:
    """Take back the answer of the button, "31|7" (answer, deal), and show the deal anew."""
    await call.ack()
    answer, deal = call.action["value"].split("|")
    who = await desk.actor(call.workspace_id, call.user_id)
    await _done(desk, call, who, int(deal), desk.feedback.undo(who, int(answer)))


async def _done(desk: Desk, call: Call, who: Actor, deal: int, work: Coroutine[Any, Any, object]) -> None:
    """Do the work and show the deal as it is then, also where somebody else was faster."""
    try:
        await work
    except OVERTAKEN:
        await refresh(desk, call, who, deal)
        raise
    await refresh(desk, call, who, deal)
