"""Posting lead cards: one for each lead, updated where it stands, posted again where it is gone."""

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


async def post_card(desk: Desk, who: Actor, number: int) -> tuple[str, str | None]:
    """Post the card of L-{number} where the team's leads go, or update it where it stands; return channel and link.

    Without a leads channel it goes to the rep's direct messages.
    """
    card = await desk.leads.card(who, number)
    lead = card.lead
    if lead.card_ts and lead.channel_id:
        if await _updated(desk, card, lead.channel_id, lead.card_ts):
            return lead.channel_id, lead.permalink
        await desk.cards.give_back(who, lead.id)
    workspace = await desk.workspaces.find(who.workspace_id)
    posted = await desk.client.chat_postMessage(
        channel=(workspace and workspace.leads_channel_id) or lead.rep_id or who.user_id,
        text=card_text(card),
        blocks=card_blocks(card, who=None),
        metadata={"event_type": LEAD_CARD, "event_payload": {"lead_id": lead.id, "number": number}},
        unfurl_links=False,
    )
    channel, ts = str(posted["channel"]), str(posted["ts"])
    link = await _link_to(desk, channel, ts)
    await desk.cards.posted(who, lead.id, channel_id=channel, ts=ts, permalink=link)
    return channel, link


async def post_first_card(desk: Desk, who: Actor, captured: Captured, *, said_in: str) -> None:
    """Post a new lead's card, tell the person where they typed, bring Home up to date; one delivery of two does."""
    if not await desk.cards.claim(who, captured.lead_id):
        return
    try:
        channel, link = await post_card(desk, who, captured.number)
        if said_in and said_in != channel:
            text = f"Saved as <{link}|L-{captured.number}>." if link else f"Saved as L-{captured.number}."
            await desk.client.chat_postEphemeral(channel=said_in, user=who.user_id, text=text)
        await home.publish(desk, who)
    except UNREACHABLE as error:
        log.warning("card_not_posted", number=captured.number, error=_why(error))
        await desk.cards.give_back(who, captured.lead_id)


async def post_missing_cards(desk: Desk, workspace_id: str) -> None:
    """Post the cards of leads that were stored while Slack, or this program, was away; a failure stops no other."""
    for number in await desk.cards.claim_missing(workspace_id):
        try:
            await post_card(desk, Actor(workspace_id, "timetable", is_person=False), number)
        except UNREACHABLE as error:
            log.warning("card_not_posted", number=number, error=_why(error))
        else:
            log.info("card_posted_later", number=number)


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
