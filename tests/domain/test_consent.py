"""Whether the law lets a message reach an address: the sample table row by row, opt-outs, and what always holds."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.consent import ConsentEvent, ConsentKind, ContactRequest, Lists, MessageKind, may_contact
from domain.consent_dates import local_dates
from domain.consent_values import CONSENTS, EXPRESS, OPT_OUTS
from domain.policy import Medium
from domain.zones import InstantWithoutZone
from tests.domain.calendars import instant, instants, rows, zone_sets

TORONTO = frozenset({"America/Toronto"})
NOON = instant("2026-11-24T17:00:00Z")
"""Tuesday 12:00 in Toronto."""
STOPPED_AT = instant("2026-11-20T15:00:00Z")


def request(medium: Medium = Medium.SMS, kind: MessageKind = MessageKind.COMMERCIAL, **others: Any) -> ContactRequest:
    return ContactRequest(medium, kind, others.pop("address", "+14165550134"), others.pop("zones", TORONTO), **others)


def asked(
    *ledger: ConsentEvent, of: ContactRequest | None = None, lists: Lists | None = None, at: datetime = NOON
) -> tuple[bool, str]:
    """What the law answers to a commercial text, or to another request, at an instant."""
    verdict = may_contact(of or request(), ledger, lists or Lists(), at=at)
    return verdict.allowed, verdict.reason


def moment(text: str) -> datetime | date:
    return instant(text) if "T" in text else date.fromisoformat(text)


# --- the sample table -------------------------------------------------------------------------------------------------

KINDS = {
    "commercial": MessageKind.COMMERCIAL,
    "consent_request": MessageKind.CONSENT_REQUEST,
    "reply_to_request": MessageKind.REPLY,
    "quote_requested": MessageKind.QUOTE,
    "transactional": MessageKind.TRANSACTIONAL,
    "b2b_inquiry_only": MessageKind.INQUIRY,
}
CONSENT: Mapping[str, tuple[ConsentKind, dict[str, Any]]] = {
    "express_written": (ConsentKind.EXPRESS_WRITTEN, {}),
    "express_oral": (ConsentKind.EXPRESS_ORAL, {}),
    "express_prechecked_box": (ConsentKind.EXPRESS_WRITTEN, {"opt_in": False}),
    "express_by_reply_to_cold_sms": (ConsentKind.EXPRESS_WRITTEN, {"requested_by_message": True}),
    "express_written(email only)": (ConsentKind.EXPRESS_WRITTEN, {"medium": Medium.EMAIL}),
    "implied_inquiry": (ConsentKind.INQUIRY, {}),
    "implied_purchase": (ConsentKind.PURCHASE, {}),
    "implied_contract": (ConsentKind.CONTRACT, {}),
    "implied_seller_sold_to_us": (ConsentKind.CONTRACT, {"ended_on": date(2026, 3, 1)}),
    "implied_transitional_2014": (ConsentKind.TRANSITIONAL, {}),
    "implied_publication": (ConsentKind.PUBLICATION, {}),
    "implied_publication(no-solicitation notice)": (ConsentKind.PUBLICATION, {"no_solicitation": True}),
    "implied_publication(private seller ad)": (ConsentKind.PUBLICATION, {"business_role": False}),
    "implied_publication(irrelevant)": (ConsentKind.PUBLICATION, {}),
    "implied_business_card": (ConsentKind.DISCLOSED, {}),
    "referral_first_message": (ConsentKind.REFERRAL, {"referrer": "Ann Tremblay"}),
    "referral_second_message": (ConsentKind.REFERRAL, {"referrer": "Ann Tremblay"}),
    "personal_relationship": (ConsentKind.PERSONAL, {}),
}
EVENTS: Mapping[str, tuple[ConsentKind, Medium | None]] = {
    "STOP sms relayed by agent": (ConsentKind.STOP, Medium.SMS),
    'reply "please remove me from your list" email': (ConsentKind.UNSUBSCRIBED, Medium.EMAIL),
    "withdrawn (phone) all channels": (ConsentKind.WITHDRAWN, None),
    'free text "do not contact me again" (sms)': (ConsentKind.DO_NOT_CALL, None),
    '"wrong number" sms': (ConsentKind.WRONG_PERSON, Medium.SMS),
    "provider_error 21610": (ConsentKind.CARRIER_BLOCK, Medium.SMS),
    "spam_complaint email": (ConsentKind.COMPLAINT, Medium.EMAIL),
    "UNSUBSCRIBE email": (ConsentKind.UNSUBSCRIBED, Medium.EMAIL),
}
FLAGS: Mapping[str, dict[str, Any]] = {
    "ok": {},
    "referrer_named": {},
    "referrer_missing": {"referrer_named": False},
    "missing_mailing_address": {"has_identification": False},
}


def request_of(row: Mapping[str, str]) -> ContactRequest:
    consent = row["consent_kind"]
    return request(
        Medium[row["channel"].upper()],
        KINDS[row["message_kind"]],
        relevant_to_role="irrelevant" not in consent,
        is_first_message=consent != "referral_second_message",
        **FLAGS[row["content_flags"]],
    )


def ledger_of(row: Mapping[str, str]) -> list[ConsentEvent]:
    """The row's consent, if there is one, and what happened after it."""
    found = []
    if row["consent_kind"] != "none":
        kind, others = CONSENT[row["consent_kind"]]
        words, _, day = row["consent_obtained_on"].rpartition(" ")
        if words == "expired":
            others = {**others, "ended_on": date.fromisoformat(day)}
        made = date(2024, 1, 10) if "active" in day or words else moment(day)
        found.append(ConsentEvent(kind, made, has_evidence=row["evidence_on_file"] == "yes", **others))
    if row["events"]:
        when, what = row["events"].split(" ", 1)
        found.append(ConsentEvent(EVENTS[what][0], moment(re.sub(r"(T\d\d:\d\d)Z", r"\1:00Z", when)), EVENTS[what][1]))
    return found


