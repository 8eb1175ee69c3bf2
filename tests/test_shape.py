"""Functions fit a screen and files have one subject: at most 40 lines, at most 400."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "domain", "storage")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FUNCTION = 40
LONGEST_FILE = 400


def long_functions(source: str, most: int = LONGEST_FUNCTION) -> Iterator[str]:
    """Yield every function of more than `most` lines, from its `def` to its last line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > most:
                yield f"{node.name}: {lines} lines"


def test_the_packages_have_files():
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(PACKAGES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_are_short(path):
    source = path.read_text(encoding="utf-8")
    assert list(long_functions(source)) == []
    assert len(source.splitlines()) <= LONGEST_FILE


def test_a_function_of_41_lines_is_found_wherever_it_stands():
    body = "\n".join(["    x = 1"] * 40)
    inner = "\n".join(f"    {line}" for line in f"async def late():\n{body}".splitlines())
    assert list(long_functions(f"def long():\n{body}")) == ["long: 41 lines"]
    assert list(long_functions(f"class Owner:\n{inner}")) == ["late: 41 lines"]
    assert list(long_functions("def short():\n" + "\n".join(["    x = 1"] * 39))) == []
