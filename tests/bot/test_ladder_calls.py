"""What came of a call is written down once, and all that follows from it follows at once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.ladder import CallLog, TaskEnded, TaskNotFound
from bot.services.ladder_calls import NobodyToStop, NotACall
from bot.services.ladder_tasks import NotYourTask
from bot.services.numbered import LeadNotFound
from domain.consent import ConsentKind
from domain.leads import LeadStatus
from domain.messages import SendState
from domain.tasks import CallbackClosed, CallbackMissing, CallbackPast, CallOutcome, NeverCallable, TaskKind, TaskState
from storage.do_not_call import lists_of
from storage.opt_outs import opt_outs_of
from storage.workspaces import set_role
from tests.bot.ladder_team import DANA, EVE, HOUR, LEE, MINUTE, a_ladder_team, another_lead
from tests.sending import PHONE, both
from tests.storage.builders import DRAFT, HERE, NOW

TOMORROW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
"""A Thursday, 14:00 in Toronto."""


@pytest.fixture
async def team(sqlite):
    """A team at the moment at which its first call is due."""
    team = await a_ladder_team(sqlite)
    await team.at("11 11:30")
    return team


@pytest.fixture
async def on_each(database):
    """The same on each kind of database."""
    team = await a_ladder_team(database)
    await team.at("11 11:30")
    return team


async def opt_outs(team, *addresses):
    return await team.database.read(HERE, lambda tx: opt_outs_of(tx, addresses))


async def test_a_call_is_done_counted_and_audited(team):
    team.sending.clock.move(4 * MINUTE)
    card = await team.call(2, CallOutcome.VOICEMAIL, note=" left word ")

    task = card.task
    assert (task.state, task.outcome, task.done_by, task.note) == (TaskState.DONE, "voicemail", "U0REP", "left word")
    assert (task.completed_at, task.ended_at, task.escalate_at) == (team.now, team.now, None)
    (logged,) = await team.kpis("call_logged")
    assert (logged.domain, logged.correlation_id, logged.actor) == ("FOLLOWUPS", f"call:{task.id}", "U0REP")
    assert logged.detail["outcome"] == "voicemail"
    (done,) = await team.kpis("followup_completed")
    assert (done.correlation_id, done.value) == (f"ladder:{task.lead_id}", 4)
    assert [verb for verb in await team.audit() if verb != "captured"] == ["task_done", "call_logged"]
    assert await team.states() == "dDpppp"
    assert (await team.lead()).status is LeadStatus.NEW


async def test_a_call_ahead_of_its_time_is_on_time(team):
    card = await team.call(4, CallOutcome.NO_ANSWER)

    assert card.task.state is TaskState.DONE
    assert [event.value for event in await team.kpis("followup_completed")] == [0]


async def test_whoever_was_reached_is_contacted(team):
    await team.call(2, CallOutcome.REACHED)

    assert (await team.lead()).status is LeadStatus.CONTACTED
    assert await team.states() == "dDpppp"


async def test_a_status_further_on_is_not_taken_back(team):
    await team.change_lead(status="qualified")
    await team.call(2, CallOutcome.REACHED)

    assert (await team.lead()).status is LeadStatus.QUALIFIED


async def test_a_wrong_number_stops_the_ladder_and_that_number_alone(on_each):
    team = on_each
    await team.call(2, CallOutcome.WRONG_NUMBER)

    assert await team.states() == "cDcccc"
    assert (await team.rung(1)).reason == "Somebody else answers at this number."
    assert [(row.address, row.kind, row.scope) for row in await opt_outs(team, PHONE, DRAFT.email)] == [
        (PHONE, ConsentKind.WRONG_PERSON, "all")
    ]
    assert (await team.draft(1)).state is SendState.CANCELLED
    assert (await team.approval(1)).state == "superseded"
    assert "ladder_stopped" in await team.audit()


async def test_do_not_contact_stops_everything_at_every_address(on_each):
    team = on_each
    await team.call(2, CallOutcome.DO_NOT_CONTACT, note="Never again!")

    assert await team.states() == "cDcccc"
    assert (await team.rung(6)).reason == "They asked not to be contacted at all."
    rows = await opt_outs(team, PHONE, DRAFT.email)
    assert {(row.address, row.kind, row.text) for row in rows} == {
        (PHONE, ConsentKind.DO_NOT_CALL, "Never again!"), (DRAFT.email, ConsentKind.DO_NOT_CALL, "Never again!"),
    }  # fmt: skip
    lists = await team.database.read(HERE, lambda tx: lists_of(tx, PHONE))
    assert lists.internal_since is not None
    assert len(await team.kpis("opted_out")) == 1


async def test_what_is_asked_for_on_the_phone_reaches_their_other_lead_too(team):
    number = await another_lead(team)
    await team.call(2, CallOutcome.DO_NOT_CONTACT)

    assert await team.states(number) == "cccccc"


async def test_without_any_address_there_is_nothing_to_stop_and_nothing_is_written(team):
    await team.change_lead(phone=None, email=None)
    with pytest.raises(NobodyToStop, match="L-1"):
        await team.call(2, CallOutcome.DO_NOT_CONTACT)
    assert await team.states() == "ddpppp"


async def test_who_is_not_interested_is_disqualified(team):
    await team.call(2, CallOutcome.NOT_INTERESTED)

    assert (await team.lead()).status is LeadStatus.DISQUALIFIED
    assert await team.states() == "cDcccc"
    assert (await team.rung(3)).reason == "They are not interested."
    assert await opt_outs(team, PHONE) == []


async def test_a_promised_call_is_a_task_of_its_own_at_its_time(on_each):
    team = on_each
    await team.call(2, CallOutcome.CALL_BACK, call_at=TOMORROW, note="after work")

    promised = await team.one(TaskKind.CALLBACK)
    assert (promised.due_at, promised.ideal_at, promised.owner, promised.state, promised.note) == (
        TOMORROW, TOMORROW, "U0REP", TaskState.PLANNED, "after work",
    )  # fmt: skip
    assert (promised.run, promised.step) == (2, 1)
    assert (await team.lead()).status is LeadStatus.CONTACTED
    await team.at("12 14:00")
    assert (await team.one(TaskKind.CALLBACK)).state is TaskState.DUE
    card = await team.ladder.log_call(DANA, promised.id, CallLog(CallOutcome.REACHED))
    assert (card.task.state, card.of_steps) == (TaskState.DONE, 6)


async def test_two_promised_calls_are_two_tasks(team):
    await team.call(2, CallOutcome.CALL_BACK, call_at=TOMORROW)
    await team.call(4, CallOutcome.CALL_BACK, call_at=TOMORROW + HOUR)

    assert [(task.run, task.due_at) for task in await team.tasks() if task.kind is TaskKind.CALLBACK] == [
        (2, TOMORROW), (3, TOMORROW + HOUR),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call_at", "error", "words"),
    [
        (None, CallbackMissing, "Say when"),
        (NOW, CallbackPast, "it is Wed 11 Mar 11:30 there"),
        (NOW - timedelta(days=1), CallbackPast, "This time is over"),
        (NOW + 11 * HOUR, CallbackClosed, "at Wed 11 Mar 22:00 their time. The next opening is Thu 12 Mar 09:00"),
        (datetime(2026, 3, 14, 16, 0, tzinfo=UTC), CallbackClosed, "The next opening is Mon 16 Mar 09:00 their time"),
    ],
)
async def test_a_callback_at_no_time_for_it_says_why_and_changes_nothing(team, call_at, error, words):
    with pytest.raises(error, match=words) as raised:
        await team.call(2, CallOutcome.CALL_BACK, call_at=call_at)
    assert raised.value.field == "call_at"
    assert await team.states() == "ddpppp"
    assert await team.kpis("call_logged") == []


async def test_a_callback_where_nothing_ever_opens_says_so(team):
    await team.change_lead(province=None)
    with pytest.raises(NeverCallable):
        await team.call(2, CallOutcome.CALL_BACK, call_at=TOMORROW)


async def test_a_time_for_a_callback_can_be_tried_before(team):
    task = await team.rung(2)
    assert await team.ladder.callback_time(DANA, task.id, TOMORROW) == TOMORROW
    with pytest.raises(CallbackClosed):
        await team.ladder.callback_time(DANA, task.id, TOMORROW + 8 * HOUR)
    with pytest.raises(TaskNotFound):
        await team.ladder.callback_time(DANA, 99_999, TOMORROW)


async def test_the_second_to_log_a_call_is_told_who_was_faster(on_each):
    team = on_each
    await team.call(2, CallOutcome.VOICEMAIL, LEE)
    with pytest.raises(
        TaskEnded, match=r"Lee did this at 11:30 on 11 Mar \(your time\): voicemail\. Nothing was changed"
    ):
        await team.call(2, CallOutcome.REACHED)
    assert (await team.rung(2)).outcome == "voicemail"
    assert len(await team.kpis("call_logged")) == 1


async def test_of_two_at_once_one_is_written_down(on_each):
    team = on_each

    async def log(outcome):
        try:
            return await team.call(2, outcome)
        except TaskEnded as ended:
            return ended

    done = await both(log(CallOutcome.VOICEMAIL), log(CallOutcome.REACHED))
    assert sum(isinstance(each, TaskEnded) for each in done) == 1
    assert len(await team.kpis("call_logged", "followup_completed")) == 2


async def test_what_was_cancelled_says_why(team):
    await team.replies("I sold it, thanks")
    with pytest.raises(TaskEnded, match=r"ended this at .*: They replied by text. Nothing was changed"):
        await team.call(2, CallOutcome.REACHED)


async def test_another_reps_task_is_not_yours_until_it_is_handed_to_you(team):
    with pytest.raises(NotYourTask, match="L-1"):
        await team.call(2, CallOutcome.REACHED, EVE)
    await team.ladder.hand_over(DANA, (await team.rung(2)).id, EVE.user_id)
    assert (await team.call(2, CallOutcome.REACHED, EVE)).task.done_by == "U0EVE"


async def test_a_lead_of_nobody_is_anybodys(team):
    await team.change_lead(rep_id=None)

    assert (await team.call(2, CallOutcome.VOICEMAIL, EVE)).task.done_by == "U0EVE"


async def test_a_text_is_no_call(team):
    with pytest.raises(NotACall):
        await team.call(1, CallOutcome.REACHED)
    with pytest.raises(TaskNotFound):
        await team.ladder.log_call(DANA, 99_999, CallLog(CallOutcome.REACHED))
    with pytest.raises(TaskNotFound):
        await team.ladder.show(DANA, 99_999)


async def test_a_call_is_logged_from_the_leads_card_with_the_call_that_comes_next(team):
    assert (await team.ladder.call_task(DANA, 1)).task.id == (await team.rung(2)).id
    for step in (2, 4, 6):
        await team.call(step, CallOutcome.VOICEMAIL)
    card = await team.ladder.call_task(DANA, 1)
    assert (card.task.kind, card.task.due_at, card.task.owner) == (TaskKind.CALLBACK, team.now, "U0REP")
    assert (await team.ladder.call_task(DANA, 1)).task.id == card.task.id
    with pytest.raises(NotYourTask):
        await team.ladder.call_task(EVE, 1)
    with pytest.raises(LeadNotFound):
        await team.ladder.call_task(DANA, 9)


async def test_the_name_of_whoever_is_gone_is_not_needed(team):
    await team.database.write(HERE, lambda tx: set_role(tx, "U0LEE", DANA.role))
    await team.call(2, CallOutcome.VOICEMAIL)
    with pytest.raises(TaskEnded, match=r"^You did this"):
        await team.call(2, CallOutcome.VOICEMAIL)
