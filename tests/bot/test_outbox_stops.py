"""Stops and caps: what a recipient asked not to get does not leave, nor more than they may get in a day."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.services.inbound import InboundBook, InboundWish, OptOutWish
from bot.services.sends import cancel_in
from bot.services.sends_outbox import Pace
from domain.consent import ConsentKind, MessageKind
from domain.messages import Route, SendState
from domain.rules import Medium
from storage.outbox import Lease, claim_due, pass_door
from storage.sends import stoppable_to
from storage.workspaces import workspace
from tests.sending import LEASE, PHONE, Act, both, sending_of
from tests.storage.builders import HERE, NOW, rep

MAIL = "ann@example.com"
NIGHT = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)  # Wednesday 20:30 in Toronto
OPENING = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)  # Thursday 09:00 in Toronto
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
S = SendState


async def write(sending, statement):
    await sending.database.write(HERE, lambda tx: tx.connection.execute(statement))


def stops(sending):
    return InboundBook(sending.database, sending.clock)


async def test_an_opt_out_cancels_what_waits_at_once(sending):
    await sending.queue("text")
    await sending.queue("mail", route=Route.EMAIL, to=MAIL)
    await stops(sending).receive(rep(), InboundWish("SM1", Medium.SMS, PHONE, "STOP"))
    await sending.run()
    assert [(each.key, each.state) for each in await sending.all() if each.route is not Route.SLACK] == [
        ("text", S.CANCELLED),
        ("mail", S.SENT),
    ]
    assert [parcel.route for parcel in sending.provider.taken if parcel.route is not Route.SLACK] == [Route.EMAIL]


async def test_an_opt_out_keeps_back_even_what_a_worker_has_claimed(sending):
    await sending.queue()
    lease = Lease("other", NOW + LEASE)
    (claimed,) = await sending.database.write(HERE, lambda tx: claim_due(tx, lease, now=NOW, limit=9))
    await stops(sending).record_opt_out(rep(), OptOutWish(PHONE, Medium.SMS, ConsentKind.STOP, "Please stop", "phone"))
    through = await sending.database.write(
        HERE, lambda tx: pass_door(tx, claimed.id, "other", now=NOW, call_ends=NOW + MINUTE)
    )
    assert (through, (await sending.one()).state) == (False, S.CANCELLED)


async def test_what_is_behind_the_door_can_not_be_cancelled(sending):
    await sending.queue()

    async def before(_):
        waiting = await sending.database.read(HERE, lambda tx: stoppable_to(tx, [PHONE]))
        assert waiting == []
        made = await sending.one()
        assert not await sending.database.write(HERE, lambda tx: cancel_in(tx, made, "why", "Why.", now=NOW))

    sending.provider.before = before
    await sending.run()
    assert (await sending.one()).state is S.SENT


async def test_unsubscribing_leaves_the_messages_of_a_transaction(sending):
    await sending.queue("offer", route=Route.EMAIL, to=MAIL)
    await sending.queue("papers", route=Route.EMAIL, to=MAIL, kind=MessageKind.TRANSACTIONAL)
    await stops(sending).record_opt_out(
        rep(), OptOutWish(MAIL, Medium.EMAIL, ConsentKind.UNSUBSCRIBED, "unsubscribed", "link")
    )
    await sending.run()
    assert [(each.key, each.state) for each in await sending.all()] == [("offer", S.CANCELLED), ("papers", S.SENT)]


async def test_a_reply_that_may_be_a_stop_holds_what_waits(sending):
    await sending.queue()
    await stops(sending).receive(rep(), InboundWish("SM2", Medium.SMS, PHONE, "trying to stop the foreclosure"))
    await sending.run()
    made = await sending.one()
    assert (made.state, made.reason) == (S.HELD, "reply_waits")


# Caps


async def test_two_a_day_leave_and_the_third_waits_for_tomorrow(sending):
    for number in range(3):
        await sending.queue(f"k{number}")
    await sending.run()
    found = await sending.all()
    assert sorted(each.state for each in found) == [S.HELD, S.SENT, S.SENT]
    (held,) = [each for each in found if each.state is S.HELD]
    assert (held.reason, held.held_until) == ("cap_reached", OPENING)


async def test_what_was_taken_down_days_ago_counts_on_the_day_on_which_it_leaves(sending_team):
    sending = sending_of(sending_team)
    for number in range(4):
        await sending.queue(f"k{number}")
    sending.clock.move(timedelta(days=2))
    under_way = []

    async def before(parcel):
        under_way.append(parcel.send_id)
        await asyncio.sleep(0.05)

    sending.provider.before = before
    await both(sending.run(), sending.another().run(HERE))
    assert len(under_way) == 2, "two are at the provider at once, and the cap counts them"


async def test_two_outboxes_at_once_keep_the_cap(sending_team):
    await write(sending_of(sending_team), update(workspace).values(contact_cap_per_day=1))
    sending = sending_of(sending_team)
    others = [sending.another(pace=Pace(batch=1)) for _ in range(4)]
    for number in range(6):
        to = {"to": MAIL, "route": Route.EMAIL} if number % 2 else {}
        await sending.queue(f"k{number}", **to)
    await both(*(other.run(HERE) for other in others))

    assert len(sending.provider.taken) == 1
    assert sorted(each.state for each in await sending.all()) == [S.HELD] * 5 + [S.SENT]


async def test_what_may_have_arrived_counts_as_a_contact(sending):
    sending.provider.acts = [Act.SILENT, Act.SILENT]
    for number in range(3):
        await sending.queue(f"k{number}")
    await sending.run()
    assert sorted(each.state for each in await sending.all()) == [S.HELD, S.UNKNOWN, S.UNKNOWN]
