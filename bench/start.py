"""How long `valhalla run` takes from start to ready on a warm environment, its memory, and the CPU of `--help`."""

import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 5


def one_start() -> tuple[float, float]:
    """Start the sandbox on a free port with an empty database; return seconds and MB that it reports when ready."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.db'}",
            "PORT": "0",
            "LOG_FORMAT": "json",
        }
        command = [sys.executable, "-m", "bot", "run"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
            assert program.stderr is not None
            ready = next(line for line in program.stderr if b'"ready"' in line).decode()
            program.send_signal(signal.SIGINT)
            program.communicate()
    seconds, megabytes = (float(re.search(rf'"{name}": ([0-9.]+)', ready)[1]) for name in ("seconds", "megabytes"))
    return seconds, megabytes


def cpu_of_help() -> float:
    """Return the CPU seconds of `valhalla --help`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bot", "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    starts = [one_start() for _ in range(ROUNDS)]
    seconds, megabytes = (statistics.median(column) for column in zip(*starts, strict=True))
    print(f"start to ready: {seconds:.2f} s, {megabytes:.0f} MB (median of {ROUNDS}, empty database migrated)")
    print(f"valhalla --help: {statistics.median(cpu_of_help() for _ in range(ROUNDS)):.2f} s of CPU")


if __name__ == "__main__":
    main()
