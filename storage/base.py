"""The column types, the columns every table has, and the transaction that queries run in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.money import from_cents, to_cents

T = TypeVar("T")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite numbers rows by itself only when the type is spelled INTEGER."""

Json = JSON().with_variant(JSONB, "postgresql")


class Utc(TypeDecorator[datetime]):
    """An instant: aware in Python, timestamptz in PostgreSQL, naive UTC text in SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep the zone where the database has one."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive instant can't be kept: {value!r}")
        at = value.astimezone(UTC)
        return at if dialect.name == "postgresql" else at.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware instant in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Cents(TypeDecorator[Decimal]):
    """Money: `Decimal` dollars in Python, integer cents in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Turn dollars into cents; a fraction of a cent is an error."""
        return None if value is None else to_cents(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Turn cents into dollars."""
        return None if value is None else from_cents(value)


class Ratio(TypeDecorator[Decimal]):
    """A ratio with at most four decimals, such as 0.70: NUMERIC(6, 4), a REAL in SQLite."""

    impl = Numeric(6, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite knows no decimals: its REAL holds four of them exactly enough to come back the same."""
        return dialect.type_descriptor(Float() if dialect.name == "sqlite" else Numeric(6, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | float | None:
        """Hand SQLite a float, PostgreSQL the decimal; what would not come back the same is an error."""
        if value is None:
            return None
        if not value.is_finite() or abs(value) >= 100 or value != round(value, 4):
            raise ValueError(f"a ratio is below 100 and has at most four decimals: {value}")
        return float(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | None:
        """Give back the decimal as it was written, at two decimals or more."""
        if value is None:
            return None
        exact = Decimal(str(value)).quantize(Decimal("0.0001"))
        return exact.quantize(Decimal("0.01")) if exact == round(exact, 2) else exact


def common() -> list[Column[Any]]:
    """Return fresh columns that every table has: id, workspace_id, created_at."""
    return [
        Column("id", Id, primary_key=True, autoincrement=True),
        Column("workspace_id", String(32), nullable=False),
        Column("created_at", Utc, nullable=False),
    ]


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction of one workspace: what every query takes first."""

    connection: Connection
    workspace_id: str

    def own(self, **values: object) -> dict[str, object]:
        """Return `values` with this workspace's id: the parameters of an insert."""
        return {**values, "workspace_id": self.workspace_id}

    @property
    def dialect(self) -> str:
        """Name the database's dialect: "sqlite" or "postgresql"."""
        return self.connection.dialect.name

    def upsert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that can say what happens on a conflict, in this database's dialect."""
        return upsert_into(table, self.dialect)


def upsert_into(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what happens on a conflict; statements run often are built once per dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


Work = Callable[[Tx], T]
