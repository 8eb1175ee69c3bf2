"""What no person can do in Slack: order faults, read the log, start again."""

from bot.sandbox.asked import Asked
from bot.sandbox.config import Json
from bot.sandbox.driver import Desk
from bot.sandbox.errors import DriverError
from bot.sandbox.faults import CLEARING, FaultKind, fault_kind
from bot.sandbox.live import Notice
from bot.sandbox.socket import DISCONNECT_REASONS


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
        return await _told(desk, asked)
    kind, count = fault_kind(asked.text("kind")), asked.count("count", 1)
    if kind is FaultKind.DISCONNECT and desk.world.config.deliver_to is not None:
        raise DriverError("no_socket", "This sandbox delivers by HTTP: there is no connection to break.")
    if kind is FaultKind.DISCONNECT and count:
        count -= await _disconnect(desk, asked)
    desk.world.faults.order(kind, count, asked.maybe("method"))
    return await _told(desk, asked)


async def _told(desk: Desk, asked: Asked) -> Json:
    desk.world.live.publish(Notice("faults"))
    return await read_faults(desk, asked)


async def _disconnect(desk: Desk, asked: Asked) -> int:
    reason = asked.maybe("reason") or "refresh_requested"
    if reason not in DISCONNECT_REASONS:
        raise DriverError(
            "unknown_reason", f"Slack disconnects for {', '.join(DISCONNECT_REASONS)}, not for {reason!r}."
        )
    return int(await desk.hub.disconnect_one(reason))
