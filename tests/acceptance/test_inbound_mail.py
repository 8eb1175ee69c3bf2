"""E-mails that come in: replies are stored once, letters that came back settle their sends, complaints are stops."""

import asyncio
import json

import pytest
from sqlalchemy import insert, select

from domain.consent import ConsentKind
from domain.messages import SendState
from storage.inbound import inbound_message
from storage.kpis import kpi_event
from storage.opt_outs import opt_out
from storage.sends import get_send, send
from tests.acceptance.harness.outside import outside_of
from tests.storage.builders import DRAFT, HERE, NOW, captured

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


async def add_mail(outside, **changes):
    sent = {"medium": "EMAIL", "address": MAIL, "provider": "smtp", "provider_id": NAME.strip("<>")}
    return await add(outside, **sent | changes)


async def stored(outside, send_id=1):
    return await outside.database.read(HERE, lambda tx: get_send(tx, send_id))


async def rows(outside, table):
    return await outside.database.read(HERE, lambda tx: list(tx.connection.execute(select(table))))


async def test_a_reply_is_stored_with_its_lead_and_the_answer_says_what_it_was_taken_for(outside):
    lead = await captured(outside.database)
    answer = await outside.mail(mail(received_at="2026-03-11T10:00:00-04:00"))
    assert (answer.status_code, answer.json()) == (
        200, {"kind": "reply", "repeated": False, "intent": "none", "state": "handled"},
    )  # fmt: skip
    (row,) = await rows(outside, inbound_message)
    assert (row.medium, row.address, row.text, row.lead_id) == ("EMAIL", MAIL, "Yes, write to me", lead.lead_id)
    assert row.received_at.isoformat() == "2026-03-11T14:00:00+00:00"


async def test_an_e_mail_ten_times_at_once_is_one(outside):
    answers = await asyncio.gather(*(outside.mail(mail("unsubscribe")) for _ in range(10)))
    assert sorted(answer.json()["repeated"] for answer in answers) == [False, *[True] * 9]
    assert len(await rows(outside, inbound_message)) == len(await rows(outside, opt_out)) == 1


QUOTED = (
    "Sounds good, see you Friday.\n\nOn Tue, Mar 10, 2026 at 9:00 AM Dana <dana@maplehomes.example> wrote:\n"
    "> We buy houses.\n> Unsubscribe here: https://valhalla.example.com/unsubscribe/abc\n> Reply STOP to opt out\n"
)


@pytest.mark.parametrize(
    ("words", "intent"),
    [(QUOTED, "none"), (QUOTED.replace("Sounds good", "Please unsubscribe me"), "stop"), ("STOP", "stop"),
     ("Désabonner", "stop"), ("trying to stop the foreclosure", "ambiguous")],
)  # fmt: skip
async def test_our_own_words_quoted_below_a_reply_are_nobodys_stop(here, words, intent):
    assert (await here.mail(mail(words))).json()["intent"] == intent


@pytest.mark.parametrize(
    ("subject", "words", "intent"),
    [
        ("Unsubscribe", "", "stop"), ("STOP", "Thanks, Ann", "stop"), ("Re: Stop renting", "Tell me more", "none"),
        ("RÉ : Stop renting", "Tell me more", "none"), ("Re: x", "", "none"), ("My house", "Still for sale?", "none"),
    ],
)  # fmt: skip
async def test_a_subject_counts_where_it_is_the_senders_own(here, subject, words, intent):
    assert (await here.mail(mail(words, subject=subject))).json()["intent"] == intent


@pytest.mark.parametrize("token", [None, "", "wrong", "a-long-token-for-mai", "é"])
async def test_without_the_token_nothing_is_taken(outside, token):
    headers = {"Authorization": f"Bearer {token}".encode()} if token is not None else {}
    answer = await outside.http.post("/webhooks/email/inbound", json=mail("STOP"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "TOKEN_WRONG")
    assert await rows(outside, inbound_message) == []


async def test_without_a_token_of_ours_the_door_is_closed_and_says_how_it_opens(sqlite_url):
    async with outside_of(sqlite_url, inbound_email_token=None) as outside:
        answer = await outside.mail(mail("STOP"), token="None")
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
        assert (answer.json()["code"], "INBOUND_EMAIL_TOKEN" in answer.json()["detail"]) == ("MAIL_CLOSED", True)


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({}, ["from", "message_id"]),
        (mail(message_id="  ", **{"from": ""}), ["from", "message_id"]),
        (mail(text=None), ["text"]),
        (mail(text=""), None),
        (mail(text="", subject=""), ["document"]),
        (mail(received_at="2026-03-11T10:00:00"), ["received_at"]),
        (mail(received_at="yesterday"), ["received_at"]),
        (mail(kind="spam"), ["kind"]),
        (mail(kind="bounce"), ["document"]),
        (mail(kind="bounce", status="550 no"), ["status"]),
        (mail(kind="bounce", status="2.0.0"), ["status"]),
        ([], ["document"]),
        ("{", ["document"]),
        ("", ["document"]),
        (b"\xff", ["document"]),
        ('{"message_id": "\\ud83d", "from": "a@example.com", "text": "x"}', ["document"]),
    ],
    ids=str,
)
async def test_each_field_that_is_wrong_gets_a_sentence(here, document, fields):
    answer = await here.mail(document)
    if fields is None:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["code"], sorted(answer.json()["errors"])) == (422, "INVALID", fields)
    assert await rows(here, inbound_message) == []


