"""`valhalla import dncl` at the terminal."""

import sqlite3

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.clock import SystemClock
from bot.dncl_importing import _run, _said
from bot.services.actors import Actor
from bot.services.do_not_call import DnclDone
from bot.terminal import ImportStopped
from domain.dncl_file import read_numbers
from domain.zones import DEFAULT_ZONE, local_date
from storage.database import DatabaseUnavailable
from tests.bot.test_cli import invoke
from tests.bot.test_importing import place
from tests.storage.builders import HERE

__all__ = ["place"]

LIST = "area code,number\n416,5550134\n604-555-0134\nnonsense\n4165550134\n"


def today():
    return local_date(SystemClock().now(), (DEFAULT_ZONE,)).isoformat()


def count(sqlite_url):
    with sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///")) as connection:
        return connection.execute("SELECT count(*) FROM do_not_call").fetchone()[0]


def run(monkeypatch, *options):
    return invoke(monkeypatch, "import", "dncl", "list.csv", *options)


def test_the_command_imports_and_says_what_it_left_out(place, sqlite_url, monkeypatch, capsys):
    (place / "list.csv").write_bytes(LIST.encode("utf-8-sig"))
    assert run(monkeypatch, "--downloaded-on", today(), "--dry-run") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Dry run, nothing is stored: 2 numbers of area codes 416, 604 would be put on the national do-not-call list.",
        "Written more than once in the file: 1 number.",
        "Left out, no phone number in them: 1 line.",
        "  line 4: nonsense",
    ]
    assert count(sqlite_url) == 0
    assert run(monkeypatch, "--downloaded-on", today()) == 0
    assert capsys.readouterr().out.startswith(
        "2 numbers of area codes 416, 604 put on the national do-not-call list; 0 that it no longer has taken off.\n"
    )
    assert count(sqlite_url) == 2
    assert run(monkeypatch, "--downloaded-on", today()) == 0
    said = capsys.readouterr().out
    assert (said.startswith("This file was imported on "), "Nothing is changed." in said) == (True, True)


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (LIST, ("--downloaded-on", "2999-01-01"), "Look at the date."),
        (LIST, ("--downloaded-on", "2020-01-01"), "This list is stale"),
        (LIST, ("--downloaded-on", "soon"), '"soon" is not clear as a day.'),
        ("", ("--downloaded-on", "2026-01-01"), "There is no phone number in the file."),
        (None, ("--downloaded-on", "2026-01-01"), "can't be read: No such file"),
        (LIST, ("--downloaded-on", "2026-01-01", "--workspace", "T9"), "There is no workspace T9."),
    ],
)
def test_what_cannot_be_put_in_force_is_one_sentence_and_exit_code_1(
    place, monkeypatch, capsys, content, options, says
):
    if content is not None:
        (place / "list.csv").write_text(content)
    assert run(monkeypatch, *options) == 1
    assert says in capsys.readouterr().err


def test_the_day_of_the_download_is_asked_for(place, monkeypatch, capsys):
    assert run(monkeypatch) == 2
    told = CliRunner().invoke(cli.app, ["import", "dncl", "--help"]).output
    assert [name for name in ("--downloaded-on", "--dry-run", "--accept-smaller") if name not in told] == []


def test_many_area_codes_and_much_junk_are_said_shortly():
    file = read_numbers([*(f"{code}5550134" for code in range(400, 430)), *("9" * 50 for _ in range(30))])
    first, *_, last = _said(file, DnclDone(30, dropped=1_234), dry_run=False)
    assert "410, 411 and 18 more put on the national" in first
    assert "1,234 that it no longer has taken off." in first
    assert last == "  and 10 more"


async def test_a_database_that_goes_away_half_way_says_how_to_go_on():
    class Lost:
        async def run(self, *_arguments, **_options):
            raise DatabaseUnavailable(why="the disk is full")

    with pytest.raises(ImportStopped, match=r"the disk is full\. Run the same command again"):
        await _run(Lost(), Actor(HERE, "import"), None, print, dry_run=False)


def test_a_clean_file_leaves_nothing_to_say_but_what_became_of_it():
    said = _said(read_numbers(["4165550134"]), DnclDone(1, dropped=0), dry_run=False)
    assert said == [
        "1 number of area code 416 put on the national do-not-call list; 0 that it no longer has taken off."
    ]
