"""Contact policies of a workspace, by province and market: what stands, and every version that stood."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, select

from domain.geo import ALL
from domain.policy import Policy, Rules, RulesInvalid
from storage.base import Json, Tx, common, metadata
from storage.versions import SEED_REASON, SEEDED_BY, Versions, kept, standing, versioned


def _rules_column() -> Column[Any]:
    return Column("rules_json", Json, nullable=False)


market_policy = Table("market_policy", metadata, *common(), *versioned(), _rules_column(), standing())
market_policy_version = Table("market_policy_version", metadata, *common(), *versioned(), _rules_column(), kept())


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


_VERSIONS = Versions(
    market_policy,
    market_policy_version,
    ("province", "market", "enabled", "rules_json", "version", "changed_by", "reason", "updated_at"),
)


def market_policy_versions(tx: Tx, province: str, market: str, *, limit: int) -> list[PolicyVersion]:
    """Return the newest versions of one row, the one that stands first; nothing where there is no such row."""
    return [_version(row) for row in _VERSIONS.newest(tx, (province, market), limit=limit)]


def market_policy_at(tx: Tx, province: str, market: str, version: int) -> PolicyVersion | None:
    """Return one version of one row, whether it stands or was superseded; None where there was no such version."""
    row = _VERSIONS.at(tx, (province, market), version)
    return _version(row) if row else None


def supersede_market_policy(tx: Tx, old: PolicyVersion, new: PolicyVersion, *, now: datetime) -> bool:
    """Put `new` in the place of `old`, which stays readable; False when somebody else was faster."""
    return _VERSIONS.supersede(tx, _values(old), _values(new), now=now)


def add_market_policy(tx: Tx, new: PolicyVersion, *, now: datetime) -> bool:
    """Add a row for a place that has none of its own; False when somebody else was faster."""
    return _VERSIONS.add(tx, _values(new), now=now)


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
