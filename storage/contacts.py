"""The consent ledger: what a person agreed to, or took back; rows are only ever added.

An address is a phone number in E.164 or the `email_key` of an e-mail address, when it is written and when it is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Boolean, Column, Date, Index, String, Table, Text, bindparam, insert, select, true

from domain.leads import ContactBasis
from domain.policy import Medium
from storage.base import Json, Tx, Utc, common, metadata

consent_event = Table(
    "consent_event",
    metadata,
    *common(),
    Column("address", String(320), nullable=False),
    Column("medium", String(8)),
    Column("kind", String(32), nullable=False),
    Column("obtained_on", Date, nullable=False),
    Column("wording", Text),
    Column("source", Text),
    Column("evidence", Text),
    Column("recorded_by", String(32), nullable=False),
    Column("happened_at", Utc),
    Column("opt_in", Boolean, nullable=False, server_default=true()),
    Column("referrer", Text),
    Column("detail", Json, nullable=False, server_default="{}"),
)
"""`happened_at` is the instant, where one is known; `detail` holds what a kind needs besides."""
_c = consent_event.c
Index("ix_consent_event_address", _c.workspace_id, _c.address)

contact_zone = Table(
    "contact_zone",
    metadata,
    *common(),
    Column("address", String(320), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("set_by", String(32), nullable=False),
)
"""Where a person said that the one behind an address lives; the newest row counts."""
Index("ix_contact_zone_address", contact_zone.c.workspace_id, contact_zone.c.address)


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of the ledger; no medium means every medium that the address serves."""

    address: str
    medium: Medium | None
    kind: ContactBasis
    obtained_on: date


_INSERT = insert(consent_event)
_OF = (
    select(_c.address, _c.medium, _c.kind, _c.obtained_on)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.address.in_(bindparam("addresses", expanding=True)))
    .order_by(_c.id)
)


def add_consents(tx: Tx, rows: Iterable[Mapping[str, object]]) -> None:
    """Append entries from their column values."""
    tx.connection.execute(_INSERT, [tx.own(**row) for row in rows])


def consents_of(tx: Tx, addresses: Iterable[str]) -> list[Consent]:
    """Return the ledger of these addresses, oldest first."""
    rows = tx.connection.execute(_OF, tx.own(addresses=list(addresses)))
    return [
        Consent(row.address, Medium(row.medium) if row.medium else None, ContactBasis(row.kind), row.obtained_on)
        for row in rows
    ]
