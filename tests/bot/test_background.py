"""Work that goes on after an acknowledgement ends, and what it raises is logged."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.slack.calls import Background


async def after(seconds, result):
    await asyncio.sleep(seconds)
    if isinstance(result, Exception):
        raise result
    return result


async def test_work_that_is_quick_gives_its_result():
    assert await Background().within(after(0, "done"), 1) == "done"


async def test_work_that_is_quick_to_fail_raises():
    with pytest.raises(LookupError):
        await Background().within(after(0, LookupError()), 1)


async def test_work_that_is_slow_gives_none_and_goes_on_to_its_end():
    ended = []

    async def work():
        ended.append(await after(0.02, "done"))

    background = Background()
    assert await background.within(work(), 0.001) is None
    assert ended == []
    await background.finish()
    assert ended == ["done"]


async def test_what_work_in_the_background_raises_is_logged():
    background = Background()
    with capture_logs() as logs:
        background.start(after(0, LookupError("gone")))
        await background.finish()
        await asyncio.sleep(0)
    assert [(entry["event"], type(entry["exc_info"])) for entry in logs] == [("background_failed", LookupError)]


async def test_to_finish_nothing_takes_no_time():
    await Background().finish()
