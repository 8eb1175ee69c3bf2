"""How the record's facts are worded in a message: names, streets, amounts and days, in English and in French."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from domain.content import Language
from domain.geo import PROVINCES
from domain.money import show_short
from domain.property_types import PropertyType
from domain.words import fold


def first_name(name: str) -> str | None:
    """Return how a message greets somebody: "John" for "Mr. John Smith", "John and Mary" for a couple, a business by
    its whole name; None for what is no name, such as a number."""
    words = _turned(name).split()
    while len(words) > 1 and fold(words[0]) in _TITLES:
        words = words[1:]
    if not words or any(sign.isdigit() for sign in words[0]):
        return None
    if fold(words[-1]) in _BUSINESS or len(words[0].strip(".")) == 1:
        return " ".join(words)
    if len(words) > 2 and words[1].casefold() in _AND:
        return " ".join([_cased(words[0]), words[1].lower(), _cased(words[2])])
    return _cased(words[0])


def street_of(address: str | None, city: str | None) -> str | None:
    """Return the street of an address with its unit, without the place behind it: "12 King St W"."""
    parts = [" ".join(part.split()) for part in re.split("[,\n]", address or "") if part.strip()]
    if not parts:
        return None
    street = parts[0]
    if len(parts) > 1 and _UNIT.fullmatch(street):
        street = f"{street}, {parts[1]}"
    return _without_place(street, city) or None


def money_in(amount: Decimal, language: Language) -> str:
    """Return an amount as its reader writes it: "$310,000", "310 000 $"."""
    shown = show_short(amount)
    if language is Language.FR:
        return shown.replace(",", " ").replace(".", ",") + " $"
    return f"${shown}"


def day_in(on: date, language: Language) -> str:
    """Return a day as its reader says it: "Wednesday 25 November", "mercredi 25 novembre"."""
    days, months = _DAYS[language], _MONTHS[language]
    return f"{days[on.weekday()]} {on.day} {months[on.month - 1]}"


def type_in(kind: PropertyType, language: Language) -> str:
    """Return a property type in words."""
    return _TYPES_FR[kind] if language is Language.FR else kind.label


def number_in(value: Decimal | int, language: Language) -> str:
    """Return a count of rooms: "3", "2.5", "2,5"."""
    shown = f"{value:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.replace(".", ",") if language is Language.FR else shown


def sender_in(person: str | None, business: str, language: Language) -> str:
    """Return who writes: "Dana at Maple Homes", "Dana de Maple Homes", or the business alone."""
    if not person:
        return business
    return f"{person} de {business}" if language is Language.FR else f"{person} at {business}"


def headline_fr(
    *, beds: int | None, kind: PropertyType | None, city: str | None, province: str | None, arv: Decimal | None
) -> str:
    """Return a brief's line in French: "Maison unifamiliale, 3 chambres, Laval QC, valeur rénovée 500 000 $"."""
    place = " ".join(part for part in (city, province) if part)
    parts = [
        type_in(kind, Language.FR) if kind else "propriété",
        f"{beds} chambre{'s' if beds > 1 else ''}" if beds else "",
        place,
        f"valeur rénovée {money_in(arv, Language.FR)}" if arv is not None else "",
    ]
    line = ", ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


_TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "m", "mme", "mlle", "me", "monsieur", "madame"}
)
_AND: Final = frozenset({"and", "et", "&", "+"})
_BUSINESS: Final = frozenset(
    {
        "inc", "ltd", "ltee", "llc", "corp", "corporation", "company", "co", "limited", "homes", "properties",
        "property", "investments", "investment", "capital", "group", "groupe", "realty", "holdings", "developments",
        "immobilier", "immobiliere", "placements", "gestion",
    }
)  # fmt: skip
_UNIT: Final = re.compile(r"(?:unit|apt\.?|apartment|suite|ste\.?|app\.?|bureau|#) ?#?[\w-]{1,8}", re.IGNORECASE)
_PROVINCE_AND_CODE: Final = rf"(?: (?:{'|'.join(PROVINCES)}|Ontario|Québec|Quebec))?(?: [A-Z]\d[A-Z] ?\d[A-Z]\d)?"
_STREET_WORDS: Final = 3
"""A street has a number, a name and its kind: with less left, the place was its name ("12 rue Laval")."""
_DAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.FR: ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
# "aout", as the spelling of 1990 has it: a text with û needs the costlier alphabet.
_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    Language.EN: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    Language.FR: (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
        "décembre",
    ),
}  # fmt: skip
_TYPES_FR: Final[Mapping[PropertyType, str]] = {
    PropertyType.SFR: "maison unifamiliale",
    PropertyType.MF: "immeuble à logements",
    PropertyType.CONDO: "condo",
    PropertyType.LAND: "terrain",
    PropertyType.COMMERCIAL: "immeuble commercial",
}


def _turned(name: str) -> str:
    """A name that a list gave as "Smith, John" the way round that people say it."""
    family, comma, given = (part.strip() for part in name.partition(","))
    is_turned = comma and given and fold(given) not in _BUSINESS
    return f"{given} {family}" if is_turned else f"{family} {given}".strip()


def _cased(word: str) -> str:
    """A name typed in one case as names are written; one in mixed case stays as it is."""
    return word.title() if word.islower() or (word.isupper() and len(word) > 1) else word


def _without_place(street: str, city: str | None) -> str:
    if not city:
        return street
    behind = re.compile(rf" {re.escape(city)}{_PROVINCE_AND_CODE}$", re.IGNORECASE)
    left = behind.sub("", street)
    return left if len(left.split()) >= _STREET_WORDS else street
