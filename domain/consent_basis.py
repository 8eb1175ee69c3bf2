"""What one consent allows on one day: each kind with its conditions, its term and its place in the law."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.consent_dates import last_day_within, local_dates, months_before
from domain.consent_values import ConsentEvent, ConsentKind, ContactRequest
from domain.policy import Verdict

INQUIRY_MONTHS, RELATION_MONTHS, CALL_RELATION_MONTHS = 6, 24, 18
"""CASL s.10(10): an inquiry counts six months, a purchase or an ended contract two years; for calls 18 months
(Telecommunications Act s.41.7(2))."""
TRANSITION_ENDED_ON: Final = date(2017, 7, 1)
"""CASL s.66: consents that were carried over in 2014 counted for three years."""
_MONTHS: Final = {ConsentKind.INQUIRY: INQUIRY_MONTHS, ConsentKind.PURCHASE: RELATION_MONTHS}


class Asked(NamedTuple):
    """A request, its instant, and the local dates it may be then: `on` is the last one, for whatever lapses.

    `since` is the first one, for whatever must have happened already.
    """

    request: ContactRequest
    at: datetime
    since: date
    on: date


def asked(request: ContactRequest, at: datetime) -> Asked:
    """Return a request with the dates on which it is sent, where the recipient may be."""
    return Asked(request, at, *local_dates(at, request.zones))


def judge_consent(event: ConsentEvent, ask: Asked) -> Verdict:
    """Whether one consent that covers the medium allows the message."""
    if is_future(event, ask):
        return no("block_bad_record", f"The {event.kind.label} is dated after today", "fail closed")
    if not event.has_evidence:
        return no("block_no_evidence", f"There is no evidence of the {words_of(event)}", "CASL s.13")
    return _JUDGES[event.kind](event, ask)


def is_future(event: ConsentEvent, ask: Asked) -> bool:
    """Whether an entry claims to be of a later time than the message."""
    return event.at > ask.at if isinstance(event.at, datetime) else event.at > ask.since


def is_within(event: ConsentEvent, ask: Asked, months: int) -> bool:
    """Whether an entry, or the end of the contract it speaks of, lies within so many months before the message."""
    return months_before(ask.on, months) <= _began(event, ask.request.zones)


def lapses_on(event: ConsentEvent) -> date | None:
    """The last local date on which a consent counts for texts and e-mails; None for one that does not lapse by itself.

    A date-time is taken on the default zone's clock: the gate itself asks every zone in which the recipient may be.
    """
    if event.kind is ConsentKind.TRANSITIONAL:
        return date(2017, 6, 30)
    if event.kind is ConsentKind.CONTRACT and _is_over(event):
        return last_day_within(_began(event, ()), RELATION_MONTHS)
    months = _MONTHS.get(event.kind)
    return last_day_within(_began(event, ()), months) if months else None


def words_of(event: ConsentEvent) -> str:
    """An entry in words: "inquiry of 14 Nov 2026, lapses 14 May 2027"."""
    last = lapses_on(event)
    ended = event.kind is ConsentKind.CONTRACT and _is_over(event)
    when = f"that ended {_day(_began(event, ()))}" if ended else f"of {_day(local_dates(event.at, ())[0])}"
    return f"{event.kind.label} {when}" + (f", lapses {_day(last)}" if last else "")


def yes(reason: str, event: ConsentEvent, source: str) -> Verdict:
    """A consent that allows the message."""
    return Verdict(True, reason, f"Consent is fine: {words_of(event)}.", source=source)


def no(reason: str, why: str, source: str) -> Verdict:
    """A consent that does not allow it."""
    return Verdict(False, reason, f"Blocked: {why[0].lower()}{why[1:]}.", basis="law", source=source)


def _is_over(event: ConsentEvent) -> bool:
    return event.ended_on is not None or not event.in_force


def _began(event: ConsentEvent, zones: Collection[str]) -> date:
    """The day from which a term runs: for a contract its end, where that is known."""
    ended = event.ended_on if event.kind is ConsentKind.CONTRACT else None
    return ended or local_dates(event.at, zones)[0]


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def _express(event: ConsentEvent, ask: Asked) -> Verdict:
    if not event.opt_in:
        return no("block_not_optin", "a box ticked beforehand is no consent: people must opt in", "CRTC 2012-549")
    if event.requested_by_message:
        why = "the message that asked for the consent was itself one without consent"
        return no("block_consent_requested_by_cem", why, "CASL s.1(3)")
    return yes("ok_express", event, "CASL s.10(1)")


def _inquiry(event: ConsentEvent, ask: Asked) -> Verdict:
    source = "CASL s.10(10)(e); Interpretation Act s.28"
    if is_within(event, ask, INQUIRY_MONTHS):
        return yes("ok_inquiry_6m", event, source)
    return no("block_expired_inquiry", f"Consent has lapsed: {words_of(event)}", source)


def _purchase(event: ConsentEvent, ask: Asked) -> Verdict:
    source = "CASL s.10(10)(a); Interpretation Act s.28"
    if is_within(event, ask, RELATION_MONTHS):
        return yes("ok_purchase_2y", event, source)
    return no("block_expired_purchase", f"Consent has lapsed: {words_of(event)}", source)


def _contract(event: ConsentEvent, ask: Asked) -> Verdict:
    source = "CASL s.10(10)(d)"
    if not _is_over(event):
        return yes("ok_contract", event, source)
    if is_within(event, ask, RELATION_MONTHS):
        return yes("ok_contract_2y", event, source)
    return no("block_expired_contract", f"Consent has lapsed: {words_of(event)}", source)


def _publication(event: ConsentEvent, ask: Asked) -> Verdict:
    return _role(event, ask, "ok_publication", "CASL s.10(9)(b)")


def _disclosed(event: ConsentEvent, ask: Asked) -> Verdict:
    return _role(event, ask, "ok_disclosed", "CASL s.10(9)(c)")


def _role(event: ConsentEvent, ask: Asked, allows: str, source: str) -> Verdict:
    if event.no_solicitation:
        return no("block_publication_notice", "they say that they want no unsolicited messages", source)
    if not event.business_role:
        return no("block_not_business_role", "the address is a private person's, not that of a business role", source)
    if not ask.request.relevant_to_role:
        return no("block_not_relevant", "the message does not concern their business role", source)
    return yes(allows, event, source)


def _referral(event: ConsentEvent, ask: Asked) -> Verdict:
    source = "SOR/2013-221 s.4(1)"
    if not ask.request.is_first_message:
        return no("block_referral_used", "a referral allows the first message only", source)
    if not event.referrer or not ask.request.referrer_named:
        return no("block_referral_unnamed", "the message must name in full who referred them", source)
    return yes("ok_referral_first", event, source)


def _personal(event: ConsentEvent, ask: Asked) -> Verdict:
    return yes("ok_personal", event, "CASL s.6(5)(a); SOR/2013-221 s.2")


def _transitional(event: ConsentEvent, ask: Asked) -> Verdict:
    if ask.on < TRANSITION_ENDED_ON:
        return yes("ok_transition", event, "CASL s.66")
    return no("block_expired_transition", "The transition of 2014 ended on 1 Jul 2017", "CASL s.66")


_JUDGES: Final[Mapping[ConsentKind, Callable[[ConsentEvent, Asked], Verdict]]] = {
    ConsentKind.EXPRESS_WRITTEN: _express,
    ConsentKind.EXPRESS_ORAL: _express,
    ConsentKind.INQUIRY: _inquiry,
    ConsentKind.PURCHASE: _purchase,
    ConsentKind.CONTRACT: _contract,
    ConsentKind.PUBLICATION: _publication,
    ConsentKind.DISCLOSED: _disclosed,
    ConsentKind.REFERRAL: _referral,
    ConsentKind.PERSONAL: _personal,
    ConsentKind.TRANSITIONAL: _transitional,
}
