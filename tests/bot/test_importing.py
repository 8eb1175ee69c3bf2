"""`valhalla import buyers` at the terminal: the file, the workspace, the report, and what stops it."""

import asyncio
import csv
import io
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot import cli
from bot.importing import (
    ImportWish,
    ReportIsFile,
    ReportUnwritable,
    _run,
    import_buyers,
)
from bot.services.actors import Actor
from bot.settings import Settings
from bot.terminal import ImportStopped, WorkspaceUnclear, plain_progress, progress
from storage.database import Database, DatabaseUnavailable
from tests.acceptance.harness.fakes import another_writer
from tests.bot.test_buyer_import import THREE, a_file, many
from tests.bot.test_cli import invoke
from tests.storage.builders import ELSEWHERE, HERE, founded


@pytest.fixture
async def place(sqlite_url, tmp_path, monkeypatch):
    """An empty folder beside a database with one workspace."""
    database = Database(sqlite_url)
    await founded(database)
    await database.close()
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def a_csv(place: Path, content: str | bytes = THREE, name: str = "buyers.csv") -> Path:
    file = place / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def report(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))


async def run(sqlite_url, file, **wish):
    await import_buyers(Settings(_env_file=None, database_url=sqlite_url), ImportWish(file, **wish))


def count(sqlite_url) -> int:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///")) as connection:
        return connection.execute("SELECT count(*) FROM buyer").fetchone()[0]


# The command


def test_the_command_imports_writes_a_report_and_says_how_much(place, sqlite_url, monkeypatch, capsys):
    a_csv(place, f'{THREE}"broken,,,,,,,\n')
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 0
    assert capsys.readouterr().out.splitlines() == [
        "3 imported (2 of them to ask about), 0 skipped, already there, 1 broken.",
        "Report: buyers.report.csv",
    ]
    rows = report(place / "buyers.report.csv")
    assert [(row["line"], row["outcome"], row["buyer"]) for row in rows] == [
        ("2", "imported", "B-1"),
        ("3", "imported, to ask about", "B-2"),
        ("4", "imported, to ask about", "B-3"),
        ("5", "broken", ""),
    ]
    assert rows[3]["what is wrong or asked"].startswith("Its quotes don't match")
    assert count(sqlite_url) == 3
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 0
    assert "0 imported, 3 skipped, already there, 1 broken." in capsys.readouterr().out
    assert count(sqlite_url) == 3


