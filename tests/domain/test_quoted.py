"""The part of a reply that its writer wrote."""

import pytest

from domain.quoted import own_words


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes", "Yes"),
        ("Yes\n> quoted\n> more", "Yes"),
        ("Yes\n|> quoted", "Yes"),
        ("> quoted\nanswered below", "answered below"),
        ("Yes\n\nOn Tue, Nov 24, 2026, Dana <d@example.com> wrote:\n> quoted\nwrapped? no", "Yes\nwrapped? no"),
        ("Yes\nOn Tue, Nov 24, 2026, Dana\n<d@example.com> wrote:\n\nunmarked", "Yes"),
        ("Oui\nLe mar. 24 nov., Dana a écrit :\nsans marque", "Oui"),
        ("Oui\nLe mar. 24 nov., Dana <d@example.com>\na écrit :\n> cité", "Oui"),
        ("Yes\n-----Original Message-----\nrest", "Yes"),
        ("Oui\n-----Message d'origine-----\nreste", "Oui"),
        ("Yes\n---------- Forwarded message ---------\nrest", "Yes"),
        ("Oui\n---------- Message transféré ---------\nreste", "Oui"),
        ("Yes\nBegin forwarded message:\nrest", "Yes"),
        ("Oui\nDébut du message réexpédié :\nreste", "Oui"),
        ("Yes\n________________________________\nFrom: Dana", "Yes"),
        ("Yes\nFrom: Dana <d@example.com>\nSent: Tuesday\nrest", "Yes"),
        ("Oui\nDe : Dana <d@example.com>\nEnvoyé : mardi\nreste", "Oui"),
        ("Yes\n*From:* Dana\n*Sent:* Tuesday\nrest", "Yes"),
        ("Yes\n-- \nJohn Smith\nStop & Shop", "Yes"),
        ("On Tuesday I wrote to you", "On Tuesday I wrote to you"),
        ("From: me\nwith love", "From: me\nwith love"),
        ("On it", "On it"),
        ("Liked “Reply STOP to opt out”", ""),
        ("A aimé « Répondez ARRET »", ""),
        ("Liked the house", "Liked the house"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_others_wrote_is_left_out(text, own):
    assert own_words(text).strip() == own


def test_a_line_too_long_to_announce_a_quotation_is_somebodys_text():
    text = "On " + "and on " * 100 + "wrote:"
    assert own_words(text) == text
