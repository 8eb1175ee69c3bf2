"""A provider that fails now and then, each time in the same way for the same message."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.transports.port import Parcel
from domain.messages import Route
from domain.receipts import CARRIER_BLOCK, Answer, Found, Outcome, Receipt


@dataclass
class Provider:
    """A transport that keeps what arrived and fails now and then, by the send and its attempt alone."""

    clock: Clock
    seed: int
    on_delivery: Callable[[Parcel], None]
    name: str = "stand-in"
    down: tuple[datetime, datetime] | None = None
    calls: Counter[int] = field(default_factory=Counter)
    contacts: list[tuple[datetime, int]] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    tells: dict[int, Answer] = field(default_factory=dict)
    carrier_blocks: list[str] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.route is Route.SLACK:
            return Receipt(Outcome.ACCEPTED, "ok", detail={"channel": "C0", "ts": "1.1"})
        self.calls[parcel.send_id] += 1
        now = self.clock.now()
        self.contacts.append((now, parcel.send_id))
        if self.down and self.down[0] <= now < self.down[1]:
            self.troubles["down"] += 1
            return Receipt(Outcome.TEMPORARY, "unavailable", "Down.")
        dice = random.Random(f"{self.seed}:{parcel.send_id}:{self.calls[parcel.send_id]}").random()
        return self._answer(parcel, dice)

    def _answer(self, parcel: Parcel, dice: float) -> Receipt:
        trouble = next((name for name, upto in _TROUBLES.items() if dice < upto), None)
        if trouble == "carrier block" and parcel.route is not Route.SMS:
            trouble = None
        self.troubles[trouble or "fine"] += 1
        if trouble in (None, "taken, no answer", "taken, cannot tell"):
            self.on_delivery(parcel)
        self.tells[parcel.send_id] = _TELLS.get(trouble or "", Answer.YES)
        match trouble:
            case None:
                return Receipt(Outcome.ACCEPTED, "ok", provider_id=f"P{parcel.send_id}")
            case "busy":
                return Receipt(Outcome.TEMPORARY, "rate_limited", "Busy.", retry_after=timedelta(seconds=40))
            case "refused":
                return Receipt(Outcome.PERMANENT, "cannot_receive", "A landline.")
            case "carrier block":
                self.carrier_blocks.append(parcel.address)
                return Receipt(Outcome.PERMANENT, CARRIER_BLOCK, "21610")
            case _:
                raise TimeoutError

    async def find(self, parcel: Parcel) -> Found:
        answer = self.tells[parcel.send_id]
        if answer is Answer.LATER:
            self.tells[parcel.send_id] = Answer.YES
        return Found(answer, provider_id=f"P{parcel.send_id}" if answer is Answer.YES else None)

    async def close(self) -> None:
        pass


_TROUBLES = {
    "busy": 0.04,
    "taken, no answer": 0.06,
    "not taken, no answer": 0.075,
    "taken, cannot tell": 0.08,
    "refused": 0.085,
    "carrier block": 0.095,
}
_TELLS = {
    "taken, no answer": Answer.LATER,
    "not taken, no answer": Answer.NO,
    "taken, cannot tell": Answer.CANNOT_TELL,
}
