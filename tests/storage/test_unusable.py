"""A database that can't be used says so in one plain sentence, soon, at the start and while the program runs."""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import event

from storage.database import Database, DatabaseUnavailable, DatabaseUrlInvalid
from storage.migrate import upgrade
from storage.workspaces import find_workspace, next_numbers
from tests.databases import TEMPLATE, apart
from tests.postgres import LOCKED, Server
from tests.storage.builders import HERE, captured, founded

SOON = 6.0
"""Seconds: nobody waits longer to hear that there is no database."""
ROOT = Path(__file__).parents[2]


async def refused(work) -> str:
    """Return the sentence with which `work` says that the database can't be used; fail when it takes too long."""
    with pytest.raises(DatabaseUnavailable) as unavailable:
        await asyncio.wait_for(work, SOON)
    sentence = str(unavailable.value)
    assert sentence.startswith("The database can't be used right now: ")
    assert sentence.endswith(". Nothing was saved.")
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert "sqlalche.me" not in sentence
    return sentence


async def refused_everywhere(url: str) -> set[str]:
    """Ask an unusable database to migrate, to write and to read; return what it said."""
    database = Database(url)
    said = {
        await refused(upgrade(database)),
        await refused(database.write(HERE, lambda tx: next_numbers(tx, "lead"))),
        await refused(database.read(HERE, find_workspace)),
    }
    await asyncio.wait_for(database.close(), SOON)
    return said


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "it is not a URL"),
        ("valhalla.db", "it is not a URL"),
        ("not a url at all", "it is not a URL"),
        ("postgresql+asyncpg://host:port/name", "it is not a URL"),
        ("mysql://root@localhost/valhalla", "mysql is not a database we know"),
        ("https://example.com/valhalla", "https is not a database we know"),
        ("sqlite://", "it names no file"),
        ("sqlite+aiosqlite:///:memory:", "it names no file"),
        ("postgresql+psycopg2://u@h/n", "postgresql+psycopg2 is not a database we know"),
        ("postgresql://u:p@127.0.0.1", "it names no database"),
    ],
)
def test_a_url_that_is_no_use_says_why_and_what_to_write(url, why):
    with pytest.raises(DatabaseUrlInvalid) as invalid:
        Database(url)
    assert str(invalid.value).startswith(f"DATABASE_URL is not usable: {why}. Write sqlite+aiosqlite:///")


def test_a_password_does_not_show_in_what_is_said():
    with pytest.raises(DatabaseUrlInvalid) as invalid:
        Database("mysql://root:s3cret@localhost/valhalla")
    assert "s3cret" not in str(invalid.value)


@pytest.mark.parametrize("url", ["postgres://u:p@h/n", "postgresql://u:p@h/n", "postgresql+asyncpg://u:p@h/n"])
async def test_the_usual_spellings_of_a_postgresql_url_mean_the_same(url):
    database = Database(url)
    assert database.url.drivername == "postgresql+asyncpg"
    await database.close()


async def test_a_folder_where_a_file_should_be(tmp_path):
    assert await refused_everywhere(f"sqlite+aiosqlite:///{tmp_path}") == {
        "The database can't be used right now: unable to open database file. Nothing was saved."
    }


async def test_a_file_in_a_folder_that_is_not_there(tmp_path):
    await refused_everywhere(f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'valhalla.db'}")


async def test_a_file_of_random_bytes(tmp_path):
    file = tmp_path / "valhalla.db"
    file.write_bytes(os.urandom(8192))
    before = file.read_bytes()
    assert "file is not a database" in (await refused_everywhere(f"sqlite+aiosqlite:///{file}")).pop()
    assert file.read_bytes() == before


async def test_a_file_that_is_damaged_in_the_middle(sqlite_url, tmp_path):
    database = Database(sqlite_url)
    await founded(database)
    await database.close()
    file = tmp_path / "valhalla.db"
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(file.stat().st_size - 4096))

    damaged = Database(sqlite_url)
    await refused(damaged.read(HERE, find_workspace))
    await refused(damaged.write(HERE, lambda tx: next_numbers(tx, "lead")))
    await damaged.close()


