"""Messages that other programs ask for: judged, recorded and counted like all others."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.consents import consent_row
from bot.services.contacts import ContactWish, found_for, judge_in, record_verdict
from bot.services.links import Links
from bot.services.recipients import NamedPlace, Recipient
from bot.services.sends import KEPT_FOR, PLACE, MessageWish, contact_wish, draft_in, let_go
from domain.consent import ConsentEvent
from domain.consent_draft import ConsentDraft
from domain.content import with_footer
from domain.gate import GateVerdict, Stated
from domain.messages import WAITING, Route, SendState
from domain.releases import WAITED_FOR
from domain.rules import Medium
from domain.segments import check_length
from domain.zones import ZoneReport, check_zones, local_date
from storage.audit import Change, record
from storage.base import Tx
from storage.contacts import add_consents, ledger_of
from storage.database import Database
from storage.outbox import move
from storage.requests import RequestKey, begin_request, finish_request
from storage.sends import Send, get_send
from storage.workspaces import sender_of

NOW_OR_NEVER = timedelta(hours=1)
"""How long a message may be under way that is not to wait for an opening: a busy provider is tried again, and nothing
that was shut meanwhile opens within it."""


StatedConsent = Callable[[date], ConsentDraft]
"""A consent that a caller states, made for the recipient's local date: that is its day where the caller names none."""


@dataclass(frozen=True, slots=True)
class OutsideWish:
    """A message that a program asks for. `address` is E.164 or an `email_key`. `holds` lets it wait for an opening; a
    `stated` local time can only forbid; `place` is where the caller says that the recipient is. The same `request`
    again finds the first result."""

    medium: Medium
    address: str
    body: str
    subject: str | None = None
    consent: StatedConsent | None = None
    holds: bool = False
    stated: Stated | None = None
    place: NamedPlace | None = None
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message may not leave: the gate's code and sentence, what forbids it and where that is written, the
    recipient's clocks by zone and the next opening (ISO), and the policy row with its version."""

    reason: str
    sentence: str
    basis: str | None
    source: str | None
    local_times: Mapping[str, str]
    next_open_at: str | None
    policy: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a wish: its send (None for a preview), the body as it leaves, and the refusal if there was one.

    `local_times` are the recipient's clocks by zone (ISO), `why` the consent that allows it, in words.
    """

    send: Send | None
    body: str
    refusal: Refusal | None
    local_times: Mapping[str, str]
    policy: str | None
    why: str


class Messaging:
    """What the messaging endpoints do."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def send(self, who: Actor, wish: OutsideWish) -> Answered:
        """Take down a message that the caller's right to call stands for the approval of.

        What the gate refuses is kept as blocked, and counted; a closed window refuses too, unless the wish holds.
        A stated consent is recorded whatever the answer. Raises `SenderIncomplete`, `TextTooLong`, `ConsentInFuture`
        and what is wrong with a consent; an error inside the gate raises too, and nothing is taken down.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.write(who.workspace_id, lambda tx: self._send(tx, who, wish, now, report))

    async def preview(self, who: Actor, wish: OutsideWish) -> Answered:
        """Return what a message would be and what the gate would say; nothing is kept, counted or sent.

        A stated time stands in the place of the clock, and a stated consent counts as if it were recorded. Raises what
        `send` raises.
        """
        now, report = self._clock.now(), self._canary()
        return await self._database.read(who.workspace_id, lambda tx: self._preview(tx, wish, now, report))

    def _send(self, tx: Tx, who: Actor, wish: OutsideWish, now: datetime, report: ZoneReport) -> Answered:
        if wish.request and (earlier := begin_request(tx, wish.request, now=now)):
            return _remembered(tx, earlier)
        found = found_for(tx, _contact(wish, wish.body))
        if draft := _consent(wish, found, now):
            _record(tx, who, wish, draft, now)
        send = draft_in(tx, who, _message(wish, found), self._links, now)
        verdict = _let_go(tx, who, send, wish, now, report)
        answered = _answered(get_send(tx, send.id), verdict)
        if wish.request:
            finish_request(tx, wish.request, _kept(answered))
        return answered

    def _preview(self, tx: Tx, wish: OutsideWish, now: datetime, report: ZoneReport) -> Answered:
        found = found_for(tx, _contact(wish, wish.body))
        draft = _consent(wish, found, now)
        url = self._links.unsubscribe(tx.workspace_id, 0)
        body = with_footer(wish.body, sender_of(tx), wish.medium, language=found.language, unsubscribe_url=url)
        check_length(body, wish.medium)
        stated = replace(wish.stated, alone=True) if wish.stated else None
        claimed = (_event(wish, draft),) if draft else ()
        contact = replace(_contact(wish, body), stated=stated, claimed=claimed)
        verdict, _ = judge_in(tx, found, contact, now, report)
        return replace(_answered(None, verdict), body=body)


def _contact(wish: OutsideWish, body: str) -> ContactWish:
    return ContactWish(wish.medium, wish.address, "", body=body, stated=wish.stated, place=wish.place)


def _message(wish: OutsideWish, found: Recipient) -> MessageWish:
    """The wish as the outbox takes it, under a name of its own: what came twice was found before."""
    return MessageWish(
        key=f"messaging:{secrets.token_hex(16)}",
        route=Route(wish.medium.value),
        address=wish.address,
        body=wish.body,
        subject=wish.subject,
        lead_id=found.lead.id if found.lead else None,
        buyer_id=found.buyer.id if found.buyer else None,
        keep_for=KEPT_FOR if wish.holds else NOW_OR_NEVER,
        metadata={PLACE: asdict(wish.place)} if wish.place else {},
    )


def _let_go(tx: Tx, who: Actor, send: Send, wish: OutsideWish, now: datetime, report: ZoneReport) -> GateVerdict:
    """Let a message leave, or wait if it is to; block it otherwise. The stated time is asked here alone: it speaks of
    this moment, and what waits leaves by the clock."""
    contact = replace(contact_wish(send), stated=wish.stated)
    verdict, _ = judge_in(tx, found_for(tx, contact), contact, now, report)
    waits = wish.holds and (verdict.next_open_at or verdict.reason in WAITED_FOR)
    if verdict.allowed or waits:
        if wish.stated and verdict.allowed:
            record_verdict(tx, who, contact, verdict, now)
        let_go(tx, who, send, now, report)
    else:
        blocked = {"reason": verdict.reason, "last_error": verdict.sentence, "settled_at": now}
        move(tx, send.id, SendState.BLOCKED, blocked)
        record_verdict(tx, who, contact, verdict, now)
    return verdict


def _consent(wish: OutsideWish, found: Recipient, now: datetime) -> ConsentDraft | None:
    """The consent that a caller states, checked against the recipient's local date."""
    if wish.consent is None:
        return None
    today = max((local_date(now, {name}) for name in found.zones), default=local_date(now, ()))
    draft = wish.consent(today)
    draft.check_days(today)
    return draft


