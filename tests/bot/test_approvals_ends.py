"""Approvals: other words for a message, what ends without a decision, what changes at the release, and batches."""

from datetime import timedelta

import pytest

from bot.services.approval_ends import end_late_in, end_overtaken_in
from bot.services.messages import (
    SubjectMissing,
    WordsMissing,
)
from domain.approvals import (
    ApprovalExpired,
    ApprovalState,
    NotOneMessage,
)
from domain.deals import Stage
from domain.messages import SendState
from domain.rules import Medium
from domain.segments import TextTooLong
from domain.templates import ClaimUnsupported
from storage.sends import change_send
from tests.bot.approval_team import HELLO, HOUR, KIM, LEE, MINUTE, SAM, ApprovalTeam, an_approval_team
from tests.bot.notified_team import a_notified_team
from tests.sending import Sending
from tests.storage.builders import HERE

NIGHT = timedelta(hours=10)
"""From 11:00 to 21:00, when the window is closed."""


@pytest.fixture
async def team(sqlite):
    return await an_approval_team(sqlite)


@pytest.fixture
async def on_both(database):
    return await an_approval_team(database)


# Other words


async def test_an_edit_leaves_in_the_new_words_and_both_are_kept(team):
    await team.ask()
    card = await team.approvals.approve_edited(LEE, 1, "Hi Ann, may I call?", None)
    assert card.sends[0].body.startswith("Hi Ann, may I call?\nMaple Homes, ")
    assert card.added.startswith("Maple Homes, 1 Main St")
    assert (await team.approval()).detail["edited"] is True
    (entry,) = await team.audit("send 1")
    assert (entry.verb, entry.before["body"][:8], entry.after["body"][:19]) == (
        "message_edited",
        HELLO[:8],
        "Hi Ann, may I call?",
    )
    assert (await team.decided())[0].detail["edited"] is True


async def test_an_edit_that_keeps_what_the_law_wants_gets_nothing_added(team):
    whole = (await team.ask()).sends[0].body
    card = await team.approvals.approve_edited(LEE, 1, whole.replace("shall", "could"), None)
    assert card.added == ""
    assert card.sends[0].body == whole.replace("shall", "could")


async def test_an_edit_that_takes_the_way_out_gets_it_back(team):
    whole = (await team.ask()).sends[0].body
    card = await team.approvals.approve_edited(LEE, 1, whole.removesuffix(". Reply STOP to opt out"), None)
    assert card.added == "Reply STOP to opt out"


@pytest.mark.parametrize(
    ("body", "error"), [("  ", WordsMissing), ("x" * 1_600, TextTooLong)], ids=["nothing", "too much"]
)
async def test_an_edit_that_cannot_leave_decides_nothing(team, body, error):
    await team.ask()
    with pytest.raises(error):
        await team.approvals.approve_edited(LEE, 1, body, None)
    assert (await team.approval()).state is ApprovalState.OPEN


async def test_words_in_the_place_of_a_template_claim_no_more_than_the_record_holds(team):
    await team.ask()
    await team.database.write(HERE, lambda tx: change_send(tx, 1, {"template_version": "follow_up/SMS/en v0"}))
    with pytest.raises(ClaimUnsupported, match="tried calling you"):
        await team.approvals.approve_edited(LEE, 1, "Hi Ann, I tried calling you.", None)
    assert (await team.approvals.approve_edited(LEE, 1, "Hi Ann, may I call?", None)).approval.decided_by == "U0LEE"


async def test_an_e_mail_keeps_its_subject_or_gets_another(team):
    card = await team.ask(medium=Medium.EMAIL, subject="Your house")
    with pytest.raises(SubjectMissing):
        await team.approvals.approve_edited(LEE, 1, card.sends[0].body, " ")
    (send,) = (await team.approvals.approve_edited(LEE, 1, card.sends[0].body, "Your house on King St")).sends
    assert send.subject == "Your house on King St"


async def test_a_preview_says_what_an_edit_would_be_and_whether_it_may_leave(team):
    await team.ask()
    preview = await team.approvals.preview(LEE, 1, "Hi Ann\0!")
    assert preview.body.startswith("Hi Ann!\nMaple Homes")
    assert preview.verdict.allowed
    assert preview.segments.count >= 1
    assert (await team.approvals.open_edit(LEE, 1)).sends[0].body.startswith(HELLO)


# The end of it


