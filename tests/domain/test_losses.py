"""A loss is kept in one text and read from it again."""

import pytest

from domain.losses import kept_loss, loss_text, reason_of
from domain.stages import LostReason


@pytest.mark.parametrize(
    ("note", "kept", "text"),
    [
        ("", "no_buyer", "No buyer was found"),
        ("  ", "no_buyer", "No buyer was found"),
        ("they all passed", "no_buyer: they all passed", "No buyer was found: they all passed"),
        ("price: too high", "no_buyer: price: too high", "No buyer was found: price: too high"),
    ],
)
def test_a_loss_is_kept_with_the_words_beside_it(note, kept, text):
    assert kept_loss(LostReason.NO_BUYER, note) == kept
    assert loss_text(kept) == text
    assert reason_of(kept) == "no_buyer"


@pytest.mark.parametrize("reason", LostReason)
def test_every_reason_is_read_again(reason):
    assert loss_text(kept_loss(reason)) == reason.label


def test_a_reason_of_another_release_is_shown_as_it_is_kept():
    assert loss_text("flooded: twice") == "flooded: twice"
