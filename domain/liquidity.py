"""Liquidity: the probability that at least one of the buyers a deal is sent to closes within 30 days."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeVar

from domain.liquidity_sums import (
    Feedback,
    FeedbackEvent,
    Key,
    MatureDeal,
    Sums,
    add,
    change_deal,
    decay,
    mature_deal,
    node_key,
    sums_of,
    total,
)
from domain.property_types import PropertyType, PropertyTypeUnclear, property_type

__all__ = [
    "Feedback",
    "FeedbackEvent",
    "Key",
    "Liquidity",
    "MatureDeal",
    "Node",
    "PropertyType",
    "PropertyTypeUnclear",
    "Standing",
    "Sums",
    "add",
    "change_deal",
    "decay",
    "mature_deal",
    "node_key",
    "property_type",
    "score",
    "score_nodes",
    "standing",
]

_K = TypeVar("_K")

# Constants of the model; measured in simulation, where their exact values hardly matter but the steps do.
RESPONSE_PRIOR: Final = 0.33  # share of buyers who answer, before anything is known
CLOSE_PRIOR: Final = 0.12  # share of answering buyers who close, before anything is known
PRIOR_WEIGHT: Final = 60.0  # answers that a group's own rate has to outweigh
CANADA_WEIGHT: Final = 20.0  # the same for the whole country against the two numbers above
DEPTH_LIMIT: Final = 25  # buyers one deal goes to at most
APPEAL: Final = 14.0  # a + b of the Beta distribution of a deal's appeal: deals differ
GAP_WEIGHT: Final = 30.0  # deals that observed against expected has to outweigh
OWN_WEIGHT: Final = 20.0  # deals that a node's own record has to outweigh
RANGE_Z: Final = 1.28  # 80 %
NO_DEALS: Final = 1e-9  # below this a sum of weights is what rounding left of deals taken out, or many years old


@dataclass(frozen=True, slots=True)
class Node:
    """A place and type that liquidity is kept for; `active_buyer_count` is counted from the buyers, never summed up."""

    province: str
    market: str
    property_type: str
    buyer_count: int
    active_buyer_count: int


@dataclass(frozen=True, slots=True)
class Liquidity:
    """The score of one node, a probability, with its 80 % range and what it was made from.

    `response_rate` is the share of buyers who answer, `close_rate` the share of answers that close, `depth` the buyers
    the next deal will go to, `explain` the sentence that a person reads.
    """

    score: float
    low: float
    high: float
    evidence: Literal["low", "medium", "high"]
    response_rate: float
    close_rate: float
    depth: int
    explain: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that a node's score needs beside the node, at one instant; made by `standing`.

    Group sums by key: nodes by `node_key`, markets by (province, market), provinces, types; `shifts` is how much better
    or worse deals sold than expected per province, on the log-odds scale, and `shift_canada` where none is kept.
    """

    as_of: datetime
    nodes: Mapping[Key, Sums]
    markets: Mapping[tuple[str, str], Sums]
    provinces: Mapping[str, Sums]
    types: Mapping[str, Sums]
    canada: Sums
    shifts: Mapping[str, float]
    shift_canada: float


def score_nodes(
    events: Sequence[FeedbackEvent], nodes: Sequence[Node], now: datetime
) -> dict[tuple[str, str, str], Liquidity]:
    """The liquidity of every node from the whole record, keyed by (province, market, property type) as the nodes say.

    Events of places outside `nodes` still speak for their province, their type and Canada. Events after `now` are left
    out. The steps: rates of answering and closing, each shrunk from Canada through province, market and type to the
    node; the chance that one of K buyers closes, with deals of differing appeal (Beta-Binomial); corrected by observed
    against expected sales of Canada and the province; blended with the node's own mature deals.
    """
    now_standing = standing(sums_of(events, now), now)
    return {(node.province, node.market, node.property_type): score(node, now_standing) for node in nodes}


def standing(nodes: Mapping[Key, Sums], now: datetime) -> Standing:
    """Group the stored sums of nodes and find the shifts at `now`: the same work per node, however long the record.

    Of the groups only the nodes' sums need to be stored, since all groups add up from them.
    """
    current = {key: decay(sums, now) for key, sums in nodes.items()}
    unshifted = Standing(
        as_of=now,
        nodes=current,
        markets=_grouped(((key[0], key[1]), sums) for key, sums in current.items()),
        provinces=_grouped((key[0], sums) for key, sums in current.items()),
        types=_grouped((key[2], sums) for key, sums in current.items()),
        canada=total(current.values(), now),
        shifts={},
        shift_canada=0.0,
    )
    return _with_shifts(unshifted)


def score(node: Node, at: Standing) -> Liquidity:
    """The liquidity of one node at the standing's instant; O(1), and cheap for a node without events."""
    key = node_key(node.province, node.market, node.property_type)
    own = at.nodes.get(key) or Sums(at.as_of)
    answer, close = _rates(key, at)
    depth = max(0, min(node.active_buyer_count, DEPTH_LIMIT))
    evidence = _evidence(own)
    if depth == 0:
        explain = f"{_name(node)} 0.00, evidence {evidence}: no active buyers"
        return Liquidity(0.0, 0.0, 0.0, evidence, answer, close, 0, explain)
    expected = _sigmoid(_logit(_structural(answer * close, depth)) + at.shifts.get(key[0], at.shift_canada))
    value = (OWN_WEIGHT * expected + own.sold) / (OWN_WEIGHT + own.deals)
    low, high = _range(value, own.deals)
    explain = (
        f"{_name(node)} {value:.2f} ({low:.2f}–{high:.2f}), evidence {evidence}: "
        f"{depth} {'buyer' if depth == 1 else 'buyers'} × {answer:.0%} answer × {close:.0%} of answers close → "
        f"{expected:.2f}; {_own_record(own, value)}"
    ).replace("%", " %")
    return Liquidity(value, low, high, evidence, answer, close, depth, explain)


