"""Who holds the scheduler of a SQLite file: one process at a time; on PostgreSQL every replica may work."""

import fcntl
import os
from pathlib import Path

from sqlalchemy.engine import URL

from domain.errors import RuleBroken
from storage.database import Database


class HoldUnusable(RuleBroken):
    """The file {file}, by which one process at a time holds the scheduler, can't be used: {why}."""

    code = "HOLD_UNUSABLE"


class Holding:
    """One process's hold on the scheduler.

    The kernel keeps it as a lock on a file beside the database, and lets go of it when the process ends, however it
    does. Without a file there is nothing to hold, and everybody may work.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._descriptor: int | None = None

    @classmethod
    def of(cls, database: Database) -> "Holding":
        """Return the hold on a database's scheduler."""
        return cls(hold_file(database.url))

    @property
    def is_ours(self) -> bool:
        """Whether this process may run the timetable."""
        return self.file is None or self._descriptor is not None

    def take(self) -> bool:
        """Take hold; False when another process has it. Raises `HoldUnusable`."""
        if self.file is None or self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise HoldUnusable(file=self.file, why=error.strerror or str(error)) from error
        if not _locked(descriptor):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go of it, for another process to take. The file stays: to remove it would free it for two."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def said(self) -> str:
        """Return where the timetable runs, in words."""
        if self.file is None:
            return "runs in every process"
        if self._descriptor is not None:
            return "runs in this process"
        pid = self.holder()
        return f"held by process {pid}; this one takes over when that ends" if pid else "does not run yet"

    def holder(self) -> int | None:
        """Return the process id of whoever holds the scheduler; None when nobody does, or it cannot be read."""
        if self.file is None:
            return None
        if self._descriptor is not None:
            return os.getpid()
        try:
            descriptor = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if _locked(descriptor, shared=True):
                return None
            written = os.read(descriptor, 32).strip()
            return int(written) if written.isdigit() else None
        finally:
            os.close(descriptor)


def hold_file(url: URL) -> Path | None:
    """Return the file by which a database's scheduler is held; None for a server."""
    if not url.drivername.startswith("sqlite"):
        return None
    name = str(url.database).removeprefix("file:")
    return Path(f"{Path(name).resolve()}.scheduler")


def _locked(descriptor: int, *, shared: bool = False) -> bool:
    """Whether an open file could be locked at once."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