async def test_an_e_mail_that_is_too_large_is_refused(here):
    answer = await here.mail(mail("x" * 1_100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
    assert (await here.mail(mail("x" * 900_000))).status_code == 200


@pytest.mark.parametrize("sender", ["ann", "<>", "Ann <ann@example.com", '"a@b" <x>', "\0@\0", "a" * 900])
async def test_an_e_mail_from_what_is_no_address_is_kept_all_the_same(outside, sender):
    answer = await outside.mail(mail("STOP", **{"from": sender}))
    assert (answer.status_code, len(await rows(outside, opt_out))) == (200, 1)


async def test_a_letter_that_came_back_for_good_settles_its_send(outside):
    await add_mail(outside)
    report = mail(kind="bounce", status="5.1.1", about_message_id=NAME, **{"from": "MAILER-DAEMON@mx.example.com"})
    answers = await asyncio.gather(*(outside.mail(report) for _ in range(10)))
    assert [answer.json() for answer in answers] == [{"kind": "bounce", "settled": True}] * 10
    found = await stored(outside)
    assert (found.state, found.reason) == (SendState.FAILED, "bounced")
    assert found.last_error == "The e-mail came back: there is no such mailbox (5.1.1)."
    assert sorted(row.metric for row in await rows(outside, kpi_event)) == ["email_failed", "email_sent"]
    assert await rows(outside, inbound_message) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "4.2.2", "about_message_id": NAME},
        {"status": "5.1.1"},
        {"status": "5.1.1", "about_message_id": "<other@example.com>"},
        {"status": "5.1.1", "about_message_id": "<send-1.T0ELSE@example.com>"},
        {"status": "5.1.1", "about_message_id": f"<send-9.{HERE}@example.com>"},
        {"status": "5.1.1", "about_message_id": f"<send-1.{HERE}@elsewhere.example>"},
        {"status": "5.1.1", "about_message_id": f"<send-2.{HERE}@example.com>"},
    ],
    ids=["for now", "about nothing", "another's", "another team's", "no such send", "another name", "a text"],
)
async def test_a_letter_that_came_back_for_now_or_is_not_ours_settles_nothing(here, changes):
    await add_mail(here)
    await add(here, key="text", provider=None, provider_id=None)
    answer = await here.mail(mail(kind="bounce", **changes))
    assert (answer.status_code, answer.json()["settled"]) == (200, False)
    assert (await stored(here, 1)).state is (await stored(here, 2)).state is SendState.SENT


async def test_a_complaint_is_an_opt_out_of_the_address_that_we_wrote_to(outside):
    await add_mail(outside)
    waiting = await add_mail(outside, key="next", state="approved", settled_at=None, provider_id=None)
    report = mail(kind="complaint", about_message_id=NAME, **{"from": "fbl@mailprovider.example"})
    answers = await asyncio.gather(*(outside.mail(report) for _ in range(10)))
    assert sorted(answer.json()["repeated"] for answer in answers) == [False, *[True] * 9]
    (row,) = await rows(outside, opt_out)
    assert (row.address, row.scope, row.kind, row.source) == (MAIL, "email", ConsentKind.COMPLAINT, "complaint")
    assert (await stored(outside, waiting)).state is SendState.CANCELLED


async def test_a_complaint_that_names_no_message_counts_for_its_sender(here):
    await here.mail(mail("", kind="complaint"))
    assert [row.address for row in await rows(here, opt_out)] == [MAIL]


async def test_the_documentation_page_shows_the_shape(here):
    schema = (await here.http.get("/openapi.json")).json()["paths"]["/webhooks/email/inbound"]["post"]
    shape = schema["requestBody"]["content"]["application/json"]["schema"]
    assert {"message_id", "from", "kind", "about_message_id"} <= set(shape["properties"])
    assert json.dumps(shape).count("sender") <= 1
