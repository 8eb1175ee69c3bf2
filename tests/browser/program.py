"""The whole program as a process of its own: `python -m bot run` on a free port with an empty database."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS, STOP_SECONDS = 60, 20  # two, and one, on an idle machine
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Program:
    """A running program; `log` holds its events, one JSON object a line."""

    process: subprocess.Popen[bytes]
    log: Path
    origin: str

    def troubles(self) -> list[dict[str, Any]]:
        """Return what it logged as an error."""
        return [event for event in events(self.log) if event["level"] in ("error", "critical")]

    def stop(self) -> int:
        """Interrupt it as Ctrl+C does and return its exit code; raises `TimeoutExpired` when it does not end."""
        return end(self.process)


def start(folder: Path) -> Program:
    """Start the sandbox with its files in `folder`, and wait until it says that it is ready, and where."""
    log = folder / "events.jsonl"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")} | {
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'valhalla.db'}",
        "PORT": "0",
        "LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "bot", "run"]
    with log.open("wb") as stderr:
        # In its own folder, where no .env of the person who runs the tests lies.
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        return Program(process, log, _origin(process, log))
    except BaseException:
        end(process)
        raise


def events(log: Path) -> list[dict[str, Any]]:
    """Return the events of a log, without a last line that is still being written."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]


def end(process: subprocess.Popen[bytes]) -> int:
    """Interrupt a process by its own id and wait for it; one that does not listen is killed, and that is an error."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _origin(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        for event in events(log):
            if event["event"] == "ready":
                return str(event["origin"])
        time.sleep(0.05)
    raise RuntimeError(f"the program did not get ready:\n{log.read_text('utf-8')}")
