"""Putting off, handing over, leaving out, doing by hand; and a lead's ladder that rests and goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.services.findings import LadderClosed
from bot.services.ladder import TaskEnded
from bot.services.ladder_moves import HandOverUnknown
from bot.services.ladder_tasks import NotYourTask
from bot.services.numbered import LeadNotFound
from domain.approvals import ApprovalState
from domain.messages import Post, SendState
from domain.policy import seed_rules
from domain.tasks import CallOutcome, NeverOpen, SkipReasonMissing, SnoozePast, SnoozeTooFar, TaskKind, TaskState
from domain.zones import zone
from storage.policies import market_policy
from tests.bot.ladder_team import DANA, EVE, HOUR, LEE, MINUTE, SAM, a_ladder_team
from tests.storage.builders import HERE, NOW

TONIGHT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
"""Wednesday, 22:00 in Toronto."""
MORNING = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
"""Thursday, 9:00 in Toronto."""


@pytest.fixture
async def team(sqlite):
    team = await a_ladder_team(sqlite)
    await team.at("11 11:30")
    return team


@pytest.fixture
async def on_each(database):
    team = await a_ladder_team(database)
    await team.at("11 11:30")
    return team


def local(at):
    return f"{at.astimezone(zone('America/Toronto')):%a %H:%M}"


async def test_a_snooze_shows_the_first_lawful_moment_and_changes_nothing(on_each):
    task = await on_each.rung(2)
    opens, card = await on_each.ladder.snooze_to(DANA, task.id, TONIGHT)

    assert (opens, card.task) == (MORNING, task)


async def test_what_is_put_off_comes_again_at_the_first_lawful_moment(on_each):
    team = on_each
    task = await team.rung(2)
    card = await team.ladder.snooze(DANA, task.id, TONIGHT)

    moved = card.task
    assert (moved.state, moved.due_at, moved.shift, moved.reason) == (
        TaskState.PLANNED, MORNING, "snoozed", "Put off by Dana.",
    )  # fmt: skip
    assert (moved.escalate_at, moved.ideal_at) == (None, task.ideal_at)
    await team.at("12 08:59")
    assert (await team.rung(2)).state is TaskState.PLANNED
    await team.at("12 09:00")
    again = await team.rung(2)
    assert (again.state, again.surfaced_at, again.card_ts) == (TaskState.DUE, MORNING, None)
    assert "task_snoozed" in await team.audit()


async def test_a_text_that_is_put_off_is_withdrawn_and_drafted_anew(team):
    first, asked = await team.draft(), await team.approval()
    await team.ladder.snooze(DANA, (await team.rung(1)).id, NOW + 3 * HOUR)

    assert (await team.rung(1)).send_id is None
    assert (await team.approvals())[0].state == ApprovalState.SUPERSEDED
    assert (await team.texts())[0].state is SendState.CANCELLED
    await team.at("11 14:00")
    again = await team.draft()
    assert again.id != first.id
    assert again.key == f"task:{(await team.rung(1)).id}:2"
    assert again.approval_id != asked.id


@pytest.mark.parametrize(
    ("until", "error"),
    [(NOW, SnoozePast), (NOW - HOUR, SnoozePast), (NOW + timedelta(days=91), SnoozeTooFar)],
)
async def test_a_moment_that_is_past_or_too_far_is_no_snooze(team, until, error):
    for act in (team.ladder.snooze, team.ladder.snooze_to):
        with pytest.raises(error) as raised:
            await act(DANA, (await team.rung(2)).id, until)
        assert raised.value.field == "until"
    assert await team.states() == "ddpppp"


async def test_where_nothing_opens_there_is_no_snooze(team):
    await team.change_lead(province=None)
    with pytest.raises(NeverOpen):
        await team.ladder.snooze(DANA, (await team.rung(2)).id, TONIGHT)


async def test_a_task_handed_over_is_somebody_elses_to_do(team):
    task = await team.rung(2)
    card = await team.ladder.hand_over(DANA, task.id, "U0EVE")

    assert card.task.owner == "U0EVE"
    assert [each.task.id for each in await team.ladder.owed(EVE, limit=9)] == [task.id]
    assert task.id not in [each.task.id for each in await team.ladder.owed(DANA, limit=9)]
    assert "task_handed_over" in await team.audit()
    with pytest.raises(HandOverUnknown, match="<@U0NONE>") as raised:
        await team.ladder.hand_over(DANA, task.id, "U0NONE")
    assert raised.value.field == "to"


async def test_a_step_is_left_out_with_a_reason(team):
    with pytest.raises(SkipReasonMissing):
        await team.ladder.skip(DANA, (await team.rung(2)).id, "  ")
    card = await team.ladder.skip(DANA, (await team.rung(2)).id, " She is  abroad ")

    assert (card.task.state, card.task.reason, card.task.done_by) == (TaskState.SKIPPED, "She is abroad", "U0REP")
    assert await team.kpis("followup_completed") == []
    with pytest.raises(TaskEnded, match=r"You left this out at 11:30 on 11 Mar .*: She is abroad. Nothing"):
        await team.call(2, CallOutcome.REACHED)


async def test_a_text_that_is_left_out_never_leaves(team):
    await team.approve()
    await team.ladder.skip(DANA, (await team.rung(1)).id, "Wrong moment")
    await team.sending.run()

    assert (await team.texts())[0].state is SendState.CANCELLED
    assert [parcel.body for parcel in team.sending.provider.taken if parcel.address] == []


async def test_a_step_that_is_done_by_hand_withdraws_its_text(on_each):
    team = on_each
    card = await team.ladder.complete(DANA, (await team.rung(1)).id, "  met her  ")

    assert (card.task.state, card.task.note, card.draft.state) == (TaskState.DONE, "met her", SendState.CANCELLED)
    assert card.approval.state is ApprovalState.SUPERSEDED
    assert [event.value for event in await team.kpis("followup_completed")] == [30]
    with pytest.raises(TaskEnded):
        await team.ladder.complete(DANA, card.task.id)


@pytest.mark.parametrize("act", ["complete", "snooze", "skip", "hand_over"])
async def test_another_reps_task_is_left_alone(team, act):
    more = {"complete": (), "snooze": (TONIGHT,), "skip": ("no",), "hand_over": ("U0EVE",)}[act]
    with pytest.raises(NotYourTask):
        await getattr(team.ladder, act)(EVE, (await team.rung(2)).id, *more)
    for who in (LEE, SAM):
        await getattr(team.ladder, act)(who, (await team.rung(2 if who is LEE else 4)).id, *more)


async def test_a_paused_ladder_takes_back_what_is_due_and_withdraws_its_text(on_each):
    team = on_each
    lead = await team.ladder.pause(DANA, 1)

    assert (lead.ladder_paused_at, lead.ladder_paused_by) == (team.now, "U0REP")
    assert await team.states() == "pppppp"
    assert (await team.texts())[0].state is SendState.CANCELLED
    await team.at("12 12:00")
    assert await team.states() == "pppppp"
    assert await team.ladder.escalate(HERE) == 0
    assert await team.ladder.pause(LEE, 1) == lead


async def test_a_promised_call_and_a_reply_do_not_rest_with_the_ladder(team):
    await team.call(2, CallOutcome.CALL_BACK, call_at=MORNING)
    await team.ladder.pause(DANA, 1)
    await team.at("12 09:00")

    assert (await team.one(TaskKind.CALLBACK)).state is TaskState.DUE


async def test_a_ladder_that_goes_on_is_planned_from_now_in_order_and_spaced(on_each):
    team = on_each
    await team.ladder.pause(DANA, 1)
    await team.at("11 18:00")
    lead = await team.ladder.resume(DANA, 1)

    assert (lead.ladder_paused_at, lead.ladder_paused_by) == (None, None)
    rungs = [await team.rung(step) for step in range(1, 7)]
    assert [local(task.due_at) for task in rungs] == [
        "Wed 18:00", "Wed 18:30", "Thu 09:00", "Thu 11:00", "Mon 09:00", "Wed 11:00",
    ]  # fmt: skip
    assert [task.shift for task in rungs[:4]] == ["pause"] * 3 + [None]
    await team.surface()
    assert await team.states() == "dppppp"
    assert {"ladder_paused", "ladder_resumed"} <= set(await team.audit())


async def test_a_ladder_that_was_not_paused_stays_as_it_is(team):
    before = await team.tasks()
    await team.ladder.resume(DANA, 1)

    assert await team.tasks() == before
    assert "ladder_resumed" not in await team.audit()


async def test_what_may_not_be_done_any_more_is_left_out_and_nothing_at_all_is_an_error(team):
    await team.ladder.pause(DANA, 1)
    texts_only = seed_rules("ON") | {"channels_allowed": ["SMS"]}
    changing = update(market_policy).values(rules_json=texts_only)
    await team.database.write(HERE, lambda tx: tx.connection.execute(changing))
    await team.ladder.resume(DANA, 1)
    assert await team.states() == "pcpcpc"
    assert "so there is no time for it" in (await team.rung(2)).reason
    await team.ladder.pause(DANA, 1)
    await team.change_lead(province=None)
    with pytest.raises(LadderClosed):
        await team.ladder.resume(DANA, 1)
    assert (await team.lead()).ladder_paused_at is not None


async def test_pause_and_resume_are_for_those_who_work_the_lead(team):
    for act in (team.ladder.pause, team.ladder.resume):
        with pytest.raises(NotYourTask):
            await act(EVE, 1)
        with pytest.raises(LeadNotFound):
            await act(DANA, 9)


async def test_every_change_draws_the_card_anew_once(team):
    task = await team.rung(2)
    before = len(await team.posts(Post.TASK))
    team.sending.clock.move(MINUTE)
    await team.ladder.hand_over(DANA, task.id, "U0EVE")
    team.sending.clock.move(MINUTE)
    await team.ladder.skip(LEE, task.id, "done")

    assert len(await team.posts(Post.TASK)) == before + 2
