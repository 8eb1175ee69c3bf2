"""The part of a reply that its writer wrote: without the message it answers, quoted below, above or inside it."""

import re
from typing import Final

QUOTE_MARKS: Final = (">", "|>")
"""What mail programs put before each line of the message that is answered."""

_LINE: Final = 400
"""A line that announces a quotation is short; longer ones are somebody's text, and are not searched."""

_E: Final = "(?:e|\u00e9)"
_ANNOUNCES: Final = re.compile(
    r"on\b.{3,}\bwrote\s*:"
    rf"|le\b.{{3,}}\ba\s+{_E}crit\s*:"
    r"|[-_]{2,}\s*(?:original message|forwarded message|message d['\u2019]origine)\b.*"
    rf"|[-_]{{2,}}\s*message transf{_E}r{_E}\b.*"
    rf"|begin forwarded message\s*:|d{_E}but du message (?:r{_E}exp{_E}di{_E}|transf{_E}r{_E})\s*:"
    r"|_{10,}",
    re.IGNORECASE,
)
_WRAPPED: Final = re.compile(r"(?:on|le)\b.{3,}", re.IGNORECASE)
"""The first of two lines in which "On Tuesday, Dana <dana@example.com> / wrote:" was broken."""

_SENDER: Final = re.compile(r"\*?(?:from|de)\s?\*?\s?:\*?\s?\S.*", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"\*?(?:sent|date|to|cc|subject|envoy(?:e|\u00e9)|(?:\u00e0|a)|objet)\s?\*?\s?:\*?\s?\S.*", re.IGNORECASE
)
"""Outlook quotes without marks, below the message's own headers: a sender, then a date or a recipient."""

_SIGNATURE: Final = "--"
_REACTION: Final = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? [a-z ]{2,20} from"
    rf"|a aim{_E}|a ador{_E}|a ri (?:de|\u00e0)|n['\u2019]a pas aim{_E}|a mis en {_E}vidence)"
    r"\s+[\"\u201c\u00ab].*",
    re.IGNORECASE | re.DOTALL,
)
"""A phone's reaction to a message of ours arrives as a text that repeats it: Liked "Hi John ... Reply STOP"."""


def own_words(text: str) -> str:
    """Return what a person wrote themselves in a text or an e-mail; empty where all of it is somebody else's.

    Lines marked as quoted are left out wherever they stand. From a line that announces a quotation ("On ... wrote:",
    "Le ... a écrit :", "-----Original Message-----", a block of headers) the rest counts as quoted, and so does
    what stands below a signature's "-- ". A reaction that repeats our message is nobody's words.
    """
    if _REACTION.match(text[:_LINE]):
        return ""
    kept: list[str] = []
    lines = [line for line in text.splitlines() if not line.isspace() and line]
    for index, line in enumerate(lines):
        stripped = line.strip()
        if _begins_quotation(stripped, lines[index + 1].strip() if index + 1 < len(lines) else ""):
            return _with_answers_below(kept, lines[index + 1 :])
        if stripped == _SIGNATURE:
            break
        if not stripped.startswith(QUOTE_MARKS):
            kept.append(line)
    return "\n".join(kept)


def _begins_quotation(line: str, following: str) -> bool:
    if len(line) > _LINE:
        return False
    if _ANNOUNCES.fullmatch(line):
        return True
    following = following[:_LINE]
    if _WRAPPED.fullmatch(line) and _ANNOUNCES.fullmatch(f"{line} {following}"):
        return True
    return bool(_SENDER.fullmatch(line) and _HEADER.fullmatch(following))


def _with_answers_below(kept: list[str], rest: list[str]) -> str:
    """Add what stands below a quotation whose lines are all marked: some people answer there."""
    marked = [index for index, line in enumerate(rest) if line.strip().startswith(QUOTE_MARKS)]
    if not marked:
        return "\n".join(kept)
    below = [line for line in rest[marked[0] :] if not line.strip().startswith(QUOTE_MARKS)]
    return "\n".join((*kept, *below))
