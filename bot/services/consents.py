"""Consent as forms take it down: the ledger's entries that follow from it, and where somebody said that they live."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.ladder_tasks import try_text_again
from bot.services.numbered import buyer_numbered, lead_numbered
from bot.services.recipients import Recipient, recipient_of_buyer, recipient_of_lead
from domain.consent_draft import ConsentDraft, check_reachable
from domain.contact import email_key
from domain.errors import RuleBroken
from domain.leads import ContactBasis
from domain.policy import Medium
from domain.roles import may_record_consent
from domain.zones import local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.contacts import add_consents, set_zone, zone_of
from storage.database import Database
from storage.requests import RequestKey, begin_request, finish_request


class ConsentNotYours(RuleBroken):
    """L-{number} is another rep's. Its rep, an approver or an admin records consent for it."""

    code = "CONSENT_NOT_YOURS"


class NobodyToReach(RuleBroken):
    """{name} has neither a phone number nor an e-mail address, and consent is kept by these. Complete the record
    first."""

    code = "NOBODY_TO_REACH"


@dataclass(frozen=True, slots=True)
class ConsentSubject:
    """Whose consent it is: the lead L-`number`, or the buyer B-`number`."""

    is_lead: bool
    number: int

    @property
    def name(self) -> str:
        """What the team calls them: "L-7"."""
        return f"{'L' if self.is_lead else 'B'}-{self.number}"


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """What the form needs to know: who it is about, by which media they can be reached, the zone that somebody set
    for them, and the recipient's local date."""

    subject: ConsentSubject
    person: str
    phone: str | None
    email: str | None
    zone: str | None
    today: date


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was added: entries for these media, none where only the zone was set; `lacks_evidence` says that they are
    kept and do not count yet."""

    media: tuple[Medium, ...]
    lacks_evidence: bool
    zone: str | None


class ConsentBook:
    """Adds to the ledger; nothing in it is ever changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ask(self, who: Actor, subject: ConsentSubject) -> ConsentAsk:
        """Return what the form is opened with.

        Raises `ConsentNotYours`, `NobodyToReach`, `LeadNotFound`, `BuyerNotFound` and `BuyerRemoved`.
        """
        now = self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: _found(tx, who, subject).ask(tx, now))

    async def record(self, who: Actor, subject: ConsentSubject, draft: ConsentDraft, request: RequestKey) -> Recorded:
        """Append an entry for each medium that the draft covers, and the zone; the same request again adds nothing.

        Raises what `ask` raises, `ConsentInFuture`, `EndInFuture` and `MediumUnreachable`.
        """
        now = self._clock.now()

        def work(tx: Tx) -> Recorded:
            if earlier := begin_request(tx, request, now=now):
                return _remembered(earlier, draft)
            found = _found(tx, who, subject)
            draft.check_days(_today(now, {draft.zone} if draft.zone else found.recipient.zones))
            check_reachable(draft.media, phone=found.phone, email=found.email)
            recorded = _add(tx, who, found, draft, request, now)
            if found.recipient.lead:
                try_text_again(tx, found.recipient.lead.id)
            return recorded

        return await self._database.write(who.workspace_id, work)


@dataclass(frozen=True, slots=True)
class _Found:
    """The person behind a lead or a buyer."""

    subject: ConsentSubject
    person: str
    phone: str | None
    email: str | None
    recipient: Recipient

    def ask(self, tx: Tx, now: datetime) -> ConsentAsk:
        said = zone_of(tx, self.recipient.addresses)
        return ConsentAsk(self.subject, self.person, self.phone, self.email, said, _today(now, self.recipient.zones))

    def address_of(self, medium: Medium) -> str | None:
        """By which address a medium reaches them."""
        return self.phone if medium is not Medium.EMAIL else self.email and email_key(self.email)


def _found(tx: Tx, who: Actor, subject: ConsentSubject) -> _Found:
    if not subject.is_lead:
        buyer = buyer_numbered(tx, subject.number)
        address = _any_address(subject, buyer.phone, buyer.email)
        return _Found(subject, buyer.name, buyer.phone, buyer.email, recipient_of_buyer(tx, buyer, address))
    lead = lead_numbered(tx, subject.number)
    if who.is_person and not may_record_consent(who.role, user_id=who.user_id, rep_id=lead.rep_id):
        raise ConsentNotYours(number=lead.number)
    address = _any_address(subject, lead.phone, lead.email)
    return _Found(subject, lead.name, lead.phone, lead.email, recipient_of_lead(tx, lead, address))


