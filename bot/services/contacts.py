"""The one question: may this person be contacted this way now. Nothing else in the product decides about sending."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.findings import holidays_around
from bot.services.recipients import NamedPlace, Recipient, recipient_in, recipient_named
from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind
from domain.content import has_identification, has_unsubscribe
from domain.gate import Facts, GateVerdict, Stated, broken, judge
from domain.kpis import Kpi, KpiEvent
from domain.policy import Medium, effective_policy
from domain.zones import ZoneReport, check_zones, iana_version, midnight_before
from storage.audit import Change, record
from storage.base import Tx
from storage.contacts import ledger_of
from storage.database import Database
from storage.do_not_call import lists_of
from storage.inbound import waiting_at
from storage.kpis import emit_kpi
from storage.opt_outs import opt_outs_of
from storage.pauses import pauses_for
from storage.policies import market_policies
from storage.sends import contacts_since
from storage.workspaces import cap_of, sender_of

log = structlog.get_logger()

BLOCKED = {
    Medium.SMS: Kpi.SMS_BLOCKED_BY_POLICY,
    Medium.CALL: Kpi.CALL_BLOCKED_BY_POLICY,
    Medium.EMAIL: Kpi.EMAIL_BLOCKED_BY_POLICY,
}
REFUSED, TIME_STATED = "contact_refused", "contact_time_stated"
"""Verbs of the audit trail."""


@dataclass(frozen=True, slots=True)
class ContactWish:
    """One contact that somebody wants to make.

    `address` is E.164 or an `email_key`; `correlation_id` (`send:{id}`, `call:{id}`) ties its KPI events together.
    `body` is the message as it would leave; a call has none. `stated` is a local time that a caller names, which can
    only forbid; `place` is where a caller says that the recipient is. `claimed` are consents that the ledger does not
    hold: a preview takes them for granted.
    """

    medium: Medium
    address: str
    correlation_id: str
    body: str | None = None
    kind: MessageKind = MessageKind.COMMERCIAL
    lead_id: int | None = None
    buyer_id: int | None = None
    relevant_to_role: bool = True
    referrer_named: bool = False
    stated: Stated | None = None
    place: NamedPlace | None = None
    claimed: tuple[ConsentEvent, ...] = ()


class Contacts:
    """Asks the gate for everybody who wants to contact somebody."""

    def __init__(self, database: Database, clock: Clock, *, canary: Callable[[], ZoneReport] = check_zones) -> None:
        """`canary` proves the time zones; it is asked for every contact."""
        self._database = database
        self._clock = clock
        self._canary = canary

    async def may_contact(self, who: Actor, wish: ContactWish) -> GateVerdict:
        """Return the verdict about a contact that is about to happen.

        A refusal is kept as a KPI event and in the audit trail, and so is a stated time. Whatever fails inside is a
        refusal with the reason `error_in_gate`; that it failed is logged, and kept if the database takes it.
        """
        now = self._clock.now()
        try:
            verdict = await self._database.read(
                who.workspace_id, lambda tx: judge(facts_about(tx, wish, now, self._canary()))
            )
        except Exception:
            log.exception("error_in_gate", correlation_id=wish.correlation_id, medium=wish.medium.value)
            verdict = broken(iana_version())
        if not verdict.allowed or wish.stated:
            await self._keep(who, wish, verdict, now)
        return verdict

    async def _keep(self, who: Actor, wish: ContactWish, verdict: GateVerdict, now: datetime) -> None:
        try:
            await self._database.write(who.workspace_id, lambda tx: record_verdict(tx, who, wish, verdict, now))
        except Exception:
            if verdict.allowed:
                raise
            # The refusal stands whatever becomes of its record: nothing leaves.
            log.exception("refusal_not_recorded", correlation_id=wish.correlation_id, reason=verdict.reason)


def facts_about(tx: Tx, wish: ContactWish, now: datetime, zone_report: ZoneReport) -> Facts:
    """Read all that the gate asks about a contact, in one transaction."""
    return facts_of(tx, found_for(tx, wish), wish, now, zone_report)


def found_for(tx: Tx, wish: ContactWish) -> Recipient:
    """Return whom a contact would reach."""
    found = recipient_named(tx, wish.address, lead_id=wish.lead_id, buyer_id=wish.buyer_id)
    return recipient_in(tx, found, wish.place) if wish.place else found


def facts_of(tx: Tx, found: Recipient, wish: ContactWish, now: datetime, zone_report: ZoneReport) -> Facts:
    """Read all that the gate asks about a contact with a recipient who was found already."""
    facts = facts_for(tx, found, _request(tx, wish, found), now, zone_report, stated=wish.stated)
    return replace(facts, ledger=(*facts.ledger, *wish.claimed)) if wish.claimed else facts


def judge_in(
    tx: Tx, found: Recipient, wish: ContactWish, now: datetime, zone_report: ZoneReport
) -> tuple[GateVerdict, Facts]:
    """Return the verdict about a contact, and what it rests on, in the transaction in which the message leaves.

    Nothing is recorded and nothing is caught: whoever lets the message leave takes an error for a no.
    """
    facts = facts_of(tx, found, wish, now, zone_report)
    return judge(facts), facts


def facts_for(
    tx: Tx,
    found: Recipient,
    request: ContactRequest,
    now: datetime,
    zone_report: ZoneReport,
    *,
    stated: Stated | None = None,
) -> Facts:
    """Read all that the gate asks about a known recipient."""
    province, market = found.province, found.market
    ledger = ledger_at(tx, request.address, found.addresses)
    if any(event.kind is ConsentKind.REFERRAL for event in ledger):
        request = replace(request, is_first_message=contacts_since(tx, [request.address], None) == 0)
    return Facts(
        at=now,
        request=request,
        policy=effective_policy(market_policies(tx, province, market), province, market) if province else None,
        zone_report=zone_report,
        ledger=ledger,
        lists=lists_of(tx, request.address) if request.medium is Medium.CALL else Lists(),
        holidays=holidays_around(province, now) if province else {},
        pauses=pauses_for(tx, province, market),
        reply_waits=waiting_at(tx, request.address),
        contacts_today=_contacts_today(tx, found, now),
        cap=cap_of(tx),
        stated=stated,
    )


def ledger_at(tx: Tx, address: str, known_by: Collection[str] = ()) -> tuple[ConsentEvent, ...]:
    """Return consents and opt-outs of one address as the law reads them.

    Who asked not to be contacted at all is heeded at every address that they are `known_by`, also at one that came to
    the record later.
    """
    consents = [entry.event() for entry in ledger_of(tx, [address])]
    rows = opt_outs_of(tx, {address, *known_by})
    return (*consents, *(row.event() for row in rows if row.address == address or row.is_of_the_person))


def _request(tx: Tx, wish: ContactWish, found: Recipient) -> ContactRequest:
    sender = sender_of(tx)
    body = wish.body or ""
    spoken = wish.medium is Medium.CALL
    return ContactRequest(
        medium=wish.medium,
        kind=wish.kind,
        address=wish.address,
        zones=found.zones,
        has_identification=spoken or has_identification(body, sender),
        has_unsubscribe=spoken or has_unsubscribe(body, wish.medium),
        relevant_to_role=wish.relevant_to_role,
        referrer_named=wish.referrer_named,
    )


def _contacts_today(tx: Tx, found: Recipient, now: datetime) -> int:
    """How often the recipient was contacted since their earliest midnight, at whichever of their addresses."""
    if not found.zones:
        return 0
    midnight = min(midnight_before(now, name) for name in found.zones)
    return contacts_since(tx, found.addresses, midnight)


def record_verdict(tx: Tx, who: Actor, wish: ContactWish, verdict: GateVerdict, now: datetime) -> None:
    """Keep a refusal as a KPI event and in the audit trail, and a stated time in the latter."""
    if not verdict.allowed:
        emit_kpi(tx, _blocked(who, wish, verdict), now=now)
        record(tx, _audited(who, REFUSED, wish, verdict), now=now)
    if wish.stated:
        record(tx, _audited(who, TIME_STATED, wish, verdict), now=now)


def _blocked(who: Actor, wish: ContactWish, verdict: GateVerdict) -> KpiEvent:
    detail = {
        "reason": verdict.reason,
        "basis": verdict.basis,
        "policy": verdict.policy,
        "policy_version": verdict.policy_version,
        "tzdata": verdict.tzdata_version,
    }
    return KpiEvent(BLOCKED[wish.medium], False, wish.correlation_id, who.user_id, detail=detail)


def _audited(who: Actor, verb: str, wish: ContactWish, verdict: GateVerdict) -> Change:
    stated = {"weekday": str(wish.stated.weekday), "hhmm": str(wish.stated.hhmm)} if wish.stated else {}
    after = {
        "address": wish.address,
        "medium": wish.medium.value,
        "kind": wish.kind.value,
        "allowed": verdict.allowed,
        "reason": verdict.reason,
        "basis": verdict.basis,
        "source": verdict.source,
        "policy": verdict.policy,
        "policy_version": verdict.policy_version,
        "tzdata": verdict.tzdata_version,
        "about": wish.correlation_id,
        **stated,
    }
    return Change(who.user_id, verb, subject_of(wish.address), after=after, reason=verdict.sentence)


def subject_of(address: str) -> str:
    """The audit trail's name for an address, cut to what its column holds; the whole address stands in the entry."""
    return f"contact {address}"[:128]
