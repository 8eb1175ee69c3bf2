"""The short form of `make chaos`: twenty workers are killed while 500 sends are due."""

import os
import random
from pathlib import Path

import pytest

from tests.chaos.run import Judgement, Plan, chaos

SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
SHORT = Plan(kills=20, sends=500, workers=1, seed=SEED)


async def judged(url: str, plan: Plan, folder: Path) -> Judgement:
    made = await chaos(url, plan, folder)
    print("\n".join(made.lines()))  # noqa: T201 - what failed can be done again with its seed
    return made


async def test_killed_workers_lose_nothing_and_send_nothing_twice_on_sqlite(sqlite_url, tmp_path):
    assert (await judged(sqlite_url, SHORT, tmp_path)).faults == []


@pytest.mark.postgres
async def test_killed_workers_lose_nothing_and_send_nothing_twice_on_postgresql(postgres_url, tmp_path):
    three = Plan(SHORT.kills, SHORT.sends, 3, SEED)
    assert (await judged(postgres_url, three, tmp_path)).faults == []
