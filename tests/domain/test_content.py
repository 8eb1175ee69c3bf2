"""What a message must say beside its words: who sends it and how to stop it, in English and French."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content import (
    Language,
    Sender,
    SenderIncomplete,
    footer,
    has_identification,
    has_unsubscribe,
    language_for,
    with_footer,
)
from domain.optout import Intent, classify_inbound
from domain.rules import Medium

SENDER = Sender("Maple Homes Inc.", "1 Main St, Suite 2\nHamilton ON  L8P 1A1", "+19055550100", "hello@maple.example")
LINK = "https://maple.example/u/1"
SMS, EMAIL, CALL = Medium.SMS, Medium.EMAIL, Medium.CALL
EN, FR, BOTH = Language.EN, Language.FR, Language.BOTH
WRITTEN = [SMS, EMAIL]
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The signs of a text of 160 to the segment (3GPP TS 23.038); one other makes it 70."""


# --- the sender -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ()),
        ({"phone": None}, ()),
        ({"email": None}, ()),
        ({"phone": "  "}, ()),
        ({"business_name": None}, ("the business name",)),
        ({"business_name": "!!!"}, ("the business name",)),
        ({"mailing_address": " \n"}, ("the mailing address",)),
        ({"phone": None, "email": ""}, ("a phone number or an e-mail address",)),
        (
            dict.fromkeys(["business_name", "mailing_address", "phone", "email"]),
            ("the business name", "the mailing address", "a phone number or an e-mail address"),
        ),
    ],
)
def test_a_sender_is_complete_with_name_address_and_one_contact(values, missing):
    sender = replace(SENDER, **values)

    assert sender.missing == missing
    assert sender.is_complete is not bool(missing)


@pytest.mark.parametrize("medium", WRITTEN)
@pytest.mark.parametrize("name", ["business_name", "mailing_address"])
def test_a_footer_without_a_complete_sender_is_refused_and_says_where_to_enter_it(name, medium):
    sender = replace(SENDER, **{name: None})

    for ask in (lambda: footer(sender, medium, language=EN), lambda: with_footer("Hi", sender, medium, language=EN)):
        with pytest.raises(SenderIncomplete, match=r"/valhalla setup") as refused:
            ask()
        assert f"Still missing: {sender.missing[0]}." in str(refused.value)


# --- footers ----------------------------------------------------------------------------------------------------------

IDENTIFIED = "Maple Homes Inc., 1 Main St, Suite 2, Hamilton ON L8P 1A1, (905) 555-0100"
LINES = "Maple Homes Inc.\n1 Main St, Suite 2, Hamilton ON L8P 1A1\n(905) 555-0100, hello@maple.example"


@pytest.mark.parametrize(
    ("medium", "language", "url", "said"),
    [
        (SMS, EN, None, f"{IDENTIFIED}. Reply STOP to opt out"),
        (SMS, FR, None, f"{IDENTIFIED}. Répondez ARRET pour vous désabonner"),
        (SMS, BOTH, None, f"{IDENTIFIED}. Reply STOP to opt out / Répondez ARRET pour vous désabonner"),
        (SMS, EN, LINK, f"{IDENTIFIED}. Reply STOP to opt out"),
        (EMAIL, EN, None, f"{LINES}\nReply STOP to opt out"),
        (EMAIL, EN, LINK, f"{LINES}\nUnsubscribe here: {LINK}"),
        (EMAIL, FR, LINK, f"{LINES}\nPour vous désabonner, cliquez ici : {LINK}"),
        (EMAIL, BOTH, LINK, f"{LINES}\nUnsubscribe here: {LINK}\nPour vous désabonner, cliquez ici : {LINK}"),
        (CALL, EN, LINK, ""),
    ],
)
def test_a_footer_says_who_sends_and_how_to_stop(medium, language, url, said):
    assert footer(SENDER, medium, language=language, unsubscribe_url=url) == said


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("url", [None, LINK])
@pytest.mark.parametrize("medium", WRITTEN)
def test_every_footer_is_all_that_the_law_asks_for_and_nothing_is_added_to_it(medium, url, language):
    said = footer(SENDER, medium, language=language, unsubscribe_url=url)

    assert has_identification(said, SENDER)
    assert has_unsubscribe(said, medium)
    assert with_footer(f"Hi Ann.\n{said}", SENDER, medium, language=language) == f"Hi Ann.\n{said}"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("url", [None, LINK])
@pytest.mark.parametrize("medium", WRITTEN)
def test_our_own_footer_sent_back_is_no_opt_out(medium, url, language):
    assert classify_inbound(footer(SENDER, medium, language=language, unsubscribe_url=url)).intent is Intent.NONE


@pytest.mark.parametrize("language", Language)
def test_the_footer_of_a_text_costs_no_more_than_its_own_signs(language):
    assert set(footer(SENDER, SMS, language=language)) <= GSM


def test_a_sender_with_an_e_mail_address_alone_is_reached_by_that():
    sender = replace(SENDER, phone=None)

    assert "hello@maple.example. Reply STOP" in footer(sender, SMS, language=EN)
    assert "(905)" not in footer(sender, EMAIL, language=EN)


