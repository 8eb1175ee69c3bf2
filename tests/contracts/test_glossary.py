"""The glossary's names in code exist there; those of what is not built yet are marked so, until they do."""

import re
from pathlib import Path

import pytest

from tests.contracts.slack_api import ROOT

PLANNED = "(planned)"
WORD = re.compile(r"[A-Za-z_]\w*")


def rows():
    """Yield each name of the glossary's column *in code*, and whether it is marked as planned."""
    for line in (ROOT / "docs/glossary.md").read_text("utf8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 3:
            continue
        for name, mark in re.findall(rf"`([^`]+)`( {re.escape(PLANNED)})?", cells[2]):
            yield name, bool(mark)


def words_of_the_code():
    """Return every word in the packages' Python files."""
    files = [path for package in ("bot", "domain", "storage") for path in (ROOT / package).rglob("*.py")]
    return {word for path in files for word in WORD.findall(path.read_text("utf8"))}


@pytest.fixture(scope="module")
def words():
    return words_of_the_code()


def stands(name, words):
    """Whether a name is in the code: a path as a file or folder, a dotted name by each of its parts."""
    if "/" in name:
        return Path(ROOT / name).exists()
    return set(name.split(".")) <= words


@pytest.mark.parametrize("name", [name for name, planned in rows() if not planned])
def test_a_name_in_the_glossary_stands_in_the_code(name, words):
    assert stands(name, words)


@pytest.mark.parametrize("name", [name for name, planned in rows() if planned])
def test_a_name_that_is_planned_does_not_stand_in_the_code_yet(name, words):
    assert not stands(name, words)


def test_a_name_that_nothing_bears_is_found_out(words):
    assert not stands("followup_taskk", words)
    assert not stands("bot/slack/nothing.py", words)
    assert stands("Offer.sensitivity", words)
