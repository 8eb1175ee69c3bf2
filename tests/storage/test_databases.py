"""The fixtures themselves: a missing PostgreSQL is a skip or a failure, never a silent pass; databases are apart."""

import pytest

from storage.database import Database
from storage.workspaces import find_workspace
from tests.databases import require_postgres
from tests.postgres import PostgresMissing
from tests.storage.builders import HERE, founded


def nothing_installed():
    raise PostgresMissing("PostgreSQL's programs are not installed")


def test_without_postgresql_its_tests_are_skipped_with_a_reason(monkeypatch):
    monkeypatch.delenv("REQUIRE_POSTGRES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        require_postgres(nothing_installed)


def test_where_postgresql_is_required_its_absence_fails(monkeypatch):
    monkeypatch.setenv("REQUIRE_POSTGRES", "1")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        require_postgres(nothing_installed)


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_each_test_finds_an_empty_database(database, turn):
    assert await database.read(HERE, find_workspace) is None
    await founded(database)


async def test_the_database_is_of_the_kind_that_its_url_names(database: Database, database_url: str):
    dialect = await database.change(lambda connection: connection.dialect.name)
    assert database_url.startswith(dialect)
