"""Alarms: the team hears straight from Slack when sends stand still because the database cannot be used."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, SystemClock
from storage.database import Database, DatabaseUnavailable
from storage.installation import note
from storage.workspaces import find_workspace

log = structlog.get_logger()

AGAIN_AFTER: Final = timedelta(minutes=15)
"""How long until an outage that lasts is told again."""
PATIENCE: Final = timedelta(seconds=5)
"""How long an outage may last without a word: a server that is started anew is back by then."""
OUTAGE: Final = "outage_ended"
"""The name under which an installation notes when its database could be written again."""
BROKEN: Final = (
    ":octagonal_sign: *No message leaves.* {why} Nothing is lost: what is due leaves when the database can be used"
    " again. Look at the disk and the database server; `valhalla doctor` says more. The log calls it `sends_stopped`."
)
WORKS: Final = ":white_check_mark: *Messages leave again.* The database could not be used for {minutes} min."


class SendsAlarm:
    """Watches the jobs of sending; tells of an outage once in a quarter of an hour, and of its end once.

    It speaks to Slack itself: what is queued in the database would wait for the very thing that is broken.
    """

    def __init__(self, client: AsyncWebClient, database: Database, *, clock: Clock | None = None) -> None:
        """`clock` must be the machine's own, not one that a sandbox moves."""
        self._client = client
        self._database = database
        self._clock = clock or SystemClock()
        self._channel: str | None = None
        self._since: datetime | None = None
        self._told_at: datetime | None = None
        self._is_told = False

    async def meet(self, workspace_id: str) -> None:
        """Remember where the team is told, for when the database cannot be asked."""
        found = await self._database.read(workspace_id, find_workspace)
        self._channel = (found and (found.approvals_channel_id or found.leads_channel_id)) or self._channel

    async def watch(self, workspace_id: str, job: Callable[[str], Awaitable[object]]) -> None:
        """Run a job of sending, and tell of it where the database stops it; then it raises what the job raised."""
        try:
            await job(workspace_id)
            if self._since:
                await self._prove()
        except DatabaseUnavailable as error:
            await self._broken(workspace_id, str(error))
            raise
        if self._since:
            await self._works()

    async def _prove(self) -> None:
        """Write a row: a job that found nothing to do has written nothing, on a full disk as well."""
        now = self._clock.now()
        await self._database.change(lambda connection: note(connection, OUTAGE, now.isoformat(), now=now))

    async def _broken(self, workspace_id: str, why: str) -> None:
        now = self._clock.now()
        if self._since is None:
            self._since, self._is_told = now, False
            log.error("sends_stopped", why=why)
        # Without its sign: a clock that was set back must not keep the team from hearing it.
        if abs(now - self._since) < PATIENCE or (self._told_at and abs(now - self._told_at) < AGAIN_AFTER):
            return
        before, self._told_at = self._told_at, now
        try:
            await self.meet(workspace_id)
        except DatabaseUnavailable:
            log.warning("channel_not_looked_up", channel_id=self._channel)
        if await self._say(BROKEN.format(why=why)):
            self._is_told = True
        else:
            self._told_at = before

    async def _works(self) -> None:
        """Tell of the end, where the beginning was told; while Slack is away it is tried again at the next tick."""
        since, self._since = self._since, None
        if since is None:
            return
        minutes = max(1, round(abs(self._clock.now() - since) / timedelta(minutes=1)))
        if self._is_told and not await self._say(WORKS.format(minutes=minutes)):
            self._since = since
            return
        log.info("sends_go_on", minutes=minutes)

    async def _say(self, text: str) -> bool:
        if self._channel is None:
            log.warning("nobody_told", why="no channel is known")
            return False
        try:
            await self._client.chat_postMessage(channel=self._channel, text=text)
        except (SlackApiError, ClientError, OSError) as error:
            log.warning("nobody_told", why=str(error))
            return False
        return True
