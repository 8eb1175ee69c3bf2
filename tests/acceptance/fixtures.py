"""The acceptance tests' fixtures, which the bot's own tests share."""

from collections.abc import AsyncIterator

import pytest
import structlog

from bot.logs import set_up_logs
from storage.database import Database
from tests.acceptance.harness.signed import Line, open_line, set_up_workspace
from tests.acceptance.harness.stand import Stand, http_stand, socket_stand


@pytest.fixture(autouse=True, scope="session")
def _logs_as_in_production() -> None:
    """Set logging up once, as `run` does: the library's own default spends seconds on each traceback."""
    if not structlog.is_configured():
        set_up_logs(level="info", form="json")


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated SQLite database: enough where it does not matter which kind it is."""
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def line(sqlite: Database) -> AsyncIterator[Line]:
    """A line for signed requests to a bot that knows its workspace; Slack's rules for blocks are checked at the end."""
    opened = await open_line(sqlite)
    await set_up_workspace(opened)
    yield opened
    assert opened.slack.faults == []


@pytest.fixture(params=[socket_stand, http_stand], ids=["socket", "http"])
async def stand(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Stand]:
    """The whole program at work: the test runs once over Socket Mode and once over signed HTTP."""
    async with request.param(sqlite_url) as standing:
        yield standing


@pytest.fixture
async def socket(sqlite_url: str) -> AsyncIterator[Stand]:
    """The whole program at work over Socket Mode, where the transport does not matter."""
    async with socket_stand(sqlite_url) as standing:
        yield standing


@pytest.fixture
async def on_both(database_url: str) -> AsyncIterator[Stand]:
    """The whole program at work over Socket Mode: the test runs once on each kind of database."""
    async with socket_stand(database_url) as standing:
        yield standing
