"""Contact policies and offer policies of a workspace, by province and market."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint, bindparam, insert, select

from domain.offers import OfferPolicy
from domain.policy import Policy, Rules, RulesInvalid
from storage.base import Cents, Json, Ratio, Tx, Utc, common, metadata

ANY_MARKET = "ALL"

market_policy = Table(
    "market_policy",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("rules_json", Json, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("workspace_id", "province", "market"),
)

market_policy_version = Table(
    "market_policy_version",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("rules_json", Json, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("workspace_id", "province", "market", "version"),
)

offer_policy = Table(
    "offer_policy",
    metadata,
    *common(),
    Column("province", String(2), nullable=False),
    Column("market", String(64), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("max_arv_multiplier", Ratio, nullable=False),
    Column("default_assignment_fee", Cents, nullable=False),
    Column("default_fees_buffer", Cents, nullable=False),
    Column("holding_per_month", Cents, nullable=False),
    Column("rounding_step", Cents, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("workspace_id", "province", "market"),
)

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
                market=ANY_MARKET,
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
    _p.market.in_([bindparam("market"), ANY_MARKET]),
)


def market_policies(tx: Tx, province: str, market: str) -> list[Policy]:
    """Return the contact policies that may stand for a place: its market's own and the whole province's.

    A row whose rules can't be read comes without any, which blocks.
    """
    rows = tx.connection.execute(_MARKET_POLICIES, tx.own(province=province, market=market))
    return [Policy(row.province, row.market, row.enabled, _rules(row.rules_json), row.version) for row in rows]


def _rules(stored: object) -> Rules | None:
    try:
        return Rules.from_json(stored)  # type: ignore[arg-type]  # whatever the column holds is judged there
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
    _o.market.in_([bindparam("market"), ANY_MARKET]),
)


def effective_offer_policy(tx: Tx, province: str | None, market: str) -> OfferPolicyRow | None:
    """Return the market's own offer policy, else the province's, None when neither stands.

    A disabled market row is returned as it is: it does not fall back to the province.
    """
    rows = tx.connection.execute(_OFFER_POLICIES, tx.own(province=province, market=market)).all()
    row = min(rows, key=lambda row: row.market == ANY_MARKET, default=None)
    return OfferPolicyRow(row.province, row.market, OfferPolicy(*row[2:])) if row else None
