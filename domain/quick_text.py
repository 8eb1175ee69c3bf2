"""The text of a quick lead while its fields are being taken out."""

import re
from typing import Final

CUT: Final = "\x1f"
"""Stands where something was taken out: no field reaches across it."""

_LINK: Final = re.compile(r"<(?:mailto:|tel:)?([^<>|]{1,400})(?:\|([^<>|]{1,400}))?>")
_WORDS: Final = re.compile(r"[^\W_]")
_SPACES: Final = re.compile(r"[^\S\n]+")
_JOINING: Final = frozenset({"a", "and", "at", "for", "from", "in", "is", "of", "the", "with"})
_BREAKS: Final = re.compile(rf"[;\n{CUT}]|(?<![0-9]),|,(?![0-9])|(?:^| )[-–—|•](?= |$)")
_LABEL: Final = re.compile(
    r"\b(?:full name|name|nom|seller|contact|phone|cell|mobile|tel|telephone|ph|e-?mail|courriel|address|addr|adresse)"
    r"\s?[:=]\s?|\b(?:cell|phone|mobile|tel|ph)\.?\s(?=[+(]?[0-9])",
    re.IGNORECASE,
)


class Rest:
    """What is left of a quick text; each find is cut out and leaves a break behind."""

    def __init__(self, text: str) -> None:
        """Start with the whole text, in which the labels of simple fields are breaks."""
        self.text = _LABEL.sub(CUT, text)

    def take(self, pattern: re.Pattern[str], *, group: int = 0) -> str:
        """Cut the first find of `pattern` out and return its `group` without spaces around it; "" without a find."""
        found = pattern.search(self.text)
        if found is None:
            return ""
        self.cut(found)
        return str(found[group]).strip()

    def cut(self, found: re.Match[str], *, keep: bool = False) -> None:
        """Replace a find with a break; with `keep` it stays behind as a piece of its own."""
        middle = f"{CUT}{found[0]}{CUT}" if keep else CUT
        self.text = self.text[: found.start()] + middle + self.text[found.end() :]

    def cut_words(self, words: str) -> str:
        """Cut `words` out where they stand as words of their own, and return them; "" when they do not."""
        start = self.text.find(words)
        while start >= 0:
            end = start + len(words)
            if not (self.text[start - 1 : start].isalnum() or self.text[end : end + 1].isalnum()):
                self.text = self.text[:start] + CUT + self.text[end:]
                return words
            start = self.text.find(words, start + 1)
        return ""

    def cut_span(self, start: int, end: int) -> str:
        """Cut the characters from `start` to `end` out and return them tidied."""
        taken = self.text[start:end]
        self.text = self.text[:start] + CUT + self.text[end:]
        return " ".join(taken.split()).strip(" ,;-")

    def pieces(self) -> list[str]:
        """What stands between breaks, commas, semicolons and line ends, tidied; lone joining words are dropped."""
        tidied = (" ".join(piece.split()).strip(" .:=/-") for piece in _BREAKS.split(self.text))
        return [piece for piece in tidied if _WORDS.search(piece) and piece.casefold() not in _JOINING]


def strip_markup(text: str) -> str:
    """Slack's `<mailto:a@b.ca|a@b.ca>`, `<tel:+1416|416>` and `&amp;` as they were typed; spaces in a row are one."""
    plain = _LINK.sub(lambda found: str(found[2] or found[1]), text.replace(CUT, " "))
    return _SPACES.sub(" ", plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
