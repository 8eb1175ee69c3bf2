"""A PostgreSQL server of our own: started in a temporary folder, on loopback, and stopped by its own process id."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

SUPERUSER = "valhalla"
LOCKED = "locked"
"""A role that must give its password, once it is created; everybody else is trusted."""
UNPRIVILEGED = ("postgres", "nobody")
"""Whom the server runs as when the tests run as root, which it refuses."""
START_SECONDS = 30.0
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests: what a power cut would lose does not matter."""
DURABLE = ("fsync=on", "synchronous_commit=on")
"""For measurements."""


class PostgresMissing(Exception):  # noqa: N818 - the name says what is the matter
    """PostgreSQL's programs (initdb, postgres) are not installed."""


class PostgresFailed(Exception):  # noqa: N818 - the name says what is the matter
    """PostgreSQL did not start; the message is its own log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, and its process."""

    port: int
    pid: int

    def url(self, database: str, *, user: str = SUPERUSER, driver: str = "postgresql+asyncpg") -> str:
        """Return the URL of one of its databases."""
        return f"{driver}://{user}@127.0.0.1:{self.port}/{database}"

    async def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements outside a transaction (CREATE DATABASE will have it so)."""
        connection = await asyncpg.connect(self.url(database, driver="postgresql"))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def newest_programs() -> Path:
    """Return the folder of the newest installed version's programs. Raises `PostgresMissing`."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    if on_path:
        return Path(on_path).parent
    raise PostgresMissing("PostgreSQL's programs are not installed")


class Cluster:
    """A server that can be stopped and started again; its data and its port stay."""

    def __init__(self, programs: Path, folder: Path, user: str | None, settings: tuple[str, ...]) -> None:
        self._folder, self._user = folder, user
        self._port = _free_port()
        self._command = _command(programs, folder, self._port, settings)
        self._process: subprocess.Popen | None = None

    def start(self) -> Server:
        """Start it; return it when it answers. Raises `PostgresFailed`."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **_as(self._user)
            )
        _wait_until_it_answers(self._process, self._folder, self._port)
        return Server(self._port, self._process.pid)

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        if self._process:
            _stop(self._process)
            self._process = None


@contextmanager
def cluster(settings: tuple[str, ...] = FAST) -> Iterator[Cluster]:
    """Make an empty cluster that is there until the block ends. Raises `PostgresMissing` and `PostgresFailed`."""
    programs, user = newest_programs(), _unprivileged_user()
    # A short path of its own: a socket's path may not be longer than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="valhalla-pg-", dir="/tmp"))
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        _make_cluster(programs, folder, user)
        made = Cluster(programs, folder, user, settings)
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def serve(settings: tuple[str, ...] = FAST) -> Iterator[Server]:
    """Run a server of an empty cluster until the block ends. Raises `PostgresMissing` and `PostgresFailed`."""
    with cluster(settings) as made:
        yield made.start()


def _make_cluster(programs: Path, folder: Path, user: str | None) -> None:
    command = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        SUPERUSER,
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    made = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False, **_as(user))
    if made.returncode:
        raise PostgresFailed(made.stderr)
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(f"host all {LOCKED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")


def _command(programs: Path, folder: Path, port: int, settings: tuple[str, ...]) -> list[str]:
    ours = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}", "max_connections=120")
    # Where the system can: a server whose tests were killed does not outlive them.
    tied = [setpriv, "--pdeathsig", "INT"] if (setpriv := shutil.which("setpriv")) else []
    command = [*tied, str(programs / "postgres"), "-D", str(folder / "data")]
    for setting in (*ours, *settings):
        command += ["-c", setting]
    return command


def _wait_until_it_answers(process: subprocess.Popen, folder: Path, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while not (folder / f".s.PGSQL.{port}").exists() or not _accepts(port):
        if process.poll() is not None or time.monotonic() > until:
            raise PostgresFailed((folder / "log").read_text(errors="replace"))
        time.sleep(0.05)


def _accepts(port: int) -> bool:
    """Whether a client gets in; while it starts, the server takes connections and refuses them."""

    async def ask() -> bool:
        try:
            connection = await asyncpg.connect(f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres", timeout=5)
        except (OSError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True

    return asyncio.run(ask())


def _stop(process: subprocess.Popen) -> None:
    """End the server: SIGINT is its fast shutdown; after ten seconds it is killed."""
    process.send_signal(2)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _unprivileged_user() -> str | None:
    """Return whom to run as: nobody special unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


def _as(user: str | None) -> dict:
    """Return the arguments that run a program as `user`, in a folder that everybody may enter."""
    if user is None:
        return {"cwd": "/"}
    entry = pwd.getpwnam(user)
    return {"cwd": "/", "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