def lists_of(row: Mapping[str, str]) -> Lists:
    days = [row["dncl_list_downloaded_on"], row["internal_dnc_since"]]
    return Lists(row["national_dncl"] == "yes", *(date.fromisoformat(day) if day else None for day in days))


@pytest.mark.parametrize("row", rows("consent.csv"), ids=lambda row: row["case_id"])
def test_a_sample_is_judged_as_its_row_says(row: Mapping[str, str]) -> None:
    at = instant(f"{row['send_on']}T17:00:00Z")
    verdict = may_contact(request_of(row), ledger_of(row), lists_of(row), at=at)

    assert (verdict.allowed, verdict.reason) == (row["expected_allowed"] == "true", row["reason_code"])
    assert verdict.sentence
    assert verdict.source
    assert verdict.basis == (None if verdict.allowed else "law")


# --- opt-outs ---------------------------------------------------------------------------------------------------------

AGREED = ConsentEvent(ConsentKind.EXPRESS_WRITTEN, date(2026, 1, 10))
STOP = ConsentEvent(ConsentKind.STOP, STOPPED_AT, Medium.SMS)
UNSUBSCRIBED = ConsentEvent(ConsentKind.UNSUBSCRIBED, STOPPED_AT, Medium.EMAIL)
NEVER_AGAIN = ConsentEvent(ConsentKind.DO_NOT_CALL, STOPPED_AT)
AFTER, BEFORE = STOPPED_AT + timedelta(seconds=1), STOPPED_AT - timedelta(seconds=1)
MAIL = request(Medium.EMAIL)
CALL = request(Medium.CALL)
FRESH = Lists(downloaded_on=date(2026, 11, 1))


def start(at: datetime | date = AFTER, medium: Medium | None = Medium.SMS) -> ConsentEvent:
    return ConsentEvent(ConsentKind.START, at, medium)


