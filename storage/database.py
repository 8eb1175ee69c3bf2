"""The engine from a URL: one writer and a pool of readers on SQLite, one pool on PostgreSQL."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from domain.errors import RuleBroken
from storage.base import Tx, Work

T = TypeVar("T")

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
READERS = 4
PATIENCE_SECONDS = 4
"""How long a server may take to answer a connection, or another program may keep SQLite's file locked."""
PRAGMAS = ("foreign_keys=ON", f"busy_timeout={PATIENCE_SECONDS * 1000}")

UNUSABLE_STATES = ("08", "25006", "28", "3D", "53", "57", "58", "XX")
"""SQLSTATE classes that mean no usable server (PostgreSQL, appendix A): connection, read-only, authorisation, no such
database, out of resources, shut down, system error, damaged. All others speak of the statement."""

UNUSABLE_CODES = frozenset({3, 5, 6, 8, 10, 11, 13, 14, 15, 22, 26})
"""SQLite's primary result codes that mean no usable file: PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN,
PROTOCOL, NOLFS, NOTADB."""


class DatabaseUrlInvalid(RuleBroken):
    """DATABASE_URL is not usable: {why}. Write sqlite+aiosqlite:///valhalla.db or postgresql+asyncpg://user:password@host/name."""

    code = "DATABASE_URL_INVALID"


class DatabaseUnavailable(RuleBroken):
    """The database can't be used right now: {why}. Nothing was saved."""

    code = "DATABASE_UNAVAILABLE"


def parse_url(text: str) -> URL:
    """Return the URL with the driver that the product ships; raise `DatabaseUrlInvalid` for any other."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlInvalid(why="it is not a URL") from error
    if url.drivername not in DRIVERS:
        raise DatabaseUrlInvalid(why=f"{url.drivername} is not a database we know")
    if url.drivername.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise DatabaseUrlInvalid(why="it names no file")
    if not url.database:
        raise DatabaseUrlInvalid(why="it names no database")
    return url.set(drivername=DRIVERS[url.drivername])


class Database:
    """Runs one workspace's work in one transaction.

    Work is a plain function of a `Tx`. On SQLite writes queue for the one writer thread, which begins
    with BEGIN IMMEDIATE; on PostgreSQL they run on the asyncpg pool. Both commit before `write` returns.
    """

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.drivername.startswith("sqlite")
        self._readers = _async_engine(self.url)
        self._writer = _Writer(self.url) if self.is_sqlite else None
        self._connect_errors = _connect_errors(self.is_sqlite)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def write(self, workspace_id: str, work: Work[T]) -> T:
        """Run `work` in a transaction and commit it, even if the caller is cancelled meanwhile.

        Raises `DatabaseUnavailable` when the database can't be reached or written; nothing is kept then.
        """
        task = asyncio.create_task(self.change(lambda connection: work(Tx(connection, workspace_id))))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def read(self, workspace_id: str, work: Work[T]) -> T:
        """Run `work` on a reader; what it writes is refused (SQLite) or rolled back (PostgreSQL)."""
        return await self.look(lambda connection: work(Tx(connection, workspace_id)))

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a reader, as `read` does, for what belongs to no workspace (the schema's revision)."""
        with self._plainly():
            return await self._pooled(work, commit=False)

    async def reach(self) -> None:
        """Ask the database for nothing but an answer. Raises `DatabaseUnavailable` when none comes."""
        await self.look(lambda connection: connection.execute(select(1)).scalar_one())

    def missing_file(self) -> Path | None:
        """Return SQLite's file when it is not there yet: connecting would make it. None for a server."""
        if not self.is_sqlite or "uri" in self.url.query:
            return None
        file = Path(str(self.url.database))
        return None if file.exists() else file

    async def change(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a writing transaction that belongs to no workspace (set-up, migrations)."""
        with self._plainly():
            if self._writer is not None:
                return await self._writer.run(work)
            return await self._pooled(work, commit=True)

    async def _pooled(self, work: Callable[[Connection], T], *, commit: bool, may_repeat: bool = True) -> T:
        """Run `work` on a pooled connection. One that the server closed meanwhile (a restart) is found out by the work
        itself, which is then run once more on a fresh one: cheaper than asking before each. A lost commit is never
        repeated, since nobody knows whether it stood.
        """
        async with self._readers.connect() as connection, connection.begin() as transaction:
            try:
                result = await connection.run_sync(work)
            except SQLAlchemyError:
                await transaction.rollback()
                if not (may_repeat and connection.invalidated):
                    raise
            else:
                if not commit:
                    await transaction.rollback()
                return result
        return await self._pooled(work, commit=commit, may_repeat=False)

    async def close(self) -> None:
        """Wait for writes under way, then let go of every connection."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._writer is not None:
            await self._writer.close()
        await self._readers.dispose()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what says "no database" into `DatabaseUnavailable`; let broken statements and rules pass."""
        try:
            yield
        except DBAPIError as error:
            if _is_unusable(error):
                raise DatabaseUnavailable(why=_first_line(error.orig or error)) from error
            raise
        except PendingRollbackError as error:
            raise DatabaseUnavailable(why="the connection was lost") from error
        except PoolTimeout as error:
            raise DatabaseUnavailable(why="every connection is in use") from error
        except self._connect_errors as error:
            raise DatabaseUnavailable(why=_first_line(error)) from error


class _Writer:
    """SQLite's one writing connection, owned by one thread."""

    def __init__(self, url: URL) -> None:
        self._engine = _sync_engine(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            # Not by a listener to the engine's "begin": with any, SQLAlchemy asks for listeners at each statement.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return work(connection)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def _sync_engine(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="sqlite"), poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing; the writer does, with BEGIN IMMEDIATE
        for pragma in (*PRAGMAS, "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        _use_wal(connection)

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Put the file into WAL mode, as it then stays. Where another program does so to the same new file just now, SQLite
    answers "locked" at once instead of waiting, so it is asked again for a while."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _async_engine(url: URL) -> AsyncEngine:
    if url.drivername.startswith("postgresql"):
        patience = {"timeout": PATIENCE_SECONDS}
        # Parameters are hidden from errors: they hold people's names and phone numbers, and errors go to the log.
        return create_async_engine(url, pool_size=8, max_overflow=8, connect_args=patience, hide_parameters=True)
    engine = create_async_engine(url, pool_size=READERS, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("query_only=ON", *PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _connect_errors(is_sqlite: bool) -> tuple[type[Exception], ...]:
    if is_sqlite:
        return (OSError,)
    from asyncpg import InterfaceError as Unusable  # a driver that SQLite's users need not load
    from asyncpg import PostgresError

    return (OSError, PostgresError, Unusable)


def _is_unusable(error: DBAPIError) -> bool:
    """Whether an error speaks of the database as a whole, by its code where it has one, else by its class."""
    if state := getattr(error.orig, "sqlstate", None):
        return str(state).startswith(UNUSABLE_STATES)
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in UNUSABLE_CODES
    return isinstance(error, OperationalError | InterfaceError)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
