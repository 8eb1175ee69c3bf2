"""What people answer: each message stored once, taken for what it asks, and acted on in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import subject_of
from bot.services.intake import readable
from bot.services.ladder_stops import reply_came
from bot.services.numbered import lead_numbered
from bot.services.opting_out import REASON_LIMIT, Said, Stopped, lift, stands, stop
from bot.services.recipients import recipient_at
from bot.services.sends import queue_post
from domain.consent import ConsentKind
from domain.contact import EmailInvalid, PhoneInvalid, email_key, normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.kpis import Kpi, KpiEvent, inbound
from domain.messages import Post
from domain.optout import ALL_MEDIA, Inbound, Intent, Scope, classify_inbound
from domain.optout_effects import stop_kind, stopped_scopes
from domain.roles import may_decide_reply
from domain.rules import Medium
from domain.zones import utc, zone
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import Buyer, get_buyer
from storage.database import Database
from storage.inbound import (
    InboundMessage,
    InboundState,
    add_inbound,
    decide_inbound,
    find_inbound,
    inbound_named,
    waiting,
)
from storage.kpis import emit_kpi
from storage.leads import Lead, get_lead
from storage.opt_outs import acted_on
from storage.requests import RequestKey
from storage.workspaces import find_member

ADDRESS_LIMIT, NAME_LIMIT, SOURCE_LIMIT = 320, 128, 32
SOURCES = {Medium.SMS: "sms", Medium.EMAIL: "email", Medium.CALL: "phone"}
"""Where an opt-out came from, by how it was said."""
QUEUE_LIMIT = 200
WAITS, DECIDED = "reply_waits", "reply_decided"
"""Verbs of the audit trail."""

STOPPING = frozenset(
    {
        ConsentKind.WITHDRAWN,
        ConsentKind.UNSUBSCRIBED,
        ConsentKind.STOP,
        ConsentKind.DO_NOT_CALL,
        ConsentKind.WRONG_PERSON,
        ConsentKind.CARRIER_BLOCK,
        ConsentKind.COMPLAINT,
    }
)
"""The kinds of an opt-out."""


class ReplyNotFound(RuleBroken):
    """This reply is not here any more. `/policy replies` lists those that wait."""

    code = "REPLY_NOT_FOUND"


class ReplyDecided(RuleBroken):
    """{by} decided this at {at:%H:%M} on {at:%d %b} (your time): {what}. Nothing was changed."""

    code = "REPLY_DECIDED"


class NotYourReply(RuleBroken):
    """This is a reply to another rep's lead. Its rep decides, or an approver: ask one of them."""

    code = "NOT_YOUR_REPLY"


class NoOptOut(RuleBroken):
    """ "{kind}" stops nothing, so it is no opt-out."""

    code = "NO_OPT_OUT"


class WordsMissing(RuleBroken):
    """Write down what they said, in their words."""

    code = "WORDS_MISSING"
    field = "words"


class NoSuchAddress(RuleBroken):
    """L-{number} has no {what} on record, so nothing came from there. Choose how they answered, or add it first."""

    code = "NO_SUCH_ADDRESS"
    field = "medium"


@dataclass(frozen=True, slots=True)
class InboundWish:
    """One message that came in. `provider_id` names it for good: the same one twice is one message. `address` is the
    sender's, as the provider gives it; `received_at` is now where it is left out. `says_stop` is set where the provider
    took it for a stop, whatever its words are."""

    provider_id: str
    medium: Medium
    address: str
    text: str
    received_at: datetime | None = None
    says_stop: bool = False