def _record(tx: Tx, who: Actor, wish: OutsideWish, draft: ConsentDraft, now: datetime) -> None:
    """Add a stated consent to the ledger, unless the same one stands there: callers repeat it with each message."""
    for entry in ledger_of(tx, [wish.address]):
        if (entry.medium, entry.kind, entry.obtained_on, entry.evidence) == (
            wish.medium, draft.kind, draft.obtained_on, draft.evidence,
        ):  # fmt: skip
            return
    row = consent_row(who, wish.address, wish.medium, draft, now)
    add_consents(tx, [row])
    after = {"kind": row["kind"], "obtained_on": draft.obtained_on, "evidence": draft.evidence}
    after |= {"media": [wish.medium.value], "address": wish.address}
    record(tx, Change(who.user_id, "consent_recorded", f"contact {wish.address}"[:128], after=after), now=now)


def _event(wish: OutsideWish, draft: ConsentDraft) -> ConsentEvent:
    """A stated consent as the law reads it, where it is in no ledger."""
    if draft.kind is None:
        raise ValueError("a caller states a consent, or none")
    return ConsentEvent(draft.kind, draft.obtained_on, wish.medium, has_evidence=not draft.lacks_evidence)


def _answered(send: Send | None, verdict: GateVerdict) -> Answered:
    """What the caller hears; a message that waits or leaves was not refused, whatever the gate said of now."""
    clocks = {name: local.isoformat(timespec="seconds") for name, local in verdict.local_times.items()}
    policy = f"{verdict.policy} v{verdict.policy_version}" if verdict.policy else None
    leaves = send.state in WAITING if send else verdict.allowed
    return Answered(
        send=send,
        body=send.body if send else "",
        refusal=None if leaves else _refusal(verdict, clocks, policy),
        local_times=clocks,
        policy=policy,
        why=verdict.sentence,
    )


def _refusal(verdict: GateVerdict, clocks: Mapping[str, str], policy: str | None) -> Refusal:
    opens = verdict.next_open_at.isoformat() if verdict.next_open_at else None
    return Refusal(verdict.reason, verdict.sentence, verdict.basis, verdict.source, clocks, opens, policy)


def _kept(answered: Answered) -> dict[str, Any]:
    """An answer as its repeats find it."""
    refusal = asdict(answered.refusal) if answered.refusal else None
    told = {"local_times": answered.local_times, "policy": answered.policy, "why": answered.why}
    return {"send_id": answered.send.id if answered.send else None, "refusal": refusal, **told}


def _remembered(tx: Tx, earlier: Mapping[str, Any]) -> Answered:
    """The first answer, with the message as it stands now."""
    send = get_send(tx, earlier["send_id"])
    if send is None:
        raise LookupError("a send was stored and is not there")
    refusal = Refusal(**earlier["refusal"]) if earlier["refusal"] else None
    return Answered(send, send.body, refusal, earlier["local_times"], earlier["policy"], earlier["why"])
