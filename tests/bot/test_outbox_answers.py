"""What a provider says makes of a send: taken, refused, or nobody knows until it was asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.transports.console import ConsoleTransport
from domain.consent import MessageKind
from domain.messages import SendState
from domain.receipts import ATTEMPTS, Answer, Outcome, Receipt
from storage.send_attempts import attempts_of
from tests.sending import LEASE, RETRY_AFTER, Act, sending_of
from tests.storage.builders import HERE, NOW

MAIL = "ann@example.com"
NIGHT = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)  # Wednesday 20:30 in Toronto
OPENING = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)  # Thursday 09:00 in Toronto
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
S = SendState


async def attempts(sending, key="k"):
    made = await sending.one(key)
    return await sending.database.read(HERE, lambda tx: attempts_of(tx, made.id))


async def test_too_many_at_once_is_tried_again_when_the_provider_allows_it(sending):
    sending.provider.acts = [Act.BUSY]
    await sending.queue()
    await sending.run()
    waits = await sending.one()
    assert (waits.state, waits.reason, waits.last_error) == (S.APPROVED, "rate_limited", "Too many at once.")
    assert waits.due_at == NOW + RETRY_AFTER

    sending.clock.at = waits.due_at
    await sending.run()
    made = await sending.one()
    assert (made.state, made.reason, made.last_error, made.attempt_count) == (S.SENT, None, None, 2)
    assert [each.outcome for each in await attempts(sending)] == ["temporary", "accepted"]
    assert await sending.counted() == ["sms_sent"]


async def test_who_is_always_too_busy_is_given_up_in_sight_of_the_team(sending):
    sending.provider.then = Act.BUSY
    await sending.queue()
    for _ in range(ATTEMPTS):
        await sending.run()
        sending.clock.at = (await sending.one()).due_at
    made = await sending.one()
    assert (made.state, made.reason, len(sending.provider.calls)) == (S.FAILED, "rate_limited", ATTEMPTS)
    assert await sending.counted() == ["sms_failed"]


async def test_a_permanent_refusal_ends_it_with_its_reason(sending):
    sending.provider.acts = [Act.REFUSES]
    await sending.queue()
    await sending.run()
    made = await sending.one()
    assert (made.state, made.reason, made.last_error) == (S.FAILED, "cannot_receive", "A landline.")
    assert (made.settled_at, await sending.counted()) == (NOW, ["sms_failed"])


async def test_a_carriers_block_is_an_opt_out_for_all_that_comes(sending):
    sending.provider.acts = [Act.BLOCKED_BY_CARRIER]
    await sending.queue("first")
    await sending.set("first", due_at=NOW - SECOND)
    later = await sending.queue("later")
    await sending.set("later", due_at=NOW + MINUTE)
    await sending.run()

    assert later.send.state is S.APPROVED
    assert [each.state for each in await sending.all()] == [S.FAILED, S.CANCELLED]
    assert (await sending.queue("after")).verdict.reason == "block_hard_failure"


async def test_a_providers_word_of_any_length_and_kind_can_be_kept(sending):
    sending.provider.then = None

    async def says(_):
        return Receipt(Outcome.PERMANENT, "c" * 300, "odd \0 words", provider_id="p" * 300)

    sending.provider.send = says
    await sending.queue()
    await sending.run()
    made = await sending.one()
    assert (made.state, made.reason, made.last_error) == (S.FAILED, "c" * 64, "odd  words")
    assert made.provider_id == "p" * 128


@pytest.mark.parametrize("act", [Act.SILENT_TAKES, Act.BREAKS_TAKES])
async def test_what_may_have_been_taken_is_asked_about_and_found(sending, act):
    sending.provider.acts = [act]
    await sending.queue()
    await sending.run()
    unsure = await sending.one()
    assert (unsure.state, unsure.maybe, unsure.ask_at) == (S.UNKNOWN, True, NOW + LEASE)
    await sending.recover()
    assert sending.provider.asked == [], "not before a call could have ended"

    sending.clock.move(LEASE)
    await sending.recover()
    made = await sending.one()
    assert (made.state, made.maybe, made.provider_id) == (S.SENT, False, f"fake-{made.id}")
    assert await sending.counted() == ["sms_sent"]
    assert len(sending.provider.calls) == 1


async def test_what_was_not_taken_goes_again(sending):
    sending.provider.acts = [Act.SILENT]
    await sending.queue()
    await sending.run()
    sending.clock.move(LEASE)
    await sending.recover()
    assert (await sending.one()).state is S.APPROVED
    await sending.run()
    assert ((await sending.one()).state, len(sending.provider.taken)) == (S.SENT, 1)


async def test_a_provider_that_cannot_tell_leaves_it_to_a_person(sending):
    sending.provider.acts, sending.provider.knows = [Act.SILENT], Answer.CANNOT_TELL
    await sending.queue(metadata={"tell": True})
    await sending.run()
    sending.clock.move(LEASE)
    await sending.recover()
    sending.clock.move(timedelta(days=1))
    await sending.recover()

    made = await sending.one()
    assert (made.state, made.reason, made.ask_at) == (S.UNKNOWN, "ask_a_person", None)
    assert len(sending.provider.asked) == 1


async def test_a_provider_that_cannot_be_asked_is_asked_again(sending):
    sending.provider.acts, sending.provider.knows = [Act.SILENT_TAKES], Answer.LATER
    await sending.queue()
    await sending.run()
    for _ in range(3):
        sending.clock.at = (await sending.one()).ask_at
        await sending.recover()
    assert (await sending.one()).ask_count == 3
    sending.provider.knows = None
    sending.clock.at = (await sending.one()).ask_at
    await sending.recover()
    assert (await sending.one()).state is S.SENT


async def test_a_look_up_that_breaks_keeps_no_other_from_its_turn(sending):
    sending.provider.then = Act.SILENT_TAKES
    for number in range(3):
        await sending.queue(f"k{number}", kind=MessageKind.REPLY)
    await sending.run()
    finds = sending.provider.find

    async def find(parcel):
        if parcel.send_id == 1:
            raise ValueError("an answer that nobody understands")
        return await finds(parcel)

    sending.provider.find = find
    sending.clock.move(LEASE)
    await sending.recover()
    assert [each.state for each in await sending.all()] == [S.UNKNOWN, S.SENT, S.SENT]


async def test_a_no_that_comes_after_others_have_settled_it_changes_nothing(sending):
    sending.provider.acts = [Act.SILENT]
    await sending.queue()
    await sending.run()
    sending.clock.move(LEASE)
    slow, asked = sending.provider.find, asyncio.Event()
    goes_on = asyncio.Event()

    async def find(parcel):
        found = await slow(parcel)
        asked.set()
        await goes_on.wait()
        return found

    sending.provider.find = find
    late = asyncio.create_task(sending.recover())
    await asked.wait()
    # Its claim of the question ends; another worker asks, hears no, and sends again: the call is under way.
    sending.provider.find = slow
    sending.clock.move(LEASE)
    await sending.another().recover(HERE)
    at_the_provider, answers = asyncio.Event(), asyncio.Event()

    async def before(_):
        at_the_provider.set()
        await answers.wait()

    sending.provider.before = before
    other = asyncio.create_task(sending.another().run(HERE))
    await at_the_provider.wait()
    goes_on.set()
    await late
    assert (await sending.one()).state is S.SENDING, "the late no says nothing about this call"
    answers.set()
    await other
    assert ((await sending.one()).state, sending.provider.times()) == (S.SENT, {1: 1})


async def test_a_dry_run_counts_nothing_and_says_who_took_it(sending_team):
    console = ConsoleTransport([], dry_run=True)
    sending = sending_of(sending_team, provider=console)
    await sending.queue()
    await sending.run()
    made = await sending.one()
    assert (made.state, made.provider) == (S.SENT, "console")
    assert await sending.counted() == []


async def test_a_dry_run_that_is_looked_up_counts_nothing_either(sending_team):
    lines = []
    sending = sending_of(sending_team, provider=ConsoleTransport(lines, dry_run=True))
    made = (await sending.queue()).send
    lines.append({"send_id": made.id})
    await sending.set(state="unknown", ask_at=NOW, first_attempt_at=NOW)
    await sending.recover()
    assert ((await sending.one()).state, await sending.counted()) == (S.SENT, [])