@dataclass(frozen=True, slots=True)
class OptOutWish:
    """An opt-out that came in no message: told to a rep, reported by a carrier (error 21610), a complaint.

    `source` says from where, in at most 32 characters ("phone", "carrier"); `at` is now where it is left out.
    """

    address: str
    scope: Scope
    kind: ConsentKind
    text: str
    source: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A stored message and what it did: what it stopped where, and whether it lifted a block. `still_stopped` is
    whether an opt-out stands for its medium all the same."""

    message: InboundMessage
    stopped: tuple[Stopped, ...]
    lifted: bool
    still_stopped: bool
    lead: Lead | None
    buyer: Buyer | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """One reply that waits for a person, and whose it is as far as we know."""

    message: InboundMessage
    lead: Lead | None
    buyer: Buyer | None


class InboundBook:
    """What the team does with what people answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def receive(self, who: Actor, wish: InboundWish) -> Received:
        """Store a message once, and act on it at once: what it stops is stopped when this returns.

        The same `provider_id` again changes nothing and finds the first result. It is never refused for its address
        or its text: a stop must not be lost. The team hears of it in Slack, by the outbox.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Received:
            received = _received(tx, who, wish, now)
            if not received.repeated:
                about = {"inbound_id": received.message.id}
                queue_post(tx, who, reply_post(received.message.id), Post.REPLY, about, now=now)
            return received

        return await self._database.write(who.workspace_id, work)

    async def find(self, who: Actor, inbound_id: int) -> Received | None:
        """Return a message that came in and what it did; None where there is none."""
        now = self._clock.now()

        def work(tx: Tx) -> Received | None:
            message = find_inbound(tx, inbound_id)
            return _result(tx, message, now) if message else None

        return await self._database.read(who.workspace_id, work)

    async def log(self, who: Actor, number: int, said: tuple[Medium, str], request: RequestKey) -> Received:
        """Store what the seller of L-{number} answered, as a member tells it: by which medium, in which words.

        Anybody may, whosever the lead is: a stop must not wait for its rep. Raises `LeadNotFound`, `WordsMissing`, and
        `NoSuchAddress` where the lead has no address of that kind.
        """
        medium, text = said[0], readable(said[1]).strip()
        if not text:
            raise WordsMissing
        now = self._clock.now()

        def work(tx: Tx) -> Received:
            address = _address_of(lead_numbered(tx, number), medium)
            name = f"{request.key}:{request.payload_hash}"
            return _received(tx, who, InboundWish(name, medium, address, text), now)

        return await self._database.write(who.workspace_id, work)

    async def record_opt_out(self, who: Actor, wish: OptOutWish) -> tuple[Stopped, ...]:
        """Store an opt-out that came in no message; it stops at once. Anybody may, and nobody takes it back.

        Raises `NoOptOut` for a kind that stops nothing.
        """
        if wish.kind not in STOPPING:
            raise NoOptOut(kind=wish.kind.value)
        now = self._clock.now()
        at = min(utc(wish.at), now) if wish.at else now
        said = Said(stored_address(wish.address), wish.source[:SOURCE_LIMIT], readable(wish.text), at)
        return await self._database.write(
            who.workspace_id, lambda tx: stop(tx, who, said, {wish.scope: wish.kind}, now=now)
        )

    async def queue(self, who: Actor) -> list[Waiting]:
        """Return the replies that wait for this member, the one that waits longest first: reps see those to their own
        and unassigned leads, approvers and admins all."""

        def work(tx: Tx) -> list[Waiting]:
            found = (_waiting(tx, message) for message in waiting(tx, limit=QUEUE_LIMIT))
            return [each for each in found if _may_decide(who, each.lead)]

        return await self._database.read(who.workspace_id, work)

    async def decide(self, who: Actor, inbound_id: int, *, is_stop: bool) -> Received:
        """Say what a waiting reply means: a stop from when it was sent, or nothing; then messages may go again.

        Raises `ReplyNotFound`, `NotYourReply`, and `ReplyDecided`, which names who was faster.
        """
        now = self._clock.now()
        return await self._database.write(who.workspace_id, lambda tx: _decided(tx, who, inbound_id, is_stop, now))


def reply_post(inbound_id: int) -> str:
    """Return the key of the post that shows a reply."""
    return f"reply:{inbound_id}"


def stored_address(text: str) -> str:
    """Return an address as it is stored: E.164 or an `email_key`; what is neither is kept as it came, in lower case."""
    try:
        return email_key(normalise_email(text)) if "@" in text else normalise_phone(text)
    except (EmailInvalid, PhoneInvalid):
        return readable(text).strip().lower()[:ADDRESS_LIMIT]


def _received(tx: Tx, who: Actor, wish: InboundWish, now: datetime) -> Received:
    wish = _readable(wish, now)
    meant = classify_inbound(wish.text, opted_out=stands(tx, wish.address, wish.medium, now=now))
    if wish.says_stop and meant.intent is not Intent.STOP:
        meant = Inbound(Intent.STOP)
    inbound_id = add_inbound(tx, _row(tx, who, wish, meant, now))
    if inbound_id is None:
        return _result(tx, _stored(inbound_named(tx, wish.provider_id)), now, repeated=True)
    message = _stored(find_inbound(tx, inbound_id))
    detail = {"medium": message.medium.value, "intent": message.intent.value}
    emit_kpi(tx, KpiEvent(Kpi.INBOUND_RECEIVED, True, inbound(message.id), who.user_id, detail=detail), now=now)
    _act(tx, who, message, meant, now)
    return _result(tx, message, now)


def _readable(wish: InboundWish, now: datetime) -> InboundWish:
    """A message as it is stored; one that claims to come from later came now, or it would outlast what follows it."""
    name = readable(wish.provider_id)
    return replace(
        wish,
        provider_id=name if len(name) <= NAME_LIMIT else f"sha256:{sha256(name.encode()).hexdigest()}",
        address=stored_address(wish.address),
        text=readable(wish.text),
        received_at=min(utc(wish.received_at), now) if wish.received_at else now,
    )


def _row(tx: Tx, who: Actor, wish: InboundWish, meant: Inbound, now: datetime) -> Mapping[str, object]:
    known = recipient_at(tx, wish.address)
    waits = meant.intent is Intent.AMBIGUOUS
    return {
        "provider_id": wish.provider_id,
        "medium": wish.medium.value,
        "address": wish.address,
        "text": wish.text,
        "intent": meant.intent.value,
        "state": (InboundState.NEEDS_PERSON if waits else InboundState.HANDLED).value,
        "lead_id": known.lead.id if known.lead else None,
        "buyer_id": known.buyer.id if known.buyer else None,
        "received_at": wish.received_at,
        "recorded_by": who.user_id,
        "created_at": now,
    }


def _act(tx: Tx, who: Actor, message: InboundMessage, meant: Inbound, now: datetime) -> None:
    said = _said(message)
    match meant.intent:
        case Intent.STOP:
            _stop(tx, who, message, meant.scope, now)
        case Intent.WRONG_PERSON:
            stop(tx, who, said, {ALL_MEDIA: ConsentKind.WRONG_PERSON}, now=now)
        case Intent.START:
            lift(tx, who, said, message.medium, now=now)
        case Intent.AMBIGUOUS:
            after = {"inbound": message.id, "medium": message.medium.value, "words": meant.matched}
            record(tx, Change(who.user_id, WAITS, subject_of(message.address), after=after), now=now)
        case Intent.HELP | Intent.NONE:
            pass
    if meant.intent not in (Intent.STOP, Intent.WRONG_PERSON) and message.lead_id:
        _answer_is_due(tx, who, message, message.lead_id, now)


def _answer_is_due(tx: Tx, who: Actor, message: InboundMessage, lead_id: int, now: datetime) -> None:
    """A reply ends what is automatic, and somebody answers it."""
    if lead := get_lead(tx, lead_id, lock=True):
        reply_came(tx, who, lead, message, now=now)


def _stop(tx: Tx, who: Actor, message: InboundMessage, scope: Scope | None, now: datetime) -> None:
    kinds = {each: stop_kind(each) for each in stopped_scopes(scope, message.medium)}
    stop(tx, who, _said(message), kinds, now=now)


def _said(message: InboundMessage) -> Said:
    return Said(message.address, SOURCES[message.medium], message.text, message.received_at, message.id)


def _decided(tx: Tx, who: Actor, inbound_id: int, is_stop: bool, now: datetime) -> Received:
    message = find_inbound(tx, inbound_id)
    if message is None:
        raise ReplyNotFound
    if not _may_decide(who, _waiting(tx, message).lead):
        raise NotYourReply
    meant = Intent.STOP if is_stop else Intent.NONE
    if not decide_inbound(tx, inbound_id, intent=meant, by=who.user_id, now=now):
        raise _already(tx, who, _stored(find_inbound(tx, inbound_id)))
    after = {"inbound": inbound_id, "is_stop": is_stop}
    record(
        tx,
        Change(who.user_id, DECIDED, subject_of(message.address), after=after, reason=message.text[:REASON_LIMIT]),
        now=now,
    )
    if is_stop:
        _stop(tx, who, message, None, now)
    return _result(tx, _stored(find_inbound(tx, inbound_id)), now)


def _already(tx: Tx, who: Actor, message: InboundMessage) -> RuleBroken:
    if message.decided_by is None or message.decided_at is None:
        return ReplyNotFound()
    member = find_member(tx, message.decided_by)
    what = "an opt-out" if message.intent is Intent.STOP else "no opt-out"
    at = message.decided_at.astimezone(zone(who.zone))
    return ReplyDecided(by=member.name if member else message.decided_by, at=at, what=what)


def _result(tx: Tx, message: InboundMessage, now: datetime, *, repeated: bool = False) -> Received:
    """Read what a message did as it is kept: so that a repeat tells the same."""
    whose = _waiting(tx, message)
    did = acted_on(tx, message.id)
    stopped = tuple(Stopped(row.address, row.scope) for row in did if row.lifted_at is None)
    lifted = any(row.lifted_at for row in did)
    still_stopped = stands(tx, message.address, message.medium, now=now)
    return Received(message, stopped, lifted, still_stopped, whose.lead, whose.buyer, repeated)


def _waiting(tx: Tx, message: InboundMessage) -> Waiting:
    lead = get_lead(tx, message.lead_id) if message.lead_id else None
    buyer = get_buyer(tx, message.buyer_id) if message.buyer_id else None
    return Waiting(message, lead, buyer)


def _may_decide(who: Actor, lead: Lead | None) -> bool:
    return may_decide_reply(who.role, user_id=who.user_id, rep_id=lead.rep_id if lead else None)


def _stored(message: InboundMessage | None) -> InboundMessage:
    if message is None:
        raise LookupError("a reply was stored and is not there")
    return message


def _address_of(lead: Lead, medium: Medium) -> str:
    address = (lead.email and email_key(lead.email)) if medium is Medium.EMAIL else lead.phone
    if not address:
        raise NoSuchAddress(number=lead.number, what="e-mail address" if medium is Medium.EMAIL else "phone number")
    return address
