"""Posting lead cards: one for each lead, updated where it stands, posted again where it is gone."""

from dataclasses import dataclass

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.services.actors import Actor
from bot.services.leads import Captured, LeadCard
from bot.slack import home
from bot.slack.calls import Desk, log
from bot.slack.ids import LEAD_CARD
from bot.slack.lead_card import card_blocks, card_text

UNREACHABLE = (SlackApiError, ClientError, OSError)
"""What Slack's client raises when Slack says no or can't be reached; a time-out is an OSError."""

GONE = ("message_not_found", "channel_not_found", "cant_update_message")


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a card stands; Slack may have given no link."""

    channel_id: str
    link: str | None


async def show_card(desk: Desk, who: Actor, number: int) -> Posted | None:
    """Bring the card of L-{number} up to date where it stands; where it stands nowhere, claim it and post it.

    None when somebody else is posting it, or Slack does not take it: then the outbox or the next change does.
    """
    card = await desk.leads.card(who, number)
    lead = card.lead
    if lead.card_ts and lead.channel_id:
        try:
            if await _updated(desk, card, lead.channel_id, lead.card_ts):
                return Posted(lead.channel_id, lead.permalink)
        except UNREACHABLE as error:
            log.warning("card_not_updated", number=number, error=_why(error))
            return None
        await desk.cards.give_back(who, lead.id, stood_at=lead.card_ts)
    if not await desk.cards.claim(who, lead.id):
        return None
    try:
        return await _post(desk, who, card)
    except UNREACHABLE as error:
        log.warning("card_not_posted", number=number, error=_why(error))
        await desk.cards.give_back(who, lead.id)
        return None


async def post_first_card(desk: Desk, who: Actor, captured: Captured, *, said_in: str) -> None:
    """Post a new lead's card, tell the person where they typed, and bring their Home up to date."""
    posted = await show_card(desk, who, captured.number)
    if posted is None:
        return
    if said_in and said_in != posted.channel_id:
        await _tell_saved(desk, who, captured.number, posted, said_in)
    await home.publish(desk, who)


async def queue_missing_cards(desk: Desk, workspace_id: str) -> None:
    """Let the cards of leads leave by the outbox that were stored while Slack, or this program, was away."""
    for number in await desk.cards.queue_missing(workspace_id):
        log.info("card_queued", number=number)


async def _post(desk: Desk, who: Actor, card: LeadCard) -> Posted:
    """Post a card that is claimed: where the team's leads go, without such a channel to the rep's direct messages."""
    lead = card.lead
    workspace = await desk.workspaces.find(who.workspace_id)
    posted = await desk.client.chat_postMessage(
        channel=(workspace and workspace.leads_channel_id) or lead.rep_id or who.user_id,
        text=card_text(card),
        blocks=card_blocks(card, who=None),
        metadata={"event_type": LEAD_CARD, "event_payload": {"lead_id": lead.id, "number": lead.number}},
        unfurl_links=False,
    )
    channel, ts = str(posted["channel"]), str(posted["ts"])
    link = await _link_to(desk, channel, ts)
    await desk.cards.posted(who, lead.id, channel_id=channel, ts=ts, permalink=link)
    return Posted(channel, link)


async def _tell_saved(desk: Desk, who: Actor, number: int, posted: Posted, said_in: str) -> None:
    """Answer where the lead was typed; a channel that we may not write to hears nothing, the card stands anyway."""
    text = f"Saved as <{posted.link}|L-{number}>." if posted.link else f"Saved as L-{number}."
    try:
        await desk.client.chat_postEphemeral(channel=said_in, user=who.user_id, text=text)
    except UNREACHABLE as error:
        log.warning("saved_not_told", number=number, channel_id=said_in, error=_why(error))


async def _updated(desk: Desk, card: LeadCard, channel: str, ts: str) -> bool:
    """Update a card where it stands; False when it stands there no longer."""
    try:
        await desk.client.chat_update(channel=channel, ts=ts, text=card_text(card), blocks=card_blocks(card, who=None))
    except SlackApiError as error:
        if error.response.get("error") not in GONE:
            raise
        return False
    return True


async def _link_to(desk: Desk, channel: str, ts: str) -> str | None:
    """Return a message's link; without one the message stands all the same, and must not be posted again for it."""
    try:
        return str((await desk.client.chat_getPermalink(channel=channel, message_ts=ts))["permalink"])
    except UNREACHABLE as error:
        log.warning("link_not_given", channel_id=channel, ts=ts, error=_why(error))
        return None


def _why(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else str(error) or "no answer"
