"""E-mail against a real mail server: each phase's failure, encryption, login, and what is unclear."""

import ssl
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.transports.configs import Security
from bot.transports.smtp import Patience, SmtpConfig, SmtpTransport
from domain.messages import Route
from domain.receipts import Answer, Outcome
from tests.transports.mail_server import DROP_AFTER, DROP_BEFORE, SILENT_AFTER, MailServer, make_certificate
from tests.transports.parcels import parcel


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def served_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


@contextmanager
def serving(**wanted):
    server = MailServer(**wanted)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def transport(server, security=Security.PLAIN, *, tls=None, patience=None, **login):
    config = SmtpConfig("127.0.0.1", server.port, "hello@maplehomes.example", security, "Maple Homes", **login)
    return SmtpTransport(config, tls=tls, patience=patience)


async def answer_to(phase, answer):
    """What becomes of a letter whose server says this at a phase."""
    with serving() as server:
        server.order(phase, answer)
        receipt = await transport(server).send(parcel(Route.EMAIL))
        return receipt, len(server.raw)


async def test_the_envelope_names_both_sides_and_the_greeting_names_no_machine():
    with serving() as server:
        receipt = await transport(server).send(parcel(Route.EMAIL))
        [envelope] = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hello@maplehomes.example", ["john@example.com"])
    assert server.hellos == ["maplehomes.example"]
    assert receipt.provider_id == "send-7.T0TEAM@maplehomes.example"
    assert receipt.detail == {"answer": "2.0.0 OK: queued as TEST1"}


@pytest.mark.parametrize(
    ("phase", "answer", "outcome", "code", "wait"),
    [
        ("EHLO", "421 4.3.2 closing", Outcome.TEMPORARY, "unavailable", None),
        ("MAIL", "451 4.3.0 try later", Outcome.TEMPORARY, "unavailable", 300),
        ("MAIL", "530 5.7.0 log in first", Outcome.TEMPORARY, "rejected_login", None),
        ("MAIL", "550 5.7.1 sender not verified", Outcome.TEMPORARY, "sender_refused", None),
        ("RCPT", "421 4.7.0 too many, wait for 2 minutes", Outcome.TEMPORARY, "rate_limited", 120),
        ("RCPT", "450 greylisted", Outcome.TEMPORARY, "rate_limited", 300),
        ("RCPT", "450 4.2.0 Greylisted, try again in 90 seconds", Outcome.TEMPORARY, "rate_limited", 90),
        ("RCPT", "451 4.4.1 later", Outcome.TEMPORARY, "unavailable", 300),
        ("RCPT", "452 4.2.2 mailbox full", Outcome.TEMPORARY, "rate_limited", None),
        ("RCPT", "451 come back after 99999 hours", Outcome.TEMPORARY, "unavailable", 6 * 3600),
        ("RCPT", "550 5.1.1 no such user", Outcome.PERMANENT, "cannot_receive", None),
        ("RCPT", "550 no such user", Outcome.PERMANENT, "cannot_receive", None),
        ("RCPT", "552 5.2.2 mailbox full", Outcome.PERMANENT, "cannot_receive", None),
        ("RCPT", "551 not local", Outcome.PERMANENT, "cannot_receive", None),
        ("RCPT", "553 mailbox name not allowed", Outcome.PERMANENT, "bad_address", None),
        ("RCPT", "550 5.1.3 bad address syntax", Outcome.PERMANENT, "bad_address", None),
        ("RCPT", "554 5.7.1 refused by policy", Outcome.PERMANENT, "content_refused", None),
        ("DATA", "451 4.3.0 try later", Outcome.TEMPORARY, "unavailable", 300),
        ("DATA", "421 4.3.2 closing", Outcome.TEMPORARY, "unavailable", None),
        ("DATA", "452 4.3.1 no space", Outcome.TEMPORARY, "rate_limited", None),
        ("DATA", "552 message too large", Outcome.PERMANENT, "too_long", None),
        ("DATA", "552 5.3.4 message too large", Outcome.PERMANENT, "too_long", None),
        ("DATA", "554 5.7.1 looks like spam", Outcome.PERMANENT, "content_refused", None),
        ("DATA", "550 refused", Outcome.PERMANENT, "content_refused", None),
        ("DATA", "550 5.1.1 no such user", Outcome.PERMANENT, "cannot_receive", None),
    ],
)
async def test_a_no_is_clear_at_every_phase_and_named(phase, answer, outcome, code, wait):
    receipt, taken = await answer_to(phase, answer)
    assert (receipt.outcome, receipt.code, taken) == (outcome, code, 0)
    assert receipt.retry_after == (timedelta(seconds=wait) if wait else None)
    assert answer.partition(" ")[0] in receipt.sentence


