"""The sandbox's clock: read it, put it somewhere, move it on; what is due on the way is done on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from bot.clock import SystemClock
from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.driver import Desk
from bot.sandbox.errors import DriverError
from bot.sandbox.live import Notice
from bot.sandbox.zones import ZONE

NINE = time(9)
PRESETS = ("now", "plus_hour", "next_nine", "plus_day", "plus_week")
TOLD_EVERY_SECONDS = 0.1
"""How often those who look on are told where the clock is while it travels."""

_STEPS = {"plus_hour": timedelta(hours=1), "plus_day": timedelta(days=1), "plus_week": timedelta(days=7)}
_FAR = timedelta(days=366 * 50)
_WAYS = "Say one of 'to' (ISO 8601 with an offset), 'advance_s' (seconds) and 'preset'."


async def read_clock(desk: Desk, asked: Asked) -> Json:
    """Return the clock's instant."""
    return {"now": desk.world.clock.now().isoformat()}


async def move_clock(desk: Desk, asked: Asked) -> Json:
    """Put the clock somewhere (`to`), move it (`advance_s`) or use a `preset`.

    The bot does on the way what becomes due, where it was handed in how; a second move is refused meanwhile.
    """
    target = _target(desk, asked)
    if desk.travels_to is not None:
        sentence = f"The clock is on its way to {desk.travels_to.isoformat()}. Wait until it is there."
        raise DriverError("clock_moves", sentence, status=409)
    if desk.on_clock is None:
        desk.world.clock.move_to(target)
    else:
        async with _travelling(desk, target):
            await desk.on_clock(target)
    _tell(desk)
    return await read_clock(desk, asked)


@asynccontextmanager
async def _travelling(desk: Desk, target: datetime) -> AsyncIterator[None]:
    """Tell those who look on where the clock is, until the block ends."""
    desk.travels_to = target
    teller = asyncio.create_task(_keep_telling(desk))
    try:
        yield
    finally:
        teller.cancel()
        desk.travels_to = None


async def _keep_telling(desk: Desk) -> None:
    while True:
        _tell(desk)
        await asyncio.sleep(TOLD_EVERY_SECONDS)


def _tell(desk: Desk) -> None:
    desk.courier.clock_moved()
    desk.world.live.publish(Notice("clock", now=desk.world.clock.now().isoformat()))


def _target(desk: Desk, asked: Asked) -> datetime:
    ways = [name for name in ("to", "preset") if asked.has(name)]
    ways += ["advance_s"] if "advance_s" in asked.fields else []
    match ways:
        case ["to"]:
            return _instant(asked.text("to"))
        case ["preset"]:
            return _preset(desk, asked)
        case ["advance_s"]:
            return desk.world.clock.now() + _step(asked)
        case _:
            raise DriverError("invalid_clock", _WAYS)


def _preset(desk: Desk, asked: Asked) -> datetime:
    name, now = asked.text("preset"), desk.world.clock.now()
    if name in _STEPS:
        return now + _STEPS[name]
    match name:
        case "now":
            return SystemClock().now()
        case "next_nine":
            return _next_nine(desk, now, asked.maybe("zone") or ZONE)
        case _:
            raise DriverError("invalid_clock", f"There is no preset {name!r}: choose one of {', '.join(PRESETS)}.")


def _next_nine(desk: Desk, now: datetime, zone: str) -> datetime:
    """Return the next 09:00 on the wall clocks of a zone, later than `now`."""
    here = now + _offset(desk, zone, now)
    for days in (0, 1):
        wall = datetime.combine(here.date() + timedelta(days=days), NINE, UTC)
        # The offset at nine o'clock, which may not be the one of now.
        at = wall - _offset(desk, zone, wall - _offset(desk, zone, wall))
        if at > now:
            return at
    raise LookupError(f"no day in {zone} has a nine o'clock")


def _offset(desk: Desk, zone: str, at: datetime) -> timedelta:
    offset = desk.world.config.offset_at(zone, at)
    if offset is None:
        raise DriverError("invalid_clock", f"There is no time zone {zone!r}: write one such as {ZONE}.")
    return offset


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise DriverError(
            "invalid_clock", f"{text!r} is no ISO 8601 instant, such as 2026-11-24T09:00:00-05:00."
        ) from None
    if at.tzinfo is None:
        raise DriverError("invalid_clock", f"{text!r} has no offset: add one, such as Z or -05:00.")
    if not 1990 <= at.year <= 2100:
        raise DriverError("invalid_clock", "The clock goes from 1990 to 2100.")
    return at


def _step(asked: Asked) -> timedelta:
    seconds = asked.fields["advance_s"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not abs(seconds) <= _FAR.total_seconds():
        raise DriverError("invalid_clock", "'advance_s' must be a number of seconds.")
    return timedelta(seconds=seconds)
