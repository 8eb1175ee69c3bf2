"""Templates: the messages that the product drafts, each made of facts of the record and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import ClassVar, Final

from domain.content import Language
from domain.errors import RuleBroken
from domain.messages import Route


class TemplateName(StrEnum):
    """The messages that have a template."""

    FIRST_TOUCH = "first_touch"
    FOLLOW_UP = "follow_up"
    AFTER_CALL = "after_call"
    LAST_TOUCH = "last_touch"
    OFFER = "offer"
    DEAL_SELLER = "deal_seller"
    DEAL_BUYER = "deal_buyer"

    @property
    def label(self) -> str:
        """The message in a person's words: "First touch"."""
        return _LABELS[self]

    @property
    def purpose(self) -> str:
        """When it is sent, in a sentence."""
        return _PURPOSES[self]

    @property
    def is_for_buyer(self) -> bool:
        """Whether a buyer reads it; every other one is read by the seller."""
        return self is TemplateName.DEAL_BUYER


_LABELS: Final[Mapping[TemplateName, str]] = {
    TemplateName.FIRST_TOUCH: "First touch",
    TemplateName.FOLLOW_UP: "Follow-up",
    TemplateName.AFTER_CALL: "After a call",
    TemplateName.LAST_TOUCH: "Last touch",
    TemplateName.OFFER: "Offer",
    TemplateName.DEAL_SELLER: "Deal: to the seller",
    TemplateName.DEAL_BUYER: "Deal: to buyers",
}
_PURPOSES: Final[Mapping[TemplateName, str]] = {
    TemplateName.FIRST_TOUCH: "The first step of a lead's ladder.",
    TemplateName.FOLLOW_UP: "A later step of the ladder, before anybody has called.",
    TemplateName.AFTER_CALL: "A later step of the ladder, once a call to the seller is logged.",
    TemplateName.LAST_TOUCH: "The last text of the ladder.",
    TemplateName.OFFER: "An offer, put before the seller.",
    TemplateName.DEAL_SELLER: "Tells the seller that buyers are being asked.",
    TemplateName.DEAL_BUYER: "Tells a buyer who matches about a deal.",
}

ROUTES: Final = (Route.SMS, Route.EMAIL)
LANGUAGES: Final = (Language.EN, Language.FR)
LANGUAGE_NAMES: Final[Mapping[Language, str]] = {Language.EN: "English", Language.FR: "French"}
ROUTE_NAMES: Final[Mapping[Route, str]] = {Route.SMS: "Text message", Route.EMAIL: "E-mail"}


class Placeholder(StrEnum):
    """The facts that a template may say: each stands in braces, and its value comes from the record."""

    FIRST_NAME = "first_name"
    BUYER_FIRST_NAME = "buyer_first_name"
    SENDER = "sender"
    REP_NAME = "rep_name"
    BUSINESS_NAME = "business_name"
    STREET = "street"
    CITY = "city"
    OFFER = "offer"
    OFFER_EXPIRES = "offer_expires"
    HEADLINE = "headline"
    PROPERTY_TYPE = "property_type"
    PRICE = "price"
    BEDS = "beds"
    BATHS = "baths"
    DEAL_NUMBER = "deal_number"

    @property
    def meaning(self) -> str:
        """What it says and where that comes from: "the seller's first name, from the lead"."""
        return _MEANINGS[self]

    @property
    def written(self) -> str:
        """As it stands in a template: "{first_name}"."""
        return f"{{{self.value}}}"


_P = Placeholder
_MEANINGS: Final[Mapping[Placeholder, str]] = {
    _P.FIRST_NAME: "the seller's first name, from the lead",
    _P.BUYER_FIRST_NAME: "the buyer's first name, from the buyer",
    _P.SENDER: "who writes, such as “Dana at Maple Homes”; the business alone where no rep has the lead",
    _P.REP_NAME: "the first name of the member who writes",
    _P.BUSINESS_NAME: "the business name, from the set-up",
    _P.STREET: "the property's street, from the lead's address",
    _P.CITY: "the property's municipality, from the lead's place",
    _P.OFFER: "what we offer the seller, from the live offer or the deal",
    _P.OFFER_EXPIRES: "the last day on which a live offer is open",
    _P.HEADLINE: "one line for the property: beds, type, place and ARV, from the brief",
    _P.PROPERTY_TYPE: "the property type in words, from the brief",
    _P.PRICE: "what a buyer would pay in all, from the deal",
    _P.BEDS: "how many bedrooms, from the brief",
    _P.BATHS: "how many bathrooms, from the brief",
    _P.DEAL_NUMBER: "the deal's number, such as D-7",
}

# A buyer is not told who the seller is or what we offered them, and a seller has no buyer yet.
_NOT_FOR_BUYERS: Final = frozenset({_P.FIRST_NAME, _P.OFFER, _P.OFFER_EXPIRES})
_NOT_FOR_SELLERS: Final = frozenset({_P.BUYER_FIRST_NAME})


