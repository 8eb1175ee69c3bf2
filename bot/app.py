"""The composition root: reads the settings and hands everything down."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from fastapi import APIRouter
from fastapi_offline import FastAPIOffline
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.alarms import SendsAlarm
from bot.app_transports import transports_for
from bot.clock import Clock, MovableClock, SystemClock
from bot.clockwatch import ClockWatch
from bot.holding import Holding
from bot.http.access import Door, Served
from bot.http.flow import flow_router
from bot.http.health import Probe, health_router
from bot.http.messaging import messaging_router
from bot.http.notifications import notifications_router
from bot.http.outside import Proofs as OutsideProofs
from bot.http.outside import outside_routers
from bot.http.problems import handle_problems
from bot.manifest import read_manifest
from bot.outside import Outside, offset_at
from bot.sandbox.app import Sandbox, SandboxConfig, create_sandbox
from bot.scheduler import Job, Timetable
from bot.services.approvals import Approvals
from bot.services.buyers import Buyers
from bot.services.cards import Cards
from bot.services.comparables import Comparables
from bot.services.consents import ConsentBook
from bot.services.contacts import Contacts
from bot.services.deals import Deals
from bot.services.evidence import EvidenceBook
from bot.services.feedback import FeedbackBook
from bot.services.home import HomeBook
from bot.services.inbound import InboundBook
from bot.services.ladder import Ladder
from bot.services.leads import Leads
from bot.services.links import Links
from bot.services.liquidity import LiquidityBook
from bot.services.live_offers import LiveOffers
from bot.services.matching import BuyerIndex
from bot.services.members import Members
from bot.services.messages import Messages
from bot.services.messaging import Messaging
from bot.services.notifying import Notifying
from bot.services.offer_policies import OfferPolicies
from bot.services.offers import Offers
from bot.services.pauses import Pauses
from bot.services.places import Places
from bot.services.policies import Policies
from bot.services.proofs import Proofs
from bot.services.sends import Sends
from bot.services.sends_outbox import Outbox, Pace
from bot.services.sends_receipts import Receipts
from bot.services.sends_troubles import SendTroubles
from bot.services.setup import DRY_RUN, IN_SANDBOX, About, Setup
from bot.services.templates import Templates
from bot.services.unsubscribing import Unsubscribing
from bot.services.why import WhyBook
from bot.services.workspaces import Workspaces
from bot.settings import Settings, SlackMode
from bot.slack.calls import Desk
from bot.slack.cards import queue_missing_cards
from bot.slack.channels import find_channels
from bot.slack.drawn import Drawn
from bot.slack.live_offers import expire_offers
from bot.slack.posts import draw_leaving
from bot.slack.register import register
from bot.timetravel import TimeTravel
from bot.transports.slack import SlackTransport
from domain.roles import Role
from storage.database import Database
from storage.installation import secret_key

SLACK_SECONDS = 20
"""How long a call of Slack's Web API may take. One session serves them all: the client would open one for each."""

SLACK_MODES = {
    SlackMode.SANDBOX: "the sandbox, not connected to Slack",
    SlackMode.SOCKET: "Socket Mode",
    SlackMode.HTTP: "signed HTTP",
}
"""How Slack is reached, in words."""

SANDBOX_ROLES = {"U0LEE": Role.APPROVER, "U0SAM": Role.ADMIN}
"""First roles of the sandbox's people; with real Slack they come from the workspace."""


SANDBOX_TEAM = {
    "business_name": "Maple Homes",
    "mailing_address": "1 Main St W, Hamilton ON L8P 1A1",
    "contact_phone": "+19055550100",
    "contact_email": "hello@maplehomes.example",
}
"""What the sandbox's team says of itself, so that its messages can be tried at once; `/valhalla setup` changes it."""


