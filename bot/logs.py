"""Logging: events with ids, for people on a terminal or as JSON lines."""

import logging
import sys

import structlog

QUIET = ("slack_bolt", "slack_sdk", "apscheduler", "uvicorn", "aiosqlite", "alembic", "asyncio")


def set_up_logs(*, level: str, form: str) -> None:
    """Write events to stderr at `level` ("info") in `form` ("console" or "json"); libraries speak from warnings on."""
    number = getattr(logging, level.upper())
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s", stream=sys.stderr, level=number, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    # The console's own choice prints every local variable, a seller's phone among them, and takes seconds over it.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer() if form == "json" else console
    errors = [structlog.processors.format_exc_info] if form == "json" else []
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *errors,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
