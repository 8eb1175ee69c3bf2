"""Contact policies and offer policies of a workspace, by province and market."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
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

from domain.geo import ALL
from domain.offers import OfferPolicy
from domain.policy import Policy, Rules, RulesInvalid
from storage.base import Cents, Json, Ratio, Tx, Utc, common, metadata


def _versioned() -> list[Column[Any]]:
    """Return fresh columns of one version of a place's policy: where it holds, and who set it, when and why."""
    return [
        Column("province", String(2), nullable=False),
        Column("market", String(64), nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("changed_by", String(64), nullable=False),
        Column("reason", Text, nullable=False),
        Column("updated_at", Utc, nullable=False),
        Column("version", Integer, nullable=False),
    ]


def _terms() -> list[Column[Any]]:
    """Return fresh columns of an offer policy's terms."""
    return [
        Column("max_arv_multiplier", Ratio, nullable=False),
        Column("default_assignment_fee", Cents, nullable=False),
        Column("default_fees_buffer", Cents, nullable=False),
        Column("holding_per_month", Cents, nullable=False),
        Column("rounding_step", Cents, nullable=False),
    ]


def _standing() -> UniqueConstraint:
    """One row of a place stands."""
    return UniqueConstraint("workspace_id", "province", "market")


def _kept() -> UniqueConstraint:
    """Each version of a place's row is kept once."""
    return UniqueConstraint("workspace_id", "province", "market", "version")


def _rules_column() -> Column[Any]:
    return Column("rules_json", Json, nullable=False)


market_policy = Table("market_policy", metadata, *common(), *_versioned(), _rules_column(), _standing())
market_policy_version = Table("market_policy_version", metadata, *common(), *_versioned(), _rules_column(), _kept())
offer_policy = Table("offer_policy", metadata, *common(), *_versioned(), *_terms(), _standing())
offer_policy_version = Table("offer_policy_version", metadata, *common(), *_versioned(), *_terms(), _kept())
"""Each superseded version of an offer policy, as it stood; `created_at` is when the next one took its place."""

SEEDED_BY = "valhalla"
SEED_REASON = "set when the workspace was created"


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


def seed_market_policies(tx: Tx, rows: Iterable[tuple[str, str, Mapping[str, Any]]], *, now: datetime) -> None:
    """Add version 1 of each (province, market, rules)."""
    tx.connection.execute(
        insert(market_policy),
        [
            tx.own(
                province=province,
                market=market,
                enabled=True,
                rules_json=dict(rules),
                changed_by=SEEDED_BY,
                reason=SEED_REASON,
                updated_at=now,
                created_at=now,
                version=1,
            )
            for province, market, rules in rows
        ],
    )


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


_p = market_policy.c
_MARKET_POLICIES = select(_p.province, _p.market, _p.enabled, _p.rules_json, _p.version).where(
    _p.workspace_id == bindparam("workspace_id"),
    _p.province == bindparam("province"),
    _p.market.in_([bindparam("market"), ALL]),
)


def market_policies(tx: Tx, province: str, market: str) -> list[Policy]:
    """Return the contact policies that may stand for a place: its market's own and the whole province's.

    A row whose rules can't be read comes without any, which blocks.
    """
    rows = tx.connection.execute(_MARKET_POLICIES, tx.own(province=province, market=market))
    return [Policy(row.province, row.market, row.enabled, _rules(row.rules_json), row.version) for row in rows]


def _rules(stored: object) -> Rules | None:
    return _parsed(json.dumps(stored))


@lru_cache(maxsize=256)
def _parsed(rules_json: str) -> Rules | None:
    """Read rules once per text: each capture asks for two rows, and most rows of a team say the same."""
    try:
        return Rules.from_json(json.loads(rules_json))
    except RulesInvalid:
        return None


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
