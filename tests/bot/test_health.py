"""Health answers 200 only while the program can do its work."""

import httpx
import pytest
from fastapi import FastAPI

from bot.http.health import health_router
from storage.database import DatabaseUnavailable


async def reached():
    """A database that answers."""


async def away():
    """A database that does not."""
    raise DatabaseUnavailable(why="connection refused")


@pytest.mark.parametrize(("probe", "status", "faults"), [(reached, 200, []), (away, 503, ["database"])])
async def test_health_is_that_of_the_database(probe, status, faults):
    app = FastAPI()
    app.include_router(health_router(reach_database=probe))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as caller:
        answer = await caller.get("/health")
    told = answer.json()
    assert (answer.status_code, told["ok"], list(told["faults"])) == (status, status == 200, faults)
    assert told["tzdata"]
