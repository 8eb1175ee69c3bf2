"""Messages that a person writes: what one would look like and when it may leave, and its way into the outbox, or before
somebody who approves it."""

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
from domain.content import with_footer
from domain.errors import RuleBroken
from domain.gate import GateVerdict
from domain.messages import Route, SendState
from domain.roles import may_see_contact, may_send
from domain.rules import Medium
from domain.segments import Segments, check_length, segments_of
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.database import Database
from storage.leads import Lead
from storage.sends import send_with_key
from storage.workspaces import sender_of, threshold_of

SUBJECT_LIMIT = 200
MEDIA = (Medium.SMS, Medium.EMAIL)
KINDS = (MessageKind.COMMERCIAL, MessageKind.REPLY)
"""What a person says of a message: an ordinary one, or the answer to what they wrote."""


class NeedsApproval(RuleBroken):
    """This leaves after an approver's yes by now. Close the form and open it again to ask for it."""

    code = "NEEDS_APPROVAL"


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
    """What the form is drawn from: the lead, and the addresses by which its seller may be written to. `asks` is whether
    the message needs somebody else's yes, `sees` whether its author may see the addresses."""

    lead: Lead
    addresses: Mapping[Medium, str]
    asks: bool = False
    sees: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it would leave: `body` complete, `added` the lines that stand at its end for the law, how a text is
    cut (None for an e-mail), and what the gate says now."""

    body: str
    added: str
    segments: Segments | None
    verdict: GateVerdict


class Messages:
    """Takes down what people write. What needs somebody else's yes goes by `Approvals.ask`."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def ask(self, who: Actor, number: int) -> MessageAsk:
        """Return what the form needs. Raises `LeadNotFound` and `NothingToReach`."""
        return await self._database.read(who.workspace_id, lambda tx: _asked(tx, who, lead_numbered(tx, number)))

    async def preview(self, who: Actor, draft: Draft) -> Preview:
        """Return what a draft would be and whether it might leave now; nothing is kept.

        Raises `AddressGone`, `SenderIncomplete`, and `TextTooLong`.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.read(who.workspace_id, lambda tx: self._previewed(tx, who, draft, now, report))

    async def send(self, who: Actor, draft: Draft, key: str) -> Queued:
        """Take down a message under its form's key; it leaves as soon as policy and law allow.

        One that the gate refused does not stand in the way of the next try from the same form. Raises what `preview`
        raises, what is wrong with a field, and `NeedsApproval` where somebody else has to say yes.
        """
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> Queued:
            if needs_approval(tx, who):
                raise NeedsApproval
            return queue_in(tx, who, wish_of(tx, draft, key), self._links, now, report)

        return await self._database.write(who.workspace_id, work)

    def _previewed(self, tx: Tx, who: Actor, draft: Draft, now: datetime, report: ZoneReport) -> Preview:
        lead, found, address = _recipient(tx, draft)
        words = readable(draft.body).strip()
        body = with_footer(
            words,
            sender_of(tx),
            draft.medium,
            language=found.language,
            unsubscribe_url=self._links.unsubscribe(who.workspace_id, 0),
        )
        check_length(body, draft.medium)
        wish = ContactWish(draft.medium, address, "", body=body, kind=draft.kind, lead_id=lead.id)
        verdict, _ = judge_in(tx, found, wish, now, report)
        return previewed(words, body, draft.medium, verdict)


def previewed(words: str, body: str, medium: Medium, verdict: GateVerdict) -> Preview:
    """Return what a person's words look like as the whole body in which they would leave."""
    return Preview(body, added_to(words, body), segments_of(body) if medium is Medium.SMS else None, verdict)


def added_to(words: str, body: str) -> str:
    """Return the lines that stand below a person's words in the whole body."""
    return body.removeprefix(words).strip()


def needs_approval(tx: Tx, who: Actor) -> bool:
    """Whether a member's message to one person leaves only after somebody else's yes: a rep's always, and everybody's
    where the team wants a second person for whatever is sent."""
    return not may_send(who.role) or threshold_of(tx) < 1


def wish_of(tx: Tx, draft: Draft, key: str) -> MessageWish:
    """Return a draft as the outbox takes it, under its form's key. Raises what is wrong with a field."""
    lead, _, address = _recipient(tx, draft)
    return MessageWish(
        key=_free_key(tx, key),
        route=Route(draft.medium.value),
        address=address,
        body=checked_words(draft.body),
        subject=checked_subject(Route(draft.medium.value), draft.subject),
        kind=draft.kind,
        lead_id=lead.id,
        metadata={"tell": True},
    )


def _asked(tx: Tx, who: Actor, lead: Lead) -> MessageAsk:
    found = {medium: _address(lead, medium) for medium in MEDIA}
    addresses = {medium: address for medium, address in found.items() if address}
    if not addresses:
        raise NothingToReach(name=f"L-{lead.number}")
    sees = may_see_contact(who.role, user_id=who.user_id, rep_id=lead.rep_id)
    return MessageAsk(lead, addresses, needs_approval(tx, who), sees)


def _address(lead: Lead, medium: Medium) -> str | None:
    return lead.phone if medium is Medium.SMS else lead.email and email_key(lead.email)


def _recipient(tx: Tx, draft: Draft) -> tuple[Lead, Recipient, str]:
    lead = lead_numbered(tx, draft.number)
    address = _address(lead, draft.medium)
    if not address:
        what = "phone number" if draft.medium is Medium.SMS else "e-mail address"
        raise AddressGone(number=lead.number, what=what)
    return lead, recipient_of_lead(tx, lead, address), address


def checked_words(text: str) -> str:
    """Return a person's words as they are kept. Raises `WordsMissing`."""
    words = readable(text).strip()
    if not words:
        raise WordsMissing
    return words


def checked_subject(route: Route, text: str) -> str | None:
    """Return the subject of an e-mail on one line, None for a text. Raises `SubjectMissing` and `SubjectTooLong`."""
    if route is not Route.EMAIL:
        return None
    subject = " ".join(readable(text).split())
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
