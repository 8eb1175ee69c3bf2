"""The contact policy of a place, and the three checks of time: the policy's window, the law's hours, an override."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from domain.geo import province_of, same_market
from domain.holiday import UnknownProvince, holidays_of
from domain.rules import (
    CRTC_CALLS,
    CRTC_SOURCE,
    SEED_RULES,
    Medium,
    Rules,
    RulesInvalid,
    Window,
    any_hours,
    lawful_hours,
    seed_rules,
    widens,
)
from domain.windows import DAY, SATURDAY, Hours, closed_because, next_open, within
from domain.words import fold
from domain.zones import UnknownZone, utc, zone

__all__ = [
    "ALL_MARKETS",
    "CRTC_CALLS",
    "CRTC_SOURCE",
    "HORIZON",
    "SEED_RULES",
    "Basis",
    "Medium",
    "Policy",
    "Rules",
    "RulesInvalid",
    "UnknownProvince",
    "Verdict",
    "Window",
    "any_hours",
    "check_contact_window",
    "check_legal_hours",
    "check_override",
    "effective_policy",
    "holidays_of",
    "lawful_hours",
    "local_times",
    "seed_rules",
    "widens",
]

Basis: TypeAlias = Literal["law", "policy"]

ALL_MARKETS: Final = "ALL"
HORIZON: Final = timedelta(days=14)

_HHMM: Final = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MEDIA: Final = {Medium.SMS: "SMS", Medium.CALL: "calls", Medium.EMAIL: "e-mail"}


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a market's row. `market` is a label or "ALL"; `rules` is None when the row's could not be read."""

    province: str
    market: str
    enabled: bool
    rules: Rules | None
    version: int = 1

    def name(self) -> str:
        """What people call the row: "ON/Toronto"."""
        return f"{self.province}/{self.market}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one check.

    `reason` is a code: in_window, outside_window, weekend, holiday, no_zone, unknown_zone, no_policy, disabled,
    medium_not_allowed, no_windows, invalid_rules, invalid_override. `sentence` says it to a person.
    `next_open_at` (UTC) is the first later instant that is open in every zone, within 14 days; None when the answer is
    yes, or when time alone opens nothing. `local_times` shows the instant on the clock of each zone that is known.
    `basis` and `source` say what forbids it; None when nothing does.
    """

    allowed: bool
    reason: str
    sentence: str
    next_open_at: datetime | None = None
    local_times: Mapping[str, datetime] = field(default_factory=dict)
    basis: Basis | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """One instant to be judged: the hours that hold, the clocks of the places, the holidays, and who says so."""

    at: datetime
    clocks: Mapping[str, datetime]
    hours: Hours
    holidays: Collection[date]
    basis: Basis
    source: str


def check_contact_window(
    policy: Policy | None, *, zones: Collection[str], at: datetime, medium: Medium, holidays: Collection[date]
) -> Verdict:
    """Whether the policy row lets `medium` be used at the instant `at` in every one of `zones`.

    `holidays` are local dates (a mapping gives their names); they count for the media that rest on them. Whatever is
    missing or odd blocks. The law's hours are a second question, `check_legal_hours`. Raises InstantWithoutZone.
    """
    at = utc(at)
    clocks, unknown = _clocks(zones, at)
    blocked = _row_blocks(policy, medium) or _zones_block(clocks, unknown)
    if blocked or policy is None or policy.rules is None:
        reason, sentence = blocked or _NO_POLICY
        return Verdict(False, reason, sentence, local_times=clocks, basis="policy", source=_source(policy))
    return _judge(_Question(at, clocks, policy.rules.hours(medium), holidays, "policy", _source(policy)))


def check_legal_hours(medium: Medium, *, zones: Collection[str], at: datetime) -> Verdict:
    """Whether the law lets a call start at the instant `at`: the CRTC's hours in every one of `zones`, holidays alike.

    No federal rule sets hours for SMS and e-mail, so these are always allowed here. Raises InstantWithoutZone.
    """
    at = utc(at)
    clocks, unknown = _clocks(zones, at)
    if medium in (Medium.SMS, Medium.EMAIL):
        return Verdict(True, "in_window", f"No law sets hours for {_MEDIA[medium]}.", local_times=clocks)
    blocked = _zones_block(clocks, unknown)
    if blocked:
        return Verdict(False, *blocked, local_times=clocks, basis="law", source=CRTC_SOURCE)
    return _judge(_Question(at, clocks, CRTC_CALLS.hours(Medium.CALL), (), "law", CRTC_SOURCE))


def check_override(policy: Policy | None, *, weekday: object, hhmm: object, medium: Medium) -> Verdict:
    """Whether the policy row lets `medium` be used at a stated local weekday and time, without clock or holidays.

    `weekday` is 0 (Monday) to 6, as a number or one digit; `hhmm` is text of four ASCII digits, 0000 to 2359.
    Anything else blocks with reason invalid_override. For previews: it can never replace the clock of a real send.
    """
    minute = _minute_of_week(weekday, hhmm)
    if minute is None:
        return Verdict(False, *_INVALID_OVERRIDE, basis="policy", source=_source(policy))
    blocked = _row_blocks(policy, medium)
    if blocked or policy is None or policy.rules is None:
        return Verdict(False, *(blocked or _NO_POLICY), basis="policy", source=_source(policy))
    hours, stated = policy.rules.hours(medium), f"{_DAYS[minute // DAY]} {hhmm}"
    if within(hours.week, minute):
        return Verdict(True, "in_window", f"Open on {stated}.")
    weekend = minute // DAY >= SATURDAY and minute // DAY not in hours.days
    reason = "weekend" if weekend else "outside_window"
    return Verdict(False, reason, f"{_HEADINGS[reason]}: {stated}.", basis="policy", source=_source(policy))


def effective_policy(policies: Iterable[Policy], province: str | None, market: str | None) -> Policy | None:
    """The row that holds for a place: its market's own, else the province's ALL, else None (which blocks).

    A disabled market row is returned as it is: it never falls back to an enabled province. Labels are compared without
    case, accents, underscores and punctuation; a province may be named in full. Of two versions the newer one holds.
    """
    if not province:
        return None
    wanted = _province_key(province)
    rows = [row for row in policies if _province_key(row.province) == wanted]
    for label in (market or ALL_MARKETS, ALL_MARKETS):
        found = [row for row in rows if same_market(row.market, label)]
        if found:
            return max(found, key=lambda row: row.version)
    return None


def local_times(zones: Collection[str], at: datetime) -> dict[str, datetime]:
    """What the clocks of the places show at an instant, by the zones' names; a name that is no zone is left out."""
    return _clocks(zones, utc(at))[0]


