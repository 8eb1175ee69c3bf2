"""docs/sandbox.md names every call, method and fault that there is."""

import re
from pathlib import Path

import pytest

from bot.sandbox.app import _ACTS, _READS
from bot.sandbox.faults import FaultKind
from bot.sandbox.webapi import METHODS

DOC = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
CALLS = [f"GET {name}" for name in _READS] + [f"POST {name}" for name in _ACTS]


@pytest.mark.parametrize("call", CALLS)
def test_a_driver_call_is_documented(call):
    assert f"`{call}`" in DOC


@pytest.mark.parametrize("method", [*METHODS, "apps.connections.open"])
def test_a_method_is_documented(method):
    assert re.search(rf"\b{re.escape(method)}\b", DOC)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_is_documented(kind):
    assert f"| {kind} |" in DOC


def test_no_call_is_documented_that_there_is_not():
    named = set(re.findall(r"`((?:GET|POST) [a-z_]+)`", DOC))
    assert named == {*CALLS, "GET live"}
