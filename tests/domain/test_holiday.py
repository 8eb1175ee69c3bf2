"""Public holidays by province, in English."""

from datetime import date

import pytest

from domain.holiday import PROVINCES, HolidaysUnknown, UnknownProvince, holidays_of


@pytest.mark.parametrize(
    ("province", "on", "name"),
    [
        ("BC", date(2027, 2, 15), "Family Day"),
        ("BC", date(2026, 9, 30), "National Day for Truth and Reconciliation"),
        ("BC", date(2026, 8, 3), "British Columbia Day"),
        ("MB", date(2026, 11, 11), "Remembrance Day"),
        ("MB", date(2027, 2, 15), "Louis Riel Day"),
        ("ON", date(2026, 12, 28), "Boxing Day (observed)"),
        ("QC", date(2026, 6, 24), "Saint Jean Baptiste Day"),
        ("AB", date(2027, 12, 27), "Christmas Day (observed)"),
        ("YT", date(2027, 9, 6), "Labour Day"),
    ],
)
def test_a_holiday_of_a_province_is_known_by_its_name(province: str, on: date, name: str) -> None:
    assert holidays_of(province, on.year)[on] == name


@pytest.mark.parametrize(
    ("province", "on"),
    [
        ("ON", date(2027, 8, 2)),
        ("QC", date(2027, 8, 2)),
        ("AB", date(2027, 9, 30)),
        ("NB", date(2027, 10, 11)),
        ("ON", date(2026, 11, 11)),
        ("NS", date(2026, 5, 18)),
    ],
)
def test_a_day_that_is_kept_elsewhere_is_an_ordinary_one_here(province: str, on: date) -> None:
    assert on not in holidays_of(province, on.year)


@pytest.mark.parametrize("province", PROVINCES)
@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_every_province_rests_on_the_national_days_and_on_no_day_of_another_year(province: str, year: int) -> None:
    days = holidays_of(province, year)

    assert {date(year, 1, 1), date(year, 7, 1), date(year, 12, 25)} <= set(days)
    assert all(on.year == year for on in days)
    assert 6 <= len(days) <= 14


def test_the_list_is_made_once_and_nobody_can_change_it() -> None:
    days = holidays_of("ON", 2026)

    assert holidays_of("ON", 2026) is days
    with pytest.raises(TypeError):
        days[date(2026, 1, 5)] = "Monday"  # type: ignore[index]  # the refusal is the case


@pytest.mark.parametrize("province", ["", "on", "ZZ", "Ontario", None, "CA"])
def test_a_province_that_does_not_exist_is_refused(province: str) -> None:
    with pytest.raises(UnknownProvince, match="is not a province or territory of Canada"):
        holidays_of(province, 2026)


@pytest.mark.parametrize("year", [1866, 2101, 9999])
def test_a_year_that_the_calendar_does_not_know_is_an_error_and_no_year_without_holidays(year: int) -> None:
    with pytest.raises(HolidaysUnknown, match=f"{year} are not known"):
        holidays_of("BC", year)
