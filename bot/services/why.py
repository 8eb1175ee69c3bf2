"""`/policy why`: what the gate says about a person now, medium by medium, for somebody who asks and sends nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import facts_for
from bot.services.numbered import buyer_numbered, lead_numbered
from bot.services.recipients import Recipient, is_phone, recipient_at, recipient_of_buyer, recipient_of_lead
from domain.consent import ContactRequest, MessageKind
from domain.contact import EmailInvalid, PhoneInvalid, email_key, normalise_email, normalise_phone
from domain.errors import RuleBroken
from domain.gate import GateVerdict, explain, judge
from domain.pauses import Pause
from domain.policy import Medium
from domain.roles import may_see_contact
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.contacts import LedgerEntry, ledger_of
from storage.database import Database
from storage.pauses import pauses_for
from storage.sends import contacts_since
from storage.workspaces import sender_of

_NUMBERED = re.compile(r"([LB])-?([0-9]{1,9})", re.IGNORECASE)


class SubjectUnclear(RuleBroken):
    """ "{text}" is no lead (L-7), buyer (B-5), phone number or e-mail address. Write `/policy why L-7`."""

    code = "SUBJECT_UNCLEAR"


class NothingToReach(RuleBroken):
    """{label} has neither a phone number nor an e-mail address, so there is no way to contact them."""

    code = "NOTHING_TO_REACH"


@dataclass(frozen=True, slots=True)
class Asked:
    """The gate's whole answer about one medium at one address, with the consents that the ledger holds of it."""

    medium: Medium
    address: str
    verdict: GateVerdict
    ledger: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """What the gate says about one person now. `label` names them ("L-7 John Smith"); `sees` is whether the one who
    asks may see the full addresses; a number that was typed is seen anyway."""

    label: str
    recipient: Recipient
    answers: tuple[Asked, ...]
    pauses: tuple[Pause, ...]
    sees: bool
    now: datetime


class WhyBook:
    """Answers questions about the gate; it changes nothing and records nothing, since nobody was refused."""

    def __init__(self, database: Database, clock: Clock, *, canary: Callable[[], ZoneReport] = check_zones) -> None:
        self._database = database
        self._clock = clock
        self._canary = canary

    async def ask(self, who: Actor, text: str) -> Why:
        """Return what the gate says about a lead, a buyer, a phone number or an e-mail address.

        Raises `SubjectUnclear`, `LeadNotFound`, `BuyerNotFound`, `BuyerRemoved` and `NothingToReach`.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.read(who.workspace_id, lambda tx: _why(tx, who, text.strip(), now, report))


def answer_about(tx: Tx, found: Recipient, medium: Medium, now: datetime) -> GateVerdict:
    """Return what the gate would say now about a commercial message to the address that was asked about."""
    request = _would_be(tx, medium, found.addresses[0], found)
    return judge(facts_for(tx, found, request, now, check_zones()))


def _why(tx: Tx, who: Actor, text: str, now: datetime, report: ZoneReport) -> Why:
    found, label, sees = _subject(tx, who, text)
    answers = []
    for address in found.addresses:
        for medium in (Medium.SMS, Medium.CALL) if is_phone(address) else (Medium.EMAIL,):
            verdict = explain(facts_for(tx, found, _would_be(tx, medium, address, found), now, report))
            answers.append(Asked(medium, address, verdict, tuple(ledger_of(tx, [address]))))
    return Why(label, found, tuple(answers), tuple(pauses_for(tx, found.province, found.market)), sees, now)


def _subject(tx: Tx, who: Actor, text: str) -> tuple[Recipient, str, bool]:
    """Who is meant, what they are called, and whether the one who asks sees their addresses."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered and numbered[1].upper() == "L":
        return _lead(tx, who, int(numbered[2]))
    if numbered:
        buyer = buyer_numbered(tx, int(numbered[2]))
        label = f"B-{buyer.number} {buyer.name}"
        return recipient_of_buyer(tx, buyer, _first(label, buyer.phone, buyer.email)), label, True
    address = _address(text)
    found = recipient_at(tx, address)
    if found.lead:
        return found, f"L-{found.lead.number} {found.lead.name}", _sees(who, found)
    return found, f"B-{found.buyer.number} {found.buyer.name}" if found.buyer else "", True


def _lead(tx: Tx, who: Actor, number: int) -> tuple[Recipient, str, bool]:
    lead = lead_numbered(tx, number)
    label = f"L-{lead.number} {lead.name}"
    found = recipient_of_lead(tx, lead, _first(label, lead.phone, lead.email))
    return found, label, _sees(who, found)


def _sees(who: Actor, found: Recipient) -> bool:
    return found.lead is None or may_see_contact(who.role, user_id=who.user_id, rep_id=found.lead.rep_id)


def _first(label: str, phone: str | None, email: str | None) -> str:
    address = phone or (email_key(email) if email else None)
    if address is None:
        raise NothingToReach(label=label)
    return address


def _address(text: str) -> str:
    try:
        return email_key(normalise_email(text)) if "@" in text else normalise_phone(text)
    except (PhoneInvalid, EmailInvalid) as odd:
        raise SubjectUnclear(text=text[:80]) from odd


def _would_be(tx: Tx, medium: Medium, address: str, found: Recipient) -> ContactRequest:
    """A commercial message as it would leave: the product's own footer identifies the team, if it is set up."""
    sender = sender_of(tx)
    return ContactRequest(
        medium=medium,
        kind=MessageKind.COMMERCIAL,
        address=address,
        zones=found.zones,
        has_identification=medium is Medium.CALL or sender.is_complete,
        has_unsubscribe=True,
        is_first_message=contacts_since(tx, address, None) == 0,
    )
