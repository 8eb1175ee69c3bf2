"""Numbers not to be called: our own list, the national one (DNCL), and which download of it is in force."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from domain.consent import Lists
from domain.contact import area_code
from storage.base import Id, Json, Tx, Utc, common, metadata

do_not_call = Table(
    "do_not_call",
    metadata,
    *common(),
    Column("number", String(32), nullable=False),
    Column("list", String(8), nullable=False),
    Column("since", Date, nullable=False),
    Column("added_by", String(32), nullable=False),
    Column("import_id", Id),
    UniqueConstraint("workspace_id", "list", "number"),
)

dncl_import = Table(
    "dncl_import",
    metadata,
    *common(),
    Column("downloaded_on", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("area_codes", Json, nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("imported_by", String(32), nullable=False),
    Column("finished_at", Utc),
)
Index("ix_dncl_import_downloaded_on", dncl_import.c.workspace_id, dncl_import.c.downloaded_on)
"""One download of the national list; until `finished_at` it is not in force, though its numbers block already."""

INTERNAL, NATIONAL = "internal", "national"
_n = do_not_call.c
_i = dncl_import.c
_LISTED = select(_n.list, _n.since).where(
    _n.workspace_id == bindparam("workspace_id"), _n.list.in_([INTERNAL, NATIONAL]), _n.number == bindparam("number")
)
_FINISHED = (
    select(_i.downloaded_on, _i.area_codes)
    .where(_i.workspace_id == bindparam("workspace_id"), _i.finished_at.is_not(None))
    .order_by(_i.downloaded_on.desc(), _i.id.desc())
)


def lists_of(tx: Tx, number: str) -> Lists:
    """Return what the lists say of a number in E.164; no download that covers its area code is no date."""
    since = {row.list: row.since for row in tx.connection.execute(_LISTED, tx.own(number=number))}
    code = area_code(number)
    downloaded_on = next((on for on, codes in _downloads(tx) if code in codes), None)
    return Lists(NATIONAL in since, downloaded_on, since.get(INTERNAL))


def add_internal(tx: Tx, number: str, since: date, by: str, *, now: datetime) -> None:
    """Put a number in E.164 on our own list, which nothing takes it off; listed twice, the earlier date stands."""
    adding = tx.upsert(do_not_call)
    earlier = adding.on_conflict_do_update(
        index_elements=[_n.workspace_id, _n.list, _n.number],
        set_={"since": adding.excluded.since, "added_by": adding.excluded.added_by},
        where=adding.excluded.since < _n.since,
    )
    row = tx.own(number=number, list=INTERNAL, since=since, added_by=by, created_at=now)
    tx.connection.execute(earlier, row)


def add_dncl_import(tx: Tx, values: Mapping[str, object]) -> int:
    """Begin a download's import from its column values; return its id. It is in force once it is finished."""
    found: int = tx.connection.execute(insert(dncl_import).returning(_i.id), tx.own(**values)).scalar_one()
    return found


def list_national(tx: Tx, import_id: int, numbers: Sequence[str], *, now: datetime) -> None:
    """Put numbers in E.164 on the national list, as a download has them.

    A number that stands keeps its date. One that a later import has put there stays that import's, since each import
    ends by dropping what older ones left (`drop_older`).
    """
    adding = tx.upsert(do_not_call).from_select(_NATIONAL_COLUMNS, _national(tx, numbers, import_id, now))
    newer = adding.on_conflict_do_update(
        index_elements=[_n.workspace_id, _n.list, _n.number],
        set_={"import_id": adding.excluded.import_id},
        where=adding.excluded.import_id > _n.import_id,
    )
    tx.connection.execute(newer)


def drop_older(tx: Tx, import_id: int, code: str) -> int:
    """Take the numbers of an area code that only earlier imports had off the national list; return how many."""
    older = delete(do_not_call).where(*_national_in(tx, code), _n.import_id < import_id)
    return tx.connection.execute(older).rowcount


def finish_dncl_import(tx: Tx, import_id: int, *, now: datetime) -> None:
    """Put a download in force: all its numbers stand, and those that it no longer has are gone."""
    tx.connection.execute(
        update(dncl_import).where(_i.id == import_id, _i.workspace_id == tx.workspace_id).values(finished_at=now)
    )


def finished_import(tx: Tx, file_hash: str, downloaded_on: date) -> datetime | None:
    """Return when a file was imported as the download of that day, None if it was not or stopped half-way."""
    query = select(func.max(_i.finished_at, type_=Utc)).where(
        _i.workspace_id == tx.workspace_id, _i.file_hash == file_hash, _i.downloaded_on == downloaded_on
    )
    found: datetime | None = tx.connection.execute(query).scalar_one()
    return found


def newest_downloads(tx: Tx, codes: Collection[str]) -> dict[str, date]:
    """Return, for each of these area codes that a finished import covers, the day of the newest download."""
    found: dict[str, date] = {}
    for on, covered in _downloads(tx):
        for code in set(codes).intersection(covered):
            found.setdefault(code, on)
    return found


def count_national(tx: Tx, codes: Collection[str]) -> dict[str, int]:
    """Return how many numbers of these area codes stand on the national list."""
    counting = select(func.count()).select_from(do_not_call)
    return {code: tx.connection.execute(counting.where(*_national_in(tx, code))).scalar_one() for code in codes}


def _downloads(tx: Tx) -> Iterator[tuple[date, Collection[str]]]:
    """The day and the area codes of each finished import, newest download first."""
    for row in tx.connection.execute(_FINISHED, tx.own()):
        yield row.downloaded_on, row.area_codes


def _national_in(tx: Tx, code: str) -> tuple[Any, ...]:
    """The national list's rows of an area code, as a range of the unique index."""
    beyond = f"+1{int(code) + 1}"
    return _n.workspace_id == tx.workspace_id, _n.list == NATIONAL, _n.number >= f"+1{code}", _n.number < beyond


_NATIONAL_COLUMNS = ["workspace_id", "created_at", "number", "list", "since", "added_by", "import_id"]


def _national(tx: Tx, numbers: Sequence[str], import_id: int, now: datetime) -> Any:
    """The numbers as rows that an insert selects: one parameter for all of them, which is several times as fast as one
    for each."""
    text = json.dumps(list(numbers))
    parts = (
        func.json_each(text).table_valued("value")
        if tx.dialect == "sqlite"
        else func.json_array_elements_text(cast(literal(text, Text), JSON)).table_valued("value")
    )
    facts = (_i.workspace_id, literal(now, Utc), parts.c.value, literal(NATIONAL), _i.downloaded_on)
    return (
        select(*facts, _i.imported_by, _i.id)
        .select_from(dncl_import.join(parts, true()))
        .where(_i.id == import_id, _i.workspace_id == tx.workspace_id)
    )
