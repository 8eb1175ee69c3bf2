"""Contact policies: every row today, the one that stands for a place, trying other rules, and changing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.findings import holidays_around
from bot.services.offers import PlaceNotFound
from bot.services.policy_replay import replay_sends
from domain.errors import RuleBroken
from domain.geo import MARKETS, PROVINCES
from domain.offer_policies import checked_reason
from domain.pauses import Pause
from domain.policy import ALL_MARKETS, Policy, Rules, effective_policy
from domain.policy_changes import MEDIA, Notice, check_rules, differences, medium_text, notices, resting_text
from domain.policy_days import PolicyDay, day_of
from domain.policy_places import PolicyPlace, place_named
from domain.policy_replay import Replay
from domain.roles import may_change_policies
from domain.zones import iana_version
from storage.audit import Change, record
from storage.base import Tx
from storage.database import Database
from storage.pauses import all_pauses, pauses_for
from storage.policies import (
    PolicyVersion,
    add_market_policy,
    all_market_policies,
    market_policies,
    market_policy_at,
    market_policy_versions,
    supersede_market_policy,
)
from storage.requests import RequestKey, begin_request, finish_request
from storage.workspaces import default_place

HISTORY = 3
"""How many versions are listed, the one that stands among them."""
NEXT_HOLIDAYS = 3


class NotForYou(RuleBroken):
    """Only an admin of this workspace may change a contact policy; your role is {role}. Nothing was changed."""

    code = "CONTACT_POLICY_NOT_YOURS"


class PolicyMoved(RuleBroken):
    """Changed meanwhile: {label} stands now, {rules} ("{reason}"). Nothing was saved; close this form and reopen it."""

    code = "CONTACT_POLICY_MOVED"


class PolicyUnchanged(RuleBroken):
    """Nothing here differs from {label}. Change a value, or close the form."""

    code = "CONTACT_POLICY_UNCHANGED"


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A row of the list: the policy, its place's day, and the kill switch that stops it (the team's, or its own)."""

    policy: Policy
    day: PolicyDay
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Every row that stands, each province before its markets; `pauses` are all the kill switches that stand."""

    rows: tuple[PolicyRow, ...]
    pauses: tuple[Pause, ...]
    now: datetime
    tzdata: str


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """What stands at a place. `history` begins with it, and is empty where nothing stands, which blocks.

    The version before the last that is listed comes along in `older`, to say what changed. `holidays` are the next
    days on which the province rests, with their names.
    """

    place: PolicyPlace
    is_default_place: bool
    history: tuple[PolicyVersion, ...]
    older: PolicyVersion | None
    day: PolicyDay | None
    pauses: tuple[Pause, ...]
    holidays: tuple[tuple[str, str], ...]
    may_change: bool
    tzdata: str

    @property
    def standing(self) -> PolicyVersion | None:
        """The version that stands: the place's own row, or the whole province's."""
        return self.history[0] if self.history else None


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """The row that a form was opened with, at the version that was read there; no market and 0 where none stood."""

    place: PolicyPlace
    row_market: str | None
    version: int


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """New rules for a place. A market that has no row of its own gets one; the province's stays as it is."""

    seen: PolicySeen
    enabled: bool
    rules: Rules
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """What a change would do: in words, what is worth knowing, and what it would have done to the last sends."""

    differences: tuple[str, ...]
    notices: tuple[Notice, ...]
    replay: Replay


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A change that is stored; `before` is the province's row for a new market row, None where nothing stood."""

    before: PolicyVersion | None
    after: PolicyVersion


