"""What providers call: texts and e-mails that come in, and what became of ours; nothing without its proof."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select

from bot.http.access import Served
from bot.http.outside import Proofs, outside_routers
from bot.http.problems import handle_problems
from bot.http.twilio_signature import is_signed, signature
from bot.services.inbound import InboundBook
from bot.services.links import Links
from bot.services.sends_receipts import Receipts
from bot.services.unsubscribing import Unsubscribing
from domain.consent import ConsentKind
from domain.messages import SendState
from domain.optout import Intent
from storage.inbound import InboundState, inbound_message
from storage.kpis import kpi_event
from storage.opt_outs import opt_out
from storage.sends import get_send, send
from tests.acceptance.harness.fakes import DownDatabase
from tests.acceptance.harness.outside import FORM, MAIL_TOKEN, PUBLIC_URL, TWILIO_TOKEN, Outside, outside_of
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, captured, counts_of, founded

INBOUND, STATUS = "/webhooks/twilio/inbound", "/webhooks/twilio/status"
PHONE, MAIL = DRAFT.phone, DRAFT.email
NAME = f"<send-1.{HERE}@example.com>"


@pytest.fixture
async def outside(database_url):
    async with outside_of(database_url) as found:
        yield found


@pytest.fixture
async def here(sqlite_url):
    """Where it does not matter which kind of database it is."""
    async with outside_of(sqlite_url) as found:
        yield found


def text(body="Yes, call me", **changes):
    return {
        "MessageSid": "SM1", "SmsMessageSid": "SM1", "AccountSid": "AC0", "From": PHONE, "To": "+19055550100",
        "Body": body, "NumMedia": "0", "NumSegments": "1", "FromCity": "", "ApiVersion": "2010-04-01",
    } | changes  # fmt: skip


def mail(words="Yes, write to me", **changes):
    return {"message_id": "<m1@mail.example.com>", "from": f"Ann Seller <{MAIL}>", "to": "hello@maplehomes.example",
            "subject": "Re: Your house", "text": words} | changes  # fmt: skip


async def add(outside, **changes):
    """Insert a text that Twilio took, with changes; return its id."""
    values = {
        "workspace_id": HERE, "key": "first", "medium": "SMS", "address": PHONE, "body": "Hi", "state": "sent",
        "due_at": NOW, "attempt_count": 1, "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP",
        "settled_at": NOW, "first_attempt_at": NOW, "created_at": NOW, "provider": "twilio", "provider_id": "SM9",
    }  # fmt: skip
    row = insert(send).values(values | changes)
    return await outside.database.write(HERE, lambda tx: tx.connection.execute(row).inserted_primary_key[0])


async def stored(outside, send_id=1):
    return await outside.database.read(HERE, lambda tx: get_send(tx, send_id))


async def rows(outside, table):
    return await outside.database.read(HERE, lambda tx: list(tx.connection.execute(select(table))))


async def counts(outside):
    return await outside.database.change(lambda connection: counts_of(connection, HERE))


# The signature


VECTOR = (
    "12345",
    "https://mycompany.com/myapp.php?foo=1&bar=2",
    [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ],
)
"""The example of Twilio's own documentation."""
TOLD = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilios_own_example_is_signed_as_twilio_says():
    assert signature(*VECTOR) == TOLD
    assert is_signed(*VECTOR, TOLD)
    assert signature(VECTOR[0], VECTOR[1], VECTOR[2][::-1]) == TOLD


def test_a_field_that_stands_twice_with_one_value_counts_once_as_twilios_libraries_have_it():
    fields = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert signature(VECTOR[0], VECTOR[1], fields) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize("url", ["https://example.com/a?b=1", "https://example.com:443/a?b=1"])
@pytest.mark.parametrize("asked", ["https://example.com/a?b=1", "https://example.com:443/a?b=1"])
def test_a_port_may_be_written_or_left_out(url, asked):
    assert is_signed("token", asked, VECTOR[2], signature("token", url, VECTOR[2]))


