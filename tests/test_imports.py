"""Every module imports: a name that its source no longer has is found here, not in production."""

import importlib
import pkgutil

import pytest

PACKAGES = ("bot", "domain", "storage")


def modules():
    """Yield the dotted name of every module of the three packages; the migrations' own scripts run under Alembic alone."""
    for package in PACKAGES:
        yield package
        where = importlib.import_module(package).__path__
        for info in pkgutil.walk_packages(where, f"{package}.", onerror=_fail):
            if not info.name.endswith((".__main__", ".migrations.env")):
                yield info.name


def _fail(name):
    raise ImportError(f"the package {name} does not import")


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_imports(name):
    assert importlib.import_module(name).__name__ == name


def test_all_three_packages_are_walked():
    names = set(modules())
    assert {"bot.clock", "domain.errors", "storage.base"} <= names
