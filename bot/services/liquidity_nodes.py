"""How many buyers each liquidity node has, counted from the buyers and never added up."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.geo import ALL, MARKETS
from domain.liquidity import Node
from domain.property_types import PropertyType
from storage.base import Tx
from storage.liquidity import ELSEWHERE, Buyers, KeptNode, add_nodes, count_by_place, nodes_of, set_counts

Name = tuple[str, str, str]
"""A node by province, market and property type, as its row says them."""

BITS: Final[Mapping[str, int]] = {kind: 1 << place for place, kind in enumerate(PropertyType)}
"""The bit of each property type in a buyer's `types`."""

_MARKETS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    province: tuple(market.label for market in MARKETS if province in market.provinces)
    for province in {province for market in MARKETS for province in market.provinces}
}


@dataclass(frozen=True, slots=True)
class Headcount:
    """The buyers of some provinces, by place and types."""

    groups: Mapping[str, tuple[Buyers, ...]]

    def of(self, node: Node) -> tuple[int, int]:
        """Count the buyers who buy what the node stands for, and the active ones of them.

        Who buys in the whole province counts in each of its nodes; who said nothing of types, in those of every type.
        """
        bit = BITS.get(node.property_type, 0)
        here = (ALL, ELSEWHERE if node.market == ALL else node.market)
        groups = [
            group
            for group in self.groups.get(node.province, ())
            if group.market in here and (group.types == 0 or group.types & bit)
        ]
        return sum(group.count for group in groups), sum(group.count for group in groups if group.active)

    def stated(self) -> set[Name]:
        """Name the nodes of every place and type that a buyer names."""
        return {
            (group.province, market, kind)
            for groups in self.groups.values()
            for group in groups
            for market in _markets(group)
            for kind in PropertyType
            if group.types & BITS[kind]
        }


def headcount(tx: Tx, provinces: Collection[str] | None = None) -> Headcount:
    """Count the buyers of these provinces; None = of all."""
    groups: dict[str, list[Buyers]] = {}
    for group in count_by_place(tx, provinces):
        groups.setdefault(group.province, []).append(group)
    return Headcount({province: tuple(found) for province, found in groups.items()})


def recount_nodes(tx: Tx, provinces: Collection[str], *, now: datetime) -> None:
    """Count the buyers of these provinces' nodes anew; add the nodes of types that buyers name there.

    Whoever calls this has taken `next_change` before, so that such changes come one after another.
    """
    if not provinces:
        return
    nodes = nodes_of(tx, lock=True)
    heads = headcount(tx, provinces)
    missing = heads.stated() - set(map(name_of, nodes))
    if missing:
        add_nodes(tx, missing, now=now)
        nodes = nodes_of(tx, lock=True)
    counts = {kept.id: counted for kept, counted in _changed(heads, nodes) if kept.node.province in provinces}
    set_counts(tx, counts, now=now)


def miscounted_provinces(tx: Tx) -> set[str]:
    """Name the provinces with a node whose count is not its buyers', or that lacks a node. Reads every buyer's areas
    and types."""
    nodes, heads = nodes_of(tx), headcount(tx)
    missing = heads.stated() - set(map(name_of, nodes))
    return {kept.node.province for kept, _ in _changed(heads, nodes)} | {province for province, _, _ in missing}


def name_of(kept: KeptNode) -> Name:
    """Return a node's name as its row says it."""
    return kept.node.province, kept.node.market, kept.node.property_type


def _changed(heads: Headcount, nodes: Iterable[KeptNode]) -> Iterator[tuple[KeptNode, tuple[int, int]]]:
    for kept in nodes:
        counted = heads.of(kept.node)
        if counted != (kept.node.buyer_count, kept.node.active_buyer_count):
            yield kept, counted


def _markets(group: Buyers) -> tuple[str, ...]:
    """The markets in whose nodes a group counts: all of its province's for who buys in the whole of it."""
    if group.market == ALL:
        return (ALL, *_MARKETS_OF.get(group.province, ()))
    return (group.market or ALL,)
