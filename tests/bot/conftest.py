"""The acceptance tests' fixtures serve here as well."""

from tests.acceptance.fixtures import _logs_as_in_production, line, on_both, socket, sqlite, stand
from tests.sending import sending, sending_team

__all__ = ["_logs_as_in_production", "line", "on_both", "sending", "sending_team", "socket", "sqlite", "stand"]
