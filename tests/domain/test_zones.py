"""Zones come from the package, whatever the system holds, and the canary sings when they are stale."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo as SystemZone  # noqa: TID251 - the system's reading is what these tests distrust

import pytest

from domain import zones
from domain.zones import (
    CANARY_AT,
    InstantWithoutZone,
    UnknownZone,
    ZoneReport,
    check_zones,
    local_date,
    midnight_before,
    utc,
    zone,
)
from tests.domain.calendars import ZONES


@pytest.fixture
def stale_system(tmp_path: Path) -> Iterator[Path]:
    """A system whose file for Vancouver holds Toronto's clock; Python is told to look there first."""
    toronto = files("tzdata") / "zoneinfo" / "America" / "Toronto"
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "Vancouver").write_bytes(toronto.read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    SystemZone.clear_cache()
    zones._load.cache_clear()
    yield tmp_path
    zoneinfo.reset_tzpath(to=before)
    SystemZone.clear_cache()


def test_the_packaged_zones_know_the_changes_of_2026() -> None:
    report = check_zones()

    assert report.ok
    assert report.wrong == ()
    assert report.iana_version >= "2026f"


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("America/Vancouver", -7),
        ("America/Edmonton", -6),
        ("America/Inuvik", -6),
        ("America/Winnipeg", -5),
        ("America/Rainy_River", -5),
        ("America/Regina", -6),
        ("America/Whitehorse", -7),
        ("America/Toronto", -5),
        ("America/Halifax", -4),
        ("America/St_Johns", -3.5),
    ],
)
def test_the_winter_of_2026_has_the_offset_of_the_law(name: str, hours: float) -> None:
    assert CANARY_AT.astimezone(zone(name)).utcoffset() == timedelta(hours=hours)


def test_a_stale_system_changes_nothing(stale_system: Path) -> None:
    assert CANARY_AT.astimezone(SystemZone("America/Vancouver")).utcoffset() == timedelta(hours=-5)

    assert CANARY_AT.astimezone(zone("America/Vancouver")).utcoffset() == timedelta(hours=-7)
    assert check_zones().ok


def test_the_canary_names_each_zone_whose_offset_is_wrong(stale_system: Path) -> None:
    def load(name: str) -> SystemZone:
        return SystemZone(name) if name == "America/Vancouver" else zone(name)

    report = check_zones(load)

    assert not report.ok
    assert len(report.wrong) == 1
    assert "America/Vancouver" in report.wrong[0]
    assert "-7 hours expected" in report.wrong[0]


def test_the_canary_names_a_zone_that_cannot_be_loaded() -> None:
    def load(name: str) -> SystemZone:
        raise UnknownZone(name=name)

    report = check_zones(load)

    assert report == ZoneReport(ok=False, iana_version=report.iana_version, wrong=report.wrong)
    assert len(report.wrong) == 4


@pytest.mark.parametrize("name", ZONES)
def test_every_canadian_zone_loads_once_and_keeps_its_name(name: str) -> None:
    assert zone(name).key == name
    assert zone(name) is zone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "America",
        "America/",
        "/America/Toronto",
        "America/Torontoo",
        "america/toronto",
        "America/Toronto\n",
        "America/../America/Toronto",
        "../../../etc/passwd",
        "/usr/share/zoneinfo/America/Toronto",
        "tzdata.zi",
        "leapseconds",
        "__init__.py",
        "America\\Toronto",
        "America/Toronto\x00",
        "localtime",
        None,
        5,
        b"America/Toronto",
        ["America/Toronto"],
        timezone.utc,  # noqa: UP017 - the value itself is what is handed in
        "x" * 1_000_000,
    ],
)
def test_anything_that_is_no_name_of_a_zone_is_refused(name: object) -> None:
    with pytest.raises(UnknownZone, match="is not a time zone") as refused:
        zone(name)  # type: ignore[arg-type]  # the wrong type is the case

    assert refused.value.code == "UNKNOWN_ZONE"
    assert len(str(refused.value)) < 120


def test_an_instant_is_moved_to_utc() -> None:
    local = datetime(2026, 11, 25, 12, tzinfo=zone("America/Toronto"))

    assert utc(local) == datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert utc(local).tzinfo is UTC
    assert utc(utc(local)) is not None


def test_an_instant_that_is_in_utc_stays_the_same_object() -> None:
    assert utc(CANARY_AT) is CANARY_AT


def test_a_time_without_a_zone_is_not_an_instant() -> None:
    with pytest.raises(InstantWithoutZone):
        utc(datetime(2026, 11, 25, 12))  # noqa: DTZ001 - the case


def test_midnight_before_is_the_start_of_the_local_day_also_when_the_clocks_change() -> None:
    fall_back = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
    assert midnight_before(fall_back, "America/Toronto") == datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    assert midnight_before(datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "America/Toronto") == datetime(
        2026, 11, 23, 5, 0, tzinfo=UTC
    )
    assert midnight_before(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "America/Vancouver") == datetime(
        2026, 11, 24, 7, 0, tzinfo=UTC
    )


def test_the_local_date_is_that_of_the_first_zone_by_name_and_torontos_where_none_is_known() -> None:
    night = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    assert local_date(night, ()) == date(2026, 11, 24)
    assert local_date(night, {"America/St_Johns"}) == date(2026, 11, 25)
    assert local_date(night, {"America/Vancouver", "America/Halifax"}) == date(2026, 11, 25)