def agreed(at: datetime | date = AFTER, **others: Any) -> ConsentEvent:
    return ConsentEvent(ConsentKind.EXPRESS_ORAL, at, **others)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (ConsentKind.STOP, "block_opted_out"),
        (ConsentKind.UNSUBSCRIBED, "block_unsubscribed"),
        (ConsentKind.WITHDRAWN, "block_withdrawn"),
        (ConsentKind.DO_NOT_CALL, "block_dnc_all"),
        (ConsentKind.WRONG_PERSON, "block_wrong_person"),
        (ConsentKind.CARRIER_BLOCK, "block_hard_failure"),
        (ConsentKind.COMPLAINT, "block_complaint"),
    ],
)
def test_an_opt_out_acts_at_once_whatever_was_agreed_before(kind: ConsentKind, reason: str) -> None:
    assert kind in OPT_OUTS
    assert asked(AGREED, ConsentEvent(kind, NOON)) == (False, reason)


def test_each_way_of_opting_out_is_in_the_table_above() -> None:
    assert len(OPT_OUTS) == 7
    assert CONSENTS | OPT_OUTS | {ConsentKind.START} == frozenset(ConsentKind)


@pytest.mark.parametrize(
    ("start_at", "expected"),
    [
        (AFTER, (True, "ok_express")),
        (STOPPED_AT, (False, "block_opted_out")),
        (BEFORE, (False, "block_opted_out")),
        (date(2026, 11, 21), (True, "ok_express")),
        (date(2026, 11, 20), (False, "block_opted_out")),
    ],
    ids=["a second later", "at the same time", "before", "the day after", "some time that day"],
)
def test_the_last_event_wins_and_a_tie_goes_to_the_opt_out(
    start_at: datetime | date, expected: tuple[bool, str]
) -> None:
    assert asked(AGREED, STOP, start(start_at)) == expected
    assert asked(start(start_at), STOP, AGREED) == expected


def test_a_second_stop_after_a_start_stands() -> None:
    assert asked(AGREED, STOP, start(), replace(STOP, at=AFTER + timedelta(seconds=1))) == (False, "block_opted_out")


def test_start_lifts_only_the_block_and_creates_no_consent() -> None:
    assert asked(STOP, start()) == (False, "block_no_consent")
    assert asked(ConsentEvent(ConsentKind.INQUIRY, date(2026, 5, 23)), STOP, start()) == (
        False,
        "block_expired_inquiry",
    )


@pytest.mark.parametrize(
    "kind", [ConsentKind.WITHDRAWN, ConsentKind.DO_NOT_CALL, ConsentKind.WRONG_PERSON, ConsentKind.COMPLAINT]
)
def test_start_lifts_nothing_that_was_said_in_other_words_than_stop(kind: ConsentKind) -> None:
    assert asked(AGREED, ConsentEvent(kind, STOPPED_AT), start(medium=None))[0] is False


def test_start_by_another_medium_does_not_lift_a_stop() -> None:
    assert asked(AGREED, STOP, start(medium=Medium.EMAIL)) == (False, "block_opted_out")


def test_later_express_consent_with_evidence_lifts_an_opt_out() -> None:
    assert asked(STOP, agreed()) == (True, "ok_express")
    assert asked(NEVER_AGAIN, agreed()) == (True, "ok_express")


@pytest.mark.parametrize(
    "later",
    [
        agreed(has_evidence=False),
        agreed(opt_in=False),
        agreed(requested_by_message=True),
        agreed(medium=Medium.EMAIL),
        agreed(STOPPED_AT),
        agreed(date(2026, 11, 20)),
        agreed(date(2026, 12, 1)),
        start(NOON + timedelta(hours=1)),
        *(ConsentEvent(kind, AFTER, referrer="Ann") for kind in sorted(CONSENTS - EXPRESS)),
    ],
    ids=lambda event: f"{event.kind}-{event.at}",
)
def test_nothing_less_lifts_a_stop(later: ConsentEvent) -> None:
    assert asked(AGREED, STOP, later) == (False, "block_opted_out")


