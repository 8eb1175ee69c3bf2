"""Very many buyers ranked for one deal: the same ids in the same order as `rank` gives, without a look at each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.matching import DealFacts, deal_type
from domain.matching_areas import Place, place_of
from domain.matching_columns import BuyerRows, Columns, Floats, Pools, columns_of
from domain.matching_values import (
    OUTSIDE_FACTOR,
    OVER,
    PRICE_UNKNOWN,
    UNDER,
    left_beside,
    recency,
    region_value,
    room_value,
    score_of,
    sum_of_parts,
    type_value,
)

Positions = NDArray[np.intp]

BLOCK: Final = 16_384
"""Buyers computed at a time: their columns stay in the processor's cache."""
PLACES: Final = 512
"""Places whose region values are kept."""
DAYS: Final = 10_000
"""Days after which `recency` is .5 to the last bit."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
DAY_US: Final = timedelta(days=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: the first `limit` buyers from `min_fit` on, and the first `out` below it."""

    limit: int
    min_fit: float
    out: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The ids asked for, the best first, and how many buyers reach the least fit."""

    best: tuple[int, ...]
    out: tuple[int, ...]
    fitting: int

    @property
    def chosen(self) -> tuple[int, ...]:
        """All the ids."""
        return self.best + self.out


@dataclass(frozen=True, slots=True)
class BuyerSnapshot:
    """A workspace's active buyers at one moment; it never changes, so that several threads may rank by it at once.

    `regions` remembers what a place is worth to each of the areas, as far as it was asked.
    """

    columns: Columns
    pools: Pools
    regions: dict[Place | None, Floats] = field(default_factory=dict)

    @property
    def active(self) -> int:
        """How many active buyers there are."""
        return len(self.columns.ids)

    def with_changes(self, rows: BuyerRows) -> "BuyerSnapshot":
        """Return the buyers with these rows in place of what was known of them: new ones are taken in, those who are
        not active left out."""
        if not rows.ids:
            return self
        gone = [buyer_id for buyer_id, active in zip(rows.ids, rows.is_active, strict=True) if not active]
        changed, pools = columns_of(rows, self.pools)
        columns = self.columns.without(np.array(gone, np.int64)).with_rows(changed)
        return BuyerSnapshot(columns, pools, self.regions.copy())

    def find(self, deal: DealFacts, wanted: Wanted, *, now: datetime) -> Found:
        """Return whom `rank` would put first of these buyers in the order of their ids; fits and scores come out the
        same to the last bit, so that ties are ties here as well."""
        fit = self._fits(deal)
        reaches = fit >= wanted.min_fit
        best = self._first(wanted.limit, reaches, fit, now)
        return Found(best, self._first(wanted.out, ~reaches, fit, now), int(np.count_nonzero(reaches)))

    def _fits(self, deal: DealFacts) -> Floats:
        """Return each buyer's fit, computed block by block."""
        region = self._region_values(place_of(deal.region, deal.province, deal.market))
        kind = deal_type(deal.property_type)
        kinds = _table(type_value(kind, wanted) for wanted in self.pools.kinds.values)
        beds = _table(room_value(deal.beds, least) for least in self.pools.beds.values)
        baths = _table(room_value(deal.baths, least) for least in self.pools.baths.values)
        price = float(deal.price) if deal.price is not None and deal.price > 0 else None
        fit = np.empty(self.active)
        for start in range(0, self.active, BLOCK):
            block = self.columns.part(slice(start, start + BLOCK))
            parts = (region.take(block.areas), kinds.take(block.kinds), _prices(price, block))
            rooms = (beds.take(block.beds), baths.take(block.baths))
            fit[start : start + BLOCK] = sum_of_parts(*parts, *rooms) * _factors(*parts)
        return fit

    def _region_values(self, place: Place | None) -> Floats:
        """Return what a place is worth to each area. What is known of it is kept for the next deal there."""
        known, areas = self.regions.get(place, _NOTHING), self.pools.areas.values
        if len(known) == len(areas):
            return known
        if len(self.regions) >= PLACES:
            self.regions.clear()
        known = np.append(known, [region_value(place, area) for area in areas[len(known) :]])
        self.regions[place] = known
        return known

    def _first(self, count: int, asked: NDArray[np.bool_], fit: Floats, now: datetime) -> tuple[int, ...]:
        """Return the ids of the first `count` of the buyers who are asked for, the best first."""
        if count <= 0:
            return ()
        at = np.flatnonzero(asked)
        days = ((now - EPOCH) // MICROSECOND - self.columns.answered_us[at]) // DAY_US
        record = np.sqrt(self.columns.activity[at] * _recencies().take(days, mode="clip"))
        fit = fit[at]
        return tuple(self.columns.ids[at[first_of(count, score_of(fit, record), fit)]].tolist())


def first_of(count: int, score: Floats, fit: Floats) -> Positions:
    """Return where the `count` best stand, in order: by score, then by fit, then by place. Only those are sorted."""
    left, found = np.arange(len(score)), []
    for key in (score, fit):
        if len(left) <= count:
            break
        values = key[left]
        bar = np.partition(values, len(values) - count)[len(values) - count]
        found.append(left[values > bar])
        count -= len(found[-1])
        left = left[values == bar]
    best = np.concatenate([*found, left[:count]])
    return best[np.lexsort((best, -fit[best], -score[best]))]


def _prices(price: float | None, block: Columns) -> Floats:
    """Return what the price is worth to each buyer. A price beyond neither limit leaves more than 1 of both, which
    what it is worth inside cuts off; a limit that is not stated (NaN) takes no part."""
    if price is None:
        return np.full(len(block.ids), PRICE_UNKNOWN)
    over = left_beside((price - block.high) / block.high, OVER)
    under = left_beside((block.low - price) / block.low, UNDER)
    return np.maximum(0.0, np.fmin(block.inside, np.fmin(over, under)))


def _factors(*refusable: Floats) -> Floats:
    """Return what refusals leave of the fit."""
    # By arithmetic: to pick one of two numbers costs the processor many wrong guesses. A quarter is exact in binary.
    factor: Floats = np.ones(1)
    for values in refusable:
        factor = factor * (1 - (1 - OUTSIDE_FACTOR) * (values == 0))
    return factor


def _table(values: Iterable[float]) -> Floats:
    return np.array(list(values), np.float64)


@cache
def _recencies() -> Floats:
    """Return `recency` by whole days."""
    return _table(map(recency, range(DAYS + 1)))


_NOTHING: Final = _table(())
EMPTY_SNAPSHOT: Final = BuyerSnapshot(*columns_of(BuyerRows.none(), Pools()))
"""Nobody: what every snapshot grows from."""
