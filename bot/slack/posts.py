"""Posts that no person waits for: each is drawn from the rows when it leaves, and drawn anew where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot.services.actors import Actor
from bot.services.inbound import Received, Waiting
from bot.services.numbered import LeadNotFound
from bot.services.sends import OUTBOX
from bot.services.setup import DRY_RUN
from bot.slack.approvals import draw_approval
from bot.slack.blocks import Block, context, section
from bot.slack.calls import Desk, log
from bot.slack.cards import GONE, UNREACHABLE
from bot.slack.drawn import Drawn, channel_for, gone, place_of
from bot.slack.lead_card import card_blocks, card_text
from bot.slack.mrkdwn import for_reader
from bot.slack.reply_card import NOT_ADVICE, outcome_text, reply_blocks, reply_text
from bot.slack.send_card import send_blocks, send_text
from bot.slack.tasks import draw_task
from domain.messages import Post, Route, SendState
from storage.inbound import InboundState
from storage.sends import Send

REDRAWN = (Post.TASK, Post.APPROVAL)
"""The cards that one post after another keeps up to date: the first posts it, the others draw it anew."""
EARLIER = timedelta(days=1)
"""How far back a card is looked for that somebody posted who could not keep where it stands."""


async def draw(desk: Desk, workspace_id: str, metadata: Mapping[str, object]) -> Drawn:
    """Draw a post from the rows that its metadata names; a row that is gone is said to be gone."""
    who = Actor(workspace_id, OUTBOX, is_person=False)
    match Post(str(metadata["post"])):
        case Post.LEAD_CARD:
            return await _lead_card(desk, who, _id(metadata, "lead_id"), _id(metadata, "number"))
        case Post.REPLY:
            return await _reply(desk, who, _id(metadata, "inbound_id"))
        case Post.OUTCOME:
            return await _outcome(desk, who, _id(metadata, "send_id"))
        case Post.TASK:
            return await draw_task(desk, who, _id(metadata, "task_id"))
        case Post.APPROVAL:
            return await draw_approval(desk, who, _id(metadata, "approval_id"))
        case Post.WARNING:
            text = str(metadata["text"])
            return Drawn(await channel_for(desk, who, approvals=True), text, [section(text)])


async def draw_leaving(desk: Desk, workspace_id: str, metadata: Mapping[str, object]) -> Drawn:
    """Draw a post that leaves now. Where it tells what became of a message, what asked about that message before is
    drawn anew: the question may be settled."""
    drawn = await draw(desk, workspace_id, metadata)
    if metadata["post"] in REDRAWN:
        return await _redrawn(desk, drawn)
    if metadata["post"] == Post.OUTCOME:
        who = Actor(workspace_id, OUTBOX, is_person=False)
        await refresh(desk, workspace_id, await desk.troubles.posts_about(who, _id(metadata, "send_id")))
    return drawn


async def _redrawn(desk: Desk, drawn: Drawn) -> Drawn:
    """Draw a card anew where it stands; one that is gone from there is posted again. Raises what Slack raises: then the
    outbox tries again."""
    if not drawn.stands_at:
        return drawn
    channel, ts = str(drawn.stands_at["channel"]), str(drawn.stands_at["ts"])
    try:
        await desk.client.chat_update(channel=channel, ts=ts, text=drawn.text, blocks=list(drawn.blocks))
    except SlackApiError as error:
        if error.response.get("error") not in GONE:
            raise
        return replace(drawn, stands_at=None)
    return drawn


async def refresh(desk: Desk, workspace_id: str, posts: Iterable[Send]) -> None:
    """Draw posts anew where they stand, after what they show has changed; one that is gone is left."""
    for post in posts:
        if post.state is not SendState.SENT or not post.provider_id:
            continue
        channel, _, ts = post.provider_id.partition(":")
        drawn = await draw(desk, workspace_id, post.metadata)
        try:
            await desk.client.chat_update(channel=channel, ts=ts, text=drawn.text, blocks=list(drawn.blocks))
        except UNREACHABLE as error:
            log.warning("post_not_updated", send_id=post.id, error=str(error) or "no answer")


async def _lead_card(desk: Desk, who: Actor, lead_id: int, number: int) -> Drawn:
    """A lead's card; where it stands already it is not posted a second time."""
    names = {"lead_id": lead_id, "number": number}
    try:
        card = await desk.leads.card(who, number)
    except LeadNotFound:
        return Drawn(await channel_for(desk, who), *gone(f"L-{number} is not here any more."), names=names)
    lead = card.lead
    stands = None
    if lead.card_ts and lead.channel_id:
        stands = {"channel": lead.channel_id, "ts": lead.card_ts} | ({"link": lead.permalink} if lead.permalink else {})
    return Drawn(
        await channel_for(desk, who, lead),
        card_text(card),
        card_blocks(card, who=None),
        names=names,
        stands_at=stands,
        since=max(lead.created_at, desk.clock.now() - EARLIER),
    )


async def _reply(desk: Desk, who: Actor, inbound_id: int) -> Drawn:
    """A reply in its lead's thread; that of somebody whom no lead names in the approvals channel."""
    received = await desk.inbound.find(who, inbound_id)
    if received is None:
        return Drawn(await channel_for(desk, who, approvals=True), *gone("A reply came in that is not here any more."))
    lead = received.lead
    channel, thread_ts = await place_of(desk, who, lead)
    text = f"L-{lead.number}: a reply came in" if lead else "A reply came in"
    return Drawn(channel, text, _reply_blocks(received), thread_ts)


def _reply_blocks(received: Received) -> list[Block]:
    message = received.message
    waiting = Waiting(message, received.lead, received.buyer)
    if message.state is InboundState.NEEDS_PERSON:
        return [*reply_blocks(waiting, None), context(f"{outcome_text(received)} · {NOT_ADVICE}")]
    decided = ""
    if message.decided_by and message.decided_at:
        decided = f" Decided by <@{message.decided_by}>, {for_reader(message.decided_at)}."
    return [section(f"{reply_text(waiting, None)}\n{outcome_text(received)}{decided}")]


async def _outcome(desk: Desk, who: Actor, send_id: int) -> Drawn:
    """What became of a message, in its lead's thread."""
    shown = await desk.troubles.show(who, send_id)
    if shown is None:
        return Drawn(await channel_for(desk, who, approvals=True), *gone("A message that was here is not any more."))
    lead = shown.recipient.lead if shown.recipient else None
    channel, thread_ts = await place_of(desk, who, lead)
    return Drawn(channel, send_text(shown), send_blocks(shown, is_dry=_is_dry(desk, shown.send)), thread_ts)


def _is_dry(desk: Desk, send: Send) -> bool:
    about = desk.setup.about
    return {Route.SMS: about.texts, Route.EMAIL: about.email}.get(send.route) == DRY_RUN and send.provider == "console"


def _id(metadata: Mapping[str, object], name: str) -> int:
    return int(str(metadata[name]))
