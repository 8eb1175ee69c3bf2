"""The terminal's face: light until a command runs, plain when a rule is broken."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from storage.migrate import newest_revision

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy", "slack_bolt", "slack_sdk", "fastapi", "aiohttp", "pydantic", "alembic", "uvicorn", "holidays")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    """An empty folder, whose database file is the default one."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PORT"):
        monkeypatch.delenv(name, raising=False)


def test_the_command_line_imports_nothing_heavy_before_a_command_runs():
    program = "import sys, bot.cli; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & set(HEAVY) == set()
    assert "bot" in loaded


def test_help_names_every_command():
    result = CliRunner().invoke(cli.app, ["--help"])
    assert result.exit_code == 0
    assert [
        name for name in ("run", "migrate", "doctor", "import") if not re.search(rf"\b{name}\b", result.output)
    ] == []


def test_without_a_command_the_help_is_shown():
    assert "Usage" in CliRunner().invoke(cli.app, []).output


@pytest.mark.parametrize("arguments", [["run", "--port", "abc"], ["run", "--port", "70000"], ["dance"]])
def test_arguments_that_make_no_sense_are_refused(arguments):
    assert CliRunner().invoke(cli.app, arguments).exit_code == 2


def test_migrate_makes_the_file_and_doctor_finds_it_right(capsys, monkeypatch):
    invoke(monkeypatch, "migrate")
    assert f"stands at {newest_revision()}." in capsys.readouterr().out
    assert Path("valhalla.db").exists()
    invoke(monkeypatch, "doctor")
    found = capsys.readouterr().out
    assert "WRONG" not in found
    assert str(newest_revision()) in found


def test_migrate_to_an_older_revision_than_the_databases_says_where_it_stands(capsys, monkeypatch):
    invoke(monkeypatch, "migrate")
    capsys.readouterr()
    assert invoke(monkeypatch, "migrate", "0002") == 0
    assert capsys.readouterr().out == f"The database stands at {newest_revision()}.\n"


def test_migrate_to_a_revision_stops_there(capsys, monkeypatch):
    assert invoke(monkeypatch, "migrate", "0002") == 0
    assert capsys.readouterr().out == "The database stands at 0002.\n"


@pytest.mark.parametrize("revision", ["nonsense", "0", "base", "+1", ""])
def test_migrate_to_a_revision_that_is_none_names_those_there_are(capsys, monkeypatch, revision):
    assert invoke(monkeypatch, "migrate", revision) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"valhalla: {revision!r} is no revision of the schema. Choose one of 0001, 0002, ")


def test_a_database_of_a_newer_version_is_left_alone(capsys, monkeypatch):
    invoke(monkeypatch, "migrate")
    with sqlite3.connect("valhalla.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert invoke(monkeypatch, "migrate") == 1
    assert "stands at revision 9999, which this version of Valhalla does not know" in capsys.readouterr().err
    assert invoke(monkeypatch, "doctor") == 1
    assert "stands at revision 9999" in capsys.readouterr().out


def test_doctor_of_an_empty_folder_says_what_to_do_and_leaves_it_empty(capsys, monkeypatch, tmp_path):
    assert invoke(monkeypatch, "doctor") == 1
    assert f"WRONG  database: there is no file {tmp_path / 'valhalla.db'} yet" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_broken_rule_is_one_sentence_and_exit_code_1(capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://x/y")
    assert invoke(monkeypatch, "migrate") == 1
    assert capsys.readouterr().err.startswith("valhalla: DATABASE_URL is not usable: mysql is not a database we know.")


def test_an_interrupt_is_exit_code_130(monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupt)
    assert invoke(monkeypatch) == 130


def test_what_is_no_broken_rule_is_not_hidden(monkeypatch):
    def fail():
        raise LookupError("a bug")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(LookupError):
        cli.main()


def invoke(monkeypatch, *arguments):
    """Run `main` as the shell would; return the exit code."""
    monkeypatch.setattr(sys, "argv", ["valhalla", *arguments])
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code or 0
    return 0