@pytest.mark.parametrize("given", [None, "", "FAIL", "é", TOLD.lower(), TOLD[:-1], f"{TOLD} ", TOLD.strip("=")])
def test_nothing_else_is_taken_for_a_signature(given):
    assert not is_signed(*VECTOR, given)


@pytest.mark.parametrize("signed", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "x" * 9000])
@pytest.mark.parametrize("path", [INBOUND, STATUS])
async def test_a_wrong_or_missing_signature_is_refused_and_nothing_is_stored(outside, path, signed):
    await add(outside)
    before = await counts(outside)
    answer = await outside.twilio(path, text("STOP") | {"MessageStatus": "delivered"}, signed=signed, query="?send=1")
    assert (answer.status_code, answer.json()["code"]) == (403, "SIGNATURE_WRONG")
    assert (await counts(outside), (await stored(outside)).state) == (before, SendState.SENT)


async def test_a_field_or_an_address_that_was_changed_on_the_way_is_refused(here):
    form, url = text("STOP"), f"{PUBLIC_URL}{INBOUND}"
    right = signature(TWILIO_TOKEN, url, list(form.items()))
    assert (await here.twilio(INBOUND, form | {"Body": "START"}, signed=right)).status_code == 403
    assert (await here.twilio(INBOUND, form | {"More": ""}, signed=right)).status_code == 403
    assert (await here.twilio(INBOUND, form, signed=right, query="?send=1")).status_code == 403
    assert (await here.twilio(INBOUND, form, signed=right)).status_code == 200


@pytest.mark.parametrize("missing", ["twilio", "public_url"])
async def test_without_a_token_or_a_public_address_twilios_doors_stay_closed(sqlite_url, missing):
    gone = {"public_url": None} if missing == "public_url" else dict.fromkeys(
        ("twilio_account_sid", "twilio_auth_token", "twilio_from")
    )  # fmt: skip
    async with outside_of(sqlite_url, **gone) as outside:
        for path in (INBOUND, STATUS):
            answer = await outside.twilio(path, text())
            assert (answer.status_code, answer.json()["code"]) == (403, "TWILIO_CLOSED")
            assert "TWILIO_AUTH_TOKEN" in answer.json()["detail"]


async def test_in_the_sandbox_without_a_token_they_are_closed_too(socket):
    async with socket.slack.http.post(socket.origin + INBOUND, data=text("STOP")) as answer:
        assert answer.status == 403
    async with socket.slack.http.post(socket.origin + "/webhooks/email/inbound", json=mail("STOP")) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "MAIL_CLOSED")


# Texts that come in


