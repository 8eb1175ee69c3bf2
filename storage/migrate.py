"""Brings a database to the newest schema, and back."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import Database

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
    await database.change(lambda connection: command.upgrade(configuration(connection), to))


async def downgrade(database: Database, to: str = EMPTY) -> None:
    """Migrate down to a revision, in one transaction. Raises `DatabaseUnavailable`."""
    await database.change(lambda connection: command.downgrade(configuration(connection), to))


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database stands at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision that the code expects."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