def test_a_purchase_does_not_undo_an_unsubscribe() -> None:
    bought = ConsentEvent(ConsentKind.PURCHASE, date(2026, 11, 23))
    assert asked(AGREED, UNSUBSCRIBED, bought, of=MAIL) == (False, "block_unsubscribed")


@pytest.mark.parametrize(
    ("opt_out", "medium", "reason"),
    [
        (UNSUBSCRIBED, Medium.EMAIL, "ok_transactional"),
        (replace(UNSUBSCRIBED, medium=None), Medium.EMAIL, "ok_transactional"),
        (replace(UNSUBSCRIBED, medium=None), Medium.SMS, "block_unsubscribed"),
        (STOP, Medium.EMAIL, "ok_transactional"),
        (STOP, Medium.SMS, "block_opted_out"),
        (NEVER_AGAIN, Medium.EMAIL, "block_dnc_all"),
        (replace(STOP, kind=ConsentKind.COMPLAINT, medium=Medium.EMAIL), Medium.EMAIL, "block_complaint"),
    ],
)
def test_what_completes_an_agreed_deal_may_go_by_e_mail_after_an_unsubscribe(
    opt_out: ConsentEvent, medium: Medium, reason: str
) -> None:
    assert asked(AGREED, opt_out, of=request(medium, MessageKind.TRANSACTIONAL)) == (reason.startswith("ok_"), reason)


@pytest.mark.parametrize("kind", MessageKind)
def test_after_a_stop_nothing_goes_by_sms(kind: MessageKind) -> None:
    assert asked(AGREED, STOP, of=request(kind=kind)) == (False, "block_opted_out")


@pytest.mark.parametrize(("medium", "of"), [(Medium.EMAIL, request()), (Medium.SMS, MAIL), (Medium.EMAIL, CALL)])
def test_an_opt_out_by_keyword_reaches_its_own_medium_only(medium: Medium, of: ContactRequest) -> None:
    assert asked(AGREED, replace(STOP, medium=medium), of=of, lists=FRESH) == (True, "ok_express")


@pytest.mark.parametrize("of", [request(), MAIL, CALL], ids=["text", "e-mail", "call"])
@pytest.mark.parametrize("said_by", [None, Medium.SMS, Medium.EMAIL])
def test_do_not_contact_me_reaches_every_medium_whatever_it_was_said_by(
    of: ContactRequest, said_by: Medium | None
) -> None:
    assert asked(AGREED, replace(NEVER_AGAIN, medium=said_by), of=of, lists=FRESH) == (False, "block_dnc_all")


def test_of_two_opt_outs_the_one_of_all_media_speaks() -> None:
    assert asked(NEVER_AGAIN, replace(STOP, at=AFTER)) == (False, "block_dnc_all")


def test_of_two_opt_outs_of_one_medium_the_later_speaks() -> None:
    complaint = ConsentEvent(ConsentKind.COMPLAINT, AFTER, Medium.SMS)
    assert asked(complaint, STOP) == asked(STOP, complaint) == (False, "block_complaint")


@pytest.mark.parametrize(("by", "of"), [(Medium.SMS, CALL), (Medium.CALL, request()), (None, MAIL)])
def test_a_wrong_number_is_wrong_for_texts_and_calls(by: Medium | None, of: ContactRequest) -> None:
    assert asked(AGREED, ConsentEvent(ConsentKind.WRONG_PERSON, STOPPED_AT, by), of=of) == (False, "block_wrong_person")


def test_a_wrong_number_says_nothing_of_an_e_mail_address() -> None:
    assert asked(AGREED, ConsentEvent(ConsentKind.WRONG_PERSON, STOPPED_AT, Medium.SMS), of=MAIL)[0] is True


