"""Fixtures that give a test a migrated database of its own, once on SQLite and once on PostgreSQL."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import PostgresMissing, Server, newest_programs, serve

TEMPLATE = "template_valhalla"
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
EMPTIED = """
DO $$
DECLARE name text;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0 LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$
"""
_numbers = count(1)


def require_postgres(find: Callable[[], Path] = newest_programs) -> None:
    """Skip without PostgreSQL's programs, or fail where the environment says that they must be there."""
    try:
        find()
    except PostgresMissing as missing:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def apart(work) -> None:
    """Run a coroutine function to its end on a thread of its own: a fixture for the session has no test's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work()).result()


async def migrated(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    database = Database(url)
    await upgrade(database)
    await database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server for the whole session."""
    require_postgres()
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Server:
    """The server, with a migrated database that tests copy."""

    async def make() -> None:
        await postgres_server.run(f"CREATE DATABASE {TEMPLATE}")
        await migrated(postgres_server.url(TEMPLATE))

    apart(make)
    return postgres_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated file that tests copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    apart(lambda: migrated(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def postgres_url(postgres_template: Server) -> AsyncIterator[str]:
    """The URL of a migrated, empty database on PostgreSQL. One serves test after test: to empty it takes a fifth of the
    time that making another takes."""
    yield postgres_template.url(TEMPLATE)
    await postgres_template.run(EMPTIED, database=TEMPLATE)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated file."""
    file = tmp_path / "valhalla.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database: the test runs once on each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database: the test runs once on each kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def empty_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that holds nothing at all, for the migrations themselves."""
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"empty_{next(_numbers)}"
    await server.run(f"CREATE DATABASE {name}")
    yield server.url(name)
    await server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BOTH)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: "sqlite" or "postgres"."""
    return request.param
