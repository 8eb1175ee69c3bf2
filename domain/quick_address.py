"""Addresses in quick text: a street with its unit, and the place, province and postal code that follow it."""

import re
from functools import lru_cache
from typing import Final

from domain.geo import MARKETS, locate, same_market
from domain.quick_text import CUT, Rest
from domain.words import fold

_REACH: Final = 90  # characters behind the street within which its place and postal code are looked for


def take_address(rest: Rest) -> tuple[str, bool]:
    """(the address cut out of `rest`, whether it says the place); a postal code alone counts; ("", False) without."""
    street = _street(rest.text)
    if street is None:
        postal = _take_postal(rest)
        return postal, bool(postal)
    start, end = street
    place = _place_behind(rest.text[end:])
    return rest.cut_span(start, end + place), place > 0


def take_place(rest: Rest) -> str:
    """A place that stands alone ("Hamilton", "in Hamilton ON", behind a name of two words), cut out of `rest`.

    The first piece of the text is the name unless a word such as "in" says otherwise.
    """
    named = _IN_PLACE.search(rest.text)
    if named:
        length = _place_behind(rest.text[named.end() :])
        if length:
            return rest.cut_span(named.start(), named.end() + length)[len(named[0].strip()) :].strip()
    return _take_place_piece(rest)


def _take_place_piece(rest: Rest) -> str:
    for piece in rest.pieces()[1:]:
        length = _place_behind(piece)
        if length == len(piece) or _PROVINCE_ENDS.search(piece[:length]):
            return rest.cut_words(piece[:length])
    whole = next(iter(rest.pieces()), "")
    first = whole.split()
    if _PROVINCE_ENDS.search(whole) and _place_behind(whole) == len(whole):
        return rest.cut_words(whole)
    for words_before in range(2, min(len(first), 6)):
        place = " ".join(first[words_before:])
        if _is_core_city(place) or (_PROVINCE_ENDS.search(place) and _place_behind(place) == len(place)):
            return rest.cut_words(place)
    return ""


def _is_core_city(words: str) -> bool:
    """Whether `words` name the city of a market: smaller places are surnames too often (King, Smith, Milton)."""
    return any(same_market(words, market.label) for market in MARKETS)


def _take_postal(rest: Rest) -> str:
    """A postal code without a street, with a number and words, or a place, in front of it."""
    found = _LOOSE.search(rest.text) or _POSTAL.search(rest.text)
    if found is None:
        return ""
    before = list(_WORD.finditer(_HARD_BREAK.split(rest.text[: found.start()])[-1]))[-4:]
    reach = found.start() - before[-1].end() if before else 0
    for first in before:
        start = found.start() - reach - (before[-1].end() - first.start())
        place = rest.text[start : found.start()].strip(" ,")
        if _place_behind(place) == len(place):
            return rest.cut_span(start, found.end())
    return rest.cut_span(found.start(), found.end())


def _street(text: str) -> tuple[int, int] | None:
    """Where the first street address stands: civic number to direction and unit."""
    for pattern in (_STREET, _FRENCH_STREET, _RURAL, _BARE):
        for found in pattern.finditer(text):
            if not _NO_STREET.search(found[0]):
                return found.start(), found.end()
    return None


def _place_behind(text: str) -> int:
    """How many characters at the start of `text` continue an address: place, province, postal code, each optional."""
    reach = _HARD_BREAK.split(text[:_REACH], maxsplit=1)[0]
    postal = _POSTAL.search(reach)
    if postal and _PLACE_TEXT.fullmatch(reach[: postal.start()]):
        return postal.end()
    end = _place_words(reach)
    province = _PROVINCE.match(reach, end) if end else _PROVINCE_CODE.match(reach)
    end = province.end() if province else end
    # ", Victoria Smith" behind a street is a person, ", Victoria", ", Victoria BC" and ", Victoria ARV" are places.
    surname = None if province or not reach.startswith(",") else _SURNAME.match(reach, end)
    return 0 if surname and not _NO_STREET.match(surname[1]) else end


def _place_words(reach: str) -> int:
    """Characters of the leading words that name a place: as few as name it whole ("Richmond Hill", not "Richmond")."""
    lead = len(reach) - len(reach.lstrip(" ,"))
    best, best_name = 0, None
    for found in list(_WORD.finditer(reach, lead))[:4]:
        if "," in reach[lead : found.start()]:
            break
        words = reach[lead : found.end()]
        if _PROVINCE_ENDS.search(words):
            break
        name = _municipality(words)
        # "John Smith" is not the place Smith: a name at the end leaves the words before it unexplained.
        if name is not None and name != best_name and not fold(words).endswith(" " + fold(name)):
            best, best_name = found.end(), name
    return best


@lru_cache(maxsize=2048)
def _municipality(text: str) -> str | None:
    """The municipality or market that `text` surely names, None for a guess or a typing error."""
    place = locate(text)
    if place.confidence < 0.5 or place.province is None:
        return None
    return place.municipality or (place.market if place.market != "ALL" else None)


def _either(words: str) -> str:
    """A pattern for one of the space-separated `words`."""
    return "(?:" + "|".join(words.split()) + ")"


