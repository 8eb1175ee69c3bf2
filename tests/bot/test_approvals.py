"""Approvals: asking, who may decide, one decision about each, a yes, a no, and handing it to somebody else."""

from datetime import timedelta

import pytest

from bot.services.approval_decisions import approve_in
from bot.services.approval_rules import ApprovalNotFound, undecided
from bot.services.approvals import MessageBarred
from bot.services.messages import (
    Draft,
    MessageAsk,
    Messages,
    NeedsApproval,
    SubjectMissing,
    WordsMissing,
)
from bot.services.sends import cancel_in
from domain.approvals import (
    ApprovalDecided,
    ApprovalDelegated,
    ApprovalNotYours,
    ApprovalOvertaken,
    ApprovalState,
    NotADecider,
    OwnApproval,
    RejectionTooLong,
    RejectionUnexplained,
)
from domain.messages import SendState
from domain.rules import Medium
from domain.zones import check_zones
from tests.bot.approval_team import DANA, HELLO, KIM, LEE, MINUTE, SAM, an_approval_team
from tests.sending import LINKS
from tests.storage.builders import HERE, rep

STRANGER = rep(user_id="U0NEW")
NIGHT = timedelta(hours=10)
"""From 11:00 to 21:00, when the window is closed."""


@pytest.fixture
async def team(sqlite):
    return await an_approval_team(sqlite)


@pytest.fixture
async def on_both(database):
    return await an_approval_team(database)


# Asking


async def test_a_message_that_is_asked_for_waits_with_all_that_would_leave(on_both):
    card = await on_both.ask()
    (send,) = card.sends
    assert (send.state, send.approval_id, send.created_by) == (SendState.AWAITING_APPROVAL, card.approval.id, "U0REP")
    assert send.body.startswith(f"{HELLO}\nMaple Homes, ")
    assert card.verdict.allowed
    assert card.can_be_decided
    assert card.closes_at.hour == 0, "20:00 in Toronto"
    assert (card.approval.requested_by, card.approval.lead_id) == ("U0REP", 1)
    assert len(await on_both.posts("approval")) == 1
    assert await on_both.sending.run() == 1, "its card alone"
    assert (await on_both.text()).state is SendState.AWAITING_APPROVAL


async def test_the_same_form_again_asks_once(on_both):
    first, second = await on_both.ask(), await on_both.ask()
    assert first.approval.id == second.approval.id
    assert len(await on_both.posts("approval")) == 1


async def test_what_may_never_leave_is_not_asked_for_and_nothing_is_kept(team):
    await team.says("STOP")
    before = len(await team.sending.all())
    with pytest.raises(MessageBarred, match="whoever approves it"):
        await team.ask()
    assert len(await team.sending.all()) == before


async def test_what_is_wrong_with_a_field_is_said_before_it_is_asked_for(team):
    with pytest.raises(WordsMissing):
        await team.ask(body=" ")
    with pytest.raises(SubjectMissing):
        await team.ask(medium=Medium.EMAIL)


# Who writes how


def messages_of(team):
    return Messages(team.database, team.sending.clock, LINKS)


async def test_reps_ask_and_approvers_send_at_once(team):
    asked = await messages_of(team).ask(DANA, 1)
    assert (asked.asks, asked.sees) == (True, True)
    assert not (await messages_of(team).ask(LEE, 1)).asks
    with pytest.raises(NeedsApproval):
        await messages_of(team).send(DANA, Draft(1, Medium.SMS, HELLO), "view:V1")
    assert (await messages_of(team).send(LEE, Draft(1, Medium.SMS, HELLO), "view:V2")).send.state is SendState.APPROVED


async def test_where_everything_wants_a_second_person_approvers_ask_too(team):
    await team.settings(approval_threshold=0)
    asked: MessageAsk = await messages_of(team).ask(SAM, 1)
    assert asked.asks
    with pytest.raises(NeedsApproval):
        await messages_of(team).send(SAM, Draft(1, Medium.SMS, HELLO), "view:V1")


async def test_a_rep_who_writes_to_another_reps_seller_does_not_see_their_addresses(team):
    assert not (await messages_of(team).ask(STRANGER, 1)).sees


# Yes


