"""The thirteen provinces and territories: codes, names, spellings, and the first letters of their postal codes."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.geo.tables import read_rows
from domain.geo.text import key

_ROWS = read_rows("provinces.csv")

PROVINCES: Mapping[str, str] = MappingProxyType({row["code"]: row["name"] for row in _ROWS})
"""Two-letter code to English name (Canada Post's codes)."""

_NUNAVUT = frozenset({"X0A", "X0B", "X0C"})
_LETTERS = {letter: row["code"] for row in _ROWS for letter in row["letters"]}


def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in _ROWS:
        spellings = [row["code"], row["name"], row["name_fr"], *filter(None, row["spellings"].split("; "))]
        names |= {key(spelling): row["code"] for spelling in spellings}
        names |= {key("ca " + row["code"]): row["code"]}
    return names


NAMES: Mapping[str, str] = MappingProxyType(_names())
"""Every spelling, as a key of `domain.geo.text`, to its code."""


def province_of(text: object) -> str | None:
    """Give the code of a province stated alone ("Ont.", "Québec", "CA-QC"), or None for anything else."""
    return NAMES.get(key(text)) if isinstance(text, str) else None


def province_of_fsa(fsa: str) -> str | None:
    """Give the province of a forward sortation area by its first letter; Nunavut has X0A, X0B and X0C (Canada Post)."""
    if fsa[:1].upper() == "X":
        return "NU" if fsa[:3].upper() in _NUNAVUT else "NT"
    return _LETTERS.get(fsa[:1].upper())
