"""What the audit trail says about one buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storage.audit import audit_entry
from storage.base import Tx
from storage.buyers import Buyer


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: by whom, when, and each changed column before and after it."""

    actor: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def subject_of(buyer: Buyer) -> str:
    """Return what the audit trail calls a buyer: "B-5"."""
    return f"B-{buyer.number}"


def entries_since(tx: Tx, buyer: Buyer, verb: str, seen: int) -> list[Entry]:
    """Return a buyer's audit entries of one verb after the change `seen`, the first one first.

    Their `after` holds the `changed_no` of the change. The trail has no index of its subjects, so this is for the rare
    case in which two people met.
    """
    c = audit_entry.c
    query = select(c.actor, c.at, c.before, c.after).where(
        c.workspace_id == tx.workspace_id, c.at >= buyer.created_at, c.subject == subject_of(buyer), c.verb == verb
    )
    entries = [Entry(*row) for row in tx.connection.execute(query.order_by(c.id))]
    return [entry for entry in entries if entry.after["changed_no"] > seen]
