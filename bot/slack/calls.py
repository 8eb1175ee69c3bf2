"""One delivery from Slack, and the desk of services that its listener works with."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.services.actors import Actor
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
from bot.services.intake import readable
from bot.services.ladder import Ladder
from bot.services.leads import Leads
from bot.services.liquidity import LiquidityBook
from bot.services.live_offers import LiveOffers
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
from bot.services.sends_troubles import SendTroubles
from bot.services.setup import Setup
from bot.services.templates import Templates
from bot.services.why import WhyBook
from bot.services.workspaces import Workspaces, first_role
from bot.slack.mrkdwn import escape
from domain.roles import Role
from domain.zones import DEFAULT_ZONE, UnknownZone, zone
from storage.requests import RequestKey
from storage.workspaces import Member

log = structlog.get_logger()
T = TypeVar("T")


class Ack(Protocol):
    """Bolt's acknowledgement: called once, before Slack's three seconds are over."""

    def __call__(self, *arguments: object, **values: object) -> Awaitable[object]:
        """Acknowledge, with a reply or a view's next state."""
        ...


class Respond(Protocol):
    """Bolt's reply through the delivery's response_url."""

    def __call__(self, *arguments: object, **values: object) -> Awaitable[object]:
        """Reply."""
        ...


class Background:
    """Work that goes on after the acknowledgement; tasks are kept, so that none is collected half-way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start `work` and return its task; what it raises is logged, since nobody need wait for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def within(self, work: Coroutine[Any, Any, T], seconds: float) -> T | None:
        """Return what `work` gives, None when it takes longer; it goes on to its end all the same."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            return task.result()
        task.add_done_callback(self._ended)
        return None

    async def finish(self) -> None:
        """Wait until everything under way has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background_failed", exc_info=task.exception())


@dataclass(frozen=True, slots=True)
class Desk:
    """What listeners work with. `roles` are first roles that this installation gives to named users."""

    client: AsyncWebClient
    leads: Leads
    home: HomeBook
    cards: Cards
    offers: Offers
    offer_policies: OfferPolicies
    comparables: Comparables
    deals: Deals
    evidence: EvidenceBook
    live_offers: LiveOffers
    pauses: Pauses
    places: Places
    proofs: Proofs
    policies: Policies
    buyers: Buyers
    feedback: FeedbackBook
    liquidity: LiquidityBook
    consents: ConsentBook
    contacts: Contacts
    inbound: InboundBook
    why: WhyBook
    workspaces: Workspaces
    members: Members
    messages: Messages
    messaging: Messaging
    ladder: Ladder
    approvals: Approvals
    templates: Templates
    notifying: Notifying
    sends: Sends
    troubles: SendTroubles
    setup: Setup
    clock: Clock
    roles: Mapping[str, Role] = field(default_factory=dict)
    background: Background = field(default_factory=Background)

    async def actor(self, workspace_id: str, user_id: str) -> Actor:
        """Return who asks; a person seen for the first time is looked up in Slack and remembered."""
        known = await self.workspaces.find_actor(workspace_id, user_id)
        if known:
            return known
        found = (await self.client.users_info(user=user_id))["user"]
        name = found.get("real_name") or found.get("name") or user_id
        role = self.roles.get(user_id) or first_role(is_admin=bool(found.get("is_admin")))
        return await self.workspaces.meet(workspace_id, Member(user_id, name, role, _zone_of(found)))

    async def tell(self, call: "Call", text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """Say something that only this person sees: where they clicked or typed, else in a direct message."""
        shown = [dict(block) for block in blocks] or None
        if call.body.get("response_url"):
            await call.respond(text=text, blocks=shown, response_type="ephemeral", replace_original=False)
        else:
            await self.client.chat_postMessage(channel=call.user_id, text=text, blocks=shown)


@dataclass(frozen=True, slots=True)
class Call:
    """One delivery: its body, and how to answer it. `text` is what stands behind a slash command."""

    body: Mapping[str, Any]
    ack: Ack
    respond: Respond

    @property
    def workspace_id(self) -> str:
        """The team that the delivery comes from."""
        team = self.body.get("team_id") or (self.body.get("team") or {}).get("id")
        return str(team or (self.body.get("user") or {}).get("team_id") or "")

    @property
    def user_id(self) -> str:
        """Who acted."""
        user = self.body.get("user_id") or self.body.get("user")
        return str(user["id"] if isinstance(user, dict) else user)

    @property
    def channel_id(self) -> str:
        """The channel in which a command was typed or a button clicked; empty where there is none."""
        channel = self.body.get("channel_id") or (self.body.get("channel") or {}).get("id")
        return str(channel or "")

    @property
    def text(self) -> str:
        """What was typed behind the command."""
        return readable(str(self.body.get("text") or ""))

    @property
    def is_command(self) -> bool:
        """Whether somebody typed a slash command."""
        return bool(self.body.get("command"))

    @property
    def typed(self) -> str:
        """The whole command as a sentence, to hand back what Slack took from the composer; empty for a click."""
        return f" You typed: {self.body['command']} {escape(self.text)}" if self.text else ""

    @property
    def trigger_id(self) -> str:
        """What lets us open a modal within three seconds."""
        return str(self.body.get("trigger_id") or "")

    @property
    def view(self) -> Mapping[str, Any]:
        """The view that was submitted or holds the element; empty where there is none."""
        return self.body.get("view") or {}

    @property
    def action(self) -> Mapping[str, Any]:
        """The element that was clicked."""
        return self.body["actions"][0]  # type: ignore[no-any-return]  # Slack's JSON


def _zone_of(person: Mapping[str, Any]) -> str:
    """A person's zone as Slack tells it, the default one where Slack names none that we know."""
    try:
        zone(str(person.get("tz")))
    except UnknownZone:
        return DEFAULT_ZONE
    return str(person["tz"])


TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id")
"""Slack's names for a trigger that was used or is older than three seconds."""

ACK_SECONDS = 2.0
"""How long a submission may be worked on before Slack is told to keep the form open; its own limit is three."""

STILL_SAVING = "Saving takes longer than usual. Press the button again in a moment: nothing is stored twice."


async def save(desk: Desk, call: Call, work: Coroutine[Any, Any, T], *, field_name: str) -> T | None:
    """Run a submission's `work` before it is acknowledged.

    When it takes longer than the guard allows it goes on by itself; the form stays open, says so at `field_name`, and
    None comes back. Its request key sees to it that pressing again finds the first result.
    """
    saved = await desk.background.within(work, ACK_SECONDS)
    if saved is None:
        await call.ack(response_action="errors", errors={field_name: STILL_SAVING})
    return saved


def request_key(view: Mapping[str, Any], values: Mapping[str, Any]) -> RequestKey:
    """Name a submission: the view says which form it is, the hash whether what it says was corrected."""
    payload = json.dumps(values, sort_keys=True, ensure_ascii=True)
    return RequestKey(f"view:{view['id']}", hashlib.sha256(payload.encode()).hexdigest())


async def redraw_view(desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Update the view if it is still the one that was typed in; a later keystroke draws it anyway."""
    try:
        await desk.client.views_update(view_id=call.view["id"], hash=call.view["hash"], view=dict(view))
    except SlackApiError as error:
        if error.response.get("error") not in ("hash_conflict", "not_found"):
            raise
        log.info("redraw_overtaken", view_id=call.view["id"])


async def open_view(desk: Desk, call: Call, view: Mapping[str, Any]) -> None:
    """Open a modal, on top of the one from which the delivery came if there is one.

    A trigger that ran out is answered with words in place of the modal, and what was typed is repeated in them.
    """
    show = desk.client.views_push if call.view.get("type") == "modal" else desk.client.views_open
    try:
        await show(trigger_id=call.trigger_id, view=dict(view))
    except SlackApiError as error:
        if error.response.get("error") not in TOO_LATE:
            raise
        log.warning("view_not_opened", error=error.response.get("error"), user_id=call.user_id)
        await desk.tell(call, f"Slack did not let me open the form in time. Try it once more.{call.typed}")
