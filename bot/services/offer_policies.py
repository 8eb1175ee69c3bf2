"""Offer policies: reading the one that stands for a place, trying other terms, and changing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.offers import PlaceNotFound
from domain.errors import RuleBroken
from domain.geo import locate
from domain.money import show
from domain.offer_policies import check_policy, checked_reason, probe, same_terms
from domain.offers import Offer, OfferPolicy, PolicyMissing
from domain.policy_places import PolicyPlace
from domain.roles import may_change_policies
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.offer_policies import (
    OfferPolicyRow,
    OfferPolicyVersion,
    add_offer_policy,
    effective_offer_policy,
    offer_policy_at,
    offer_policy_versions,
    supersede_offer_policy,
)
from storage.requests import RequestKey, begin_request, finish_request
from storage.workspaces import default_place

HISTORY = 3
"""How many versions are listed, the one that stands among them."""


class NotForYou(RuleBroken):
    """Only an admin of this workspace may change an offer policy; your role is {role}. Nothing was changed."""

    code = "POLICY_NOT_YOURS"


class PolicyMoved(RuleBroken):
    """Changed meanwhile: {label} stands now, {terms} ("{reason}"). Nothing was saved; close this form and reopen it."""

    code = "POLICY_MOVED"


class PolicyUnchanged(RuleBroken):
    """Nothing here differs from {label}. Change a value, or close the form."""

    code = "POLICY_UNCHANGED"


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """What stands at a place: `standing` may be the province's row; `history` begins with it."""

    place: PolicyPlace
    is_default_place: bool
    standing: OfferPolicyVersion
    history: tuple[OfferPolicyVersion, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """The row that a form was opened with, at the version that was read there, for the place it was opened for."""

    place: PolicyPlace
    row_market: str
    version: int


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """New terms, whose version does not count; `only_market` gives a market without a row its own one."""

    seen: PolicySeen
    terms: OfferPolicy
    reason: str
    only_market: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A policy with what it gives for the deal that policies are tried on; `offer` is None while it is switched off."""

    policy: OfferPolicy
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """The terms that stand and those that would, each tried."""

    before: Tried
    after: Tried


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A change that is stored; for a new market row `before` is the province's."""

    before: OfferPolicyVersion
    after: OfferPolicyVersion


class OfferPolicies:
    """What the team can do with its offer policies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, who: Actor, place: str) -> PolicyShown:
        """Return what stands at a place as typed, "" for the team's default one.

        Raises `PlaceNotFound` and `PolicyMissing`.
        """
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who, _found(tx, place), not place))

    async def edit(self, who: Actor, place: PolicyPlace) -> PolicyShown:
        """Return what stands, for an admin to change it. Raises `NotForYou` and `PolicyMissing`."""
        _check_may_change(who)
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who, place, False))

    async def preview(self, who: Actor, seen: PolicySeen, terms: OfferPolicy) -> PolicyPreview:
        """Try other terms without keeping them.

        Raises the `OfferRefused` that they break, and `PolicyMoved` when another version stands than was `seen`.
        """
        place = seen.place
        check_policy(terms, place.label)

        def work(tx: Tx) -> PolicyPreview:
            return PolicyPreview(tried(_still(tx, seen).row.policy, place), tried(terms, place))

        return await self._database.read(who.workspace_id, work)

    async def change(self, who: Actor, change: PolicyChange, request: RequestKey) -> PolicyChanged:
        """Store new terms as the next version; the old one stays readable, and the audit trail holds both.

        A repeated request finds the first result. Raises `NotForYou`, the `OfferRefused` that the terms break,
        `ReasonMissing`, `ReasonTooLong`, `PolicyMoved` when another version stands than was seen, `PolicyUnchanged`.
        """
        _check_may_change(who)
        check_policy(change.terms, change.seen.place.label)
        change = replace(change, reason=checked_reason(change.reason))
        now = self._clock.now()

        def work(tx: Tx) -> PolicyChanged:
            earlier = begin_request(tx, request, now=now)
            if earlier is not None:
                return _changed(tx, earlier)
            before = _still(tx, change.seen)
            after = _store(tx, who, change, before, now)
            record(tx, _audited(before, after), now=now)
            result = {"before": _named(before), "after": _named(after)}
            finish_request(tx, request, result)
            return _changed(tx, result)

        return await self._database.write(who.workspace_id, work)


def tried(policy: OfferPolicy, place: PolicyPlace) -> Tried:
    """Return a policy with what it gives for the deal that policies are tried on."""
    return Tried(policy, probe(policy, place.province, place.market))


def terms_in_words(policy: OfferPolicy) -> str:
    """Return the terms in a line."""
    state = "" if policy.enabled else "switched off, "
    return (
        f"{state}multiplier {policy.max_arv_multiplier}, fees {show(policy.fees_buffer)}, "
        f"assignment fee {show(policy.assignment_fee)}, holding {show(policy.holding_per_month)} a month, "
        f"rounded down to {show(policy.rounding_step)}"
    )


def _check_may_change(who: Actor) -> None:
    if not may_change_policies(who.role):
        raise NotForYou(role=who.role.value)


def _found(tx: Tx, text: str) -> PolicyPlace:
    if not text:
        return PolicyPlace(*default_place(tx))
    place = locate(text)
    if place.province is None:
        raise PlaceNotFound(place=text)
    return PolicyPlace(place.province, place.market)


def _shown(tx: Tx, who: Actor, place: PolicyPlace, is_default: bool) -> PolicyShown:
    versions = _versions(tx, place)
    return PolicyShown(place, is_default, versions[0], versions, may_change_policies(who.role))


def _versions(tx: Tx, place: PolicyPlace) -> tuple[OfferPolicyVersion, ...]:
    """The versions of the row that stands at a place, newest first. Raises `PolicyMissing`."""
    row = effective_offer_policy(tx, place.province, place.market)
    if row is None:
        raise PolicyMissing("policy", place=place.label)
    return tuple(offer_policy_versions(tx, row.province, row.market, limit=HISTORY))


def _still(tx: Tx, seen: PolicySeen) -> OfferPolicyVersion:
    """What stands, if it is still what was seen; raises `PolicyMoved` otherwise."""
    standing = _versions(tx, seen.place)[0]
    if (standing.row.market, standing.row.policy.version) != (seen.row_market, seen.version):
        raise _moved(standing)
    return standing


def _moved(standing: OfferPolicyVersion) -> PolicyMoved:
    row = standing.row
    return PolicyMoved(label=row.label, terms=terms_in_words(row.policy), reason=standing.reason)


def _store(tx: Tx, who: Actor, change: PolicyChange, before: OfferPolicyVersion, now: datetime) -> OfferPolicyVersion:
    place, row = change.seen.place, before.row
    if change.only_market and place.market != row.market:
        terms = replace(change.terms, version=1)
        after = OfferPolicyVersion(OfferPolicyRow(row.province, place.market, terms), who.user_id, change.reason, now)
        stored = add_offer_policy(tx, after, now=now)
    else:
        if same_terms(change.terms, row.policy):
            raise PolicyUnchanged(label=row.label)
        terms = replace(change.terms, version=row.policy.version + 1)
        after = OfferPolicyVersion(replace(row, policy=terms), who.user_id, change.reason, now)
        stored = supersede_offer_policy(tx, before, after, now=now)
    if not stored:
        raise _moved(_versions(tx, place)[0])
    return after


def _named(version: OfferPolicyVersion) -> dict[str, object]:
    row = version.row
    return {"province": row.province, "market": row.market, "version": row.policy.version}


def _changed(tx: Tx, result: Mapping[str, Mapping[str, object]]) -> PolicyChanged:
    """Read both versions as they are kept: also for a repeat, by when others may stand."""
    return PolicyChanged(_kept(tx, result["before"]), _kept(tx, result["after"]))


def _kept(tx: Tx, named: Mapping[str, object]) -> OfferPolicyVersion:
    version = offer_policy_at(tx, **named)  # type: ignore[arg-type]  # as `_named` wrote it
    if version is None:
        raise LookupError(f"offer policy {named} was stored and is not there")
    return version


def _audited(before: OfferPolicyVersion, after: OfferPolicyVersion) -> Change:
    row = after.row
    is_new = before.row.market != row.market
    return Change(
        actor=after.changed_by,
        verb="offer_policy_added" if is_new else "offer_policy_changed",
        subject=f"offer_policy {row.province}/{row.market}",
        before=_facts(before),
        after=_facts(after),
        reason=after.reason,
    )


def _facts(version: OfferPolicyVersion) -> dict[str, object]:
    policy = version.row.policy
    return {
        "policy": version.row.label,
        "enabled": policy.enabled,
        "max_arv_multiplier": str(policy.max_arv_multiplier),
        "fees_buffer": str(policy.fees_buffer),
        "assignment_fee": str(policy.assignment_fee),
        "holding_per_month": str(policy.holding_per_month),
        "rounding_step": str(policy.rounding_step),
    }
