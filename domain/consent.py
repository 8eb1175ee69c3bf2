"""Whether the law lets a message reach an address: opt-outs, content, consent (CASL) and do-not-call lists (UTR)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import inf
from typing import Final

from domain.consent_basis import (
    CALL_RELATION_MONTHS,
    INQUIRY_MONTHS,
    Asked,
    asked,
    is_future,
    is_within,
    judge_consent,
    lapses_on,
    no,
)
from domain.consent_basis import words_of as event_words
from domain.consent_dates import local_dates
from domain.consent_values import (
    CONSENTS,
    EXPRESS,
    OPT_OUTS,
    ConsentEvent,
    ConsentKind,
    ContactRequest,
    Lists,
    MessageKind,
)
from domain.policy import Verdict
from domain.rules import Medium
from domain.zones import utc

__all__ = [
    "ConsentEvent",
    "ConsentKind",
    "ContactRequest",
    "Lists",
    "MessageKind",
    "check_consent",
    "check_content",
    "check_lists",
    "check_opt_out",
    "event_words",
    "lapses_on",
    "may_contact",
]

LIST_DAYS: Final = timedelta(days=31)
"""How old the version of the National DNCL may be (CRTC Unsolicited Telecommunications Rules, Part II)."""

_OPTED_OUT: Final = {
    ConsentKind.STOP: ("block_opted_out", "they wrote STOP", "CASL s.11(3)"),
    ConsentKind.UNSUBSCRIBED: ("block_unsubscribed", "they unsubscribed", "CASL s.11(1)(a)(i)"),
    ConsentKind.WITHDRAWN: ("block_withdrawn", "they took their consent back", "CASL s.11; SOR/2012-36 s.4(e)"),
    ConsentKind.WRONG_PERSON: ("block_wrong_person", "the address belongs to somebody else", "CASL s.1(5)"),
    ConsentKind.CARRIER_BLOCK: ("block_hard_failure", "the carrier says that they opted out", "carrier's opt-out list"),
    ConsentKind.COMPLAINT: ("block_complaint", "they reported a message as spam", "CASL s.11; fail closed"),
}
_ALL_MEDIA: Final = ("block_dnc_all", "they asked not to be contacted at all", "CASL s.11; UTR Part III, internal list")
_INTERNAL: Final = ("block_internal_dnc", "they asked not to be called", "UTR Part III, internal do-not-call list")
_LIFTED_BY_START: Final = frozenset({ConsentKind.STOP, ConsentKind.UNSUBSCRIBED, ConsentKind.CARRIER_BLOCK})
_LIFTING: Final = EXPRESS | {ConsentKind.START}
_PHONE: Final = frozenset({Medium.SMS, Medium.CALL})

_EXEMPT: Final = {
    MessageKind.REPLY: ("ok_reply_exempt", "it answers what they asked", "SOR/2013-221 s.3(b)"),
    MessageKind.QUOTE: ("ok_quote_exempt", "it is the quote that they asked for", "CASL s.6(6)(a)"),
    MessageKind.TRANSACTIONAL: ("ok_transactional", "it completes an agreed transaction", "CASL s.6(6)(b)"),
    MessageKind.INQUIRY: ("ok_inquiry_exempt", "it only asks about their own business", "CASL s.6(5)(b)"),
    MessageKind.B2B: ("ok_inquiry_exempt", "it only asks about their own business", "CASL s.6(5)(b)"),
    MessageKind.PERSONAL: ("ok_personal", "it is between people who know each other", "CASL s.6(5)(a)"),
}


def may_contact(request: ContactRequest, ledger: Sequence[ConsentEvent], lists: Lists, *, at: datetime) -> Verdict:
    """Whether the law lets the request reach its address at the instant `at`, hours aside.

    Asked in this order: opt-outs and our own do-not-call list, content, consent, the national list for calls; the first
    no speaks, else the consent (for a call without one the list). Reasons begin with `block_` or `ok_`.
    Raises InstantWithoutZone.
    """
    consent = check_consent(request, ledger, at=at)
    verdicts = (
        check_opt_out(request, ledger, lists, at=at),
        check_content(request),
        consent,
        check_lists(request, ledger, lists, at=at),
    )
    speaks = consent if request.medium is not Medium.CALL or consent.reason != _CALL.reason else verdicts[-1]
    return next((verdict for verdict in verdicts if not verdict.allowed), speaks)


def check_opt_out(request: ContactRequest, ledger: Sequence[ConsentEvent], lists: Lists, *, at: datetime) -> Verdict:
    """Whether an opt-out stands in the way: of all media first, then the latest one that reaches the medium.

    It acts at once, over all of our numbers. A later express consent with evidence stands against it, START only
    against a stop by word; a purchase does not. An unsubscribe by e-mail lets e-mails through that complete an agreed
    transaction; after a STOP nothing goes by SMS. Raises InstantWithoutZone.
    """
    ask = asked(request, utc(at))
    if request.wrong_person:
        return no(*_OPTED_OUT[ConsentKind.WRONG_PERSON])
    lifting = [event for event in ledger if event.kind in _LIFTING and not is_future(event, ask)]
    standing = [event for event in ledger if event.kind in OPT_OUTS and _stands(event, request, lifting)]
    if any(_is_of_all_media(event) for event in standing):
        return no(*_ALL_MEDIA)
    if request.medium is Medium.CALL and (lists.internal_since or _asked_not_to_be_called(standing)):
        return no(*_INTERNAL)
    if not standing:
        return Verdict(True, "ok_not_opted_out", "Not opted out, and not on our do-not-call list.")
    latest = max(standing, key=lambda event: _when(event, request))
    return no(*_OPTED_OUT[latest.kind])


def check_content(request: ContactRequest) -> Verdict:
    """Whether a text or an e-mail says who sends it and how to stop it; a call says so by voice."""
    if request.medium is Medium.CALL:
        return Verdict(True, "ok_content", "A call is identified by voice, at its start.", source="UTR Part III")
    if not request.has_identification:
        why = "the message does not say who sends it, with a mailing address and a way to reach them (/valhalla setup)"
        return no("block_missing_identification", why, "CASL s.6(2); SOR/2012-36 s.2(1)(d)")
    if not request.has_unsubscribe:
        return no("block_missing_unsubscribe", "the message does not say how to stop it", "CASL s.11; SOR/2012-36 s.3")
    return Verdict(True, "ok_content", "Sender and way out stand in the message.", source="CASL s.6(2)")


def check_consent(request: ContactRequest, ledger: Sequence[ConsentEvent], *, at: datetime) -> Verdict:
    """Whether the message needs no consent, or the ledger holds one that counts today.

    A call needs none: hours and lists bind it. Raises InstantWithoutZone.
    """
    ask = asked(request, utc(at))
    if request.kind in _EXEMPT:
        reason, why, source = _EXEMPT[request.kind]
        return Verdict(True, reason, f"No consent is needed: {why}.", source=source)
    consents = [event for event in ledger if event.kind in CONSENTS]
    found = [judge_consent(event, ask) for event in _newest_first(consents, request) if event.covers(request.medium)]
    allowing = next((verdict for verdict in found if verdict.allowed), None)
    if allowing or request.medium is Medium.CALL:
        return allowing or _CALL
    if found:
        return found[0]
    if consents:
        return no("block_channel_not_covered", "they agreed to other media, not to this one", "CASL s.10(1)(a)")
    return no("block_no_consent", "no consent is recorded", "CASL s.6(1); s.1(3)")


def check_lists(request: ContactRequest, ledger: Sequence[ConsentEvent], lists: Lists, *, at: datetime) -> Verdict:
    """Whether the National DNCL lets a number be called: not listed on a list of at most 31 days, or exempt from it.

    Exempt are business numbers, express consent, and a relation: a purchase or an ended contract of 18 months, an
    inquiry of six, a contract in force (Telecommunications Act s.41.7). Texts and e-mails know no list.
    """
    if request.medium is not Medium.CALL:
        return Verdict(True, "ok_no_list", "Do-not-call lists are about calls only.")
    ask, source = asked(request, utc(at)), "UTR Part II; Telecommunications Act s.41.7"
    if request.kind is MessageKind.B2B:
        return Verdict(True, "ok_business_exempt", "Businesses are outside the national list.", source=source)
    exempt = next((event for event in ledger if _is_exempt(event, ask)), None)
    if exempt:
        words = f"Outside the national do-not-call list: {event_words(exempt)}."
        return Verdict(True, "ok_list_exempt", words, source=source)
    if lists.national:
        return no("block_national_dncl", "the number is on the national do-not-call list", source)
    if lists.downloaded_on is None:
        why = "no national do-not-call list is loaded for this area code (valhalla import dncl)"
        return no("block_stale_list", why, source)
    age = ask.on - lists.downloaded_on
    if age < timedelta():
        return no("block_stale_list", "the national do-not-call list says that it is of a day to come", source)
    if age > LIST_DAYS:
        return no("block_stale_list", f"the national do-not-call list is {age.days} days old, and 31 may be", source)
    return Verdict(True, "ok_not_listed", f"Not on the national list, which is {age.days} days old.", source=source)


_CALL: Final = Verdict(True, "ok_call", "A call needs no consent: lists and calling hours bind it.", source="UTR")


def _is_of_all_media(event: ConsentEvent) -> bool:
    """Whether somebody asked for no contact at all: a do-not-contact request, by whatever medium it was made."""
    return event.kind is ConsentKind.DO_NOT_CALL and event.medium is not Medium.CALL


def _asked_not_to_be_called(standing: Sequence[ConsentEvent]) -> bool:
    return any(event.kind is ConsentKind.DO_NOT_CALL for event in standing)


def _stands(event: ConsentEvent, request: ContactRequest, lifting: Sequence[ConsentEvent]) -> bool:
    """Whether an opt-out reaches the medium of a request, and nothing later stands against it."""
    if not (_reaches(event, request.medium) or _is_of_all_media(event)):
        return False
    is_mail = request.medium is Medium.EMAIL and request.kind is MessageKind.TRANSACTIONAL
    if is_mail and event.kind is ConsentKind.UNSUBSCRIBED:
        return False
    return not any(_lifts(later, event, request) for later in lifting)


def _reaches(event: ConsentEvent, medium: Medium) -> bool:
    """A number that is somebody else's is so for texts and calls alike."""
    both_on_a_phone = event.medium in _PHONE and medium in _PHONE
    return event.covers(medium) or (event.kind is ConsentKind.WRONG_PERSON and both_on_a_phone)


