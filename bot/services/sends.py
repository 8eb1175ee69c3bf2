"""Sends: one intent, one row; queued with its gate's first answer, stopped while it can be, seen to by a person."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import ContactWish, found_for, judge_in, record_verdict
from bot.services.links import Links
from bot.services.recipients import Recipient
from domain.consent import MessageKind
from domain.content import Language, language_for, with_footer
from domain.gate import GateVerdict
from domain.messages import Post, Route, SendState
from domain.releases import release
from domain.rules import Medium
from domain.segments import check_length
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.database import Database
from storage.outbox import move
from storage.sends import NewSend, Send, add_send, change_send, get_send, sends_with_keys
from storage.workspaces import sender_of

KEPT_FOR = timedelta(days=7)
"""How long a message may wait before what it says is out of date."""

OUTBOX = "outbox"
"""The name under which rows and events say that the outbox acted."""
TOLD = (
    SendState.SENT,
    SendState.DELIVERED,
    SendState.FAILED,
    SendState.BLOCKED,
    SendState.CANCELLED,
    SendState.UNKNOWN,
)
"""The states in which whoever waits for a message is told; of a delivery only where they were told otherwise before."""


@dataclass(frozen=True, slots=True)
class MessageWish:
    """One message to somebody outside. `key` names the intent: the same key again is the same message.

    `address` is E.164 or an `email_key`. What the law wants in `body` beside the message is added. `metadata` is kept
    with it; `kind` and what the gate wants to know of it stand beside.
    """

    key: str
    route: Route
    address: str
    body: str
    subject: str | None = None
    kind: MessageKind = MessageKind.COMMERCIAL
    lead_id: int | None = None
    buyer_id: int | None = None
    deal_id: int | None = None
    template_version: str | None = None
    keep_for: timedelta = KEPT_FOR
    retry_of: int | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queued:
    """A message as it stands in the outbox, what the gate said about it, and whether it is new."""

    send: Send
    verdict: GateVerdict | None
    is_new: bool


class Sends:
    """Takes down what is to be sent. What leaves, leaves by the outbox."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def queue(self, who: Actor, wish: MessageWish) -> Queued:
        """Take down a message that somebody who may has approved; it leaves as soon as policy and law allow.

        The same key again finds the first. Raises `SenderIncomplete` and `TextTooLong`; an error inside the gate raises
        too, and nothing is taken down.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.write(
            who.workspace_id, lambda tx: queue_in(tx, who, wish, self._links, now, report)
        )

    async def find(self, who: Actor, send_id: int) -> Send | None:
        """Return a send."""
        return await self._database.read(who.workspace_id, lambda tx: get_send(tx, send_id))

    async def with_keys(self, who: Actor, keys: Collection[str]) -> list[Send]:
        """Return the sends of some intents, the oldest first."""
        return await self._database.read(who.workspace_id, lambda tx: sends_with_keys(tx, keys))


def queue_in(tx: Tx, who: Actor, wish: MessageWish, links: Links, now: datetime, report: ZoneReport) -> Queued:
    """Take down an approved message in the caller's transaction, with the gate's answer of now."""
    medium = _medium(wish.route)
    new = NewSend(
        key=wish.key, route=wish.route, address=wish.address, body=wish.body, created_by=who.user_id, due_at=now,
        subject=wish.subject, lead_id=wish.lead_id, buyer_id=wish.buyer_id, deal_id=wish.deal_id,
        template_version=wish.template_version, expires_at=now + wish.keep_for, retry_of=wish.retry_of,
        metadata={**wish.metadata, "kind": wish.kind.value},
    )  # fmt: skip
    send, is_new = add_send(tx, new, SendState.DRAFTED, now=now)
    if not is_new:
        return Queued(send, None, is_new=False)
    contact = contact_wish(send)
    found = found_for(tx, contact)
    body = _complete(tx, wish, found, links.unsubscribe(who.workspace_id, send.id))
    check_length(body, medium)
    change_send(tx, send.id, {"body": body})
    verdict, facts = judge_in(tx, found, contact_wish(send, body), now, report)
    made = release(verdict, facts, key=send.key, expires_at=send.expires_at)
    state = SendState.APPROVED if made.state is SendState.SENDING else made.state
    moved = {"reason": made.reason, "last_error": made.sentence, "held_until": made.held_until}
    ended = {"settled_at": now} if state in (SendState.BLOCKED, SendState.CANCELLED) else {}
    move(tx, send.id, state, moved | ended | {"due_at": made.due_at or now})
    if state is SendState.BLOCKED:
        record_verdict(tx, who, contact, verdict, now)
    return Queued(_stored(get_send(tx, send.id)), verdict, is_new=True)


def queue_post(tx: Tx, who: Actor, key: str, post: Post, about: Mapping[str, object], *, now: datetime) -> Send:
    """Take down a message to the team's own Slack in the caller's transaction: what it shows is drawn when it leaves,
    from the rows that `about` names."""
    metadata = {**about, "post": post.value}
    lead_id = int(str(about["lead_id"])) if "lead_id" in about else None
    new = NewSend(key, Route.SLACK, "", "", who.user_id, now, lead_id=lead_id, metadata=metadata)
    return add_send(tx, new, SendState.APPROVED, now=now)[0]


def cancel_in(tx: Tx, send: Send, reason: str, sentence: str, *, now: datetime) -> bool:
    """Keep back a message that has not left; False when it has, or may have."""
    values = {"reason": reason, "last_error": sentence, "settled_at": now}
    if not move(tx, send.id, SendState.CANCELLED, values):
        return False
    tell_outcome(tx, send, SendState.CANCELLED, now=now)
    return True


def tell_outcome(tx: Tx, send: Send, state: SendState, *, now: datetime) -> None:
    """Tell in Slack what became of a message, where somebody waits for it (`tell` in its metadata)."""
    if state in TOLD and send.metadata.get("tell"):
        key = outcome_post(send.id, state, send.attempt_count)
        queue_post(
            tx, Actor(tx.workspace_id, OUTBOX, is_person=False), key, Post.OUTCOME, {"send_id": send.id}, now=now
        )


def outcome_post(send_id: int, state: SendState, attempt: int) -> str:
    """Return the key of the post that tells what became of a message by one of its attempts."""
    return f"outcome:{send_id}:{state.value}:{attempt}"


def contact_wish(send: Send, body: str | None = None) -> ContactWish:
    """Return what the gate is asked about a message."""
    return ContactWish(
        medium=_medium(send.route),
        address=send.address,
        correlation_id=send.correlation_id,
        body=send.body if body is None else body,
        kind=MessageKind(send.metadata.get("kind", MessageKind.COMMERCIAL)),
        lead_id=send.lead_id,
        buyer_id=send.buyer_id,
    )


def _complete(tx: Tx, wish: MessageWish, found: Recipient, unsubscribe_url: str | None) -> str:
    """The words with what the law wants beside them, in the recipient's language."""
    language: Language = language_for(found.province, None)
    return with_footer(
        wish.body, sender_of(tx), _medium(wish.route), language=language, unsubscribe_url=unsubscribe_url
    )


def _medium(route: Route) -> Medium:
    if route.medium is None:
        raise ValueError("a post in Slack is no contact")
    return route.medium


def _stored(send: Send | None) -> Send:
    if send is None:
        raise LookupError("a send was stored and is not there")
    return send
