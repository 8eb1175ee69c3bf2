"""No statement asks the database what time it is, or lets it compute with zones and dates: its clock is not ours."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = sorted(path for part in ("storage", "bot") for path in (ROOT / part).rglob("*.py"))

FUNCTIONS = {
    "now", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "clock_timestamp",
    "statement_timestamp", "transaction_timestamp", "timezone", "date_trunc", "date_part", "date_bin", "age", "extract",
    "to_timestamp", "make_interval", "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff",
}  # fmt: skip
SQL = re.compile(
    r"\b(?:current_(?:timestamp|date|time)|localtimestamp|at\s+time\s+zone|date_trunc\s*\(|clock_timestamp\s*\("
    r"|strftime\s*\(|julianday\s*\(|unixepoch\s*\(|datetime\s*\(\s*'|(?:select|values|set|=|>|<|,|\()\s*now\s*\(\s*\)"
    r"|interval\s+'|set\s+(?:session\s+|local\s+)?time\s+zone)",
    re.IGNORECASE,
)
SERVER_SIDE = {"server_onupdate", "onupdate"}
ALLOWED = {("storage/buyer_index.py", "func.strftime"), ("storage/buyer_index.py", "extract()")}
"""They write a stored instant as seconds since 1970: no clock and no zone is asked."""


def faults(source: str) -> Iterator[str]:
    """Yield what in a source lets the database know the time."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="func"), attr=name) if name in FUNCTIONS:
                yield f"func.{name}"
            case ast.Call(func=ast.Name(id="extract")):
                yield "extract()"
            case ast.keyword(arg=str(name)) if name in SERVER_SIDE:
                yield name
            case ast.Constant(value=str(text)) if SQL.search(text):
                yield f"SQL: {text[:60]}"


def test_no_statement_of_the_product_asks_the_databases_clock():
    found = {
        (name, fault)
        for path in PRODUCT
        if (name := str(path.relative_to(ROOT)))
        for fault in faults(path.read_text(encoding="utf-8"))
    }

    assert len(PRODUCT) > 100
    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "select(func.now())",
        "update(t).values(at=func.current_timestamp())",
        "func.timezone('America/Toronto', c.at)",
        "func.date_trunc('day', c.at)",
        "select(extract('hour', c.at))",
        "Column('at', Utc, onupdate=clock)",
        "text('SELECT now()')",
        "text('UPDATE t SET at = CURRENT_TIMESTAMP')",
        "text(\"SELECT at AT TIME ZONE 'America/Vancouver' FROM t\")",
        "text(\"SELECT datetime('now')\")",
        "text(\"WHERE at > x - interval '1 day'\")",
        "text(\"SET TIME ZONE 'America/Toronto'\")",
    ],
)
def test_the_reading_finds_each_way_to_ask(source):
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "self._clock.now()",
        "at.strftime('%H')",
        "func.count()",
        "'an interval of 5 days'",
        "'the date and the time now'",
    ],
)
def test_the_reading_lets_our_own_clock_pass(source):
    assert list(faults(source)) == []
