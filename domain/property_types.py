"""What buyers buy: the five property types, read from the words that people use for them."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.words import fold, nearest


class PropertyType(StrEnum):
    """The property types by which buyers are matched and liquidity is kept."""

    SFR = "SFR"
    MF = "MF"
    CONDO = "CONDO"
    LAND = "LAND"
    COMMERCIAL = "COMMERCIAL"

    @property
    def label(self) -> str:
        """The type in a person's words: "single-family house"."""
        return _LABELS[self]


class PropertyTypeUnclear(RuleBroken):
    """ "{text}" is not one property type. Choose SFR (house), MF (duplex and up), CONDO, LAND or COMMERCIAL."""

    code: ClassVar[str] = "PROPERTY_TYPE_UNCLEAR"


@lru_cache(maxsize=4096)
def property_type(text: str) -> PropertyType:
    """The one type that `text` names: "SFH", "detached", "4-plex", "maison jumelée", "vacant lot".

    Choices where the words leave one: a townhouse or row house is SFR (it is bought as a house) unless "condo" stands
    beside it; a house with a suite is SFR; "apartment" is CONDO, "apartment building" and "immeuble" are MF; acreage
    and farm land are LAND; mixed use is COMMERCIAL; a mobile home is SFR.
    A single misspelt word is read as the nearest known word at one letter's distance.
    Raises PropertyTypeUnclear when no type is named, or more than one.
    """
    named = _types_in(fold(text))
    if len(named) != 1:
        raise PropertyTypeUnclear(text=text)
    return next(iter(named))


@lru_cache(maxsize=4096)
def property_types(text: str) -> frozenset[PropertyType]:
    """Every type that a buyer's `text` names ("SFH, duplex"), all five for "any", none where nothing is understood."""
    folded = fold(text)
    if _ANYTHING.fullmatch(folded):
        return frozenset(PropertyType)
    parts = (fold(part) for part in _BETWEEN.split(text))
    return _types_in(folded).union(*(_types_in(part) for part in parts))


def type_words(text: str) -> tuple[PropertyType, str] | None:
    """The first type mentioned in running text with the folded words that name it, None where none is."""
    return next(_mentions(fold(text)), None)


def _types_in(folded: str) -> frozenset[PropertyType]:
    """The types of a text that is nothing but a type: also the short words that mean little in a sentence."""
    alone = _ALONE.get(folded)
    if alone is not None:
        return frozenset({alone})
    return frozenset(kind for kind, _ in _mentions(folded)) or _misspelt(folded)


def _mentions(folded: str) -> Iterator[tuple[PropertyType, str]]:
    """Known phrases from left to right, the longest first, so that "condo townhouse" is not two types."""
    for found in _PHRASE.finditer(folded):
        phrase = found.group()
        kind = _TYPE_OF.get(phrase) or (PropertyType.MF if _PLEX.fullmatch(phrase) else None)
        if kind is not None:
            yield kind, phrase


def _misspelt(folded: str) -> frozenset[PropertyType]:
    """The type of one misspelt word; short words are left alone, since one letter makes them another word."""
    if len(folded) < 5 or " " in folded:
        return frozenset()
    meant = nearest(folded, _LONG_WORDS, within=1)
    return frozenset({_TYPE_OF[meant]}) if meant else frozenset()


_LABELS: Final[Mapping[PropertyType, str]] = {
    PropertyType.SFR: "single-family house",
    PropertyType.MF: "multi-family building",
    PropertyType.CONDO: "condo",
    PropertyType.LAND: "land",
    PropertyType.COMMERCIAL: "commercial property",
}

