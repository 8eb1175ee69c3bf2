"""What one installation keeps for itself, beside the workspaces: the key that its links are signed with, and notes."""

import secrets
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, select

from storage.base import Utc, metadata, upsert_into

installation = Table(
    "installation",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)

SECRET = "secret_key"


def secret_key(connection: Connection, *, now: datetime) -> str:
    """Return the key that this installation signs with, made at the first call; all replicas find the same one."""
    new = {"name": SECRET, "value": secrets.token_urlsafe(32), "created_at": now}
    insert = upsert_into(installation, connection.dialect.name).on_conflict_do_nothing()
    connection.execute(insert, new)
    return str(connection.execute(select(installation.c.value).where(installation.c.name == SECRET)).scalar_one())


def note(connection: Connection, name: str, value: str, *, now: datetime) -> None:
    """Keep a word under a name, in the place of what stood there."""
    insert = upsert_into(installation, connection.dialect.name)
    kept = insert.on_conflict_do_update(
        index_elements=[installation.c.name], set_={"value": insert.excluded.value, "created_at": now}
    )
    connection.execute(kept, {"name": name, "value": value, "created_at": now})
