"""Reading the packaged tables: a line of values apart by bars, after a line of column names."""

from functools import cache
from importlib.resources import files


def read_text(name: str) -> str:
    """Give the whole text of a packaged table."""
    return (files("domain.geo") / "data" / name).read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Give the rows of a packaged table by column name; lines that begin with # are remarks."""
    lines = [line for line in read_text(name).splitlines() if line and not line.startswith("#")]
    columns = lines[0].split("|")
    return [dict(zip(columns, line.split("|"), strict=True)) for line in lines[1:]]


@cache
def _word_sets() -> dict[str, frozenset[str]]:
    lines = [line for line in read_text("words.txt").splitlines() if not line.startswith("#")]
    return {name: frozenset(words.split()) for name, _, words in (line.partition("|") for line in lines)}


def word_set(name: str) -> frozenset[str]:
    """Give one of the packaged sets of words; KeyError for a name that the table lacks."""
    return _word_sets()[name]