def test_a_sender_with_a_phone_alone_is_reached_by_that():
    assert footer(replace(SENDER, email=None), EMAIL, language=EN).splitlines()[2] == "(905) 555-0100"


# --- adding what is missing -------------------------------------------------------------------------------------------


def test_a_bare_text_gets_the_whole_footer_on_a_line_of_its_own():
    assert with_footer("Hi Ann, call me \n", SENDER, SMS, language=EN) == (
        f"Hi Ann, call me\n{IDENTIFIED}. Reply STOP to opt out"
    )


def test_a_text_that_is_signed_gets_the_way_out_alone():
    body = "Hi Ann! Maple Homes Inc, 1 Main St Suite 2, Hamilton, ON L8P 1A1, 905-555-0100"

    assert with_footer(body, SENDER, SMS, language=EN) == f"{body}\nReply STOP to opt out"


def test_a_text_with_a_way_out_gets_the_sender_alone():
    assert with_footer("Hi Ann. Text STOP to quit.", SENDER, SMS, language=EN) == (
        f"Hi Ann. Text STOP to quit.\n{IDENTIFIED}"
    )


@pytest.mark.parametrize("language", [FR, BOTH])
def test_in_quebec_an_english_way_out_is_not_enough(language):
    body = f"{IDENTIFIED}. Reply STOP to opt out"

    assert with_footer(body, SENDER, SMS, language=language) == f"{body}\nRépondez ARRET pour vous désabonner"


def test_a_french_way_out_is_completed_with_the_english_one_where_both_are_wanted():
    body = f"{IDENTIFIED}. Répondez ARRET pour vous désabonner"

    assert with_footer(body, SENDER, SMS, language=BOTH) == f"{body}\nReply STOP to opt out"


def test_an_e_mail_gets_its_footer_after_an_empty_line():
    said = with_footer("Hi Ann.", SENDER, EMAIL, language=EN, unsubscribe_url=LINK)

    assert said == f"Hi Ann.\n\n{LINES}\nUnsubscribe here: {LINK}"


def test_an_empty_body_is_its_footer_and_what_is_said_by_voice_stays_as_it_is():
    assert with_footer(" \n", SENDER, SMS, language=EN) == footer(SENDER, SMS, language=EN)
    assert with_footer("Hello, this is Ann ", SENDER, CALL, language=EN) == "Hello, this is Ann "


@given(
    body=st.text(max_size=80),
    medium=st.sampled_from(WRITTEN),
    language=st.sampled_from(Language),
    url=st.none() | st.just(LINK),
)
def test_whatever_a_body_says_it_ends_up_complete_and_keeps_its_words(body, medium, language, url):
    said = with_footer(body, SENDER, medium, language=language, unsubscribe_url=url)

    assert has_identification(said, SENDER)
    assert has_unsubscribe(said, medium)
    assert said.startswith((body.strip(), body.rstrip()))
    assert with_footer(said, SENDER, medium, language=language, unsubscribe_url=url) == said


# --- who sends it -----------------------------------------------------------------------------------------------------

SIGNED = "Maple Homes Inc., 1 Main St, Suite 2, Hamilton ON L8P 1A1"


@pytest.mark.parametrize(
    "body",
    [
        f"{SIGNED}, (905) 555-0100",
        f"{SIGNED}, 905.555.0100",
        f"{SIGNED}, 9055550100",
        f"{SIGNED}, +1 905 555 0100",
        f"{SIGNED}, 1-905-555-0100",
        f"{SIGNED}. HELLO@maple.example.",
        f"<{SIGNED}> mailto:hello@maple.example",
        "MAPLE HOMES INC 1 main st suite 2 hamilton on l8p 1a1 hello@maple.example",
        "Máple Homes Inc. | 1 Main St.\nSuite 2\nHamilton, ON\nL8P 1A1 | (905) 555 0100",
    ],
)
def test_a_sender_is_found_however_it_is_set(body):
    assert has_identification(body, SENDER)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Hi Ann.",
        f"{SIGNED}",
        "Maple Homes Inc., (905) 555-0100",
        "1 Main St, Suite 2, Hamilton ON L8P 1A1, (905) 555-0100",
        "Maple Homes Inc., 21 Main St, Suite 2, Hamilton ON L8P 1A1, (905) 555-0100",
        f"Big {SIGNED.replace('Homes Inc.', 'Homesteads Inc.')}, (905) 555-0100",
        f"{SIGNED}, (905) 555-01001",
        f"{SIGNED}, (905) 555-0101",
        f"{SIGNED}, hello@maple.example.com",
        f"{SIGNED}, othello@maple.example",
        f"{SIGNED}, hello@maple-example",
    ],
)
def test_a_sender_that_is_not_there_in_full_is_missed(body):
    assert not has_identification(body, SENDER)


def test_one_contact_is_enough_and_must_be_the_senders_own():
    assert has_identification(f"{SIGNED} hello@maple.example", replace(SENDER, phone=None))
    assert not has_identification(f"{SIGNED} 905-555-0100", replace(SENDER, phone=None))
    assert not has_identification(f"{SIGNED} hello@maple.example", replace(SENDER, email=None))


