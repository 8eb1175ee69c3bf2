"""The sandbox's people outside and its providers, beside the services: an answer acts, a receipt settles."""

from datetime import datetime, timedelta

import pytest

from bot.outside import Outside, offset_at
from bot.services.inbound import InboundBook
from bot.services.sends import MessageWish, Sends
from bot.services.sends_outbox import Outbox
from bot.services.sends_receipts import Receipts
from bot.services.workspaces import Workspaces
from bot.transports.console import ConsoleTransport
from domain.consent import MessageKind
from domain.messages import Route, SendState
from domain.rules import Medium
from storage.opt_outs import opt_outs_of
from storage.sends import get_send
from tests.sending import LINKS, SENDER
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, captured, rep


@pytest.fixture
async def outside(database):
    await Workspaces(database, StandingClock()).ensure(HERE, name="Test team", says=SENDER)
    await captured(database)
    clock = StandingClock()
    return Outside(HERE, InboundBook(database, clock), Receipts(database, clock))


def answer(text, provider_id="sandbox-1", **changes):
    facts = {"send_id": 1, "medium": "SMS", "from": DRAFT.phone, "at": NOW.isoformat()}
    return facts | {"text": text, "provider_id": provider_id} | changes


async def a_message_that_left(database):
    """Return the id of a text that its console twin has taken."""
    clock, left = StandingClock(), []
    wish = MessageWish("m1", Route.SMS, DRAFT.phone, "Yes, Tuesday works.", kind=MessageKind.REPLY, lead_id=1)
    queued = await Sends(database, clock, LINKS).queue(rep(), wish)
    twin = ConsoleTransport(left, dry_run=False)
    await Outbox(database, clock, {Route.SMS: twin}, LINKS).run(HERE)
    assert [line["send_id"] for line in left] == [queued.send.id]
    return queued.send.id


async def found(database, send_id):
    return await database.read(HERE, lambda tx: get_send(tx, send_id))


async def test_a_stop_acts_and_is_said(database, outside):
    said = await outside.answer(answer("STOP"))
    assert said["taken_for"] == "stop"
    assert "Taken as an opt-out" in said["sentence"]
    rows = await database.read(HERE, lambda tx: opt_outs_of(tx, [DRAFT.phone]))
    assert [row.scope for row in rows] == [Medium.SMS]


async def test_a_word_from_nobody_we_know_is_kept(outside):
    said = await outside.answer(answer("Who is this?", medium="EMAIL", **{"from": "nobody@example.com"}))
    assert said["taken_for"] == "none"


@pytest.mark.parametrize(("word", "state"), [("delivered", SendState.DELIVERED), ("undelivered", SendState.FAILED)])
async def test_a_receipt_settles_what_left(database, outside, word, state):
    send_id = await a_message_that_left(database)
    facts = {"send_id": send_id, "provider_id": f"console-{send_id}", "medium": "SMS", "to": DRAFT.phone}
    assert await outside.receipt({**facts, "state": word})
    settled = await found(database, send_id)
    assert settled.state is state
    assert (settled.last_error or "").startswith("The carrier" if state is SendState.FAILED else "")


async def test_a_receipt_for_a_message_that_is_not_ours_is_said_to_be_none(outside):
    facts = {"send_id": 99, "provider_id": "console-99", "medium": "EMAIL", "to": "x@example.com"}
    assert not await outside.receipt({**facts, "state": "undelivered"})


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("America/Toronto", "2026-11-24T12:00:00+00:00", -5),
        ("America/Toronto", "2026-07-01T12:00:00+00:00", -4),
        # British Columbia keeps its summer time since 2026.
        ("America/Vancouver", "2026-12-01T12:00:00+00:00", -7),
    ],
)
def test_offsets_come_from_the_packaged_zones(zone, at, hours):
    assert offset_at(zone, datetime.fromisoformat(at)) == timedelta(hours=hours)


def test_there_is_no_offset_where_there_is_no_zone():
    assert offset_at("Mars/Olympus", NOW) is None
