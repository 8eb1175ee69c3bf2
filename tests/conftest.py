"""What every test may ask for, where their files are, and how loggers behave meanwhile."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
"""Bytes: where as much is free the files of a run are in memory. A disk that stalls for seconds while it writes through
would be taken for a database that answers late."""

pytest_plugins = ["tests.databases"]
FROZEN_EVERY = 200
"""Tests after which what is there is kept from the collector: thousands of tests leave millions of objects behind, and
looking through them takes seconds, in which a program under test answers nobody."""

if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
    os.environ.setdefault("TMPDIR", str(MEMORY))
    tempfile.tempdir = None  # it may have been looked up already


@pytest.fixture(scope="session", autouse=True)
def loggers_follow() -> Iterator[None]:
    """Let loggers that were used follow a later configuration: in a process of many tests, one could not capture what
    another has logged before."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            structlog, "configure", lambda **options: configure(**options | {"cache_logger_on_first_use": False})
        )
        yield


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Keep the collector's pauses short, however many tests a process has run."""
    count = item.session.stash.get(_count, 0) + 1
    item.session.stash[_count] = count
    if count % FROZEN_EVERY == 0:
        gc.collect()
        gc.freeze()


_count = pytest.StashKey[int]()