async def test_a_yes_inside_the_window_lets_it_leave_and_is_counted_once(on_both):
    await on_both.ask()
    on_both.sending.clock.move(6 * MINUTE)
    card = await on_both.approvals.approve(LEE, 1)
    assert (card.approval.state, card.approval.decided_by) == (ApprovalState.APPROVED, "U0LEE")
    assert card.sends[0].state is SendState.APPROVED
    assert not card.can_be_decided
    await on_both.sending.run()
    assert (await on_both.text()).state is SendState.SENT
    (event,) = await on_both.decided()
    assert (event.success, event.value, event.correlation_id, event.actor) == (True, 6.0, "approval:1", "U0LEE")
    assert event.detail == {"decision": "approved", "edited": False, "kind": "send", "messages": 1}
    assert [entry.verb for entry in await on_both.audit("approval 1")] == ["approved"]


async def test_a_yes_while_it_is_closed_holds_it_until_the_opening(team):
    await team.ask()
    team.sending.clock.move(NIGHT)
    (send,) = (await team.approvals.approve(LEE, 1)).sends
    assert (send.state, send.held_until.isoformat()) == (SendState.HELD, "2026-03-12T13:00:00+00:00")
    assert (await team.approval()).detail["outcome"]["held_until"] == "2026-03-12T13:00:00+00:00"


async def test_the_card_is_drawn_anew_after_the_yes_when_it_leaves_and_when_it_arrives(team):
    await team.ask()
    await team.approvals.approve(LEE, 1)
    team.sending.clock.move(MINUTE)
    await team.sending.run()
    team.sending.clock.move(MINUTE)
    await team.sending.run()
    keys = [each.key for each in await team.posts("approval")]
    assert len(keys) == 3, "asked, approved, sent"


async def test_one_whose_recipient_opted_out_a_second_ago_has_nothing_to_decide(on_both):
    await on_both.ask()
    await on_both.says("STOP")
    with pytest.raises(ApprovalOvertaken, match="asked not to be contacted"):
        await on_both.approvals.approve(LEE, 1)
    assert not (await on_both.approvals.show(LEE, 1)).can_be_decided
    assert await on_both.approvals.expire(HERE) == 1
    ended = await on_both.approval()
    assert (ended.state, ended.reason) == (ApprovalState.SUPERSEDED, "The recipient asked not to be contacted.")
    assert await on_both.approvals.expire(HERE) == 0


async def test_one_that_a_stop_keeps_back_at_the_very_moment_of_the_yes_stays(team):
    await team.ask()

    def at_once(tx):
        """Read what waits, as the yes does, and let the stop be faster then."""
        asked = undecided(tx, LEE, 1, team.sending.clock.at)
        cancel_in(tx, asked.waiting[0], "opted_out", "They said stop.", now=team.sending.clock.at)
        approve_in(tx, LEE, asked, team.sending.clock.at, check_zones(), is_edited=False)

    await team.database.write(HERE, at_once)
    assert ((await team.text()).state, (await team.approval()).state) == (SendState.CANCELLED, ApprovalState.APPROVED)
    await team.sending.run()
    assert team.sending.provider.times()[1] == 0


async def test_what_the_gate_refuses_at_the_yes_is_blocked_and_told(team):
    await team.ask()
    await team.settings(business_name="Oak Homes")
    (send,) = (await team.approvals.approve(LEE, 1)).sends
    assert (send.state, send.reason) == (SendState.BLOCKED, "block_missing_identification")
    assert (await team.sending.counted())[-1] == "sms_blocked_by_policy"
    assert len(await team.posts("send_outcome")) == 1
    assert (await team.approval()).state is ApprovalState.APPROVED


# Who may


async def test_reps_decide_nothing(team):
    await team.ask()
    for act in (
        team.approvals.approve(DANA, 1),
        team.approvals.reject(DANA, 1, "no"),
        team.approvals.open_edit(DANA, 1),
    ):
        with pytest.raises(ApprovalNotYours, match="your role is rep"):
            await act
    assert (await team.approval()).state is ApprovalState.OPEN


async def test_an_approver_may_say_yes_to_their_own_up_to_the_limit_and_not_above_it(team):
    await team.ask(who=LEE)
    await team.settings(approval_threshold=0)
    assert (await team.approvals.show(LEE, 1)).needs_another
    with pytest.raises(OwnApproval, match=r"goes to 1 person\. Above 0 people somebody else"):
        await team.approvals.approve(LEE, 1)
    assert await team.approvals.waiting(LEE, limit=9) == []
    assert len(await team.approvals.waiting(KIM, limit=9)) == 1
    await team.settings(approval_threshold=1)
    assert (await team.approvals.approve(LEE, 1)).approval.decided_by == "U0LEE"


