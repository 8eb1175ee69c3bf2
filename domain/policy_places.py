"""The place of a policy row, as people write it: a province alone, or one of its markets."""

from dataclasses import dataclass
from typing import Final

from domain.geo import ALL, MARKETS, locate, market_label, province_of

SURE: Final = 0.5
"""Below this a place is a guess from words that contradict one another, and a policy is not looked up by guessing."""

_ALL_WORDS: Final = ("ALL", "TOUT")


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """A place that a policy holds for; `market` is "ALL" where the whole province is meant."""

    province: str
    market: str

    @property
    def label(self) -> str:
        """Name the place as policy rows are named: "ON/Hamilton"."""
        return f"{self.province}/{self.market}"


def place_named(text: str) -> PolicyPlace | None:
    """The place that `text` names: "ON", "ON Toronto", "ON/Toronto", "Ottawa QC", "Gatineau"; None when it names none.

    A market in a province in which it does not lie ("Toronto BC") is no place. Never raises.
    """
    words = text.replace("/", " ").split()
    for before, after in ((words[:1], words[1:]), (words[-1:], words[:-1])):
        province, market = province_of(" ".join(before)), " ".join(after)
        if province and market.upper() in _ALL_WORDS:
            return PolicyPlace(province, ALL)
        label = market_label(market)
        if province and label:
            return PolicyPlace(province, label) if _lies_in(label, province) else None
    found = locate(" ".join(words))
    if found.province is None or found.confidence < SURE:
        return None
    return PolicyPlace(found.province, found.market)


def _lies_in(label: str, province: str) -> bool:
    return any(market.label == label and province in market.provinces for market in MARKETS)