async def test_a_text_is_stored_with_its_lead_and_answered_with_nothing_to_say(outside):
    lead = await captured(outside.database)
    answer = await outside.twilio(INBOUND, text("Yes, call me é 😀"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    (row,) = await rows(outside, inbound_message)
    assert (row.provider_id, row.address, row.text, row.lead_id) == ("SM1", PHONE, "Yes, call me é 😀", lead.lead_id)
    assert (row.recorded_by, row.state) == ("twilio", InboundState.HANDLED)


async def test_a_stop_acts_at_once_and_keeps_back_what_waits(outside):
    waiting = await add(outside, state="approved", settled_at=None, provider_id=None)
    await outside.twilio(INBOUND, text("STOP"))
    (row,) = await rows(outside, opt_out)
    assert (row.address, row.scope, row.kind) == (PHONE, "sms", ConsentKind.STOP)
    assert (await stored(outside, waiting)).state is SendState.CANCELLED


async def test_the_same_webhook_ten_times_at_once_is_one_message_with_one_effect(outside):
    answers = await asyncio.gather(*(outside.twilio(INBOUND, text("STOP")) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await rows(outside, inbound_message)) == len(await rows(outside, opt_out)) == 1
    metrics = sorted(row.metric for row in await rows(outside, kpi_event))
    assert metrics == ["inbound_received", "opted_out"]


@pytest.mark.parametrize(
    ("words", "intent", "state"),
    [
        ("Who is this?", Intent.NONE, InboundState.HANDLED),
        ("trying to stop the foreclosure", Intent.AMBIGUOUS, InboundState.NEEDS_PERSON),
        ("STOP", Intent.STOP, InboundState.HANDLED),
    ],
)
async def test_a_text_from_nobody_we_know_is_stored_and_waits_for_a_person_where_it_is_unclear(
    outside, words, intent, state
):
    await outside.twilio(INBOUND, text(words, From="+16045550199"))
    (row,) = await rows(outside, inbound_message)
    assert (row.address, row.lead_id, row.buyer_id) == ("+16045550199", None, None)
    assert (row.intent, row.state) == (intent, state)


@pytest.mark.parametrize("sender", ["whatsapp:+14165550123", "72345", "VM-ACME", "+1416555012" * 40])
async def test_a_text_from_what_is_no_number_is_kept_all_the_same(outside, sender):
    assert (await outside.twilio(INBOUND, text("STOP", From=sender))).status_code == 200
    assert len(await rows(outside, opt_out)) == 1


async def test_a_word_that_twilio_was_set_up_to_take_for_a_stop_is_one(outside):
    await outside.twilio(INBOUND, text("BASTA", OptOutType="STOP"))
    await outside.twilio(INBOUND, text("BASTA", OptOutType="STOP"))
    (row,) = await rows(outside, opt_out)
    assert (row.kind, row.text) == (ConsentKind.STOP, "BASTA")


async def test_a_picture_without_words_is_told_as_one(here):
    await here.twilio(INBOUND, text("", NumMedia="1", MediaUrl0="https://api.twilio.com/1"))
    await here.twilio(INBOUND, text("  ", MessageSid="SM2"))
    first, second = await rows(here, inbound_message)
    assert ("picture" in first.text, second.text.strip()) == (True, "")
    assert first.intent == second.intent == Intent.NONE


@pytest.mark.parametrize("name", ["MessageSid", "From"])
async def test_a_signed_request_without_what_matters_says_so(here, name):
    for changed in ({name: ""}, {name: "  "}):
        answer = await here.twilio(INBOUND, text("STOP", **changed))
        assert (answer.status_code, answer.json()["code"]) == (422, "FIELD_MISSING")
    assert await rows(here, inbound_message) == []


async def test_what_no_phone_could_type_is_stored_without_an_error(outside):
    assert (await outside.twilio(INBOUND, text("a\0b" + "x" * 5000))).status_code == 200
    (row,) = await rows(outside, inbound_message)
    assert row.text.startswith("abx")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 1000, "é".encode()])
async def test_a_body_that_is_no_form_is_refused(here, body):
    answer = await here.http.post(INBOUND, content=body, headers={"Content-Type": FORM, "X-Twilio-Signature": "x"})
    assert answer.status_code == 403


async def test_a_body_that_is_too_large_is_refused_unread(here):
    answer = await here.twilio(INBOUND, text("x" * 300_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


async def test_before_the_workspace_is_known_everything_is_put_off(sqlite_url):
    async with outside_of(sqlite_url, connected=False) as outside:
        for answer in (
            await outside.twilio(INBOUND, text("STOP")),
            await outside.twilio(STATUS, {"MessageSid": "SM1", "MessageStatus": "sent"}),
            await outside.mail(mail("STOP")),
        ):
            assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "STARTING", "5")
        assert await rows(outside, inbound_message) == []


async def test_while_the_database_is_away_the_caller_is_told_and_may_come_again(sqlite):
    await founded(sqlite)
    down, served, api = DownDatabase(sqlite), Served(HERE), FastAPI()
    handle_problems(api)
    parts = [kind(down, StandingClock()) for kind in (InboundBook, Receipts)]
    unsubscribing = Unsubscribing(down, StandingClock(), Links(PUBLIC_URL, "for tests"))
    for router in outside_routers(*parts, unsubscribing, served, Proofs(PUBLIC_URL, TWILIO_TOKEN, MAIL_TOKEN)):
        api.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://10.0.0.7") as http:
        outside = Outside(None, sqlite, http)
        for is_down, status in ((True, 503), (False, 200)):
            down.is_down = is_down
            assert (await outside.twilio(INBOUND, text("STOP"))).status_code == status
            assert (await outside.mail(mail("STOP"))).status_code == status
    assert len(await rows(outside, opt_out)) == 2


# What became of ours


def went(status, **changes):
    return {"MessageSid": "SM9", "SmsSid": "SM9", "MessageStatus": status, "SmsStatus": status, "To": PHONE} | changes


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", SendState.SENT), ("sending", SendState.SENT), ("sent", SendState.SENT),
        ("delivered", SendState.DELIVERED), ("read", SendState.DELIVERED), ("undelivered", SendState.FAILED),
        ("failed", SendState.FAILED), ("canceled", SendState.FAILED), ("receiving", SendState.UNKNOWN),
        ("", SendState.UNKNOWN), ("no such status", SendState.UNKNOWN),
    ],
)  # fmt: skip
async def test_a_callback_settles_a_send_of_which_no_answer_came(here, status, state):
    await add(here, state="unknown", settled_at=None, provider=None, provider_id=None)
    answer = await here.twilio(STATUS, went(status), query="?send=1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await stored(here)).state is state


async def test_callbacks_in_any_order_and_ten_times_at_once_end_in_one_delivery(outside):
    await add(outside, state="unknown", settled_at=None, provider=None, provider_id=None)
    told = [went(status) for status in ("delivered", "sent", "delivered", "sending", "queued")] * 2
    answers = await asyncio.gather(*(outside.twilio(STATUS, each, query="?send=1") for each in told))
    assert {answer.status_code for answer in answers} == {204}
    assert (await stored(outside)).state is SendState.DELIVERED
    assert sorted(row.metric for row in await rows(outside, kpi_event)) == ["delivered", "sms_sent"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [("30006", "cannot_receive"), ("30005", "bad_number"), ("30007", "content_refused"), ("30008", "undelivered"),
     ("", "undelivered"), ("9" * 200, "undelivered")],
)  # fmt: skip
async def test_a_text_that_was_not_delivered_failed_with_a_reason_that_people_read(here, code, reason):
    await add(here)
    await here.twilio(STATUS, went("undelivered", ErrorCode=code), query="?send=1")
    found = await stored(here)
    assert (found.state, found.reason) == (SendState.FAILED, reason)
    assert found.last_error.endswith(f"({code[:8]})" if code else ".")


async def test_a_carriers_block_is_an_opt_out(outside):
    await add(outside)
    await asyncio.gather(
        *(outside.twilio(STATUS, went("failed", ErrorCode="21610"), query="?send=1") for _ in range(10))
    )
    (row,) = await rows(outside, opt_out)
    assert (row.kind, row.scope) == (ConsentKind.CARRIER_BLOCK, "sms")


@pytest.mark.parametrize(
    "query",
    ["?send=7", "", "?send=", "?send=x", "?send=-1", "?send=0", "?send=" + "9" * 40, "?send=%D9%A1", "?other=1"],
)
async def test_a_callback_about_no_send_of_ours_stores_nothing(outside, query):
    before = await counts(outside)
    answer = await outside.twilio(STATUS, went("delivered"), query=query)
    assert answer.status_code == 204
    assert await counts(outside) == before


async def test_without_our_id_the_name_that_twilio_gave_is_enough(here):
    await add(here)
    await here.twilio(STATUS, went("delivered"))
    assert (await stored(here)).state is SendState.DELIVERED
