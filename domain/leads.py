"""A lead as the team takes it down: who, which property, and how they may be contacted."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from domain.commands import Find, Help, LeadCommand, Mine, Open, Show, Unknown, parse_command
from domain.errors import RuleBroken
from domain.policy import Medium
from domain.property_types import PropertyType
from domain.quick import QuickLead, parse_quick

__all__ = [
    "NOTES_LIMIT",
    "AskingPriceNegative",
    "ContactBasis",
    "ContactMissing",
    "CountUnclear",
    "Find",
    "Help",
    "LeadCommand",
    "LeadDraft",
    "LeadStatus",
    "Mine",
    "NameMissing",
    "NotesTooLong",
    "Open",
    "QuickLead",
    "Show",
    "Unknown",
    "check_house",
    "parse_baths",
    "parse_beds",
    "parse_command",
    "parse_quick",
]

NOTES_LIMIT: Final = 3_000
"""Characters of notes: what one multi-line field of a Slack form holds."""


class LeadStatus(StrEnum):
    """How far the conversation with a seller has come."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    DISQUALIFIED = "disqualified"

    @property
    def label(self) -> str:
        """The status as a card shows it: "New"."""
        return self.value.capitalize()


class ContactBasis(StrEnum):
    """The answers to "How may we contact them?", the ground of a commercial message (CASL s.6 and s.10)."""

    INQUIRY = "inquiry"
    EXPRESS_WRITTEN = "express_written"
    EXPRESS_ORAL = "express_oral"
    NONE = "none"

    @property
    def label(self) -> str:
        """The answer as the form offers it: "They contacted us first"."""
        return _BASIS_LABELS[self]


_BASIS_LABELS: Final = {
    ContactBasis.INQUIRY: "They contacted us first",
    ContactBasis.EXPRESS_WRITTEN: "They agreed in writing",
    ContactBasis.EXPRESS_ORAL: "They agreed by voice",
    ContactBasis.NONE: "No permission yet",
}


class NameMissing(RuleBroken):
    """Give the seller's name, or what you call them until you know it."""

    code: ClassVar[str] = "NAME_MISSING"
    field: ClassVar[str] = "name"


class ContactMissing(RuleBroken):
    """Give a phone number or an e-mail address, so that somebody can follow up."""

    code: ClassVar[str] = "CONTACT_MISSING"
    field: ClassVar[str] = "phone"


class NotesTooLong(RuleBroken):
    """The notes have {length:,} characters; {limit:,} fit. Post the rest in the lead's thread."""

    code: ClassVar[str] = "NOTES_TOO_LONG"
    field: ClassVar[str] = "notes"


class AskingPriceNegative(RuleBroken):
    """The asking price cannot be below 0."""

    code: ClassVar[str] = "ASKING_PRICE_NEGATIVE"
    field: ClassVar[str] = "asking_price"


class CountUnclear(RuleBroken):
    """ "{text}" is not a number of {what}. Write {example}."""

    code: ClassVar[str] = "COUNT_UNCLEAR"


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """What a form, quick text or HTTP gave, checked and typed; what was not given is None or empty.

    `phone` is E.164, `email` normalised, amounts are dollars, `baths` a multiple of a half. `media` are the media the
    seller agreed to and matters only with a basis other than NONE.
    Raises NameMissing, ContactMissing (neither phone nor e-mail), NotesTooLong and AskingPriceNegative, in this order.
    """

    name: str
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    region: str | None = None
    source: str | None = None
    property_type: PropertyType | None = None
    arv: Decimal | None = None
    repairs: Decimal | None = None
    asking_price: Decimal | None = None
    beds: int | None = None
    baths: Decimal | None = None
    notes: str = ""
    basis: ContactBasis = ContactBasis.NONE
    media: frozenset[Medium] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Check what needs more than one field or has a limit."""
        if not self.name.strip():
            raise NameMissing
        if not self.phone and not self.email:
            raise ContactMissing
        check_house(self.notes, self.asking_price)


def check_house(notes: str, asking_price: Decimal | None) -> None:
    """Check what is said of a house whoever sells it. Raises NotesTooLong and AskingPriceNegative, in this order."""
    if len(notes) > NOTES_LIMIT:
        raise NotesTooLong(length=len(notes), limit=NOTES_LIMIT)
    if asking_price is not None and asking_price < 0:
        raise AskingPriceNegative


def parse_beds(text: str) -> int | None:
    """Bedrooms from 0 (a studio) to 99; None for an empty text.

    "3", "3 beds", "studio". A den is not a bedroom: "2+1" and "2 + den" are refused rather than added up.
    Raises CountUnclear.
    """
    cleaned = text.strip().casefold()
    if not cleaned:
        return None
    if cleaned == "studio":
        return 0
    found = _BEDS.fullmatch(cleaned)
    if found is None:
        raise CountUnclear(text=text.strip(), what="bedrooms", example="a whole number such as 3")
    return int(found[1])


def parse_baths(text: str) -> Decimal | None:
    """Bathrooms from 0 to 99 in halves, one decimal place; None for an empty text.

    "2", "2.5", "2,5", "2½", "2 1/2 baths". Raises CountUnclear, also for 2.25: a quarter bath is no count here.
    """
    cleaned = text.strip().casefold()
    if not cleaned:
        return None
    found = _BATHS.fullmatch(cleaned)
    if found is None:
        raise CountUnclear(text=text.strip(), what="bathrooms", example="a number such as 2 or 2.5")
    return Decimal(found[1] or 0) + (Decimal("0.5") if found["half"] else 0)


_BEDS: Final = re.compile(r"([0-9]{1,2})(?:[ -]?(?:beds?|bedrooms?|bdrms?|bdr?|br|ch|chambres?|c\.?a\.?c\.?))?")
_BATHS: Final = re.compile(
    r"(?=[0-9½])([0-9]{1,2})?(?:[.,]0|(?P<half>[.,]5| ?½| 1/2))?"
    r"(?:[ -]?(?:baths?|bathrooms?|bthrms?|bth|ba|sdb|salles? de bains?))?"
)
