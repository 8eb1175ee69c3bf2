"""Numbers not to be called: our own list, the national one (DNCL), and which download of it is in force."""

from sqlalchemy import Column, Date, Index, Integer, String, Table, UniqueConstraint

from storage.base import Id, Json, Utc, common, metadata

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