class Policies:
    """What the team can do with its contact policies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get_effective_policy(self, who: Actor, province: str | None, market: str | None) -> Policy | None:
        """Return the row that holds for a place: its market's own, else the province's, else None, which blocks."""

        def work(tx: Tx) -> Policy | None:
            return effective_policy(all_market_policies(tx), province, market)

        return await self._database.read(who.workspace_id, work)

    async def list(self, who: Actor) -> PolicyList:
        """Return every row that stands, with its place's day. Raises `HolidaysUnknown`."""
        now = self._clock.now()

        def work(tx: Tx) -> PolicyList:
            pauses = tuple(all_pauses(tx))
            policies = sorted(all_market_policies(tx), key=_listed)
            rows = tuple(PolicyRow(policy, day_of(policy, now), _stopped(policy, pauses)) for policy in policies)
            return PolicyList(rows, pauses, now, iana_version())

        return await self._database.read(who.workspace_id, work)

    async def show(self, who: Actor, place: str) -> PolicyShown:
        """Return what stands at a place as typed, "" for the team's default one. Raises `PlaceNotFound`."""
        now = self._clock.now()
        return await self._database.read(who.workspace_id, lambda tx: _shown(tx, who, place, now))

    async def edit(self, who: Actor, place: str) -> PolicyShown:
        """Return what stands, for an admin to change it. Raises `NotForYou` and `PlaceNotFound`."""
        _check_may_change(who)
        return await self.show(who, place)

    async def preview(self, who: Actor, seen: PolicySeen, *, enabled: bool, rules: Rules) -> PolicyPreview:
        """Try other rules without keeping them.

        Raises what `check_rules` raises, and `PolicyMoved` when another version stands than was `seen`.
        """
        check_rules(rules)
        now = self._clock.now()

        def work(tx: Tx) -> PolicyPreview:
            old = baseline(_still(tx, seen), seen.place)
            new = replace(old, enabled=enabled, rules=rules)
            return PolicyPreview(differences(old, new), notices(old, new), replay_sends(tx, new, now))

        return await self._database.read(who.workspace_id, work)

    async def upsert_policy(self, who: Actor, change: PolicyChange, request: RequestKey) -> PolicyChanged:
        """Store new rules as the next version; the old one stays readable, and the audit trail holds both.

        A repeated request finds the first result. Raises `NotForYou`, what `check_rules` raises, `ReasonMissing`,
        `ReasonTooLong`, `PolicyMoved` when another version stands than was seen, and `PolicyUnchanged`.
        """
        _check_may_change(who)
        check_rules(change.rules)
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


def rules_in_words(policy: Policy) -> str:
    """Return a row's rules in a line."""
    if policy.rules is None:
        return "its rules cannot be read"
    rules = policy.rules
    hours = [f"{name} {medium_text(rules, medium)}" for medium, name in MEDIA.items()]
    state = [] if policy.enabled else ["switched off"]
    return "; ".join([*state, *hours, f"on holidays {resting_text(rules)}"])


def baseline(standing: PolicyVersion | None, place: PolicyPlace) -> Policy:
    """Return what a change starts from, as a row of the place itself: nothing opens where nothing stands."""
    if standing is None:
        return Policy(place.province, place.market, True, Rules(), 0)
    return replace(standing.policy, market=place.market)


def _check_may_change(who: Actor) -> None:
    if not may_change_policies(who.role):
        raise NotForYou(role=who.role.value)


def _found(tx: Tx, text: str) -> PolicyPlace:
    if not text:
        return PolicyPlace(*default_place(tx))
    place = place_named(text)
    if place is None:
        raise PlaceNotFound(place=text)
    return place


def _shown(tx: Tx, who: Actor, text: str, now: datetime) -> PolicyShown:
    place = _found(tx, text)
    versions = _versions(tx, place, limit=HISTORY + 1)
    return PolicyShown(
        place=place,
        is_default_place=not text,
        history=tuple(versions[:HISTORY]),
        older=versions[HISTORY] if len(versions) > HISTORY else None,
        day=day_of(replace(versions[0].policy, market=place.market), now) if versions else None,
        pauses=tuple(pauses_for(tx, place.province, place.market)),
        holidays=_next_holidays(place.province, now),
        may_change=may_change_policies(who.role),
        tzdata=iana_version(),
    )


def _next_holidays(province: str, now: datetime) -> tuple[tuple[str, str], ...]:
    days = sorted(holidays_around(province, now).items())
    coming = [(f"{on.day} {on:%b %Y}", name) for on, name in days if on >= now.date()]
    return tuple(coming[:NEXT_HOLIDAYS])


