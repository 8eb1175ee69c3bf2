"""No code of the product asks the system for a zone: its files may be older than the law."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PRODUCT = sorted(path for part in ("domain", "storage", "bot") for path in (ROOT / part).rglob("*.py"))
THE_ONE_PLACE = ROOT / "domain" / "zones.py"

OTHER_SOURCES = {"pytz", "dateutil", "tzlocal", "pytz_deprecation_shim", "backports"}
SYSTEM_PATHS = ("/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone")
LOCAL_CLOCK = {"localtime", "mktime", "tzset"}
SCHEDULERS = {"AsyncIOScheduler", "BackgroundScheduler", "BlockingScheduler", "CronTrigger"}


def faults(source: str, *, is_the_one_place: bool = False) -> list[str]:
    """What in a source may take a zone from the system, each with its line."""
    return [
        f"line {getattr(node, 'lineno', 0)}: {fault}"
        for node in ast.walk(ast.parse(source))
        for fault in faults_of(node, is_the_one_place)
    ]


def faults_of(node: ast.AST, is_the_one_place: bool) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (fault for name in names if (fault := import_fault(name.name, is_the_one_place)))
        case ast.ImportFrom(module="zoneinfo", names=[ast.alias(name="ZoneInfo", asname=None)]):
            return  # the name of the type, for annotations; every other use of it is a fault below
        case ast.ImportFrom(module=str(module)):
            if fault := import_fault(module, is_the_one_place):
                yield fault
        case ast.Attribute(value=ast.Name(id="ZoneInfo")) if not is_the_one_place:
            yield "ZoneInfo makes zones in domain.zones alone"
        case ast.Constant(value=str(text)) if any(path in text for path in SYSTEM_PATHS):
            yield f"the system's path in {text[:60]!r}"
        case ast.Call():
            yield from call_faults(node)


def import_fault(module: str, is_the_one_place: bool) -> str | None:
    top = module.split(".", maxsplit=1)[0]
    if top in OTHER_SOURCES or (top == "zoneinfo" and not is_the_one_place):
        return f"import of {module}"
    return None


def call_faults(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    keywords = {keyword.arg for keyword in call.keywords}
    if name == "ZoneInfo":
        yield "ZoneInfo(name) looks at the system first"
    if name != "isinstance" and any(isinstance(value, ast.Name) and value.id == "ZoneInfo" for value in call.args):
        yield "ZoneInfo handed over may be called"
    if name == "astimezone" and not call.args and not call.keywords:
        yield "astimezone() takes the system's zone"
    if name == "fromtimestamp" and len(call.args) < 2 and "tz" not in keywords:
        yield "fromtimestamp without tz takes the system's zone"
    if name in LOCAL_CLOCK:
        yield f"{name}() takes the system's zone"
    if name in SCHEDULERS and "timezone" not in keywords:
        yield f"{name} without timezone takes the system's zone"
    if name in {"import_module", "__import__"} and call.args and isinstance(call.args[0], ast.Constant):
        fault = import_fault(str(call.args[0].value), False)
        if fault:
            yield fault


def test_there_is_a_product_to_read() -> None:
    assert THE_ONE_PLACE in PRODUCT


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_takes_its_zones_from_the_package(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), is_the_one_place=path == THE_ONE_PLACE) == []


@pytest.mark.parametrize(
    "source",
    [
        "import zoneinfo",
        "from zoneinfo import ZoneInfo as Zone",
        "from zoneinfo import available_timezones",
        "from zoneinfo import ZoneInfo, reset_tzpath",
        "list(map(ZoneInfo, names))",
        "load = ZoneInfo.no_cache",
        "import pytz",
        "from pytz import timezone",
        "from dateutil.tz import gettz",
        "import dateutil.tz as tz",
        "import tzlocal",
        "from backports import zoneinfo",
        "importlib.import_module('pytz')",
        "__import__('zoneinfo')",
        "open('/usr/share/zoneinfo/America/Toronto')",
        "PATH = '/etc/localtime'",
        "zoneinfo.ZoneInfo('America/Toronto')",
        "at.astimezone()",
        "datetime.fromtimestamp(5)",
        "time.localtime()",
        "time.tzset()",
        "AsyncIOScheduler()",
        "scheduling.CronTrigger(hour=8)",
    ],
)
def test_the_reading_finds_each_way_to_the_system(source: str) -> None:
    assert len(faults(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from domain.zones import zone",
        "at.astimezone(UTC)",
        "datetime.fromtimestamp(5, UTC)",
        "datetime.fromtimestamp(5, tz=UTC)",
        "AsyncIOScheduler(timezone=UTC)",
        "importlib.import_module(name)",
        "from . import rules",
        "from zoneinfo import ZoneInfo",
        "def local(at: datetime, place: ZoneInfo) -> datetime: ...",
        "isinstance(place, ZoneInfo)",
    ],
)
def test_the_reading_lets_the_right_ways_pass(source: str) -> None:
    assert faults(source) == []


def test_only_one_file_may_make_zones_and_even_it_may_not_ask_by_name() -> None:
    reads_a_file = "import zoneinfo\nZoneInfo.from_file(compiled, key=name)"

    assert faults(reads_a_file, is_the_one_place=True) == []
    assert len(faults(reads_a_file)) == 2
    assert len(faults("ZoneInfo('America/Toronto')", is_the_one_place=True)) == 1
