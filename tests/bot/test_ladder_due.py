"""What is due comes in front of people; a text is drafted, put before an approver, and noted when it has left."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.services import ladder_drafts
from bot.services.consents import ConsentBook, ConsentSubject
from bot.services.ladder import Ladder
from bot.services.ladder_due import due_tasks
from bot.services.opting_out import Said, stop
from bot.services.sends import cancel_in
from domain.approvals import ApprovalState
from domain.consent import ConsentKind
from domain.consent_draft import ConsentDraft
from domain.leads import ContactBasis
from domain.messages import Post, Route, SendState
from domain.rules import Medium
from domain.tasks import CallOutcome, TaskState
from domain.zones import zone
from storage.approvals import end_approval
from storage.leads import change_lead
from storage.requests import RequestKey
from storage.sends import sends_of_approval
from storage.templates import TemplateRow, add_template
from storage.workspaces import set_role, workspace
from tests.bot.ladder_team import DANA, EVE, HOUR, LEE, MINUTE, SAM, a_ladder_team, another_lead
from tests.sending import LINKS, PHONE, Act, FakeProvider, both
from tests.storage.builders import HERE, NOW, captured

DUE, DONE, PLANNED, CANCELLED = TaskState.DUE, TaskState.DONE, TaskState.PLANNED, TaskState.CANCELLED


@pytest.fixture
async def team(database):
    return await a_ladder_team(database)


@pytest.fixture
async def small(sqlite):
    """The same team where it does not matter which database it is."""
    return await a_ladder_team(sqlite)


async def test_the_first_step_is_due_at_once_as_a_draft_that_waits_for_approval(team):
    assert await team.surface() == 1

    task, text, asked = await team.rung(1), await team.draft(), await team.approval()
    assert (task.state, task.surfaced_at, task.reason) == (DUE, NOW, None)
    assert (text.state, text.address, text.template_version) == (
        SendState.AWAITING_APPROVAL, PHONE, "first_touch/SMS/en v0",
    )  # fmt: skip
    assert "12 King Street West" in text.body
    assert "Maple Homes" in text.body
    assert "STOP" in text.body
    assert (asked.state, asked.task_id, asked.lead_id, asked.requested_by) == (
        ApprovalState.OPEN, task.id, task.lead_id, "timetable",
    )  # fmt: skip
    assert await team.posts(Post.TASK) == [{"task_id": task.id, "post": "task"}]
    assert [post["approval_id"] for post in await team.posts(Post.APPROVAL)] == [asked.id]
    assert await team.kpis("sms_blocked_by_policy") == []


async def test_nothing_more_happens_until_somebody_decides(team):
    await team.surface()
    assert await team.surface() == 0
    assert await team.states() == "dppppp"
    assert len(await team.approvals()) == 1


async def test_a_step_comes_at_its_time_and_not_a_minute_before(team):
    await team.at("11 11:29")
    assert await team.states() == "dppppp"
    await team.at("11 11:30")
    assert await team.states() == "ddpppp"


async def test_a_text_that_left_does_its_step_with_whoever_approved_it(team):
    await team.surface()
    team.sending.clock.move(5 * MINUTE)
    await team.approve()
    await team.sending.run()
    team.sending.clock.move(MINUTE)
    assert await team.surface() == 1

    task, text = await team.rung(1), await team.draft()
    assert (task.state, task.done_by, task.completed_at) == (DONE, "U0LEE", text.settled_at)
    assert task.completed_at == NOW + 5 * MINUTE
    (event,) = await team.kpis("followup_completed")
    assert (event.correlation_id, event.value, event.actor) == (f"ladder:{task.lead_id}", 5, "U0LEE")
    assert event.detail == {"step": 1, "medium": "SMS", "kind": "ladder"}
    assert len(await team.posts(Post.TASK)) == 3


@pytest.mark.parametrize(
    ("missed", "template"),
    [(True, "after_call/SMS/en v0"), (False, "follow_up/SMS/en v0"), (None, "follow_up/SMS/en v0")],
)
async def test_a_later_text_speaks_of_a_call_only_when_one_was_logged_that_reached_nobody(small, missed, template):
    await small.surface()
    await small.send_step(1)
    await small.at("11 11:30")
    if missed is not None:
        await small.call(2, CallOutcome.VOICEMAIL if missed else CallOutcome.REACHED)
    await small.at("11 14:00")

    assert (await small.draft(3)).template_version == template


async def test_the_last_text_is_the_last_touch_and_an_old_call_is_not_spoken_of_again(small):
    await small.surface()
    await small.send_step(1)
    await small.at("11 11:30")
    await small.call(2, CallOutcome.NO_ANSWER)
    await small.at("11 14:00")
    await small.send_step(3)
    await small.at("16 11:00")

    assert (await small.draft(5)).template_version == "last_touch/SMS/en v0"


async def test_without_a_number_the_step_is_left_to_a_person(small):
    await small.change_lead(phone=None)
    await small.surface()

    task = await small.rung(1)
    assert (task.state, task.send_id, task.reason) == (DUE, None, "There is no phone number to text.")
    assert await small.approvals() == []


async def test_a_text_that_lacks_facts_is_left_to_a_person_who_reads_which(small):
    words = TemplateRow("first_touch", Route.SMS, "en", 1, None, "Until {offer_expires}?", "U0SAM", "a test", NOW)
    await small.database.write(HERE, lambda tx: add_template(tx, words))
    await small.surface()

    task = await small.rung(1)
    assert (task.state, task.send_id) == (DUE, None)
    assert "The record does not hold what this message says" in task.reason
    assert await small.texts() == []


async def test_without_consent_nothing_is_drafted_and_the_step_says_why(team):
    number = await another_lead(team, phone="+14165550177", email=None, basis=ContactBasis.NONE)
    await team.surface()

    task = await team.rung(1, number)
    assert (task.state, task.send_id) == (DUE, None)
    assert "no consent is recorded" in task.reason
    assert await team.kpis("sms_blocked_by_policy") == []
    card = await team.ladder.show(DANA, task.id)
    assert (card.verdict.reason, card.draft, card.approval) == ("block_no_consent", None, None)


async def test_a_team_that_has_not_said_who_it_is_drafts_nothing(small):
    nothing = update(workspace).values(mailing_address=None)
    await small.database.write(HERE, lambda tx: tx.connection.execute(nothing))
    await small.surface()

    assert "An admin enters it with /valhalla setup" in (await small.rung(1)).reason


async def test_a_text_is_drafted_in_a_closed_window_since_it_can_be_held(small):
    task = await small.rung(1)
    await small.change_task(task.id, due_at=NOW + 12 * HOUR)
    await small.at("11 23:30")

    assert (await small.draft()).state is SendState.AWAITING_APPROVAL


async def test_a_rejected_text_leaves_its_step_to_a_person_who_reads_why(team):
    await team.surface()
    await team.reject()
    assert await team.surface() == 1

    task = await team.rung(1)
    assert (task.state, task.send_id, task.reason) == (DUE, None, "The text was rejected by Lee: Too pushy.")
    card = await team.ladder.complete(DANA, task.id, "I wrote myself")
    assert (card.task.state, card.task.done_by, card.task.note) == (DONE, "U0REP", "I wrote myself")


async def test_a_decision_draws_the_card_of_its_step_anew(team):
    await team.surface()
    before = len(await team.posts(Post.TASK))
    team.sending.clock.move(MINUTE)
    await team.approve()
    posts = await team.posts(Post.TASK)
    assert len(posts) == before + 1
    assert posts[-1]["task_id"] == (await team.rung(1)).id


async def test_a_text_that_nobody_approved_leaves_its_step_to_a_person(small):
    await small.surface()
    asked = await small.approval()

    def expire(tx):
        end_approval(tx, asked.id, ApprovalState.EXPIRED, by=None, reason=None, now=NOW)
        for each in sends_of_approval(tx, asked.id):
            cancel_in(tx, each, "approval_expired", "Nobody approved it in time.", now=NOW)

    await small.database.write(HERE, expire)
    await small.surface()

    task = await small.rung(1)
    assert (task.state, task.reason) == (DUE, "The text did not leave: Nobody approved it in time.")


async def test_a_number_that_takes_no_texts_ends_the_texts_and_not_the_calls(database):
    team = await a_ladder_team(database, provider=FakeProvider(then=Act.REFUSES))
    await team.surface()
    await team.approve()
    await team.sending.run()
    await team.surface()

    assert await team.states() == "cpcpcp"
    assert (await team.rung(3)).reason == "Texts do not get through to this number (A landline)."


async def test_a_text_that_failed_after_its_step_was_done_ends_the_texts_at_the_next_one(small):
    await small.surface()
    await small.send_step(1)
    await small.sending.set((await small.draft()).key, state=SendState.FAILED, reason="30006", last_error="A landline.")
    await small.at("11 14:00")

    assert await small.states() == "Ddcpcp"


async def test_a_text_that_was_given_up_leaves_only_its_own_step_to_a_person(database):
    team = await a_ladder_team(database, provider=FakeProvider(then=Act.BUSY))
    await team.surface()
    await team.approve()
    text = await team.draft()
    await team.sending.set(text.key, state=SendState.FAILED, reason="gave_up", last_error="Given up after 12 attempts.")
    await team.surface()

    assert await team.states() == "dppppp"
    assert (await team.rung(1)).reason == "The text did not leave: Given up after 12 attempts."


async def test_a_carriers_block_ends_the_texts_when_the_timetable_looks(database):
    team = await a_ladder_team(database, provider=FakeProvider(then=Act.BLOCKED_BY_CARRIER))
    await team.surface()
    await team.approve()
    await team.sending.run()
    assert await team.states() == "dppppp"
    await team.surface()

    assert await team.states() == "cpcpcp"
    assert (await team.rung(1)).reason == "They asked not to be texted."


async def test_an_opt_out_that_the_ladder_did_not_hear_of_ends_the_texts_when_one_is_due(small):
    said = Said(PHONE, "sms", "STOP", NOW)
    work = {Medium.SMS: ConsentKind.STOP}
    await small.database.write(HERE, lambda tx: stop(tx, DANA, said, work, now=NOW, ends_tasks=False))
    await small.surface()

    assert await small.states() == "cpcpcp"
    assert (await small.rung(1)).reason.startswith("Blocked: ")


async def test_a_paused_ladder_rests_and_a_disqualified_lead_is_left_alone(team):
    await team.change_lead(ladder_paused_at=NOW, ladder_paused_by="U0REP")
    assert await team.surface() == 0
    assert await team.ladder.next_due_at(HERE) is None
    await team.change_lead(ladder_paused_at=None, status="disqualified")
    await team.surface()
    assert await team.states() == "cccccc"
    assert (await team.rung(1)).reason == "The lead is disqualified."


async def test_a_task_waits_for_its_leads_card_but_no_longer_than_a_minute(team):
    await captured(team.database, phone="+14165550177", email=None)
    await team.surface()
    assert await team.states(2) == "pppppp"
    team.sending.clock.move(MINUTE)
    await team.surface()
    assert await team.states(2) == "dppppp"


async def test_a_task_that_breaks_stops_no_other(small, monkeypatch):
    await another_lead(small, phone="+14165550177", email=None)
    real = ladder_drafts.words_in

    def broken(tx, name, route, about, *, now):
        if about.lead.number == 1:
            raise ZeroDivisionError
        return real(tx, name, route, about, now=now)

    monkeypatch.setattr(ladder_drafts, "words_in", broken)
    assert await small.surface() == 1
    assert (await small.states(1), await small.states(2)) == ("pppppp", "dppppp")


async def test_two_timetables_at_once_draft_one_text(team):
    other = Ladder(team.database, team.sending.clock, LINKS)
    assert sum(await both(team.surface(), other.surface(HERE))) == 1
    assert len(await team.texts()) == 1


async def test_more_tasks_than_one_look_takes_all_come_up(small, monkeypatch):
    for number in range(4):
        await another_lead(small, phone=f"+1416555018{number}", email=None)
    monkeypatch.setattr("bot.services.ladder.BATCH", 2)
    assert await small.surface() == 5


async def test_an_unanswered_step_goes_to_an_approver_and_then_to_an_admin(team):
    await team.surface()
    await team.send_step(1)  # so that only the call waits
    await team.at("11 11:30")
    call = await team.rung(2)
    assert call.escalate_at == NOW + timedelta(hours=2, minutes=30)

    team.sending.clock.at = call.escalate_at - MINUTE
    assert await team.ladder.escalate(HERE) == 0
    team.sending.clock.at = call.escalate_at
    assert await team.ladder.escalate(HERE) == 1
    first = await team.rung(2)
    assert (first.escalation, first.escalate_at) == (1, call.escalate_at + 24 * HOUR)
    team.sending.clock.at = first.escalate_at
    assert await team.ladder.escalate(HERE) == 1
    last = await team.rung(2)
    assert (last.escalation, last.escalate_at) == (2, None)
    assert await team.ladder.escalate(HERE) == 0

    told = [post["text"] for post in await team.posts(Post.WARNING)]
    assert [text.split()[0] for text in told] == ["<@U0LEE>", "<@U0SAM>"]
    assert "A call of <@U0REP> for L-1 has waited for two hours" in told[0]
    assert "for another day" in told[1]


async def test_two_hours_are_hours_in_which_it_could_be_done(small):
    await small.at("11 11:30")
    task = await small.rung(4)
    await small.change_task(task.id, due_at=NOW + timedelta(hours=8, minutes=30))
    await small.at("11 19:30")

    assert (await small.rung(4)).escalate_at.isoformat() == "2026-03-12T14:30:00+00:00"


async def test_what_was_done_meanwhile_is_handed_up_to_nobody(small):
    await small.at("11 11:30")
    await small.call(2, CallOutcome.VOICEMAIL)
    await small.at("12 10:00")
    await small.ladder.escalate(HERE)

    assert (await small.rung(2)).escalation == 0


async def test_where_nobody_approves_the_admins_are_told(small):
    await small.database.write(HERE, lambda tx: set_role(tx, "U0LEE", DANA.role))
    await small.at("11 11:30")
    await small.at("11 13:30")
    await small.ladder.escalate(HERE)

    assert {post["text"].split()[0] for post in await small.posts(Post.WARNING)} == {"<@U0SAM>"}


async def test_home_owes_each_their_own_and_the_roles_what_was_handed_up(team):
    await team.at("11 11:30")
    owed = {who: [card.task.step for card in await team.ladder.owed(who, limit=9)] for who in (DANA, EVE, LEE, SAM)}
    assert owed == {DANA: [1, 2], EVE: [], LEE: [], SAM: []}
    await team.at("11 13:30")
    await team.ladder.escalate(HERE)
    assert [card.task.step for card in await team.ladder.owed(LEE, limit=9)] == [1, 2]
    assert await team.ladder.owed(SAM, limit=9) == []
    assert [card.task.step for card in await team.ladder.owed(DANA, limit=1)] == [1]


async def test_the_next_moment_is_that_of_the_next_step_an_unanswered_one_or_a_text_to_note(team):
    assert await team.ladder.next_due_at(HERE) == NOW
    await team.surface()
    assert await team.ladder.next_due_at(HERE) == NOW + 30 * MINUTE
    await team.at("11 11:30")
    assert await team.ladder.next_due_at(HERE) == NOW + 2 * HOUR
    await team.approve()
    await team.sending.run()
    assert await team.ladder.next_due_at(HERE) == (await team.draft()).settled_at


async def test_due_tasks_are_a_function_of_a_transaction(team):
    tasks = await team.database.read(HERE, lambda tx: due_tasks(tx, now=NOW + HOUR))
    assert [task.step for task in tasks] == [1, 2]
    assert await team.database.read("T0ELSE", lambda tx: due_tasks(tx, now=NOW + HOUR)) == []


async def test_a_call_is_shown_with_what_the_gate_says_of_it(small):
    await small.at("11 11:30")
    card = await small.ladder.show(DANA, (await small.rung(2)).id)

    assert (card.of_steps, card.deal.offer, card.verdict.allowed) == (6, Decimal("310000.00"), True)
    assert [task.step for task in card.upcoming] == [1, 3, 4, 5, 6]
    await small.call(2, CallOutcome.VOICEMAIL)
    assert (await small.ladder.show(DANA, card.task.id)).verdict is None


async def test_a_draft_is_shown_with_what_the_gate_says_of_its_very_words(small):
    await small.surface()
    card = await small.ladder.show(LEE, (await small.rung(1)).id)

    assert (card.verdict.allowed, card.draft.state, card.approval.task_id) == (
        True, SendState.AWAITING_APPROVAL, card.task.id,
    )  # fmt: skip


async def test_a_lead_that_somebody_decided_about_while_the_text_was_drafted_is_left_alone(small):
    await small.surface()
    await small.database.write(HERE, lambda tx: change_lead(tx, 1, {"status": "disqualified"}))
    await small.at("11 11:30")

    assert await small.states() == "cccccc"
    assert (await small.texts())[0].state is SendState.CANCELLED


async def test_what_piled_up_while_nobody_looked_comes_one_after_the_other(small):
    assert await small.after_a_break("18 12:00") == 1

    assert await small.states() == "dppppp"
    rungs = [await small.rung(step) for step in range(1, 7)]
    assert [f"{task.due_at.astimezone(zone('America/Toronto')):%d %H:%M}" for task in rungs] == [
        "11 11:00", "18 12:30", "18 14:30", "18 16:30", "18 18:30", "19 09:00",
    ]  # fmt: skip
    assert [task.shift for task in rungs] == [None] + ["delay"] * 5


async def test_what_comes_up_at_night_after_a_break_waits_for_the_morning(small):
    await small.after_a_break("18 23:00")

    first = await small.rung(1)
    assert (first.state, first.shift, first.due_at.isoformat()) == (PLANNED, "delay", "2026-03-19T13:00:00+00:00")
    assert await small.texts() == []


async def test_a_consent_that_is_recorded_lets_the_newest_text_be_drafted(small):
    number = await another_lead(small, phone="+14165550177", email=None, basis=ContactBasis.NONE)
    await small.surface()
    await small.at("11 14:00")
    book = ConsentBook(small.database, small.sending.clock)
    agreed = ConsentDraft(
        ConsentKind.EXPRESS_WRITTEN, date(2026, 3, 11), evidence="the form of 11 March", wording="Yes"
    )
    await book.record(DANA, ConsentSubject(True, number), agreed, RequestKey("view:V1", "hash"))
    await small.surface()

    assert (await small.rung(1, number)).send_id is None
    text = await small.rung(3, number)
    assert (text.state, text.reason, text.send_id is None) == (DUE, None, False)