async def test_what_nobody_decides_in_time_lapses_with_its_message(on_both):
    card = await on_both.ask()
    assert card.approval.expires_at.isoformat() == "2026-03-12T16:00:00+00:00", "noon of the next day in Toronto"
    assert await on_both.approvals.next_due_at(HERE) == card.approval.expires_at
    on_both.sending.clock.at = card.approval.expires_at
    with pytest.raises(ApprovalExpired, match="lapsed at 12:00 on 12 Mar"):
        await on_both.approvals.approve(LEE, 1)
    assert not (await on_both.approvals.show(LEE, 1)).can_be_decided
    assert await on_both.approvals.expire(HERE) == 1
    ended = await on_both.approval()
    assert (ended.state, ended.decided_by) == (ApprovalState.EXPIRED, None)
    assert ((await on_both.text()).state, (await on_both.text()).reason) == (SendState.CANCELLED, "approval_expired")
    with pytest.raises(ApprovalExpired):
        await on_both.approvals.approve(LEE, 1)
    assert await on_both.approvals.next_due_at(HERE) is None
    assert await on_both.decided() == []


async def test_the_timetable_ends_nothing_that_waits_or_was_decided_meanwhile(team):
    await team.ask()
    now = team.sending.clock.at
    assert not await team.database.write(HERE, lambda tx: end_overtaken_in(tx, 1, now))
    assert not await team.database.write(HERE, lambda tx: end_overtaken_in(tx, 99, now))
    await team.approvals.approve(LEE, 1)
    assert not await team.database.write(HERE, lambda tx: end_overtaken_in(tx, 1, now))
    assert not await team.database.write(HERE, lambda tx: end_late_in(tx, 1, now))
    assert (await team.approval()).state is ApprovalState.APPROVED


async def test_at_the_release_everything_is_checked_again_and_the_card_hears_of_it(team):
    await team.ask()
    team.sending.clock.move(NIGHT)
    await team.approvals.approve(LEE, 1)
    await team.says("STOP")
    assert (await team.text()).state is SendState.CANCELLED
    card = await team.approvals.show(LEE, 1)
    assert (card.approval.state, card.approval.detail["outcome"]["state"]) == (ApprovalState.APPROVED, "held")


async def test_one_that_is_held_anew_at_its_release_is_drawn_anew(team):
    await team.ask()
    team.sending.clock.move(NIGHT)
    await team.approvals.approve(LEE, 1)
    await team.pause()
    team.sending.clock.move(timedelta(hours=13))
    before = len(await team.posts("approval"))
    await team.sending.run()
    assert (await team.text()).reason == "paused"
    assert len(await team.posts("approval")) == before + 1


async def test_several_changes_of_one_card_are_drawn_together(team):
    await team.ask()
    await team.approvals.delegate(LEE, 1, "U0KIM")
    await team.approvals.delegate(KIM, 1, "U0SAM")
    assert len(await team.posts("approval")) == 2, "asked, and both changes in one"


async def test_what_waits_is_listed_by_when_it_lapses(team):
    await team.ask()
    team.sending.clock.move(3 * HOUR)
    number = await team.lead(name="Bo", phone="+14165550777")
    await team.ask(number, key="view:V2")
    waiting = await team.approvals.waiting(LEE, limit=9)
    assert [card.approval.id for card in waiting] == [1, 2]
    assert [card.recipient.name for card in waiting] == ["L-1 Ann Seller", "L-2 Bo"]
    assert waiting[0].verdict is None
    assert [card.approval.id for card in await team.approvals.waiting(LEE, limit=1)] == [1]


# Batches


async def test_a_batch_leaves_in_its_waves_and_what_cannot_stays(sqlite):
    notified = await a_notified_team(sqlite)
    await notified.buyers(*range(1, 13))
    await notified.team.at(Stage.DRAFT)
    prepared = await notified.prepare()
    team = await _team_of(notified)
    await team.says("STOP", address=prepared.sends[1].address)
    with pytest.raises(NotOneMessage):
        await team.approvals.open_edit(LEE, prepared.approval.id)
    with pytest.raises(NotOneMessage):
        await team.approvals.preview(LEE, prepared.approval.id, "Hi")
    card = await team.approvals.approve(SAM, prepared.approval.id)
    states = {send.state for send in card.sends}
    assert states == {SendState.APPROVED, SendState.CANCELLED}
    assert (card.verdict, card.recipient) == (None, None)
    first = await notified.run()
    notified.move(31 * MINUTE)
    second = await notified.run()
    assert len(first) > len(second) > 0
    assert (await team.decided())[0].detail["messages"] == len(card.sends) - 1


async def _team_of(notified):
    """The approvals of a team that notifies."""
    return ApprovalTeam(notified.team.database, Sending(notified.team.database, notified.team.clock, None, None, None))
