"""Approvals: who may say yes or no, to whom a decision may be handed, the reason for a no, and when one lapses."""

from datetime import UTC, datetime

import pytest

from domain.approvals import (
    REASON_LIMIT,
    ApprovalDelegated,
    ApprovalNotYours,
    Decider,
    NotADecider,
    OwnApproval,
    Question,
    RejectionTooLong,
    RejectionUnexplained,
    check_approver,
    check_decider,
    check_delegate,
    checked_rejection,
    expires_at,
    may_say_yes,
    people,
)
from domain.roles import Role, may_approve, may_decide_for_others

REP, APPROVER, ADMIN = Role
ASKED = Question("U0DANA", recipients=1, threshold=10)
LARGE = Question("U0LEE", recipients=11, threshold=10)
GIVEN = Question("U0DANA", 1, 10, assigned_to="U0LEE", assigned_name="Lee Tremblay")


@pytest.mark.parametrize(
    ("role", "approves", "for_others"), [(REP, False, False), (APPROVER, True, False), (ADMIN, True, True)]
)
def test_approvers_and_admins_decide_and_admins_also_what_others_were_asked(role, approves, for_others):
    assert (may_approve(role), may_decide_for_others(role)) == (approves, for_others)


def test_a_rep_decides_nothing():
    with pytest.raises(ApprovalNotYours, match="your role is rep"):
        check_decider(ASKED, "U0DANA", REP)


@pytest.mark.parametrize(("user_id", "role"), [("U0LEE", APPROVER), ("U0SAM", ADMIN)])
def test_what_was_handed_to_somebody_is_theirs_and_the_admins(user_id, role):
    check_decider(GIVEN, user_id, role)


def test_what_was_handed_to_somebody_is_no_other_approvers():
    with pytest.raises(ApprovalDelegated, match="Lee Tremblay was asked"):
        check_decider(GIVEN, "U0KIM", APPROVER)


@pytest.mark.parametrize(
    ("recipients", "threshold", "another"),
    [(1, 10, False), (10, 10, False), (11, 10, True), (1, 0, True), (0, 0, False)],
)
def test_above_the_limit_the_author_needs_somebody_else(recipients, threshold, another):
    question = Question("U0LEE", recipients, threshold)
    assert question.needs_another is another
    assert may_say_yes(question, "U0LEE", ADMIN) is not another
    assert may_say_yes(question, "U0KIM", APPROVER)
    assert not may_say_yes(question, "U0DANA", REP)


def test_an_author_is_told_whom_it_reaches_and_may_still_say_no():
    with pytest.raises(OwnApproval, match=r"it goes to 11 people\. Above 10 people somebody else"):
        check_approver(LARGE, "U0LEE", ADMIN)
    check_decider(LARGE, "U0LEE", ADMIN)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (Decider("U0DANA", REP, "Dana"), "they are a rep"),
        (Decider("U0LEE", APPROVER, "Lee"), "they asked for it, and it goes to 11 people"),
        (Decider("U0KIM", APPROVER, "Kim", is_active=False), "not in the team any more"),
    ],
)
def test_only_who_could_say_yes_is_asked_to(to, why):
    with pytest.raises(NotADecider, match=why):
        check_delegate(LARGE, to)


def test_an_author_below_the_limit_and_any_other_approver_may_be_asked():
    check_delegate(ASKED, Decider("U0DANA", APPROVER, "Dana"))
    check_delegate(LARGE, Decider("U0KIM", APPROVER, "Kim"))


def test_a_no_has_a_reason_of_some_length():
    assert checked_rejection("  Too pushy.\n") == "Too pushy."
    assert len(checked_rejection("x" * REASON_LIMIT)) == REASON_LIMIT
    with pytest.raises(RejectionUnexplained):
        checked_rejection(" \n")
    with pytest.raises(RejectionTooLong, match="501 characters; 500 fit"):
        checked_rejection("x" * (REASON_LIMIT + 1))


def test_people_are_counted_in_words():
    assert [people(count) for count in (0, 1, 12)] == ["0 people", "1 person", "12 people"]


@pytest.mark.parametrize(
    ("asked", "lapses", "zone"),
    [
        ("2026-11-24T21:00", "2026-11-25T17:00", "America/Toronto"),  # Tuesday 16:00: Wednesday noon
        ("2026-11-25T05:00", "2026-11-25T17:00", "America/Toronto"),  # midnight: noon, twelve hours later
        ("2026-11-25T05:01", "2026-11-26T17:00", "America/Toronto"),  # a minute later: the next noon
        ("2026-11-27T20:00", "2026-11-30T17:00", "America/Toronto"),  # Friday 15:00: Monday noon
        ("2026-11-28T15:00", "2026-11-30T17:00", "America/Toronto"),  # Saturday
        ("2026-03-06T20:00", "2026-03-09T16:00", "America/Toronto"),  # over the change to summer time
        ("2026-11-24T21:00", "2026-11-25T18:00", "America/Regina"),
    ],
)
def test_an_approval_lapses_at_a_noon_of_a_weekday_that_is_half_a_day_away_at_least(asked, lapses, zone):
    at, until = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (asked, lapses))
    assert expires_at(at, zone) == until
