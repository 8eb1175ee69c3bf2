"""`/policy why`: what the gate says about a person now, medium by medium, for somebody who asks and sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.contacts import facts_for
from bot.services.recipients import Recipient, is_phone, recipient_at, recipient_of_buyer, recipient_of_lead
from bot.services.subjects import subject_named
from domain.consent import ContactRequest, MessageKind
from domain.gate import GateVerdict, explain, judge
from domain.pauses import Pause
from domain.policy import Medium, Policy
from domain.roles import may_see_contact
from domain.zones import ZoneReport, check_zones
from storage.base import Tx
from storage.contacts import LedgerEntry, ledger_of
from storage.database import Database
from storage.pauses import pauses_for
from storage.workspaces import sender_of


@dataclass(frozen=True, slots=True)
class Asked:
    """The gate's whole answer about one medium at one address, with the consents that the ledger holds of it."""

    medium: Medium
    address: str
    verdict: GateVerdict
    ledger: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """What the gate says about one person now; `sees` is whether the one who asks may see the full addresses."""

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

        Raises `SubjectUnclear`, `LeadNotFound`, `BuyerNotFound` and `NothingToReach`.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.read(who.workspace_id, lambda tx: _why(tx, who, text.strip(), now, report))


def answer_about(tx: Tx, found: Recipient, medium: Medium, now: datetime) -> tuple[Policy | None, GateVerdict]:
    """Return the policy that holds for somebody, and what the gate would say now about a commercial message to the
    address that was asked about."""
    facts = facts_for(tx, found, _would_be(tx, medium, found.addresses[0], found), now, check_zones())
    return facts.policy, judge(facts)


def _why(tx: Tx, who: Actor, text: str, now: datetime, report: ZoneReport) -> Why:
    found, sees = _subject(tx, who, text)
    answers = []
    for address in found.addresses:
        for medium in (Medium.SMS, Medium.CALL) if is_phone(address) else (Medium.EMAIL,):
            verdict = explain(facts_for(tx, found, _would_be(tx, medium, address, found), now, report))
            answers.append(Asked(medium, address, verdict, tuple(ledger_of(tx, [address]))))
    pauses = tuple(pauses_for(tx, found.province, found.market))
    return Why(found, tuple(answers), pauses, sees, now)


def _subject(tx: Tx, who: Actor, text: str) -> tuple[Recipient, bool]:
    """Who is meant, and whether the one who asks sees their addresses."""
    named = subject_named(tx, text)
    address = named.addresses[0]
    if named.lead:
        found = recipient_of_lead(tx, named.lead, address)
    elif named.buyer:
        found = recipient_of_buyer(tx, named.buyer, address)
    else:
        found = recipient_at(tx, address)
    return found, _sees(who, found)


def _sees(who: Actor, found: Recipient) -> bool:
    return found.lead is None or may_see_contact(who.role, user_id=who.user_id, rep_id=found.lead.rep_id)


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
    )
