"""The index of buyers gives what `rank` gives over the same buyers, to the last bit, also after changes."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching import MIN_FIT, BuyerFacts, DealFacts, rank
from domain.matching_columns import BuyerRows
from domain.matching_index import (
    BLOCK,
    DAYS,
    EMPTY_SNAPSHOT,
    EPOCH,
    MICROSECOND,
    PLACES,
    BuyerSnapshot,
    Found,
    Wanted,
    first_of,
)

NOW = datetime(2026, 3, 11, 15, 0, 0, 7, tzinfo=UTC)
DEAL = DealFacts("Hamilton, ON", "ON", "Hamilton", "SFR", Decimal(310_000), 3, Decimal(2))


@dataclass(frozen=True, slots=True)
class Stored:
    """One buyer as a row: the fields of `BuyerRows`, and the defaults of a buyer whom `DEAL` suits."""

    id: int
    regions: str | None = "Hamilton"
    property_types: str | None = "SFR"
    min_cents: int | None = None
    max_cents: int | None = 400_000_00
    min_beds: int | None = 3
    min_baths: int | None = 2
    contacted: int = 0
    responded: int = 0
    bought: int = 0
    answered_us: int | None = None
    is_active: bool | int = True

    @property
    def facts(self) -> BuyerFacts:
        """The same buyer as `rank` wants it."""
        low, high = (None if cents is None else Decimal(cents) / 100 for cents in (self.min_cents, self.max_cents))
        answered = None if self.answered_us is None else EPOCH + self.answered_us * MICROSECOND
        return BuyerFacts(
            self.id,
            self.regions,
            self.property_types,
            low,
            high,
            self.min_beds,
            self.min_baths,
            bool(self.is_active),
            self.contacted,
            self.responded,
            self.bought,
            None if answered is None else (NOW - answered).days,
        )


def rows(buyers: Sequence[Stored]) -> BuyerRows:
    return BuyerRows(*zip(*map(astuple, buyers), strict=True)) if buyers else BuyerRows.none()


def snapshot(*buyers: Stored) -> BuyerSnapshot:
    return EMPTY_SNAPSHOT.with_changes(rows(buyers))


def by_rank(deal: DealFacts, buyers: Sequence[Stored], wanted: Wanted) -> Found:
    """What the plain loop over all of them finds."""
    ranked = rank(deal, [buyer.facts for buyer in sorted(buyers, key=lambda buyer: buyer.id)])
    fitting = [int(match.buyer_id) for match in ranked if match.fit >= wanted.min_fit]
    others = [int(match.buyer_id) for match in ranked if match.fit < wanted.min_fit]
    return Found(tuple(fitting[: max(0, wanted.limit)]), tuple(others[: max(0, wanted.out)]), len(fitting))


def microseconds(**ago: float) -> int:
    return (NOW - timedelta(**ago) - EPOCH) // MICROSECOND


texts = st.text(max_size=12)
regions = (
    st.sampled_from(
        [None, "", "GTA", "Hamilton", "hamilton, on", "Ontario", "BC", "asdf", "anywhere", "London; Windsor", "Barrie"]
    )
    | texts
)
kinds = st.sampled_from([None, " ", "SFR", "SFH, duplex", "condo", "x y", "any", "land & commercial"]) | texts
cents = st.sampled_from([None, -1, 0, 300_000_00, 310_000_00, 356_500_00, 400_000_00, 442_857_14]) | st.integers(
    -5, 90_000_000
)
days = st.sampled_from([-1, 0, 1, 180, 10_000, 100_000])
answers = (
    st.none()
    | st.integers(-5 * 10**15, 5 * 10**15)
    | st.builds(lambda day, us: microseconds(days=day) + us, days, st.integers(-1, 1))
)
counts = st.sampled_from([0, 0, 0, 1, 5]) | st.integers(0, 2_000)
stored = st.builds(
    Stored,
    id=st.integers(1, 40),
    regions=regions,
    property_types=kinds,
    min_cents=cents,
    max_cents=cents,
    min_beds=st.none() | st.integers(-1, 9),
    min_baths=st.none() | st.integers(-1, 9),
    contacted=counts,
    responded=counts,
    bought=counts,
    answered_us=answers,
    is_active=st.sampled_from([True, True, True, False, 1, 0]),
)
buyers_lists = st.lists(stored, max_size=40, unique_by=lambda buyer: buyer.id)
prices = st.none() | st.integers(-1, 900_000) | st.decimals(0, 900_000, places=2) | st.sampled_from([310_000, 400_000])
deals = st.builds(
    DealFacts,
    region=st.sampled_from([None, "Hamilton, ON", "Barrie, ON", "somewhere"]) | texts,
    province=st.sampled_from([None, "ON", "on", "BC", "QC"]),
    market=st.sampled_from([None, "ALL", "Hamilton", "Toronto", "Ottawa", "Vancouver"]),
    property_type=st.sampled_from([None, "SFR", "duplex", "LAND", "castle"]),
    price=prices,
    beds=st.none() | st.integers(0, 9),
    baths=st.none() | st.decimals(0, 9, places=1),
)
wishes = st.builds(
    Wanted,
    limit=st.sampled_from([10, 10, 10, 0, 1, 3, 99]),
    min_fit=st.sampled_from([MIN_FIT, MIN_FIT, 0, 0.5, 1, 1.1]) | st.floats(0, 1),
    out=st.sampled_from([0, 1, 5, 10, 99]),
)


@settings(deadline=None, max_examples=300)
@given(buyers_lists, deals, wishes)
def test_nobody_who_would_be_among_the_first_is_lost(buyers: list[Stored], deal: DealFacts, wanted: Wanted) -> None:
    assert snapshot(*buyers).find(deal, wanted, now=NOW) == by_rank(deal, buyers, wanted)


@settings(deadline=None, max_examples=150)
@given(buyers_lists, st.lists(buyers_lists, max_size=4), deals, wishes)
def test_changes_lead_to_the_same_as_reading_all_anew(
    first: list[Stored], changes: list[list[Stored]], deal: DealFacts, wanted: Wanted
) -> None:
    index, known = snapshot(*first), {buyer.id: buyer for buyer in first}
    for change in changes:
        before = (index, by_rank(DEAL, list(known.values()), wanted))
        index = index.with_changes(rows(change))
        known |= {buyer.id: buyer for buyer in change}
        assert before[0].find(DEAL, wanted, now=NOW) == before[1]
    assert index.find(deal, wanted, now=NOW) == by_rank(deal, list(known.values()), wanted)
    assert index.active == sum(map(bool, (buyer.is_active for buyer in known.values())))


@settings(deadline=None)
@given(st.permutations(range(1, 31)), st.integers(0, 12), st.booleans())
def test_of_equal_buyers_the_one_with_the_lowest_id_comes_first(ids: list[int], limit: int, known_fit: bool) -> None:
    wanted = Wanted(limit, MIN_FIT if known_fit else 1.1, limit)
    found = snapshot(*(Stored(id) for id in ids)).find(DEAL, wanted, now=NOW)
    assert (found.best if known_fit else found.out) == tuple(range(1, limit + 1))


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([0.5, 0.6])), max_size=30), st.integers(1, 40)
)
def test_the_first_are_those_by_score_then_by_fit_then_by_place(judged: list[tuple[float, float]], count: int) -> None:
    score, fit = (np.array(column, np.float64) for column in zip(*judged, strict=True)) if judged else np.empty((2, 0))
    by_sorting = sorted(range(len(judged)), key=lambda at: (-judged[at][0], -judged[at][1], at))
    assert first_of(count, score, fit).tolist() == by_sorting[:count]


def test_buyers_are_judged_alike_at_the_edge_of_a_block() -> None:
    buyers = [Stored(id, min_beds=id % 7 or None, contacted=id % 5) for id in range(1, BLOCK + 4)]
    wanted = Wanted(BLOCK + 9, 0.9, 3)
    assert snapshot(*buyers).find(DEAL, wanted, now=NOW) == by_rank(DEAL, buyers, wanted)


def test_nobody_is_found_among_nobody() -> None:
    assert EMPTY_SNAPSHOT.find(DEAL, Wanted(10, MIN_FIT, 10), now=NOW) == Found((), (), 0)
    assert EMPTY_SNAPSHOT.active == 0
    assert EMPTY_SNAPSHOT.with_changes(BuyerRows.none()) is EMPTY_SNAPSHOT


@pytest.mark.parametrize("limit", [0, -1])
def test_without_a_limit_above_zero_buyers_are_only_counted(limit: int) -> None:
    assert snapshot(Stored(1), Stored(2)).find(DEAL, Wanted(limit, MIN_FIT, limit), now=NOW) == Found((), (), 2)


def test_those_chosen_are_the_best_and_then_the_others() -> None:
    found = snapshot(Stored(1), Stored(2, regions="Vancouver")).find(DEAL, Wanted(9, MIN_FIT, 9), now=NOW)
    assert (found.best, found.out, found.chosen) == ((1,), (2,), (1, 2))


def test_an_answer_loses_weight_at_the_hour_at_which_it_was_given() -> None:
    answered = microseconds(days=1)
    early, late = Stored(1, answered_us=answered + 1), Stored(2, answered_us=answered)
    assert [buyer.facts.days_since_response for buyer in (early, late)] == [0, 1]
    assert snapshot(late, early).find(DEAL, Wanted(2, MIN_FIT), now=NOW).best == (1, 2)


def test_an_answer_of_long_ago_weighs_the_half_and_one_to_come_the_whole() -> None:
    buyers = [
        Stored(1, answered_us=microseconds(days=DAYS + 400)),
        Stored(2, answered_us=microseconds(days=DAYS)),
        Stored(3),
        Stored(4, answered_us=microseconds(days=-3)),
    ]
    assert snapshot(*buyers).find(DEAL, Wanted(4, MIN_FIT), now=NOW).best == (3, 4, 1, 2)


def test_more_places_than_are_remembered_are_judged_all_the_same() -> None:
    index = snapshot(Stored(1, regions="Barrie"), Stored(2, regions="Spot 600, ON"))
    for number in range(PLACES + 3):
        index.find(replace(DEAL, market=f"Spot {number}"), Wanted(1, MIN_FIT), now=NOW)
    assert len(index.regions) <= PLACES
    assert index.find(replace(DEAL, market="Barrie"), Wanted(1, MIN_FIT), now=NOW).best == (1,)


def test_what_is_remembered_of_a_place_grows_with_the_areas() -> None:
    index = snapshot(Stored(1, regions="Vancouver"))
    assert index.find(DEAL, Wanted(1, MIN_FIT), now=NOW).best == ()
    later = index.with_changes(rows([Stored(2, regions="Hamilton"), Stored(1, regions="GTHA")]))
    assert later.find(DEAL, Wanted(2, MIN_FIT), now=NOW).best == (1, 2)
    assert index.find(DEAL, Wanted(1, MIN_FIT), now=NOW).best == ()


def test_a_change_shares_the_columns_that_stay_as_they_were() -> None:
    index = snapshot(Stored(1), Stored(2))
    later = index.with_changes(rows([Stored(2, contacted=4, responded=4, answered_us=microseconds(days=1))]))
    assert later.columns.areas is index.columns.areas
    assert later.columns.low is index.columns.low
    assert later.columns.activity is not index.columns.activity
    assert later.pools.areas is index.pools.areas