class Program:
    """Everything, composed: `asgi` answers HTTP at once; `connect` speaks to Slack, once somebody serves `asgi`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        origin: str,
        secret_key: str,
        client: AsyncWebClient | None = None,
    ) -> None:
        """Compose the program for a migrated database; `origin` is where its HTTP side is reached, `secret_key` what
        its links are signed with.

        `client` stands in for Slack's own client, which the settings decide otherwise.
        """
        self._database = database
        clock: Clock = SystemClock()
        self.sandbox: Sandbox | None = None
        if settings.slack_mode is SlackMode.SANDBOX:
            clock = MovableClock()
            self.sandbox = create_sandbox(SandboxConfig(origin, read_manifest(), offset_at=offset_at), clock)
        client = client or _client(settings, self.sandbox)
        roles = SANDBOX_ROLES if self.sandbox else {}
        links = Links(settings.public_url or (origin if self.sandbox else None), secret_key)
        self._watch = ClockWatch(Pace().lease)
        ways = transports_for(settings, self.sandbox, SlackTransport(client, self._draw))
        self.outbox = Outbox(database, clock, ways, links, pace=Pace(is_steady=self._watch.is_steady))
        self.holding = Holding.of(database)
        self._alarm = SendsAlarm(client, database)
        parts = Parts(links, replace(_about(settings, database), scheduler=self.holding.said), roles)
        self.desk = make_desk(client, database, clock, parts)
        self.bolt = _bolt(settings, client)
        register(self.bolt, self.desk)
        self.served, self.receipts = Served(), Receipts(database, clock)
        leave = Unsubscribing(database, clock, links)
        outside = outside_routers(self.desk.inbound, self.receipts, leave, self.served, _proofs(settings))
        events = _events(settings, self.bolt)
        self.asgi = _asgi(self.desk, events, self.sandbox, outside, reach_database=database.reach)
        self._socket = _socket(settings, self.bolt, self.sandbox)
        self.timetable: Timetable | None = None

    async def meet_slack(self) -> Mapping[str, Any]:
        """Open the session of Slack's client, and return what Slack says of the team. Raises as `connect`."""
        self.desk.client.session = ClientSession(timeout=ClientTimeout(total=SLACK_SECONDS))
        answer = await self.desk.client.auth_test()
        return {"team_id": answer["team_id"], "team": answer["team"]}

    async def connect(self) -> str:
        """Meet the workspace in Slack, listen to it, start the timetable; return the workspace's name.

        Raises `SlackApiError` when Slack refuses the token, and `ClientError` when it can't be reached.
        """
        team = await self.meet_slack()
        workspace = await self.desk.workspaces.ensure(
            team["team_id"], name=team["team"], says=SANDBOX_TEAM if self.sandbox else None
        )
        self.served.workspace_id = workspace.id
        self.desk.background.start(self.desk.leads.prepare(workspace.id))
        await find_channels(self.desk, workspace)
        if self.sandbox:
            await self.desk.cards.forget_newest(workspace.id)
        if self._socket:
            await self._socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves its handler untyped
        await self._alarm.meet(workspace.id)
        self.timetable = Timetable(self.jobs(workspace.id), self.holding)
        self._let_clock_travel(workspace.id, self.timetable)
        if self.sandbox:
            outside = Outside(workspace.id, self.desk.inbound, self.receipts)
            self.sandbox.carry(replies=outside.answer, receipts=outside.receipt)
        self.timetable.start()
        return workspace.name

    async def _draw(self, workspace_id: str, metadata: Mapping[str, object]) -> Drawn:
        return await draw_leaving(self.desk, workspace_id, metadata)

    def jobs(self, workspace_id: str) -> dict[str, Job]:
        """Return what the timetable runs for a workspace, by the ids that it knows."""
        return {
            "watch_clock": partial(self._watch.tell, self._database, workspace_id),
            "recover_sends": partial(self._alarm.watch, workspace_id, self.outbox.recover),
            "expire_offers": partial(expire_offers, self.desk, workspace_id),
            "queue_missing_cards": partial(queue_missing_cards, self.desk, workspace_id),
            "refresh_liquidity": partial(self.desk.liquidity.refresh, workspace_id),
            "surface_tasks": partial(self.desk.ladder.surface, workspace_id),
            "escalate_tasks": partial(self.desk.ladder.escalate, workspace_id),
            "expire_approvals": partial(self.desk.approvals.expire, workspace_id),
            "let_out_sends": partial(self._alarm.watch, workspace_id, self._let_out),
        }

    async def _let_out(self, workspace_id: str) -> int:
        """Let out what is due; in the sandbox the receipts of what left follow at the same moment."""
        count = await self.outbox.run(workspace_id)
        if self.sandbox:
            await self.sandbox.bring_receipts()
        return count

    def _let_clock_travel(self, workspace_id: str, timetable: Timetable) -> None:
        """Let the sandbox's clock move from due moment to due moment."""
        if not self.sandbox or not isinstance(self.desk.clock, MovableClock):
            return
        asked = (self.outbox, self.desk.live_offers, self.desk.ladder, self.desk.approvals)
        travel = TimeTravel(self.desk.clock, timetable, [partial(each.next_due_at, workspace_id) for each in asked])

        async def go(to: datetime) -> None:
            await travel.go(to)

        self.sandbox.on_clock = go

    async def close(self) -> None:
        """Stop listening, finish what is under way, let go of the database."""
        if self.timetable:
            await self.timetable.close()
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call]  # as above
        if self.sandbox:
            await self.sandbox.close()
        await self.desk.background.finish()
        await self.outbox.close()
        if self.desk.client.session:
            await self.desk.client.session.close()
        await self._database.close()


def _client(settings: Settings, sandbox: Sandbox | None) -> AsyncWebClient:
    """Slack's client, which waits and tries again when Slack is busy or broken; the default one would raise."""
    handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=2), AsyncServerErrorRetryHandler(max_retry_count=2)]
    if sandbox:
        return AsyncWebClient(sandbox.config.bot_token, base_url=sandbox.api_url, retry_handlers=handlers)
    return AsyncWebClient(settings.slack_bot_token, retry_handlers=handlers)


