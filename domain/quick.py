"""Quick text: a lead typed in one line behind `/lead`, split into the fields of the form without losing a word."""

import re
from dataclasses import dataclass, fields, replace
from typing import Final

from domain.property_types import type_words
from domain.quick_address import take_address, take_place
from domain.quick_amounts import take_amounts
from domain.quick_text import CUT, Rest, strip_markup
from domain.words import fold

READ_LIMIT: Final = 3_000
"""Characters that are searched for fields; what stands behind goes to the notes as it is."""


@dataclass(frozen=True, slots=True)
class QuickLead:
    """The fields found in a quick text, as plain strings to fill a form with; "" where nothing was found.

    Amounts, counts, phone and e-mail stand as they were typed; `property_type` is a `PropertyType` value; `notes` holds
    everything that belongs to no other field, so that nothing typed is lost.
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    arv: str = ""
    repairs: str = ""
    asking: str = ""
    beds: str = ""
    baths: str = ""
    property_type: str = ""
    source: str = ""
    notes: str = ""

    @property
    def says_more_than_words(self) -> bool:
        """Whether a contact, a place, an amount or a count was found, and not only a name or notes."""
        found = (self.phone, self.email, self.address, self.arv, self.repairs, self.asking, self.beds, self.baths)
        return any(found)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was found."""
        return not any(getattr(self, field.name) for field in fields(self))


def parse_quick(text: str) -> QuickLead:
    """Find the fields in `text`, in any order, with or without commas; never raises.

    Read in this order, each find leaving the text: "notes:" and what follows it, e-mail, phone, street address with
    its place, labelled amounts (ARV, repairs, asking), beds and baths, source, property type, then name and bare place
    from what is left. A number is an amount only beside its label, so a street number never is one; an amount without
    a label is not guessed at and goes to the notes.
    """
    read, beyond = text[:READ_LIMIT], text[READ_LIMIT:]
    rest = Rest(strip_markup(read))
    own_notes = rest.take(_NOTES, group=1)
    lead = QuickLead(email=rest.take(_EMAIL), phone=rest.take(_PHONE))
    address, has_place = take_address(rest)
    arv, repairs, asking = take_amounts(rest)
    beds, baths = _take_rooms(rest)
    lead = replace(lead, arv=arv, repairs=repairs, asking=asking, beds=beds, baths=baths)
    lead = replace(lead, source=_take_source(rest), property_type=_take_type(rest))
    place = "" if has_place else take_place(rest)
    lead = replace(lead, address=_joined(address, place), name=_take_name(rest))
    return replace(lead, notes=_joined(*rest.pieces(), own_notes, beyond))


def _take_rooms(rest: Rest) -> tuple[str, str]:
    """(bedrooms, bathrooms), "3 bed 2 bath" or "beds 3 baths 2"."""
    labelled = _LABELLED_ROOMS.search(rest.text)
    if labelled:
        rest.cut(labelled)
        return labelled["beds"], labelled["baths"]
    baths = _take_baths(rest)
    return _take_beds(rest), baths


def _take_beds(rest: Rest) -> str:
    """Bedrooms; "3+1" gives 3 and leaves the whole in the text, since a den is no bedroom."""
    found = _BEDS.search(rest.text)
    if found is None:
        return ""
    rest.cut(found, keep=found["den"] is not None)
    return found["before"] or found["after"] or "0"


def _take_baths(rest: Rest) -> str:
    found = _BATHS.search(rest.text)
    if found is None:
        return ""
    rest.cut(found)
    return (found["before"] or found["after"]).strip()


def _take_source(rest: Rest) -> str:
    return rest.take(_SOURCE_LABEL, group=1) or rest.take(_SOURCE_VIA, group=1) or rest.take(_SOURCE_ALONE, group=1)


def _take_type(rest: Rest) -> str:
    """The type's value; a word that says more than its type ("bungalow") stays in the text for the notes."""
    for piece in rest.pieces():
        found = type_words(piece)
        if found is None:
            continue
        kind, words = found
        if words in _SAYS_ONLY_ITS_TYPE:
            rest.take(_TYPE_ALONE)
        return kind.value
    return ""


def _take_name(rest: Rest) -> str:
    """The name, which leads its piece; of several the first that is sure."""
    names = [name for name in map(_name_in, rest.pieces()) if name]
    if not names:
        return ""
    # One small word first ("cleaned, Ann") is less likely a name than a capital one behind it.
    return rest.cut_words(next((name for name in names if not name[0].islower() or " " in name), names[0]))


def _name_in(piece: str) -> str:
    """The leading words of `piece` that can be a name: at most four, no digits, up to a word that is none."""
    words = _BEFORE_NAME.sub("", piece).split()
    capitals = words[0][:1].isupper()
    name: list[str] = []
    for word in words[:4]:
        if not _NAME_WORD.fullmatch(word) or fold(word) in _NO_NAME or type_words(word):
            break
        if capitals and word.islower() and word not in _NAME_GLUE:
            break
        name.append(word)
    while name and name[-1] in _NAME_GLUE:
        name.pop()
    return " ".join(name)


