"""What a stop, a start or a wrong person does to an address, and to all addresses of the one behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.services.actors import Actor
from bot.services.contacts import ledger_at, subject_of
from bot.services.ladder_stops import opted_out
from bot.services.recipients import is_phone, recipient_at
from bot.services.sends import cancel_in
from domain.consent import ConsentKind, ContactRequest, Lists, MessageKind, check_opt_out
from domain.contact import email_key
from domain.kpis import Kpi, KpiEvent, inbound, opt_out
from domain.optout import ALL_MEDIA, Scope
from domain.optout_effects import scope_name
from domain.rules import Medium
from domain.zones import local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.buyers import buyer_reached_by
from storage.do_not_call import add_internal
from storage.kpis import emit_kpi
from storage.leads import leads_reached_by
from storage.opt_outs import OptOut, add_opt_out
from storage.sends import stoppable_to

OPTED_OUT, LIFTED = "opted_out", "opt_out_lifted"
"""Verbs of the audit trail."""
REASON_LIMIT = 500
"""Characters of somebody's words in the audit trail; all of them stand beside the opt-out."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said and where: the address, by which way (`source`), in which words, when (UTC)."""

    address: str
    source: str
    text: str
    at: datetime
    inbound_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """One address with what is stopped there."""

    address: str
    scope: Scope


def stop(
    tx: Tx, who: Actor, said: Said, kinds: Mapping[Scope, ConsentKind], *, now: datetime, ends_tasks: bool = True
) -> tuple[Stopped, ...]:
    """Store opt-outs by scope, with what the audit trail and the KPIs say of them; they are in force when `tx` ends.

    One that reaches all media is stored at every address that the person is known by; a wrong person's only at the one
    they answered from, since the others belong to the right one. A number whose calls are stopped goes on our own
    do-not-call list too. What is planned for them ends, its leads locked first; who holds a message already leaves that
    to the timetable (`ends_tasks`), or two would wait for each other.
    """
    reached = {scope: _addresses_of(tx, said.address, scope, kind) for scope, kind in kinds.items()}
    if ends_tasks:
        for scope, kind in kinds.items():
            opted_out(tx, who, reached[scope], {scope: kind}, now=now)
    ids = [
        (_store(tx, who, said, Stopped(address, scope), kind, now), Stopped(address, scope))
        for scope, kind in kinds.items()
        for address in reached[scope]
    ]
    _count(tx, who, said, ids[0][0], kinds, now)
    for _, stopped in ids:
        _keep_back(tx, stopped, kinds[stopped.scope], now)
    return tuple(stopped for _, stopped in ids)


def lift(tx: Tx, who: Actor, said: Said, medium: Medium, *, now: datetime) -> None:
    """Lift what stops a medium at an address, by the words of the one behind it; nothing where nothing stops it.

    What is lifted is the block: there is no more consent than before.
    """
    if not stands(tx, said.address, medium, now=now):
        return
    row = OptOut(
        said.address, medium, ConsentKind.START, said.at, said.source, said.text, who.user_id, said.at, said.inbound_id
    )
    add_opt_out(tx, row, now=now)
    record(tx, _audited(who, LIFTED, said, Stopped(said.address, medium), ConsentKind.START), now=now)


def stands(tx: Tx, address: str, medium: Medium, *, now: datetime) -> bool:
    """Whether an opt-out stands for a medium at an address, by the gate's own rule."""
    zones = recipient_at(tx, address).zones
    request = ContactRequest(medium, MessageKind.COMMERCIAL, address, zones)
    return not check_opt_out(request, ledger_at(tx, address), Lists(), at=now).allowed


def _store(tx: Tx, who: Actor, said: Said, stopped: Stopped, kind: ConsentKind, now: datetime) -> int:
    address, scope = stopped.address, stopped.scope
    row = OptOut(address, scope, kind, said.at, said.source, said.text, who.user_id, inbound_id=said.inbound_id)
    entry = add_opt_out(tx, row, now=now)
    if scope in (ALL_MEDIA, Medium.CALL) and is_phone(address):
        add_internal(tx, address, _since(tx, address, said.at), who.user_id, now=now)
    record(tx, _audited(who, OPTED_OUT, said, stopped, kind), now=now)
    return entry


def _keep_back(tx: Tx, stopped: Stopped, kind: ConsentKind, now: datetime) -> None:
    """Cancel what is meant for an address that opted out and has not left; the gate would stop it later anyway.

    An e-mail unsubscribe leaves messages of a transaction alone (CASL s.6(6)).
    """
    for send in stoppable_to(tx, [stopped.address]):
        agreed = send.metadata.get("kind") == MessageKind.TRANSACTIONAL
        if stopped.scope in (ALL_MEDIA, send.route.medium) and not (agreed and kind is ConsentKind.UNSUBSCRIBED):
            cancel_in(tx, send, "opted_out", "The recipient asked not to be contacted.", now=now)


def _since(tx: Tx, address: str, at: datetime) -> date:
    """The day on which it was said, where the recipient is; the earliest one where they may be in several places."""
    zones = recipient_at(tx, address).zones
    return min((local_date(at, [name]) for name in zones), default=local_date(at, ()))


def _addresses_of(tx: Tx, address: str, scope: Scope, kind: ConsentKind) -> list[str]:
    if scope != ALL_MEDIA or kind is ConsentKind.WRONG_PERSON:
        return [address]
    phone, email = (address, None) if is_phone(address) else (None, address)
    buyer = buyer_reached_by(tx, phone=phone, email=email)
    known = [(lead.phone, lead.email) for lead in leads_reached_by(tx, address)]
    if buyer:
        known.append((buyer.phone, buyer.email))
    others = [other for each in known for other in (each[0], email_key(each[1]) if each[1] else None)]
    return list(dict.fromkeys(filter(None, (address, *others))))


def _count(tx: Tx, who: Actor, said: Said, entry: int, kinds: Mapping[Scope, ConsentKind], now: datetime) -> None:
    about = inbound(said.inbound_id) if said.inbound_id else opt_out(entry)
    detail = {"kinds": {scope_name(scope): kind.value for scope, kind in kinds.items()}, "source": said.source}
    emit_kpi(tx, KpiEvent(Kpi.OPTED_OUT, True, about, who.user_id, detail=detail), now=now)


def _audited(who: Actor, verb: str, said: Said, stopped: Stopped, kind: ConsentKind) -> Change:
    after = {
        "address": stopped.address,
        "scope": scope_name(stopped.scope),
        "kind": kind.value,
        "said_at": said.at.isoformat(),
        "source": said.source,
        "inbound": said.inbound_id,
    }
    return Change(who.user_id, verb, subject_of(stopped.address), after=after, reason=said.text[:REASON_LIMIT])
