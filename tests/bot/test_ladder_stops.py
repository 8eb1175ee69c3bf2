"""What ends a ladder: a reply, an opt-out, a wrong number, a deal that is decided; and what it leaves alone."""

from dataclasses import replace

import pytest

from bot.services.inbound import InboundBook, OptOutWish
from bot.services.ladder_stops import stop_ladder
from bot.services.places import NewPlace, Places
from bot.services.stages import enter_stage
from domain.consent import ConsentKind
from domain.deals import Stage
from domain.leads import ContactBasis, LeadStatus
from domain.messages import Post, SendState
from domain.optout import ALL_MEDIA
from domain.rules import Medium
from domain.tasks import CallOutcome, TaskKind, TaskState
from storage.deals import get_deal
from tests.bot.ladder_team import DANA, LEE, MINUTE, a_ladder_team, another_lead
from tests.bot.test_ladder_moves import MORNING
from tests.sending import PHONE
from tests.storage.builders import DRAFT, HERE, NOW

AMBIGUOUS = "trying to stop the foreclosure"


@pytest.fixture
async def team(sqlite):
    team = await a_ladder_team(sqlite)
    await team.surface()
    return team


@pytest.fixture
async def on_each(database):
    team = await a_ladder_team(database)
    await team.surface()
    return team


async def stage(team, to):
    """Move the lead's deal, whatever the stage demands."""
    deal = await team.deal()

    def work(tx):
        enter_stage(tx, DANA, replace(get_deal(tx, deal.id, lock=True), stage=before(to)), to, {}, now=team.now)

    await team.database.write(HERE, work)


def before(to):
    """A stage from which a deal may go to another."""
    ways = {Stage.OFFERED: Stage.DRAFT, Stage.UNDER_AGREEMENT: Stage.OFFERED, Stage.MARKETED: Stage.UNDER_AGREEMENT}
    ways |= {Stage.ASSIGNED: Stage.MARKETED, Stage.CLOSED: Stage.ASSIGNED, Stage.LOST: Stage.DRAFT}
    return ways[to]


async def test_a_reply_ends_the_ladder_and_asks_for_an_answer_now(on_each):
    team = on_each
    team.sending.clock.move(MINUTE)
    await team.replies("Yes, call me")

    assert await team.states() == "cccccc"
    assert {task.reason for task in await team.tasks()} == {"They replied by text."}
    assert (await team.texts())[0].state is SendState.CANCELLED
    assert (await team.approvals())[0].state == "superseded"
    assert (await team.lead()).status is LeadStatus.CONTACTED
    answer = await team.one(TaskKind.REPLY)
    assert (answer.medium, answer.due_at, answer.owner, answer.note) == (Medium.SMS, team.now, "U0REP", "Yes, call me")
    await team.surface()
    shown = await team.one(TaskKind.REPLY)
    assert (shown.state, shown.reason, shown.send_id) == (TaskState.DUE, "They replied by text.", None)
    assert shown.id in [post["task_id"] for post in await team.posts(Post.TASK)]


async def test_a_text_that_waits_for_an_opening_does_not_leave_after_a_reply(team):
    await team.approve()
    await team.replies("Who is this?")
    await team.sending.run()

    assert (await team.texts())[0].state is SendState.CANCELLED
    assert (await team.texts())[0].last_error == "They replied by text."


async def test_one_answer_is_asked_for_however_many_replies_come(team):
    await team.replies("Yes")
    await team.replies("Hello?", name="SM2")
    await team.replies("Yes", name="SM1")

    assert (await team.one(TaskKind.REPLY)).note == "Yes"
    await team.ladder.complete(DANA, (await team.one(TaskKind.REPLY)).id)
    await team.replies("And then?", name="SM3")
    assert [task.note for task in await team.tasks() if task.kind is TaskKind.REPLY] == ["Yes", "And then?"]


async def test_an_unclear_reply_ends_what_is_automatic_as_well(team):
    await team.replies(AMBIGUOUS)

    assert await team.states() == "cccccc"
    assert (await team.one(TaskKind.REPLY)).note == AMBIGUOUS


async def test_a_reply_keeps_a_call_that_was_promised(team):
    await team.call(2, CallOutcome.CALL_BACK, call_at=MORNING)
    await team.replies("See you tomorrow")

    assert (await team.one(TaskKind.CALLBACK)).state is TaskState.PLANNED


async def test_a_reply_of_somebody_unknown_asks_for_nothing(team):
    await team.replies("Yes", address="+14165550999")

    assert await team.states() == "dppppp"


async def test_a_stop_by_text_ends_the_texts_and_asks_for_no_answer(on_each):
    await on_each.replies("STOP")

    assert await on_each.states() == "cpcpcp"
    assert (await on_each.rung(3)).reason == "They asked not to be texted."
    assert len(await on_each.tasks()) == 6
    assert (await on_each.texts())[0].state is SendState.CANCELLED


