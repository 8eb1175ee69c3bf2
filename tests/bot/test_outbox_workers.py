"""Workers that vanish, freeze, close or find their database away: nothing is lost and nothing leaves twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.services import sends_outbox
from bot.services.sends import queue_post
from bot.services.sends_outbox import Pace
from domain.consent import MessageKind
from domain.messages import Post, Route, SendState
from domain.receipts import ATTEMPTS, Outcome, Receipt
from storage.database import DatabaseUnavailable
from storage.outbox import Lease, claim_due
from storage.send_attempts import attempts_of
from tests.sending import LEASE, Act, FakeProvider, Killed, both, sending_of, set_up
from tests.storage.builders import HERE, NOW, rep

MAIL = "ann@example.com"
NIGHT = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)  # Wednesday 20:30 in Toronto
OPENING = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)  # Thursday 09:00 in Toronto
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
S = SendState


async def attempts(sending, key="k"):
    made = await sending.one(key)
    return await sending.database.read(HERE, lambda tx: attempts_of(tx, made.id))


async def died(sending):
    with pytest.raises(Killed):
        await sending.run()


async def test_what_died_before_the_door_waits_again(sending):
    await sending.queue()
    lease = Lease("dead", NOW + LEASE)
    await sending.database.write(HERE, lambda tx: claim_due(tx, lease, now=NOW, limit=9))
    assert await sending.recover() == 0, "its lease has not ended"
    sending.clock.move(LEASE + SECOND)
    assert await sending.recover() == 1
    await sending.run()
    made = await sending.one()
    assert (made.state, made.attempt_count) == (S.SENT, 2)


@pytest.mark.parametrize("act", [Act.KILLED_BEFORE, Act.KILLED_AFTER])
async def test_what_died_behind_the_door_is_asked_about_and_arrives_once(sending, act):
    sending.provider.acts = [act]
    await sending.queue()
    await died(sending)
    fresh = sending.another()
    sending.clock.move(LEASE + SECOND)
    await fresh.recover(HERE)
    lost = await sending.one()
    assert (lost.state, lost.reason, lost.maybe) == (S.UNKNOWN, "crashed", True)
    sending.clock.move(LEASE)
    await fresh.recover(HERE)
    await fresh.run(HERE)

    assert ((await sending.one()).state, sending.provider.times()) == (S.SENT, {1: 1})
    assert (await attempts(sending))[0].provider_code == "crashed"


async def test_a_message_that_kills_its_worker_again_and_again_comes_to_an_end(sending):
    sending.provider.then = Act.KILLED_BEFORE
    await sending.queue()
    for _ in range(ATTEMPTS):
        await died(sending)
        for _ in range(2):
            sending.clock.move(LEASE + SECOND)
            await sending.another().recover(HERE)
    made = await sending.one()
    assert (made.state, made.reason, sending.provider.times()) == (S.FAILED, "gave_up", {})


async def test_a_worker_that_was_frozen_longer_than_its_lease_does_not_pass_the_door(sending):
    await sending.queue()
    (mine,) = await sending.outbox._claim(HERE)
    sending.clock.move(LEASE + SECOND)
    await sending.another().recover(HERE)
    await sending.another().run(HERE)
    assert (await sending.one()).state is S.SENT

    await sending.outbox._let_out(HERE, *mine)
    assert sending.provider.times() == {1: 1}


async def test_a_worker_whose_turn_comes_too_late_gives_its_claim_back_and_that_is_no_attempt(sending):
    await sending.queue()
    (mine,) = await sending.outbox._claim(HERE)
    sending.clock.move(LEASE - SECOND)
    await sending.outbox._let_out(HERE, *mine)
    waits = await sending.one()
    assert (waits.state, waits.attempt_count, sending.provider.calls) == (S.APPROVED, 0, [])


async def test_a_worker_that_froze_behind_the_door_calls_nobody(sending):
    await sending.queue()
    (mine,) = await sending.outbox._claim(HERE)
    leaving = await sending.outbox._release(HERE, *mine)
    sending.clock.move(MINUTE)
    assert not sending.outbox._is_in_time(leaving)


@pytest.mark.parametrize(
    ("act", "state"),
    [(Act.TAKES, S.SENT), (Act.REFUSES, S.FAILED), (Act.BUSY, S.APPROVED)],
    ids=lambda each: each.value,
)
async def test_a_late_word_is_kept_and_the_lease_is_not_asked(sending, act, state):
    sending.provider.acts = [act]
    await sending.queue()

    async def before(_):
        sending.clock.move(LEASE + SECOND)
        await sending.another().recover(HERE)
        assert (await sending.one()).state is S.UNKNOWN

    sending.provider.before = before
    await sending.run()
    made = await sending.one()
    assert (made.state, made.maybe, made.ask_at) == (state, False, None)
    (only,) = await attempts(sending)
    assert only.outcome != "unclear", "the word of whoever made the call is truer than the guess"


async def test_a_word_that_comes_after_others_sent_it_again_changes_nothing_of_theirs(sending):
    sending.provider.acts = [Act.SILENT, Act.TAKES]
    await sending.queue()
    (mine,) = await sending.outbox._claim(HERE)
    leaving = await sending.outbox._release(HERE, *mine)
    fresh = sending.another()
    for _ in range(2):
        sending.clock.move(LEASE + SECOND)
        await fresh.recover(HERE)

    async def before(_):
        sending.provider.before = None
        refusal = Receipt(Outcome.PERMANENT, "cannot_receive")
        await sending.outbox._settle(HERE, leaving, mine[1], refusal)
        assert (await sending.one()).state is S.SENDING

    sending.provider.acts, sending.provider.before = [Act.TAKES], before
    await fresh.run(HERE)
    assert (await sending.one()).state is S.SENT
    assert [each.outcome for each in await attempts(sending)] == ["permanent", "accepted"]


async def test_a_lease_must_outlast_the_call():
    with pytest.raises(ValueError, match="twice as long"):
        Pace(lease=timedelta(seconds=30), call=timedelta(seconds=20))


async def test_two_outboxes_never_take_one_twice(sending_team):
    sending = sending_of(sending_team)
    for number in range(60):
        await sending.queue(f"k{number}", kind=MessageKind.REPLY)

    async def before(_):
        await asyncio.sleep(0.001)

    sending.provider.before = before
    await both(*(sending.another(pace=Pace(batch=7)).run(HERE) for _ in range(3)))
    assert sending.provider.times() == dict.fromkeys(range(1, 61), 1)


async def test_closing_gives_back_what_is_not_under_way_and_waits_for_what_is(sending):
    sending.outbox = sending.another(pace=Pace(at_once=1))
    for number in range(3):
        await sending.queue(f"k{number}", kind=MessageKind.REPLY)
    at_the_provider, answers = asyncio.Event(), asyncio.Event()

    async def before(_):
        at_the_provider.set()
        await answers.wait()

    sending.provider.before = before
    running = asyncio.create_task(sending.run())
    await at_the_provider.wait()
    closing = asyncio.create_task(sending.outbox.close())
    await asyncio.sleep(0)
    running.cancel()
    answers.set()
    await closing

    assert [(each.state, each.attempt_count) for each in await sending.all()] == [
        (S.SENT, 1), (S.APPROVED, 0), (S.APPROVED, 0),
    ]  # fmt: skip
    assert sending.provider.is_closed
    assert await sending.run() == 0


async def test_an_answer_is_kept_although_the_database_was_away_for_a_moment(sending, monkeypatch):
    monkeypatch.setattr(sends_outbox.asyncio, "sleep", _no_time)
    await sending.queue()
    writes, away = sending.database.write, 2

    async def write_or_not(*args):
        nonlocal away
        if sending.provider.taken and away:
            away -= 1
            raise DatabaseUnavailable(why="it is away")
        return await writes(*args)

    monkeypatch.setattr(sending.database, "write", write_or_not)
    await sending.run()
    assert ((await sending.one()).state, sending.provider.times()) == (S.SENT, {1: 1})


async def test_an_answer_that_could_not_be_kept_is_asked_for(sending, monkeypatch):
    monkeypatch.setattr(sends_outbox.asyncio, "sleep", _no_time)
    await sending.queue()
    writes = sending.database.write

    async def write_or_not(*args):
        if sending.provider.taken:
            raise DatabaseUnavailable(why="it is away")
        return await writes(*args)

    with monkeypatch.context() as patched:
        patched.setattr(sending.database, "write", write_or_not)
        with pytest.raises(DatabaseUnavailable):
            await sending.run()
    for _ in range(2):
        sending.clock.move(LEASE + SECOND)
        await sending.recover()
    assert ((await sending.one()).state, sending.provider.times()) == (S.SENT, {1: 1})


async def _no_time(_):
    return None


async def test_the_next_moment_is_that_of_the_first_thing_to_do(sending):
    assert await sending.outbox.next_due_at(HERE) is None
    await sending.queue()
    assert await sending.outbox.next_due_at(HERE) == NOW
    sending.provider.acts = [Act.SILENT]
    await sending.run()
    assert await sending.outbox.next_due_at(HERE) == NOW + LEASE


async def test_a_provider_that_hangs_is_left_and_the_message_is_in_doubt(sending):
    sending.outbox = sending.another(pace=Pace(call=timedelta(milliseconds=30)))

    async def before(_):
        await asyncio.Event().wait()

    sending.provider.before = before
    await sending.queue()
    await sending.run()
    made = await sending.one()
    assert (made.state, made.reason, made.last_error) == (S.UNKNOWN, "timeout", "fake did not answer in time.")


async def test_while_the_clock_is_not_steady_nothing_is_claimed(sending):
    await sending.queue()
    unsteady = sending.another(pace=Pace(is_steady=lambda: False))
    assert (await unsteady.run(HERE), await unsteady.recover(HERE)) == (0, 0)
    assert (await sending.one()).state is S.APPROVED


async def test_a_message_that_nobody_here_can_carry_is_left_to_those_who_can(sending):
    sending.outbox._transports = {Route.EMAIL: sending.provider}
    await sending.queue()
    await sending.run()
    assert (await sending.one()).state is S.APPROVED


async def test_posts_about_one_card_leave_one_after_another_and_others_beside_them(sqlite):
    await set_up(sqlite)
    under_way, most, side_by_side = Counter(), Counter(), asyncio.Event()

    async def leaving(parcel):
        card = parcel.metadata["task_id"]
        under_way[card] += 1
        most[card] = max(most[card], under_way[card])
        if under_way[0] and under_way[1]:
            side_by_side.set()
        async with asyncio.timeout(20):
            await side_by_side.wait()
        under_way[card] -= 1

    sending = sending_of(sqlite, provider=FakeProvider(before=leaving))

    def work(tx):
        for turn in range(6):
            queue_post(tx, rep(), f"task:{turn}", Post.TASK, {"task_id": turn % 2}, now=NOW)

    await sqlite.write(HERE, work)
    assert await sending.run() == 6
    assert most == {0: 1, 1: 1}
    assert [parcel.send_id for parcel in sending.provider.taken if parcel.metadata["task_id"] == 0] == [1, 3, 5]
