"""A buyer's draft as columns: what was typed, and what follows from it."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Final

from domain.buyers import BuyerDraft, types_mask
from domain.contact import area_code
from domain.geo import zones_of_area_code
from domain.words import fold
from domain.zones import local_date

TYPED: Final = tuple(field.name for field in fields(BuyerDraft) if field.name not in ("basis", "media"))
"""The columns that hold what was typed; consent goes to a ledger of its own."""

LOCALE: Final = "en-CA"


def typed_columns(draft: BuyerDraft) -> dict[str, object]:
    """Return the columns that hold what was typed."""
    return {name: getattr(draft, name) for name in TYPED}


def columns_of(draft: BuyerDraft) -> dict[str, object]:
    """Return the columns that a draft sets: what was typed, what is searched, and the types it names."""
    searched = {"search_text": _search_text(draft), "types": types_mask(draft.property_types)}
    return typed_columns(draft) | searched


def new_columns(draft: BuyerDraft, standing: Mapping[str, object], *, now: datetime) -> dict[str, object]:
    """Return the columns of a new buyer; `standing` gives `number`, `changed_no` and `active`."""
    record = {"contacted": 0, "responded": 0, "bought": 0, "last_response_at": None, "removed_at": None}
    return {**columns_of(draft), **record, **standing, "locale": LOCALE, "created_at": now}


def consent_day(draft: BuyerDraft, now: datetime) -> date:
    """Return the day of a consent that is given now, on the clocks of the buyer's area code."""
    code = area_code(draft.phone) if draft.phone else None
    return local_date(now, zones_of_area_code(code) if code else ())


def _search_text(draft: BuyerDraft) -> str:
    """What `/buyer find` looks through: folded words, and the phone number's digits."""
    words = fold(" ".join(filter(None, (draft.name, draft.company, draft.regions, draft.email))))
    return f"{words} {(draft.phone or '').lstrip('+')}".strip()
