"""What may be recorded about somebody's consent, and what is refused at which field."""

from datetime import date, timedelta

import pytest

from domain.consent_draft import (
    RECORDABLE,
    RULES,
    WORDS_LIMIT,
    ConsentDraft,
    ConsentInFuture,
    EndBeforeBegin,
    EndInFuture,
    MediumUnreachable,
    NothingToRecord,
    ReferrerMissing,
    WordsTooLong,
    check_reachable,
)
from domain.consent_values import EXPRESS, ConsentKind
from domain.policy import Medium
from domain.zones import UnknownZone

TODAY = date(2026, 3, 11)
DAY = timedelta(1)


def draft(kind=ConsentKind.INQUIRY, on=TODAY, **facts):
    return ConsentDraft(kind, on, **facts)


def test_every_kind_that_may_be_recorded_says_how_far_it_goes_and_by_which_rule():
    assert set(RULES) == set(RECORDABLE)
    assert [rule for rule in RULES.values() if "CASL s." not in rule and "SOR/2013-221 s." not in rule] == []


def test_today_is_a_day_and_tomorrow_is_none_yet():
    draft().check_days(TODAY)
    with pytest.raises(ConsentInFuture, match="where they live it is 11 Mar 2026") as refused:
        draft(on=TODAY + DAY).check_days(TODAY)
    assert refused.value.field == "obtained_on"


def test_without_a_kind_no_day_is_asked():
    draft(None, TODAY + DAY, zone="America/Halifax").check_days(TODAY)


def test_a_contract_ends_on_a_day_that_has_come_and_not_before_it_was_made():
    contract = ConsentKind.CONTRACT
    draft(contract, TODAY - DAY, ended_on=TODAY).check_days(TODAY)
    with pytest.raises(EndInFuture):
        draft(contract, TODAY, ended_on=TODAY + DAY).check_days(TODAY)
    with pytest.raises(EndBeforeBegin, match="before it was made, on 11 Mar 2026"):
        draft(contract, TODAY, ended_on=TODAY - DAY)


def test_a_referral_names_the_referrer():
    with pytest.raises(ReferrerMissing) as refused:
        draft(ConsentKind.REFERRAL)
    assert refused.value.field == "referrer"
    assert draft(ConsentKind.REFERRAL, referrer="Jo Li").referrer == "Jo Li"


def test_nothing_at_all_is_not_recorded_and_a_zone_must_be_one():
    with pytest.raises(NothingToRecord):
        draft(None)
    with pytest.raises(UnknownZone):
        draft(zone="Mars/Olympus")


@pytest.mark.parametrize("name", ["wording", "source", "evidence", "referrer"])
def test_words_without_end_are_refused_at_their_field(name):
    with pytest.raises(WordsTooLong, match=r"2,001 characters; 2,000 fit") as refused:
        draft(**{name: "x" * (WORDS_LIMIT + 1)})
    assert refused.value.field == name
    draft(**{name: "x" * WORDS_LIMIT})


@pytest.mark.parametrize("kind", RECORDABLE)
def test_express_consent_waits_for_evidence_and_no_other_does(kind):
    referrer = "Jo Li" if kind is ConsentKind.REFERRAL else None
    assert draft(kind, referrer=referrer).lacks_evidence is (kind in EXPRESS)
    assert not draft(kind, referrer=referrer, evidence="form 7").lacks_evidence


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        (draft(), {}),
        (draft(ConsentKind.CONTRACT), {"in_force": True}),
        (draft(ConsentKind.CONTRACT, TODAY - DAY, ended_on=TODAY), {"in_force": False, "ended_on": "2026-03-11"}),
        (draft(ConsentKind.PUBLICATION, no_solicitation=True), {"no_solicitation": True, "business_role": True}),
        (draft(ConsentKind.DISCLOSED, business_role=False), {"no_solicitation": False, "business_role": False}),
        (draft(None, zone="America/Halifax"), {}),
    ],
)
def test_the_ledger_keeps_what_a_kind_needs_besides(made, detail):
    assert made.detail() == detail


def test_a_medium_that_no_address_serves_cannot_be_agreed_to():
    check_reachable(frozenset(), phone=None, email=None)
    check_reachable(frozenset(Medium), phone="+14165550134", email="a@example.com")
    with pytest.raises(MediumUnreachable, match=r"no phone number on record for them\. Untick text messages and calls"):
        check_reachable(frozenset(Medium), phone=None, email="a@example.com")
    with pytest.raises(MediumUnreachable, match=r"no e-mail address on record for them\. Untick e-mails"):
        check_reachable(frozenset({Medium.EMAIL}), phone="+14165550134", email=None)
