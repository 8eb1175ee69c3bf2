"""Shared by the tests of time: Canada's zones, rules in short form, and strategies."""

import csv
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from domain.policy import Medium, Policy, Rules

DATA = Path(__file__).parent.parent / "data"

ZONES = (
    "America/St_Johns",
    "America/Halifax",
    "America/Glace_Bay",
    "America/Moncton",
    "America/Goose_Bay",
    "America/Blanc-Sablon",
    "America/Toronto",
    "America/Iqaluit",
    "America/Atikokan",
    "America/Winnipeg",
    "America/Rainy_River",
    "America/Rankin_Inlet",
    "America/Resolute",
    "America/Regina",
    "America/Swift_Current",
    "America/Edmonton",
    "America/Inuvik",
    "America/Cambridge_Bay",
    "America/Vancouver",
    "America/Creston",
    "America/Dawson_Creek",
    "America/Fort_Nelson",
    "America/Whitehorse",
    "America/Dawson",
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def rules_json(windows: str, **others: Any) -> dict[str, Any]:
    """ "01234@0900-2000;56@1000-1800" as the JSON of rules."""
    found = [re.fullmatch(r"(\d+)@([^-]+)-(.+)", window) for window in windows.split(";") if window]
    listed = [
        {"days": [int(day) for day in part[1]], "start": part[2], "end": part[3]} for part in found if part is not None
    ]
    return {"contact_windows_local": listed, "channels_allowed": ["SMS", "CALL", "EMAIL"], **others}


def rules(windows: str = "01234@0900-2000", **others: Any) -> Rules:
    return Rules.from_json(rules_json(windows, **others))


def policy(windows: str = "01234@0900-2000", **others: Any) -> Policy:
    return Policy("ON", "ALL", True, rules(windows, **others))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def instants(since: str = "2026-01-01T00:00:00Z", days: int = 730) -> st.SearchStrategy[datetime]:
    """Seconds of two years, a third of them around a change of the clocks."""
    start = instant(since)
    anywhere = st.integers(0, days * 86_400 - 1).map(lambda second: start + timedelta(seconds=second))
    changes = [instant(f"{day}T08:00:00Z") for day in ("2026-03-08", "2026-11-01", "2027-03-14", "2027-11-07")]
    near = st.builds(
        lambda change, second: change + timedelta(seconds=second),
        st.sampled_from(changes),
        st.integers(-90_000, 90_000),
    )
    return st.one_of(anywhere, anywhere, near)


def zone_sets(most: int = 3) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(ZONES), min_size=1, max_size=most)


_minutes = st.one_of(st.integers(0, 1439), st.integers(0, 95).map(lambda quarter: quarter * 15))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


windows_json: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries(
    {
        "days": st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True),
        "start": _minutes.map(_clock),
        "end": st.one_of(_minutes, st.just(1440)).map(_clock),
    },
    optional={"media": st.lists(st.sampled_from([medium.value for medium in Medium]), max_size=3, unique=True)},
)

rules_of_any_kind: st.SearchStrategy[Rules] = st.fixed_dictionaries(
    {"contact_windows_local": st.lists(windows_json, max_size=4)},
    optional={
        "channels_allowed": st.lists(st.sampled_from([medium.value for medium in Medium]), max_size=3, unique=True),
        "holidays": st.one_of(st.booleans(), st.just(["CALL"])),
    },
).map(Rules.from_json)


def shows_open(the_rules: Rules, medium: Medium, local: datetime, is_holiday: bool) -> bool:
    """The oracle: one look at the wall clock, straight from the meaning of a window."""
    if medium not in the_rules.channels_allowed or (is_holiday and medium in the_rules.holidays):
        return False
    minute, today, yesterday = local.hour * 60 + local.minute, local.weekday(), (local.weekday() - 1) % 7
    for window in the_rules.windows:
        if medium not in window.media:
            continue
        if window.start < window.end and today in window.days and window.start <= minute < window.end:
            return True
        if window.end < window.start and today in window.days and minute >= window.start:
            return True
        if window.end < window.start and yesterday in window.days and minute < window.end:
            return True
    return False