@pytest.mark.parametrize(
    ("words", "states", "reason"),
    [
        ("do not contact me again", "cccccc", "They asked not to be contacted at all."),
        ("wrong number", "cccccc", "Somebody else answers at this number."),
        ("stop calling me", "cccccc", "They asked not to be texted."),
    ],
)
async def test_what_they_ask_for_ends_what_it_reaches(team, words, states, reason):
    await team.replies(words)

    assert (await team.states(), (await team.rung(1)).reason) == (states, reason)


async def test_a_stop_for_calls_alone_leaves_the_texts(team):
    book = InboundBook(team.database, team.sending.clock)
    await book.record_opt_out(LEE, OptOutWish(PHONE, Medium.CALL, ConsentKind.DO_NOT_CALL, "by phone", "phone"))

    assert await team.states() == "dcpcpc"


async def test_a_stop_at_the_mail_address_for_everything_ends_the_phone_too(team):
    book = InboundBook(team.database, team.sending.clock)
    wish = OptOutWish(DRAFT.email, ALL_MEDIA, ConsentKind.DO_NOT_CALL, "leave me alone", "email")
    await book.record_opt_out(LEE, wish)

    assert await team.states() == "cccccc"


async def test_a_reply_that_a_person_takes_for_a_stop_ends_its_answer_as_well(team):
    received = await team.replies(AMBIGUOUS)
    book = InboundBook(team.database, team.sending.clock)
    await book.decide(LEE, received.message.id, is_stop=True)

    assert (await team.one(TaskKind.REPLY)).state is TaskState.CANCELLED


@pytest.mark.parametrize(
    ("to", "states", "callback"),
    [
        (Stage.OFFERED, "ddpppp", TaskState.PLANNED),
        (Stage.UNDER_AGREEMENT, "cccccc", TaskState.PLANNED),
        (Stage.MARKETED, "cccccc", TaskState.PLANNED),
        (Stage.CLOSED, "cccccc", TaskState.CANCELLED),
        (Stage.LOST, "cccccc", TaskState.CANCELLED),
    ],
)
async def test_a_deal_that_is_decided_ends_the_ladder(team, to, states, callback):
    await team.at("11 11:30")
    await team.call(4, CallOutcome.CALL_BACK, call_at=MORNING)
    await stage(team, to)

    expected = states[:3] + "D" + states[4:]
    assert await team.states() == expected
    assert (await team.one(TaskKind.CALLBACK)).state is callback
    if to is not Stage.OFFERED:
        assert (await team.rung(3)).reason == f"D-1 is {to.label.lower()}."


async def test_a_deal_that_was_decided_before_anybody_stopped_the_ladder_ends_it_when_a_step_is_due(team):
    await stage(team, Stage.LOST)
    task = await team.rung(3)
    await team.change_task(task.id, state="planned", completed=False, ended_at=None)
    await team.at("11 14:00")

    assert (await team.rung(3)).state is TaskState.CANCELLED


async def test_stopping_one_medium_says_how_many_ended(team):
    lead, write = await team.lead(), team.database.write
    count = await write(HERE, lambda tx: stop_ladder(tx, DANA, lead, "A test.", now=NOW, media=[Medium.CALL]))
    again = await write(HERE, lambda tx: stop_ladder(tx, DANA, lead, "A test.", now=NOW))

    assert (count, again) == (3, 3)
    assert await team.states() == "cccccc"


async def test_a_card_that_nobody_has_seen_is_not_drawn_for_its_end(team):
    before_it = len(await team.posts(Post.TASK))
    team.sending.clock.move(MINUTE)
    await team.replies("no thanks")

    assert len(await team.posts(Post.TASK)) == before_it + 1


async def test_a_new_place_moves_what_is_planned_and_leaves_the_rest(team):
    await team.at("11 11:30")
    await team.call(2, CallOutcome.CALL_BACK, call_at=MORNING)
    due, done, promised = await team.rung(1), await team.rung(2), await team.one(TaskKind.CALLBACK)
    places = Places(team.database, team.sending.clock)
    await places.complete(DANA, 1, NewPlace("1055 W Georgia St, Vancouver BC V6E 3P3", None))

    after = {task.id: task for task in await team.tasks()}
    for kept in (due, done, promised):
        assert (after[kept.id].due_at, after[kept.id].state) == (kept.due_at, kept.state)
    assert (await team.rung(3)).due_at > (await team.rung(1)).due_at
    assert f"{(await team.rung(4)).due_at:%d %H:%M}" == "12 16:00"


async def test_a_ladder_is_planned_beside_an_answer_once_the_place_is_known(team):
    number = await another_lead(
        team, phone="+14165550177", email=None, address="12 Xyzzy Lane", region=None, basis=ContactBasis.INQUIRY
    )
    await team.replies("Yes", name="SM9", address="+14165550177")
    assert [task.kind for task in await team.tasks(number)] == [TaskKind.REPLY]
    places = Places(team.database, team.sending.clock)
    await places.complete(DANA, number, NewPlace("12 King St W, Hamilton ON L8P 1A1", None))

    assert await team.states(number) == "pppppp"
