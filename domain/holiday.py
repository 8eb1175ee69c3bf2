"""Public holidays of the provinces and territories, by local date, with their English names."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import ClassVar

from holidays import PUBLIC, country_holidays

from domain.errors import RuleBroken
from domain.geo import PROVINCES


class UnknownProvince(RuleBroken):
    """{province} is not a province or territory of Canada."""

    code: ClassVar[str] = "UNKNOWN_PROVINCE"


class HolidaysUnknown(RuleBroken):
    """The holidays of {year} are not known; the calendar ends with {last}. Update the holidays library."""

    code: ClassVar[str] = "HOLIDAYS_UNKNOWN"


def holidays_of(province: str, year: int) -> Mapping[date, str]:
    """The days on which the province (two letters) rests in `year`, substitutes for a Saturday or Sunday among them.

    From the `holidays` library, category PUBLIC. Manitoba's 11 November is added: its own Act (The Remembrance Day Act)
    keeps it, the library does not. Raises UnknownProvince; without a province only the national days would be known.
    Raises HolidaysUnknown for a year outside the library's: an empty calendar would let a call through on a holiday.
    """
    if province not in PROVINCES:
        raise UnknownProvince(province=repr(province)[:80])
    return _days(province, year)


@lru_cache(maxsize=512)
def _days(province: str, year: int) -> Mapping[date, str]:
    """Ask the library once for a province and a year."""
    calendar = country_holidays("CA", subdiv=province, years=year, expand=False, categories=(PUBLIC,), language="en_CA")
    if not calendar.start_year <= year <= calendar.end_year:
        raise HolidaysUnknown(year=year, last=calendar.end_year)
    days = {on: name for on, name in sorted(calendar.items()) if on.year == year}
    if province == "MB":
        days.setdefault(date(year, 11, 11), "Remembrance Day")
    return MappingProxyType(days)