def _today(now: datetime, zones: Collection[str]) -> date:
    """The recipient's local date: the latest of those that it may be where they are."""
    return max((local_date(now, {name}) for name in zones), default=local_date(now, ()))


def _any_address(subject: ConsentSubject, phone: str | None, email: str | None) -> str:
    address = phone or (email and email_key(email))
    if not address:
        raise NobodyToReach(name=subject.name)
    return address


def _add(tx: Tx, who: Actor, found: _Found, draft: ConsentDraft, request: RequestKey, now: datetime) -> Recorded:
    media = _media(found, draft)
    if media:
        add_consents(tx, [consent_row(who, found.address_of(medium), medium, draft, now) for medium in media])
    if draft.zone:
        for address in found.recipient.addresses:
            set_zone(tx, address, draft.zone, by=who.user_id, now=now)
    recorded = Recorded(media, draft.lacks_evidence, draft.zone)
    record(tx, Change(who.user_id, "consent_recorded", found.subject.name, after=_audited(draft, media)), now=now)
    finish_request(tx, request, {"media": [medium.value for medium in media]})
    return recorded


def _media(found: _Found, draft: ConsentDraft) -> tuple[Medium, ...]:
    """The media that the entry covers: those ticked, without any each one that reaches them."""
    if draft.kind is None:
        return ()
    return tuple(m for m in Medium if found.address_of(m) and (not draft.media or m in draft.media))


def consent_row(
    who: Actor, address: str | None, medium: Medium, draft: ConsentDraft, now: datetime
) -> dict[str, object]:
    """Return the ledger's entry of a draft for one address and medium."""
    return {
        "address": address,
        "medium": medium.value,
        "kind": draft.kind,
        "obtained_on": draft.obtained_on,
        "wording": draft.wording,
        "source": draft.source,
        "evidence": draft.evidence,
        "referrer": draft.referrer,
        "detail": draft.detail(),
        "recorded_by": who.user_id,
        "created_at": now,
    }


def _audited(draft: ConsentDraft, media: tuple[Medium, ...]) -> dict[str, object]:
    consent = (
        {"kind": draft.kind.value, "obtained_on": draft.obtained_on, "evidence": draft.evidence} if draft.kind else {}
    )
    return {**consent, "media": [medium.value for medium in media], "zone": draft.zone}


def _remembered(earlier: Mapping[str, Any], draft: ConsentDraft) -> Recorded:
    return Recorded(tuple(Medium(value) for value in earlier["media"]), draft.lacks_evidence, draft.zone)


class Agreed(Protocol):
    """How somebody is reached, and what they agreed to: a lead's draft or a buyer's."""

    @property
    def phone(self) -> str | None:
        """Their phone number in E.164."""
        ...

    @property
    def email(self) -> str | None:
        """Their e-mail address."""
        ...

    @property
    def basis(self) -> ContactBasis:
        """The ground of a commercial message to them."""
        ...

    @property
    def media(self) -> frozenset[Medium]:
        """The media they agreed to; none stated counts as all of them."""
        ...


def consent_rows(
    who: Actor, agreed: Agreed, *, source: str | None, obtained_on: date, now: datetime
) -> Iterator[dict[str, object]]:
    """Yield a ledger entry, by the address's key, for each medium that was agreed to and has an address."""
    if agreed.basis is ContactBasis.NONE:
        return
    email = agreed.email and email_key(agreed.email)
    address_of = {Medium.SMS: agreed.phone, Medium.CALL: agreed.phone, Medium.EMAIL: email}
    for medium in Medium:
        if address_of[medium] and (not agreed.media or medium in agreed.media):
            yield {
                "address": address_of[medium],
                "medium": medium.value,
                "kind": agreed.basis,
                "obtained_on": obtained_on,
                "wording": agreed.basis.label,
                "source": source,
                "recorded_by": who.user_id,
                "created_at": now,
            }
