"""A served sandbox, and one with a bot that captures leads."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.server import Running, serve_sandbox


@pytest.fixture
async def sandbox_server() -> AsyncIterator[Running]:
    """A sandbox that is being served, with short waits and no bot."""
    async with serve_sandbox(ack_seconds=0.5, show_seconds=0.3) as running:
        yield running
