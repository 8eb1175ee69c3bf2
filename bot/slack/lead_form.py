"""The modal that takes down a lead, and what its fields say."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.slack.blocks import Block, checkboxes, modal, radio, select, text_input
from bot.slack.ids import View
from domain.leads import ContactBasis, QuickLead
from domain.policy import Medium
from domain.property_types import PropertyType

SOURCES = {
    "website": "Website",
    "referral": "Referral",
    "direct mail": "Direct mail",
    "driving for dollars": "Driving for dollars",
    "cold call": "Cold call",
    "facebook": "Facebook or Marketplace",
    "sign": "Bandit sign",
    "realtor": "Realtor",
    "other": "Other",
}
MEDIA = {Medium.SMS.value: "Text messages", Medium.EMAIL.value: "E-mails", Medium.CALL.value: "Calls"}
BASES = {basis.value: basis.label for basis in (ContactBasis.NONE, *(b for b in ContactBasis if b.value != "none"))}
CONSENT_HINT = (
    "Texts and e-mails need the seller's consent (CASL); a call does not. What they agreed to counts "
    "once its evidence is recorded from their card. Not legal advice: the team's rules are set by an admin."
)


def lead_view(quick: QuickLead, *, channel_id: str = "") -> Block:
    """Return the form, filled with what was found in the text behind the command."""
    return modal(
        View.LEAD,
        "New lead",
        _blocks(quick),
        submit="Save lead",
        private_metadata=json.dumps({"channel": channel_id}),
    )


@lru_cache(maxsize=32)
def _blocks(quick: QuickLead) -> tuple[Block, ...]:
    """The form's fields; kept, because a trigger does not wait and the empty form is the one asked for most."""
    return (*seller_fields(quick), *house_fields(quick), *consent_fields())


def seller_fields(quick: QuickLead, *, optional: bool = False) -> list[Block]:
    """Return the fields that say who sells, where the house is and how we heard of it; `optional` as for the name."""
    sources = SOURCES | ({quick.source: quick.source} if quick.source else {})
    return [
        text_input("name", "Seller's name", initial=quick.name, optional=optional),
        text_input("phone", "Phone", initial=quick.phone, hint="A phone number or an e-mail address is needed."),
        text_input("email", "E-mail", initial=quick.email),
        text_input("address", "Property address", initial=quick.address, hint="Street, city and postal code."),
        text_input("region", "Area or city", hint="When the address is not known yet."),
        select("source", "Source", sources, initial=quick.source),
    ]


def house_fields(quick: QuickLead) -> list[Block]:
    """Return the fields that say what the house is and what it is worth."""
    kinds = {kind.value: kind.label.capitalize() for kind in PropertyType}
    return [
        select("property_type", "Property type", kinds, initial=quick.property_type),
        text_input("arv", "ARV", initial=quick.arv, hint="What it sells for once repaired: 500k or 500,000."),
        text_input("repairs", "Repairs", initial=quick.repairs, hint="0 if there are none."),
        text_input("asking_price", "Asking price", initial=quick.asking),
        text_input("beds", "Beds", initial=quick.beds),
        text_input("baths", "Baths", initial=quick.baths),
        text_input("notes", "Notes", initial=quick.notes, multiline=True),
    ]


def consent_fields() -> list[Block]:
    """Return the fields that say how the seller may be contacted."""
    return [
        radio("basis", "How may we contact them?", BASES, initial=ContactBasis.NONE.value, hint=CONSENT_HINT),
        checkboxes("media", "They agreed to", MEDIA, hint="None ticked counts as all of them."),
    ]


def form_values(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form holds, by field: text, an option's value, a list of values, a day as YYYY-MM-DD, an instant as
    seconds since 1970, ids."""
    state: Mapping[str, Mapping[str, Mapping[str, Any]]] = view["state"]["values"]
    return {name: _value(element) for name, elements in state.items() for element in elements.values()}


def _value(element: Mapping[str, Any]) -> object:
    if element.get("type") == "checkboxes":
        return [option["value"] for option in element.get("selected_options") or ()]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    for name in ("selected_date", "selected_date_time", "selected_channel", "selected_user", "selected_users"):
        if name in element:
            return element[name]
    return element.get("value")
