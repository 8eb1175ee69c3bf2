"""ARV from comparable sales: the figure, its range, its confidence, and when it refuses."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import costs
from domain.arv import Comparable, Confidence, Subject, TrendInvalid, confidence_of, estimate_arv

SUBJECT = Subject(1000, 3, 2)
COMP = Comparable(Decimal(400_000), 1000, 3, 2, 0, 0.0, True)


def comps(*prices, **changes):
    return [replace(COMP, price=Decimal(price), **changes) for price in prices]


def estimate(sales, trend=0.0, subject=SUBJECT):
    return estimate_arv(subject, sales, trend_monthly=trend)


def test_equal_sales_give_their_price_and_the_prior_range():
    found = estimate(comps(400_000, 400_000, 400_000))
    error = sqrt(1.57 * (3 * 0.12**2 / 6) / 3 + 0.05**2)
    assert found.arv == 400_000
    assert found.low == round(400_000 * exp(-1.28 * error))
    assert found.high == round(400_000 * exp(1.28 * error))
    assert found.used == 3


def test_the_median_sale_decides_and_the_spread_widens_the_range():
    found = estimate(comps(350_000, 400_000, 480_000))
    spread = 1.4826 * sorted([log(400 / 350), 0.0, log(480 / 400)])[1]
    error = sqrt(1.57 * (3 * spread**2 + 3 * 0.12**2) / 6 / 3 + 0.05**2)
    assert found.arv == 400_000
    assert (found.low, found.high) == (round(400_000 * exp(-1.28 * error)), round(400_000 * exp(1.28 * error)))


def test_between_two_equal_sales_the_middle_is_taken():
    assert estimate(comps(400_000, 440_000)).arv == round(sqrt(400_000 * 440_000))


def test_an_older_sale_is_moved_by_the_trend():
    found = estimate(comps(400_000, 400_000, age_days=152), trend=0.01)
    assert found.arv == round(400_000 * 1.01**5)


def test_a_smaller_comparable_sold_for_more_per_foot():
    found = estimate(comps(400_000, 400_000, sqft=800))
    assert found.arv == round(1000 * 500 * (1000 / 800) ** -0.25)


@pytest.mark.parametrize(
    "light",
    [
        {"age_days": 300},
        {"distance_km": 3.0},
        {"sqft": 2000, "price": Decimal(round(480 * 2000 * 0.5**0.25))},
    ],
)
def test_the_newer_nearer_or_more_similar_sale_weighs_more(light):
    dearer = replace(COMP, **({"price": Decimal(480_000)} | light))
    assert estimate([COMP, dearer]).arv == 400_000
    assert estimate([COMP, replace(COMP, price=Decimal(480_000))]).arv > 400_000


@pytest.mark.parametrize(
    ("far", "winner"),
    [
        ({"age_days": 270}, 400_000),
        ({"distance_km": 3 * log(2)}, 400_000),
    ],
)
def test_two_sales_of_half_weight_balance_one(far, winner):
    """Half a weight is 270 days, or 3 km times ln 2: two such sales and one at full weight tie."""
    sales = [COMP, replace(COMP, price=Decimal(500_000), **far), replace(COMP, price=Decimal(600_000), **far)]
    assert winner <= estimate(sales).arv <= round(sqrt(400_000 * 500_000))
    nearer = {name: value * 0.99 for name, value in far.items()}
    sales = [COMP, *(replace(COMP, price=Decimal(price), **nearer) for price in (500_000, 600_000))]
    assert estimate(sales).arv == 500_000
    farther = {name: value * 1.01 for name, value in far.items()}
    sales = [COMP, *(replace(COMP, price=Decimal(price), **farther) for price in (500_000, 600_000))]
    assert estimate(sales).arv == 400_000


def test_a_sale_of_another_size_loses_weight_by_its_log_ratio():
    """At a log ratio of 0.4·sqrt(2·ln 2) a sale has half its weight."""
    ratio = exp(0.4 * sqrt(2 * log(2)))

    def with_ratio(factor):
        size = 1000 * ratio**factor
        other = [
            replace(COMP, sqft=size, price=Decimal(round(per_foot * size * (1000 / size) ** 0.25)))
            for per_foot in (500, 600)
        ]
        return estimate([COMP, *other]).arv

    assert with_ratio(0.98) == pytest.approx(500_000, abs=2)
    assert with_ratio(1.02) == 400_000


@pytest.mark.parametrize(
    ("prices", "confidence"),
    [
        ((400_000,) * 4, "high"),
        ((400_000,) * 6, "high"),
        ((400_000,) * 3, "medium"),
        ((400_000,) * 2, "medium"),
        ((300_000, 400_000, 550_000, 700_000), "low"),
        ((300_000, 400_000, 550_000, 700_000) * 4, "low"),
        ((300_000, 400_000, 550_000, 700_000) * 12, "medium"),
        ((350_000, 380_000, 400_000, 420_000, 450_000), "high"),
    ],
)
def test_confidence_follows_spread_and_number(prices, confidence):
    assert estimate(comps(*prices)).confidence == confidence


def test_two_sales_of_unequal_weight_count_as_fewer_than_two():
    assert estimate([COMP, replace(COMP, distance_km=1.0)]).confidence is Confidence.LOW


def test_many_sales_that_count_as_few_are_not_high():
    sales = [*comps(400_000, 400_000), *comps(*([400_000] * 8), distance_km=9.0)]
    assert estimate(sales).confidence is not Confidence.HIGH
    assert estimate(sales).used == 10


@pytest.mark.parametrize(
    "broken",
    [
        {"price": Decimal(0)},
        {"price": Decimal(-400_000)},
        {"price": Decimal("NaN")},
        {"price": Decimal("Infinity")},
        {"price": None},
        {"price": 1.01e9},
        {"sqft": 0},
        {"sqft": 0.5},
        {"sqft": -1000},
        {"sqft": None},
        {"sqft": float("nan")},
        {"sqft": float("inf")},
        {"sqft": 1.01e6},
        {"age_days": -1},
        {"age_days": 366},
        {"age_days": float("nan")},
        {"distance_km": -0.1},
        {"distance_km": float("nan")},
        {"distance_km": float("inf")},
        {"arms_length": False},
    ],
)
def test_a_sale_that_cannot_count_is_left_out(broken):
    assert estimate([COMP, replace(COMP, **broken)]) is None
    assert estimate([COMP, COMP, replace(COMP, **broken)]).used == 2


@pytest.mark.parametrize("sales", [[], [COMP], [replace(COMP, sqft=0)] * 5])
def test_fewer_than_two_sales_give_no_estimate(sales):
    assert estimate(sales) is None


@pytest.mark.parametrize("sqft", [0, -1, None, float("nan"), float("inf"), 1e7])
def test_a_house_without_an_area_gives_no_estimate(sqft):
    assert estimate(comps(400_000, 400_000), subject=Subject(sqft)) is None


@pytest.mark.parametrize("days", [0, 365])
def test_a_sale_of_the_last_year_counts(days):
    assert estimate(comps(400_000, 400_000, age_days=days)).used == 2


@pytest.mark.parametrize("trend", [float("nan"), float("inf"), -float("inf"), -1.0, 0.51, -0.51])
def test_a_trend_no_market_has_is_refused(trend):
    with pytest.raises(TrendInvalid) as refused:
        estimate(comps(400_000, 400_000), trend=trend)
    assert refused.value.code == "TREND_INVALID"


@pytest.mark.parametrize("trend", [-0.5, 0.5])
def test_the_steepest_trends_are_taken(trend):
    assert estimate(comps(400_000, 400_000), trend=trend).arv == 400_000


SALES = st.builds(
    Comparable,
    price=st.integers(min_value=1, max_value=10**9).map(Decimal),
    sqft=st.floats(min_value=1, max_value=1e6),
    beds=st.none(),
    baths=st.none(),
    age_days=st.integers(min_value=0, max_value=365),
    distance_km=st.floats(min_value=0, max_value=20_000),
    arms_length=st.just(True),
)


@given(
    sales=st.lists(SALES, min_size=2, max_size=8),
    sqft=st.floats(min_value=1, max_value=1e6),
    trend=st.floats(min_value=-0.5, max_value=0.5),
)
@settings(max_examples=150, deadline=None)
def test_any_two_sales_give_an_ordered_range_in_whole_dollars(sales, sqft, trend):
    found = estimate(sales, trend, Subject(sqft))
    assert 0 <= found.low <= found.arv <= found.high
    assert found.arv == found.arv.to_integral_value()
    assert found.used == len(sales)


def test_the_order_of_the_sales_does_not_matter():
    sales = [*comps(350_000, 400_000, age_days=40), *comps(430_000, 500_000, distance_km=2.0)]
    assert estimate(sales) == estimate(sales[::-1])


def test_the_estimate_is_reachable_from_costs():
    assert costs.estimate_arv is estimate_arv


@pytest.mark.parametrize(
    ("error", "count", "confidence"),
    [
        (0.0749, 3.5, "high"),
        (0.075, 3.5, "medium"),
        (0.0749, 3.49, "medium"),
        (0.0999, 2.0, "medium"),
        (0.0999, 1.99, "low"),
        (0.1, 9.0, "low"),
        (0.0751, 9.0, "medium"),
    ],
)
def test_confidence_changes_exactly_at_its_bounds(error, count, confidence):
    assert confidence_of(error, count) == confidence


def test_the_largest_price_and_area_still_count():
    assert estimate(comps(10**9, 10**9, sqft=1e6), subject=Subject(1e6)).arv == 10**9


@pytest.mark.parametrize(("price", "arv"), [("400000.495", 400_000), ("400000.505", 400_001)])
def test_the_estimate_is_rounded_to_whole_dollars(price, arv):
    assert estimate(comps(price, price)).arv == arv


def test_values_cannot_be_changed():
    for value, name in ((SUBJECT, "sqft"), (COMP, "price"), (estimate(comps(1, 1)), "arv")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)
        assert not hasattr(value, "__dict__")
