"""Texts as the networks count them: the alphabet a text needs, and the segments it is cut into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.rules import Medium

LONGEST_TEXT: Final = 1600
"""Characters that Twilio takes in one message (its error 21617)."""


class TextTooLong(RuleBroken):
    """The text is {count} characters long with who we are and how to stop it; {limit} may be sent. Shorten it by
    {over}."""

    code: ClassVar[str] = "TEXT_TOO_LONG"
    field: ClassVar[str] = "body"


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text travels: `encoding` "GSM-7" or "UCS-2", units, segments, and the characters that made it UCS-2."""

    encoding: str
    units: int
    count: int
    costly: tuple[str, ...] = ()


def segments_of(body: str) -> Segments:
    """Return how a text is cut: 160 units in one GSM-7 segment, 153 in each of several (3GPP TS 23.038, 23.040); 70 and
    67 UTF-16 units where one character is outside that alphabet. No character of two units is cut in half."""
    costly = tuple(dict.fromkeys(sign for sign in body if sign not in _BASIC and sign not in _EXTENDED))
    if costly:
        widths = [2 if sign > _LAST_OF_ONE_UNIT else 1 for sign in body]
        return Segments("UCS-2", sum(widths), _cut(widths, 70, 67), costly)
    widths = [2 if sign in _EXTENDED else 1 for sign in body]
    return Segments("GSM-7", sum(widths), _cut(widths, 160, 153))


def check_length(body: str, medium: Medium) -> None:
    """Raise `TextTooLong` for a text that no provider takes; e-mails may be as long as they like."""
    if medium is Medium.SMS and len(body) > LONGEST_TEXT:
        raise TextTooLong(count=len(body), limit=LONGEST_TEXT, over=len(body) - LONGEST_TEXT)


_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")


_LAST_OF_ONE_UNIT: Final = "\uffff"
"""Characters beyond it are a pair of UTF-16 units."""


def _cut(widths: Sequence[int], alone: int, joined: int) -> int:
    """How many segments characters of these widths fill, each whole in one of them."""
    if sum(widths) <= alone:
        return 1
    count, room = 1, joined
    for width in widths:
        if width > room:
            count, room = count + 1, joined
        room -= width
    return count
