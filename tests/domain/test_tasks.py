"""Tasks: who may see to one, who is told of it and when, and what its text is."""

from datetime import datetime, timedelta

import pytest

from domain.roles import Role
from domain.tasks import (
    LONGEST_SNOOZE,
    NOTE_LIMIT,
    OPEN,
    TOLD,
    CallOutcome,
    SkipReasonMissing,
    SnoozePast,
    SnoozeTooFar,
    TaskState,
    check_snooze,
    checked_reason,
    may_work_task,
    text_of,
    told_at,
    told_next_at,
    waits_for,
)
from domain.templates import TemplateName
from domain.zones import InstantWithoutZone
from tests.domain.calendars import instant

NOW = instant("2026-11-24T15:00:00Z")
HOUR = timedelta(hours=1)


def test_a_task_is_open_until_it_is_done_skipped_or_cancelled() -> None:
    assert set(TaskState) - set(OPEN) == {TaskState.DONE, TaskState.SKIPPED, TaskState.CANCELLED}


def test_every_outcome_has_a_label_of_its_own() -> None:
    labels = [outcome.label for outcome in CallOutcome]

    assert len(set(labels)) == len(CallOutcome)
    assert CallOutcome.NO_ANSWER.label == "No answer"


@pytest.mark.parametrize(
    ("role", "user_id", "rep_id", "owner", "may"),
    [
        (Role.REP, "U1", "U1", "U1", True),
        (Role.REP, "U1", "U1", "U2", True),
        (Role.REP, "U2", "U1", "U2", True),
        (Role.REP, "U2", None, None, True),
        (Role.REP, "U2", None, "U1", True),
        (Role.REP, "U2", "U1", "U1", False),
        (Role.REP, "U2", "U1", None, False),
        (Role.APPROVER, "U2", "U1", "U1", True),
        (Role.ADMIN, "U2", "U1", "U1", True),
    ],
)
def test_reps_see_to_their_leads_and_what_was_handed_to_them(
    role: Role, user_id: str, rep_id: str | None, owner: str | None, may: bool
) -> None:
    assert may_work_task(role, user_id=user_id, rep_id=rep_id, owner=owner) is may


def test_a_task_goes_from_the_rep_to_an_approver_to_an_admin_and_no_further() -> None:
    assert [told_at(level) for level in (0, 1, 2, 3)] == [Role.REP, Role.APPROVER, Role.ADMIN, Role.ADMIN]
    assert told_next_at(1, NOW) == NOW + timedelta(hours=24)
    assert told_next_at(2, NOW) is None


@pytest.mark.parametrize(("role", "levels"), [(Role.REP, []), (Role.APPROVER, [1, 2]), (Role.ADMIN, [2])])
def test_what_was_handed_up_waits_for_the_role_that_was_told(role: Role, levels: list[int]) -> None:
    assert [level for level in range(len(TOLD)) if level >= waits_for(role)] == levels


@pytest.mark.parametrize(
    ("is_first", "is_last", "missed_call", "name"),
    [
        (True, False, False, TemplateName.FIRST_TOUCH),
        (True, True, True, TemplateName.FIRST_TOUCH),
        (False, False, False, TemplateName.FOLLOW_UP),
        (False, False, True, TemplateName.AFTER_CALL),
        (False, True, True, TemplateName.LAST_TOUCH),
    ],
)
def test_a_text_speaks_of_a_call_only_after_one(
    is_first: bool, is_last: bool, missed_call: bool, name: TemplateName
) -> None:
    assert text_of(is_first=is_first, is_last=is_last, missed_call=missed_call) is name


def test_a_task_is_put_off_to_a_later_moment_within_ninety_days() -> None:
    assert check_snooze(NOW + HOUR, now=NOW) == NOW + HOUR
    assert check_snooze(NOW + LONGEST_SNOOZE, now=NOW) == NOW + LONGEST_SNOOZE
    for past in (NOW, NOW - HOUR):
        with pytest.raises(SnoozePast):
            check_snooze(past, now=NOW)
    with pytest.raises(SnoozeTooFar, match="90 days"):
        check_snooze(NOW + LONGEST_SNOOZE + HOUR, now=NOW)
    with pytest.raises(InstantWithoutZone):
        check_snooze(datetime(2026, 11, 25, 9), now=NOW)  # noqa: DTZ001 - the case


def test_a_reason_is_kept_in_one_line_and_must_be_there() -> None:
    assert checked_reason("  He is\n away ") == "He is away"
    assert len(checked_reason("x" * (NOTE_LIMIT + 1))) == NOTE_LIMIT
    with pytest.raises(SkipReasonMissing):
        checked_reason(" \n ")