def allowed_in(name: TemplateName) -> tuple[Placeholder, ...]:
    """Return the facts that a message may say to whom it is for."""
    barred = _NOT_FOR_BUYERS if name.is_for_buyer else _NOT_FOR_SELLERS
    return tuple(each for each in Placeholder if each not in barred)


class Claim(StrEnum):
    """What a message may say of the past only where the record holds it."""

    CALL_ATTEMPTED = "call_attempted"
    REACHED = "reached"

    @property
    def fact(self) -> str:
        """What the record must hold, in words."""
        return _FACTS[self]


_FACTS: Final[Mapping[Claim, str]] = {
    Claim.CALL_ATTEMPTED: "a call to this seller",
    Claim.REACHED: "a call in which this seller was reached",
}


class FactsMissing(RuleBroken):
    """The record does not hold what this message says: {missing} is missing. Add it, or write the message yourself."""

    code: ClassVar[str] = "FACTS_MISSING"


class ClaimUnsupported(FactsMissing):
    """This message says “{words}”, and no log here shows {fact}. Log it first, or word the message otherwise."""

    code: ClassVar[str] = "CLAIM_UNSUPPORTED"
    field: ClassVar[str] = "body"


@dataclass(frozen=True, slots=True)
class TemplateKey:
    """Which template: the message, the way by which it leaves, and the language it is written in."""

    name: TemplateName
    route: Route
    language: Language

    @property
    def label(self) -> str:
        """The template in a person's words: "First touch · Text message · English"."""
        return f"{self.name.label} · {ROUTE_NAMES[self.route]} · {LANGUAGE_NAMES[self.language]}"

    @property
    def code(self) -> str:
        """The template's name in a form: "first_touch/SMS/en"."""
        return f"{self.name.value}/{self.route.value}/{self.language.value}"


def key_of(code: str) -> TemplateKey:
    """Return the template that `TemplateKey.code` names."""
    name, route, language = code.split("/")
    return TemplateKey(TemplateName(name), Route(route), Language(language))


def all_keys() -> tuple[TemplateKey, ...]:
    """Return every template, each message by each way in each language."""
    return tuple(TemplateKey(*each) for each in product(TemplateName, ROUTES, LANGUAGES))


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a template as they are written, with its placeholders; `subject` is None for a text.

    `number` is its version: 0 is the built-in one, each change by the team counts one on.
    """

    key: TemplateKey
    subject: str | None
    body: str
    number: int = 0

    @property
    def version(self) -> str:
        """The name of this version: "first_touch/SMS/en v3"."""
        return f"{self.key.code} v{self.number}"


Facts = Mapping[Placeholder, str]
"""What the record holds for each placeholder; one that it does not hold is not in here."""


def fill(text: str, facts: Facts) -> str:
    """Return a template's text with the facts in it.

    What stands in square brackets with a placeholder is left out where one of its facts is missing, and so is a line of
    which nothing is left then; outside brackets a missing fact raises `FactsMissing`. The text must have passed
    `domain.template_lint`.
    """
    lines = [(line, _OPTIONAL.sub(lambda found: _optional(found[1], facts), line)) for line in text.split("\n")]
    whole = "\n".join(kept for line, kept in lines if kept.strip() or not line.strip())
    return _PLACEHOLDER.sub(lambda found: facts[Placeholder(found[1])], _checked(whole, facts))


def placeholders_in(text: str) -> tuple[str, ...]:
    """Return what stands in braces, in order, each once; names that nobody knows among them."""
    return tuple(dict.fromkeys(found[1].strip() for found in _BRACES.finditer(text)))


_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDER: Final = re.compile(r"\{\s*(" + "|".join(Placeholder) + r")\s*\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]\n]*\{[^\[\]\n]*)\]")
_MISSING: Final[Mapping[Placeholder, str]] = {
    _P.FIRST_NAME: "the seller's name",
    _P.BUYER_FIRST_NAME: "the buyer's name",
    _P.SENDER: "the business name (an admin enters it with /valhalla setup)",
    _P.REP_NAME: "the member who writes",
    _P.BUSINESS_NAME: "the business name (an admin enters it with /valhalla setup)",
    _P.STREET: "the property's street",
    _P.CITY: "the property's municipality",
    _P.OFFER: "an offer above zero",
    _P.OFFER_EXPIRES: "the last day of a live offer",
    _P.HEADLINE: "the brief",
    _P.PROPERTY_TYPE: "the property type",
    _P.PRICE: "a price for buyers",
    _P.BEDS: "the number of bedrooms",
    _P.BATHS: "the number of bathrooms",
    _P.DEAL_NUMBER: "a deal",
}


def _optional(inside: str, facts: Facts) -> str:
    return inside if all(each in facts for each in _named(inside)) else ""


def _checked(text: str, facts: Facts) -> str:
    lacking = list(dict.fromkeys(_MISSING[each] for each in _named(text) if each not in facts))
    if lacking:
        raise FactsMissing(missing=" and ".join(lacking))
    return text


def _named(text: str) -> list[Placeholder]:
    return [Placeholder(found[1]) for found in _PLACEHOLDER.finditer(text)]
