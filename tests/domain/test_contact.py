"""Phone numbers and e-mail addresses: stored, shown, masked, refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contact import (
    EmailInvalid,
    PhoneInvalid,
    area_code,
    email_key,
    mask_contacts,
    mask_email,
    mask_phone,
    normalise_email,
    normalise_phone,
    show_phone,
)

PHONES = {
    "416-555-0134": "+14165550134",
    "(416) 555-0134": "+14165550134",
    "416.555.0134": "+14165550134",
    "416 555 0134": "+14165550134",
    "416\u00a0555\u20110134": "+14165550134",
    "4165550134": "+14165550134",
    "1-416-555-0134": "+14165550134",
    "14165550134": "+14165550134",
    "+1 416 555 0134": "+14165550134",
    "+14165550134": "+14165550134",
    " +1 (416) 555-0134 ": "+14165550134",
    "tel:+14165550134": "+14165550134",
    "867-555-0199": "+18675550199",
    "905-522-1234": "+19055221234",
    "514-555-0100": "+15145550100",
    "212-555-0123": "+12125550123",
    "800-555-0199": "+18005550199",
    "+44 20 7946 0958": "+442079460958",
    "011 44 20 7946 0958": "+442079460958",
    "+33 1 99 00 12 34": "+33199001234",
    "+61 2 5550 0123": "+61255500123",
}

BAD_PHONES = {
    "": "write it like",
    "   ": "write it like",
    "+": "write it like",
    "+1": "write it like",
    "abc": "write it like",
    "555-0134": "area code is missing",
    "416-555-013": "too few digits",
    "416-555-01345": "too many digits",
    "+1 416 555 01345": "too many digits",
    "12": "too few digits",
    "0": "write it like",
    "116-555-0134": "Canadian or American",
    "016-555-0134": "Canadian or American",
    "496-555-0134": "Canadian or American",
    "416-155-0134": "Canadian or American",
    "416-055-0134": "Canadian or American",
    "911-555-0134": "411 and 911",
    "416-411-1234": "411 and 911",
    "911": "too few digits",
    "416-555-0134 x12": "extension",
    "416-555-0134 ext. 12": "extension",
    "416-555-0134 extension 12": "extension",
    "416-555-0134 poste 12": "extension",
    "416-555-0134#12": "extension",
    "416-555-0134;ext=12": "extension",
    "tel:+14165550134;ext=12": "extension",
    "416-555-0134, 12": "extension",
    "1-800-FLOWERS": "write it like",
    "call 416-555-0134": "write it like",
    "416-555-0134 or 416-555-0135": "write it like",
    "416-555-0134\n416-555-0135": "write it like",
    "416-555-0134 416-555-0135": "write it like",
    "+354 1234 5678": "write it like",
    "٤١٦٥٥٥٠١٣٤": "write it like",
    "４１６５５５０１３４": "write it like",
    "<script>": "write it like",
    "+999 123 456 789": "write it like",
    "+0 416 555 0134": "write it like",
    "4" * 41: "write it like",
    "4165550134" * 10_000: "write it like",
}

EMAILS = {
    "john@example.com": "john@example.com",
    "  john@example.com\n": "john@example.com",
    "John.Smith@Example.COM": "John.Smith@example.com",
    "mailto:john@example.com": "john@example.com",
    "john+offers@sub.example.co.uk": "john+offers@sub.example.co.uk",
    "o'neil@example.ca": "o'neil@example.ca",
    "a@b.co": "a@b.co",
    "x_y-z@ex-ample.museum": "x_y-z@ex-ample.museum",
    "john@xn--montral-fya.ca": "john@xn--montral-fya.ca",
    "john@example.xn--p1ai": "john@example.xn--p1ai",
    "j" * 64 + "@example.com": "j" * 64 + "@example.com",
}

BAD_EMAILS = {
    "": "name@example.com",
    "   ": "name@example.com",
    "john": "exactly one @",
    "john@": "after the @",
    "@example.com": "before the @",
    "john@@example.com": "exactly one @",
    "john@a.com@b.com": "exactly one @",
    "john@example": "after the @",
    "john@.com": "after the @",
    "john@example..com": "after the @",
    "john@-example.com": "after the @",
    "john@example-.com": "after the @",
    "john@example.c": "after the @",
    "john@example.c0m": "after the @",
    "john@127.0.0.1": "after the @",
    "john@[127.0.0.1]": "after the @",
    "john@exa mple.com": "after the @",
    "john@montréal.ca": "after the @",
    "john smith@example.com": "before the @",
    "john..smith@example.com": "before the @",
    ".john@example.com": "before the @",
    "john.@example.com": "before the @",
    "jöhn@example.com": "before the @",
    '"john"@example.com': "before the @",
    "<john@example.com>": "before the @",
    "john@example.com, jane@example.com": "exactly one @",
    "john@example.com\nBcc: all@example.com": "exactly one @",
    "john\r\nBcc:x@example.com": "before the @",
    "j" * 65 + "@example.com": "too long",
    "j@" + "a" * 64 + ".com": "after the @",
    "j@" + ".".join(["a" * 60] * 4) + ".example.com": "too long",
}


def outcome(normalise, text):
    try:
        return normalise(text)
    except (PhoneInvalid, EmailInvalid):
        return None


@pytest.mark.parametrize(("typed", "stored"), PHONES.items())
def test_a_phone_number_is_stored_as_e164(typed, stored):
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(("typed", "why"), BAD_PHONES.items())
def test_a_phone_number_that_cannot_be_used_says_why_without_repeating_it(typed, why):
    with pytest.raises(PhoneInvalid) as refused:
        normalise_phone(typed)
    assert refused.value.code == "PHONE_INVALID"
    assert why in str(refused.value)
    assert len(typed) < 5 or typed not in str(refused.value)


@pytest.mark.parametrize("typed", [None, 4165550134, 1.5, True, b"4165550134", ["416"]])
def test_a_phone_number_that_is_no_text_is_refused(typed):
    with pytest.raises(PhoneInvalid):
        normalise_phone(typed)


def test_a_number_without_a_country_code_is_read_in_the_given_region():
    assert normalise_phone("020 7946 0958", "GB") == "+442079460958"
    with pytest.raises(PhoneInvalid):
        normalise_phone("020 7946 0958", "ZZ")


def test_a_stored_number_stays_as_it_is():
    for stored in PHONES.values():
        assert normalise_phone(stored) == stored


@given(st.text(alphabet="0123456789+()-. x#", max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_number_like_text_is_stored_stably_or_refused_by_name(text):
    stored = outcome(normalise_phone, text)
    assert stored is None or normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("stored", "shown", "masked", "code"),
    [
        ("+14165550134", "(416) 555-0134", "(416) •••-0134", "416"),
        ("+18675550199", "(867) 555-0199", "(867) •••-0199", "867"),
        ("+442079460958", "+44 20 7946 0958", "•••-0958", None),
        ("", "", "•••", None),
        ("+1", "+1", "•••", None),
        ("4165550134", "4165550134", "•••", None),
        ("+1416555013", "+1 416555013", "•••-5013", None),
        ("not a number", "not a number", "•••", None),
        ("+1416555013٤", "+1 416-555-0134", "•••", None),
    ],
)
def test_a_stored_number_is_shown_masked_and_placed(stored, shown, masked, code):
    assert (show_phone(stored), mask_phone(stored), area_code(stored)) == (shown, masked, code)


@pytest.mark.parametrize(("typed", "stored"), EMAILS.items())
def test_an_address_is_trimmed_and_its_domain_lower_cased(typed, stored):
    assert normalise_email(typed) == stored
    assert normalise_email(stored) == stored


@pytest.mark.parametrize(("typed", "why"), BAD_EMAILS.items())
def test_an_address_that_cannot_be_used_says_why_without_repeating_it(typed, why):
    with pytest.raises(EmailInvalid) as refused:
        normalise_email(typed)
    assert refused.value.code == "EMAIL_INVALID"
    assert why in str(refused.value)
    assert len(typed) < 8 or typed not in str(refused.value)


@pytest.mark.parametrize("typed", [None, 5, b"john@example.com", ["john@example.com"], True])
def test_an_address_that_is_no_text_is_refused(typed):
    with pytest.raises(EmailInvalid):
        normalise_email(typed)


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_an_address_without_line_breaks_or_refused_by_name(text):
    stored = outcome(normalise_email, text + "@example.com") or ""
    assert stored.isascii()
    assert stored == "".join(sign for sign in stored if sign.isprintable() and sign != " ")


def test_addresses_that_differ_in_case_share_one_key():
    assert email_key(normalise_email("John@Example.com")) == email_key(normalise_email("john@EXAMPLE.com"))


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("john@example.com", "j•••@example.com"),
        ("jo@example.com", "j•••@example.com"),
        ("j@example.com", "•••@example.com"),
        ("@example.com", "•••"),
        ("john", "•••"),
        ("", "•••"),
        ("secret@name@example.com", "•••"),
    ],
)
def test_an_address_is_masked_to_its_first_letter_and_domain(email, masked):
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call her at 647-555-0199 after six", "call her at ••• after six"),
        ("(416) 555-0134, +1 416 555 0135 or 4165550136", "•••, ••• or •••"),
        ("write to jane.roe@example.com, not to bob@example.co.uk", "write to •••, not to •••"),
        (
            "roof 2014, asks 450,000, 12 King St W L8P 1A1, lot 40x120",
            "roof 2014, asks 450,000, 12 King St W L8P 1A1, lot 40x120",
        ),
        ("", ""),
    ],
)
def test_numbers_and_addresses_inside_a_text_are_masked_and_nothing_else(text, masked):
    assert mask_contacts(text) == masked


def test_the_teams_own_numbers_may_stay_readable():
    text = "Call (905) 555-0100 or hello@maple.example, not 416-555-0134"
    shown = mask_contacts(text, but=("(905) 555-0100", "hello@maple.example"))
    assert shown == "Call (905) 555-0100 or hello@maple.example, not •••"