async def test_a_file_that_another_program_keeps_locked(sqlite_url, tmp_path):
    other = sqlite3.connect(tmp_path / "valhalla.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = Database(sqlite_url)
    assert "database is locked" in await refused(database.write(HERE, lambda tx: next_numbers(tx, "lead")))
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(HERE, lambda tx: next_numbers(tx, "lead")) == [1]
    await database.close()


async def test_a_full_disk_while_it_runs(sqlite_url):
    """SQLite's own limit stands in for the disk's: the error is the same."""
    database = Database(sqlite_url)
    await founded(database)

    def limit(connection):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await database.change(limit)
    sentences = await asyncio.gather(*(captured(database) for _ in range(40)), return_exceptions=True)
    full = [str(one) for one in sentences if isinstance(one, DatabaseUnavailable)]
    assert full
    assert set(full) == {"The database can't be used right now: database or disk is full. Nothing was saved."}
    stored = [one.number for one in sentences if not isinstance(one, Exception)]
    assert sorted(stored) == list(range(1, len(stored) + 1))
    await database.close()


READ_ONLY = """
import asyncio, os, pwd, sys
from storage.database import Database, DatabaseUnavailable
from storage.workspaces import find_workspace, next_numbers

async def ask(work):
    try:
        print("done:", await asyncio.wait_for(work, 6))
    except DatabaseUnavailable as unavailable:
        print(unavailable)

async def main():
    database = Database(sys.argv[1])
    if os.geteuid() == 0:  # permissions do not bind root; everything is imported by now
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    await ask(database.write("T1", lambda tx: next_numbers(tx, "lead")))
    await ask(database.read("T1", find_workspace))
    await database.close()

asyncio.run(main())
"""


def test_a_file_that_may_only_be_read(sqlite_template):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        shutil.copyfile(sqlite_template, folder / "valhalla.db")
        (folder / "valhalla.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", READ_ONLY, f"sqlite+aiosqlite:///{folder / 'valhalla.db'}"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=ROOT)
        folder.chmod(0o755)
    assert said.returncode == 0, said.stderr
    written, read = said.stdout.splitlines()
    assert written == "The database can't be used right now: attempt to write a readonly database. Nothing was saved."
    assert read.startswith(("done: None", "The database can't be used right now: "))


async def test_a_server_that_is_down():
    said = await refused_everywhere(f"postgresql+asyncpg://valhalla@127.0.0.1:{closed_port()}/valhalla")
    assert "Connect" in said.pop()


async def test_a_server_that_takes_the_connection_and_never_answers():
    held = []
    silent = await asyncio.start_server(lambda reader, writer: held.append(writer), "127.0.0.1", 0)
    database = Database(f"postgresql://valhalla@127.0.0.1:{silent.sockets[0].getsockname()[1]}/valhalla")
    await refused(database.read(HERE, find_workspace))
    await database.close()
    silent.close()
    for writer in held:
        writer.close()


@pytest.mark.postgres
async def test_a_database_that_the_server_does_not_have(postgres_server: Server):
    said = await refused_everywhere(postgres_server.url("nowhere"))
    assert said == {'The database can\'t be used right now: database "nowhere" does not exist. Nothing was saved.'}


@pytest.mark.postgres
async def test_a_wrong_user(postgres_server: Server):
    said = await refused_everywhere(postgres_server.url("postgres", user="stranger"))
    assert 'role "stranger" does not exist' in said.pop()


@pytest.mark.postgres
async def test_a_wrong_password(postgres_template: Server):
    await postgres_template.run(f"CREATE ROLE {LOCKED} SUPERUSER LOGIN PASSWORD 'right'")
    said = await refused_everywhere(postgres_template.url(TEMPLATE, user=f"{LOCKED}:wrong"))
    assert said == {
        f'The database can\'t be used right now: password authentication failed for user "{LOCKED}". Nothing was saved.'
    }
    right = Database(postgres_template.url(TEMPLATE, user=f"{LOCKED}:right"))
    assert await right.read(HERE, find_workspace) is None
    await right.close()
    await postgres_template.run(f"DROP ROLE {LOCKED}")


END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'valhalla' AND pid <> pg_backend_pid()"
)


@pytest.mark.postgres
async def test_connections_that_the_server_closed_meanwhile_are_replaced_unnoticed(postgres_template, postgres_url):
    database = Database(postgres_url)
    await founded(database)
    await asyncio.gather(*(captured(database) for _ in range(6)))
    await postgres_template.run(END_ALL)
    assert (await captured(database)).number == 7
    await postgres_template.run(END_ALL)
    assert (await database.read(HERE, find_workspace)).id == HERE
    await database.close()


@pytest.mark.postgres
async def test_work_that_loses_its_connection_each_time_is_run_twice_and_then_refused(postgres_url):
    database, runs = Database(postgres_url), []
    await founded(database)

    def end_own(tx):
        runs.append(next_numbers(tx, "lead"))
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    await refused(database.write(HERE, end_own))
    assert runs == [[1], [1]]
    assert (await captured(database)).number == 1
    await database.close()


@pytest.mark.postgres
async def test_a_commit_whose_answer_is_lost_is_not_repeated(postgres_template, postgres_url):
    database, runs = Database(postgres_url), []
    await founded(database)
    engine = database._readers.sync_engine

    def lose(_connection):
        if len(runs) == 1:
            apart(lambda: postgres_template.run(END_ALL))

    def work(tx):
        runs.append(next_numbers(tx, "lead"))

    event.listen(engine, "commit", lose)
    await refused(database.write(HERE, work))
    assert runs == [[1]]
    event.remove(engine, "commit", lose)
    await database.close()


@pytest.mark.postgres
async def test_a_database_that_is_dropped_while_it_runs(postgres_template: Server):
    await postgres_template.run(f"CREATE DATABASE short_lived TEMPLATE {TEMPLATE}")
    database = Database(postgres_template.url("short_lived"))
    await founded(database)
    await postgres_template.run("DROP DATABASE short_lived WITH (FORCE)")
    await refused(captured(database))
    await refused(database.read(HERE, find_workspace))
    await database.close()


@pytest.mark.postgres
async def test_more_callers_than_connections_wait_and_come_through(postgres_url):
    database = Database(postgres_url)
    await founded(database)
    done = await asyncio.gather(*(captured(database) for _ in range(60)))
    assert len({one.number for one in done}) == 60
    await database.close()