def _lifts(later: ConsentEvent, opt_out: ConsentEvent, request: ContactRequest) -> bool:
    if not later.covers(request.medium) or not _is_later(later, opt_out, request):
        return False
    if later.kind is ConsentKind.START:
        return opt_out.kind in _LIFTED_BY_START
    return later.has_evidence and later.opt_in and not later.requested_by_message


def _is_later(one: ConsentEvent, other: ConsentEvent, request: ContactRequest) -> bool:
    """Whether `one` surely came after `other`: by the instant, by the day where one of them has no time of day."""
    if isinstance(one.at, datetime) and isinstance(other.at, datetime):
        return one.at > other.at
    return local_dates(one.at, request.zones)[0] > local_dates(other.at, request.zones)[1]


def _when(event: ConsentEvent, request: ContactRequest) -> tuple[date, float]:
    """The day of an event and its instant; one without a time of day comes last on its day."""
    instant = event.at.timestamp() if isinstance(event.at, datetime) else inf
    return local_dates(event.at, request.zones)[1], instant


def _newest_first(events: Sequence[ConsentEvent], request: ContactRequest) -> list[ConsentEvent]:
    """Express consents first, then by date: of two reasons people hear the one that says most."""
    return sorted(
        events, key=lambda event: (event.kind in EXPRESS, local_dates(event.at, request.zones)[0]), reverse=True
    )


def _is_exempt(event: ConsentEvent, ask: Asked) -> bool:
    """Whether an entry takes a number out of the national list's reach."""
    if not event.has_evidence or is_future(event, ask):
        return False
    if event.kind in EXPRESS:
        return event.covers(Medium.CALL) and judge_consent(event, ask).allowed
    if event.kind is ConsentKind.INQUIRY:
        return is_within(event, ask, INQUIRY_MONTHS)
    if event.kind is ConsentKind.CONTRACT and event.ended_on is None and event.in_force:
        return True
    return event.kind in (ConsentKind.PURCHASE, ConsentKind.CONTRACT) and is_within(event, ask, CALL_RELATION_MONTHS)
