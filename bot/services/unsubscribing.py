"""Unsubscribing: what a link in a message and a complaint about one do, at once and once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import found_for
from bot.services.inbound import stored_address
from bot.services.links import LinkBroken, Links
from bot.services.opting_out import Said, stands, stop
from bot.services.sends import contact_wish
from domain.consent import ConsentKind
from domain.contact import mask_email, mask_phone
from domain.content import Language
from domain.rules import Medium
from storage.base import Tx
from storage.database import Database
from storage.outbox import lock_addresses
from storage.requests import RequestKey, begin_request
from storage.sends import Send, get_send
from storage.workspaces import sender_of

LINK: Final = "link"
"""Where an opt-out by a link came from, and who acted: nobody says who follows it."""
FOLLOWED: Final = "The recipient followed the link in a message and confirmed."
COMPLAINED: Final = "The recipient reported a message as spam."


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What a link is about: whose messages, by which medium, to which address (masked), in which language they read.

    `is_stopped` is whether such messages are stopped now, `stood` whether they were before.
    """

    team: str
    medium: Medium
    address: str
    language: Language
    is_stopped: bool
    stood: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """A recipient's complaint, as their mail provider reports it. `name` names the report for good; `send_id` the
    message where the report tells it, and then its address counts; else `address` does."""

    name: str
    address: str
    send_id: int | None = None


class Unsubscribing:
    """Ends messages by the recipient's own hand."""

    def __init__(self, database: Database, clock: Clock, links: Links) -> None:
        self._database = database
        self._clock = clock
        self._links = links

    async def look(self, token: str) -> Unsubscribe:
        """Return what a link is about, and change nothing: programs that check mail follow links too.

        Raises `LinkBroken`, also for a message that is not there any more.
        """
        workspace_id, send_id = self._links.read_unsubscribe(token)
        now = self._clock.now()
        return await self._database.read(workspace_id, lambda tx: _looked_at(tx, _sent(tx, send_id), now))

    async def confirm(self, token: str) -> Unsubscribe:
        """Stop what the link is about and keep back what waits; the second time nothing is added. Raises as `look`."""
        workspace_id, send_id = self._links.read_unsubscribe(token)
        now = self._clock.now()
        return await self._database.write(workspace_id, lambda tx: _confirmed(tx, _sent(tx, send_id), now))

    async def complain(self, who: Actor, complaint: Complaint) -> bool:
        """Store a complaint as an opt-out from e-mail, at once; False for a report that came before."""
        now = self._clock.now()
        return await self._database.write(who.workspace_id, lambda tx: _complained(tx, who, complaint, now))


def _sent(tx: Tx, send_id: int) -> Send:
    """The message that holds a link."""
    send = get_send(tx, send_id)
    if send is None:
        raise LinkBroken
    return send


def _looked_at(tx: Tx, send: Send, now: datetime) -> Unsubscribe:
    is_stopped = stands(tx, send.address, _medium(send), now=now)
    return _about(tx, send, is_stopped=is_stopped, stood=is_stopped)


def _confirmed(tx: Tx, send: Send, now: datetime) -> Unsubscribe:
    # One at a time for an address: of two confirmations at once the second finds the first.
    lock_addresses(tx, [send.address])
    medium = _medium(send)
    stood = stands(tx, send.address, medium, now=now)
    if not stood:
        who = Actor(tx.workspace_id, LINK, is_person=False)
        stop(tx, who, Said(send.address, LINK, FOLLOWED, now), {medium: ConsentKind.UNSUBSCRIBED}, now=now)
    return _about(tx, send, is_stopped=True, stood=stood)


def _about(tx: Tx, send: Send, *, is_stopped: bool, stood: bool) -> Unsubscribe:
    medium, found = _medium(send), found_for(tx, contact_wish(send))
    return Unsubscribe(
        team=sender_of(tx).business_name or "",
        medium=medium,
        address=mask_email(send.address) if medium is Medium.EMAIL else mask_phone(send.address),
        language=found.language,
        is_stopped=is_stopped,
        stood=stood,
    )


def _complained(tx: Tx, who: Actor, complaint: Complaint, now: datetime) -> bool:
    request = RequestKey("complaint", sha256(complaint.name.encode()).hexdigest())
    if begin_request(tx, request, now=now) is not None:
        return False
    send = get_send(tx, complaint.send_id) if complaint.send_id else None
    named = send.address if send and send.route.medium is Medium.EMAIL else stored_address(complaint.address)
    stop(tx, who, Said(named, "complaint", COMPLAINED, now), {Medium.EMAIL: ConsentKind.COMPLAINT}, now=now)
    return True


def _medium(send: Send) -> Medium:
    """The medium that a link stops; a post in Slack holds none."""
    if send.route.medium is None:
        raise LinkBroken
    return send.route.medium