def test_an_address_that_is_known_to_be_somebody_elses_is_blocked_before_all_else() -> None:
    assert asked(AGREED, STOP, of=request(wrong_person=True)) == (False, "block_wrong_person")


# --- content and consent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [request(), MAIL])
def test_a_message_without_a_way_out_is_blocked(of: ContactRequest) -> None:
    assert asked(AGREED, of=replace(of, has_unsubscribe=False)) == (False, "block_missing_unsubscribe")


def test_a_call_carries_neither_footer_nor_link() -> None:
    of = replace(CALL, has_identification=False, has_unsubscribe=False)
    assert asked(AGREED, of=of, lists=FRESH) == (True, "ok_express")


@pytest.mark.parametrize("kind", MessageKind)
def test_content_is_asked_before_consent_and_after_opt_outs(kind: MessageKind) -> None:
    bare = request(kind=kind, has_identification=False)
    assert asked(of=bare) == (False, "block_missing_identification")
    assert asked(STOP, of=bare) == (False, "block_opted_out")


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.EMAIL])
@pytest.mark.parametrize("kind", [MessageKind.COMMERCIAL, MessageKind.CONSENT_REQUEST])
def test_without_a_ledger_nothing_commercial_goes(medium: Medium, kind: MessageKind) -> None:
    assert asked(of=request(medium, kind)) == (False, "block_no_consent")


def test_an_older_consent_that_counts_is_enough_beside_a_newer_one_that_does_not() -> None:
    inquiry = ConsentEvent(ConsentKind.INQUIRY, date(2026, 10, 1))
    unproven = ConsentEvent(ConsentKind.EXPRESS_ORAL, date(2026, 11, 1), has_evidence=False)
    assert asked(inquiry, unproven) == (True, "ok_inquiry_6m")


def test_where_none_counts_the_express_one_says_why() -> None:
    lapsed = ConsentEvent(ConsentKind.INQUIRY, date(2025, 10, 1))
    unproven = ConsentEvent(ConsentKind.EXPRESS_ORAL, date(2024, 11, 1), has_evidence=False)
    assert asked(lapsed, unproven) == (False, "block_no_evidence")


def test_a_consent_of_a_moment_ago_counts_and_one_of_the_next_moment_does_not() -> None:
    assert asked(agreed(NOON)) == (True, "ok_express")
    assert asked(agreed(NOON + timedelta(seconds=1))) == (False, "block_bad_record")
    assert asked(agreed(date(2026, 11, 24))) == (True, "ok_express")
    assert asked(agreed(date(2026, 11, 25))) == (False, "block_bad_record")


def test_a_referral_without_the_referrers_name_is_no_consent() -> None:
    assert asked(ConsentEvent(ConsentKind.REFERRAL, date(2026, 11, 20))) == (False, "block_referral_unnamed")


def test_a_contract_that_is_not_in_force_counts_from_its_day_where_no_end_is_known() -> None:
    over = ConsentEvent(ConsentKind.CONTRACT, date(2024, 11, 24), in_force=False)
    assert asked(over) == (True, "ok_contract_2y")
    assert asked(replace(over, at=date(2024, 11, 23))) == (False, "block_expired_contract")


def test_consents_carried_over_in_2014_counted_until_the_last_of_june_2017() -> None:
    carried = ConsentEvent(ConsentKind.TRANSITIONAL, date(2014, 6, 30))
    assert asked(carried, at=instant("2017-06-30T17:00:00Z")) == (True, "ok_transition")
    assert asked(carried, at=instant("2017-07-01T17:00:00Z")) == (False, "block_expired_transition")


def test_an_instant_needs_its_zone() -> None:
    for of in (request(), CALL):
        with pytest.raises(InstantWithoutZone):
            asked(AGREED, of=of, at=datetime(2026, 11, 24, 12))  # noqa: DTZ001 - this is what is refused


# --- what always holds ------------------------------------------------------------------------------------------------

