"""One process holds the scheduler of a SQLite file; the kernel frees it when that process is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.holding import Holding, HoldUnusable, hold_file
from storage.database import parse_url

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from bot.holding import Holding
print(Holding(Path(sys.argv[1])).take(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "valhalla.db.scheduler"


def test_one_takes_it_and_the_next_one_reads_who_has_it(file):
    first, second = Holding(file), Holding(file)
    assert (first.take(), second.take()) == (True, False)
    assert (first.is_ours, second.is_ours) == (True, False)
    assert first.holder() == second.holder() == os.getpid()
    assert first.said() == "runs in this process"
    assert second.said() == f"held by process {os.getpid()}; this one takes over when that ends"


def test_it_is_taken_twice_by_the_same_one_without_harm(file):
    first = Holding(file)
    assert (first.take(), first.take()) == (True, True)


def test_whoever_lets_go_leaves_it_to_the_next_one(file):
    first, second = Holding(file), Holding(file)
    first.take()
    first.release()
    assert (first.is_ours, second.holder(), second.take()) == (False, None, True)
    first.release()
    assert second.holder() == os.getpid()


def test_nobody_holds_what_nobody_took_and_asking_makes_no_file(file):
    assert (Holding(file).holder(), Holding(file).said()) == (None, "does not run yet")
    assert not file.exists()


def test_a_process_that_is_killed_frees_it(file):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "True\n"
        ours = Holding(file)
        assert (ours.take(), ours.holder()) == (False, holder.pid)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert (ours.holder(), ours.take()) == (None, True)


def test_a_file_that_holds_no_number_names_nobody(file):
    first = Holding(file)
    first.take()
    file.write_text("somebody\n")
    assert Holding(file).holder() is None


def test_where_the_file_cannot_be_made_it_is_named(tmp_path):
    with pytest.raises(HoldUnusable, match="nowhere"):
        Holding(tmp_path / "nowhere" / "valhalla.db.scheduler").take()


def test_on_a_server_there_is_nothing_to_hold():
    anybody = Holding(hold_file(parse_url("postgresql+asyncpg://x@127.0.0.1/valhalla")))
    assert (anybody.is_ours, anybody.take(), anybody.holder()) == (True, True, None)
    assert anybody.said() == "runs in every process"
    anybody.release()
    assert anybody.is_ours


def test_the_file_lies_beside_the_database_by_whatever_way_that_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    wanted = tmp_path.resolve() / "valhalla.db.scheduler"
    names = ["valhalla.db", f"{tmp_path}/valhalla.db", "link/valhalla.db", f"file:{tmp_path}/valhalla.db?uri=true"]
    assert {hold_file(parse_url(f"sqlite:///{name}")) for name in names} == {wanted}
