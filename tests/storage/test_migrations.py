"""The migrations make exactly the tables that the code declares, and can be taken back."""

import asyncio
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Table, inspect

from storage import migrate
from storage.base import Utc
from storage.database import Database
from storage.schema import metadata

WITHOUT_COMMON_COLUMNS = {
    "workspace": {"workspace_id"},
    "counter": {"id", "created_at"},
    "installation": {"id", "workspace_id"},
}
"""A workspace is itself; a counter is nothing but its value; an installation serves every workspace."""


def differences(connection):
    """Return what would have to change in the database to match the code, types too."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


def tables(connection):
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def shape(connection):
    """Return every table with its columns."""
    inspector = inspect(connection)
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in tables(connection)}


@pytest.fixture
async def empty(empty_url):
    """An open database that holds nothing at all."""
    database = Database(empty_url)
    yield database
    await database.close()


async def test_after_all_migrations_database_and_code_agree(database):
    assert await database.change(differences) == []


async def test_what_the_code_does_not_declare_shows_as_a_difference(database):
    def add(connection):
        connection.exec_driver_sql("ALTER TABLE lead ADD COLUMN extra INTEGER")
        connection.exec_driver_sql("DROP INDEX ix_lead_rep")

    await database.change(add)
    found = await database.change(differences)
    kinds = {entry[0] for entry in found}
    assert kinds == {"remove_column", "add_index"}
    assert "extra" in str(found)


async def test_partial_indexes_hold_the_rows_that_the_code_means(database):
    """Alembic does not compare conditions, so the database is asked for them."""
    expected = {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    if not database.is_sqlite:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    rows = await database.change(lambda connection: connection.exec_driver_sql(query).all())
    found = {name: definition.partition(" WHERE ")[2].strip("()").upper() for name, definition in rows if definition}
    assert {name for name, where in found.items() if where} == expected
    for name in expected:
        index = next(index for table in metadata.tables.values() for index in table.indexes if index.name == name)
        assert meaning(found[name], index) == meaning(str(index.dialect_options["sqlite"]["where"]), index)


def meaning(condition, index):
    """The columns and values in a condition, however a database spells it, and whether it asks for nothing."""
    words = set(re.findall(r"\w+", condition.lower()))
    values = set(re.findall(r"'(\w+)'", condition.lower()))
    return values, words & {column.name for column in index.table.columns}, "null" in words


async def test_migrations_go_down_to_nothing_and_up_again(empty):
    await migrate.upgrade(empty)
    first = await empty.change(tables)
    await migrate.downgrade(empty)
    assert await empty.change(tables) == set()
    assert await empty.change(migrate.current_revision) is None
    await migrate.upgrade(empty)
    assert await empty.change(tables) == first == set(metadata.tables)


async def test_each_migration_goes_down_one_step_and_up_again(empty):
    await migrate.upgrade(empty)
    while revision := await empty.change(migrate.current_revision):
        before = await empty.change(shape)
        await migrate.downgrade(empty, "-1")
        after = await empty.change(shape)
        assert after != before
        await migrate.upgrade(empty, revision)
        assert await empty.change(shape) == before
        await migrate.downgrade(empty, "-1")


async def test_migrating_a_migrated_database_changes_nothing(database):
    await migrate.upgrade(database)
    assert await database.change(migrate.current_revision) == migrate.newest_revision()


async def test_a_migration_that_breaks_leaves_nothing_behind(empty):
    def upgrade_and_break(connection):
        migrate.command.upgrade(migrate.configuration(connection), "head")
        raise LookupError("the power went out")

    with pytest.raises(LookupError):
        await empty.change(upgrade_and_break)
    assert await empty.change(tables) == set()


async def test_two_processes_that_migrate_at_once_both_come_through(empty, empty_url):
    other = Database(empty_url)
    await asyncio.gather(migrate.upgrade(empty), migrate.upgrade(other))
    assert await empty.change(differences) == []
    await other.close()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_table_carries_key_workspace_and_moment(table: Table):
    lacking = {"id", "workspace_id", "created_at"} - set(table.columns.keys())
    assert lacking == WITHOUT_COMMON_COLUMNS.get(table.name, set())
    for name in {"workspace_id", "created_at"} - lacking:
        assert not table.c[name].nullable


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_name_fits_into_the_63_characters_of_postgresql(table: Table):
    names = [table.name, *table.columns.keys(), *(index.name for index in table.indexes)]
    names += [str(constraint.name) for constraint in table.constraints]
    assert [name for name in names if len(name) > 63] == []


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_instants_are_named_at_and_keys_are_64_bits(table: Table):
    for column in table.columns:
        if isinstance(column.type, Utc):
            assert column.name == "at" or column.name.endswith(("_at", "_until", "_as_of"))
        if column.name == "id" and table.name != "workspace":
            assert isinstance(column.type, BigInteger)