_days = st.one_of(st.dates(), st.dates(date(2025, 11, 1), date(2027, 12, 31)))
_events = st.builds(
    ConsentEvent,
    kind=st.sampled_from(ConsentKind),
    at=st.one_of(_days, instants()),
    medium=st.none() | st.sampled_from(Medium),
    has_evidence=st.booleans(),
    opt_in=st.booleans(),
    referrer=st.none() | st.just("Ann Tremblay"),
    in_force=st.booleans(),
    ended_on=st.none() | _days,
    requested_by_message=st.booleans(),
    no_solicitation=st.booleans(),
    business_role=st.booleans(),
)
_requests = st.builds(
    ContactRequest,
    medium=st.sampled_from(Medium),
    kind=st.sampled_from(MessageKind),
    address=st.just("+14165550134"),
    zones=zone_sets() | st.just(frozenset({"Mars/Olympus"})) | st.just(frozenset()),
    has_identification=st.booleans(),
    has_unsubscribe=st.booleans(),
    relevant_to_role=st.booleans(),
    wrong_person=st.booleans(),
    referrer_named=st.booleans(),
    is_first_message=st.booleans(),
)
_lists = st.builds(Lists, national=st.booleans(), downloaded_on=st.none() | _days, internal_since=st.none() | _days)
_ledgers = st.lists(_events, max_size=6)


def is_perhaps_before(event: ConsentEvent, other: ConsentEvent, zones: frozenset[str]) -> bool:
    """By the instant, or, where one of them has no time of day, by any date that it may have been."""
    if isinstance(event.at, datetime) and isinstance(other.at, datetime):
        return event.at <= other.at
    return local_dates(event.at, zones)[0] <= local_dates(other.at, zones)[1]


@given(of=_requests, ledger=_ledgers, lists=_lists, at=instants())
@settings(max_examples=200)
def test_the_law_always_answers_and_every_no_says_why(
    of: ContactRequest, ledger: list[ConsentEvent], lists: Lists, at: datetime
) -> None:
    verdict = may_contact(of, ledger, lists, at=at)

    assert verdict.reason.startswith("ok_" if verdict.allowed else "block_")
    assert verdict.sentence.endswith(".")
    assert verdict.source
    assert verdict.basis == (None if verdict.allowed else "law")


@given(of=_requests, ledger=_ledgers, lists=_lists, at=instants(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_ledgers_rows_decides_nothing(
    of: ContactRequest, ledger: list[ConsentEvent], lists: Lists, at: datetime, order: Any
) -> None:
    shuffled = order.sample(ledger, len(ledger))
    assert may_contact(of, ledger, lists, at=at).allowed == may_contact(of, shuffled, lists, at=at).allowed


@given(of=_requests, ledger=_ledgers, at=instants(), stop_at=st.one_of(_days, instants()))
@settings(max_examples=200)
def test_a_commercial_text_is_never_allowed_while_the_latest_event_is_a_stop(
    of: ContactRequest, ledger: list[ConsentEvent], at: datetime, stop_at: datetime | date
) -> None:
    of = replace(of, medium=Medium.SMS, kind=MessageKind.COMMERCIAL)
    stop = ConsentEvent(ConsentKind.STOP, stop_at, Medium.SMS)
    before = [event for event in ledger if is_perhaps_before(event, stop, of.zones)]

    assert may_contact(of, [*before, stop], Lists(), at=at).allowed is False


@given(of=_requests, ledger=_ledgers, lists=_lists, at=instants(), kind=st.sampled_from(sorted(OPT_OUTS)))
def test_one_more_opt_out_never_allows_anything(
    of: ContactRequest, ledger: list[ConsentEvent], lists: Lists, at: datetime, kind: ConsentKind
) -> None:
    more = [*ledger, ConsentEvent(kind, at)]
    assert may_contact(of, more, lists, at=at).allowed <= may_contact(of, ledger, lists, at=at).allowed
