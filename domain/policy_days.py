"""A contact policy today: what the clocks of its place show, and from when to when each medium is open there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.geo import MARKETS, zones_of_province
from domain.holiday import holidays_of
from domain.hours_text import day_text
from domain.policy import Policy, local_times
from domain.rules import Medium, lawful_hours

OFF: Final = "off"
UNREADABLE: Final = "blocked"
NOT_ALLOWED: Final = "not allowed"


@dataclass(frozen=True, slots=True)
class PolicyDay:
    """One local day of a policy's place.

    `clocks` are the different local times of its zones, earliest first; `on` is the date on the first of them, and
    `holiday` that date's name if it is one. `hours` say for each medium when it is open that day, by policy and law:
    "09:00–20:00", "closed", or why it is not.
    """

    on: date
    clocks: tuple[datetime, ...]
    holiday: str | None
    hours: Mapping[Medium, str]


def day_of(policy: Policy, at: datetime) -> PolicyDay:
    """The local day that holds the instant `at` at a policy's place. Raises HolidaysUnknown."""
    clocks = _clocks(policy, at)
    on = clocks[0].date()
    holidays = holidays_of(policy.province, on.year)
    hours = {medium: _hours(policy, medium, on, holidays) for medium in Medium}
    return PolicyDay(on, clocks, holidays.get(on), hours)


def zones_of_row(province: str, market: str) -> frozenset[str]:
    """Every zone that a policy row reaches: its market's, or all of the province's."""
    own = {one.zone for one in MARKETS if one.label == market}
    return frozenset(own) or zones_of_province(province)


def _clocks(policy: Policy, at: datetime) -> tuple[datetime, ...]:
    shown = local_times(zones_of_row(policy.province, policy.market), at).values()
    different = {local.replace(tzinfo=None): local for local in shown}
    return tuple(different[time] for time in sorted(different))


def _hours(policy: Policy, medium: Medium, on: date, holidays: Mapping[date, str]) -> str:
    if not policy.enabled:
        return OFF
    if policy.rules is None:
        return UNREADABLE
    if medium not in policy.rules.channels_allowed:
        return NOT_ALLOWED
    return day_text(lawful_hours(policy.rules, medium).bounds(on, holidays), on.weekday())
