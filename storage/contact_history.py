"""What all the tables say about contacting one person: the readings that a proof is made of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from domain.rules import Medium
from storage.audit import audit_entry
from storage.base import Tx
from storage.contacts import contact_zone
from storage.do_not_call import dncl_import, do_not_call
from storage.sends import send


@dataclass(frozen=True, slots=True)
class ZoneSaid:
    """Where somebody said that the one behind an address lives, an IANA name; who wrote it down, and when."""

    address: str
    zone: str
    set_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """A number on a do-not-call list, "internal" or "national", since a day."""

    number: str
    list: str
    since: date
    added_by: str


@dataclass(frozen=True, slots=True)
class Download:
    """A download of the national list that was put in force; `rows` are its numbers in all area codes."""

    downloaded_on: date
    rows: int
    imported_by: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class SendMade:
    """A message to an address as it stands; `settled_at` is when it left or was given up, None before."""

    id: int
    address: str
    medium: Medium
    subject: str | None
    body: str
    state: str
    created_at: datetime
    created_by: str
    settled_at: datetime | None
    provider: str | None
    provider_id: str | None
    approval_id: int | None


@dataclass(frozen=True, slots=True)
class AuditRead:
    """An entry of the audit trail."""

    at: datetime
    actor: str
    verb: str
    after: Mapping[str, Any]
    reason: str | None


def zones_said(tx: Tx, addresses: Collection[str]) -> list[ZoneSaid]:
    """Return every zone that was set for these addresses, oldest first."""
    c = contact_zone.c
    query = select(c.address, c.zone, c.set_by, c.created_at)
    rows = query.where(c.workspace_id == tx.workspace_id, c.address.in_(addresses)).order_by(c.id)
    return [ZoneSaid(*row) for row in tx.connection.execute(rows)]


def listings_of(tx: Tx, numbers: Collection[str]) -> list[Listing]:
    """Return on which do-not-call lists these numbers stand, the oldest entry first."""
    c = do_not_call.c
    query = select(c.number, c.list, c.since, c.added_by)
    rows = query.where(c.workspace_id == tx.workspace_id, c.number.in_(numbers)).order_by(c.since, c.id)
    return [Listing(*row) for row in tx.connection.execute(rows)]


def downloads_covering(tx: Tx, codes: Collection[str]) -> list[Download]:
    """Return the downloads of the national list that were put in force for any of these area codes, oldest first."""
    c = dncl_import.c
    query = select(c.downloaded_on, c.rows, c.imported_by, c.finished_at, c.area_codes)
    rows = query.where(c.workspace_id == tx.workspace_id, c.finished_at.is_not(None)).order_by(c.downloaded_on, c.id)
    return [Download(*row[:4]) for row in tx.connection.execute(rows) if set(codes).intersection(row.area_codes)]


def sends_to(tx: Tx, addresses: Collection[str]) -> list[SendMade]:
    """Return the messages meant for these addresses, whatever became of them, oldest first."""
    c = send.c
    columns = (c[name] for name in SendMade.__slots__)
    rows = select(*columns).where(c.workspace_id == tx.workspace_id, c.address.in_(addresses)).order_by(c.id)
    return [SendMade(**{**row, "medium": Medium(row["medium"])}) for row in tx.connection.execute(rows).mappings()]


def audited_about(tx: Tx, subjects: Collection[str]) -> list[AuditRead]:
    """Return the audit trail's entries about these subjects, oldest first."""
    c = audit_entry.c
    query = select(c.at, c.actor, c.verb, c.after, c.reason)
    rows = query.where(c.workspace_id == tx.workspace_id, c.subject.in_(subjects)).order_by(c.id)
    return [AuditRead(row.at, row.actor, row.verb, row.after or {}, row.reason) for row in tx.connection.execute(rows)]
