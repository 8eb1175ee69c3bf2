"""Words as people type them: folded for comparison, and the word that was probably meant."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from rapidfuzz.distance import OSA

_NOT_WORD: Final = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """Lower case, no accents, anything but letters and digits as one space: "Multi-Family" -> "multi family"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_WORD.sub(" ", decomposed.encode("ascii", "ignore").decode("ascii")).strip()


def nearest(word: str, words: Iterable[str], *, within: int = 2) -> str | None:
    """The one of `words` that differs least from `word` (a swap of neighbours counts one), None beyond `within`."""
    best, best_distance = None, within + 1
    for candidate in words:
        distance = OSA.distance(word, candidate, score_cutoff=within)
        if distance < best_distance:
            best, best_distance = candidate, distance
    return best