@dataclass(frozen=True, slots=True)
class Parts:
    """What services are handed beside database and clock: how links are made, what the installation is, and the first
    roles of named people."""

    links: Links
    about: About
    roles: Mapping[str, Role]


async def signing_key(settings: Settings, database: Database) -> str:
    """Return what this installation signs links with: SECRET_KEY, else one that is made at the first start and kept in
    the database."""
    if settings.secret_key:
        return settings.secret_key
    now = SystemClock().now()
    return await database.change(lambda connection: secret_key(connection, now=now))


def make_desk(client: AsyncWebClient, database: Database, clock: Clock, parts: Parts) -> Desk:
    """Return the services that listeners work with, on one database, one clock and one index of buyers."""
    index = BuyerIndex()
    return Desk(
        client=client,
        leads=Leads(database, clock, index),
        home=HomeBook(database, clock),
        cards=Cards(database, clock),
        offers=Offers(database, clock),
        comparables=Comparables(database, clock),
        deals=Deals(database, clock, index),
        evidence=EvidenceBook(database),
        live_offers=LiveOffers(database, clock),
        offer_policies=OfferPolicies(database, clock),
        pauses=Pauses(database, clock),
        places=Places(database, clock, index),
        policies=Policies(database, clock),
        proofs=Proofs(database, clock),
        buyers=Buyers(database, clock),
        feedback=FeedbackBook(database, clock),
        liquidity=LiquidityBook(database, clock),
        consents=ConsentBook(database, clock),
        contacts=Contacts(database, clock),
        inbound=InboundBook(database, clock),
        why=WhyBook(database, clock),
        workspaces=Workspaces(database, clock),
        members=Members(database, clock),
        messages=Messages(database, clock, parts.links),
        messaging=Messaging(database, clock, parts.links),
        ladder=Ladder(database, clock, parts.links),
        approvals=Approvals(database, clock, parts.links),
        templates=Templates(database, clock),
        notifying=Notifying(database, clock, index, parts.links),
        sends=Sends(database, clock, parts.links),
        troubles=SendTroubles(database, clock, parts.links),
        setup=Setup(database, clock, parts.about),
        clock=clock,
        roles=parts.roles,
    )


def _about(settings: Settings, database: Database) -> About:
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    about = About(version("valhalla"), SLACK_MODES[settings.slack_mode], kind)
    if settings.slack_mode is SlackMode.SANDBOX:
        return replace(about, texts=IN_SANDBOX, email=IN_SANDBOX)
    twilio, smtp = settings.twilio, settings.smtp
    return replace(about, texts=twilio.said if twilio else DRY_RUN, email=smtp.said if smtp else DRY_RUN)


def _bolt(settings: Settings, client: AsyncWebClient) -> AsyncApp:
    """Bolt, which answers Slack when a listener has ended: what is committed before the ack is there after it."""
    return AsyncApp(
        client=client,
        signing_secret=settings.slack_signing_secret,
        request_verification_enabled=settings.slack_mode is SlackMode.HTTP,
        process_before_response=True,
        logger=logging.getLogger("slack_bolt"),
        # Middleware for what this app does not have: browsers' SSL checks, message events, workflow steps, agents.
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        ignoring_self_assistant_message_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def _proofs(settings: Settings) -> OutsideProofs:
    return OutsideProofs(settings.public_url, settings.twilio_auth_token, settings.inbound_email_token)


def _asgi(
    desk: Desk, events: Route | None, sandbox: Sandbox | None, outside: list[APIRouter], *, reach_database: Probe
) -> Starlette:
    """The HTTP side; Slack's events go straight to Bolt, ahead of FastAPI and what it does for every request."""
    api = FastAPIOffline(title="Valhalla", description="A wholesaling team's flow over HTTP.", redoc_url=None)
    handle_problems(api)
    door = Door(sandbox.team.id, sandbox.config.origin) if sandbox else Door("", None)
    api.include_router(flow_router(desk.leads, door))
    api.include_router(messaging_router(desk.messaging, door))
    api.include_router(notifications_router(desk.notifying, door))
    api.include_router(health_router(reach_database=reach_database))
    for router in outside:
        api.include_router(router)
    if sandbox:
        api.mount("/", sandbox.app)
    return Starlette(routes=[*([events] if events else []), Mount("/", api)])


def _events(settings: Settings, bolt: AsyncApp) -> Route | None:
    """Where Slack delivers over HTTP. Only that mode verifies signatures, so no other mode may have the address."""
    if settings.slack_mode is not SlackMode.HTTP:
        return None
    handler = AsyncSlackRequestHandler(bolt)

    async def slack_events(request: Request) -> Response:
        return await handler.handle(request)

    return Route("/slack/events", slack_events, methods=["POST"])


def _socket(settings: Settings, bolt: AsyncApp, sandbox: Sandbox | None) -> AsyncSocketModeHandler | None:
    if sandbox:
        return AsyncSocketModeHandler(bolt, sandbox.config.app_token)
    if settings.slack_mode is SlackMode.SOCKET:
        return AsyncSocketModeHandler(bolt, settings.slack_app_token)
    return None