def _joined(*pieces: str) -> str:
    return ", ".join(piece.strip() for piece in pieces if piece.strip())


_NOTES: Final = re.compile(r"\bnotes?\s*[:=]\s*(.*)", re.IGNORECASE | re.DOTALL)
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE: Final = re.compile(
    r"(?<![\w$.,+-])(?:(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-]?)[2-9][0-9]{2}[ .-]?[0-9]{4}"
    r"|\+[2-9][0-9]{0,2}(?:[ .()-]{0,2}[0-9]){7,12})"
    r"(?:,? ?(?:x|ext\.?|poste) ?[0-9]{1,6})?(?![\w-])",
    re.IGNORECASE,
)
_BED_WORD: Final = r"(?:beds?|bedrooms?|bdrms?|bdr|bd|br|chambres?|cac)\b"
_BEDS: Final = re.compile(
    rf"(?<![\w.,$])(?:(?P<before>[0-9]{{1,2}})(?P<den> ?\+ ?[0-9]| ?\+ ?den)?[ -]?{_BED_WORD}"
    rf"|(?:beds?|bedrooms?) ?[:=]? ?(?P<after>[0-9]{{1,2}})(?![\w.,+])|studio\b)",
    re.IGNORECASE,
)
_LABELLED_ROOMS: Final = re.compile(
    r"(?<![0-9] )(?<![0-9-])\b(?:beds?|bedrooms?) ?[:=]? ?(?P<beds>[0-9]{1,2})[ ,/]{1,2}"
    r"(?:baths?|bathrooms?) ?[:=]? ?(?P<baths>[0-9]{1,2}(?:\.[05])?)(?!\w|[.,][0-9])",
    re.IGNORECASE,
)
_BATHS: Final = re.compile(
    r"(?<![\w.,$])(?:(?P<before>[0-9]{1,2}(?:[.,][05]| ?½| 1/2)?)(?: full)?[ -]?"
    r"(?:baths?|bathrooms?|bthrms?|bth|ba|sdb)\b"
    r"|(?:baths?|bathrooms?) ?[:=]? ?(?P<after>[0-9]{1,2}(?:\.[05])?)(?!\w|[.,][0-9]))",
    re.IGNORECASE,
)
_SOURCES: Final = (
    r"(?:facebook(?: (?:ad|ads|marketplace|group))?|fb|kijiji|google(?: ads?)?|instagram|tiktok|referral|website"
    r"|web form|cold call(?:ing)?|direct mail|bandit signs?|post ?cards?|flyers?|door ?knock(?:ing)?|realtor|ppc|zillow"
    r"|zolo|driving for dollars|craigslist|radio|newspaper|billboard)"
)
_SOURCE_LABEL: Final = re.compile(rf"\b(?:source|src)\b ?[:=]? ?([^,;\n{CUT}]{{1,60}})", re.IGNORECASE)
_SOURCE_VIA: Final = re.compile(rf"\b(?:via|from) ({_SOURCES})\b", re.IGNORECASE)
_SOURCE_ALONE: Final = re.compile(rf"(?:^|(?<=[,;\n{CUT}])) *({_SOURCES}) *(?=$|[,;\n{CUT}])", re.IGNORECASE)
_SAYS_ONLY_ITS_TYPE: Final = frozenset(
    {"sfr", "sfh", "house", "home", "mf", "multi family", "multifamily", "condo", "land", "commercial", "maison"}
)
_TYPE_ALONE: Final = re.compile(rf"\b(?:{'|'.join(sorted(_SAYS_ONLY_ITS_TYPE)).replace(' ', '[ -]')})\b", re.IGNORECASE)
_BEFORE_NAME: Final = re.compile(
    r"^(?i:please |call(?:ed|back)? |spoke (?:to|with) |talked (?:to|with) |met (?:with )?|lead |seller )+(?=[A-Z])"
)
_NAME_WORD: Final = re.compile(r"&|[^\W\d_](?:[^\W\d_]|[.'’-])*")
_NAME_GLUE: Final = frozenset({"&", "and", "et", "de", "von", "van", "der", "la", "le", "du", "bin", "al"})
_NO_NAME: Final = frozenset(
    re.findall(
        r"\w+",
        """a about all an any are as ask asking asks at be beds bath baths call called calls can
        close closing cash divorce estate fast fixer for from fully good great has have he her his
        hoarder in inherited is it lead leads looking lot major minor motivated must my needs
        needing new no not of off on or open our out owes owned probate property re regarding quick quickly rent
        rented repairs says sell selling seller she sold some tenant tenanted tenants that the they
        this to updated urgent vacant very wants was we well which who will with would""",
    )
)
