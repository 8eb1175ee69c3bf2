"""Logs are events for people or programs, and no traceback prints what its functions or a statement held."""

import json
import logging

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.logs import set_up_logs, without_echoes
from storage.database import Database

NAME = "".join(["Ann", "e Smi", "th"])
PHONE = "".join(["+1", "416", "555", "0134"])
"""Put together, so that the traceback's lines of source do not hold them."""
NOTES = f"Call after six.\nAsk for {NAME}, {PHONE}."
PEOPLE = "CREATE TABLE person (name TEXT, phone VARCHAR(20) NOT NULL UNIQUE, notes TEXT, age INTEGER)"
INSERT = text("INSERT INTO person VALUES (:name, :phone, :notes, :age)")
VALUES = {"name": NAME, "phone": PHONE, "notes": NOTES, "age": 40}


@pytest.fixture(autouse=True)
def _restored():
    """Leave logging as the other tests expect it: loggers that were used before hold its very list of processors."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def fail_with(phone):
    """Fail while holding a phone number."""
    held = f"the seller's number is {phone}"
    raise LookupError(f"{len(held)} characters")


def log_a_failure(form):
    """Log a failure as an edge does."""
    set_up_logs(level="info", form=form)
    log = structlog.get_logger()
    try:
        fail_with(PHONE)
    except LookupError as error:
        log.error("listener_failed", reference="A1B2C3D4", exc_info=error)


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_names_the_failure_and_prints_no_local_variable(capsys, form):
    log_a_failure(form)
    printed = capsys.readouterr().err
    assert "A1B2C3D4" in printed
    assert "LookupError" in printed
    assert "fail_with" in printed
    assert PHONE not in printed


def test_json_is_one_object_a_line_with_level_and_instant(capsys):
    log_a_failure("json")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["timestamp"][-1]) == ("listener_failed", "error", "Z")


def test_what_is_below_the_level_is_not_printed(capsys):
    set_up_logs(level="warning", form="json")
    structlog.get_logger().info("refused")
    assert capsys.readouterr().err == ""


async def log_a_refusal(url, form, *rows):
    """Store rows of people until the database refuses one, and log that as an edge does."""
    set_up_logs(level="info", form=form)
    database = Database(url)

    def work(connection):
        connection.execute(text(PEOPLE))
        for row in rows:
            connection.execute(INSERT, row)

    try:
        with pytest.raises(DBAPIError) as refused:
            await database.change(work)
    finally:
        await database.close()
    structlog.get_logger().error("listener_failed", exc_info=refused.value)
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=refused.value)


REFUSED = {
    "a key that is there already": [VALUES, VALUES],
    "a row without a phone": [VALUES | {"phone": None}],
}


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("rows", REFUSED.values(), ids=REFUSED)
async def test_a_row_that_the_database_refuses_is_logged_without_its_values(capsys, database_url, form, rows):
    await log_a_refusal(database_url, form, *rows)
    printed = capsys.readouterr().err
    assert printed.count("IntegrityError") >= 2
    assert "INSERT INTO person" in printed
    assert [value for value in (NAME, PHONE, "after six") if value in printed] == []


@pytest.mark.postgres
@pytest.mark.parametrize("form", ["console", "json"])
async def test_an_argument_that_the_driver_refuses_is_logged_without_its_value(capsys, postgres_url, form):
    await log_a_refusal(postgres_url, form, VALUES | {"age": PHONE})
    printed = capsys.readouterr().err
    assert "invalid input for query argument $4: (cut)" in printed
    assert [value for value in (NAME, PHONE, "after six") if value in printed] == []


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("broken\nDETAIL:  Failing row contains (1, a\nb).", "broken\nDETAIL: (cut)"),
        ("broken\nDETAIL:  Key (a)=(b).\nHINT:  Try c.", "broken\nDETAIL: (cut)\nHINT:  Try c."),
        ("broken\nDETAIL:  a\n[SQL: INSERT]", "broken\nDETAIL: (cut)\n[SQL: INSERT]"),
        (
            "broken\nDETAIL:  a\n\nThe above exception was the direct cause",
            "broken\nDETAIL: (cut)\n\nThe above exception was the direct cause",
        ),
        ("  | broken\n  | DETAIL:  a\n  +----", "  | broken\n  | DETAIL: (cut)\n  +----"),
        ("invalid input for query argument $12: 'a: b' (expected c)", "invalid input for query argument $12: (cut)"),
        ('invalid input syntax for type integer: "a"', "invalid input syntax for type integer: (cut)"),
        ('invalid input value for enum stage: "a"', "invalid input value for enum stage: (cut)"),
        ('date/time field value out of range: "a"', "date/time field value out of range: (cut)"),
        ("the details: nothing was cut here", "the details: nothing was cut here"),
    ],
)
def test_an_echo_ends_where_what_went_wrong_goes_on(said, left):
    assert without_echoes(said) == left


def test_an_event_that_quotes_an_error_is_cut_as_well(capsys):
    set_up_logs(level="info", form="json")
    structlog.get_logger().warning("not_stored", why=f"no\nDETAIL:  Key (phone)=({PHONE}) already exists.", tries=3)
    entry = json.loads(capsys.readouterr().err)
    assert (entry["why"], entry["tries"]) == ("no\nDETAIL: (cut)", 3)
