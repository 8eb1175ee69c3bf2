"""Failures to order: the next n calls or deliveries go wrong in a named way."""

from enum import StrEnum

from bot.sandbox.errors import DriverError


class FaultKind(StrEnum):
    """What can be made to go wrong: at Slack, on the way to the bot, and at whoever carries messages outside."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    SLOW_API = "slow_api"
    DISCONNECT = "disconnect"
    DUPLICATE_DELIVERY = "duplicate_delivery"
    LOST_ACK = "lost_ack"
    PROVIDER_BUSY = "provider_busy"
    PROVIDER_DOWN = "provider_down"
    PROVIDER_TIMEOUT = "provider_timeout"
    PROVIDER_REFUSES = "provider_refuses"
    PROVIDER_OPTED_OUT = "provider_opted_out"
    UNDELIVERED = "undelivered"
    NO_RECEIPT = "no_receipt"


CLEARING = frozenset({"no_fault", "reset"})


def fault_kind(text: str) -> FaultKind:
    """Return the kind named `text`, or say which kinds there are."""
    try:
        return FaultKind(text)
    except ValueError:
        names = ", ".join([*FaultKind, *sorted(CLEARING)])
        raise DriverError("unknown_fault", f"There is no fault {text!r}: choose one of {names}.") from None


class Faults:
    """Counts what is still to go wrong; a fault of the Web API may be bound to one method."""

    def __init__(self) -> None:
        self._left: dict[tuple[FaultKind, str | None], int] = {}

    def order(self, kind: FaultKind, count: int, method: str | None = None) -> None:
        """Let the next `count` occasions go wrong (0 takes the order back)."""
        self._left[kind, method] = count

    def take(self, kind: FaultKind, method: str | None = None) -> bool:
        """Return whether this occasion goes wrong, and count it."""
        for key in ((kind, method), (kind, None)):
            if self._left.get(key, 0) > 0:
                self._left[key] -= 1
                return True
        return False

    def to_json(self) -> dict[str, int]:
        """Return what is left, by kind (and method)."""
        left = {":".join(filter(None, key)): count for key, count in self._left.items() if count}
        return dict(sorted(left.items()))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._left.clear()
