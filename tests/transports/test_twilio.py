"""Texts against a stand-in that follows Twilio's contract: the form, each answer's meaning, and the look-up."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from aiohttp import ClientTimeout

from bot.transports.twilio import TwilioConfig, TwilioTransport
from bot.transports.twilio_words import moment, retry_after
from domain.receipts import CARRIER_BLOCK, Answer, Outcome
from tests.transports.parcels import NUMBER, at, parcel
from tests.transports.twilio_server import (
    ACCOUNT,
    BROKEN_AFTER,
    BROKEN_BEFORE,
    BUSY,
    LOST_AFTER,
    LOST_BEFORE,
    SERVICE,
    TOKEN,
    UNAVAILABLE,
    Fault,
    TwilioServer,
)


@pytest.fixture
async def server():
    made = TwilioServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def transport(server):
    made = TwilioTransport(config(server))
    yield made
    await made.close()


def config(server, **changes):
    return replace(TwilioConfig(ACCOUNT, TOKEN, sender="+14165550100", base_url=server.url), **changes)


async def sent_with(server, made_parcel=None, **changes):
    """The form that a parcel arrived as."""
    transport = TwilioTransport(config(server, **changes))
    try:
        receipt = await transport.send(made_parcel or parcel())
    finally:
        await transport.close()
    assert receipt.outcome is Outcome.ACCEPTED
    return server.requests[-1]


async def test_a_message_is_posted_with_its_number_its_words_and_nothing_else(server):
    assert await sent_with(server) == {
        "To": NUMBER,
        "From": "+14165550100",
        "Body": parcel().body,
        "SmartEncoded": "false",
    }


async def test_a_messaging_service_stands_for_a_number(server):
    form = await sent_with(server, sender=None, messaging_service_sid=SERVICE)
    assert (form["MessagingServiceSid"], "From" in form) == (SERVICE, False)


async def test_receipts_are_asked_for_where_we_can_be_reached(server):
    form = await sent_with(server, public_url="https://valhalla.example.com")
    assert form["StatusCallback"] == "https://valhalla.example.com/webhooks/twilio/status?send=7"


@pytest.mark.parametrize(("left", "asked"), [(10, "10"), (3600, "3600"), (11 * 3600, "36000")])
async def test_a_message_must_leave_twilio_before_its_window_shuts(server, left, asked):
    now = at("2026-07-20T13:00:00")
    form = await sent_with(server, parcel(attempted_at=now, valid_until=now + timedelta(seconds=left)))
    assert form["ValidityPeriod"] == asked


@pytest.mark.parametrize("left", [9, 0, -60])
async def test_a_window_that_shuts_within_seconds_is_a_clear_no(server, transport, left):
    now = at("2026-07-20T13:00:00")
    receipt = await transport.send(parcel(attempted_at=now, valid_until=now + timedelta(seconds=left)))
    assert (receipt.outcome, receipt.code, server.requests) == (Outcome.TEMPORARY, "window_closing", [])


async def test_what_twilio_took_is_named_by_its_sid(server, transport):
    receipt = await transport.send(parcel())
    assert receipt.provider_id == server.deliveries[0]["sid"]
    assert receipt.detail == {"status": "queued", "num_segments": "1"}


@pytest.mark.parametrize(
    ("status", "code", "outcome", "reason"),
    [
        (400, 21211, Outcome.PERMANENT, "bad_number"),
        (400, 21214, Outcome.PERMANENT, "bad_number"),
        (400, 21217, Outcome.PERMANENT, "bad_number"),
        (400, 21401, Outcome.PERMANENT, "bad_number"),
        (400, 21614, Outcome.PERMANENT, "cannot_receive"),
        (400, 21612, Outcome.PERMANENT, "cannot_receive"),
        (400, 30006, Outcome.PERMANENT, "cannot_receive"),
        (400, 21610, Outcome.PERMANENT, CARRIER_BLOCK),
        (400, 21617, Outcome.PERMANENT, "too_long"),
        (400, 21602, Outcome.PERMANENT, "content_refused"),
        (400, 30007, Outcome.PERMANENT, "content_refused"),
        (400, 21408, Outcome.PERMANENT, "21408"),
        (422, 60000, Outcome.PERMANENT, "60000"),
        (400, 21606, Outcome.TEMPORARY, "sender_refused"),
        (400, 21611, Outcome.TEMPORARY, "rate_limited"),
        (401, 20003, Outcome.TEMPORARY, "rejected_login"),
        (403, 20403, Outcome.TEMPORARY, "rejected_login"),
        (404, 20404, Outcome.TEMPORARY, "rejected_login"),
        (429, 20429, Outcome.TEMPORARY, "rate_limited"),
        (500, 20500, Outcome.UNCLEAR, "http_500"),
        (502, None, Outcome.UNCLEAR, "http_502"),
        (503, 20503, Outcome.UNCLEAR, "http_503"),
        (504, None, Outcome.UNCLEAR, "http_504"),
        (302, None, Outcome.UNCLEAR, "http_302"),
        (202, None, Outcome.UNCLEAR, "http_202"),
    ],
)
async def test_each_answer_has_its_meaning(server, transport, status, code, outcome, reason):
    server.order(Fault(status, code, "said by Twilio", {"Location": "https://example.com/"}))
    receipt = await transport.send(parcel())
    assert (receipt.outcome, receipt.code) == (outcome, reason)
    assert "said by Twilio" in receipt.sentence
    assert server.deliveries == []


@pytest.mark.parametrize("text", ["<html>Forbidden by a proxy</html>", "", "[1]", '"x"'])
async def test_a_gateway_that_refuses_is_no_word_of_twilios(server, transport, text):
    server.order(Fault(418, text=text))
    receipt = await transport.send(parcel())
    assert (receipt.outcome, receipt.code) == (Outcome.TEMPORARY, "unavailable")


@pytest.mark.parametrize("text", ["", "<html>", "{}", '{"sid": ""}', '{"sid": 5}'])
async def test_a_created_without_a_name_is_unclear(server, transport, text):
    server.order(Fault(201, text=text))
    assert (await transport.send(parcel())).outcome is Outcome.UNCLEAR


async def test_a_login_that_is_wrong_keeps_the_message_for_later(server):
    transport = TwilioTransport(config(server, auth_token="wrong"))
    receipt = await transport.send(parcel())
    await transport.close()
    assert (receipt.outcome, receipt.code, server.requests) == (Outcome.TEMPORARY, "rejected_login", [])
    assert "wrong" not in receipt.sentence


@pytest.mark.parametrize("fault", [BROKEN_BEFORE, BROKEN_AFTER, UNAVAILABLE, LOST_BEFORE, LOST_AFTER])
async def test_whatever_twilio_did_before_it_failed_the_look_up_tells(server, transport, fault):
    server.order(fault)
    assert (await transport.send(parcel())).outcome is Outcome.UNCLEAR
    assert len(server.requests) == 1
    found = await transport.find(parcel())
    assert found.answer is (Answer.YES if fault.taken else Answer.NO)
    assert found.provider_id == (server.deliveries[0]["sid"] if fault.taken else None)


async def test_an_answer_that_does_not_come_in_time_is_unclear(server):
    transport = TwilioTransport(config(server), patience=ClientTimeout(total=0.2, connect=10))
    server.order(Fault(taken=True, hang=0.5))
    receipt = await transport.send(parcel())
    await transport.close()
    assert (receipt.outcome, receipt.code, len(server.deliveries)) == (Outcome.UNCLEAR, "timeout", 1)


async def test_a_connection_that_does_not_come_about_in_time_is_a_clear_no():
    # A backlog that is full answers no further connection.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        await asyncio.sleep(0.05)
        account = TwilioConfig(ACCOUNT, TOKEN, sender="+14165550100", base_url=f"http://127.0.0.1:{port}")
        transport = TwilioTransport(account, patience=ClientTimeout(total=10, connect=0.2))
        receipt = await transport.send(parcel())
        await transport.close()
        for each in waiting:
            each.close()
    assert (receipt.outcome, receipt.code) == (Outcome.TEMPORARY, "unavailable")


async def test_messages_share_one_session(server, transport):
    receipts = await asyncio.gather(*(transport.send(parcel(send_id=number)) for number in range(20)))
    assert {each.outcome for each in receipts} == {Outcome.ACCEPTED}
    assert len({each.provider_id for each in receipts}) == 20


# The look-up


async def found(transport, **changes):
    answer = await transport.find(parcel(**changes))
    return answer.answer, answer.provider_id


async def test_a_message_is_found_by_its_words_whatever_became_of_it(server, transport):
    server.keep(NUMBER, "Other words")
    for status in ("failed", "undelivered", "delivered", "queued"):
        sid = server.keep(NUMBER, parcel().body, status=status)["sid"]
        assert await found(transport) == (Answer.YES, sid)


async def test_a_trial_account_puts_words_before_ours(server, transport):
    sid = server.keep(NUMBER, f"Sent from your Twilio trial account - {parcel().body} ")["sid"]
    assert await found(transport) == (Answer.YES, sid)


@pytest.mark.parametrize(
    "other",
    [
        {"to": "+14165550199"},
        {"body": "Hello John, is your house for sale?"},
        {"body": f"Re: {parcel().body}"},
        {"direction": "inbound"},
        {"created": at("2026-07-20T12:58:59")},
    ],
)
async def test_other_messages_are_not_taken_for_it(server, transport, other):
    began = at("2026-07-20T13:00:00")
    server.keep(**{"to": NUMBER, "body": parcel().body, "created": began, **other})
    assert await found(transport, first_attempt_at=began) == (Answer.NO, None)


async def test_clocks_may_be_a_minute_apart(server, transport):
    began = at("2026-07-20T13:00:00")
    sid = server.keep(NUMBER, parcel().body, created=began - timedelta(seconds=60))["sid"]
    assert await found(transport, first_attempt_at=began) == (Answer.YES, sid)


async def test_the_look_up_turns_pages_until_they_are_older_than_the_message(server, transport):
    began = at("2026-07-20T13:00:00")
    for _ in range(250):
        server.keep(NUMBER, "old", created=began - timedelta(days=2))
    sid = server.keep(NUMBER, parcel().body, created=began)["sid"]
    for _ in range(150):
        server.keep(NUMBER, "new", created=began + timedelta(minutes=1))
    assert await found(transport, first_attempt_at=began) == (Answer.YES, sid)
    assert [each.get("Page") for each in server.lists] == [None, "1", "2"]
    assert {each["To"] for each in server.lists} == {NUMBER}


async def test_more_pages_than_anybody_reads_are_left_to_a_person(server, transport):
    for _ in range(1001):
        server.keep(NUMBER, "new")
    assert await found(transport) == (Answer.CANNOT_TELL, None)
    assert len(server.lists) == 10


async def test_words_that_the_account_does_not_keep_are_left_to_a_person(server, transport):
    server.keep(NUMBER, "")
    assert await found(transport) == (Answer.CANNOT_TELL, None)


@pytest.mark.parametrize("fault", [BUSY, BROKEN_BEFORE, Fault(401, 20003), Fault(200, text="[]"), Fault(200, text="<")])
async def test_a_look_up_that_fails_is_made_again_later(server, transport, fault):
    server.list_fault = fault
    assert await found(transport) == (Answer.LATER, None)


async def test_a_look_up_without_a_connection_is_made_again_later(server, transport):
    await server.stop()
    assert await found(transport) == (Answer.LATER, None)


async def test_a_next_page_elsewhere_is_not_followed(server, transport):
    server.list_fault = Fault(200, text='{"messages": [], "next_page_uri": "//example.com/steal"}')
    assert await found(transport) == (Answer.NO, None)


# The wait that an answer asks for


NOW = at("2026-07-20T13:00:00")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": " 5 "}, 5),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "9" * 400}, 86_400),
        ({"Retry-After": format_datetime(NOW + timedelta(minutes=2), usegmt=True)}, 120),
        ({"Retry-After": format_datetime(NOW - timedelta(minutes=2), usegmt=True)}, None),
        ({"Retry-After": format_datetime(NOW + timedelta(days=9), usegmt=True)}, 86_400),
        (
            # A server whose clock is an hour ahead means a minute all the same.
            {
                "Retry-After": format_datetime(NOW + timedelta(minutes=61), usegmt=True),
                "Date": format_datetime(NOW + timedelta(minutes=60), usegmt=True),
            },
            60,
        ),
    ],
)
def test_a_wait_is_read_in_seconds_or_as_a_date(headers, seconds):
    assert retry_after(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


async def test_the_wait_reaches_the_outbox(server, transport):
    server.order(BUSY, Fault(429, 20429), Fault(429, text="<html>busy</html>", headers={"Retry-After": "7"}))
    waits = [(await transport.send(parcel())).retry_after for _ in range(3)]
    assert waits == [timedelta(seconds=30), None, timedelta(seconds=7)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Mon, 20 Jul 2026 13:00:00 +0000", NOW),
        ("Mon, 20 Jul 2026 13:00:00 -0000", NOW),
        ("Mon, 20 Jul 2026 09:00:00 -0400", NOW),
        ("yesterday", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_a_date_is_read_as_mail_writes_it(text, read):
    assert moment(text) == read
