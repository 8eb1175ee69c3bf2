"""The registry of figures: every one by the names people give it, and which flows lost or doubled an event."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final

from domain.errors import RuleBroken
from domain.kpi_definitions import EVENTS, Definition
from domain.kpi_reach_figures import REACH_FIGURES
from domain.kpi_sales_figures import SALES_FIGURES
from domain.kpis import LEAD_FLOW, Kpi
from domain.words import fold, nearest

FIGURES: Final[tuple[Definition, ...]] = (*SALES_FIGURES, *REACH_FIGURES)
"""What is computed: medians, shares and sums over leads, offers, tasks, sends, deals and events."""

ALL: Final[tuple[Definition, ...]] = (*EVENTS, *FIGURES)
"""Everything that the product counts or computes; no other figure may be shown."""

EXPECTED: Final[Mapping[str, tuple[Kpi, ...]]] = {"leadflow": LEAD_FLOW}
"""What a flow counts once each, by the prefix of its correlation id."""

_TEXT_LIMIT: Final = 60
_SHORT: Final = 4
"""Letters up to which a name may differ by one only: two of four is another word."""

_ALIASES: Final[Mapping[str, str]] = {
    "response time": "speed_to_lead",
    "time to lead": "speed_to_lead",
    "first touch": "first_touch_5m",
    "first touch sla": "first_touch_5m",
    "two way contact": "contact_rate",
    "reply rate": "response_rate",
    "follow up sla": "followup_30m",
    "follow ups on time": "followup_30m",
    "sla": "followup_30m",
    "within 30m": "followup_30m",
    "within 2h": "followup_2h",
    "acceptance": "offer_acceptance",
    "acceptance rate": "offer_acceptance",
    "contracts": "contract_signed",
    "cancellation rate": "fallout_rate",
    "assignment fee": "average_assignment_fee",
    "cpl": "cost_per_lead",
    "roi": "marketing_roi",
    "time to buyer": "days_on_dispo",
    "blocked share": "policy_block_rate",
    "blocking rate": "policy_block_rate",
    "pipeline": "weighted_pipeline",
    "buyer response": "buyer_response_rate",
    "error rate": "failure_rate",
    "opt outs": "opted_out",
    "leads": "lead_created",
    "new leads": "lead_created",
    "offers": "offer_presented",
}
"""Other names, folded; a definition's own name, its label and its name behind its domain need no entry."""


class KpiUnknown(RuleBroken):
    """There is no figure called "{text}". {hint}"""

    code: ClassVar[str] = "KPI_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Gap:
    """A flow whose events are not what they should be: those it never counted, and those it counted more than once."""

    correlation_id: str
    missing: tuple[Kpi, ...]
    repeated: tuple[Kpi, ...]


def definition_named(text: str) -> Definition | None:
    """The figure that people call `text`, or None: "speed-to-lead", "Speed to lead", "WHOLESALE.lead_created".

    Case, accents and what stands between the words do not matter.
    """
    return _BY_NAME.get(fold(text))


def nearest_definition(text: str) -> Definition | None:
    """The figure whose name differs least from `text`, or begins like it; None when nothing is near."""
    folded = fold(text)
    if not folded:
        return None
    near = nearest(folded, _BY_NAME, within=1 if len(folded) <= _SHORT else 2)
    starts = (name for name in _BY_NAME if f"{name} ".startswith(f"{folded} "))
    name = near or next(starts, None)
    return _BY_NAME[name] if name else None


def definition_of(text: str) -> Definition:
    """The figure that people call `text`. Raises KpiUnknown, which names the nearest one."""
    if found := definition_named(text):
        return found
    meant = nearest_definition(text)
    hint = f"Did you mean {meant.typed}?" if meant else "/kpi explain lists what can be explained."
    cleaned = " ".join(text.split())
    cut = cleaned if len(cleaned) <= _TEXT_LIMIT else f"{cleaned[:_TEXT_LIMIT]}…"
    raise KpiUnknown(text=cut, hint=hint)


def event_definition(kpi: Kpi) -> Definition:
    """The definition under which an event is counted."""
    return _BY_EVENT[kpi]


def emission_health(
    counted: Mapping[str, Mapping[Kpi, int]],
    *,
    expected: Mapping[str, Collection[Kpi]] = EXPECTED,
) -> tuple[Gap, ...]:
    """Every flow that did not count each of its events exactly once, in the order of `counted`.

    `counted` holds for each correlation id how often each event was counted; a flow that counted nothing is seen only
    if its id is there, so give one for every lead. `expected` is by the part of the id before its colon; other ids
    are left alone.
    """
    return tuple(_gaps(counted, expected))


def _gaps(counted: Mapping[str, Mapping[Kpi, int]], expected: Mapping[str, Collection[Kpi]]) -> Iterator[Gap]:
    for correlation_id, counts in counted.items():
        due = expected.get(correlation_id.partition(":")[0], ())
        missing = tuple(kpi for kpi in due if counts.get(kpi, 0) < 1)
        repeated = tuple(kpi for kpi in due if counts.get(kpi, 0) > 1)
        if missing or repeated:
            yield Gap(correlation_id, missing, repeated)


def _names() -> Iterator[tuple[str, Definition]]:
    """Yield every folded name with its definition; names proper come first."""
    by_name = {definition.name: definition for definition in ALL}
    yield from ((fold(definition.name), definition) for definition in ALL)
    yield from ((fold(definition.label), definition) for definition in ALL)
    yield from ((fold(f"{definition.domain} {definition.name}"), definition) for definition in ALL)
    yield from ((alias, by_name[name]) for alias, name in _ALIASES.items())


_BY_EVENT: Final[Mapping[Kpi, Definition]] = dict(chain.from_iterable(((kpi, d) for kpi in d.events) for d in EVENTS))
_BY_NAME: Final[Mapping[str, Definition]] = dict(_names())
