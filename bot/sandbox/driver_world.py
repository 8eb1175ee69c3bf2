"""What no person can do in Slack: move the clock, order faults, read the log, start again."""

from datetime import datetime, timedelta

from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.driver import Desk
from bot.sandbox.errors import DriverError
from bot.sandbox.faults import CLEARING, FaultKind, fault_kind
from bot.sandbox.socket import DISCONNECT_REASONS

_FAR = timedelta(days=366 * 50)


async def read_clock(desk: Desk, asked: Asked) -> Json:
    """Return the clock's instant."""
    return {"now": desk.world.clock.now().isoformat()}


async def move_clock(desk: Desk, asked: Asked) -> Json:
    """Put the clock somewhere (`to`, ISO 8601 with an offset) or move it (`advance_s`)."""
    if asked.has("to") == ("advance_s" in asked.fields):
        raise DriverError("invalid_clock", "Say either 'to' (ISO 8601 with an offset) or 'advance_s' (seconds).")
    if asked.has("to"):
        desk.world.clock.move_to(_instant(asked.text("to")))
    else:
        desk.world.clock.advance(_step(asked))
    desk.courier.clock_moved()
    return await read_clock(desk, asked)


async def traffic(desk: Desk, asked: Asked) -> list[Json]:
    """Return every delivery and call, oldest first."""
    return desk.world.traffic.to_json()


async def reset(desk: Desk, asked: Asked) -> Json:
    """Start again with an empty workspace."""
    desk.courier.drop_retries()
    desk.world.reset()
    desk.outbox.clear()
    return {"ok": True}


async def read_faults(desk: Desk, asked: Asked) -> Json:
    """Return what is still ordered to go wrong."""
    return {"ok": True, "faults": desk.world.faults.to_json()}


async def order_faults(desk: Desk, asked: Asked) -> Json:
    """Let the next `count` calls or deliveries go wrong; "no_fault" takes all orders back."""
    if asked.text("kind") in CLEARING:
        desk.world.faults.clear()
        return await read_faults(desk, asked)
    kind, count = fault_kind(asked.text("kind")), asked.count("count", 1)
    if kind is FaultKind.DISCONNECT and desk.world.config.deliver_to is not None:
        raise DriverError("no_socket", "This sandbox delivers by HTTP: there is no connection to break.")
    if kind is FaultKind.DISCONNECT and count:
        count -= await _disconnect(desk, asked)
    desk.world.faults.order(kind, count, asked.maybe("method"))
    return await read_faults(desk, asked)


async def sent(desk: Desk, asked: Asked) -> list[Json]:
    """Return what left by a medium, as its transport wrote it down."""
    return list(desk.outbox)


async def reply(desk: Desk, asked: Asked) -> Json:
    """Let a seller or buyer answer, if a medium is there to carry it."""
    if desk.on_reply is None:
        raise DriverError("no_medium", "No medium is connected that could carry an answer.", status=501)
    asked.text("text")
    if not asked.has("send_id") and not (asked.has("medium") and asked.has("from")):
        raise DriverError("missing_field", "Say what is answered: 'send_id', or 'medium' and 'from'.")
    return {"ok": True, **await desk.on_reply(asked.fields)}


async def _disconnect(desk: Desk, asked: Asked) -> int:
    reason = asked.maybe("reason") or "refresh_requested"
    if reason not in DISCONNECT_REASONS:
        raise DriverError(
            "unknown_reason", f"Slack disconnects for {', '.join(DISCONNECT_REASONS)}, not for {reason!r}."
        )
    return int(await desk.hub.disconnect_one(reason))


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