async def test_whoever_asked_may_say_no_to_it_all_the_same(team):
    await team.settings(approval_threshold=0)
    await team.ask(who=LEE)
    assert (await team.approvals.reject(LEE, 1, "A typo.")).approval.state is ApprovalState.REJECTED


@pytest.mark.parametrize("later", ["approve", "reject", "edit", "delegate"])
async def test_there_is_one_decision_and_who_comes_late_hears_who_was_faster(on_both, later):
    await on_both.ask()
    await on_both.approvals.approve(LEE, 1)
    late = {
        "approve": on_both.approvals.approve(KIM, 1),
        "reject": on_both.approvals.reject(KIM, 1, "Too late."),
        "edit": on_both.approvals.approve_edited(KIM, 1, "Other words", None),
        "delegate": on_both.approvals.delegate(KIM, 1, "U0SAM"),
    }
    with pytest.raises(ApprovalDecided, match=r"Lee Tremblay approved this at 11:00 on 11 Mar \(your time\)"):
        await late.pop(later)
    for other in late.values():
        other.close()
    assert len(await on_both.decided()) == 1


async def test_who_clicks_twice_reads_that_it_was_they_themselves(team):
    await team.ask()
    await team.approvals.reject(LEE, 1, "Too pushy.")
    with pytest.raises(ApprovalDecided, match="You rejected this at 11:00"):
        await team.approvals.reject(LEE, 1, "Too pushy.")


async def test_what_is_not_there_is_said(team):
    with pytest.raises(ApprovalNotFound):
        await team.approvals.approve(LEE, 99)
    with pytest.raises(ApprovalNotFound):
        await team.approvals.show(LEE, 99)


# No, and somebody else


async def test_a_no_keeps_it_here_with_its_reason_and_whoever_asked_is_told(on_both):
    await on_both.ask()
    card = await on_both.approvals.reject(LEE, 1, "  Too pushy. ")
    assert (card.approval.state, card.approval.reason) == (ApprovalState.REJECTED, "Too pushy.")
    assert (card.sends[0].state, card.sends[0].last_error) == (
        SendState.REJECTED,
        "Lee Tremblay rejected it: Too pushy.",
    )
    assert len(await on_both.posts("send_outcome")) == 1
    (event,) = await on_both.decided()
    assert (event.success, event.detail["decision"]) == (False, "rejected")


@pytest.mark.parametrize(("reason", "error"), [(" ", RejectionUnexplained), ("x" * 501, RejectionTooLong)])
async def test_a_no_has_a_reason(team, reason, error):
    await team.ask()
    with pytest.raises(error):
        await team.approvals.reject(LEE, 1, reason)


async def test_what_is_handed_to_somebody_is_theirs_and_the_admins(on_both):
    await on_both.ask()
    assert (await on_both.approvals.delegate(LEE, 1, "U0KIM")).approval.assigned_to == "U0KIM"
    with pytest.raises(ApprovalDelegated, match="Kim Wong was asked to decide this one"):
        await on_both.approvals.approve(LEE, 1)
    assert [len(await on_both.approvals.waiting(who, limit=9)) for who in (LEE, KIM, SAM, DANA)] == [0, 1, 1, 0]
    assert (await on_both.approvals.delegate(SAM, 1, "U0LEE")).approval.assigned_to == "U0LEE"
    assert (await on_both.approvals.open_decision(LEE, 1)).approval.id == 1
    assert (await on_both.approvals.approve(LEE, 1)).approval.decided_by == "U0LEE"
    assert [entry.verb for entry in await on_both.audit("approval 1")] == ["delegated", "delegated", "approved"]


async def test_only_somebody_who_could_say_yes_is_asked(team):
    await team.ask(who=KIM)
    await team.settings(approval_threshold=0)
    await team.change_member(SAM, active=False)
    for to, why in (
        ("U0REP", "they are a rep"),
        ("U0SAM", "not in the team any more"),
        ("U0KIM", "they asked for it, and it goes to 1 person"),
        ("U0NOBODY", "I have not met them"),
    ):
        with pytest.raises(NotADecider, match=why):
            await team.approvals.delegate(LEE, 1, to)
