"""Offer policies of a workspace, by province and market, with every version that stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, select

from domain.geo import ALL
from domain.offers import OfferPolicy
from storage.base import Cents, Ratio, Tx, common, metadata
from storage.versions import SEED_REASON, SEEDED_BY, Versions, kept, standing, versioned


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


_VERSIONS = Versions(
    offer_policy,
    offer_policy_version,
    (
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
    ),
)


def offer_policy_versions(tx: Tx, province: str, market: str, *, limit: int) -> list[OfferPolicyVersion]:
    """Return the newest versions of one row, the one that stands first; nothing where there is no such row."""
    return [_version(row) for row in _VERSIONS.newest(tx, (province, market), limit=limit)]


def offer_policy_at(tx: Tx, province: str, market: str, version: int) -> OfferPolicyVersion | None:
    """Return one version of one row, whether it stands or was superseded; None where there was no such version."""
    row = _VERSIONS.at(tx, (province, market), version)
    return _version(row) if row else None


def supersede_offer_policy(tx: Tx, old: OfferPolicyVersion, new: OfferPolicyVersion, *, now: datetime) -> bool:
    """Put `new` in the place of `old`, which stays readable; False when somebody else was faster."""
    return _VERSIONS.supersede(tx, _values(old), _values(new), now=now)


def add_offer_policy(tx: Tx, new: OfferPolicyVersion, *, now: datetime) -> bool:
    """Add a row for a place that has none of its own; False when somebody else was faster."""
    return _VERSIONS.add(tx, _values(new), now=now)


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
