"""A batch about a deal as it is kept and shown: the messages that wait, who hears nothing and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.notifying import Party
from storage.approvals import Approval
from storage.base import Tx
from storage.deals import Deal
from storage.leads import Lead
from storage.sends import Send, sends_of_approval

TOLD, ANSWERED = "told", "answered"
"""Codes of those who know of the deal already, beside the gate's codes and those of `notifying_draft`."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who is not written to: a code and a sentence. `buyer_id` is None for the seller; `name` is what the team
    calls them: "B-5 Chris Buyer"."""

    name: str
    reason: str
    sentence: str
    buyer_id: int | None = None

    def kept(self) -> dict[str, object]:
        """Return it as an approval's detail keeps it."""
        return {"buyer_id": self.buyer_id, "name": self.name, "reason": self.reason, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class BatchDetail:
    """What a batch keeps beside its messages: who is left out, the seller among them or not, how many buyers fit in
    all, what the approver should know, and when the gate was asked."""

    left_out: tuple[LeftOut, ...]
    seller: LeftOut | None
    fitting: int
    remarks: tuple[str, ...]
    asked_at: datetime

    def kept(self) -> dict[str, object]:
        """Return it as an approval keeps it."""
        return {
            "left_out": [each.kept() for each in self.left_out],
            "seller": self.seller.kept() if self.seller else None,
            "fitting": self.fitting,
            "remarks": list(self.remarks),
            "asked_at": self.asked_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Prepared:
    """What notifying a deal's parties came to. Without an `approval` nobody can be told; `is_new` is False where the
    batch waited for a decision already."""

    deal: Deal
    lead: Lead
    approval: Approval | None
    sends: tuple[Send, ...]
    detail: BatchDetail
    is_new: bool

    def to(self, party: Party) -> list[Send]:
        """Return the messages for the seller, or those for buyers, the best match first."""
        return [send for send in self.sends if send.metadata.get("party") == party]


def read_detail(detail: Mapping[str, Any]) -> BatchDetail:
    """Return what a batch's approval keeps."""
    seller = detail["seller"]
    return BatchDetail(
        left_out=tuple(LeftOut(**each) for each in detail["left_out"]),
        seller=LeftOut(**seller) if seller else None,
        fitting=int(detail["fitting"]),
        remarks=tuple(detail["remarks"]),
        asked_at=datetime.fromisoformat(detail["asked_at"]),
    )


def stored_batch(tx: Tx, deal: Deal, lead: Lead, approval: Approval) -> Prepared:
    """Return a batch that waits already."""
    sends = tuple(sends_of_approval(tx, approval.id))
    return Prepared(deal, lead, approval, sends, read_detail(approval.detail), is_new=False)
