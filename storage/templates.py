"""Message templates: every version of the words that a team made of a message; the newest is the one in use."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    tuple_,
)

from domain.messages import Route
from storage.base import Tx, common, metadata

message_template = Table(
    "message_template",
    metadata,
    *common(),
    Column("name", String(48), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("language", String(4), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("workspace_id", "name", "medium", "language", "version", name="uq_message_template_version"),
)
_t = message_template.c


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One version of a template as a team wrote it; `medium` is the way by which it leaves, `language` "en" or "fr"."""

    name: str
    medium: Route
    language: str
    version: int
    subject: str | None
    body: str
    changed_by: str
    reason: str
    created_at: datetime


_FIELDS = fields(TemplateRow)
_COLUMNS = tuple(_t[each.name] for each in _FIELDS)
_MINE = _t.workspace_id == bindparam("workspace_id")
_ONE = select(*_COLUMNS).where(
    _MINE, _t.name == bindparam("name"), _t.medium == bindparam("medium"), _t.language == bindparam("language")
)
_VERSIONS = _ONE.order_by(_t.version.desc())
_AT = _ONE.where(_t.version == bindparam("version"))
_KEY = (_t.name, _t.medium, _t.language)
_LAST = select(*_KEY, func.max(_t.version)).where(_MINE).group_by(*_KEY)
_NEWEST = select(*_COLUMNS).where(_MINE, tuple_(*_KEY, _t.version).in_(_LAST))


def add_template(tx: Tx, row: TemplateRow) -> None:
    """Store a version; its number is one after the newest, which the caller reads under the lock of `settings_of`."""
    tx.connection.execute(insert(message_template), tx.own(**{each.name: getattr(row, each.name) for each in _FIELDS}))


def versions_of(tx: Tx, name: str, medium: Route, language: str, *, limit: int) -> list[TemplateRow]:
    """Return the versions of a template that the team wrote, the newest first; none where it never changed it."""
    asked = tx.own(name=name, medium=medium.value, language=language)
    return [_row(row) for row in tx.connection.execute(_VERSIONS.limit(limit), asked)]


def version_at(tx: Tx, name: str, medium: Route, language: str, *, version: int) -> TemplateRow | None:
    """Return one version of a template that the team wrote."""
    asked = tx.own(name=name, medium=medium.value, language=language, version=version)
    row = tx.connection.execute(_AT, asked).one_or_none()
    return _row(row) if row else None


def newest_versions(tx: Tx) -> list[TemplateRow]:
    """Return the newest version of each template that the team changed."""
    return [_row(row) for row in tx.connection.execute(_NEWEST, tx.own())]


def _row(row: Row[*tuple[Any, ...]]) -> TemplateRow:
    return TemplateRow(**dict(row._mapping) | {"medium": Route(row.medium)})
