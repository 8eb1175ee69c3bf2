"""What providers say afterwards: each word settles its send once, in whichever order the words arrive."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import insert, select, update

from bot.services.actors import Actor
from bot.services.sends_receipts import Receipts, ReceiptWord
from domain.consent import ConsentKind
from domain.messages import SendState
from domain.rules import Medium
from storage.kpis import kpi_event
from storage.opt_outs import opt_outs_of
from storage.outbox import move, pass_door
from storage.send_attempts import attempts_of, begin_attempt
from storage.sends import get_send, send
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, founded

TWILIO = Actor(HERE, "twilio", is_person=False)
PHONE, MAIL = "+14165550123", "ann@example.com"
MINUTE = timedelta(minutes=1)
SM = "SM0123"


@pytest.fixture
async def receipts(database):
    await founded(database)
    return Receipts(database, StandingClock())


def word(state="delivered", send_id=1, provider_id=SM, provider="twilio", **more):
    return ReceiptWord(provider, provider_id, send_id, state, **more)


async def add(database, state="sent", *, workspace_id=HERE, **changes):
    """Insert a text that Twilio took a minute ago, with changes; return its id."""
    values = {
        "key": "first", "medium": "SMS", "address": PHONE, "body": "Hi", "state": state, "due_at": NOW - MINUTE,
        "attempt_count": 1, "correlation_id": "send:1", "metadata": {"tell": True}, "created_by": "U0REP",
        "settled_at": NOW - MINUTE, "first_attempt_at": NOW - MINUTE, "created_at": NOW - MINUTE, "provider": "twilio",
        "provider_id": SM,
    }  # fmt: skip
    row = insert(send).values(values | changes | {"workspace_id": workspace_id})
    return await database.write(workspace_id, lambda tx: tx.connection.execute(row).inserted_primary_key[0])


UNCLEAR = {"provider": None, "provider_id": None, "settled_at": None, "maybe": True, "ask_at": NOW + MINUTE}
"""A message of which no answer came."""


async def stored(database, send_id=1):
    return await database.read(HERE, lambda tx: get_send(tx, send_id))


async def counted(database):
    """Return the metrics that were counted, in their order."""
    query = select(kpi_event.c.metric).order_by(kpi_event.c.id)
    return list(await database.read(HERE, lambda tx: tx.connection.execute(query).scalars()))


async def told(database):
    """Return the keys of the posts that say what became of it."""
    query = select(send.c.key).where(send.c.medium == "SLACK").order_by(send.c.id)
    return list(await database.read(HERE, lambda tx: tx.connection.execute(query).scalars()))


async def test_a_delivery_is_kept_with_its_time_and_counted_once(receipts, database):
    await add(database)
    assert await receipts.receive(TWILIO, word())
    found = await stored(database)
    assert (found.state, found.delivered_at, found.settled_at) == (SendState.DELIVERED, NOW, NOW - MINUTE)
    assert await receipts.receive(TWILIO, word())
    assert (await counted(database)).count("delivered") == 1


async def test_whoever_waited_for_a_message_that_left_is_not_told_again_that_it_arrived(receipts, database):
    await add(database)
    await receipts.receive(TWILIO, word())
    assert await told(database) == []


@pytest.mark.parametrize("state", ["sending", "unknown"])
@pytest.mark.parametrize(("said", "becomes"), [("sent", SendState.SENT), ("delivered", SendState.DELIVERED)])
async def test_a_message_of_which_no_answer_came_is_settled_counted_and_told(receipts, database, state, said, becomes):
    await add(database, state, **UNCLEAR)
    assert await receipts.receive(TWILIO, word(said))
    found = await stored(database)
    assert (found.state, found.provider, found.provider_id, found.settled_at) == (becomes, "twilio", SM, NOW)
    assert (found.maybe, found.ask_at, found.reason) == (False, None, None)
    assert (await counted(database))[0] == "sms_sent"
    assert await told(database) == [f"outcome:1:{becomes.value}:1"]


@pytest.mark.parametrize("state", ["sending", "unknown", "sent"])
async def test_what_could_not_be_delivered_failed_with_its_reason(receipts, database, state):
    await add(database, state, **({} if state == "sent" else UNCLEAR))
    said = word("undelivered", code="cannot_receive", sentence="It is a landline.")
    assert await receipts.receive(TWILIO, said)
    found = await stored(database)
    assert (found.state, found.reason, found.last_error) == (SendState.FAILED, "cannot_receive", "It is a landline.")
    assert (await counted(database))[-1] == "sms_failed"
    assert await told(database) == ["outcome:1:failed:1"]


async def test_a_bounce_of_an_e_mail_counts_as_an_e_mail(receipts, database):
    name = "send-1.T0HERE@example.com"
    await add(database, medium="EMAIL", address=MAIL, provider="smtp", provider_id=name)
    await receipts.receive(TWILIO, word("undelivered", provider="smtp", provider_id=name, code="bounced"))
    assert (await stored(database)).reason == "bounced"
    assert (await counted(database))[-1] == "email_failed"


@pytest.mark.parametrize("order", sorted(set(permutations(["sent", "sent", "delivered"]))))
@pytest.mark.parametrize("state", ["sending", "unknown", "sent"])
async def test_in_whichever_order_the_words_come_it_was_sent_once_and_delivered_once(receipts, database, state, order):
    await add(database, state, **({} if state == "sent" else UNCLEAR))
    for said in order:
        await receipts.receive(TWILIO, word(said))
    assert (await stored(database)).state is SendState.DELIVERED
    assert sorted(await counted(database)) == ["delivered", "sms_sent"]


@pytest.mark.parametrize("order", sorted(set(permutations(["sent", "undelivered", "undelivered"]))))
async def test_in_whichever_order_the_words_come_it_failed_once(receipts, database, order):
    await add(database, "unknown", **UNCLEAR)
    for said in order:
        await receipts.receive(TWILIO, word(said))
    assert (await stored(database)).state is SendState.FAILED
    assert sorted(await counted(database)) == ["sms_failed", "sms_sent"]


async def test_what_was_delivered_is_not_undone_by_a_later_word(receipts, database):
    await add(database, "delivered")
    assert await receipts.receive(TWILIO, word("undelivered"))
    assert await receipts.receive(TWILIO, word("sent"))
    assert (await stored(database)).state is SendState.DELIVERED
    assert await counted(database) == []


async def test_a_message_that_failed_and_arrived_all_the_same_is_put_right_and_told(receipts, database):
    await add(database)
    await receipts.receive(TWILIO, word("undelivered", code="undelivered"))
    await receipts.receive(TWILIO, word("delivered"))
    found = await stored(database)
    assert (found.state, found.reason, found.last_error) == (SendState.DELIVERED, None, None)
    assert await counted(database) == ["sms_sent", "sms_failed", "delivered"]
    assert await told(database) == ["outcome:1:failed:1", "outcome:1:delivered:1"]
    query = select(kpi_event.c.detail).where(kpi_event.c.metric == "delivered")
    assert await database.read(HERE, lambda tx: tx.connection.execute(query).scalar_one()) == {"corrects": "sms_failed"}


async def test_a_message_that_was_given_up_is_put_right_when_its_provider_has_it(receipts, database):
    await add(database, "failed", provider="twilio", provider_id=None, reason="gave_up")
    await receipts.receive(TWILIO, word("sent"))
    assert (await stored(database)).state is SendState.SENT
    await receipts.receive(TWILIO, word("undelivered"))
    await receipts.receive(TWILIO, word("sent"))
    assert (await stored(database)).state is SendState.FAILED


@pytest.mark.parametrize("state", ["approved", "held", "claimed"])
async def test_a_message_that_waits_for_its_next_attempt_does_not_leave_again_when_it_arrived(
    receipts, database, state
):
    await add(database, state, **UNCLEAR | {"attempt_count": 2}, claimed_by="worker", lease_until=NOW + MINUTE)
    assert await receipts.receive(TWILIO, word("delivered"))
    opened = await database.write(HERE, lambda tx: pass_door(tx, 1, "worker", now=NOW, call_ends=NOW))
    assert (opened, (await stored(database)).state) == (False, SendState.DELIVERED)


@pytest.mark.parametrize("state", ["approved", "held", "claimed"])
async def test_a_message_that_waits_for_its_next_attempt_goes_again_when_the_last_one_came_to_nothing(
    receipts, database, state
):
    await add(database, state, **UNCLEAR)
    await receipts.receive(TWILIO, word("undelivered"))
    assert (await stored(database)).state is SendState(state)


async def test_the_answer_that_comes_after_its_receipt_moves_nothing(receipts, database):
    await add(database, "sending", **UNCLEAR, claimed_by="worker", lease_until=NOW + MINUTE)
    await database.write(HERE, lambda tx: begin_attempt(tx, 1, now=NOW))
    await receipts.receive(TWILIO, word("undelivered"))
    late = await database.write(HERE, lambda tx: move(tx, 1, SendState.SENT, {}, token="worker"))
    (attempt,) = await database.read(HERE, lambda tx: attempts_of(tx, 1))
    assert (late, attempt.provider_code) == (False, "receipt_undelivered")


async def test_a_carriers_block_is_an_opt_out_and_keeps_back_what_waits(receipts, database):
    await add(database)
    waiting = await add(database, "approved", key="next", settled_at=None, first_attempt_at=None, provider_id=None)
    await receipts.receive(TWILIO, word("undelivered", code="carrier_block", sentence="They replied STOP."))
    await receipts.receive(TWILIO, word("undelivered", code="carrier_block", sentence="They replied STOP."))
    (row,) = await database.read(HERE, lambda tx: opt_outs_of(tx, [PHONE]))
    assert (row.kind, row.scope, row.source) == (ConsentKind.CARRIER_BLOCK, Medium.SMS, "carrier")
    assert (await stored(database, waiting)).state is SendState.CANCELLED


@pytest.mark.parametrize(
    "said",
    [
        word(send_id=7),
        word(send_id=None, provider_id="SM9"),
        word(send_id=None, provider_id=""),
        word(provider_id="SM9"),
        word(provider="console"),
        word(provider="smtp"),
    ],
    ids=["no such id", "no such name", "nothing named", "another name", "another provider", "another way"],
)
async def test_a_word_about_no_send_of_ours_stores_nothing(receipts, database, said):
    await add(database)
    before = await stored(database)
    assert not await receipts.receive(TWILIO, said)
    assert (await stored(database), await counted(database)) == (before, [])


async def test_a_word_about_a_message_that_never_left_is_not_believed(receipts, database):
    await add(database, "approved", first_attempt_at=None, **UNCLEAR)
    assert not await receipts.receive(TWILIO, word())
    assert (await stored(database)).state is SendState.APPROVED


async def test_a_word_about_another_workspaces_send_is_not_believed(receipts, database):
    await founded(database, ELSEWHERE)
    theirs = await add(database, workspace_id=ELSEWHERE)
    assert not await receipts.receive(TWILIO, word(send_id=theirs))
    assert not await receipts.receive(TWILIO, word(send_id=None))


async def test_without_our_id_the_providers_name_is_enough(receipts, database):
    await add(database)
    assert await receipts.receive(TWILIO, word(send_id=None))
    assert (await stored(database)).state is SendState.DELIVERED


async def test_that_an_earlier_attempt_arrived_is_true_of_the_message(receipts, database):
    await add(database, attempt_count=2)
    assert not await receipts.receive(TWILIO, word("undelivered", provider_id="SM9"))
    assert await receipts.receive(TWILIO, word("delivered", provider_id="SM9"))
    assert (await stored(database)).state is SendState.DELIVERED


async def test_ten_times_at_once_is_one(receipts, database):
    await add(database, "unknown", **UNCLEAR)
    words = [word("delivered"), word("sent")] * 5
    assert all(await asyncio.gather(*(receipts.receive(TWILIO, each) for each in words)))
    assert (await stored(database)).state is SendState.DELIVERED
    assert sorted(await counted(database)) == ["delivered", "sms_sent"]


async def test_reasons_and_names_longer_than_their_columns_are_cut(receipts, database):
    await add(database, provider_id="S" * 128)
    assert await receipts.receive(TWILIO, word("undelivered", provider_id="S" * 500, code="c" * 500))
    assert (await stored(database)).reason == "c" * 64


async def test_a_lead_card_in_slack_has_no_receipts(receipts, database):
    await add(database, medium="SLACK", provider="slack", provider_id="C1:1.2")
    await database.write(HERE, lambda tx: tx.connection.execute(update(send).values(provider=None)))
    assert not await receipts.receive(TWILIO, word(provider_id=""))
