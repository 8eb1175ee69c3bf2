"""Messages that a person writes: what one would look like and when it may leave, and its way into the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import ContactWish, judge_in
from bot.services.intake import readable
from bot.services.links import Links
from bot.services.numbered import lead_numbered
from bot.services.recipients import Recipient, recipient_of_lead
from bot.services.sends import MessageWish, Queued, queue_in
from bot.services.subjects import NothingToReach
from domain.consent import MessageKind
from domain.contact import email_key
from domain.content import language_for, with_footer
from domain.errors import RuleBroken
from domain.gate import GateVerdict
from domain.messages import Route, SendState
from domain.roles import may_send
from domain.rules import Medium
from domain.segments import Segments, check_length, segments_of
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.database import Database
from storage.leads import Lead
from storage.sends import send_with_key
from storage.workspaces import sender_of

SUBJECT_LIMIT = 200
MEDIA = (Medium.SMS, Medium.EMAIL)
KINDS = (MessageKind.COMMERCIAL, MessageKind.REPLY)
"""What a person says of a message: an ordinary one, or the answer to what they wrote."""


class MessageNotYours(RuleBroken):
    """Messages to sellers leave after an approver's yes, and your role is {role}. Ask an approver or an admin to send
    it."""

    code = "MESSAGE_NOT_YOURS"


class WordsMissing(RuleBroken):
    """Write what the message says."""

    code = "MESSAGE_WORDS_MISSING"
    field = "body"


class SubjectMissing(RuleBroken):
    """Write the subject of the e-mail."""

    code = "MESSAGE_SUBJECT_MISSING"
    field = "subject"


class SubjectTooLong(RuleBroken):
    """The subject has {count} characters; {limit} fit. Shorten it by {over}."""

    code = "MESSAGE_SUBJECT_TOO_LONG"
    field = "subject"


class AddressGone(RuleBroken):
    """L-{number} has no {what} on record any more. Choose the other way, or add it first."""

    code = "ADDRESS_GONE"
    field = "medium"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as somebody writes it to the seller of L-`number`."""

    number: int
    medium: Medium
    body: str
    subject: str = ""
    kind: MessageKind = MessageKind.COMMERCIAL


@dataclass(frozen=True, slots=True)
class MessageAsk:
    """What the form is drawn from: the lead, and the addresses by which its seller may be written to."""

    lead: Lead
    addresses: Mapping[Medium, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it would leave: `body` complete, `added` the lines that stand at its end for the law, how a text is
    cut (None for an e-mail), and what the gate says now."""

    body: str
    added: str
    segments: Segments | None
    verdict: GateVerdict


class Messages:
    """Takes down what approvers and admins write."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def ask(self, who: Actor, number: int) -> MessageAsk:
        """Return what the form needs. Raises `MessageNotYours`, `LeadNotFound`, and `NothingToReach`."""
        _check(who)
        return await self._database.read(who.workspace_id, lambda tx: _asked(lead_numbered(tx, number)))

    async def preview(self, who: Actor, draft: Draft) -> Preview:
        """Return what a draft would be and whether it might leave now; nothing is kept.

        Raises `AddressGone`, `SenderIncomplete`, and `TextTooLong`.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.read(who.workspace_id, lambda tx: self._previewed(tx, who, draft, now, report))

    async def send(self, who: Actor, draft: Draft, key: str) -> Queued:
        """Take down a message under its form's key; it leaves as soon as policy and law allow.

        One that the gate refused does not stand in the way of the next try from the same form. Raises what `preview`
        raises, and what is wrong with a field.
        """
        _check(who)
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> Queued:
            _, found, address = _recipient(tx, draft)
            wish = MessageWish(
                key=_free_key(tx, key),
                route=Route(draft.medium.value),
                address=address,
                body=_words(draft),
                subject=_subject(draft),
                kind=draft.kind,
                lead_id=found.lead.id if found.lead else None,
                metadata={"tell": True},
            )
            return queue_in(tx, who, wish, self._links, now, report)

        return await self._database.write(who.workspace_id, work)

    def _previewed(self, tx: Tx, who: Actor, draft: Draft, now: datetime, report: ZoneReport) -> Preview:
        lead, found, address = _recipient(tx, draft)
        words = readable(draft.body).strip()
        body = with_footer(
            words,
            sender_of(tx),
            draft.medium,
            language=language_for(found.province, None),
            unsubscribe_url=self._links.unsubscribe(who.workspace_id, 0),
        )
        check_length(body, draft.medium)
        wish = ContactWish(draft.medium, address, "", body=body, kind=draft.kind, lead_id=lead.id)
        verdict, _ = judge_in(tx, found, wish, now, report)
        cut = segments_of(body) if draft.medium is Medium.SMS else None
        return Preview(body, body.removeprefix(words).strip(), cut, verdict)


def _check(who: Actor) -> None:
    if not may_send(who.role):
        raise MessageNotYours(role=who.role.value)


def _asked(lead: Lead) -> MessageAsk:
    found = {medium: _address(lead, medium) for medium in MEDIA}
    addresses = {medium: address for medium, address in found.items() if address}
    if not addresses:
        raise NothingToReach(name=f"L-{lead.number}")
    return MessageAsk(lead, addresses)


def _address(lead: Lead, medium: Medium) -> str | None:
    return lead.phone if medium is Medium.SMS else lead.email and email_key(lead.email)


def _recipient(tx: Tx, draft: Draft) -> tuple[Lead, Recipient, str]:
    lead = lead_numbered(tx, draft.number)
    address = _address(lead, draft.medium)
    if not address:
        what = "phone number" if draft.medium is Medium.SMS else "e-mail address"
        raise AddressGone(number=lead.number, what=what)
    return lead, recipient_of_lead(tx, lead, address), address


def _words(draft: Draft) -> str:
    words = readable(draft.body).strip()
    if not words:
        raise WordsMissing
    return words


def _subject(draft: Draft) -> str | None:
    if draft.medium is not Medium.EMAIL:
        return None
    subject = " ".join(readable(draft.subject).split())
    if not subject:
        raise SubjectMissing
    if len(subject) > SUBJECT_LIMIT:
        raise SubjectTooLong(count=len(subject), limit=SUBJECT_LIMIT, over=len(subject) - SUBJECT_LIMIT)
    return subject


def _free_key(tx: Tx, key: str) -> str:
    """The form's key; where what was sent from it was blocked, a new one: what stood in the way may be mended now."""
    tries = 1
    while (found := send_with_key(tx, f"{key}:{tries}")) and found.state is SendState.BLOCKED:
        tries += 1
    return f"{key}:{tries}"