async def test_a_server_that_takes_nothing_at_all_is_away_and_loses_no_letter():
    with serving() as server:
        server.order("EHLO", "554 no service here")
        server.order("HELO", "554 no service here")
        receipt = await transport(server).send(parcel(Route.EMAIL))
    assert (receipt.outcome, receipt.code, server.raw) == (Outcome.TEMPORARY, "unavailable", [])


@pytest.mark.parametrize(("answer", "kept"), [(DROP_BEFORE, 0), (DROP_AFTER, 1)])
async def test_a_connection_that_breaks_after_the_letter_is_unclear(answer, kept):
    receipt, taken = await answer_to("DATA", answer)
    assert (receipt.outcome, receipt.code, taken) == (Outcome.UNCLEAR, "connection_lost", kept)


async def test_an_odd_answer_after_the_letter_is_unclear():
    receipt, _ = await answer_to("DATA", "299 perhaps")
    assert (receipt.outcome, receipt.code) == (Outcome.UNCLEAR, "connection_lost")


async def test_an_odd_answer_before_the_letter_is_a_clear_no():
    receipt, taken = await answer_to("RCPT", "299 perhaps")
    assert (receipt.outcome, receipt.code, taken) == (Outcome.TEMPORARY, "unavailable", 0)


async def test_silence_after_the_letter_is_unclear_and_silence_before_it_a_clear_no():
    with serving() as server:
        server.order("DATA", SILENT_AFTER)
        receipt = await transport(server, patience=Patience(data=0.2)).send(parcel(Route.EMAIL))
        assert (receipt.outcome, receipt.code, len(server.raw)) == (Outcome.UNCLEAR, "timeout", 1)
        impatient = transport(server, patience=Patience(before=0.0))
        receipt = await impatient.send(parcel(Route.EMAIL))
        assert (receipt.outcome, receipt.code, len(server.raw)) == (Outcome.TEMPORARY, "unavailable", 1)


async def test_a_letter_that_cannot_be_made_calls_nobody():
    with serving() as server:
        receipt = await transport(server).send(parcel(Route.EMAIL, address="john@example.com\r\nDATA"))
    assert (receipt.outcome, receipt.code, server.hellos) == (Outcome.PERMANENT, "bad_address", [])


async def test_nobody_can_ask_a_mail_server_what_it_took():
    with serving() as server:
        assert (await transport(server).find(parcel(Route.EMAIL))).answer is Answer.CANNOT_TELL


async def test_starttls_encrypts_before_the_login_and_the_letter(served_tls, trusted):
    login = {"user": "maple", "password": "s3cret@/"}
    with serving(tls=served_tls, login=True) as server:
        receipt = await transport(server, Security.STARTTLS, tls=trusted, **login).send(parcel(Route.EMAIL))
        assert (receipt.outcome, server.secured) == (Outcome.ACCEPTED, [True])


async def test_implicit_tls_encrypts_from_the_first_sign(served_tls, trusted):
    with serving(tls=served_tls, implicit=True) as server:
        receipt = await transport(server, Security.TLS, tls=trusted).send(parcel(Route.EMAIL))
        assert (receipt.outcome, len(server.raw)) == (Outcome.ACCEPTED, 1)


async def test_a_server_without_starttls_gets_nothing_where_it_is_required(trusted):
    with serving() as server:
        receipt = await transport(server, Security.STARTTLS, tls=trusted).send(parcel(Route.EMAIL))
        assert (receipt.outcome, receipt.code, server.raw) == (Outcome.TEMPORARY, "unavailable", [])
        assert "STARTTLS" in receipt.sentence


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(served_tls):
    with serving(tls=served_tls) as server:
        receipt = await transport(server, Security.STARTTLS).send(parcel(Route.EMAIL))
        assert (receipt.outcome, receipt.code, server.raw) == (Outcome.TEMPORARY, "unavailable", [])


@pytest.mark.parametrize("password", ["wrong", "s3cret"])
async def test_a_wrong_password_keeps_the_letter_for_later_and_does_not_repeat_it(served_tls, trusted, password):
    login = {"user": "maple", "password": password}
    with serving(tls=served_tls, login=True) as server:
        receipt = await transport(server, Security.STARTTLS, tls=trusted, **login).send(parcel(Route.EMAIL))
        assert (receipt.outcome, receipt.code, server.raw) == (Outcome.TEMPORARY, "rejected_login", [])
        assert password not in receipt.sentence
