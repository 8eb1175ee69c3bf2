"""Logging: events with ids, for people on a terminal or as JSON lines, without what people wrote."""

import logging
import re
import sys
from typing import Final

import structlog
from structlog.typing import EventDict

QUIET = ("slack_bolt", "slack_sdk", "apscheduler", "uvicorn", "aiosqlite", "alembic", "asyncio")

CUT: Final = "(cut)"

_ECHO: Final = re.compile(
    r"""
    (?P<lead>
        \bDETAIL:[ ]                                   # the row or the key: names, phones, notes over several lines
      | \binvalid[ ]input[ ]for[ ]query[ ]argument[ ]\$\d+:[ ]
      | \binvalid[ ]input[ ](?:syntax|value)[ ]for[ ](?:type|enum)[ ][^:\n]+:[ ]
      | \b(?:date/time[ ])?field[ ]value[ ]out[ ]of[ ]range:[ ]
    )
    .*?
    (?= \Z | \n[\s|]*(?: HINT:[ ] | \[SQL | \(Background[ ]on | The[ ]above[ ]exception | During[ ]handling | \+-) )
    """,
    re.DOTALL | re.VERBOSE,
)
"""Where PostgreSQL and asyncpg repeat the values of a statement in an error, up to what follows these: the hint,
SQLAlchemy's own lines, the next exception of a chain or of a group. SQLite names columns only."""


def set_up_logs(*, level: str, form: str) -> None:
    """Write events to stderr at `level` ("info") in `form` ("console" or "json"); libraries speak from warnings on."""
    number = getattr(logging, level.upper())
    logging.basicConfig(handlers=[_library_handler()], level=number, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    # The console's own choice prints every local variable, a seller's phone among them, and takes seconds over it.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            cut_echoes,
            structlog.processors.JSONRenderer() if form == "json" else console,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def without_echoes(text: str) -> str:
    """Cut the values that a database repeats in its errors, and leave what went wrong."""
    return _ECHO.sub(rf"\g<lead>{CUT}", text)


def cut_echoes(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Cut echoes from every text of an event, the formatted exception among them (a structlog processor)."""
    return {key: without_echoes(value) if isinstance(value, str) else value for key, value in event.items()}


class _LibraryFormatter(logging.Formatter):
    """Cuts echoes from what libraries log: asyncio, for one, reports the exception that a lost task ended with."""

    def format(self, record: logging.LogRecord) -> str:
        return without_echoes(super().format(record))


def _library_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryFormatter("%(levelname)s %(name)s %(message)s"))
    return handler