def test_a_dry_run_writes_the_report_and_stores_nothing(place, sqlite_url, monkeypatch, capsys):
    a_csv(place, f"{THREE.replace('active', 'Fax no')}")
    arguments = ("import", "buyers", "buyers.csv", "--dry-run", "--report", "tried.csv")
    assert invoke(monkeypatch, *arguments) == 0
    said = capsys.readouterr().out
    assert said.startswith("Dry run, nothing is stored: 3 would be imported (2 of them to ask about)")
    assert "Columns without a meaning here, kept in the notes: Fax no." in said
    assert [row["outcome"] for row in report(place / "tried.csv")] == ["imported"] + ["imported, to ask about"] * 2
    assert not (place / "buyers.report.csv").exists()
    assert count(sqlite_url) == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "can't be read: No such file or directory."),
        (b"PK\x03\x04\0\0", 'Open it in the program that wrote it and save it as "CSV UTF-8".'),
        ("", "The file is empty."),
        ("Wei Chen,416-555-0101\n", "The first line names no column that we know"),
        ("phone,email\n1,2\n", "No column says who the buyer is"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_code_1(place, monkeypatch, capsys, content, says):
    if content is not None:
        a_csv(place, content)
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 1
    said = capsys.readouterr()
    assert (said.out, says in said.err, said.err.startswith("valhalla: ")) == ("", True, True)
    assert not (place / "buyers.report.csv").exists()


def test_without_a_database_or_a_workspace_valhalla_is_to_be_started_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    a_csv(tmp_path)
    start = "start Valhalla once first, with valhalla run.\n"
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 1
    assert capsys.readouterr().err.endswith(start)
    assert not (tmp_path / "valhalla.db").exists()
    (tmp_path / "valhalla.db").touch()
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 1
    assert capsys.readouterr().err.endswith(start)
    assert invoke(monkeypatch, "migrate") == 0
    capsys.readouterr()
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 1
    assert capsys.readouterr().err.endswith(start)


def test_an_older_schema_is_to_be_migrated_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    a_csv(tmp_path)
    assert invoke(monkeypatch, "migrate", "0002") == 0
    assert invoke(monkeypatch, "import", "buyers", "buyers.csv") == 1
    assert "The database stands at revision 0002, and" in capsys.readouterr().err


def test_help_says_what_the_options_do():
    told = CliRunner().invoke(cli.app, ["import", "buyers", "--help"]).output
    assert [name for name in ("--dry-run", "--report", "--workspace") if name not in told] == []


# The workspace and the report


async def test_of_several_workspaces_one_is_named(place, sqlite_url, capsys):
    database = Database(sqlite_url)
    await founded(database, ELSEWHERE)
    file = a_csv(place)
    known = rf"Name one with --workspace: {ELSEWHERE} \(Test team\), {HERE} \(Test team\)\."
    with pytest.raises(WorkspaceUnclear, match=rf"^The database holds several workspaces\. {known}"):
        await run(sqlite_url, file)
    with pytest.raises(WorkspaceUnclear, match=rf"^There is no workspace T9\. {known}"):
        await run(sqlite_url, file, workspace_id="T9")
    await run(sqlite_url, file, workspace_id=ELSEWHERE)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///")) as connection:
        assert connection.execute("SELECT DISTINCT workspace_id FROM buyer").fetchall() == [(ELSEWHERE,)]
    await database.close()


@pytest.mark.parametrize(
    ("name", "expected"), [("b.csv", "b.report.csv"), ("B.CSV", "B.CSV.report.csv"), ("b.txt", "b.txt.report.csv")]
)
def test_the_report_stands_beside_the_file(name, expected):
    assert ImportWish(Path("in") / name).report_file == Path("in") / expected


async def test_the_report_never_takes_the_place_of_the_file(place, sqlite_url):
    file = a_csv(place)
    with pytest.raises(ReportIsFile, match="would be written over"):
        await run(sqlite_url, file, report=place / "." / "buyers.csv")
    assert file.read_text() == THREE


async def test_a_report_that_cannot_be_written_stops_before_anything_is_stored(place, sqlite_url):
    with pytest.raises(ReportUnwritable, match="Name another place with --report"):
        await run(sqlite_url, a_csv(place), report=place / "nowhere" / "report.csv")
    assert count(sqlite_url) == 0


# Beside a program at work


async def test_the_lock_of_a_program_that_writes_meanwhile_is_waited_for(place, sqlite_url):
    file = a_csv(place)
    async with another_writer(sqlite_url.removeprefix("sqlite+aiosqlite:///")):
        task = asyncio.create_task(run(sqlite_url, file))
        await asyncio.sleep(0.5)
        assert not task.done()
    await task
    assert count(sqlite_url) == 3


async def test_a_database_that_goes_away_half_way_says_how_to_go_on():
    class Lost:
        async def run(self, *_arguments, **_options):
            raise DatabaseUnavailable(why="the disk is full")

    with pytest.raises(ImportStopped, match=r"before its end: the disk is full\. Run the same command again"):
        await _run(Lost(), Actor(HERE, "import"), a_file(THREE), print, dry_run=False)


# Progress


def test_where_the_output_is_no_terminal_progress_is_a_line_now_and_then():
    written = io.StringIO()
    moved = plain_progress(Console(file=written), 25_000)
    for line in range(501, 25_001, 500):
        moved(line)
    assert written.getvalue().splitlines() == ["10,001 of 25,000 lines", "20,001 of 25,000 lines"]


def test_on_a_terminal_progress_is_a_bar():
    written = io.StringIO()
    with progress(Console(file=written, force_terminal=True, width=80), 100) as moved:
        moved(100)
    assert "100/100" in written.getvalue()


async def test_a_long_file_tells_how_far_it_is(place, sqlite_url, capsys):
    await run(sqlite_url, a_csv(place, many(10_500)), dry_run=True)
    assert capsys.readouterr().out.splitlines()[0] == "10,001 of 10,501 lines"
