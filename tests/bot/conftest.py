"""The acceptance tests' fixtures serve here as well."""

from tests.acceptance.fixtures import line, on_both, socket, sqlite, stand

__all__ = ["line", "on_both", "socket", "sqlite", "stand"]
