"""The parts of a comparable sale as people type it on one line: what each piece of text may be, before it is judged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a piece of a line looks like; METRES_OR_MILLIONS is "15m", and OTHER_DATE a date of unclear order."""

    GAP = "gap"
    WORD = "word"
    NUMBER = "number"
    PRICE = "price"
    AREA = "area"
    BEDS = "beds"
    BATHS = "baths"
    DATE = "date"
    OTHER_DATE = "other_date"
    AGE = "age"
    DISTANCE = "distance"
    METRES_OR_MILLIONS = "metres_or_millions"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line, and where it stands in it."""

    kind: Kind
    text: str
    start: int
    end: int


def tidy(line: str) -> str:
    """Return the line, as long as it was, with one kind of space, apostrophe and dash; a tab parts like a semicolon."""
    return line.translate(_SAME)


def tokens(line: str) -> Iterator[Token]:
    """Yield the pieces of a tidy line from left to right, without what only parts them."""
    for found in _TOKEN.finditer(line):
        kind = Kind(found.lastgroup or Kind.WORD)
        if kind is not Kind.GAP:
            yield Token(kind, found[0], found.start(), found.end())


_SAME: Final = str.maketrans(
    dict.fromkeys("\xa0\u202f\u2009\u2007\u2008", " ") | {"\t": ";", "\u2019": "'", "\u2212": "-", "\u2011": "-"}
)

_END = r"(?![0-9A-Za-zÀ-ÿ²½])"
"""Behind a token no letter or digit follows: "525 King" holds no 525 k."""

_UNIT_NEXT = (
    r"(?! ?-?(?:sq|sf|ft|pi|m²|m2|(?:k?m|mi|d|w|y|ba|br|bd|ch|k)(?![a-zà-ÿ])|miles?|met|mèt|kilo|bed|bath|bdr|bth"
    r"|day|jour|week|wk|sem|month|mo|year|yr|an))"
)
"""Three digits before a unit are a figure of their own: "525 000 800 m" is a price and a distance."""

_NUMBER = (
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}}(?![0-9]){_UNIT_NEXT})+(?:\.[0-9]{{1,2}})?(?!\.?[0-9])"
    rf"|(?:[0-9]{{1,2}} [0-9]{{3}} [0-9]{{3}}|[0-9]{{1,3}} [0-9]{{3}})(?![0-9]){_UNIT_NEXT}(?:[.,][0-9]{{2}}(?![0-9]))?"
    r"|[0-9]{1,15}(?:\.[0-9]{1,8})?(?!\.?[0-9]))"
)
_SIGN_BEFORE = r"(?:(?:cad|cdn|ca|c) ?\$|\$|cad|cdn)"
_SIGN_BEHIND = r"(?:\$(?: ?(?:cad|cdn|ca)(?![a-z]))?|cad|cdn)"
_SHORT = r"(?:k|m|thousand|million)"
_PRICE = (
    rf"{_SIGN_BEFORE} ?{_NUMBER}(?: ?{_SHORT}{_END})?(?: ?{_SIGN_BEHIND})?"
    rf"|(?:{_NUMBER}|[0-9]{{1,3}},[0-9]{{1,3}}) ?{_SHORT}(?:{_END}|(?= ?{_SIGN_BEHIND}))(?: ?{_SIGN_BEHIND})?"
    rf"|{_NUMBER} ?{_SIGN_BEHIND}"
)
_AREA = (
    r"(?:[0-9]{1,3},[0-9]{3}(?:\.[0-9]{1,2})?|[0-9]{1,2} [0-9]{3}|[0-9]{1,6}(?:[.,][0-9]{1,2})?)[ -]?"
    r"(?:sq(?:uare)?\.?[ -]?(?:ft|feet|foot|m(?:et(?:er|re)s?)?)|sf|ft2|ft²|m2|m²|pi2|pi²"
    r"|pieds? carrés?|mètres? carrés?)"
)
_BEDS = r"[0-9]{1,2}(?: ?\+ ?(?:[0-9]|den))?[ -]?(?:bedrooms?|bdrms?|beds?|bdr?|br|chambres?|ch|c\.?a\.?c)|studio"
_BATHS = r"(?:[0-9]{1,2}(?:[.,][0-9]{1,2}| ?½| 1/2)?|½)[ -]?(?:bathrooms?|baths?|bthrms?|bth|ba|sdb|salles? de bains?)"
_DATE = r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_OTHER_DATE = r"[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}"
_AGE = (
    r"[0-9]{1,4}(?:[dwy]|[ -]?(?:days?|jours?|weeks?|wks?|semaines?|months?|mos?|mths?|mois|years?|yrs?|ans?))(?: ago)?"
)
_DISTANCE = (
    r"(?:[0-9]{1,5}(?:[.,][0-9]{1,4})?|\.[0-9]{1,4})[ -]?"
    r"(?:km|kilomet(?:er|re)s?|kilomètres?|mi|miles?|met(?:er|re)s?|mètres?)(?: away)?"
)
_METRES_OR_MILLIONS = rf"[0-9]{{1,5}} ?m{_END}(?! ?{_SIGN_BEHIND})"
_HOME = (
    r"(?:single|multi|one|two|three|not|no|non|[0-9])[ -]family"
    r"|family(?:[ -](?:rooms?|homes?|houses?|dwellings?|friendly|neighbou?rhood)|-[a-z]+)"
)
"""What speaks of a family without saying that the sale stayed in one."""
_NOT_COUNTED = r"family(?: (?:sale|transfer))?|(?:non|not)[ -]?(?:at )?(?:an )?arm'?s?[ -]?length"
_STREET_NEXT = (
    r"(?! (?:st|street|rd|road|ave?|avenue|blvd|dr|drive|cres|crescent|crt|court|lane|ln|way|pl|place|hwy|line)"
    r"(?![a-z]))"
)
"""12 Bath Road is an address."""

_TOKEN: Final = re.compile(
    r"(?P<gap>(?:[\s;,|/()\[\]•*–—:=-]|\.(?![0-9]))+)"
    rf"|(?P<date>(?:{_DATE}){_END})"
    rf"|(?P<other_date>(?:{_OTHER_DATE}){_END})"
    rf"|(?P<area>(?:{_AREA}){_END})"
    rf"|(?P<baths>(?:{_BATHS}){_END}{_STREET_NEXT})"
    rf"|(?P<beds>(?:{_BEDS}){_END}{_STREET_NEXT})"
    rf"|(?P<age>(?:{_AGE}){_END}{_STREET_NEXT})"
    rf"|(?P<distance>(?:{_DISTANCE}){_END}{_STREET_NEXT})"
    rf"|(?P<metres_or_millions>{_METRES_OR_MILLIONS}{_STREET_NEXT})"
    rf"|(?P<word>(?:{_HOME}){_END})"
    rf"|(?P<not_counted>(?:{_NOT_COUNTED}){_END})"
    rf"|(?P<price>(?:{_PRICE}){_END})"
    rf"|(?P<number>{_NUMBER}(?![0-9A-Za-zÀ-ÿ/]))"
    r"|[^\s;,|:=]+",
    re.IGNORECASE,
)
