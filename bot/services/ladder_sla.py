"""How well follow-ups were kept: the real tasks of a period, measured in minutes of open windows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.services.findings import holidays_around
from bot.services.ladder_hours import rules_at
from domain import ladder
from domain.ladder import Sla, TaskFacts
from domain.policy import Rules
from domain.tasks import TaskState
from storage.base import Tx
from storage.ladder import Measured, measured_tasks

ENDED_UNDONE = (TaskState.CANCELLED, TaskState.SKIPPED)
"""The ends that are nobody's miss where they came before the task was due."""


def sla_snapshot(tx: Tx, *, since: datetime, until: datetime) -> Sla:
    """Measure the tasks that came due in [since, until), and how fast the leads among them were first attempted."""
    places = _Places(tx, since)
    facts = [_facts(measured, places) for measured in measured_tasks(tx, since, until)]
    return ladder.sla_snapshot(facts, since=since, until=until)


@dataclass(slots=True)
class _Places:
    """The rules and holidays of places, each read once."""

    tx: Tx
    since: datetime
    rules: dict[tuple[str, str], Rules | None] = field(default_factory=dict)
    holidays: dict[str, Mapping[date, str]] = field(default_factory=dict)

    def of(self, province: str | None, market: str) -> tuple[Rules | None, Mapping[date, str]]:
        """Return the rules and the holidays of a place."""
        if province is None:
            return None, {}
        if (province, market) not in self.rules:
            self.rules[province, market] = rules_at(self.tx, province, market)
        if province not in self.holidays:
            self.holidays[province] = holidays_around(province, self.since)
        return self.rules[province, market], self.holidays[province]


def _facts(measured: Measured, places: _Places) -> TaskFacts:
    task = measured.task
    rules, holidays = places.of(measured.province, measured.market)
    return TaskFacts(
        due_at=task.due_at,
        completed_at=task.completed_at,
        cancelled_at=task.ended_at if task.state in ENDED_UNDONE else None,
        zones=measured.zones,
        rules=rules,
        holidays=holidays,
        medium=task.medium,
        lead_created_at=measured.lead_created_at if measured.is_first else None,
    )
