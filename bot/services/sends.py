"""Sends: one intent, one row; queued with its gate's first answer, stopped while it can be, seen to by a person."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import ContactWish, found_for, judge_in, record_verdict
from bot.services.links import Links
from bot.services.recipients import NamedPlace
from domain.consent import MessageKind
from domain.content import with_footer
from domain.gate import GateVerdict
from domain.messages import Post, Route, SendState
from domain.releases import Release, release
from domain.rules import Medium
from domain.segments import check_length
from domain.waves import delay_of
from domain.zones import ZoneReport, check_zones
from storage.approvals import is_redraw_queued
from storage.base import Tx
from storage.database import Database
from storage.outbox import move
from storage.sends import NewSend, Send, add_send, change_send, get_send, sends_with_keys
from storage.workspaces import sender_of

KEPT_FOR = timedelta(days=7)
"""How long a message may wait before what it says is out of date."""

PLACE = "place"
"""The key of a send's metadata under which stands where a caller says that the recipient is."""
OUTBOX = "outbox"
"""The name under which rows and events say that the outbox acted."""
TOLD = (
    SendState.SENT,
    SendState.DELIVERED,
    SendState.FAILED,
    SendState.BLOCKED,
    SendState.CANCELLED,
    SendState.UNKNOWN,
    SendState.REJECTED,
)
"""The states in which whoever waits for a message is told; of a delivery only where they were told otherwise before."""

TOLD_OF_TASKS = (SendState.FAILED, SendState.UNKNOWN)
"""The same of a text that was drafted for a task: the task's own card says the rest."""
TOGETHER: Final = timedelta(seconds=5)
"""Over how long changes of one approval's card are drawn together: of a batch every message changes it."""


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
    approval_id: int | None = None
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
    send, is_new = _written(tx, who, wish, links, now)
    if not is_new:
        return Queued(send, None, is_new=False)
    verdict = let_go(tx, who, send, now, report)
    return Queued(_stored(get_send(tx, send.id)), verdict, is_new=True)


def draft_in(tx: Tx, who: Actor, wish: MessageWish, links: Links, now: datetime) -> Send:
    """Take down a message in the caller's transaction that waits for somebody's approval; `let_go` follows it.

    The same key again finds the first. Raises `SenderIncomplete` and `TextTooLong`.
    """
    send, is_new = _written(tx, who, wish, links, now)
    if is_new:
        move(tx, send.id, SendState.AWAITING_APPROVAL, {})
    return _stored(get_send(tx, send.id))


def let_go(
    tx: Tx, who: Actor, send: Send, now: datetime, report: ZoneReport, *, not_before: datetime | None = None
) -> GateVerdict:
    """Let a drafted message leave as soon as policy and law allow, and not before an instant where one is given; what
    the gate refuses for good is blocked, and that is recorded."""
    contact = contact_wish(send)
    verdict, facts = judge_in(tx, found_for(tx, contact), contact, now, report)
    made = release(verdict, facts, key=send.key, expires_at=send.expires_at)
    state = SendState.APPROVED if made.state is SendState.SENDING else made.state
    due = max(held_due(send, made) or now, not_before or now)
    moved: dict[str, object] = {"reason": made.reason, "last_error": made.sentence}
    moved |= {"held_until": made.held_until, "due_at": due}
    if state in (SendState.BLOCKED, SendState.CANCELLED):
        moved |= {"settled_at": now}
    if not move(tx, send.id, state, moved):
        raise LookupError(f"the send {send.id} is {send.state.value} and cannot be let go")
    if state is SendState.BLOCKED:
        record_verdict(tx, who, contact, verdict, now)
    return verdict


def held_due(send: Send, made: Release) -> datetime | None:
    """Return when a message that is held comes up again: one of a later wave keeps its distance to the first, so that
    not all waves leave at the same opening."""
    return made.due_at + delay_of(send.metadata) if made.due_at and made.held_until else made.due_at


def complete_body(tx: Tx, send: Send, body: str, links: Links) -> str:
    """Return a body for a message with what the law wants beside it, in the recipient's language.

    Raises `SenderIncomplete` and `TextTooLong`.
    """
    contact = contact_wish(send)
    found = found_for(tx, contact)
    url = links.unsubscribe(tx.workspace_id, send.id)
    whole = with_footer(body, sender_of(tx), contact.medium, language=found.language, unsubscribe_url=url)
    check_length(whole, contact.medium)
    return whole


