"""IANA time zones from the packaged `tzdata` alone, and the canary that proves they know the clock changes of 2026."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from domain.errors import RuleBroken

DEFAULT_ZONE: Final = "America/Toronto"
"""Whose clock counts while nobody has said where a person or a house is; never for the question of contact."""

CANARY_AT: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
# BC, Alberta, the Northwest Territories and Manitoba stopped changing their clocks in 2026 (IANA 2026f).
CANARY_HOURS: Final = {"America/Vancouver": -7, "America/Edmonton": -6, "America/Winnipeg": -5, "America/Inuvik": -6}


class UnknownZone(RuleBroken):
    """{name} is not a time zone."""

    code: ClassVar[str] = "UNKNOWN_ZONE"


class InstantWithoutZone(RuleBroken):
    """{at} has no time zone, so it is not an instant."""

    code: ClassVar[str] = "INSTANT_WITHOUT_ZONE"


@dataclass(frozen=True, slots=True)
class ZoneReport:
    """What the canary found; `wrong` holds one sentence for each zone with another offset, `ok` when there is none."""

    ok: bool
    iana_version: str
    wrong: tuple[str, ...]


def zone(name: str) -> ZoneInfo:
    """The zone called `name`, exactly as IANA spells it; aliases keep their name.

    The system's zone files are never asked: `ZoneInfo(name)` would prefer them, and they may be older than the law.
    Raises UnknownZone for any other value, whatever its type.
    """
    if not isinstance(name, str) or name not in _names():
        raise UnknownZone(name=repr(name)[:80])
    return _load(name)


def check_zones(load: Callable[[str], ZoneInfo] = zone) -> ZoneReport:
    """Compare the offsets of four western zones on 2026-12-01 with the law; nothing may be sent unless `ok`.

    `load` stands for the source of the zones.
    """
    wrong = tuple(text for name, hours in CANARY_HOURS.items() if (text := _wrong(name, hours, load)))
    return ZoneReport(ok=not wrong, iana_version=iana_version(), wrong=wrong)


@cache
def iana_version() -> str:
    """The release of the IANA database that the package holds, such as "2026f"; it is the first line of its source."""
    with (files("tzdata") / "zoneinfo" / "tzdata.zi").open(encoding="ascii") as source:
        return source.readline().removeprefix("# version").strip()


def utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises InstantWithoutZone: the system's own zone must never be guessed."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise InstantWithoutZone(at=at)
    return at.astimezone(UTC)


def local_date(at: datetime, zones: Collection[str]) -> date:
    """The date at a place: in the first of its zones by name, in the default zone where none is known.

    Raises UnknownZone.
    """
    return utc(at).astimezone(zone(min(zones, default=DEFAULT_ZONE))).date()


def midnight_before(at: datetime, name: str) -> datetime:
    """The instant, in UTC, at which the local day that holds `at` began in a zone. Raises UnknownZone."""
    local = utc(at).astimezone(zone(name))
    return utc(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0))


def midnight_after(at: datetime, name: str) -> datetime:
    """The instant, in UTC, at which the next local day after `at` begins in a zone. Raises UnknownZone."""
    there = zone(name)
    following = utc(at).astimezone(there).date() + timedelta(days=1)
    return utc(datetime.combine(following, time(), there))


def _wrong(name: str, hours: int, load: Callable[[str], ZoneInfo]) -> str | None:
    """The sentence about a zone that is not `hours` from UTC at the canary's instant."""
    try:
        offset = CANARY_AT.astimezone(load(name)).utcoffset()
    except UnknownZone as error:
        return str(error)
    if offset == timedelta(hours=hours):
        return None
    return f"{name} is {offset} from UTC on {CANARY_AT:%Y-%m-%d}, {hours} hours expected."


@cache
def _names() -> frozenset[str]:
    """Every name in the package's own list."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


@cache
def _load(name: str) -> ZoneInfo:
    """Read one zone's compiled file from the package; `name` is from its list."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as compiled:
        return ZoneInfo.from_file(compiled, key=name)
