"""The whole program before a served sandbox, over Socket Mode or signed HTTP, worked through the driver as people do."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.app import Program, queue_missing_cards
from bot.manifest import read_manifest
from bot.sandbox.people import TEAM_ID
from bot.settings import Settings
from bot.slack.ids import LEAD_CARD
from domain.roles import Role
from storage.database import Database
from storage.workspaces import Member
from tests.sandbox.server import Running, free_port, serve, serve_sandbox

NAME, PHONE = "John Smith", "416-555-0134"
FULL = {
    "Seller's name": NAME,
    "Phone": PHONE,
    "E-mail": "john@example.com",
    "Property address": "12 King St W, Hamilton ON L8P 1A1",
    "ARV": "500k",
    "Repairs": "40k",
}
"""The fields, by label, of a lead that has everything the flow asks for."""


@dataclass(slots=True)
class Stand:
    """The program at work; every method is something that a person does or sees."""

    program: Program
    database: Database
    slack: Running
    origin: str

    async def command(self, command: str, text: str = "", *, user: str = "dana", channel: str = "leads") -> Any:
        """Type a command; the driver's answer holds the view that it opened and the reply."""
        return await self.slack.post("command", user=user, channel=channel, command=command, text=text)

    async def submit(self, view: Mapping[str, Any], fields: Mapping[str, Any], *, user: str = "dana") -> Any:
        """Fill in fields by label, submit, and wait until what follows has been done."""
        answer = await self.slack.post("submit", user=user, view_id=view["id"], fields=dict(fields))
        await self.settle()
        return answer

    async def click(self, action_id: str, *, user: str = "dana", **where: Any) -> Any:
        """Click an element, in a message (channel and ts) or a view (view_id), and wait for what follows."""
        answer = await self.slack.post("click", user=user, action_id=action_id, **where)
        await self.settle()
        return answer

    async def capture(self, *, user: str = "dana", channel: str = "leads", **fields: Any) -> Any:
        """Take down a lead through the form; `fields` by label beside those of `FULL`, None empties one."""
        view = (await self.command("/lead", user=user, channel=channel))["view"]
        return await self.submit(view, {**FULL, **fields}, user=user)

    async def messages(self, channel: str = "leads", *, user: str = "dana", **more: str) -> Any:
        """Return what this person sees in a channel."""
        return await self.slack.get("messages", channel=channel, user=user, **more)

    async def cards(self, *, user: str = "lee") -> list[Any]:
        """Return the lead cards in #leads."""
        rows = await self.messages(user=user)
        return [row for row in rows if (row["metadata"] or {}).get("event_type") == LEAD_CARD]

    async def settle(self) -> None:
        """Wait until the bot has done what goes on after its acknowledgements."""
        await self.program.desk.background.finish()

    async def tick(self) -> None:
        """Let the timetable queue the missing cards once, and what is due leave."""
        await queue_missing_cards(self.program.desk, TEAM_ID)
        await self.program.outbox.run(TEAM_ID)

    async def leave(self) -> None:
        """Let the timetable do everything once that is due, with nothing under way beside it."""
        await self.program.timetable.pass_once()

    async def thread(self, *, user: str = "lee") -> list[Any]:
        """Return what stands in the thread of the one lead card, below the card."""
        (card,) = await self.cards(user=user)
        return [row for row in await self.messages(user=user, thread_ts=card["ts"]) if row["ts"] != card["ts"]]


@asynccontextmanager
async def socket_stand(database_url: str) -> AsyncIterator[Stand]:
    """Compose the program as `make run` does: its own sandbox, over Socket Mode, on a free port."""
    listener, origin = free_port()
    database = Database(database_url)
    program = Program(Settings(_env_file=None), database, origin=origin, secret_key="for tests")
    async with serve(program.asgi, listener), aiohttp.ClientSession() as http:
        try:
            await program.connect()
            slack = Running(program.sandbox, program.desk.clock, origin, http)
            await slack.until_connected()
            yield Stand(program, database, slack, origin)
        finally:
            await program.close()


@asynccontextmanager
async def http_stand(database_url: str) -> AsyncIterator[Stand]:
    """Compose the program for HTTP, before a sandbox of its own server that delivers signed requests to it."""
    listener, origin = free_port()
    database = Database(database_url)
    async with serve_sandbox(read_manifest(), deliver_to=f"{origin}/slack/events") as slack:
        config = slack.sandbox.config
        settings = Settings(
            _env_file=None, slack_bot_token=config.bot_token, slack_signing_secret=config.signing_secret
        )
        program = Program(settings, database, origin=origin, secret_key="for tests")
        program.desk.client.base_url = slack.sandbox.api_url
        async with serve(program.asgi, listener):
            try:
                await program.connect()
                lee = Member("U0LEE", "Lee Tremblay", Role.APPROVER, "America/Toronto")
                await program.desk.workspaces.meet(TEAM_ID, lee)
                yield Stand(program, database, slack, origin)
            finally:
                await program.close()
