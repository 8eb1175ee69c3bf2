"""The wheel carries every file of the packages and runs away from the checkout, as far as it says it does."""

import os
import shutil
import subprocess
import sys
from email.parser import Parser
from zipfile import ZipFile

import pytest

from tests.contracts.slack_api import ROOT

PACKAGES = ("bot", "domain", "storage")
CACHES = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy, without the network, and unpack it; return the folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=CACHES)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "docs" / "licences", source / "docs" / "licences")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", str(source), *options, "-w", str(folder)]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    ZipFile(file).extractall(folder / "unpacked")
    return folder / "unpacked"


def files_of(root):
    """Return the packages' files below a folder, without what Python caches."""
    found = (path.relative_to(root) for package in PACKAGES for path in (root / package).rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def run(wheel, folder, *arguments):
    """Run the wheel's command line in a folder of its own, with nothing set."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel), "PYTHONDONTWRITEBYTECODE": "1", "PORT": "0"}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    assert files_of(wheel) == files_of(ROOT)
    for name in ("bot/sandbox/page/index.html", "domain/geo/data/gazetteer.txt", "storage/migrations/script.py.mako"):
        assert name in files_of(wheel)


def test_the_wheels_front_page_is_the_readme_and_the_licence_comes_along(wheel):
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    told = Parser().parsestr(metadata.read_text("utf8"))
    assert told["Description-Content-Type"] == "text/markdown"
    assert told.get_payload().strip() == (ROOT / "README.md").read_text("utf8").strip()
    for name in ("LICENSE", "NOTICE", "docs/licences/SCOWL.txt"):
        assert list(wheel.glob(f"*.dist-info/licenses/{name}"))


def test_away_from_the_checkout_the_database_is_migrated_and_examined(wheel, tmp_path):
    assert "The database stands at " in run(wheel, tmp_path, "migrate").stdout
    examined = run(wheel, tmp_path, "doctor")
    assert (examined.returncode, "WRONG" in examined.stdout) == (0, False)


def test_away_from_the_checkout_the_sandbox_says_in_one_sentence_what_it_needs(wheel, tmp_path):
    ended = run(wheel, tmp_path, "run")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"valhalla: There is no {wheel / 'manifest.yml'}: the sandbox runs from a checkout")
    assert "Traceback" not in ended.stderr