# Folded: no accents, no punctuation. Plurals in s are added below.
_WORDS: Final[Mapping[PropertyType, str]] = {
    PropertyType.SFR: """sfr|sfh|sfd|single family|single fam|single family home|single family house|singlefamily
        |single family residence|single family residential|single family detached|single detached|detached
        |detached house|detached home|house|home|bungalow|raised bungalow|semi|semi detached|semidetached|link home
        |town house|townhouse|townhome|town home|row house|rowhouse|row home|freehold townhouse|rancher|backsplit
        |sidesplit|side split|back split|split level|two storey|2 storey|cottage|cabin|chalet|villa|house with suite
        |house with basement suite|house with basement apartment|basement suite|basement apartment|mobile home
        |manufactured home|modular home|unifamilial|unifamiliale|maison|maison unifamiliale|maison detachee
        |maison individuelle|maison jumelee|maison de ville|maison en rangee|maison mobile|detachee|detache|jumele
        |jumelee|plain pied|cottage jumele""",
    PropertyType.MF: """mf|mfr|mfh|multi family|multifamily|multi unit|multiunit|multiplex|multi residential
        |multifamily home|multi family home|multi family house|duplex|duplex house|triplex|fourplex|quadplex
        |quadruplex|quad|fiveplex|quintuplex|sixplex|sextuplex|eightplex|plex|apartment building|apartment block
        |apt building|walk up|walkup|rooming house|immeuble|immeuble a revenu|immeuble a revenus
        |immeuble a logements|immeuble locatif|multilogement|multi logement|multifamilial|multifamiliale
        |triplex house""",
    PropertyType.CONDO: """condo|condominium|condo apartment|condo apt|condo unit|condo townhouse|condo townhome
        |condo town house|townhouse condo|townhome condo|condo loft|apartment|apartment condo|apartment unit|apt
        |flat|loft|penthouse|strata|strata unit|stacked townhouse|copropriete|copropriete divise|copro|appartement
        |appart|appartement condo|condo apartment unit""",
    PropertyType.LAND: """land|vacant land|raw land|bare land|lot|vacant lot|building lot|infill lot|empty lot
        |acreage|acre|farm land|farmland|farm|development land|terrain|terrain vacant|terre|terre agricole|lotissement
        |ferme""",
    PropertyType.COMMERCIAL: """commercial|commercial building|commercial property|commercial unit|commercial condo
        |commercial land|retail|retail unit|retail store|store|storefront|office|office building|office unit
        |office condo|industrial|industrial unit|industrial building|industrial condo|warehouse|plaza|strip mall
        |mixed use|mixed use building|restaurant|hotel|motel|commerce|immeuble commercial|local commercial|bureau
        |bureaux|entrepot|industriel|industrielle|usage mixte""",
}


def _with_plurals(words: str) -> Iterator[str]:
    for word in (" ".join(word.split()) for word in words.split("|")):
        yield word
        if not word.endswith(("s", "x")):
            yield word + "s"


_TYPE_OF: Final[Mapping[str, PropertyType]] = {
    **{word: kind for kind, words in _WORDS.items() for word in _with_plurals(words)},
    "terrains vacants": PropertyType.LAND,
    "immeubles a revenus": PropertyType.MF,
    "maisons jumelees": PropertyType.SFR,
    "duplexes": PropertyType.MF,
    "triplexes": PropertyType.MF,
    "fourplexes": PropertyType.MF,
}
# Words that name a type alone in a field ("Single", "SF"), but not in running text ("1,200 sf", "single mother").
_ALONE: Final[Mapping[str, PropertyType]] = {
    "single": PropertyType.SFR,
    "sf": PropertyType.SFR,
    "multi": PropertyType.MF,
    "shop": PropertyType.COMMERCIAL,
}
_PLEX: Final = re.compile(r"(?:[2-9]|[1-9]\d) ?plex(?:es)?")
# Phrases that hold such a word and name no property; they are taken first and give nothing.
_NO_TYPE: Final = r"a lot|lots of|lot of|at home|home owners?|home phone|office phone|land ?lines?"
_PHRASE: Final = re.compile(rf"\b(?:{_NO_TYPE}|{_PLEX.pattern}|{'|'.join(sorted(_TYPE_OF, key=len, reverse=True))})\b")
_ANYTHING: Final = re.compile(r"any|anything|any type|all|all types|all property types|everything|tout|tous|tous types")
_BETWEEN: Final = re.compile(r"[,;/&\n]|\b(?:and|or|et|ou)\b", re.IGNORECASE)
_LONG_WORDS: Final = tuple(word for word in _TYPE_OF if len(word) >= 5 and " " not in word)