_NO_POLICY: Final = ("no_policy", "Blocked: no contact policy covers this place.")
_INVALID_OVERRIDE: Final = (
    "invalid_override",
    "Blocked: the weekday must be 0 (Monday) to 6 and the time four digits from 0000 to 2359.",
)
_HEADINGS: Final = {
    "holiday": "Closed on a holiday",
    "weekend": "Closed at the weekend",
    "outside_window": "Outside the window",
}


def _row_blocks(policy: Policy | None, medium: Medium) -> tuple[str, str] | None:
    """The reason and sentence for which a policy row blocks `medium` at any time."""
    if policy is None:
        return _NO_POLICY
    row = f"the contact policy of {policy.name()}"
    if not policy.enabled:
        return "disabled", f"Blocked: {row} is switched off."
    if not isinstance(policy.rules, Rules):
        return "invalid_rules", f"Blocked: the rules in {row} cannot be read."
    if medium not in policy.rules.channels_allowed:
        return "medium_not_allowed", f"Blocked: {row} does not allow {_MEDIA.get(medium, medium)}."
    if not policy.rules.hours(medium).week:
        return "no_windows", f"Blocked: {row} has no window for {_MEDIA[medium]}."
    return None


def _zones_block(clocks: Mapping[str, datetime], unknown: str | None) -> tuple[str, str] | None:
    """The reason and sentence for which zones block: one is unknown, or there is none."""
    if unknown is not None:
        return "unknown_zone", f"Blocked: {unknown}"
    if not clocks:
        return "no_zone", "Blocked: the recipient's time zone is not known."
    return None


def _clocks(zones: Collection[str], at: datetime) -> tuple[dict[str, datetime], str | None]:
    """What the clocks show, by the zones' names in order, and the sentence about a name that is no zone."""
    clocks, unknown = {}, None
    for name in zones if len(zones) == 1 else sorted(zones, key=str):
        try:
            clocks[name] = at.astimezone(zone(name))
        except UnknownZone as error:
            unknown = str(error)
    return clocks, unknown


def _judge(question: _Question) -> Verdict:
    """The verdict about one instant; of several closed zones the first one speaks."""
    for name, local in question.clocks.items():
        reason = closed_because(question.hours, local, question.holidays)
        if reason is not None:
            return _closed(question, name, reason)
    name, local = next(iter(question.clocks.items()))
    return Verdict(True, "in_window", f"Open: it is {_time(local)} in {name}.", None, question.clocks)


def _closed(question: _Question, name: str, reason: str) -> Verdict:
    """The verdict for an instant that is closed in the zone called `name`, with the next opening in all zones."""
    local = question.clocks[name]
    places: list[tzinfo] = [zone(each) for each in question.clocks]
    until = question.at + HORIZON
    opens = next_open(question.at, zones=places, hours=question.hours, holidays=question.holidays, until=until)
    heading = "Outside the legal calling hours" if question.basis == "law" else _HEADINGS[reason]
    if reason == "holiday" and isinstance(question.holidays, Mapping):
        heading = f"Closed for {question.holidays[local.date()]}"
    now = _time(local) if reason == "outside_window" else f"{_DAYS[local.weekday()]} {_time(local)}"
    then = "nothing opens within 14 days" if opens is None else f"open {_day_and_time(opens, local)}"
    sentence = f"{heading}: it is {now} in {name}; {then}."
    return Verdict(False, reason, sentence, opens, question.clocks, question.basis, question.source)


def _time(local: datetime) -> str:
    """Hours and minutes, as in 20:14."""
    return f"{local.hour:02}:{local.minute:02}"


def _day_and_time(opens: datetime, local: datetime) -> str:
    """An opening on the clock that shows `local`: "Wed 09:00", from a week on with its date, "Wed 9 Dec 09:00"."""
    then = opens.astimezone(local.tzinfo)
    on = "" if (then.date() - local.date()).days < 7 else f" {then.day} {_MONTHS[then.month - 1]}"
    return f"{_DAYS[then.weekday()]}{on} {_time(then)}"


def _minute_of_week(weekday: object, hhmm: object) -> int | None:
    """The minute since Monday 00:00, None for anything odd."""
    day = weekday
    if isinstance(weekday, str):
        day = "0123456".find(weekday) if len(weekday) == 1 else -1
    if not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= 6:
        return None
    found = _HHMM.fullmatch(hhmm) if isinstance(hhmm, str) else None
    return day * DAY + int(found[1]) * 60 + int(found[2]) if found else None


def _source(policy: Policy | None) -> str:
    """The row that an answer rests on."""
    return "house rule" if policy is None else f"contact policy of {policy.name()}, version {policy.version}"


@lru_cache(maxsize=1024)
def _province_key(province: str) -> str:
    """A province for comparison: its two letters when it is known, by code or name."""
    return province_of(province) or f"?{fold(province)}"
