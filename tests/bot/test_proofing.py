"""`valhalla proof` at the terminal."""

import asyncio
import json

import pytest

from storage.database import Database
from tests.bot.test_cli import invoke
from tests.bot.test_importing import place
from tests.storage.builders import DRAFT, captured

__all__ = ["place"]


@pytest.fixture
async def lead(place, sqlite_url):
    """A lead of the team beside the folder."""
    database = Database(sqlite_url)
    await captured(database)
    await database.close()


async def run(monkeypatch, *arguments):
    return await asyncio.to_thread(invoke, monkeypatch, "proof", *arguments)


async def test_the_text_stands_on_the_terminal(lead, monkeypatch, capsys):
    assert await run(monkeypatch, "L-1") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"On record about {DRAFT.phone} and {DRAFT.email}\nKnown as: L-1 Ann Seller\n")
    assert "by terminal, tzdata " in said


async def test_the_json_goes_to_a_file(lead, place, monkeypatch, capsys):
    assert await run(monkeypatch, DRAFT.phone, "--format", "json", "--out", "proof.json") == 0
    assert capsys.readouterr().out.startswith("The proof stands in proof.json.")
    assert len(json.loads((place / "proof.json").read_text("utf-8"))["consents"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("L-9",), "There is no lead L-9 here."),
        (("nobody",), '"nobody" is no lead (L-7), buyer (B-5)'),
        (("L-1", "--format", "pdf"), '"pdf" is no form of a proof. Choose json or text.'),
        (("L-1", "--out", "nowhere/proof.txt"), "The proof can't be written to nowhere/proof.txt: No such file"),
        (("L-1", "--workspace", "T9"), "There is no workspace T9."),
    ],
)
async def test_what_cannot_be_proven_is_one_sentence_and_exit_code_1(lead, monkeypatch, capsys, arguments, says):
    assert await run(monkeypatch, *arguments) == 1
    said = capsys.readouterr()
    assert (said.out, says in said.err) == ("", True)