def _versions(tx: Tx, place: PolicyPlace, *, limit: int) -> list[PolicyVersion]:
    """The versions of the row that stands at a place, newest first; nothing where none stands."""
    row = effective_policy(market_policies(tx, place.province, place.market), place.province, place.market)
    return market_policy_versions(tx, row.province, row.market, limit=limit) if row else []


def _still(tx: Tx, seen: PolicySeen) -> PolicyVersion | None:
    """What stands, if it is still what was seen; raises `PolicyMoved` otherwise."""
    versions = _versions(tx, seen.place, limit=1)
    if not versions:
        if seen.row_market is None:
            return None
        raise PolicyMoved(label="nothing", rules="so everything is blocked", reason="the row was removed")
    policy = versions[0].policy
    if (policy.market, policy.version) != (seen.row_market, seen.version):
        raise _moved(versions[0])
    return versions[0]


def _moved(standing: PolicyVersion) -> PolicyMoved:
    return PolicyMoved(label=standing.label, rules=rules_in_words(standing.policy), reason=standing.reason)


def _store(tx: Tx, who: Actor, change: PolicyChange, before: PolicyVersion | None, now: datetime) -> PolicyVersion:
    place, rules = change.seen.place, change.rules
    is_own = before is not None and before.policy.market == place.market
    version = before.policy.version + 1 if before and is_own else 1
    policy = Policy(place.province, place.market, change.enabled, rules, version)
    after = PolicyVersion(policy, who.user_id, change.reason, now, rules.to_json())
    if before is None or not is_own:
        stored = add_market_policy(tx, after, now=now)
    else:
        if (policy.enabled, policy.rules) == (before.policy.enabled, before.policy.rules):
            raise PolicyUnchanged(label=before.label)
        stored = supersede_market_policy(tx, before, after, now=now)
    if not stored:
        raise _moved(_versions(tx, place, limit=1)[0])
    return after


def _listed(policy: Policy) -> tuple[int, int, str]:
    """The place of a row in the list: provinces in their order, each before its markets, the largest market first."""
    markets = [ALL_MARKETS, *(market.label for market in MARKETS)]
    provinces = list(PROVINCES)
    province = provinces.index(policy.province) if policy.province in provinces else len(provinces)
    return province, markets.index(policy.market) if policy.market in markets else len(markets), policy.market


def _stopped(policy: Policy, pauses: Sequence[Pause]) -> Pause | None:
    """The kill switch that stops a row: the team's, its province's or its own."""
    places = (None, f"{policy.province}/{ALL_MARKETS}", policy.name())
    return next((pause for place in places for pause in pauses if pause.place == place), None)


def _named(version: PolicyVersion | None) -> dict[str, object] | None:
    if version is None:
        return None
    policy = version.policy
    return {"province": policy.province, "market": policy.market, "version": policy.version}


def _changed(tx: Tx, result: Mapping[str, Mapping[str, object] | None]) -> PolicyChanged:
    """Read both versions as they are kept: also for a repeat, by when others may stand."""
    before, after = result["before"], result["after"]
    return PolicyChanged(_kept(tx, before) if before else None, _kept(tx, after or {}))


def _kept(tx: Tx, named: Mapping[str, object]) -> PolicyVersion:
    version = market_policy_at(tx, **named)  # type: ignore[arg-type]  # as `_named` wrote it
    if version is None:
        raise LookupError(f"contact policy {named} was stored and is not there")
    return version


def _audited(before: PolicyVersion | None, after: PolicyVersion) -> Change:
    is_new = before is None or before.policy.market != after.policy.market
    return Change(
        actor=after.changed_by,
        verb="market_policy_added" if is_new else "market_policy_changed",
        subject=f"market_policy {after.policy.name()}",
        before=_facts(before) if before else None,
        after=_facts(after),
        reason=after.reason,
    )


def _facts(version: PolicyVersion) -> dict[str, object]:
    return {"policy": version.label, "enabled": version.policy.enabled, "rules_json": version.stored}
