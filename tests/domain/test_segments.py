"""Texts as the networks count them: alphabets, units, segments, and what is too long for any provider."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content import Language, Sender, with_footer
from domain.rules import Medium
from domain.segments import LONGEST_TEXT, TextTooLong, check_length, segments_of

HOUSE = "\U0001f3e0"
GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà"
MAPLE = Sender("Maple Homes", "1 Main St W, Hamilton ON L8P 1A1", "+19055550100", None)


@pytest.mark.parametrize(
    ("body", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 1),
        ("a", "GSM-7", 1, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 1600, "GSM-7", 1600, 11),
        (GSM, "GSM-7", len(GSM), 1),
        # What the alphabet reaches by an escape takes two units.
        ("€", "GSM-7", 2, 1),
        ("[]{}\\~^|€\f", "GSM-7", 20, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 80 + "a", "GSM-7", 161, 2),
        # An escape and its sign stay together: 153 is odd, so each segment of such signs holds 76.
        ("€" * 81, "GSM-7", 162, 2),
        ("€" * 152, "GSM-7", 304, 2),
        ("€" * 153, "GSM-7", 306, 3),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2),
        # One sign outside the alphabet, and every sign takes sixteen bits.
        ("ê", "UCS-2", 1, 1),
        ("a" * 69 + "ê", "UCS-2", 70, 1),
        ("a" * 70 + "ê", "UCS-2", 71, 2),
        ("a" * 133 + "ê", "UCS-2", 134, 2),
        ("a" * 134 + "ê", "UCS-2", 135, 3),
        ("€" * 69 + "ê", "UCS-2", 70, 1),
        ("a" * 159 + HOUSE, "UCS-2", 161, 3),
        ("a" * 160 + HOUSE, "UCS-2", 162, 3),
        # A pair stays together: 67 is odd, so a segment of pairs holds 33.
        (HOUSE * 35, "UCS-2", 70, 1),
        (HOUSE * 36, "UCS-2", 72, 2),
        (HOUSE * 66, "UCS-2", 132, 2),
        (HOUSE * 67, "UCS-2", 134, 3),
        ("a" * 66 + HOUSE + "a" * 66, "UCS-2", 134, 3),
        ("a" * 65 + HOUSE + "a" * 67, "UCS-2", 134, 2),
        # A family is seven characters to Unicode and eleven units to the network.
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "UCS-2", 11, 1),
        ("\ud83c", "UCS-2", 1, 1),
    ],
)
def test_a_text_is_cut_as_the_networks_cut_it(body, encoding, units, count):
    cut = segments_of(body)
    assert (cut.encoding, cut.units, cut.count) == (encoding, units, count)


@pytest.mark.parametrize(
    ("body", "costly"),
    [
        ("Votre maison est-elle à vendre? Répondez où vous êtes", ("ê",)),
        ("Ça, c'est à côté de la forêt", ("ô", "ê")),
        ("Garçon, l'œuvre “naïve”…", ("ç", "œ", "“", "ï", "”", "…")),
        ("éèàùìò ÉÇÄÖÑÜ", ()),
        ("don’t", ("’",)),
        (f"{HOUSE} sold {HOUSE}", (HOUSE,)),
        ("tab\there", ("\t",)),
        ("no-break\u00a0space", ("\u00a0",)),
        ("`", ("`",)),
    ],
)
def test_the_signs_that_made_a_text_dear_are_named_once_each(body, costly):
    cut = segments_of(body)
    assert (cut.costly, cut.encoding) == (costly, "UCS-2" if costly else "GSM-7")


def test_one_emoji_makes_three_segments_of_one():
    assert (segments_of("a" * 160).count, segments_of("a" * 160 + HOUSE).count) == (1, 3)


@pytest.mark.parametrize("language", list(Language))
def test_our_own_footer_never_leaves_the_alphabet(language):
    body = with_footer("Hello", MAPLE, Medium.SMS, language=language)
    assert segments_of(body).encoding == "GSM-7"


@given(st.text(max_size=700))
def test_segments_hold_all_units_and_none_is_wasted(body):
    cut = segments_of(body)
    alone, joined = (160, 153) if cut.encoding == "GSM-7" else (70, 67)
    if cut.count == 1:
        assert cut.units <= alone
    else:
        # At most one unit of each is left empty, where a character of two would not fit.
        assert (cut.count - 1) * (joined - 1) < cut.units <= cut.count * joined


@pytest.mark.parametrize("length", [0, 1, LONGEST_TEXT])
def test_a_text_that_fits_passes(length):
    check_length("a" * length, Medium.SMS)


@pytest.mark.parametrize("length", [LONGEST_TEXT + 1, 2000])
def test_a_text_that_no_provider_takes_is_refused_with_what_to_cut(length):
    with pytest.raises(TextTooLong, match=rf"is {length} characters .* Shorten it by {length - 1600}\.") as refused:
        check_length("a" * length, Medium.SMS)
    assert (refused.value.code, refused.value.field) == ("TEXT_TOO_LONG", "body")


def test_an_e_mail_may_be_as_long_as_it_likes():
    check_length("a" * 100_000, Medium.EMAIL)
