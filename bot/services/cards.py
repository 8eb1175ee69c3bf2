"""Lead cards in Slack: who posts one, where it stands, and what to do when it is gone."""

from datetime import timedelta

from bot.clock import Clock
from bot.services.actors import Actor
from storage.base import Tx
from storage.database import Database
from storage.leads import claim_card, claim_cardless, forget_card, forget_newest_cards, get_lead, set_card

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
        """Return True to one caller, who posts the card of a lead that has none; False to everybody else meanwhile."""
        now = self._clock.now()
        return await self._database.write(who.workspace_id, lambda tx: claim_card(tx, lead_id, now=now, lease=LEASE))

    async def claim_missing(self, workspace_id: str) -> list[int]:
        """Claim leads whose card was never posted; return their numbers."""
        now = self._clock.now()

        def work(tx: Tx) -> list[int]:
            ids = claim_cardless(tx, before=now - GRACE, now=now, lease=LEASE, limit=AT_ONCE)
            return [lead.number for lead in (get_lead(tx, lead_id) for lead_id in ids) if lead]

        return await self._database.write(workspace_id, work)

    async def posted(self, who: Actor, lead_id: int, *, channel_id: str, ts: str, permalink: str | None) -> None:
        """Remember where a lead's card stands."""
        await self._database.write(
            who.workspace_id, lambda tx: set_card(tx, lead_id, channel_id=channel_id, ts=ts, permalink=permalink)
        )

    async def give_back(self, who: Actor, lead_id: int) -> None:
        """Remember that a lead has no card: it was not posted after all, or is gone. The timetable posts it."""
        await self._database.write(who.workspace_id, lambda tx: forget_card(tx, lead_id))

    async def forget_newest(self, workspace_id: str) -> None:
        """Let the newest cards be posted again: the sandbox forgets its messages when it stops."""
        await self._database.write(workspace_id, lambda tx: forget_newest_cards(tx, limit=AT_ONCE))
