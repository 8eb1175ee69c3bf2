"""A served sandbox for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.server import Running, serve_sandbox


@pytest.fixture
async def sandbox_server() -> AsyncIterator[Running]:
    """A sandbox that is being served, with a short wait for what shows and no bot."""
    async with serve_sandbox(show_seconds=0.6) as running:
        yield running
