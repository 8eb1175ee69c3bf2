"""What people answer: stored once, acted on at once, and decided by a person where it is unclear."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.services.actors import Actor
from bot.services.contacts import subject_of
from bot.services.inbound import (
    InboundBook,
    InboundWish,
    NoOptOut,
    NoSuchAddress,
    NotYourReply,
    OptOutWish,
    ReplyDecided,
    ReplyNotFound,
    WordsMissing,
    stored_address,
)
from bot.services.opting_out import Stopped
from domain.consent import ConsentKind
from domain.optout import ALL_MEDIA, Intent
from domain.roles import Role
from domain.rules import Medium
from storage.audit import audit_entry
from storage.do_not_call import lists_of
from storage.inbound import inbound_message, waiting_at
from storage.kpis import kpi_event
from storage.opt_outs import opt_out, opt_outs_of
from storage.requests import RequestKey
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, add_buyer, captured, founded, rep

SMS, CALL, EMAIL = Medium.SMS, Medium.CALL, Medium.EMAIL
TWILIO = Actor(HERE, "twilio", Role.REP, is_person=False)
LEE = Actor(HERE, "U0LEE", Role.APPROVER)
PHONE, MAIL = DRAFT.phone, DRAFT.email
AMBIGUOUS = "trying to stop the foreclosure"
KEY = RequestKey("view:V1", "hash")


@pytest.fixture
async def book(database):
    await founded(database)
    await captured(database)
    return InboundBook(database, StandingClock())


def text(words, provider_id="SM1", **changes):
    return replace(InboundWish(provider_id, SMS, PHONE, words), **changes)


async def kept(database, table):
    return await database.read(HERE, lambda tx: [row._asdict() for row in tx.connection.execute(select(table))])


async def opt_outs(database, *addresses):
    return await database.read(HERE, lambda tx: opt_outs_of(tx, addresses))


async def test_a_stop_by_text_stops_texts_at_once_and_is_counted_and_audited(book, database):
    done = await book.receive(TWILIO, text("STOP", received_at=NOW - timedelta(minutes=1)))

    assert done.stopped == (Stopped(PHONE, SMS),)
    assert (done.message.intent, done.lead.number, done.still_stopped) == (Intent.STOP, 1, True)
    (row,) = await opt_outs(database, PHONE)
    assert (row.kind, row.at, row.source, row.inbound_id) == (
        ConsentKind.STOP, NOW - timedelta(minutes=1), "sms", done.message.id,
    )  # fmt: skip
    about = f"inbound:{done.message.id}"
    metrics = [row["metric"] for row in await kept(database, kpi_event) if row["correlation_id"] == about]
    assert sorted(metrics) == ["inbound_received", "opted_out"]
    (entry,) = [row for row in await kept(database, audit_entry) if row["verb"] == "opted_out"]
    assert (entry["subject"], entry["actor"], entry["reason"]) == (subject_of(PHONE), "twilio", "STOP")


async def test_no_kpi_event_holds_an_address(book, database):
    await book.receive(TWILIO, text("do not contact me again"))
    await book.record_opt_out(LEE, OptOutWish(MAIL, EMAIL, ConsentKind.COMPLAINT, "told me", "phone"))
    shown = repr(await kept(database, kpi_event))
    assert (PHONE in shown, PHONE[2:] in shown, MAIL in shown) == (False, False, False)


async def test_the_same_message_twice_is_one_and_tells_the_same(book, database):
    first = await book.receive(TWILIO, text("STOP"))
    again = await book.receive(TWILIO, text("STOP"))
    assert (again.repeated, again.stopped, again.message.id) == (True, first.stopped, first.message.id)
    assert len(await kept(database, inbound_message)) == len(await kept(database, opt_out)) == 1


async def test_do_not_contact_me_stops_every_address_of_the_person_and_goes_on_our_own_list(book, database):
    await database.write(HERE, lambda tx: add_buyer(tx, phone=PHONE, email="Ann.Buys@Example.com"))
    await captured(database, phone=PHONE, email="ann.other@example.com")
    done = await book.receive(TWILIO, text("do not contact me again"))
    assert set(done.stopped) == {
        Stopped(address, ALL_MEDIA) for address in (PHONE, MAIL, "ann.other@example.com", "ann.buys@example.com")
    }
    assert {row.kind for row in await opt_outs(database, PHONE, MAIL)} == {ConsentKind.DO_NOT_CALL}
    lists = await database.read(HERE, lambda tx: lists_of(tx, PHONE))
    assert lists.internal_since == date(2026, 3, 11)


async def test_by_e_mail_every_address_is_found_as_well(book):
    wish = InboundWish("M1", EMAIL, "Ann@Example.com", "Do not contact me again")
    assert set((await book.receive(TWILIO, wish)).stopped) == {Stopped(MAIL, ALL_MEDIA), Stopped(PHONE, ALL_MEDIA)}


async def test_an_unsubscribe_by_e_mail_stops_e_mails_alone(book, database):
    done = await book.receive(TWILIO, InboundWish("M1", EMAIL, MAIL, "unsubscribe"))
    assert done.stopped == (Stopped(MAIL, EMAIL),)
    (row,) = await opt_outs(database, MAIL)
    assert (row.kind, row.source) == (ConsentKind.UNSUBSCRIBED, "email")


async def test_stop_calling_me_as_a_text_stops_both(book, database):
    done = await book.receive(TWILIO, text("stop calling me"))
    assert done.stopped == (Stopped(PHONE, SMS), Stopped(PHONE, CALL))
    assert (await database.read(HERE, lambda tx: lists_of(tx, PHONE))).internal_since == date(2026, 3, 11)


async def test_a_number_nobody_knows_is_stopped_too(book):
    done = await book.receive(TWILIO, text("STOP", address="+1 604 555 0177"))
    assert (done.stopped, done.lead, done.buyer) == ((Stopped("+16045550177", SMS),), None, None)


async def test_a_buyers_reply_is_known_as_theirs(book, database):
    await database.write(HERE, lambda tx: add_buyer(tx, phone="+14165550777"))
    done = await book.receive(TWILIO, text("trying to stop it", address="+14165550777"))
    assert (done.lead, done.buyer.number) == (None, 1)


@pytest.mark.parametrize("address", ["72345", "STOP-Line", "a\0b", "no one@", "x" * 400])
async def test_a_stop_from_an_odd_address_is_kept_and_acted_on(book, address):
    done = await book.receive(TWILIO, text("STOP", address=address))
    assert done.stopped == (Stopped(stored_address(address), SMS),)
    assert len(done.message.address) <= 320


async def test_a_message_with_a_name_longer_than_its_column_is_still_one(book, database):
    wish = text("STOP " * 300, provider_id=f"<{'a' * 900}@example.com>")
    await book.receive(TWILIO, wish)
    assert (await book.receive(TWILIO, wish)).repeated
    (entry,) = [row for row in await kept(database, audit_entry) if row["verb"] == "opted_out"]
    assert len(entry["reason"]) == 500


async def test_a_message_that_claims_to_come_from_tomorrow_came_now(book):
    done = await book.receive(TWILIO, text("START", received_at=NOW + timedelta(days=1)))
    assert done.message.received_at == NOW


async def test_start_lifts_the_stop_and_creates_no_consent(book, database):
    await book.receive(TWILIO, text("STOP", received_at=NOW - timedelta(hours=1)))
    done = await book.receive(TWILIO, text("YES", "SM2"))
    assert (done.message.intent, done.lifted, done.still_stopped) == (Intent.START, True, False)
    assert [row.lifted_at for row in await opt_outs(database, PHONE)] == [None, NOW]
    assert "opt_out_lifted" in {row["verb"] for row in await kept(database, audit_entry)}


async def test_start_where_nothing_is_stopped_changes_nothing(book, database):
    done = await book.receive(TWILIO, text("START"))
    assert (done.lifted, done.still_stopped, await kept(database, opt_out)) == (False, False, [])


async def test_start_does_not_take_back_a_request_for_no_contact_at_all(book):
    await book.receive(TWILIO, text("do not contact me again", received_at=NOW - timedelta(hours=1)))
    done = await book.receive(TWILIO, text("START", "SM2"))
    assert (done.lifted, done.still_stopped) == (True, True)


async def test_a_wrong_person_is_blocked_at_that_address_alone(book, database):
    done = await book.receive(TWILIO, text("wrong number"))
    assert done.stopped == (Stopped(PHONE, ALL_MEDIA),)
    (row,) = await opt_outs(database, PHONE, MAIL)
    assert row.kind is ConsentKind.WRONG_PERSON


@pytest.mark.parametrize(("words", "intent"), [("HELP", Intent.HELP), ("Sounds good", Intent.NONE), ("", Intent.NONE)])
async def test_what_asks_for_nothing_is_kept_and_stops_nothing(book, database, words, intent):
    done = await book.receive(TWILIO, text(words))
    assert (done.message.intent, done.stopped, await kept(database, opt_out)) == (intent, (), [])


# What a person must read


async def test_an_unclear_reply_waits_and_holds_its_address(book, database):
    done = await book.receive(TWILIO, text(AMBIGUOUS))
    assert (done.message.state, done.stopped) == ("needs_person", ())
    assert await database.read(HERE, lambda tx: waiting_at(tx, PHONE))
    (waits,) = await book.queue(rep())
    assert (waits.message.id, waits.lead.number) == (done.message.id, 1)


async def test_reps_see_and_decide_those_to_their_own_leads_approvers_all(book):
    done = await book.receive(TWILIO, text(AMBIGUOUS))
    other = rep(user_id="U0OTHER")
    assert (await book.queue(other), len(await book.queue(LEE))) == ([], 1)
    with pytest.raises(NotYourReply):
        await book.decide(other, done.message.id, is_stop=False)


async def test_a_reply_from_somebody_unknown_is_anybodys(book):
    await book.receive(TWILIO, text(AMBIGUOUS, address="+16045550177"))
    assert len(await book.queue(rep(user_id="U0OTHER"))) == 1


async def test_decided_as_a_stop_it_counts_from_when_it_was_written(book, database):
    then = NOW - timedelta(days=2)
    done = await book.receive(TWILIO, text(AMBIGUOUS, received_at=then))
    decided = await book.decide(rep(), done.message.id, is_stop=True)
    assert (decided.message.intent, decided.stopped) == (Intent.STOP, (Stopped(PHONE, SMS),))
    (row,) = await opt_outs(database, PHONE)
    assert (row.at, row.recorded_by) == (then, "U0REP")
    assert await book.queue(LEE) == []


async def test_decided_as_none_it_holds_nothing_any_more(book, database):
    done = await book.receive(TWILIO, text(AMBIGUOUS))
    decided = await book.decide(rep(), done.message.id, is_stop=False)
    assert (decided.message.intent, decided.stopped, decided.message.decided_by) == (Intent.NONE, (), "U0REP")
    assert not await database.read(HERE, lambda tx: waiting_at(tx, PHONE))
    assert "reply_decided" in {row["verb"] for row in await kept(database, audit_entry)}


@pytest.mark.parametrize(("is_stop", "what"), [(True, "an opt-out"), (False, "no opt-out")])
async def test_the_second_to_decide_is_told_who_did_and_what(book, database, is_stop, what):
    done = await book.receive(TWILIO, text(AMBIGUOUS))
    await book.decide(LEE, done.message.id, is_stop=is_stop)
    with pytest.raises(ReplyDecided, match=f"U0LEE decided this at 11:00 on 11 Mar .your time.: {what}"):
        await book.decide(rep(), done.message.id, is_stop=not is_stop)
    assert len(await kept(database, opt_out)) == int(is_stop)


async def test_a_reply_that_never_waited_or_never_was_is_not_decided(book):
    done = await book.receive(TWILIO, text("Sounds good"))
    for inbound_id in (done.message.id, 999):
        with pytest.raises(ReplyNotFound):
            await book.decide(LEE, inbound_id, is_stop=True)


# What people relay


async def test_a_withdrawal_by_phone_stops_everything(book, database):
    wish = OptOutWish("(416) 555-0123", ALL_MEDIA, ConsentKind.WITHDRAWN, "He wants no more of it", "phone")
    assert set(await book.record_opt_out(rep(), wish)) == {Stopped(PHONE, ALL_MEDIA), Stopped(MAIL, ALL_MEDIA)}
    counted = [row for row in await kept(database, kpi_event) if row["metric"] == "opted_out"]
    assert [row["correlation_id"].partition(":")[0] for row in counted] == ["optout"]


async def test_a_carriers_block_is_an_opt_out(book, database):
    wish = OptOutWish(PHONE, SMS, ConsentKind.CARRIER_BLOCK, "21610", "carrier", at=NOW - timedelta(hours=1))
    await book.record_opt_out(TWILIO, wish)
    (row,) = await opt_outs(database, PHONE)
    assert (row.kind, row.scope, row.at) == (ConsentKind.CARRIER_BLOCK, SMS, NOW - timedelta(hours=1))


@pytest.mark.parametrize("kind", [ConsentKind.START, ConsentKind.EXPRESS_WRITTEN])
async def test_what_stops_nothing_is_no_opt_out_and_nobody_relays_a_start(book, kind):
    with pytest.raises(NoOptOut):
        await book.record_opt_out(LEE, OptOutWish(PHONE, SMS, kind, "", "phone"))


async def test_a_logged_reply_is_taken_like_one_that_came_in_and_stored_once(book, database):
    done = await book.log(rep(), 1, (CALL, "He said stop calling"), KEY)
    assert done.stopped == (Stopped(PHONE, CALL),)
    assert (await book.log(rep(), 1, (CALL, "He said stop calling"), KEY)).repeated
    assert len(await kept(database, opt_out)) == 1


async def test_anybody_may_log_a_reply_to_anybodys_lead(book):
    assert (await book.log(rep(user_id="U0OTHER"), 1, (SMS, "STOP"), KEY)).stopped == (Stopped(PHONE, SMS),)


@pytest.mark.parametrize("words", ["", "  ", "\0"])
async def test_a_logged_reply_needs_words(book, words):
    with pytest.raises(WordsMissing):
        await book.log(rep(), 1, (SMS, words), KEY)


async def test_a_reply_from_an_address_that_the_lead_does_not_have_is_refused_at_the_medium(book, database):
    await captured(database, phone=None)
    await captured(database, phone="+14165550199", email=None)
    with pytest.raises(NoSuchAddress, match="L-2 has no phone number") as refused:
        await book.log(rep(), 2, (SMS, "STOP"), KEY)
    assert refused.value.field == "medium"
    with pytest.raises(NoSuchAddress, match="L-3 has no e-mail address"):
        await book.log(rep(), 3, (EMAIL, "STOP"), KEY)
    assert (await book.log(rep(), 2, (EMAIL, "STOP"), KEY)).stopped == (Stopped(MAIL, EMAIL),)
