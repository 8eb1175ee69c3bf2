"""Brings a database to the newest schema, and back."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database

LOCK = 0x56414C48
"""The key of PostgreSQL's advisory lock that lets one process migrate at a time; SQLite has one writer anyway."""

NEWEST = "head"
EMPTY = "base"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; with a connection, its commands run on it and need no URL."""
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, to: str = NEWEST) -> None:
    """Migrate up to a revision, in one transaction. Raises `DatabaseUnavailable`."""
    await database.change(lambda connection: command.upgrade(_alone(connection), to))


async def downgrade(database: Database, to: str = EMPTY) -> None:
    """Migrate down to a revision, in one transaction. Raises `DatabaseUnavailable`."""
    await database.change(lambda connection: command.downgrade(_alone(connection), to))


def _alone(connection: Connection) -> Config:
    """Wait until nobody else migrates, then return the settings; the lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    return configuration(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database stands at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision that the code expects."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
