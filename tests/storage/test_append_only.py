"""Ledgers and evidence are only ever added to: nowhere in the product is one of their rows changed or removed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPEND_ONLY = (
    "audit_entry",
    "consent_event",
    "contact_zone",
    "kpi_event",
    "offer_evidence",
    "opt_out",
    "market_policy_version",
    "offer_policy_version",
    "message_template",
)
CHANGING = {"update", "delete", "upsert"}
SOURCES = sorted(path for package in ("bot", "storage") for path in (ROOT / package).rglob("*.py"))


def changes(source: str) -> Iterator[str]:
    """Yield the append-only tables that a source changes: `update(t)`, `t.update()`, `tx.upsert(t)` or plain SQL."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _changed_by(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.lower().split()
            verbs = {("update",), ("delete", "from")}
            for table in APPEND_ONLY:
                if any(
                    tuple(words[i - len(verb) : i]) == verb
                    for i, word in enumerate(words)
                    if word == table
                    for verb in verbs
                ):
                    yield table


def _changed_by(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in CHANGING:
        return
    named = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    for node in (*named, *call.args):
        table = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if table in APPEND_ONLY:
            yield table


def test_the_product_changes_no_row_that_is_only_added():
    assert len(SOURCES) > 20
    found = {f"{path.relative_to(ROOT)}: {table}" for path in SOURCES for table in changes(path.read_text("utf-8"))}
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "connection.execute(update(kpi_event).values(success=True))",
        "connection.execute(kpi_event.update())",
        "connection.execute(delete(storage.kpis.kpi_event))",
        "tx.upsert(kpi_event).values(x)",
        "text('UPDATE kpi_event SET success = true')",
        "text('DELETE FROM kpi_event')",
    ],
)
def test_a_change_is_found_in_whichever_way_it_is_written(source):
    assert list(changes(source)) == ["kpi_event"]


def test_adding_and_reading_are_no_changes():
    assert list(changes("insert(kpi_event); select(kpi_event); {}.update(x=1); text('SELECT 1 FROM kpi_event')")) == []
