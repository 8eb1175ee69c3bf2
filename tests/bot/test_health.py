"""Health answers 200 only while the program can do its work."""

import httpx
import pytest
from fastapi import FastAPI

from bot.http.health import health_router
from storage.database import Database, DatabaseUnavailable


async def reached():
    """A database that answers."""


async def away():
    """A database that does not."""
    raise DatabaseUnavailable(why="connection refused")


async def asked(probe):
    """Ask for health with a probe; return the status and the subjects of the faults."""
    app = FastAPI()
    app.include_router(health_router(reach_database=probe))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as caller:
        answer = await caller.get("/health")
    return answer.status_code, list(answer.json()["faults"])


async def test_a_database_that_answers_is_well_with_no_table_in_it(empty_url):
    database = Database(empty_url)
    try:
        assert await asked(database.reach) == (200, [])
    finally:
        await database.close()


async def test_a_database_that_nobody_serves_is_a_fault():
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    try:
        assert await asked(database.reach) == (503, ["database"])
    finally:
        await database.close()


@pytest.mark.parametrize(("probe", "status", "faults"), [(reached, 200, []), (away, 503, ["database"])])
async def test_health_is_that_of_the_database(probe, status, faults):
    app = FastAPI()
    app.include_router(health_router(reach_database=probe))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as caller:
        answer = await caller.get("/health")
    told = answer.json()
    assert (answer.status_code, told["ok"], list(told["faults"])) == (status, status == 200, faults)
    assert told["tzdata"]