def _written(tx: Tx, who: Actor, wish: MessageWish, links: Links, now: datetime) -> tuple[Send, bool]:
    """The row of a wish with its whole body, and whether it is new."""
    _medium(wish.route)
    new = NewSend(
        key=wish.key, route=wish.route, address=wish.address, body=wish.body, created_by=who.user_id, due_at=now,
        subject=wish.subject, lead_id=wish.lead_id, buyer_id=wish.buyer_id, deal_id=wish.deal_id,
        template_version=wish.template_version, expires_at=now + wish.keep_for, retry_of=wish.retry_of,
        approval_id=wish.approval_id, metadata={**wish.metadata, "kind": wish.kind.value},
    )  # fmt: skip
    send, is_new = add_send(tx, new, SendState.DRAFTED, now=now)
    if is_new:
        change_send(tx, send.id, {"body": complete_body(tx, send, wish.body, links)})
    return _stored(get_send(tx, send.id)), is_new


def queue_post(tx: Tx, who: Actor, key: str, post: Post, about: Mapping[str, object], *, now: datetime) -> Send:
    """Take down a message to the team's own Slack in the caller's transaction: what it shows is drawn when it leaves,
    from the rows that `about` names."""
    return queue_post_at(tx, who, key, {**about, "post": post.value}, now=now, due_at=now)


def queue_post_at(
    tx: Tx, who: Actor, key: str, metadata: Mapping[str, object], *, now: datetime, due_at: datetime
) -> Send:
    """Take down a message to the team's own Slack that leaves at an instant; `metadata` names the rows and the `post`
    that shows them."""
    lead_id = int(str(metadata["lead_id"])) if "lead_id" in metadata else None
    new = NewSend(key, Route.SLACK, "", "", who.user_id, due_at, lead_id=lead_id, metadata=metadata)
    return add_send(tx, new, SendState.APPROVED, now=now)[0]


def cancel_in(tx: Tx, send: Send, reason: str, sentence: str, *, now: datetime) -> bool:
    """Keep back a message that has not left; False when it has, or may have."""
    values = {"reason": reason, "last_error": sentence, "settled_at": now}
    if not move(tx, send.id, SendState.CANCELLED, values):
        return False
    tell_outcome(tx, send, SendState.CANCELLED, now=now)
    return True


def tell_outcome(tx: Tx, send: Send, state: SendState, *, now: datetime) -> None:
    """Tell in Slack what became of a message, where somebody waits for it (`tell` in its metadata); the card on which
    it was approved says it too."""
    redraw_approval_of(tx, send, now=now)
    told = TOLD_OF_TASKS if "task_id" in send.metadata else TOLD
    if state in told and send.metadata.get("tell"):
        key = outcome_post(send.id, state, send.attempt_count)
        queue_post(
            tx, Actor(tx.workspace_id, OUTBOX, is_person=False), key, Post.OUTCOME, {"send_id": send.id}, now=now
        )


def redraw_approval_of(tx: Tx, send: Send, *, now: datetime) -> None:
    """Let the card be drawn anew on which a message was approved, where there is one."""
    if send.approval_id:
        redraw_in(tx, Actor(tx.workspace_id, OUTBOX, is_person=False), send.approval_id, now=now)


def redraw_in(tx: Tx, who: Actor, approval_id: int, *, now: datetime) -> None:
    """Let an approval's card be drawn anew where it stands, in the caller's transaction; changes within a few seconds
    are drawn together.

    Each post has a name of its own: of two transactions that wrote the same name one would wait for the other, with
    rows locked that the other may want.
    """
    seconds = int(TOGETHER.total_seconds())
    slot = int(now.timestamp()) // seconds + 1
    # A second later than the last change of its slot began, which may be committed a little after.
    due = datetime.fromtimestamp(slot * seconds + 1, tz=now.tzinfo)
    prefix = f"{approval_post(approval_id, str(slot))}:"
    if not is_redraw_queued(tx, prefix, due_at=due):
        shown = {"post": Post.APPROVAL.value, "approval_id": approval_id}
        queue_post_at(tx, who, f"{prefix}{token_hex(4)}", shown, now=now, due_at=due)


def approval_post(approval_id: int, why: str) -> str:
    """Return the key of a post that shows an approval's card."""
    return f"approval:{approval_id}:{why}"


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
        place=NamedPlace(**send.metadata[PLACE]) if PLACE in send.metadata else None,
    )


def _medium(route: Route) -> Medium:
    if route.medium is None:
        raise ValueError("a post in Slack is no contact")
    return route.medium


def _stored(send: Send | None) -> Send:
    if send is None:
        raise LookupError("a send was stored and is not there")
    return send
