"""Messages in trouble: they failed, or nobody knows whether they arrived; a person decides once what becomes of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.links import Links
from bot.services.recipients import Recipient, recipient_named
from bot.services.sends import MessageWish, outcome_post, queue_in, queue_post
from bot.services.sends_settling import SENT
from domain.consent import MessageKind
from domain.errors import RuleBroken
from domain.kpis import KpiEvent
from domain.messages import Post, Route, SendState
from domain.receipts import ATTEMPTS
from domain.roles import may_administer, may_see_to_send, may_send
from domain.zones import check_zones, zone
from storage.audit import Change, Noted, newest_about, record
from storage.base import Tx
from storage.database import Database
from storage.kpis import emit_kpi
from storage.leads import get_lead
from storage.outbox import move
from storage.sends import Send, change_send, dismiss_send, get_send, sends_in_trouble, sends_with_keys
from storage.workspaces import find_member, sender_of

LISTED = 200
"""How many messages in trouble are looked at for a list."""
ARRIVED, SENT_AGAIN, RETRIED, LEFT = "send_arrived", "send_sent_again", "send_retried", "send_left"
"""Verbs of the audit trail."""
WHAT = {
    ARRIVED: "it arrived",
    SENT_AGAIN: "it is sent again",
    RETRIED: "it is sent anew",
    LEFT: "it is left as it is",
}


Work = Callable[[Tx, Send, datetime], int | None]
"""What a decision does to a message; it returns the id of a new one where it makes one."""


class SendNotFound(RuleBroken):
    """This message is not here any more. `/policy sends` lists those that need somebody."""

    code = "SEND_NOT_FOUND"


class NotYourSend(RuleBroken):
    """This is not a message to a lead of yours. Its rep decides, or an approver: ask one of them."""

    code = "NOT_YOUR_SEND"


class SendSeenTo(RuleBroken):
    """{by} saw to this message at {at:%H:%M} on {at:%d %b} (your time): {what}. Nothing was changed."""

    code = "SEND_SEEN_TO"


class SendMovedOn(RuleBroken):
    """This message was settled meanwhile: it is {state} now. Nothing was changed."""

    code = "SEND_MOVED_ON"


@dataclass(frozen=True, slots=True)
class SendShown:
    """A message with all that is shown of it: whose it is (None for a post of our own), who saw to it last, its words
    without what stands at its end for the law, and whether the one who asks may see the full address."""

    send: Send
    recipient: Recipient | None
    noted: Noted | None
    words: str = ""
    sees: bool = False

    @property
    def needs_person(self) -> bool:
        """Whether somebody must decide what becomes of it."""
        return self.send.state in (SendState.FAILED, SendState.UNKNOWN) and self.send.dismissed_at is None


@dataclass(frozen=True, slots=True)
class TroublePage:
    """Some of the messages that need a member: those from number `start` on, of `total`."""

    shown: tuple[SendShown, ...]
    start: int
    total: int


class SendTroubles:
    """What people do about messages that went wrong."""

    def __init__(self, database: Database, clock: Clock, links: Links) -> None:
        self._database = database
        self._clock = clock
        self._links = links

    async def waiting(self, who: Actor, *, start: int = 0, limit: int) -> TroublePage:
        """Return some of the messages that need this member, the oldest first, and how many there are: reps see those
        to their own and to unassigned leads, approvers and admins all, and admins also the team's own posts in Slack.
        """

        def work(tx: Tx) -> TroublePage:
            found = [send for send in sends_in_trouble(tx, limit=LISTED) if _is_theirs(tx, who, send)]
            first = start if 0 <= start < len(found) else 0
            page = (_shown(tx, send) for send in found[first : first + limit])
            return TroublePage(tuple(_seen_by(who, each) for each in page), first, len(found))

        return await self._database.read(who.workspace_id, work)

    async def show(self, who: Actor, send_id: int) -> SendShown | None:
        """Return a message with what is shown of it, for a place where others read along; None where there is none."""

        def work(tx: Tx) -> SendShown | None:
            send = get_send(tx, send_id)
            return _shown(tx, send) if send else None

        return await self._database.read(who.workspace_id, work)

    async def posts_about(self, who: Actor, send_id: int) -> list[Send]:
        """Return the posts in Slack that ask what is to become of a message."""

        def work(tx: Tx) -> list[Send]:
            send = get_send(tx, send_id)
            attempts = range(send.attempt_count + 2) if send else ()
            states = (SendState.UNKNOWN, SendState.FAILED)
            return sends_with_keys(tx, [outcome_post(send_id, state, each) for state in states for each in attempts])

        return await self._database.read(who.workspace_id, work)

    async def arrived(self, who: Actor, send_id: int) -> SendShown:
        """Take a person's word that a message arrived of which nobody knew.

        Like the others here it raises `SendNotFound`, `NotYourSend`, and `SendSeenTo`, which names who was faster, or
        `SendMovedOn`.
        """

        def work(tx: Tx, send: Send, now: datetime) -> None:
            values = {"settled_at": now, "ask_at": None, "reason": None, "last_error": None}
            _must_move(tx, who, send, SendState.SENT, values)
            if send.route in SENT:
                emit_kpi(tx, KpiEvent(SENT[send.route], True, send.correlation_id, who.user_id), now=now)

        return await self._decide(who, send_id, ARRIVED, work, of=SendState.UNKNOWN)

    async def send_again(self, who: Actor, send_id: int) -> SendShown:
        """Send a message once more of which nobody knows whether it arrived; it may arrive twice.

        That it may have arrived stays on record, so that a later no does not count as proof that it did not.
        """

        def work(tx: Tx, send: Send, now: datetime) -> None:
            # At least one attempt is left to it, however many there were.
            attempts = min(send.attempt_count, ATTEMPTS - 1)
            values = {"due_at": now, "ask_at": None, "ask_count": 0, "attempt_count": attempts, "claimed_by": None}
            _must_move(tx, who, send, SendState.APPROVED, values)

        return await self._decide(who, send_id, SENT_AGAIN, work, of=SendState.UNKNOWN)

    async def retry(self, who: Actor, send_id: int) -> SendShown:
        """Send a message anew that failed: a new one of the same words, which the gate is asked about again.

        Return the new one.
        """

        def work(tx: Tx, send: Send, now: datetime) -> int:
            _must_dismiss(tx, who, send, now)
            return self._anew(tx, who, send, now).id

        return await self._decide(who, send_id, RETRIED, work, of=SendState.FAILED)

    async def dismiss(self, who: Actor, send_id: int) -> SendShown:
        """Leave a message as it is, so that nobody is asked about it any more."""
        return await self._decide(who, send_id, LEFT, lambda tx, send, now: _must_dismiss(tx, who, send, now))

    async def _decide(
        self, who: Actor, send_id: int, verb: str, work: Work, *, of: SendState | None = None
    ) -> SendShown:
        now = self._clock.now()

        def decide(tx: Tx) -> SendShown:
            shown = _found(tx, send_id)
            if not _may_see_to(who, shown):
                raise NotYourSend
            if not shown.needs_person or (of and shown.send.state is not of):
                raise _already(tx, who, shown.send)
            anew = work(tx, shown.send, now)
            after = {"send": send_id, "anew": anew, "was": shown.send.state.value}
            record(tx, Change(who.user_id, verb, _subject(send_id), after=after), now=now)
            return _seen_by(who, _found(tx, anew or send_id))

        return await self._database.write(who.workspace_id, decide)

    def _anew(self, tx: Tx, who: Actor, send: Send, now: datetime) -> Send:
        """Queue the same message under a key of its own, of which there is one however often it is asked for."""
        key = f"retry:{send.id}"
        if send.route is Route.SLACK:
            about = {name: value for name, value in send.metadata.items() if name != "post"}
            made = queue_post(tx, who, key, Post(send.metadata["post"]), about, now=now)
            change_send(tx, made.id, {"retry_of": send.id})
            return made
        wish = MessageWish(
            key=key, route=send.route, address=send.address, body=send.body, subject=send.subject,
            kind=MessageKind(send.metadata.get("kind", MessageKind.COMMERCIAL)), lead_id=send.lead_id,
            buyer_id=send.buyer_id, deal_id=send.deal_id, template_version=send.template_version, retry_of=send.id,
            metadata={**send.metadata, "tell": True},
        )  # fmt: skip
        return queue_in(tx, who, wish, self._links, now, check_zones()).send


def _found(tx: Tx, send_id: int) -> SendShown:
    send = get_send(tx, send_id)
    if send is None:
        raise SendNotFound
    return _shown(tx, send)


def _shown(tx: Tx, send: Send) -> SendShown:
    recipient = None
    if send.route is not Route.SLACK:
        recipient = recipient_named(tx, send.address, lead_id=send.lead_id, buyer_id=send.buyer_id)
    noted = newest_about(tx, _subject(send.id))
    return SendShown(send, recipient, noted if noted and noted.verb in WHAT else None, _words(tx, send))


def _words(tx: Tx, send: Send) -> str:
    """What a person wrote: a message ends with who we are, on a line of its own that begins with our name."""
    name = sender_of(tx).business_name
    return send.body.partition(f"\n{name}")[0].strip() if name else send.body


def _seen_by(who: Actor, shown: SendShown) -> SendShown:
    """Whoever may see to a message sees whom it is for."""
    return replace(shown, sees=_may_see_to(who, shown))


def _is_theirs(tx: Tx, who: Actor, send: Send) -> bool:
    """As `_may_see_to`, without reading for each message of a long list what nobody looks at."""
    if send.route is Route.SLACK or may_send(who.role):
        return send.route is not Route.SLACK or may_administer(who.role)
    lead = get_lead(tx, send.lead_id) if send.lead_id else None
    if lead:
        return may_see_to_send(who.role, user_id=who.user_id, rep_id=lead.rep_id)
    return _may_see_to(who, _shown(tx, send))


def _may_see_to(who: Actor, shown: SendShown) -> bool:
    send, found = shown.send, shown.recipient
    if found is None:
        return may_administer(who.role)
    if found.lead is None:
        return may_send(who.role) or send.created_by == who.user_id
    return may_see_to_send(who.role, user_id=who.user_id, rep_id=found.lead.rep_id)


def _must_move(tx: Tx, who: Actor, send: Send, state: SendState, values: Mapping[str, object]) -> None:
    if not move(tx, send.id, state, values, of=send.state):
        raise _already(tx, who, send)


def _must_dismiss(tx: Tx, who: Actor, send: Send, now: datetime) -> None:
    if not dismiss_send(tx, send.id, by=who.user_id, now=now):
        raise _already(tx, who, send)


def _already(tx: Tx, who: Actor, send: Send) -> RuleBroken:
    shown = _found(tx, send.id)
    noted = shown.noted
    if noted is None:
        return SendMovedOn(state=shown.send.state.value)
    member = find_member(tx, noted.actor)
    at = noted.at.astimezone(zone(who.zone))
    return SendSeenTo(by=member.name if member else noted.actor, at=at, what=WHAT[noted.verb])


def _subject(send_id: int) -> str:
    return f"send {send_id}"
