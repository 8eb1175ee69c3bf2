"""Liquidity: the score of a market and property type, all of them as a list, and keeping true what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.liquidity_nodes import miscounted_provinces, recount_nodes
from bot.services.liquidity_sums import rebuild, standing_at, take_in_mature
from bot.services.offers import PlaceNotFound
from domain.geo import ALL, MARKETS, locate, market_label, province_of
from domain.liquidity import Liquidity, Node, Standing, Sums, node_key, score
from domain.property_types import PropertyType
from storage.base import Tx
from storage.buyers import next_change
from storage.database import Database
from storage.liquidity import count_buyers_of_any_type, find_node, lacks_sums, nodes_of

__all__ = ["LiquidityBook", "PlaceScores", "Scored", "liquidity_score", "recount_nodes"]

_NOTHING: Final = 1e-9
"""Below this a node's weight of answers is what rounding left of ones taken back."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A node with its score now, and what its own answers add up to."""

    node: Node
    liquidity: Liquidity
    own: Sums


@dataclass(frozen=True, slots=True)
class PlaceScores:
    """What is known of one place: `scores` best first, of `kind` alone where somebody asked for one type.

    `municipality` is what the place is called where it is no market but a part of one, or of the rest of a province;
    None for a market, and for a whole province (`is_province`), which has the scores of all its markets.
    """

    province: str
    market: str
    municipality: str | None
    is_province: bool
    kind: PropertyType | None
    scores: tuple[Scored, ...]


def liquidity_score(
    tx: Tx, province: str | None, market: str, kind: PropertyType, *, now: datetime
) -> Liquidity | None:
    """Score one market and property type; None without a province.

    It reads the node, the workspace's few hundred rows of sums and the deals that just became mature: never the
    answers themselves, so it costs the same however many were recorded.
    """
    if province is None:
        return None
    return score(_node(tx, province, market, kind), standing_at(tx, now))


class LiquidityBook:
    """What can be asked about liquidity, and the work that keeps it true."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, who: Actor, kind: PropertyType | None = None) -> tuple[Scored, ...]:
        """Return every node, or those of one type, that has buyers or answers with its score, the best first."""
        now = self._clock.now()

        def work(tx: Tx) -> tuple[Scored, ...]:
            return tuple(one for one in _scores(tx, standing_at(tx, now)) if kind in (None, one.node.property_type))

        return await self._database.read(who.workspace_id, work)

    async def one(self, who: Actor, place_text: str, kind: PropertyType | None) -> PlaceScores:
        """Return the scores of a place as typed: of one type, or of every type that has buyers or answers there.

        Raises `PlaceNotFound`.
        """
        now = self._clock.now()
        place = _place(place_text)
        return await self._database.read(who.workspace_id, lambda tx: _scored(tx, place, kind, now))

    async def refresh(self, workspace_id: str) -> None:
        """Take in the deals that became mature, and bring every node's buyers and rates up to date.

        Counts follow each change of a buyer anyway, so the long look at all of them is taken outside the write. Sums
        that are missing are built anew.
        """
        now = self._clock.now()
        miscounted = await self._database.read(workspace_id, miscounted_provinces)

        def work(tx: Tx) -> None:
            next_change(tx)  # answers and changes of buyers wait for it, so that no sum is written over another
            recount_nodes(tx, miscounted, now=now)
            if lacks_sums(tx):
                rebuild(tx, now=now)
            take_in_mature(tx, now=now)

        await self._database.write(workspace_id, work)


@dataclass(frozen=True, slots=True)
class _Place:
    province: str
    market: str
    municipality: str | None

    @property
    def is_province(self) -> bool:
        return self.market == ALL and self.municipality is None


def _place(text: str) -> _Place:
    """Read a place as people type it, and a market with its province as our own tables write it ("Ottawa QC")."""
    name, _, last = text.strip().rpartition(" ")
    label, province = market_label(name), province_of(last)
    if any(label == market.label and province in market.provinces for market in MARKETS):
        return _Place(str(province), str(label), None)
    found = locate(text)
    if found.province is None:
        raise PlaceNotFound(place=text)
    known = found.municipality if found.municipality != found.market else None
    return _Place(found.province, found.market, known)


def _scored(tx: Tx, place: _Place, kind: PropertyType | None, now: datetime) -> PlaceScores:
    at = standing_at(tx, now)
    if kind and not place.is_province:
        node = _node(tx, place.province, place.market, kind)
        found: Iterable[Scored] = [_score(node, at)]
    else:
        found = [scored for scored in _scores(tx, at) if _is_asked(scored.node, place, kind)]
    return PlaceScores(place.province, place.market, place.municipality, place.is_province, kind, tuple(found))


def _is_asked(node: Node, place: _Place, kind: PropertyType | None) -> bool:
    here = node.province == place.province and (place.is_province or node.market == place.market)
    return here and kind in (None, node.property_type)


def _scores(tx: Tx, at: Standing) -> tuple[Scored, ...]:
    scored = (_score(kept.node, at) for kept in nodes_of(tx))
    return tuple(sorted((one for one in scored if one.node.buyer_count or _has_answers(one.own)), key=_rank))


def _score(node: Node, at: Standing) -> Scored:
    own = at.nodes.get(node_key(node.province, node.market, node.property_type))
    return Scored(node, score(node, at), own or Sums(at.as_of))


def _has_answers(own: Sums) -> bool:
    return own.asked + own.decided + own.deals > _NOTHING


def _rank(scored: Scored) -> tuple[float, str, str, str]:
    node = scored.node
    return -scored.liquidity.score, node.province, node.market, node.property_type


def _node(tx: Tx, province: str, market: str, kind: PropertyType) -> Node:
    """Return the node's row; where none stands, nobody names the type there, which leaves who names no type at all."""
    found = find_node(tx, province=province, market=market, property_type=kind)
    if found:
        return found
    return Node(province, market, kind, *count_buyers_of_any_type(tx, province, market))
