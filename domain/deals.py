"""A deal's stages, its brief's status, the one line that names a brief, and the numbers by which people name things."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.money import show_short
from domain.property_types import PropertyType


class Stage(StrEnum):
    """Where a deal stands, in the order in which it moves; `lost` may follow any stage but `closed`."""

    DRAFT = "draft"
    OFFERED = "offered"
    UNDER_AGREEMENT = "under_agreement"
    MARKETED = "marketed"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    LOST = "lost"

    @property
    def label(self) -> str:
        """The stage in a person's words: "Under agreement"."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_open(self) -> bool:
        """Whether the deal can still be won."""
        return self not in (Stage.CLOSED, Stage.LOST)


PRICED: Final = (Stage.DRAFT, Stage.OFFERED)
"""The stages in which figures and price still move; afterwards what was agreed stays."""


class BriefStatus(StrEnum):
    """Whether buyers may still be shown a brief: only while it is active."""

    ACTIVE = "active"
    UNDER_CONTRACT = "under_contract"
    SOLD = "sold"
    ARCHIVED = "archived"

    @property
    def label(self) -> str:
        """The status in a person's words; what is stored as "under_contract" is an agreement."""
        return _BRIEF_LABELS[self]


_BRIEF_LABELS: Final = {
    BriefStatus.ACTIVE: "Active",
    BriefStatus.UNDER_CONTRACT: "Under agreement",
    BriefStatus.SOLD: "Sold",
    BriefStatus.ARCHIVED: "Archived",
}


def headline(
    *,
    beds: int | None,
    property_type: PropertyType | None,
    place: str | None,
    province: str | None,
    arv: Decimal | None,
) -> str:
    """One line for a brief: "3-bed SFR in Hamilton ON, ARV 500,000".

    `place` is a municipality or a market label; "ALL" (no market) and None leave the province alone. What is not
    known is left out, but for the place, whose lack is said because buyers are chosen by it.
    """
    known_place = " ".join(part for part in (None if place == "ALL" else place, province) if part)
    home = f"{beds}-bed " if beds else ""
    kind = property_type.value if property_type else "property"
    where = f"in {known_place}" if known_place else "(place unknown)"
    price = f", ARV {show_short(arv)}" if arv is not None else ""
    line = f"{home}{kind} {where}{price}"
    return line[:1].upper() + line[1:]


def expected_price(asked: Decimal | None, mao: Decimal | None) -> Decimal | None:
    """What a buyer expects to pay before anything is agreed: what the seller asks, else the MAO, which is the buyer's
    ceiling; None where neither is known or the numbers leave nothing.
    """
    if asked is not None:
        return asked
    return mao if mao is not None and mao > 0 else None


class LeadNumberUnclear(RuleBroken):
    """ "{text}" names no lead. Write its number, such as L-7, or leave this empty for a new seller."""

    code: ClassVar[str] = "LEAD_NUMBER_UNCLEAR"
    field: ClassVar[str] = "lead"


class BuyerNumberUnclear(RuleBroken):
    """ "{text}" names no buyer. Write the number, such as B-5; `/buyer find` looks it up."""

    code: ClassVar[str] = "BUYER_NUMBER_UNCLEAR"
    field: ClassVar[str] = "buyer"


def parse_lead_number(text: str) -> int:
    """The number of a lead as people write it: "L-7", "l7", "#7", "7". Raises LeadNumberUnclear."""
    found = _LEAD.fullmatch(text.strip())
    if found is None:
        raise LeadNumberUnclear(text=text.strip())
    return int(found[1])


def parse_buyer_number(text: str) -> int:
    """The number of a buyer as people write it: "B-5", "b5", "#5", "5". Raises BuyerNumberUnclear."""
    found = _BUYER.fullmatch(text.strip())
    if found is None:
        raise BuyerNumberUnclear(text=text.strip())
    return int(found[1])


_LEAD: Final = re.compile(r"(?:l ?-? ?|#)?([0-9]{1,9})", re.IGNORECASE)
_BUYER: Final = re.compile(r"(?:b ?-? ?|#)?([0-9]{1,9})", re.IGNORECASE)
