"""Buyers as columns of numbers: what `domain.matching_index` computes with, made from rows as they are stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from domain.matching_areas import Area, area_of
from domain.matching_values import INSIDE, OVER_MINIMUM, PRICE_UNKNOWN, eagerness
from domain.property_types import PropertyType, property_types

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Codes = NDArray[np.int32]
K = TypeVar("K")
V = TypeVar("V")

NEVER: Final = 2**62
"""The microsecond of an answer that never came: later than any deal, so that it costs nothing, as in `recency`."""


@dataclass(frozen=True, slots=True)
class BuyerRows:
    """Buyers as stored, a sequence for each column, all of one length; None = not stated.

    Amounts are whole cents, `answered_us` microseconds since 1970, `is_active` tells who may be matched at all.
    """

    ids: Sequence[int]
    regions: Sequence[str | None]
    property_types: Sequence[str | None]
    min_cents: Sequence[int | None]
    max_cents: Sequence[int | None]
    min_beds: Sequence[int | None]
    min_baths: Sequence[int | None]
    contacted: Sequence[int]
    responded: Sequence[int]
    bought: Sequence[int]
    answered_us: Sequence[int | None]
    is_active: Sequence[bool | int]

    @classmethod
    def none(cls) -> "BuyerRows":
        """No rows."""
        return cls(*(() for _ in fields(cls)))


@dataclass(frozen=True, slots=True)
class Pool(Generic[V]):
    """The distinct values of a column, by the numbers that stand for them in it; it grows by making a new one."""

    values: tuple[V, ...] = ()
    number_of: Mapping[V, int] = field(default_factory=dict)

    def numbered(self, stored: Sequence[K], read: Callable[[K], V]) -> "tuple[Pool[V], Codes]":
        """Return the pool with what `stored` says besides, and the number of each; equal ones are read once."""
        value_of = {each: read(each) for each in dict.fromkeys(stored)}
        number_of = dict(self.number_of)
        for value in value_of.values():
            number_of.setdefault(value, len(number_of))
        numbers = {each: number_of[value] for each, value in value_of.items()}
        codes = np.fromiter((numbers[each] for each in stored), np.int32, len(stored))
        return (self if len(number_of) == len(self.values) else Pool(tuple(number_of), number_of)), codes


@dataclass(frozen=True, slots=True)
class Pools:
    """What the coded columns stand for."""

    areas: Pool[Area] = field(default_factory=Pool)
    kinds: Pool[frozenset[PropertyType]] = field(default_factory=Pool)
    beds: Pool[int | None] = field(default_factory=Pool)
    baths: Pool[int | None] = field(default_factory=Pool)


@dataclass(frozen=True, slots=True)
class Columns:
    """One row for each buyer, in the order of their ids.

    `low` and `high` are dollars in the right order, NaN = not stated; `inside` is what a price that neither of them
    refuses is worth; `activity` goes up to 1; `areas`, `kinds`, `beds` and `baths` are numbers of `Pools`.
    """

    ids: Whole
    areas: Codes
    kinds: Codes
    low: Floats
    high: Floats
    inside: Floats
    beds: Codes
    baths: Codes
    activity: Floats
    answered_us: Whole

    def each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> "Columns":
        """Return the columns with `change` made to each of them."""
        return Columns(*(change(getattr(self, column.name)) for column in fields(self)))

    def part(self, where: slice) -> "Columns":
        """Return some buyers in a row, without copying."""
        return self.each(lambda column: column[where])

    def joined(self, other: "Columns", change: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]) -> "Columns":
        """Return what `change` makes of each column and the other's."""
        pairs = ((getattr(self, column.name), getattr(other, column.name)) for column in fields(self))
        return Columns(*(change(mine, theirs) for mine, theirs in pairs))

    def without(self, ids: Whole) -> "Columns":
        """Return the columns without the buyers of these ids."""
        at, known = self._places(ids)
        return self.each(lambda column: np.delete(column, at[known])) if known.any() else self

    def with_rows(self, new: "Columns") -> "Columns":
        """Return the columns with these buyers in place of what was known of them, or where their ids belong.

        A column that stays as it was is shared.
        """
        at, known = self._places(new.ids)
        columns = self.joined(new, lambda mine, theirs: _put(mine, at[known], theirs[known]))
        if known.all():
            return columns
        return columns.joined(new, lambda mine, theirs: _insert(mine, at[~known], theirs[~known]))

    def _places(self, ids: Whole) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return where each id stands or belongs, and whether it stands there."""
        at = np.searchsorted(self.ids, ids)
        return at, np.searchsorted(self.ids, ids, side="right") > at


def _put(column: NDArray[Any], at: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    if np.array_equal(column[at], values, equal_nan=True):
        return column
    changed = column.copy()
    changed[at] = values
    return changed


def _insert(column: NDArray[Any], at: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    if at[0] == len(column):
        return np.concatenate([column, values])  # as nearly always: new buyers have the highest ids
    return np.insert(column, at, values)


def columns_of(rows: BuyerRows, pools: Pools) -> tuple[Columns, Pools]:
    """Return the active ones of the rows as columns, in the order of their ids, and the pools of their numbers."""
    areas, area_codes = pools.areas.numbered(rows.regions, _area)
    kinds, kind_codes = pools.kinds.numbered(rows.property_types, _kinds)
    beds, bed_codes = pools.beds.numbered(rows.min_beds, _itself)
    baths, bath_codes = pools.baths.numbered(rows.min_baths, _itself)
    low, high = _limits(rows)
    columns = Columns(
        ids=np.array(rows.ids, np.int64),
        areas=area_codes,
        kinds=kind_codes,
        low=low,
        high=high,
        inside=_inside(low, high),
        beds=bed_codes,
        baths=bath_codes,
        activity=_activity(rows),
        answered_us=_answered(rows),
    )
    order = np.argsort(columns.ids)
    order = order[np.array(rows.is_active, np.bool_)[order]]
    return columns.each(lambda column: column[order]), Pools(areas, kinds, beds, baths)


def _area(regions: str | None) -> Area:
    return area_of(regions or "")


def _kinds(wanted: str | None) -> frozenset[PropertyType]:
    return property_types(wanted or "")


def _itself(least: int | None) -> int | None:
    return least


def _limits(rows: BuyerRows) -> tuple[Floats, Floats]:
    """Both limits in dollars and in the right order; one of 0 or less states nothing."""
    least, most = _stated(rows.min_cents), _stated(rows.max_cents)
    swapped = least > most
    return np.where(swapped, most, least), np.where(swapped, least, most)


def _stated(cents: Sequence[int | None]) -> Floats:
    dollars: Floats = np.array(cents, np.float64) / 100
    dollars[~(dollars > 0)] = np.nan
    return dollars


def _inside(low: Floats, high: Floats) -> Floats:
    without_maximum = np.where(np.isnan(low), PRICE_UNKNOWN, OVER_MINIMUM)
    return np.where(np.isnan(high), without_maximum, INSIDE)


def _activity(rows: BuyerRows) -> Floats:
    counts = (np.array(column, np.float64) for column in (rows.contacted, rows.responded, rows.bought))
    return np.minimum(1.0, eagerness(*counts))


def _answered(rows: BuyerRows) -> Whole:
    return np.fromiter((NEVER if at is None else at for at in rows.answered_us), np.int64, len(rows.ids))
