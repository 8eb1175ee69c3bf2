"""Amounts in quick text: a number counts as ARV, repairs or asking price only beside its label."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.quick_text import Rest


class _Item(NamedTuple):
    kind: str  # "arv", "repairs", "asking", or "" for an amount
    text: str
    start: int
    end: int


class _Pair(NamedTuple):
    kind: str
    amount: str
    start: int
    end: int


def take_amounts(rest: Rest) -> tuple[str, str, str]:
    """(ARV, repairs, asking) as typed, cut out of `rest` with their labels; "" for what was not found.

    Both orders are read, "ARV 500k repairs 40k" and "500k ARV 40k repairs". The first amount of a kind counts;
    another of the same kind stays in the text.
    """
    first: dict[str, _Pair] = {}
    for run in _runs(rest.text):
        for pair in _pairs(run):
            first.setdefault(pair.kind, pair)
    for pair in sorted(first.values(), key=lambda pair: pair.start, reverse=True):
        rest.cut_span(pair.start, pair.end)
    return tuple(first[kind].amount if kind in first else "" for kind in ("arv", "repairs", "asking"))  # type: ignore[return-value]  # a generator has no length


def _runs(text: str) -> Iterator[list[_Item]]:
    """Labels and amounts that follow each other with nothing but glue ("of", "about", ":") between."""
    run: list[_Item] = []
    for found in _ITEM.finditer(text):
        kind = found.lastgroup or ""
        item = _Item("" if kind == "amount" else kind, found[0].strip(), found.start(), found.end())
        if run and not _GLUE.fullmatch(text[run[-1].end : item.start]):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _pairs(run: list[_Item]) -> Iterator[_Pair]:
    """Each label with its amount; in "450k ARV 500k" the label takes what follows it."""
    at = 0
    while at + 1 < len(run):
        here, after = run[at], run[at + 1]
        if here.kind and not after.kind:
            at, label, amount = at + 2, here, after
        elif _leads_its_label(run, at):
            at, label, amount = at + 2, after, here
        else:
            at += 1
            continue
        end = after.end
        if _says_it_again(run, at, label.kind):
            end = run[at].end
            at += 1
        yield _Pair(label.kind, amount.text, here.start, end)


def _says_it_again(run: list[_Item], at: int, kind: str) -> bool:
    """Whether the label is repeated behind its amount, with none of its own: "needs 40k in repairs"."""
    repeated = at < len(run) and run[at].kind == kind
    return repeated and (at + 1 == len(run) or bool(run[at + 1].kind))


def _leads_its_label(run: list[_Item], at: int) -> bool:
    """Whether the amount at `at` belongs to the label behind it."""
    here, after, then = run[at], run[at + 1], run[at + 2 : at + 4]
    if here.kind or not after.kind or not _MONEY.search(here.text):
        return False
    label_takes_next = bool(then) and not then[0].kind and not (len(then) > 1 and then[1].kind)
    return not label_takes_next


_AMOUNT: Final = (
    r"(?<![\w.,/-])(?:ca ?|c ?|cad ?)?\$? ?"
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[ \u00a0\u202f\u2009][0-9]{3})+(?![0-9])|[0-9]{1,9})(?:\.[0-9]{1,2})?"
    r"(?: ?(?:k|m|mm|mil|million|thousand|grand)\b)?(?: ?\$| cad\b)?(?![\w%½]|-[0-9]|[.,][0-9])"
)
_ARV: Final = r"\b(?:arv|after[ -]repair(?:ed)? value|worth|comps at|vaut|var)\b"
_REPAIRS: Final = (
    r"\b(?:repairs?(?: costs?| estimate)?|repairs needed|reno(?:s|vations?)?|rehab(?: costs?)?|fix(?:ing)?[ -]?up"
    r"|needs|needing|of work|work needed|r[ée]parations?|travaux|r[ée]nos?)\b"
)
_ASKING: Final = (
    r"\b(?:asking(?: price)?|asks?|asked|ap|wants|wanting|list(?:ed|ing|[ -]?price)?|price(?:d)?|looking for"
    r"|prix(?: demand[ée])?|demande)\b"
)
_ITEM: Final = re.compile(
    rf"(?P<arv>{_ARV})|(?P<repairs>{_REPAIRS})|(?P<asking>{_ASKING})|(?P<amount>{_AMOUNT})", re.IGNORECASE
)
_GLUE: Final = re.compile(
    r"(?:[\s:=~≈+-]|\b(?:of|is|are|was|at|about|around|approx|approximately|est|estimated|roughly|maybe|in|for|to|price"
    r"|value|a|an|the|and|est\.|approx\.|de|est|environ)\b\.?)*",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(r"[$km,]|mil|thousand|grand|cad|[0-9]{4}|[0-9][ \u00a0\u202f\u2009][0-9]{3}", re.IGNORECASE)
