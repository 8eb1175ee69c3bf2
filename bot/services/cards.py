"""Lead cards in Slack: who posts one, where it stands, and what to do when it is gone."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.sends import queue_post
from domain.messages import Post, SendState
from storage.base import Tx
from storage.database import Database
from storage.leads import Lead, claim_card, claim_cardless, forget_card, forget_newest_cards, get_lead, set_card
from storage.sends import Send, posts_about

GRACE = timedelta(seconds=3)
"""How long the listener that captured a lead has to claim its card before the timetable does."""
LEASE = timedelta(minutes=2)
"""How long a claim holds: longer than a post that waits for Slack's rate limit."""
AT_ONCE = 10


class Cards:
    """Sees to it that each lead has one card: posting is claimed first, in the lead's own row."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, who: Actor, lead_id: int) -> bool:
        """Return True to one caller, who posts the card of a lead that has none; False to everybody else meanwhile, and
        while the outbox is posting it."""
        now = self._clock.now()

        def work(tx: Tx) -> bool:
            return claim_card(tx, lead_id, now=now, lease=LEASE) and not any(map(_is_under_way, _posts(tx, lead_id)))

        return await self._database.write(who.workspace_id, work)

    async def queue_missing(self, workspace_id: str) -> list[int]:
        """Let the cards that were never posted leave by the outbox; return the numbers of their leads.

        A lead has one card under way at a time. One that Slack refused for good waits for a person.
        """
        now = self._clock.now()
        who = Actor(workspace_id, "timetable", is_person=False)

        def work(tx: Tx) -> list[int]:
            ids = claim_cardless(tx, before=now - GRACE, now=now, lease=LEASE, limit=AT_ONCE)
            found = [lead for lead in (get_lead(tx, lead_id) for lead_id in ids) if lead]
            return [lead.number for lead in found if _queue(tx, who, lead, now)]

        return await self._database.write(workspace_id, work)

    async def posted(self, who: Actor, lead_id: int, *, channel_id: str, ts: str, permalink: str | None) -> None:
        """Remember where a lead's card stands."""
        await self._database.write(
            who.workspace_id, lambda tx: set_card(tx, lead_id, channel_id=channel_id, ts=ts, permalink=permalink)
        )

    async def give_back(self, who: Actor, lead_id: int, *, stood_at: str | None = None) -> None:
        """Remember that a lead has no card: it was not posted after all, or is gone. The timetable posts it."""
        await self._database.write(who.workspace_id, lambda tx: forget_card(tx, lead_id, stood_at=stood_at))

    async def forget_newest(self, workspace_id: str) -> None:
        """Let the newest cards be posted again: the sandbox forgets its messages when it stops."""
        await self._database.write(workspace_id, lambda tx: forget_newest_cards(tx, limit=AT_ONCE))


def _queue(tx: Tx, who: Actor, lead: Lead, now: datetime) -> bool:
    """Queue a lead's card; False where one is under way, or the last one was refused for good."""
    earlier = _posts(tx, lead.id)
    if earlier and (_is_under_way(earlier[-1]) or earlier[-1].state is SendState.FAILED):
        return False
    about = {"lead_id": lead.id, "number": lead.number}
    queue_post(tx, who, f"lead_card:{lead.id}:{len(earlier) + 1}", Post.LEAD_CARD, about, now=now)
    return True


def _posts(tx: Tx, lead_id: int) -> list[Send]:
    return [post for post in posts_about(tx, lead_id) if post.metadata.get("post") == Post.LEAD_CARD]


def _is_under_way(send: Send) -> bool:
    """Whether a card may still be posted by the outbox, or may stand already without anybody knowing."""
    return send.state in _UNDER_WAY and send.dismissed_at is None


_UNDER_WAY = (SendState.APPROVED, SendState.HELD, SendState.CLAIMED, SendState.SENDING, SendState.UNKNOWN)
