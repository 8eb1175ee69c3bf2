"""What people search for, as the search columns hold it."""

from collections.abc import Sequence

from domain.words import fold


def search_words(text: str) -> Sequence[str]:
    """Fold what a person searches for; a phone number is searched by its digits."""
    digits = "".join(filter(str.isdigit, text))
    letters = any(map(str.isalpha, text))
    return fold(text).split() if letters or len(digits) < 4 else [digits]
