"""`/liquidity` in Slack: every market, or one place and type explained; only the person who asked sees it."""

from typing import Any

from bot.slack.calls import Call, Desk
from bot.slack.liquidity_card import list_blocks, list_text, place_blocks, place_text
from bot.slack.mrkdwn import escape
from domain.liquidity_command import (
    LiquidityHelp,
    LiquidityList,
    LiquidityOf,
    LiquidityUnclear,
    parse_liquidity_command,
)
from domain.property_types import PropertyType

HELP = """*What `/liquidity` does*
`/liquidity` lists how likely a deal finds a buyer, by market and property type
`/liquidity condo` lists one property type
`/liquidity Hamilton` or `/liquidity ON duplex` shows one place
`/liquidity Hamilton condo` explains one score: what it means, where it comes from, what would raise it
Property types: SFR (house), MF (duplex and up), CONDO, LAND, COMMERCIAL"""


async def command(desk: Desk, call: Call) -> None:
    """Do what the text behind `/liquidity` asks for."""
    match parse_liquidity_command(call.text):
        case LiquidityList(kind):
            await call.ack(**await _listed(desk, call, kind))
        case LiquidityOf(place, kind):
            await call.ack(**await _shown(desk, call, place, kind))
        case LiquidityHelp():
            await call.ack(text=HELP, response_type="ephemeral")
        case LiquidityUnclear(words):
            await call.ack(text=_unclear(words), response_type="ephemeral")


async def _listed(desk: Desk, call: Call, kind: PropertyType | None) -> dict[str, Any]:
    scores = await desk.liquidity.list(await desk.actor(call.workspace_id, call.user_id), kind)
    return {"text": list_text(scores, kind), "blocks": list_blocks(scores, kind), "response_type": "ephemeral"}


async def _shown(desk: Desk, call: Call, place: str, kind: PropertyType | None) -> dict[str, Any]:
    asked = await desk.liquidity.one(await desk.actor(call.workspace_id, call.user_id), place, kind)
    return {"text": escape(place_text(asked)), "blocks": place_blocks(asked), "response_type": "ephemeral"}


def _unclear(words: str) -> str:
    return (
        f"“{escape(words)}” is no place in Canada and no property type that I know. Write one of them or both: "
        "`/liquidity Hamilton condo`. `/liquidity help` says what there is."
    )
