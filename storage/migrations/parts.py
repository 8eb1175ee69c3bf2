"""What migrations are written in: column types and two short hands. It never changes, or old migrations would."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit key; SQLite numbers rows by itself only when the type is spelled INTEGER."""

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
CENTS = sa.BigInteger()
RATIO = sa.Numeric(6, 4).with_variant(sa.Float(), "sqlite")


def create_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Make a table that begins as nearly all do: a key, the workspace, the moment."""
    op.create_table(
        name,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        *columns,
    )


def drop_tables(names: Iterable[str]) -> None:
    """Drop tables with their indexes, in the order given."""
    for name in names:
        op.drop_table(name)


def only(condition: sa.ColumnElement[bool]) -> Mapping[str, Any]:
    """Return the arguments that make an index hold only some rows, on both databases."""
    return {"postgresql_where": condition, "sqlite_where": condition}
