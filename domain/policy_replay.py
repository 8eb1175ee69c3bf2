"""What other rules would have done to the sends of the last weeks: how many they would have blocked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.geo import same_market
from domain.policy import Policy, effective_policy
from domain.rules import Medium
from domain.windows import closed_because
from domain.zones import utc, zone

REPLAYED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PastContact:
    """A send as it was: its medium and instant, every zone its recipient may have been in, and their place."""

    medium: Medium
    at: datetime
    zones: frozenset[str]
    province: str | None
    market: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How many sends the row is about (`count`), and how many of them the rules before and after would have blocked.

    Sends whose place or zone is not known belong to no row and are not among them.
    """

    count: int
    blocked_before: int
    blocked_after: int


def replay(
    contacts: Iterable[PastContact],
    policies: Sequence[Policy],
    new: Policy,
    holidays: Mapping[date, str],
) -> Replay:
    """Judge past contacts by the rows that stand, `policies`, and again with `new` in its row's place.

    `holidays` are the local dates of the row's province. Windows alone are judged, neither consent nor opt-outs.
    """
    others = [policy for policy in policies if not _same_row(policy, new)]
    pairs = [
        (_blocks(effective_policy(policies, contact.province, contact.market), contact, holidays),
         _blocks(new, contact, holidays))
        for contact in contacts
        if contact.zones and effective_policy([*others, new], contact.province, contact.market) is new
    ]  # fmt: skip
    return Replay(len(pairs), sum(before for before, _ in pairs), sum(after for _, after in pairs))


def _blocks(policy: Policy | None, contact: PastContact, holidays: Collection[date]) -> bool:
    """Whether a row blocks a contact: the answer of `check_contact_window`, without looking for the next opening."""
    if policy is None or not policy.enabled or policy.rules is None:
        return True
    hours = policy.rules.hours(contact.medium)
    at = utc(contact.at)
    return any(closed_because(hours, at.astimezone(zone(name)), holidays) is not None for name in contact.zones)


def _same_row(one: Policy, other: Policy) -> bool:
    return one.province == other.province and same_market(one.market, other.market)
