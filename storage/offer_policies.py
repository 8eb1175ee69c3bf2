"""Offer policies of a workspace, by province and market, with every version that stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, select, union_all, update

from domain.geo import ALL
from domain.offers import OfferPolicy
from storage.base import Cents, Ratio, Tx, common, metadata
from storage.policies import SEED_REASON, SEEDED_BY, kept, standing, versioned


def _terms() -> list[Column[Any]]:
    """Return fresh columns of an offer policy's terms."""
    return [
        Column("max_arv_multiplier", Ratio, nullable=False),
        Column("default_assignment_fee", Cents, nullable=False),
        Column("default_fees_buffer", Cents, nullable=False),
        Column("holding_per_month", Cents, nullable=False),
        Column("rounding_step", Cents, nullable=False),
    ]


offer_policy = Table("offer_policy", metadata, *common(), *versioned(), *_terms(), standing())
offer_policy_version = Table("offer_policy_version", metadata, *common(), *versioned(), *_terms(), kept())
"""Each superseded version of an offer policy, as it stood; `created_at` is when the next one took its place."""


@dataclass(frozen=True, slots=True)
class OfferPolicyRow:
    """An offer policy and the row it stands in: `label` is "ON/ALL v3"."""

    province: str
    market: str
    policy: OfferPolicy

    @property
    def label(self) -> str:
        """Name the row as people see it."""
        return f"{self.province}/{self.market} v{self.policy.version}"


@dataclass(frozen=True, slots=True)
class OfferPolicyVersion:
    """One version of an offer policy: its row as it stood, who set it, why, and when."""

    row: OfferPolicyRow
    changed_by: str
    reason: str
    updated_at: datetime


def seed_offer_policies(tx: Tx, provinces: Iterable[str], *, now: datetime) -> None:
    """Add version 1 for each province: 70 % of ARV, no fees, to the cent."""
    nothing = Decimal(0)
    tx.connection.execute(
        insert(offer_policy),
        [
            tx.own(
                province=province,
                market=ALL,
                enabled=True,
                max_arv_multiplier=Decimal("0.70"),
                default_assignment_fee=nothing,
                default_fees_buffer=nothing,
                holding_per_month=nothing,
                rounding_step=Decimal("0.01"),
                changed_by=SEEDED_BY,
                reason=SEED_REASON,
                updated_at=now,
                created_at=now,
                version=1,
            )
            for province in provinces
        ],
    )


_o = offer_policy.c
_OFFER_POLICIES = select(
    _o.province,
    _o.market,
    _o.enabled,
    _o.max_arv_multiplier,
    _o.default_fees_buffer,
    _o.default_assignment_fee,
    _o.holding_per_month,
    _o.rounding_step,
    _o.version,
).where(
    _o.workspace_id == bindparam("workspace_id"),
    _o.province == bindparam("province"),
    _o.market.in_([bindparam("market"), ALL]),
)


def effective_offer_policy(tx: Tx, province: str | None, market: str) -> OfferPolicyRow | None:
    """Return the market's own offer policy, else the province's, None when neither stands.

    A disabled market row is returned as it is: it does not fall back to the province.
    """
    rows = tx.connection.execute(_OFFER_POLICIES, tx.own(province=province, market=market)).all()
    row = min(rows, key=lambda row: row.market == ALL, default=None)
    return OfferPolicyRow(row.province, row.market, OfferPolicy(*row[2:])) if row else None


def _version_columns(table: Table) -> list[Column[Any]]:
    names = (
        "province",
        "market",
        "enabled",
        "max_arv_multiplier",
        "default_fees_buffer",
        "default_assignment_fee",
        "holding_per_month",
        "rounding_step",
        "version",
        "changed_by",
        "reason",
        "updated_at",
    )
    return [table.c[name] for name in names]


def _of_the_row(table: Table) -> tuple[Any, ...]:
    return (
        table.c.workspace_id == bindparam("of_workspace"),
        table.c.province == bindparam("of_province"),
        table.c.market == bindparam("of_market"),
    )


_ALL_VERSIONS = union_all(
    *(select(*_version_columns(table)).where(*_of_the_row(table)) for table in (offer_policy, offer_policy_version))
).subquery()
_NEWEST_VERSIONS = select(_ALL_VERSIONS).order_by(_ALL_VERSIONS.c.version.desc())
_ONE_VERSION = select(_ALL_VERSIONS).where(_ALL_VERSIONS.c.version == bindparam("of_version"))


def offer_policy_versions(tx: Tx, province: str, market: str, *, limit: int) -> list[OfferPolicyVersion]:
    """Return the newest versions of one row, the one that stands first; nothing where there is no such row."""
    rows = tx.connection.execute(_NEWEST_VERSIONS.limit(limit), _of_place(tx, province, market))
    return [_version(row) for row in rows]


def offer_policy_at(tx: Tx, province: str, market: str, version: int) -> OfferPolicyVersion | None:
    """Return one version of one row, whether it stands or was superseded; None where there was no such version."""
    row = tx.connection.execute(_ONE_VERSION, _of_place(tx, province, market) | {"of_version": version}).one_or_none()
    return _version(row) if row else None


def supersede_offer_policy(tx: Tx, old: OfferPolicyVersion, new: OfferPolicyVersion, *, now: datetime) -> bool:
    """Put `new` in the place of `old`, which stays readable as a version.

    Returns False, and changes nothing, when the row is no longer at `old`'s version: somebody else was faster.
    """
    at_version = offer_policy.c.version == bindparam("of_version")
    change = update(offer_policy).where(*_of_the_row(offer_policy), at_version).values(_values(new))
    row = old.row
    where = _of_place(tx, row.province, row.market) | {"of_version": row.policy.version}
    if not tx.connection.execute(change, where).rowcount:
        return False
    tx.connection.execute(insert(offer_policy_version), tx.own(**_values(old), created_at=now))
    return True


def add_offer_policy(tx: Tx, new: OfferPolicyVersion, *, now: datetime) -> bool:
    """Add a row for a place that has none of its own; False, and nothing added, when somebody else was faster."""
    values = tx.own(**_values(new), created_at=now)
    added = tx.connection.execute(tx.upsert(offer_policy).values(values).on_conflict_do_nothing())
    return bool(added.rowcount)


def _of_place(tx: Tx, province: str, market: str) -> dict[str, object]:
    return {"of_workspace": tx.workspace_id, "of_province": province, "of_market": market}


def _version(row: Any) -> OfferPolicyVersion:
    found = OfferPolicyRow(row.province, row.market, OfferPolicy(*row[2:9]))
    return OfferPolicyVersion(found, row.changed_by, row.reason, row.updated_at)


def _values(version: OfferPolicyVersion) -> dict[str, object]:
    row, policy = version.row, version.row.policy
    return {
        "province": row.province,
        "market": row.market,
        "version": policy.version,
        "enabled": policy.enabled,
        "max_arv_multiplier": policy.max_arv_multiplier,
        "default_assignment_fee": policy.assignment_fee,
        "default_fees_buffer": policy.fees_buffer,
        "holding_per_month": policy.holding_per_month,
        "rounding_step": policy.rounding_step,
        "changed_by": version.changed_by,
        "reason": version.reason,
        "updated_at": version.updated_at,
    }
