"""The console twin: honest about doubles, about dry runs, and about what was ordered to go wrong."""

import asyncio
from datetime import timedelta

import pytest

from bot.transports.console import KEPT_DRY, ConsoleTransport
from domain.messages import Route
from domain.receipts import CARRIER_BLOCK, Answer, Outcome
from tests.transports.parcels import parcel


def ordered(*names):
    left = list(names)

    def take(name):
        if name in left:
            left.remove(name)
            return True
        return False

    return take


async def test_a_line_says_what_would_have_left_and_what_it_would_cost():
    sent = []
    await ConsoleTransport(sent, dry_run=False).send(parcel(body="Hi \U0001f3e0" * 20))
    await ConsoleTransport(sent, dry_run=False).send(parcel(Route.EMAIL))
    assert [(each["medium"], each.get("encoding"), each.get("segments")) for each in sent] == [
        ("SMS", "UCS-2", 2),
        ("EMAIL", None, None),
    ]
    assert sent[1]["subject"] == "Your house on King St"


async def test_a_message_that_leaves_twice_stands_there_twice():
    sent = []
    twin = ConsoleTransport(sent, dry_run=False)
    for _ in range(2):
        await twin.send(parcel())
    assert [each["send_id"] for each in sent] == [7, 7]


async def test_a_dry_run_says_so_and_keeps_only_the_newest():
    sent = []
    twin = ConsoleTransport(sent, dry_run=True)
    receipts = [await twin.send(parcel(send_id=number)) for number in range(1, KEPT_DRY + 3)]
    assert all(each.dry_run for each in receipts)
    assert (len(sent), sent[0]["send_id"], sent[-1]["send_id"]) == (KEPT_DRY, 3, KEPT_DRY + 2)


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        ("provider_busy", Outcome.TEMPORARY, "rate_limited"),
        ("provider_down", Outcome.TEMPORARY, "unavailable"),
        ("provider_refuses", Outcome.PERMANENT, "cannot_receive"),
        ("provider_opted_out", Outcome.PERMANENT, CARRIER_BLOCK),
    ],
)
async def test_what_was_ordered_to_go_wrong_goes_wrong_once(fault, outcome, code):
    sent, heard = [], []

    async def hears(taken, provider_id):
        heard.append(provider_id)

    twin = ConsoleTransport(sent, dry_run=False, faults=ordered(fault), on_accepted=hears)
    receipt = await twin.send(parcel())
    assert (receipt.outcome, receipt.code, sent) == (outcome, code, [])
    assert receipt.retry_after == (timedelta(seconds=30) if fault == "provider_busy" else None)
    assert (await twin.find(parcel())).answer is Answer.NO
    assert (await twin.send(parcel())).outcome is Outcome.ACCEPTED
    await twin.close()
    assert heard == ["console-7"]


async def test_a_message_that_was_taken_without_a_word_is_found_and_brings_no_receipt():
    sent, heard = [], []

    async def hears(taken, provider_id):
        heard.append(provider_id)

    twin = ConsoleTransport(sent, dry_run=False, faults=ordered("provider_timeout"), on_accepted=hears)
    receipt = await twin.send(parcel())
    found = await twin.find(parcel())
    await twin.close()
    assert (receipt.outcome, receipt.code, len(sent)) == (Outcome.UNCLEAR, "timeout", 1)
    assert (found.answer, found.provider_id, heard) == (Answer.YES, "console-7", [])


async def test_receipts_follow_by_themselves_and_closing_waits_for_them():
    sent, go_on = [], asyncio.Event()

    async def hears(taken, provider_id):
        await go_on.wait()
        sent[0]["state"] = "undelivered"

    twin = ConsoleTransport(sent, dry_run=False, on_accepted=hears)
    assert (await twin.send(parcel())).outcome is Outcome.ACCEPTED
    assert sent[0]["state"] == "sent"
    closing = asyncio.create_task(twin.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert sent[0]["state"] == "undelivered"


async def test_a_receipt_that_fails_is_logged_and_spoils_nothing():
    async def hears(taken, provider_id):
        raise RuntimeError("no")

    twin = ConsoleTransport([], dry_run=False, on_accepted=hears)
    assert (await twin.send(parcel())).outcome is Outcome.ACCEPTED
    await twin.close()
