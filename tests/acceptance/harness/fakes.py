"""Databases that fail in the ways that databases fail."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from storage.database import DatabaseUnavailable


class BrokenDatabase:
    """A database that raises what nobody has thought of."""

    async def read(self, workspace_id: str, work: Any) -> Any:
        raise KeyError("the cellar")

    write = read


class DownDatabase:
    """Stands before a real database; while `is_down` nothing is read or written."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.is_down = False

    async def read(self, workspace_id: str, work: Any) -> Any:
        return await self._unless_down().read(workspace_id, work)

    async def write(self, workspace_id: str, work: Any) -> Any:
        return await self._unless_down().write(workspace_id, work)

    def _unless_down(self) -> Any:
        if self.is_down:
            raise DatabaseUnavailable(why="connection refused")
        return self._real


@asynccontextmanager
async def another_writer(file: Path) -> AsyncIterator[None]:
    """Hold the lock of an SQLite file, as another process would that writes to it."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()
