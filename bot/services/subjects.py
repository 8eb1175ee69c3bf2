"""Whom a member means: L-7, B-5, a phone number or an e-mail address."""

import re
from dataclasses import dataclass
from typing import Final

from bot.services.numbered import BuyerNotFound, lead_numbered
from domain.contact import EmailInvalid, PhoneInvalid, email_key, normalise_email, normalise_phone
from domain.errors import RuleBroken
from storage.base import Tx
from storage.buyers import Buyer, find_buyer
from storage.leads import Lead

_NUMBERED: Final = re.compile(r"([LB])-?([0-9]{1,9})", re.IGNORECASE)


class SubjectUnclear(RuleBroken):
    """ "{text}" is no lead (L-7), buyer (B-5), phone number or e-mail address. Write one of these."""

    code = "SUBJECT_UNCLEAR"


class NothingToReach(RuleBroken):
    """{name} has neither a phone number nor an e-mail address, and what is on record is kept by these."""

    code = "NOTHING_TO_REACH"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is meant: `addresses` (E.164, `email_key`) are those on their record, or the one that was typed."""

    addresses: tuple[str, ...]
    lead: Lead | None = None
    buyer: Buyer | None = None


def subject_named(tx: Tx, text: str) -> Subject:
    """Return whom a member means; a removed buyer can still be asked about.

    Raises `SubjectUnclear`, `LeadNotFound`, `BuyerNotFound` and `NothingToReach`.
    """
    text = text.strip()
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None:
        return Subject((_typed(text),))
    if numbered[1].upper() == "L":
        lead = lead_numbered(tx, int(numbered[2]))
        return Subject(_on_record(lead, f"L-{lead.number}"), lead=lead)
    buyer = find_buyer(tx, number=int(numbered[2]))
    if buyer is None:
        raise BuyerNotFound(number=int(numbered[2]))
    return Subject(_on_record(buyer, f"B-{buyer.number}"), buyer=buyer)


def _on_record(person: Lead | Buyer, name: str) -> tuple[str, ...]:
    addresses = tuple(filter(None, (person.phone, person.email and email_key(person.email))))
    if not addresses:
        raise NothingToReach(name=name)
    return addresses


def _typed(text: str) -> str:
    try:
        return email_key(normalise_email(text)) if "@" in text else normalise_phone(text)
    except (PhoneInvalid, EmailInvalid) as odd:
        raise SubjectUnclear(text=text[:80]) from odd
