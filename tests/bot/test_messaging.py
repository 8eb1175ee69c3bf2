"""What a program asks to have sent: where its words about place and time count, and what becomes of what can't leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.services.actors import Actor
from bot.services.messaging import Messaging, OutsideWish
from bot.services.recipients import NamedPlace
from domain.consent import ConsentKind
from domain.consent_draft import ConsentDraft, ConsentInFuture
from domain.gate import Stated
from domain.messages import SendState
from domain.pauses import Pause
from domain.rules import Medium
from storage.audit import audit_entry
from storage.contacts import set_zone
from storage.pauses import add_pause, remove_pause
from storage.workspaces import workspace
from tests.sending import LINKS, PHONE
from tests.storage.builders import HERE, NOW

API = Actor(HERE, "api", is_person=False)
UNKNOWN = "+17095550177"
"""A number of St. John's that is on no record."""


def agreed(today):
    return ConsentDraft(ConsentKind.EXPRESS_WRITTEN, today, source="form", evidence="form")


def wish(**changes) -> OutsideWish:
    return OutsideWish(**{"medium": Medium.SMS, "address": PHONE, "body": "Shall we talk?"} | changes)


async def sent(sending, **changes):
    return await Messaging(sending.database, sending.clock, LINKS).send(API, wish(**changes))


async def write(sending, work):
    return await sending.database.write(HERE, work)


async def test_a_named_place_adds_its_clock_to_that_of_the_number(sending):
    answered = await sent(sending, address=UNKNOWN, consent=agreed, place=NamedPlace("BC", "Vancouver"))
    assert answered.refusal.reason == "outside_window"  # 08:00 in Vancouver, 12:30 in St. John's
    assert set(answered.local_times) == {"America/St_Johns", "America/Goose_Bay", "America/Vancouver"}
    assert answered.policy == "BC/Vancouver v1"


async def test_a_zone_that_somebody_has_said_stands_alone(sending):
    await write(sending, lambda tx: set_zone(tx, UNKNOWN, "America/Toronto", by="U0REP", now=NOW))
    answered = await sent(sending, address=UNKNOWN, consent=agreed, place=NamedPlace("BC", "Vancouver"))
    assert (answered.refusal, set(answered.local_times)) == (None, {"America/Toronto"})


async def test_the_named_place_holds_at_the_door_too(sending):
    await sent(
        sending, address="new@example.com", medium=Medium.EMAIL, subject="Hi", consent=agreed, place=NamedPlace("ON")
    )
    await sending.run()
    (send,) = await sending.all()
    assert (send.state, len(sending.provider.taken)) == (SendState.SENT, 1)


async def test_what_is_not_to_be_held_never_leaves_later_though_the_window_shut_before_its_turn(sending):
    sending.clock.at = NOW + timedelta(hours=8, minutes=59)  # 19:59 in Toronto
    answered = await sent(sending)
    assert answered.send.state is SendState.APPROVED
    sending.clock.at += timedelta(minutes=2)
    await sending.run()
    (send,) = await sending.all()
    assert (send.state, send.reason) == (SendState.CANCELLED, "expired")


@pytest.mark.parametrize(("holds", "state"), [(False, SendState.BLOCKED), (True, SendState.HELD)])
async def test_a_pause_refuses_or_holds_until_it_is_over(sending, holds, state):
    await write(sending, lambda tx: add_pause(tx, None, Pause(None, "U0SAM", NOW, "audit")))
    answered = await sent(sending, holds=holds)
    assert answered.send.state is state
    assert (answered.refusal and answered.refusal.reason) == (None if holds else "paused")
    await write(sending, lambda tx: remove_pause(tx, None))
    sending.clock.at += timedelta(minutes=16)
    await sending.run()
    assert [send.state for send in await sending.all()] == [SendState.SENT if holds else SendState.BLOCKED]


@pytest.mark.parametrize("holds", [False, True])
async def test_whoever_is_over_the_cap_of_the_day_is_refused_or_waits_for_the_next(sending, holds):
    await write(sending, lambda tx: tx.connection.execute(update(workspace).values(contact_cap_per_day=1)))
    await sent(sending)
    await sending.run()
    answered = await sent(sending, holds=holds)
    assert answered.send.state is (SendState.HELD if holds else SendState.BLOCKED)


async def test_a_stated_time_is_in_the_audit_trail_whatever_the_answer(sending):
    for hhmm in ("1200", "2100"):
        await sent(sending, stated=Stated(2, hhmm))
    query = select(audit_entry.c.after).where(audit_entry.c.verb == "contact_time_stated").order_by(audit_entry.c.id)
    kept = await sending.database.read(HERE, lambda tx: list(tx.connection.execute(query).scalars()))
    assert [(each["weekday"], each["hhmm"], each["allowed"]) for each in kept] == [
        ("2", "1200", True),
        ("2", "2100", False),
    ]


async def test_a_consent_of_tomorrow_leaves_nothing_behind(sending):
    with pytest.raises(ConsentInFuture):
        await sent(sending, consent=lambda today: agreed(today + timedelta(days=1)))
    assert await sending.all() == []


async def test_a_preview_takes_a_stated_consent_for_granted_and_keeps_nothing(sending):
    messaging = Messaging(sending.database, sending.clock, LINKS)
    asked = wish(address=UNKNOWN, place=NamedPlace("NL"))
    assert (await messaging.preview(API, asked)).refusal.reason == "block_no_consent"
    answered = await messaging.preview(API, wish(address=UNKNOWN, place=NamedPlace("NL"), consent=agreed))
    assert (answered.refusal, answered.send) == (None, None)
    assert answered.body.endswith("Reply STOP to opt out")
    assert await sending.all() == []