_HARD_BREAK: Final = re.compile(rf"[{CUT}\n;]")
_NAME: Final = r"[^\W\d_](?:[^\W\d_]|[.'’-])*"
_UNIT_BEFORE: Final = r"(?:(?:unit|apt|apartment|suite|ste|#) ?#? ?[0-9A-Z]{1,5} ?[,-]? ?|[0-9]{1,5} ?- ?)?"
_CIVIC: Final = rf"(?<![\w$])(?<![0-9][.,]){_UNIT_BEFORE}[1-9][0-9]{{0,5}}(?:[A-H](?![\w])| ?½| 1/2)?"
_POINTS: Final = _either(r"N\.?E N\.?W S\.?E S\.?W N S E W O North South East West Nord Sud Est Ouest")
_DIRECTION: Final = rf"(?: {_POINTS}\b\.?(?![’'][a-z]))?"
_UNIT_WORDS: Final = _either("unit apt apartment app suite ste bureau")
_UNIT: Final = rf"(?:,? (?:{_UNIT_WORDS}|#) ?#?\.? ?[0-9A-Z]{{1,5}}\b)?"
_SURE_TYPES: Final = _either(
    "st str street ave? avenue rd road dr drive blvd boulevard boul cres crescent crt ct court ln lane pl place terr? "
    "terrace trl? trail cir circle pkwy parkway hwy highway sq square gdns gardens hts heights sdrd sideroad "
    "concession conc line way mews cr"
)
# Words of everyday language too: only with a capital letter and close behind the number.
_WORDY_TYPES: Final = _either(
    "Gate Grove Hill Close Row Walk Path Manor Common Green Point Ridge Run View Bay Landing Link Crossing Rise Loop "
    "Bend Park Private Quay Wharf Esplanade"
)
_STREET_NAME: Final = rf"(?:(?:{_NAME} ){{1,5}}?|[0-9]{{1,3}}(?:st|nd|rd|th)? (?:[A-C] )?(?:{_NAME} )?)"
_STREET: Final = re.compile(
    rf"(?i:{_CIVIC},? {_STREET_NAME}{_SURE_TYPES}\b\.?{_DIRECTION}{_UNIT})"
    rf"|(?i:{_CIVIC}) (?:{_NAME} ){{1,2}}{_WORDY_TYPES}\b(?i:{_DIRECTION}{_UNIT})"
)
_FRENCH_TYPES: Final = _either(
    r"rue boul\.? boulevard av\.? avenue ch\.? chemin rang mont[ée]e c[ôo]te place all[ée]e impasse croissant route "
    "rte terrasse"
)
_FRENCH_LINK: Final = r"(?: (?:de la |de l['’]|de |du |des |la |le |les |l['’])| )"
_FRENCH_STREET: Final = re.compile(
    rf"{_CIVIC},? ?(?:[0-9]{{1,3}}(?:e|[eè]me|re)? )?{_FRENCH_TYPES}{_FRENCH_LINK}"
    rf"(?:{_NAME}|[0-9]{{1,4}}){_DIRECTION}{_UNIT}",
    re.IGNORECASE,
)
_NUMBERED_ROADS: Final = _either("county regional township range concession highway hwy line side sideroad")
_RURAL: Final = re.compile(
    rf"{_CIVIC} {_NUMBERED_ROADS} (?:road |rd )?[0-9]{{1,4}}\b{_DIRECTION}{_UNIT}"
    r"|\b(?:rr|r\.r\.|rural route|lot) ?#? ?[0-9]{1,4}(?:,? (?:concession|conc|con) [0-9]{1,2})?\b",
    re.IGNORECASE,
)
# A number and words that fill a piece by themselves: "25 The Esplanade".
_BARE: Final = re.compile(rf"(?:^|(?<=[,;\n{CUT}]))(?: ?{_CIVIC} (?:{_NAME} ?){{1,4}})(?=$|[,;\n{CUT}])", re.IGNORECASE)
# Behind a number these are counts, amounts or remarks, never a street.
_NO_STREET_WORDS: Final = _either(
    "arv repairs? reno rehab asking asked needs wants price worth beds? bedrooms? baths? bathrooms? br ba bd bdrm k "
    "grand thousand million percent years? yrs? months? weeks? days? hours? mins? minutes pm am km sqft acres? kids "
    "offers? cats? dogs? storeys? full half call motivated sellers? tenants? detached bungalow house condo duplex "
    "triplex plex car"
)
_NO_STREET: Final = re.compile(rf"\b{_NO_STREET_WORDS}\b", re.IGNORECASE)
_POSTAL: Final = re.compile(r"\b[ABCEGHJ-NPRSTVXY][0-9][A-Z] ?-?[0-9][A-Z][0-9]\b", re.IGNORECASE)
_LOOSE: Final = re.compile(rf"(?:{_CIVIC} )(?:{_NAME}[, ]{{1,2}}){{1,5}}(?<=[ ,]){_POSTAL.pattern}", re.IGNORECASE)
_PLACE_TEXT: Final = re.compile(rf"[ ,]*(?:(?:{_NAME}|\([^\W\d_ ]+\))[ ,]+){{0,7}}", re.IGNORECASE)
_PROVINCES: Final = (
    r"(?:ON|QC|BC|AB|MB|SK|NS|NB|PEI?|NL|YT|NT|NU|Ont\.?|Ontario|Qu[ée]bec|Que\.?|British Columbia|B\.C\.|Alberta"
    r"|Alta\.?|Manitoba|Saskatchewan|Sask\.?|Nova Scotia|New Brunswick|Prince Edward Island"
    r"|Newfoundland(?: and Labrador)?|Yukon|Northwest Territories|NWT|Nunavut)"
)
_PROVINCE: Final = re.compile(rf"[ ,]*\(?{_PROVINCES}\)?(?!\w)", re.IGNORECASE)
_PROVINCE_CODE: Final = re.compile(rf"[ ,]*\(?{_PROVINCES}\)?(?!\w)")
_PROVINCE_ENDS: Final = re.compile(rf"[ ,]{_PROVINCES}\)?$", re.IGNORECASE)
_SURNAME: Final = re.compile(r" ([A-Z][a-z][^\W\d_]*)")
_IN_PLACE: Final = re.compile(r"(?<!\w)(?:in|near|from|at) (?=[^\W\d_])", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\s,]+")
