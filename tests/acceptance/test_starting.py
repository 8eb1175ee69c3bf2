"""Starting the program as people do, in a process of its own: what stops it is one sentence, and exit code 1."""

import ctypes
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 8.0
"""How long a start may take until it says what stops it, on a machine that does nothing else."""
IDLE_START = 2.0
"""What a start takes until it speaks to the database; a busy machine takes longer, and is given as much more."""
PATIENCE = 40.0
OURS = ("DATABASE_URL", "HOST", "PORT", "SLACK_", "LOG_")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a start ended: its exit code, what it wrote to stderr, and the seconds it took."""

    code: int
    said: str
    seconds: float


def start(folder: Path, *arguments: str, **environment: str) -> Outcome:
    """Run the command line in `folder` until it ends."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bot", *(arguments or ("run",))],
        cwd=folder,
        env=clean_environment() | {"PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        preexec_fn=_without_roots_rights,
    )
    return Outcome(done.returncode, done.stderr.strip(), time.monotonic() - begun)


def clean_environment() -> dict[str, str]:
    """Return the environment without what an installation sets, so that the tests do not read it."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


CAP_DAC_OVERRIDE, CAP_NET_BIND_SERVICE = 1, 10
"""What lets root pass over file permissions and take the system's ports (capabilities(7))."""


def _without_roots_rights() -> None:
    """In the new process: let file permissions and ports bind root as well (prctl(2): PR_CAPBSET_DROP)."""
    for capability in (CAP_DAC_OVERRIDE, CAP_NET_BIND_SERVICE):
        if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, capability, 0, 0, 0):
            raise OSError(f"capability {capability} could not be dropped")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty working folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="valhalla-start-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def listening() -> Iterator[int]:
    """Own a port on loopback, and answer nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def assert_stopped(outcome: Outcome, *sentences: str) -> None:
    """Assert exit code 1 and one plain sentence, without a traceback."""
    assert outcome.code == 1, outcome.said
    assert outcome.said.startswith("valhalla: ")
    assert "Traceback" not in outcome.said
    for sentence in sentences:
        assert sentence in outcome.said


def test_a_port_that_is_no_number_is_named(folder):
    assert_stopped(start(folder, PORT="abc"), "PORT is 'abc': a port is a whole number from 0 to 65535.")


def test_a_port_that_is_taken_is_named(folder):
    with listening() as port:
        outcome = start(folder, PORT=str(port))
    assert_stopped(outcome, f"Port {port} is taken on 127.0.0.1.", "choose another: PORT=8001 make run")


def test_a_port_that_belongs_to_the_system_is_answered_with_which_to_choose(folder):
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("on this machine everybody may take port 80")
    assert_stopped(start(folder, PORT="80"), "Port 80 needs more rights than you have: choose one above 1023")


def test_a_database_server_that_refuses_or_never_answers_is_named_in_time(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refused = start(
            folder, DATABASE_URL=f"postgresql+asyncpg://valhalla@127.0.0.1:{free.getsockname()[1]}/valhalla"
        )
    with listening() as port:
        silent = start(folder, DATABASE_URL=f"postgresql+asyncpg://valhalla@127.0.0.1:{port}/valhalla")
    assert_stopped(refused, "The database at postgresql+asyncpg://", "refused", "Check DATABASE_URL")
    assert_stopped(silent, "The database at postgresql+asyncpg://", "Check DATABASE_URL")
    assert silent.seconds < SECONDS * max(1, refused.seconds / IDLE_START)


def test_a_database_file_that_may_only_be_read_is_named(folder):
    sqlite3.connect(folder / "valhalla.db").close()
    (folder / "valhalla.db").chmod(0o444)
    folder.chmod(0o555)
    assert_stopped(start(folder), "The database at sqlite+aiosqlite:///valhalla.db", "readonly")


def test_a_database_file_that_is_none_is_named_and_left_alone(folder):
    content = b"SQLite format 3\0" + b"\xff" * 5_000
    (folder / "valhalla.db").write_bytes(content)
    assert_stopped(start(folder), "The database at sqlite+aiosqlite:///valhalla.db", "file is not a database")
    assert (folder / "valhalla.db").read_bytes() == content


def test_the_program_says_where_it_is_and_ends_when_it_is_asked_to(folder):
    environment = clean_environment() | {"PORT": "0"}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            assert "Valhalla's sandbox is at http://127.0.0.1:" in lines[1]
            process.send_signal(2)
            assert process.wait(PATIENCE) in (0, 130)
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