def test_nothing_identifies_a_sender_that_is_not_set_up():
    assert not has_identification("", Sender(None, None, None, None))
    assert not has_identification(f"{SIGNED}, 905-555-0100", replace(SENDER, phone=None, email=None))


def test_names_in_other_scripts_and_numbers_of_other_countries_are_found():
    sender = Sender("枫叶 房屋", "12 rue de l'Église, Montréal", "+33142685300", None)

    assert has_identification("枫叶 房屋, 12 rue de l’Eglise, Montreal, +33 1 42 68 53 00", sender)
    assert not has_identification("12 rue de l’Eglise, Montreal, +33 1 42 68 53 00", sender)


# --- how to stop it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "Reply STOP to opt out",
        "reply stop to unsubscribe",
        'Reply "STOP" to unsubscribe.',
        "Text STOP to end",
        "Txt STOP 2 quit",
        "STOP to opt out",
        "Text STOP to end. Maple Homes",
        "Reply STOP to stop receiving our messages",
        "To end these messages, text STOP",
        "Reply QUIT to opt out. 905-555-0100",
        "Répondez ARRET pour mettre fin à ces messages",
        "Répondez « ARRET » pour vous désabonner",
        "To opt out, reply STOP.",
        "Unsubscribe at any time: text STOP",
        "Reply with the word STOP to no longer receive texts",
        "Répondez ARRET pour vous désabonner",
        "Répondez ARRÊT pour ne plus recevoir nos textos",
        "ARRET pour vous désinscrire",
        "STOP pour arrêter",
        "Pour vous désabonner, répondez par STOP",
        "Pour se désinscrire de nos listes, envoyez ARRET",
    ],
)
def test_a_word_to_reply_with_is_a_way_out_of_texts_and_e_mails(body):
    assert has_unsubscribe(body, SMS)
    assert has_unsubscribe(body, EMAIL)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "STOP",
        "We can help you stop the foreclosure. Reply to learn how.",
        "Reply to me and stop worrying",
        "Text me to stop the sale",
        "Send us a note to stop the bank",
        "We never stop. Reply YES to hear our offer.",
        "Stop by on Sunday, or text me",
        "How to end a lease: reply LEASE",
        "Arrêtez de payer. Répondez OUI",
        "Répondez OUI pour arrêter la saisie",
        "Reply STOP to stop the foreclosure",
        "Reply CANCEL to cancel your appointment",
        "Text STOP to end your trouble with the bank",
        "Répondez STOP pour arrêter la saisie",
    ],
)
@pytest.mark.parametrize("medium", WRITTEN)
def test_words_about_stopping_something_else_are_no_way_out(body, medium):
    assert not has_unsubscribe(body, medium)


@pytest.mark.parametrize(
    "body",
    [
        f"Unsubscribe here: {LINK}",
        f"Unsubscribe\n{LINK}",
        "To unsubscribe, write to hello@maple.example",
        "Opt out: mailto:stop@maple.example",
        f"Pour vous désabonner, cliquez ici : {LINK}",
        f"Désinscription : {LINK}",
        "https://maple.example/unsubscribe?id=1",
        "https://maple.example/desabonnement/1",
    ],
)
def test_a_link_or_an_address_is_a_way_out_of_e_mails_but_not_of_texts(body):
    assert has_unsubscribe(body, EMAIL)
    assert not has_unsubscribe(body, SMS)


@pytest.mark.parametrize("body", ["Unsubscribe", LINK, f"See {LINK}. {'x' * 200}", f"Unsubscribe {'x' * 200} {LINK}"])
def test_an_e_mail_needs_the_word_and_the_link_together(body):
    assert not has_unsubscribe(body, EMAIL)


def test_a_call_is_stopped_by_word_of_mouth():
    assert has_unsubscribe("", CALL)


# --- the language -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("province", "locale", "language"),
    [
        ("QC", None, BOTH),
        ("QC", "", BOTH),
        ("QC", "en-CA", BOTH),
        ("QC", "fr-CA", FR),
        ("Québec", "en", BOTH),
        ("quebec", "fr_CA", FR),
        ("ON", "en-CA", EN),
        ("ON", None, EN),
        ("NB", "FR", FR),
        ("ON", "fr-CA", FR),
        ("ON", "fry", EN),
        (None, None, EN),
        (None, "fr", FR),
        ("Nowhere", "en", EN),
    ],
)
def test_quebec_reads_french_or_both_and_others_as_they_prefer(province, locale, language):
    assert language_for(province, locale) is language


@pytest.mark.parametrize("part", ["1", "a", "a@", "unsubscribe ", "https://", "to end these ", "905 555 01 "])
def test_a_long_body_is_read_in_no_time(part):
    body = part * (100_000 // len(part))
    since = time.perf_counter()

    for medium in WRITTEN:
        has_unsubscribe(body, medium)
    has_identification(f"{SIGNED} {body}", SENDER)

    assert time.perf_counter() - since < 5
