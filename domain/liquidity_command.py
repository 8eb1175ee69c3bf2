"""What `/liquidity` was asked for, read from the text behind it."""

from dataclasses import dataclass
from typing import Final

from domain.geo import PROVINCES, Location, locate, market_label, postal_code, province_of
from domain.property_types import PropertyType, PropertyTypeUnclear, property_type, type_words
from domain.words import fold


@dataclass(frozen=True, slots=True)
class LiquidityList:
    """List every market, those of one `kind` alone where it is named."""

    kind: PropertyType | None = None


@dataclass(frozen=True, slots=True)
class LiquidityOf:
    """Show a place, as typed, for one `kind` or for every type that is known there."""

    place: str
    kind: PropertyType | None = None


@dataclass(frozen=True, slots=True)
class LiquidityHelp:
    """Say what `/liquidity` can do."""


@dataclass(frozen=True, slots=True)
class LiquidityUnclear:
    """`words` name neither a place in Canada nor a property type."""

    words: str


LiquidityCommand = LiquidityList | LiquidityOf | LiquidityHelp | LiquidityUnclear

_HELP: Final = ("help", "aide", "?")
_ALL: Final = ("all", "list", "everything", "tout")
# Words beside a place that name none: "in the Hamilton area".
_SMALL: Final = frozenset(
    {"a", "and", "around", "area", "at", "de", "downtown", "du", "for", "greater", "in", "la", "le", "market", "near",
     "of", "region", "the"}
)  # fmt: skip
_LONGEST: Final = 5
"""Words in the longest phrase for a property type: "house with basement apartment" and one to spare."""


def parse_liquidity_command(text: str) -> LiquidityCommand:
    """Read the text behind `/liquidity`: nothing, "help", or a place and a property type in either order.

    "Hamilton", "Hamilton condo", "duplex in ON", "condo". Never raises; a word that is neither is said to be unclear.
    """
    words = text.replace(",", " ").split()
    if not words or fold(" ".join(words)) in _ALL:
        return LiquidityList()
    if " ".join(words).casefold() in _HELP:
        return LiquidityHelp()
    kind, rest = _type_in(words)
    unknown = _unknown(rest)
    if kind is None and unknown:
        kind, unknown, rest = _type_misspelt(unknown, rest)
    if unknown:
        return LiquidityUnclear(" ".join(unknown))
    return LiquidityOf(" ".join(rest), kind) if rest else LiquidityList(kind)


def _type_in(words: list[str]) -> tuple[PropertyType | None, list[str]]:
    """The type that the words name, and the words without it. A place's own name is left whole ("100 Mile House")."""
    named = type_words(" ".join(words))
    if named is None:
        return None, words
    kind, phrase = named
    for size in range(_LONGEST, 0, -1):
        for start in range(len(words) - size + 1):
            if fold(" ".join(words[start : start + size])) == phrase:
                rest = words[:start] + words[start + size :]
                whole = locate(" ".join(words))
                return (None, words) if phrase in fold(whole.municipality or "") else (kind, _bare(rest))
    return None, words


def _bare(words: list[str]) -> list[str]:
    """Nothing where only small words are left: "duplex in"."""
    return [] if all(fold(word) in _SMALL for word in words) else words


def _type_misspelt(unknown: list[str], rest: list[str]) -> tuple[PropertyType | None, list[str], list[str]]:
    """Read the first unknown word as a misspelt type ("duplx"); else leave all as it is."""
    for word in unknown:
        try:
            kind = property_type(word)
        except PropertyTypeUnclear:
            continue
        rest = _bare([other for other in rest if other != word])
        return kind, _unknown(rest), rest
    return None, unknown, rest


def _unknown(words: list[str]) -> list[str]:
    """The words that the place does not need: all of them where there is none."""
    if not words or _is_market_of_province(words):
        return []
    text = " ".join(words)
    found = locate(text)
    if found.province is None:
        return words
    code = fold(postal_code(text) or "").replace(" ", "")
    return [word for word in words if not (fold(word) and fold(word) in code) and not _belongs(word, words, found)]


def _belongs(word: str, words: list[str], found: Location) -> bool:
    """Whether a word is a part of the place's name, or tells something about it."""
    folded = fold(word)
    names = (found.municipality, found.market, PROVINCES.get(found.province or ""), found.province)
    if folded in _SMALL or any(folded in fold(name or "").split() for name in names):
        return True
    others = " ".join(other for other in words if other != word)
    without = locate(others) if others else None
    is_needed = without is None or (without.province, without.market, without.municipality) != (
        found.province,
        found.market,
        found.municipality,
    )
    return is_needed or locate(word).province is not None


def _is_market_of_province(words: list[str]) -> bool:
    """Whether the words are a market's label and a province, as lists write it: "Ottawa QC"."""
    return market_label(" ".join(words[:-1])) is not None and province_of(words[-1]) is not None
