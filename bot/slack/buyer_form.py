"""The modal that takes down a buyer or changes one, and what its fields say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import Block, checkboxes, date_input, modal, radio, text_input
from bot.slack.ids import View
from bot.slack.lead_form import BASES, MEDIA
from domain.buyer_command import QuickBuyer
from domain.buyers import unclear_types
from domain.leads import ContactBasis
from domain.money import show_short
from domain.property_types import PropertyType, property_types
from storage.buyers import Buyer

KINDS = {kind.value: kind.label.capitalize() for kind in PropertyType}
NOTHING_NEW = {**BASES, ContactBasis.NONE.value: "Nothing new"}
CONSENT_HINT = (
    "Texts and e-mails need the buyer's consent (CASL); a call does not. What they agreed to counts "
    "once its evidence is recorded from their card. Not legal advice: the team's rules are set by an admin."
)
KEPT_HINT = "What is on record stays. Choose here only what they agreed to since."


@dataclass(frozen=True, slots=True)
class Kept:
    """What a form remembers: the buyer it changes and the change that it shows, 0 for a new one."""

    number: int = 0
    seen: int = 0


def new_view(quick: QuickBuyer, origin: Mapping[str, str]) -> Block:
    """Return the form for a new buyer, filled with what was found in the text behind the command."""
    words = quick.type_words
    initial = {name: getattr(quick, name) for name in ("name", "phone", "email", "regions", "notes")}
    blocks = [
        *_person(initial),
        *_wishes(initial, property_types(words), ", ".join(unclear_types(words))),
        *_money({}),
        date_input("proof_of_funds_on", "Proof of funds", hint="The day on the bank's or lender's letter."),
        text_input("notes", "Notes", initial=initial["notes"], multiline=True),
        *_consent(BASES, CONSENT_HINT),
    ]
    return _form("New buyer", blocks, Kept(), origin)


def edit_view(buyer: Buyer, origin: Mapping[str, str]) -> Block:
    """Return the form with what is known of a buyer."""
    initial = {name: _text(getattr(buyer, name)) for name in _TEXTS} | {
        name: show_short(amount) if (amount := getattr(buyer, name)) is not None else ""
        for name in ("min_price", "max_price")
    }
    words = buyer.property_types
    blocks = [
        *_person(initial),
        *_wishes(initial, property_types(words or ""), ", ".join(unclear_types(words))),
        *_money(initial),
        date_input("proof_of_funds_on", "Proof of funds", initial=buyer.proof_of_funds_on),
        text_input("notes", "Notes", initial=initial["notes"], multiline=True),
        *_consent(NOTHING_NEW, KEPT_HINT),
    ]
    return _form(f"Edit B-{buyer.number}", blocks, Kept(buyer.number, buyer.changed_no), origin)


def read_kept(view: Mapping[str, Any]) -> Kept:
    """Return what the form was opened for."""
    kept = json.loads(view["private_metadata"])
    return Kept(kept["number"], kept["seen"])


_TEXTS = ("name", "company", "phone", "email", "regions", "min_beds", "min_baths", "notes")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _form(title: str, blocks: list[Block], kept: Kept, origin: Mapping[str, str]) -> Block:
    metadata = json.dumps({**origin, "number": kept.number, "seen": kept.seen})
    return modal(View.BUYER, title, blocks, submit="Save buyer", private_metadata=metadata)


def _person(initial: Mapping[str, str]) -> list[Block]:
    return [
        text_input("name", "Buyer's name", initial=initial["name"], optional=False),
        text_input("company", "Company", initial=initial.get("company", "")),
        text_input("phone", "Phone", initial=initial["phone"], hint="A phone number or an e-mail address is needed."),
        text_input("email", "E-mail", initial=initial["email"]),
    ]


def _wishes(initial: Mapping[str, str], kinds: frozenset[PropertyType], other: str) -> list[Block]:
    areas = "Cities, regions or provinces, with commas: GTA, Hamilton. Empty counts as not stated."
    ticked = [kind.value for kind in PropertyType if kind in kinds]
    return [
        text_input("regions", "Areas", initial=initial["regions"], hint=areas),
        checkboxes("types", "Property types", KINDS, initial=ticked, hint="None ticked counts as not stated."),
        text_input(
            "property_types", "In their own words", initial=other, hint="What no box above says: student rentals."
        ),
    ]


def _money(initial: Mapping[str, str]) -> list[Block]:
    return [
        text_input("min_price", "Minimum price", initial=initial.get("min_price", ""), hint="Like 300,000 or 300k."),
        text_input("max_price", "Maximum price", initial=initial.get("max_price", "")),
        text_input("min_beds", "Beds at least", initial=initial.get("min_beds", "")),
        text_input("min_baths", "Baths at least", initial=initial.get("min_baths", "")),
    ]


def _consent(bases: Mapping[str, str], hint: str) -> list[Block]:
    return [
        radio("basis", "How may we contact them?", bases, initial=ContactBasis.NONE.value, hint=hint),
        checkboxes("media", "They agreed to", MEDIA, hint="None ticked counts as all of them."),
    ]
