"""The consent ledger: what a person agreed to, or took back; rows are only ever added.

An address is a phone number in E.164 or the `email_key` of an e-mail address, when it is written and when it is read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, Index, String, Table, Text, bindparam, insert, select, true

from domain.consent_values import EXPRESS, ConsentEvent, ConsentKind
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
_z = contact_zone.c
Index("ix_contact_zone_address", _z.workspace_id, _z.address)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the ledger; no medium means every medium that the address serves.

    `happened_at` is the instant where one is known, `obtained_on` the recipient's local date. `detail` holds what a
    kind needs besides: `in_force`, `ended_on` (ISO), `requested_by_message`, `no_solicitation`, `business_role`.
    """

    id: int
    created_at: datetime
    address: str
    medium: Medium | None
    kind: ConsentKind
    obtained_on: date
    wording: str | None
    source: str | None
    evidence: str | None
    recorded_by: str
    happened_at: datetime | None
    opt_in: bool
    referrer: str | None
    detail: Mapping[str, object]

    @property
    def is_proven(self) -> bool:
        """Whether it can be proven, as the sender must (CASL s.13): express consent needs evidence, what follows from a
        deed is its own record."""
        return self.kind not in EXPRESS or bool(self.evidence and self.evidence.strip())

    def event(self) -> ConsentEvent:
        """Return the entry as the law reads it."""
        ended = self.detail.get("ended_on")
        return ConsentEvent(
            kind=self.kind,
            at=self.happened_at or self.obtained_on,
            medium=self.medium,
            has_evidence=self.is_proven,
            opt_in=self.opt_in,
            referrer=self.referrer,
            in_force=self.detail.get("in_force", True) is True,
            ended_on=date.fromisoformat(str(ended)) if ended else None,
            requested_by_message=self.detail.get("requested_by_message", False) is not False,
            no_solicitation=self.detail.get("no_solicitation", False) is not False,
            business_role=self.detail.get("business_role", True) is True,
        )


_INSERT = insert(consent_event)
_LEDGER_OF = (
    select(consent_event)
    .where(_c.workspace_id == bindparam("workspace_id"), _c.address.in_(bindparam("addresses", expanding=True)))
    .order_by(_c.id)
)
_ZONE_OF = (
    select(_z.zone)
    .where(_z.workspace_id == bindparam("workspace_id"), _z.address.in_(bindparam("addresses", expanding=True)))
    .order_by(_z.id.desc())
    .limit(1)
)


def add_consents(tx: Tx, rows: Iterable[Mapping[str, object]]) -> None:
    """Append entries from their column values."""
    tx.connection.execute(_INSERT, [tx.own(**row) for row in rows])


def ledger_of(tx: Tx, addresses: Iterable[str]) -> list[LedgerEntry]:
    """Return the ledger of these addresses, oldest entry first."""
    rows = tx.connection.execute(_LEDGER_OF, tx.own(addresses=list(addresses)))
    return [
        LedgerEntry(
            row.id,
            row.created_at,
            row.address,
            Medium(row.medium) if row.medium else None,
            ConsentKind(row.kind),
            row.obtained_on,
            row.wording,
            row.source,
            row.evidence,
            row.recorded_by,
            row.happened_at,
            row.opt_in,
            row.referrer,
            row.detail,
        )
        for row in rows
    ]


def set_zone(tx: Tx, address: str, zone: str, *, by: str, now: datetime) -> None:
    """Append where the one behind an address lives, as the member `by` was told."""
    tx.connection.execute(insert(contact_zone), tx.own(address=address, zone=zone, set_by=by, created_at=now))


def zone_of(tx: Tx, addresses: Collection[str]) -> str | None:
    """Return the IANA name of the zone that a person last set for one of somebody's addresses."""
    found: str | None = tx.connection.execute(_ZONE_OF, tx.own(addresses=list(addresses))).scalar_one_or_none()
    return found
