"""The outbox: each intent leaves once, when it may; what a window, a pause or a refusal of the gate makes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update

from bot.services import contacts as asking
from bot.services import sends_outbox
from bot.services.sends import KEPT_FOR
from domain.consent import MessageKind
from domain.content import SenderIncomplete
from domain.messages import Post, Route, SendState
from domain.receipts import ATTEMPTS
from domain.releases import LOOK_AGAIN, SPREAD
from domain.segments import TextTooLong
from storage.audit import audit_entry
from storage.pauses import market_pause
from storage.policies import market_policy
from storage.schema import metadata
from storage.send_attempts import attempts_of
from storage.workspaces import workspace
from tests.sending import PHONE, both, sending_of
from tests.storage.builders import HERE, NOW, captured

MAIL = "ann@example.com"
NIGHT = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)  # Wednesday 20:30 in Toronto
OPENING = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)  # Thursday 09:00 in Toronto
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
S = SendState


async def attempts(sending, key="k"):
    made = await sending.one(key)
    return await sending.database.read(HERE, lambda tx: attempts_of(tx, made.id))


async def write(sending, statement):
    await sending.database.write(HERE, lambda tx: tx.connection.execute(statement))


async def test_a_message_that_may_leave_leaves_once_with_all_that_the_law_wants(sending):
    queued = await sending.queue()
    await sending.run()
    await sending.run()

    (parcel,) = sending.provider.taken
    made = await sending.one()
    assert (queued.is_new, queued.send.state) == (True, S.APPROVED)
    assert parcel.address == PHONE
    assert parcel.body.startswith("Hi Ann, shall we talk?")
    assert "Maple Homes" in parcel.body
    assert parcel.valid_until == datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
    assert (parcel.unsubscribe_url, parcel.first_attempt_at, parcel.attempted_at) == (None, NOW, NOW)
    assert (made.state, made.provider, made.provider_id) == (S.SENT, "fake", f"fake-{made.id}")
    assert (made.attempt_count, made.settled_at, made.maybe) == (1, NOW, False)
    assert await sending.counted() == ["sms_sent"]
    assert [(each.outcome, each.ended_at) for each in await attempts(sending)] == [("accepted", NOW)]


async def test_an_email_carries_its_subject_and_its_own_way_to_unsubscribe(sending):
    await sending.queue(route=Route.EMAIL, to=MAIL)
    await sending.run()

    (parcel,) = sending.provider.taken
    assert parcel.subject == "Your house"
    assert parcel.unsubscribe_url.startswith("https://maple.example/unsubscribe/")
    assert parcel.unsubscribe_url in parcel.body
    assert await sending.counted() == ["email_sent"]


async def test_fifty_who_mean_the_same_make_one_message(sending):
    queued = await both(*(sending.queue("one intent") for _ in range(50)))
    await sending.run()

    assert sum(each.is_new for each in queued) == 1
    assert len({each.send.id for each in queued}) == 1
    assert len(sending.provider.taken) == 1


async def test_a_message_that_is_too_long_or_from_nobody_is_not_taken_down(sending):
    with pytest.raises(TextTooLong):
        await sending.queue(body="x" * 2000)
    await write(sending, update(workspace).values(mailing_address=None))
    with pytest.raises(SenderIncomplete):
        await sending.queue("other")
    assert await sending.all() == []


# What waits


async def test_a_closed_window_holds_until_a_little_after_the_opening(sending_team):
    sending = sending_of(sending_team, at=NIGHT)
    queued = [await sending.queue(f"k{number}", kind=MessageKind.REPLY) for number in range(12)]
    await sending.run()

    dues = [each.send.due_at for each in queued]
    assert {each.send.state for each in queued} == {S.HELD}
    assert {each.send.held_until for each in queued} == {OPENING}
    assert all(OPENING <= due < OPENING + SPREAD for due in dues)
    assert len(set(dues)) == 12
    assert sending.provider.calls == []
    assert await sending.counted() == []

    sending.clock.at = min(dues) - SECOND
    await sending.run()
    assert sending.provider.calls == []
    sending.clock.at = OPENING + SPREAD
    await sending.run()
    assert len(sending.provider.taken) == 12


async def test_in_a_window_narrower_than_the_spread_what_waits_leaves_at_its_opening(sending_team):
    narrow = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "09:01"}]}
    sending = sending_of(sending_team, at=NIGHT)
    await write(sending, update(market_policy).values(rules_json=narrow | {"channels_allowed": ["SMS"]}))
    await sending.queue("k1")
    sending.clock.at = OPENING + timedelta(seconds=59)
    await sending.run()
    assert len(sending.provider.taken) == 1


async def test_what_was_approved_while_open_is_held_when_it_comes_to_the_door_too_late(sending):
    await sending.queue()
    sending.clock.at = NIGHT
    await sending.run()

    made = await sending.one()
    assert (made.state, made.reason, made.held_until) == (S.HELD, "outside_window", OPENING)
    assert made.attempt_count == 0, "waiting is no attempt"


async def test_a_pause_and_a_reply_that_nobody_read_hold_until_they_are_over(sending):
    await sending.queue()
    paused = {"outreach_paused": True, "outreach_paused_by": "U0SAM", "outreach_paused_at": NOW}
    await write(sending, update(workspace).values(paused | {"outreach_paused_reason": "audit"}))
    await sending.run()
    held = await sending.one()
    assert (held.state, held.reason, held.due_at, held.held_until) == (S.HELD, "paused", NOW + LOOK_AGAIN, None)

    await write(sending, update(workspace).values(outreach_paused=False))
    sending.clock.move(LOOK_AGAIN)
    await sending.run()
    assert (await sending.one()).state is S.SENT


async def test_a_market_that_is_paused_holds_its_own_messages(sending):
    await sending.queue()
    stops = {"province": "ON", "market": "Toronto", "paused_by": "U0SAM", "paused_at": NOW, "reason": "a complaint"}
    await write(sending, insert(market_pause).values(workspace_id=HERE, created_at=NOW, **stops))
    await sending.run()
    assert ((await sending.one()).state, sending.provider.calls) == (S.HELD, [])


async def test_one_that_would_be_out_of_date_at_the_opening_is_cancelled_and_says_so(sending_team):
    sending = sending_of(sending_team, at=NIGHT)
    queued = await sending.queue(keep_for=timedelta(hours=2))
    assert (queued.send.state, queued.send.reason) == (S.CANCELLED, "expired")
    assert queued.send.settled_at == NIGHT


async def test_one_that_nobody_let_out_for_a_week_ends_and_is_not_sent(sending):
    await sending.queue(metadata={"tell": True})
    sending.clock.move(KEPT_FOR)
    await sending.run()

    made = await sending.one()
    assert (made.state, made.reason, made.settled_at) == (S.CANCELLED, "expired", sending.clock.at)
    (post,) = [each for each in await sending.all() if each.route is Route.SLACK]
    assert post.metadata == {"send_id": made.id, "post": Post.OUTCOME.value}


# What is refused here


async def test_a_refusal_at_the_door_ends_the_message_and_is_counted_and_kept(sending):
    await sending.queue()
    await write(sending, update(market_policy).values(enabled=False))
    await sending.run()

    made = await sending.one()
    audited = await sending.database.read(
        HERE, lambda tx: [row.verb for row in tx.connection.execute(audit_entry.select())]
    )
    assert (made.state, made.reason) == (S.BLOCKED, "disabled")
    assert await sending.counted() == ["sms_blocked_by_policy"]
    assert audited.count(asking.REFUSED) == 1
    assert sending.provider.calls == []


async def test_a_refusal_when_it_is_taken_down_is_told_counted_and_kept(sending):
    queued = await sending.queue(to="+14165550199")
    assert (queued.send.state, queued.verdict.reason) == (S.BLOCKED, "block_no_consent")
    assert await sending.counted() == ["sms_blocked_by_policy"]


async def test_an_error_inside_the_gate_lets_nothing_leave_and_it_is_asked_again(sending, monkeypatch):
    await sending.queue()

    def broken(*_):
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(sends_outbox, "judge_in", broken)
        await sending.run()
    put_off = await sending.one()
    assert (put_off.state, put_off.reason) == (S.HELD, "error_in_gate")
    assert NOW < put_off.due_at <= NOW + MINUTE
    assert sending.provider.calls == []

    sending.clock.at = put_off.due_at
    await sending.run()
    assert (await sending.one()).state is S.SENT


async def test_a_gate_that_fails_again_and_again_ends_in_sight_of_the_team(sending, monkeypatch):
    await sending.queue()

    def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(sends_outbox, "judge_in", broken)
    for _ in range(ATTEMPTS + 1):
        await sending.run()
        sending.clock.at = max(sending.clock.at, (await sending.one()).due_at)
    made = await sending.one()
    assert (made.state, made.reason, sending.provider.calls) == (S.FAILED, "gave_up", [])


async def test_a_lead_that_was_deleted_while_its_message_was_held_keeps_it_back(sending_team):
    sending = sending_of(sending_team, at=NIGHT)
    lead_id = (await captured(sending_team, phone="+14165550177", email=None)).lead_id
    await sending.queue(to="+14165550177", lead_id=lead_id)
    await sending.database.write(HERE, lambda tx: _delete_lead(tx, lead_id))
    sending.clock.at = OPENING + SPREAD
    await sending.run()

    made = await sending.one()
    assert (made.state, made.reason, sending.provider.calls) == (S.CANCELLED, "record_gone", [])


def _delete_lead(tx, lead_id):
    """Delete a lead with all that hangs on it."""
    for table in reversed(metadata.sorted_tables):
        column = table.c.id if table.name == "lead" else table.c.get("lead_id")
        if column is not None and table.name != "send":
            tx.connection.execute(delete(table).where(column == lead_id))


async def test_a_buyer_that_is_gone_keeps_its_message_back(sending):
    await sending.queue()
    await sending.set(buyer_id=12345)
    await sending.run()
    assert ((await sending.one()).reason, sending.provider.calls) == ("record_gone", [])
