"""The gate: everything that a contact is asked before it may happen, in order, with the reason of the first no."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.consent import (
    ConsentEvent,
    ContactRequest,
    Lists,
    MessageKind,
    check_consent,
    check_content,
    check_lists,
    check_opt_out,
)
from domain.pauses import Pause
from domain.policy import (
    HORIZON,
    Basis,
    Policy,
    Verdict,
    check_contact_window,
    check_legal_hours,
    check_override,
    lawful_hours,
    local_times,
)
from domain.windows import next_closed, next_open
from domain.zones import ZoneReport, midnight_after, midnight_before, utc, zone

HOUSE: Final = "house rule"
A_DAY: Final = timedelta(days=1)
NOT_CAPPED: Final = frozenset({MessageKind.REPLY, MessageKind.TRANSACTIONAL})
"""Kinds that answer somebody: a cap on them would leave people without their answer."""


NO_LISTS: Final = Lists()


@dataclass(frozen=True, slots=True)
class Stated:
    """A local weekday (0 = Monday) and time (four digits) that a caller states; anything odd blocks.

    `alone` takes it in the place of the clock, which no message that is to leave may ask for: a preview may.
    """

    weekday: object
    hhmm: object
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate knows when it is asked.

    `ledger` holds consents and opt-outs of the address, `holidays` the local dates of the policy's province with their
    names, `pauses` the kill switches that stand for the place, `zone_report` what the canary found. `reply_waits` is
    whether a reply from the address waits for a person; `contacts_today` counts what left for the recipient since
    their local midnight, `cap` is how much may. A `stated` time can only forbid.
    """

    at: datetime
    request: ContactRequest
    policy: Policy | None
    zone_report: ZoneReport
    cap: int
    ledger: Sequence[ConsentEvent] = ()
    lists: Lists = NO_LISTS
    holidays: Mapping[date, str] = field(default_factory=dict)
    pauses: Sequence[Pause] = ()
    reply_waits: bool = False
    contacts_today: int = 0
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the gate with its answer; `name` is its place in `ORDER`."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The one answer about a contact.

    `reason` is the code of the first check that said no, of the consent that allows it otherwise, or `error_in_gate`.
    `basis` and `source` say whether law or house policy forbids it, and where that is written. `local_times` are the
    recipient's clocks by zone. `next_open_at` (UTC) is the first later instant at which it would be allowed, within 14
    days; None when it is allowed now, or when time alone opens nothing. `checks` are the answers in order; they end at
    the first no unless all were asked for.
    """

    allowed: bool
    reason: str
    sentence: str
    basis: Basis | None
    source: str | None
    local_times: Mapping[str, datetime]
    next_open_at: datetime | None
    policy: str | None
    policy_version: int | None
    tzdata_version: str
    checks: tuple[Check, ...] = ()


Question = Callable[[Facts], Verdict]


def judge(facts: Facts) -> GateVerdict:
    """Ask in order until the first no. Raises InstantWithoutZone; whoever asks takes any error for a no."""
    return _answer(facts, stop=True)


def explain(facts: Facts) -> GateVerdict:
    """Ask everything, for a person who wants to know why; the answer is the same as `judge` gives."""
    return _answer(facts, stop=False)


def broken(tzdata_version: str) -> GateVerdict:
    """The answer when the gate itself failed: nothing may leave."""
    sentence = "Blocked: the check itself failed, so nothing may leave. The log has the details; try again."
    return GateVerdict(False, "error_in_gate", sentence, "policy", HOUSE, {}, None, None, None, tzdata_version)


def _answer(facts: Facts, *, stop: bool) -> GateVerdict:
    facts = replace(facts, at=utc(facts.at))
    checks: list[Check] = []
    for name, question in ORDER.items():
        checks.append(Check(name, question(facts)))
        if stop and not checks[-1].verdict.allowed:
            break
    refused = [check for check in checks if not check.verdict.allowed]
    speaks = refused[0] if refused else next(check for check in checks if check.name == CONSENT)
    opens = None if not refused else _opens_at(facts, refused)
    verdict = speaks.verdict
    return GateVerdict(
        allowed=not refused,
        reason=verdict.reason,
        sentence=verdict.sentence,
        basis=verdict.basis if refused else None,
        source=verdict.source,
        local_times=local_times(facts.request.zones, facts.at),
        next_open_at=opens,
        policy=facts.policy.name() if facts.policy else None,
        policy_version=facts.policy.version if facts.policy else None,
        tzdata_version=facts.zone_report.iana_version,
        checks=tuple(checks),
    )


def release_at(facts: Facts, opening: datetime, offset: timedelta) -> datetime:
    """Return when a message that waits for an opening leaves: `offset` into it, so that not all leave in its first
    second; at the opening itself where it would be closed again by then."""
    then = opening + offset
    later = replace(facts, at=utc(then), contacts_today=0)
    return then if all(question(later).allowed for question in ORDER.values()) else opening


def closes_at(facts: Facts) -> datetime | None:
    """Return when the window that is open now closes in one of the recipient's zones, at most a day ahead; None where
    the policy says nothing."""
    policy, clocks = facts.policy, local_times(facts.request.zones, facts.at)
    if not policy or not policy.rules or not clocks:
        return None
    return next_closed(
        facts.at,
        zones=[zone(name) for name in clocks],
        hours=lawful_hours(policy.rules, facts.request.medium),
        holidays=facts.holidays,
        until=utc(facts.at) + A_DAY,
    )


def _not_paused(facts: Facts) -> Verdict:
    if not facts.pauses:
        return Verdict(True, "not_paused", "Outreach is not paused.")
    pause = facts.pauses[0]
    what = f"Outreach in {pause.place}" if pause.place else "All outreach"
    sentence = f"Blocked: {what} is paused ({pause.reason}); an admin resumes it with /policy resume."
    return Verdict(False, "paused", sentence, basis="policy", source="kill switch")


def _zones_right(facts: Facts) -> Verdict:
    report = facts.zone_report
    if report.ok:
        return Verdict(True, "zones_right", f"Time zones are right (tzdata {report.iana_version}).")
    sentence = f"Blocked: the time zone data is wrong ({' '.join(report.wrong)}); update tzdata and restart."
    return Verdict(False, "zones_wrong", sentence, basis="policy", source="canary of the time zones")


def _not_opted_out(facts: Facts) -> Verdict:
    return check_opt_out(facts.request, facts.ledger, facts.lists, at=facts.at)


def _no_reply_waits(facts: Facts) -> Verdict:
    if not facts.reply_waits:
        return Verdict(True, "no_reply_waits", "No reply of theirs waits for a person.")
    sentence = "Blocked: a reply of theirs may be an opt-out, and waits until a person has read it (/policy replies)."
    return Verdict(False, "reply_waits", sentence, basis="policy", source=HOUSE)


def _content(facts: Facts) -> Verdict:
    return check_content(facts.request)


def _consent(facts: Facts) -> Verdict:
    return check_consent(facts.request, facts.ledger, at=facts.at)


def _lists(facts: Facts) -> Verdict:
    return check_lists(facts.request, facts.ledger, facts.lists, at=facts.at)


def _legal_hours(facts: Facts) -> Verdict:
    return check_legal_hours(facts.request.medium, zones=facts.request.zones, at=facts.at)


def _window(facts: Facts) -> Verdict:
    request, stated = facts.request, facts.stated
    if stated:
        verdict = check_override(facts.policy, weekday=stated.weekday, hhmm=stated.hhmm, medium=request.medium)
        if stated.alone or not verdict.allowed:
            return verdict
    return check_contact_window(
        facts.policy, zones=request.zones, at=facts.at, medium=request.medium, holidays=facts.holidays
    )


def _cap(facts: Facts) -> Verdict:
    if facts.request.kind in NOT_CAPPED or facts.contacts_today < facts.cap:
        return Verdict(True, "under_cap", f"Contacts today: {facts.contacts_today}, at most {facts.cap} may be.")
    sentence = f"Blocked: they were contacted {facts.contacts_today} times today, and {facts.cap} a day may be."
    return Verdict(False, "cap_reached", sentence, basis="policy", source=HOUSE)


PAUSE, CANARY, OPT_OUT, REPLY = "pause", "canary", "opt_out", "reply"
CONTENT, CONSENT, LISTS, LEGAL_HOURS, WINDOW, CAP = "content", "consent", "lists", "legal_hours", "window", "cap"

ORDER: Final[Mapping[str, Question]] = {
    PAUSE: _not_paused,
    CANARY: _zones_right,
    OPT_OUT: _not_opted_out,
    REPLY: _no_reply_waits,
    CONTENT: _content,
    CONSENT: _consent,
    LISTS: _lists,
    LEGAL_HOURS: _legal_hours,
    WINDOW: _window,
    CAP: _cap,
}
"""The questions in the order in which they are asked."""

TIME: Final = frozenset({LEGAL_HOURS, WINDOW, CAP})
"""The questions to which another time may bring another answer."""


def _opens_at(facts: Facts, refused: Sequence[Check]) -> datetime | None:
    """The first later instant that is open by policy and law, under the cap, and still allowed by all the rest."""
    request, policy = facts.request, facts.policy
    if any(check.name not in TIME for check in refused) or not policy or not policy.enabled or not policy.rules:
        return None
    clocks = local_times(request.zones, facts.at)
    if not clocks or len(clocks) < len(request.zones):
        return None
    hours, places = lawful_hours(policy.rules, request.medium), [zone(name) for name in clocks]
    since = facts.at if _cap(facts).allowed else _day_ends(facts.at, clocks)
    then = next_open(since, zones=places, hours=hours, holidays=facts.holidays, until=facts.at + HORIZON)
    later = replace(facts, at=then, contacts_today=0, stated=None) if then and then > facts.at else None
    return then if later and all(question(later).allowed for question in ORDER.values()) else None


def _day_ends(at: datetime, zones: Collection[str]) -> datetime:
    """When the day ends whose contacts count: the one that began first. At night it is the next day elsewhere already,
    and waiting for that one's end too would cost a whole day."""
    return midnight_after(at, min(zones, key=lambda name: midnight_before(at, name)))
