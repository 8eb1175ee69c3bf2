"""The hours in which a lead's people may be reached, by the zones and the policy that the gate goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.services.findings import holidays_around
from bot.services.recipients import recipient_of_lead
from domain.ladder import TaskFacts, opening_for
from domain.policy import Medium, Rules, effective_policy
from domain.zones import DEFAULT_ZONE
from storage.base import Tx
from storage.ladder import Task
from storage.leads import Lead
from storage.policies import market_policies


@dataclass(frozen=True, slots=True)
class LeadHours:
    """Where a lead's seller may be, and the rules of contact there; None where no policy lets anybody be contacted."""

    zones: frozenset[str]
    rules: Rules | None
    holidays: Mapping[date, str]

    @property
    def clock(self) -> str:
        """The zone on whose clock times are said: the first by name."""
        return min(self.zones, default=DEFAULT_ZONE)

    def opening(self, medium: Medium, at: datetime) -> datetime | None:
        """Return the first instant from `at` on at which a medium may be used; None without one."""
        return opening_for(medium, at, zones=self.zones, rules=self.rules, holidays=self.holidays)

    def facts(self, task: Task, *, since: datetime | None = None, completed_at: datetime | None = None) -> TaskFacts:
        """Return what is measured of a task, by its medium's hours; `since` stands for the moment it was due."""
        due_at = since or task.due_at
        return TaskFacts(due_at, completed_at, None, self.zones, self.rules, self.holidays, task.medium)


def hours_of(tx: Tx, lead: Lead, *, now: datetime) -> LeadHours:
    """Return the hours of a lead's seller."""
    zones = recipient_of_lead(tx, lead, lead.phone).zones if lead.phone else lead.zones
    if lead.province is None:
        return LeadHours(zones, None, {})
    rules = rules_at(tx, lead.province, lead.market)
    return LeadHours(zones, rules, holidays_around(lead.province, now))


def rules_at(tx: Tx, province: str, market: str) -> Rules | None:
    """Return the rules that hold at a place; None where its policy is missing or switched off."""
    policy = effective_policy(market_policies(tx, province, market), province, market)
    return policy.rules if policy and policy.enabled else None
