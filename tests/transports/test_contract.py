"""What holds for every transport: a clear no is a clear no, and what nobody knows is said to be unknown."""

from datetime import timedelta

import pytest

from domain.receipts import Outcome
from tests.transports.stand_ins import REFUSED, STAND_INS

HARD_WORDS = [
    "Bonjour Zoé, votre maison est-elle à vendre? Répondez ARRET",
    "Deal \U0001f3e0 “quoted” – naïve — ﬁne\n\nsecond paragraph",
    ".\n.. a line that begins with a dot\n.",
    "one line " * 160,
    "From here = there %41 &amp; <b>+1</b> ?=",
]


@pytest.fixture(params=STAND_INS, ids=lambda kind: kind.__name__)
async def stand_in(request):
    made = request.param()
    await made.start()
    yield made
    await made.stop()


async def test_a_message_that_is_taken_arrives_once_and_has_a_name_at_its_provider(stand_in):
    receipt = await stand_in.transport.send(stand_in.parcel())
    assert (receipt.outcome, receipt.dry_run) == (Outcome.ACCEPTED, False)
    assert receipt.provider_id
    assert len(receipt.provider_id) <= 128
    [arrived] = stand_in.arrived()
    assert (arrived.to, arrived.body) == (stand_in.parcel().address, stand_in.parcel().body)


@pytest.mark.parametrize("body", HARD_WORDS, ids=["french", "emoji", "dots", "long", "signs"])
async def test_words_arrive_as_they_were_approved(stand_in, body):
    body = body[:1600].strip()
    receipt = await stand_in.transport.send(stand_in.parcel(body=body))
    assert (receipt.outcome, [each.body for each in stand_in.arrived()]) == (Outcome.ACCEPTED, [body])


async def test_a_busy_provider_is_a_clear_no_with_the_wait_that_it_asks_for(stand_in):
    stand_in.order("busy")
    receipt = await stand_in.transport.send(stand_in.parcel())
    assert (receipt.outcome, receipt.code) == (Outcome.TEMPORARY, "rate_limited")
    assert (receipt.retry_after, stand_in.arrived()) == (timedelta(seconds=30), [])


async def test_a_provider_that_is_away_is_a_clear_no(stand_in):
    await stand_in.go_down()
    receipt = await stand_in.transport.send(stand_in.parcel())
    assert (receipt.outcome, receipt.code) == (Outcome.TEMPORARY, "unavailable")
    assert receipt.sentence
    assert stand_in.arrived() == []


@pytest.mark.parametrize("fault", REFUSED)
async def test_a_refusal_for_good_is_named(stand_in, fault):
    if fault == "opted_out" and not stand_in.knows_opt_outs:
        pytest.skip("this provider keeps no opt-outs")
    named = REFUSED | getattr(stand_in, "refused_as", {})
    stand_in.order(fault)
    receipt = await stand_in.transport.send(stand_in.parcel())
    assert (receipt.outcome, receipt.code) == (Outcome.PERMANENT, named[fault])
    assert receipt.sentence
    assert stand_in.arrived() == []


async def test_what_was_taken_without_an_answer_is_unclear_and_is_not_repeated(stand_in):
    stand_in.order("lost_after")
    receipt = await stand_in.transport.send(stand_in.parcel())
    assert receipt.outcome is Outcome.UNCLEAR
    assert receipt.code in ("timeout", "connection_lost")
    assert len(stand_in.arrived()) == 1


async def test_a_look_up_tells_what_was_taken_without_an_answer(stand_in):
    stand_in.order("lost_after")
    await stand_in.transport.send(stand_in.parcel())
    assert (await stand_in.transport.find(stand_in.parcel())).answer is stand_in.tells


async def test_a_look_up_never_claims_what_did_not_arrive(stand_in):
    assert (await stand_in.transport.find(stand_in.parcel())).answer is stand_in.tells_of_none
    stand_in.order("refuses")
    await stand_in.transport.send(stand_in.parcel())
    assert (await stand_in.transport.find(stand_in.parcel())).answer is stand_in.tells_of_none


async def test_a_second_attempt_is_a_second_message_with_the_same_mark(stand_in):
    first = await stand_in.transport.send(stand_in.parcel())
    second = await stand_in.transport.send(stand_in.parcel(attempted_at=stand_in.parcel().attempted_at))
    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    arrived = stand_in.arrived()
    assert len(arrived) == 2
    assert len({each.mark for each in arrived}) == 1


async def test_after_a_fault_the_next_message_leaves(stand_in):
    for fault in ("busy", "refuses", "lost_after"):
        stand_in.order(fault)
        await stand_in.transport.send(stand_in.parcel())
    before = len(stand_in.arrived())
    assert (await stand_in.transport.send(stand_in.parcel(send_id=8))).outcome is Outcome.ACCEPTED
    assert len(stand_in.arrived()) == before + 1


async def test_it_may_be_closed_twice_and_has_a_name(stand_in):
    await stand_in.transport.send(stand_in.parcel())
    await stand_in.transport.close()
    await stand_in.transport.close()
    assert stand_in.transport.name in ("console", "smtp", "twilio", "slack")
