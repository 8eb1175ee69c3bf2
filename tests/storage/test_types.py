"""Instants, money, ratios and JSON come back from both databases as they went in, or are refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from domain.money import NotInCents
from storage.base import Cents, Id, Json, Ratio, Utc

sample = Table(
    "sample",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Utc),
    Column("money", Cents),
    Column("ratio", Ratio),
    Column("data", Json),
)
# The table is made once per test and each example adds rows of its own: nothing to reset in between.
examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(1900, 1, 2), datetime(9000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(FIRST, LAST, timezones=zones)
amounts = st.integers(-(10**16), 10**16).map(lambda cents: Decimal(cents).scaleb(-2))
ratios = st.integers(-990_000, 990_000).map(lambda parts: Decimal(parts).scaleb(-4))
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
async def kept(database):
    """Return a function that stores one row and reads it back."""
    await database.change(sample.create)

    async def keep(**values):
        def work(connection):
            row_id = connection.execute(insert(sample).returning(sample.c.id), values).scalar_one()
            return connection.execute(select(sample).where(sample.c.id == row_id)).one()

        return await database.change(work)

    yield keep
    await database.change(sample.drop)


@examples
@given(at=instants)
async def test_an_instant_in_any_zone_comes_back_as_the_same_instant_in_utc(kept, at):
    found = (await kept(at=at)).at
    assert found == at
    assert found.utcoffset() == timedelta(0)


@examples
@given(money=amounts)
async def test_an_amount_comes_back_to_the_cent_with_two_decimals(kept, money):
    found = (await kept(money=money)).money
    assert found == money
    assert found.as_tuple().exponent == -2


@examples
@given(ratio=ratios)
async def test_a_ratio_of_four_decimals_comes_back_exactly(kept, ratio):
    found = (await kept(ratio=ratio)).ratio
    assert found == ratio
    assert isinstance(found, Decimal)


@examples
@given(data=documents)
async def test_json_comes_back_as_it_went_in(kept, data):
    assert (await kept(data=data)).data == data


async def test_nothing_comes_back_as_nothing(kept):
    assert (await kept(at=None, money=None, ratio=None))[1:4] == (None, None, None)


@pytest.mark.parametrize(("ratio", "shown"), [("0.7", "0.70"), ("0.70", "0.70"), ("0.655", "0.6550"), ("1", "1.00")])
async def test_a_ratio_shows_two_decimals_or_four(kept, ratio, shown):
    assert str((await kept(ratio=Decimal(ratio))).ratio) == shown


async def test_a_naive_instant_is_refused(kept):
    with pytest.raises(StatementError, match="naive instant") as refused:
        await kept(at=datetime(2026, 3, 11, 15, 0))  # noqa: DTZ001 - the fault that is tested
    assert isinstance(refused.value.orig, ValueError)


@pytest.mark.parametrize("money", [Decimal("0.001"), Decimal("NaN"), Decimal(10**15), 12.5, "12.50"])
async def test_what_is_no_amount_in_whole_cents_is_refused(kept, money):
    with pytest.raises((StatementError, NotInCents)):
        await kept(money=money)


@pytest.mark.parametrize("ratio", ["0.00001", "NaN", "100", "-100", "Infinity"])
async def test_a_ratio_that_would_not_come_back_the_same_is_refused(kept, ratio):
    with pytest.raises(StatementError):
        await kept(ratio=Decimal(ratio))


async def test_instants_sort_by_time_whatever_zone_they_were_given_in(database, kept):
    base = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    for minutes in (90, 0, 45, 30):
        offset = timezone(timedelta(minutes=-7 * minutes))
        await kept(at=(base + timedelta(minutes=minutes)).astimezone(offset))

    found = await database.change(lambda c: c.execute(select(sample.c.at).order_by(sample.c.at)).scalars().all())
    assert [int((at - base).total_seconds() // 60) for at in found] == [0, 30, 45, 90]
