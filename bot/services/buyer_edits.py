"""Two people in one buyer's form: what each of them changed is kept, and what both changed is told to the second."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bot.services.actors import Actor
from bot.services.buyer_rows import TYPED, typed_columns
from domain.buyers import BuyerDraft, FieldRefused, unclear_types
from domain.money import show
from domain.property_types import property_types
from domain.zones import zone
from storage.base import Tx
from storage.buyer_history import Entry, entries_since
from storage.buyers import Buyer
from storage.requests import RequestKey
from storage.workspaces import find_member

EDITED: Final = "buyer_edited"
"""The audit trail's word for a buyer whose form was saved again."""


class BuyerMoved(FieldRefused):
    """{who} changed this to {value} at {at}, after you opened the form. Write the same, or close the form and reopen
    it. Nothing was saved."""

    code = "BUYER_MOVED"


@dataclass(frozen=True, slots=True)
class BuyerEdit:
    """What a form says about a buyer that was read at the change `seen`. `request` tells a repeat from another edit."""

    draft: BuyerDraft
    seen: int
    request: RequestKey | None = None


def merged(tx: Tx, who: Actor, buyer: Buyer, edit: BuyerEdit) -> BuyerDraft:
    """Return the draft to store: what this person left alone stays as somebody else has made it meanwhile.

    Raises `BuyerMoved` for the first field that both changed, and what `BuyerDraft` raises of both together.
    """
    entries = entries_since(tx, buyer, EDITED, edit.seen) if buyer.changed_no > edit.seen else []
    saw = {name: told(getattr(buyer, name)) for name in TYPED}
    saw |= {name: value for entry in reversed(entries) for name, value in entry.before.items()}
    theirs = {name: entry for entry in entries for name in entry.before}
    draft = replace(edit.draft, property_types=_types(edit.draft.property_types, saw["property_types"]))
    mine = typed_columns(draft)
    kept: dict[str, Any] = {}
    for name, entry in theirs.items():
        if told(mine[name]) == saw[name]:
            kept[name] = getattr(buyer, name)
        elif told(mine[name]) != told(getattr(buyer, name)):
            raise _moved(tx, who, name, buyer, entry)
    return replace(draft, **kept)


def changes(buyer: Buyer, draft: BuyerDraft) -> tuple[dict[str, object], dict[str, object]]:
    """Return before and after, as the audit trail keeps them, of each field that a draft changes."""
    new = typed_columns(draft)
    names = [name for name in TYPED if told(new[name]) != told(getattr(buyer, name))]
    return {name: told(getattr(buyer, name)) for name in names}, {name: told(new[name]) for name in names}


def told(value: object) -> object:
    """Return a column's value as JSON keeps it: money to the cent, days as text."""
    if isinstance(value, Decimal):
        return show(value)
    return value.isoformat() if isinstance(value, date) else value


def _types(typed: str | None, shown: object) -> str | None:
    """Property types that say the same as those that the form showed stay in the words they were typed in."""
    before = shown if isinstance(shown, str) else None
    same = property_types(typed or "") == property_types(before or "")
    return before if same and unclear_types(typed) == unclear_types(before) else typed


def _moved(tx: Tx, who: Actor, name: str, buyer: Buyer, entry: Entry) -> BuyerMoved:
    member = find_member(tx, entry.actor)
    value = told(getattr(buyer, name))
    at = entry.at.astimezone(zone(who.zone))
    told_value = f'"{value}"' if value not in (None, "") else "nothing"
    return BuyerMoved(name, who=member.name if member else "Somebody", value=told_value, at=f"{at:%H:%M}")
