"""Logs are events for people or programs, and no traceback prints what its functions held."""

import json

import pytest
import structlog

from bot.logs import set_up_logs

PHONE = "".join(["+1", "416", "555", "0134"])
"""Put together, so that the traceback's lines of source do not hold it."""


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
