"""What `/offer` was asked for, read from the text behind it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.money import AmountUnclear, parse_amount


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open the form."""


@dataclass(frozen=True, slots=True)
class OfferHelp:
    """Say what `/offer` can do."""


@dataclass(frozen=True, slots=True)
class PriceLead:
    """Price the deal of L-`number` with what its lead says; amounts given beside it win."""

    number: int
    arv: Decimal | None = None
    repairs: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceAmounts:
    """Price amounts in dollars; `place` as typed, "" when nobody named one."""

    arv: Decimal
    repairs: Decimal
    place: str


@dataclass(frozen=True, slots=True)
class ShowEvidence:
    """Show the evidence E-`number` and reproduce it."""

    number: int


@dataclass(frozen=True, slots=True)
class EnterComps:
    """Open the form for comparable sales of L-`number`."""

    number: int


@dataclass(frozen=True, slots=True)
class ShowPolicy:
    """Show the offer policy that stands for a `place` as typed; "" is the team's default place."""

    place: str


OfferCommand = OpenForm | OfferHelp | PriceLead | PriceAmounts | ShowEvidence | EnterComps | ShowPolicy


class AmountsMissing(RuleBroken):
    """Give ARV and repairs, then the place if you like: `/offer 500k 40k Hamilton`. `/offer` alone opens a form."""

    code: ClassVar[str] = "AMOUNTS_MISSING"


class EvidenceUnnamed(RuleBroken):
    """Say which evidence: `/offer evidence E-12`. Each price names its own at the bottom."""

    code: ClassVar[str] = "EVIDENCE_UNNAMED"


class LeadUnnamed(RuleBroken):
    """Say which lead: `/offer comps L-7`. `/lead mine` and `/lead find` list them."""

    code: ClassVar[str] = "LEAD_UNNAMED"


_EVIDENCE: Final = re.compile(r"(?:e ?-? ?)?([0-9]{1,18})", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:l ?-? ?)?([0-9]{1,9})", re.IGNORECASE)
_LEAD: Final = re.compile(r"l-?([0-9]{1,9})\b", re.IGNORECASE)
_HELP: Final = ("help", "aide", "?")
_LABEL: Final = re.compile(r"\b(?:arv|repairs?|rehab|needs?|with|and)\b[:=]?|(?<=\d),(?=\s)|(?<=[km]),", re.IGNORECASE)
_SPACED: Final = re.compile(r"(?<=[0-9])[\u00a0\u202f\u2009](?=[0-9]{3})")
_AMOUNT: Final = re.compile(r"^(?:(?:ca|c)?\$|[0-9+.-])", re.IGNORECASE)
_PLACE_LEAD_IN: Final = re.compile(r"^(?:in|at|near|à|a)\s+", re.IGNORECASE)


def parse_offer_command(text: str) -> OfferCommand:
    """Read the text behind `/offer`: nothing, "help", "L-7", or ARV and repairs with a place behind them.

    Also "evidence E-12", "comps L-7" and "policy ON". Labels ("ARV 500k repairs 40k") and commas between the amounts
    are allowed. Raises AmountsMissing when the text is none of these, EvidenceUnnamed and LeadUnnamed where a number is
    missing, and AmountUnclear for an amount that can be read in two ways.
    """
    cleaned = " ".join(_SPACED.sub("", text).split(" ")).strip()
    if not cleaned:
        return OpenForm()
    if cleaned.casefold() in _HELP:
        return OfferHelp()
    named = _named(cleaned)
    if named:
        return named
    lead = _LEAD.match(cleaned)
    words = _LABEL.sub(" ", cleaned[lead.end() :] if lead else cleaned).split()
    amounts, place = _amounts(words)
    if lead:
        return PriceLead(int(lead[1]), *amounts)
    if len(amounts) < 2:
        raise AmountsMissing
    return PriceAmounts(amounts[0], amounts[1], _PLACE_LEAD_IN.sub("", place))


def _named(text: str) -> ShowEvidence | EnterComps | ShowPolicy | None:
    """The command that begins with its name."""
    word, _, rest = text.partition(" ")
    match word.casefold():
        case "evidence":
            return ShowEvidence(_number(_EVIDENCE, rest, EvidenceUnnamed))
        case "comps" | "comp" | "comparables":
            return EnterComps(_number(_NUMBER, rest, LeadUnnamed))
        case "policy" | "policies":
            return ShowPolicy(rest.strip())
    return None


def _number(pattern: re.Pattern[str], text: str, missing: type[RuleBroken]) -> int:
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise missing
    return int(found[1])


def _amounts(words: list[str]) -> tuple[list[Decimal], str]:
    """Take up to two amounts from the front; the rest is the place. "500 000" is one amount of two words."""
    amounts: list[Decimal] = []
    while words and len(amounts) < 2 and _AMOUNT.match(words[0]):
        size = _longest(words)
        amounts.append(parse_amount(" ".join(words[:size])))
        words = words[size:]
    return amounts, " ".join(words).strip(" ,")


def _longest(words: list[str]) -> int:
    """How many of the first words make one amount: "1.2 million", "500 000 $", at most four words."""
    for size in range(min(4, len(words)), 1, -1):
        if _reads(" ".join(words[:size])):
            return size
    return 1


def _reads(text: str) -> bool:
    try:
        parse_amount(text)
    except AmountUnclear:
        return False
    return True
