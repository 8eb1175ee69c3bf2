"""Contact policies of a workspace, by province and market: what stands, and every version that stood."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint, bindparam, insert, select

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
