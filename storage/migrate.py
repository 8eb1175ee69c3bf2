"""Brings a database to the newest schema, and back."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from domain.errors import RuleBroken
from storage.database import Database

LOCK = 0x56414C48
"""The key of PostgreSQL's advisory lock that lets one process migrate at a time; SQLite has one writer anyway."""

NEWEST = "head"
EMPTY = "base"


class RevisionUnknown(RuleBroken):
    """{revision!r} is no revision of the schema. Choose one of {known}, or head."""

    code = "REVISION_UNKNOWN"


class SchemaTooNew(RuleBroken):
    """The database stands at revision {revision}, which this version of Valhalla does not know: run the newer one."""

    code = "SCHEMA_TOO_NEW"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; with a connection, its commands run on it and need no URL."""
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, to: str = NEWEST) -> str | None:
    """Migrate up to a revision, in one transaction, and return the one that the database then stands at.

    A database that stands above `to` stays there. Raises `DatabaseUnavailable`, `RevisionUnknown` and `SchemaTooNew`.
    """
    return await database.change(lambda connection: _upgrade(connection, to))


async def downgrade(database: Database, to: str = EMPTY) -> None:
    """Migrate down to a revision, in one transaction. Raises `DatabaseUnavailable`."""
    await database.change(lambda connection: command.downgrade(_alone(connection), to))


def _upgrade(connection: Connection, to: str) -> str | None:
    config = _alone(connection)
    known, stands_at = known_revisions(), current_revision(connection)
    if stands_at is not None and stands_at not in known:
        raise SchemaTooNew(revision=stands_at)
    if to != NEWEST and to not in known:
        raise RevisionUnknown(revision=to, known=", ".join(known))
    command.upgrade(config, to)
    return current_revision(connection)


def _alone(connection: Connection) -> Config:
    """Wait until nobody else migrates, then return the settings; the lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    return configuration(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database stands at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> tuple[str, ...]:
    """Return every revision of the code, oldest first."""
    newest_first = ScriptDirectory.from_config(configuration()).walk_revisions()
    return tuple(script.revision for script in newest_first)[::-1]


def newest_revision() -> str | None:
    """Return the revision that the code expects."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
