"""Contact policies of a workspace, by province and market: what stands, and every version that stood."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from domain.policy import Policy, Rules, RulesInvalid
from storage.base import Json, Tx, Utc, common, metadata


def versioned() -> list[Column[Any]]:
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


def standing() -> UniqueConstraint:
    """One row of a place stands."""
    return UniqueConstraint("workspace_id", "province", "market")


def kept() -> UniqueConstraint:
    """Each version of a place's row is kept once."""
    return UniqueConstraint("workspace_id", "province", "market", "version")


def _rules_column() -> Column[Any]:
    return Column("rules_json", Json, nullable=False)


market_policy = Table("market_policy", metadata, *common(), *versioned(), _rules_column(), standing())
market_policy_version = Table("market_policy_version", metadata, *common(), *versioned(), _rules_column(), kept())

SEEDED_BY = "valhalla"
SEED_REASON = "set when the workspace was created"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a contact policy: its row as it stood, who set it, why, and when.

    `stored` is its rules as they are kept, which a superseded version keeps even if nobody can read them.
    """

    policy: Policy
    changed_by: str
    reason: str
    updated_at: datetime
    stored: Any

    @property
    def label(self) -> str:
        """Name the version as people see it: "ON/ALL v3"."""
        return f"{self.policy.name()} v{self.policy.version}"


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


_p = market_policy.c
_MARKET_POLICIES = select(_p.province, _p.market, _p.enabled, _p.rules_json, _p.version).where(
    _p.workspace_id == bindparam("workspace_id"),
    _p.province == bindparam("province"),
    _p.market.in_([bindparam("market"), ALL]),
)


_EVERY_POLICY = select(_p.province, _p.market, _p.enabled, _p.rules_json, _p.version).where(
    _p.workspace_id == bindparam("workspace_id")
)


def market_policies(tx: Tx, province: str, market: str) -> list[Policy]:
    """Return the contact policies that may stand for a place: its market's own and the whole province's.

    A row whose rules can't be read comes without any, which blocks.
    """
    rows = tx.connection.execute(_MARKET_POLICIES, tx.own(province=province, market=market))
    return [_policy(row) for row in rows]


def all_market_policies(tx: Tx) -> list[Policy]:
    """Return every contact policy that stands, in no order; rules that can't be read are None."""
    return [_policy(row) for row in tx.connection.execute(_EVERY_POLICY, tx.own())]


def _version_columns(table: Table) -> list[Column[Any]]:
    names = ("province", "market", "enabled", "rules_json", "version", "changed_by", "reason", "updated_at")
    return [table.c[name] for name in names]


def _of_the_row(table: Table) -> tuple[Any, ...]:
    return (
        table.c.workspace_id == bindparam("of_workspace"),
        table.c.province == bindparam("of_province"),
        table.c.market == bindparam("of_market"),
    )


_ALL_VERSIONS = union_all(
    *(select(*_version_columns(table)).where(*_of_the_row(table)) for table in (market_policy, market_policy_version))
).subquery()
_NEWEST_VERSIONS = select(_ALL_VERSIONS).order_by(_ALL_VERSIONS.c.version.desc())
_ONE_VERSION = select(_ALL_VERSIONS).where(_ALL_VERSIONS.c.version == bindparam("of_version"))


def market_policy_versions(tx: Tx, province: str, market: str, *, limit: int) -> list[PolicyVersion]:
    """Return the newest versions of one row, the one that stands first; nothing where there is no such row."""
    rows = tx.connection.execute(_NEWEST_VERSIONS.limit(limit), _of_place(tx, province, market))
    return [_version(row) for row in rows]


def market_policy_at(tx: Tx, province: str, market: str, version: int) -> PolicyVersion | None:
    """Return one version of one row, whether it stands or was superseded; None where there was no such version."""
    row = tx.connection.execute(_ONE_VERSION, _of_place(tx, province, market) | {"of_version": version}).one_or_none()
    return _version(row) if row else None


def supersede_market_policy(tx: Tx, old: PolicyVersion, new: PolicyVersion, *, now: datetime) -> bool:
    """Put `new` in the place of `old`, which stays readable as a version.

    Returns False, and changes nothing, when the row is no longer at `old`'s version: somebody else was faster.
    """
    at_version = market_policy.c.version == bindparam("of_version")
    change = update(market_policy).where(*_of_the_row(market_policy), at_version).values(_values(new))
    row = old.policy
    where = _of_place(tx, row.province, row.market) | {"of_version": row.version}
    if not tx.connection.execute(change, where).rowcount:
        return False
    tx.connection.execute(insert(market_policy_version), tx.own(**_values(old), created_at=now))
    return True


def add_market_policy(tx: Tx, new: PolicyVersion, *, now: datetime) -> bool:
    """Add a row for a place that has none of its own; False, and nothing added, when somebody else was faster."""
    values = tx.own(**_values(new), created_at=now)
    added = tx.connection.execute(tx.upsert(market_policy).values(values).on_conflict_do_nothing())
    return bool(added.rowcount)


def _of_place(tx: Tx, province: str, market: str) -> dict[str, object]:
    return {"of_workspace": tx.workspace_id, "of_province": province, "of_market": market}


def _policy(row: Any) -> Policy:
    return Policy(row.province, row.market, row.enabled, _rules(row.rules_json), row.version)


def _version(row: Any) -> PolicyVersion:
    return PolicyVersion(_policy(row), row.changed_by, row.reason, row.updated_at, row.rules_json)


def _values(version: PolicyVersion) -> dict[str, object]:
    policy = version.policy
    return {
        "province": policy.province,
        "market": policy.market,
        "version": policy.version,
        "enabled": policy.enabled,
        "rules_json": version.stored,
        "changed_by": version.changed_by,
        "reason": version.reason,
        "updated_at": version.updated_at,
    }


def _rules(stored: object) -> Rules | None:
    return _parsed(json.dumps(stored))


@lru_cache(maxsize=256)
def _parsed(rules_json: str) -> Rules | None:
    """Read rules once per text: each capture asks for two rows, and most rows of a team say the same."""
    try:
        return Rules.from_json(json.loads(rules_json))
    except RulesInvalid:
        return None
