"""`valhalla tick`: one pass of the timetable for every workspace, without a server."""

from collections import Counter
from dataclasses import dataclass, field

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.app import Program, signing_key
from bot.settings import Settings, SlackMode
from bot.slack.live_offers import expire_offers
from bot.terminal import workspaces_of
from domain.errors import RuleBroken
from domain.messages import Route, SendState
from storage.base import Tx
from storage.database import Database
from storage.outbox import count_waiting
from storage.sends import get_send
from storage.workspaces import Workspace

log = structlog.get_logger()

ORIGIN = "http://127.0.0.1"
"""Stands for an address: nothing is served here."""
NO_SLACK = "no Slack is connected here, so they leave when Valhalla runs"


class SchedulerHeld(RuleBroken):
    """Process {pid} holds the scheduler of this database and does all that is due; a second one may not (the lock is
    {file}). Stop that process first, or use PostgreSQL, where any number may work at once. Nothing was done."""

    code = "SCHEDULER_HELD"


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass did for one workspace: `recovered` are sends that vanished workers had left, `tasks` the follow-ups
    that came up, or whose text or delay was noted, `states` what became of the sends that were looked at,
    `waiting_posts` how many messages to Slack stay queued."""

    workspace: Workspace
    cards: int
    offers: int
    recovered: int
    tasks: int = 0
    states: Counter[SendState] = field(default_factory=Counter)
    waiting_posts: int = 0

    def lines(self) -> list[str]:
        """Return it as the terminal shows it."""
        looked_at = sum(self.states.values())
        states = ", ".join(f"{count} {state.value.replace('_', ' ')}" for state, count in sorted(self.states.items()))
        lines = [
            f"{self.workspace.name} ({self.workspace.id})",
            f"  cards queued: {self.cards}",
            f"  offers ended: {self.offers}",
            f"  sends left by vanished workers: {self.recovered}",
            f"  follow-ups seen to: {self.tasks}",
            f"  sends looked at: {looked_at}" + (f" ({states})" if states else ""),
        ]
        if self.waiting_posts:
            lines.append(f"  posts to Slack that stay queued: {self.waiting_posts}; {NO_SLACK}")
        return lines


async def tick(settings: Settings) -> list[Passed]:
    """Do once what is due in every workspace; return what that was, one for each.

    Raises `SchedulerHeld` when another process does so on SQLite, and what `workspaces_of` raises.
    """
    database = Database(settings.database_url)
    try:
        workspaces = await workspaces_of(database)
        program = Program(settings, database, origin=ORIGIN, secret_key=await signing_key(settings, database))
    except BaseException:
        await database.close()
        raise
    try:
        if not program.holding.take():
            raise SchedulerHeld(pid=program.holding.holder() or "unknown", file=program.holding.file)
        connected = await _connected(program, settings)
        return [
            await _pass(program, database, workspace, connected=workspace.id == connected) for workspace in workspaces
        ]
    finally:
        program.holding.release()
        await program.close()


async def _connected(program: Program, settings: Settings) -> str | None:
    """Return the workspace that Slack's token belongs to; None without a token, or while Slack cannot be reached."""
    if settings.slack_mode is SlackMode.SANDBOX:
        return None
    try:
        return str((await program.meet_slack())["team_id"])
    except (SlackApiError, ClientError, OSError) as error:
        log.warning("slack_not_reached", why=str(error))
        return None


async def _pass(program: Program, database: Database, workspace: Workspace, *, connected: bool) -> Passed:
    """Run every job once, in the timetable's order; what cannot leave without Slack is left alone."""
    desk, here = program.desk, workspace.id
    outbox = program.outbox if connected else program.outbox.without(Route.SLACK)
    recovered = await outbox.recover(here)
    if connected:
        offers = await expire_offers(desk, here)
    else:
        offers = len(await desk.live_offers.expire_due(here))
    cards = len(await desk.cards.queue_missing(here))
    await desk.liquidity.refresh(here)
    tasks = await desk.ladder.surface(here) + await desk.ladder.escalate(here)
    seen: list[int] = []
    await outbox.run(here, seen=seen)
    now = desk.clock.now()

    def count(tx: Tx) -> tuple[Counter[SendState], int]:
        found = (get_send(tx, send_id) for send_id in dict.fromkeys(seen))
        states = Counter(send.state for send in found if send)
        return states, 0 if connected else count_waiting(tx, Route.SLACK, now=now)

    states, waiting = await database.read(here, count)
    return Passed(workspace, cards, offers, recovered, tasks, states, waiting)
