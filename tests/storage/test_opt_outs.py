"""Opt-outs and inbound messages as the database keeps them."""

from datetime import timedelta

import pytest

from domain.consent import ConsentEvent, ConsentKind
from domain.optout import ALL_MEDIA, Intent
from domain.rules import Medium
from storage.inbound import InboundState, add_inbound, decide_inbound, find_inbound, inbound_from, waiting, waiting_at
from storage.opt_outs import OptOut, acted_on, add_opt_out, opt_outs_of
from tests.storage.builders import HERE, NOW

PHONE, EMAIL = "+14165550123", "ann@example.com"
STOP = OptOut(PHONE, Medium.SMS, ConsentKind.STOP, NOW, "sms", "STOP", "twilio", inbound_id=7)
LIFTED = OptOut(PHONE, Medium.SMS, ConsentKind.START, NOW, "sms", "START", "twilio", lifted_at=NOW + timedelta(hours=1))
ALL = OptOut(EMAIL, ALL_MEDIA, ConsentKind.DO_NOT_CALL, NOW, "email", "do not contact me", "U0REP")


async def write(database, work):
    return await database.write(HERE, work)


@pytest.mark.parametrize(
    ("row", "event"),
    [
        (STOP, ConsentEvent(ConsentKind.STOP, NOW, Medium.SMS)),
        (LIFTED, ConsentEvent(ConsentKind.START, NOW + timedelta(hours=1), Medium.SMS)),
        (ALL, ConsentEvent(ConsentKind.DO_NOT_CALL, NOW, None)),
    ],
)
async def test_a_row_comes_back_as_it_was_written_and_is_an_event_of_the_ledger(database, row, event):
    await write(database, lambda tx: add_opt_out(tx, row, now=NOW))
    (found,) = await write(database, lambda tx: opt_outs_of(tx, [row.address]))
    assert (found, found.event()) == (row, event)


async def test_rows_are_read_by_address_in_the_order_of_writing_and_by_message(database):
    for row in (STOP, ALL, LIFTED):
        await write(database, lambda tx, row=row: add_opt_out(tx, row, now=NOW))
    assert await write(database, lambda tx: opt_outs_of(tx, [PHONE])) == [STOP, LIFTED]
    assert await write(database, lambda tx: opt_outs_of(tx, [EMAIL, PHONE])) == [STOP, ALL, LIFTED]
    assert await write(database, lambda tx: opt_outs_of(tx, [])) == []
    assert await write(database, lambda tx: acted_on(tx, 7)) == [STOP]


def reply(provider_id="SM1", *, state="needs_person", minutes=0):
    return {
        "provider_id": provider_id, "medium": "SMS", "address": PHONE, "text": "stop the bank", "intent": "ambiguous",
        "state": state, "received_at": NOW - timedelta(minutes=minutes), "recorded_by": "twilio", "created_at": NOW,
    }  # fmt: skip


async def test_a_message_is_stored_once(database):
    first = await write(database, lambda tx: add_inbound(tx, reply()))
    assert await write(database, lambda tx: add_inbound(tx, reply())) is None
    (kept,) = await write(database, lambda tx: inbound_from(tx, PHONE))
    assert (kept.id, kept.intent, kept.medium, kept.state) == (
        first, Intent.AMBIGUOUS, Medium.SMS, InboundState.NEEDS_PERSON,
    )  # fmt: skip


async def test_the_one_that_waits_longest_comes_first_and_what_is_handled_does_not_wait(database):
    for row in (reply("a", minutes=1), reply("b", minutes=9), reply("c", state="handled", minutes=20)):
        await write(database, lambda tx, row=row: add_inbound(tx, row))
    found = await write(database, lambda tx: waiting(tx, limit=9))
    assert [each.provider_id for each in found] == ["b", "a"]
    assert len(await write(database, lambda tx: waiting(tx, limit=1))) == 1
    assert await write(database, lambda tx: waiting_at(tx, PHONE))
    assert not await write(database, lambda tx: waiting_at(tx, EMAIL))


async def test_a_reply_is_decided_once(database):
    one = await write(database, lambda tx: add_inbound(tx, reply()))
    decide = lambda tx: decide_inbound(tx, one, intent=Intent.STOP, by="U0LEE", now=NOW)  # noqa: E731 - asked twice
    assert await write(database, decide)
    assert not await write(database, decide)
    found = await write(database, lambda tx: find_inbound(tx, one))
    assert (found.state, found.intent, found.decided_by, found.decided_at) == (
        InboundState.HANDLED, Intent.STOP, "U0LEE", NOW,
    )  # fmt: skip
    assert not await write(database, lambda tx: waiting_at(tx, PHONE))
