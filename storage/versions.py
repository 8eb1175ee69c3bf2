"""Rows of which one version per place stands, and every earlier one stays readable: the pair of tables behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    union_all,
    update,
)

from storage.base import Tx, Utc

SEEDED_BY = "valhalla"
SEED_REASON = "set when the workspace was created"


def versioned() -> list[Column[Any]]:
    """Return fresh columns of one version of a place's row: where it holds, and who set it, when and why."""
    return [
        Column("province", String(2), nullable=False),
        Column("market", String(64), nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("changed_by", String(64), nullable=False),
        Column("reason", Text, nullable=False),
        Column("updated_at", Utc, nullable=False),
        Column("version", Integer, nullable=False),
    ]


def standing() -> UniqueConstraint:
    """One row of a place stands."""
    return UniqueConstraint("workspace_id", "province", "market")


def kept() -> UniqueConstraint:
    """Each version of a place's row is kept once."""
    return UniqueConstraint("workspace_id", "province", "market", "version")


class Versions:
    """Reads and writes the versions of one kind of row; `columns` are what a version is read by, in this order."""

    def __init__(self, rows: Table, superseded: Table, columns: Sequence[str]) -> None:
        """`rows` holds what stands, `superseded` what stood."""
        self._rows = rows
        self._superseded = superseded
        both = (select(*(table.c[name] for name in columns)).where(*_of_place(table)) for table in (rows, superseded))
        every = union_all(*both).subquery()
        self._newest = select(every).order_by(every.c.version.desc())
        self._one = select(every).where(every.c.version == bindparam("of_version"))

    def newest(self, tx: Tx, place: tuple[str, str], *, limit: int) -> Sequence[Row[Any]]:
        """Return the newest versions of a place's row, the one that stands first; nothing where there is none."""
        return tx.connection.execute(self._newest.limit(limit), _named(tx, place)).all()

    def at(self, tx: Tx, place: tuple[str, str], version: int) -> Row[Any] | None:
        """Return one version, whether it stands or was superseded; None where there was no such version."""
        return tx.connection.execute(self._one, _named(tx, place) | {"of_version": version}).one_or_none()

    def supersede(self, tx: Tx, old: Mapping[str, object], new: Mapping[str, object], *, now: datetime) -> bool:
        """Put a version in the place of another, which stays readable; both as column values.

        Returns False, and changes nothing, when the row is no longer at `old`'s version: somebody else was faster.
        """
        at_version = self._rows.c.version == bindparam("of_version")
        change = update(self._rows).where(*_of_place(self._rows), at_version).values(dict(new))
        place = str(old["province"]), str(old["market"])
        if not tx.connection.execute(change, _named(tx, place) | {"of_version": old["version"]}).rowcount:
            return False
        tx.connection.execute(insert(self._superseded), tx.own(**old, created_at=now))
        return True

    def add(self, tx: Tx, new: Mapping[str, object], *, now: datetime) -> bool:
        """Add a row for a place that has none of its own; False, and nothing added, when somebody else was faster."""
        values = tx.own(**new, created_at=now)
        added = tx.connection.execute(tx.upsert(self._rows).values(values).on_conflict_do_nothing())
        return bool(added.rowcount)


def _of_place(table: Table) -> tuple[Any, ...]:
    return (
        table.c.workspace_id == bindparam("of_workspace"),
        table.c.province == bindparam("of_province"),
        table.c.market == bindparam("of_market"),
    )


def _named(tx: Tx, place: tuple[str, str]) -> dict[str, object]:
    return {"of_workspace": tx.workspace_id, "of_province": place[0], "of_market": place[1]}
