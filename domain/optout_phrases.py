"""Phrases in both languages together: what stops us, what turns it around, and what leaves a doubt."""

import re
from collections.abc import Iterator
from typing import Final

from domain import optout_english as english
from domain import optout_french as french
from domain.optout_words import pattern

BEFORE: Final = 60
"""Characters before a phrase in which its guard may stand."""

SIGNS: Final = re.compile("[\U0001f6d1\U0001f6ab\u26d4\U0001f595\U0001f4f5]")
"""Stop signs and the like, which some people send in place of words."""

WRONG_PERSON: Final = pattern((*english.WRONG_PERSON, *french.WRONG_PERSON), {})
WRONG_GUARD: Final = pattern((*english.WRONG_GUARD, *french.WRONG_GUARD), {})
NOT_OURS: Final = pattern((*english.NOT_OURS, *french.NOT_OURS), {})
OUR_FOOTER: Final = pattern((*english.OUR_FOOTER, *french.OUR_FOOTER), {})
DOUBTS: Final = (
    pattern(english.DOUBTFUL, english.DOUBTFUL_PARTS),
    pattern(french.DOUBTFUL, french.DOUBTFUL_PARTS),
)

_GUARDED: Final = (
    ((*english.ORDERS, *french.ORDERS), (english.ORDER_GUARD, french.ORDER_GUARD)),
    ((*english.STATEMENTS, *french.STATEMENTS), (english.STATEMENT_GUARD,)),
)


def stops_in(words: str) -> Iterator[str]:
    """Yield the phrases in plain words that stop us; one that its guard turns around is none."""
    for phrases, guards in _GUARDED:
        for phrase in phrases:
            for found in phrase.finditer(words):
                if not _is_turned_around(words, found, guards):
                    yield found.group()


def _is_turned_around(words: str, found: re.Match[str], guards: tuple[re.Pattern[str], ...]) -> bool:
    before = words[max(0, found.start() - BEFORE) : found.start()].rstrip()
    is_guarded = any(guard.search(before) for guard in guards)
    return is_guarded or english.TAKEN_BACK.match(words, found.end() + 1) is not None
