"""What the parties of a deal were told, or are about to be: read from the messages that were written about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.messages import STOPPABLE, SendState
from domain.notifying import Party
from storage.base import Tx
from storage.notifying import sends_about
from storage.sends import Send

NOT_TOLD: Final = (SendState.REJECTED, SendState.BLOCKED, SendState.FAILED, SendState.CANCELLED)
"""How a message ends of which its recipient never heard: they may be told another time."""


@dataclass(frozen=True, slots=True)
class History:
    """The messages about a deal, the oldest first."""

    sends: tuple[Send, ...] = ()

    def to(self, party: Party, buyer_id: int | None = None) -> list[Send]:
        """Return the messages for a party, of one buyer where they are named."""
        return [
            send
            for send in self.sends
            if send.metadata.get("party") == party and (buyer_id is None or send.buyer_id == buyer_id)
        ]

    def told(self, party: Party, buyer_id: int | None = None) -> Send | None:
        """Return the newest message that a party got, or is about to get."""
        return next((send for send in reversed(self.to(party, buyer_id)) if send.state not in NOT_TOLD), None)

    @property
    def buyers(self) -> frozenset[int]:
        """The ids of the buyers who were told or are about to be."""
        alive = (send for send in self.to(Party.BUYER) if send.state not in NOT_TOLD)
        return frozenset(send.buyer_id for send in alive if send.buyer_id)

    @property
    def waiting(self) -> int:
        """How many buyers' messages have not left yet."""
        return _count(self.to(Party.BUYER), STOPPABLE)

    @property
    def reached(self) -> int:
        """How many buyers' messages left, or may have."""
        return len(self.buyers) - self.waiting

    def offer(self, offer_id: int, amount: Decimal) -> Send | None:
        """Return the newest message that says this amount of an offer to the seller, whatever became of it."""
        mine = (send for send in reversed(self.to(Party.OFFER)) if send.metadata.get("offer_id") == offer_id)
        return next((send for send in mine if said_amount(send) == amount), None)


def history_of(tx: Tx, deal_id: int) -> History:
    """Return what was written about a deal."""
    return History(tuple(sends_about(tx, deal_id)))


def told_at(send: Send) -> datetime | None:
    """Return when a message left; None while it has not."""
    return send.settled_at if send.state in (SendState.SENT, SendState.DELIVERED) else None


def said_amount(send: Send) -> Decimal:
    """Return the amount that a written offer says."""
    return Decimal(str(send.metadata["amount"]))


def _count(sends: Iterable[Send], states: Iterable[SendState]) -> int:
    return sum(send.state in set(states) for send in sends)
