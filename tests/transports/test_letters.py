"""An e-mail as it leaves: its headers, its lines, and that nothing typed becomes a header."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from bot.transports.configs import SmtpConfig
from bot.transports.letters import LetterImpossibleError, compose
from domain.message_ids import read_message_id
from domain.messages import Route
from tests.transports.parcels import at, parcel

CONFIG = SmtpConfig("smtp.example.com", 587, "hello@maplehomes.example", name="Équipe Maple, Homes")
URL = "https://valhalla.example.com/unsubscribe/" + "WyJUMDAwIiwxMjM0XQ.abcdefghijklmnopqrstuvw-_" * 6


def letter(**changes):
    return message_from_bytes(compose(CONFIG, parcel(Route.EMAIL, **changes)), policy=policy.default)


def test_a_letter_says_from_whom_to_whom_about_what_and_when():
    made = letter(first_attempt_at=at("2026-07-20T13:00:00"), subject="Votre maison à Gatineau")
    assert (made["From"].addresses[0].display_name, made["From"].addresses[0].addr_spec) == (
        "Équipe Maple, Homes",
        "hello@maplehomes.example",
    )
    assert made["To"].addresses[0].addr_spec == "john@example.com"
    assert made["Subject"] == "Votre maison à Gatineau"
    assert made["Date"].datetime == at("2026-07-20T13:00:00")
    assert (made.get_content_type(), made.get_content_charset(), made["Reply-To"]) == ("text/plain", "utf-8", None)


def test_every_attempt_carries_the_same_name_and_date_and_other_sends_carry_others():
    first = parcel(Route.EMAIL)
    again = parcel(
        Route.EMAIL,
        first_attempt_at=first.first_attempt_at,
        attempted_at=first.attempted_at + timedelta(hours=1),
    )
    assert compose(CONFIG, first) == compose(CONFIG, again)
    assert read_message_id(letter()["Message-ID"]) == ("T0TEAM", 7)
    assert letter()["Message-ID"] != letter(send_id=8)["Message-ID"] != letter(workspace_id="T1")["Message-ID"]


def test_an_unsubscribe_link_is_offered_for_one_click_and_stays_whole_however_long_it_is():
    raw = compose(CONFIG, parcel(Route.EMAIL, unsubscribe_url=URL)).decode("ascii")
    assert f"List-Unsubscribe: <{URL}>,\r\n <mailto:hello@maplehomes.example?subject=unsubscribe>\r\n" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "ftp://example.com/x",
        "https://e.com/a>\r\nBcc: x@y.z",
        "https://e.com/a b",
        "https://e.com/é",
        "https://e.com/" + "x" * 1000,
    ],
)
def test_without_a_link_that_a_header_may_hold_only_a_letter_to_us_is_offered(url):
    made = letter(unsubscribe_url=url)
    assert made["List-Unsubscribe"] == "<mailto:hello@maplehomes.example?subject=unsubscribe>"
    assert made["List-Unsubscribe-Post"] is None


def test_answers_may_go_to_another_address():
    assert letter(metadata={"reply_to": "Lee@Example.com"})["Reply-To"].addresses[0].addr_spec == "Lee@example.com"


@pytest.mark.parametrize(
    "subject",
    [
        "House\r\nBcc: everybody@example.com",
        "House\nBcc: everybody@example.com",
        "House\r\n\r\nBcc: everybody@example.com",
        "House\u2028Bcc: everybody@example.com\x00\x0b\x85",
        "é" * 70 + "\r\nBcc: everybody@example.com",
    ],
)
def test_a_subject_cannot_begin_another_header(subject):
    made = letter(subject=subject)
    assert (made["Bcc"], made.is_multipart(), made.defects) == (None, False, [])
    assert made["Subject"].endswith("Bcc: everybody@example.com")
    assert "everybody" not in made.get_content()


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "john@example.com\r\nBcc: x@example.com"},
        {"address": "john@example.com, x@example.com"},
        {"address": "john"},
        {"address": ""},
        {"metadata": {"reply_to": "a@example.com\nBcc: x@example.com"}},
        {"body": "half of a pair: \ud83c"},
        {"workspace_id": "T0>\r\nBcc: x@example.com"},
    ],
)
def test_what_is_no_letter_is_refused_before_anybody_is_called(changes):
    with pytest.raises(LetterImpossibleError):
        letter(**changes)


@pytest.mark.parametrize(
    "body", ["x" * 20_000, "é" * 5_000, "a\r\nb\rc\nd", ".", "\x00", "\n.\nFrom here", "\U0001f3e0"]
)
def test_every_line_is_short_ascii_and_ends_as_mail_wants_it(body):
    raw = compose(CONFIG, parcel(Route.EMAIL, body=body, subject="é " * 300, unsubscribe_url=URL))
    lines = raw.decode("ascii").split("\r\n")
    assert max(map(len, lines)) <= 998
    assert not any("\r" in line or "\n" in line for line in lines)
    words = message_from_bytes(raw, policy=policy.default).get_content()
    assert words.replace("\r\n", "\n") == body.replace("\r\n", "\n").replace("\r", "\n") + "\n"