def _name(node: Node) -> str:
    """What people call a node: "Toronto SFR"; what lies in no market is named by its province."""
    place = node.market if node.market != "ALL" else f"Elsewhere in {node.province}"
    return f"{place} {node.property_type}"


def _own_record(own: Sums, value: float) -> str:
    deals = round(own.deals)
    if deals == 0:
        return "no recent deals yet"
    return f"{round(own.sold)} of {deals} recent {'deal' if deals == 1 else 'deals'} sold → {value:.2f}"


def _grouped(pairs: Iterable[tuple[_K, Sums]]) -> dict[_K, Sums]:
    groups: dict[_K, list[Sums]] = {}
    for key, sums in pairs:
        groups.setdefault(key, []).append(sums)
    return {key: total(members, members[0].as_of) for key, members in groups.items()}


def _with_shifts(at: Standing) -> Standing:
    """Observed against expected sales: Canada's gap, then each province's own gap beyond Canada's."""
    expected = dict.fromkeys(at.provinces, 0.0)
    for key, sums in at.nodes.items():
        expected[key[0]] += _expected_sales(sums, key, at)
    canada = _gap(at.canada.sold, math.fsum(expected.values()), at.canada.deals)
    shifts = {}
    for province, sums in at.provinces.items():
        usual = _moved(expected[province], sums.deals, canada)
        shifts[province] = canada + _gap(sums.sold, usual, sums.deals)
    return replace(at, shifts=shifts, shift_canada=canada)


def _moved(expected: float, deals: float, shift: float) -> float:
    """Expected sales of `deals` when their odds are moved by `shift`."""
    return deals * _sigmoid(_logit(expected / deals) + shift) if deals > NO_DEALS else 0.0


def _expected_sales(sums: Sums, key: Key, at: Standing) -> float:
    """What the structural chance alone would have sold of a node's mature deals, by their reach."""
    if not sums.reach:
        return 0.0
    answer, close = _rates(key, at)
    nobody = _nobody_closes(answer * close, max(sums.reach))
    return math.fsum(amount * (1 - nobody[buyers]) for buyers, amount in sums.reach.items())


def _rates(key: Key, at: Standing) -> tuple[float, float]:
    """(share of buyers who answer, share of answers that close) of a node, shrunk through its groups."""
    nothing = Sums(at.as_of)
    chain = (
        at.canada,
        at.provinces.get(key[0], nothing),
        at.markets.get(key[:2], nothing),
        at.types.get(key[2], nothing),
        at.nodes.get(key, nothing),
    )
    answer = _chain(RESPONSE_PRIOR, [(sums.responded, sums.asked) for sums in chain])
    close = _chain(CLOSE_PRIOR, [(sums.bought, sums.decided) for sums in chain])
    return answer, close


def _chain(prior: float, counts: Sequence[tuple[float, float]]) -> float:
    """A rate from counts of Canada, province, market, type and node, in this order."""
    canada, province, market, kind, node = counts
    of_canada = _shrink(canada, prior, CANADA_WEIGHT)
    of_market = _shrink(market, _shrink(province, of_canada))
    of_type = _shrink(kind, of_canada)
    base = _sigmoid(_logit(of_market) + _logit(of_type) - _logit(of_canada))
    return _shrink(node, base)


def _shrink(count: tuple[float, float], prior: float, k: float = PRIOR_WEIGHT) -> float:
    hits, of = count
    return (hits + k * prior) / (of + k)


def _structural(chance: float, buyers: int) -> float:
    """P(at least one of `buyers` closes) when each does with mean `chance` and deals differ (Beta-Binomial)."""
    return 1 - _nobody_closes(chance, buyers)[buyers]


def _nobody_closes(chance: float, most: int) -> list[float]:
    """P(none of n closes) for every n from 0 to `most`, in one pass."""
    a, b = APPEAL * chance, APPEAL * (1 - chance)
    nobody = [1.0]
    for j in range(most):
        nobody.append(nobody[-1] * ((b + j) / (a + b + j)))
    return nobody


def _gap(observed: float, expected: float, deals: float) -> float:
    """How far observed sales lie from the expected on the log-odds scale, trusted by the number of deals."""
    if deals <= NO_DEALS:
        return 0.0
    difference = _logit((observed + 0.5) / (deals + 1)) - _logit((expected + 0.5) / (deals + 1))
    return difference * deals / (deals + GAP_WEIGHT)


def _range(value: float, deals: float) -> tuple[float, float]:
    """The 80 % range around a score; near 0 and 1 it is taken around 0.02 and 0.98, but always holds the score."""
    p = min(max(value, 0.02), 0.98)
    error = RANGE_Z / math.sqrt((6 + 0.15 * deals) * p * (1 - p))
    return min(_sigmoid(_logit(p) - error), value), max(_sigmoid(_logit(p) + error), value)


def _evidence(own: Sums) -> Literal["low", "medium", "high"]:
    if own.asked < 20 and own.deals < 3:
        return "low"
    return "medium" if own.deals < 10 else "high"


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
