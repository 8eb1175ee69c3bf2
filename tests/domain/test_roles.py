"""Who sees what, by role."""

import pytest

from domain.roles import (
    Role,
    may_administer,
    may_decide_reply,
    may_record_consent,
    may_see_contact,
    may_see_to_send,
    may_send,
    may_work_deal,
)


@pytest.mark.parametrize(
    ("role", "rep", "sees"),
    [
        (Role.REP, "U1", True),
        (Role.REP, None, True),
        (Role.REP, "U2", False),
        (Role.APPROVER, "U2", True),
        (Role.ADMIN, "U2", True),
    ],
)
def test_reps_see_the_contacts_of_their_own_and_of_unassigned_leads_the_others_all(role, rep, sees):
    assert may_see_contact(role, user_id="U1", rep_id=rep) is sees


@pytest.mark.parametrize(
    ("role", "rep_id", "may"),
    [
        (Role.REP, "U1", True), (Role.REP, None, True), (Role.REP, "U2", False),
        (Role.APPROVER, "U2", True), (Role.ADMIN, "U2", True),
    ],
)  # fmt: skip
def test_reps_work_their_own_and_unassigned_deals_everyone_else_all(role, rep_id, may):
    assert may_work_deal(role, user_id="U1", rep_id=rep_id) is may


@pytest.mark.parametrize(
    ("role", "rep_id", "may"),
    [
        (Role.REP, "U1", True), (Role.REP, None, True), (Role.REP, "U2", False),
        (Role.APPROVER, "U2", True), (Role.ADMIN, "U2", True),
    ],
)  # fmt: skip
def test_reps_add_to_the_ledger_of_their_own_and_of_unassigned_leads_everyone_else_to_all(role, rep_id, may):
    assert may_record_consent(role, user_id="U1", rep_id=rep_id) is may


@pytest.mark.parametrize(("role", "may"), [(Role.REP, False), (Role.APPROVER, False), (Role.ADMIN, True)])
def test_admins_alone_administer(role, may):
    assert may_administer(role) is may


@pytest.mark.parametrize(
    ("role", "rep_id", "may"),
    [
        (Role.REP, "U1", True), (Role.REP, None, True), (Role.REP, "U2", False),
        (Role.APPROVER, "U2", True), (Role.ADMIN, "U2", True),
    ],
)  # fmt: skip
def test_reps_decide_replies_to_their_own_and_to_unassigned_leads_everyone_else_all(role, rep_id, may):
    assert may_decide_reply(role, user_id="U1", rep_id=rep_id) is may


@pytest.mark.parametrize(
    ("role", "rep_id", "may"),
    [
        (Role.REP, "U1", True), (Role.REP, None, True), (Role.REP, "U2", False),
        (Role.APPROVER, "U2", True), (Role.ADMIN, "U2", True),
    ],
)  # fmt: skip
def test_reps_see_to_messages_to_their_own_and_to_unassigned_leads_everyone_else_to_all(role, rep_id, may):
    assert may_see_to_send(role, user_id="U1", rep_id=rep_id) is may


@pytest.mark.parametrize(("role", "may"), [(Role.REP, False), (Role.APPROVER, True), (Role.ADMIN, True)])
def test_reps_send_nothing_on_their_own_word(role, may):
    assert may_send(role) is may
