"""The registry of figures: it holds every event once, answers to the names people type, and finds broken flows."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kpi_registry import (
    ALL,
    EVENTS,
    EXPECTED,
    FIGURES,
    Gap,
    KpiUnknown,
    definition_named,
    definition_of,
    emission_health,
    event_definition,
    nearest_definition,
)
from domain.kpis import LEAD_FLOW, Kpi
from domain.words import fold

ROOT = Path(__file__).parents[2]
KPIS = ROOT / "domain" / "kpis.py"
REGISTRY = tuple((ROOT / "domain").glob("kpi_*.py"))

OF_THE_FIELD = """
speed_to_lead speed_to_lead_p90 first_touch_5m first_touch_30m first_touch_2h followup_30m followup_2h contact_rate
response_rate qualification_rate appointment_rate show_rate offer_rate offer_rate_of_leads offer_acceptance
offer_to_contract contract_rate fallout_rate assignment_rate close_rate average_assignment_fee median_assignment_fee
net_after_costs cost_per_lead cost_per_qualified_lead cost_per_appointment cost_per_contract cost_per_deal
marketing_roi roas days_to_contract days_on_dispo days_to_close buyer_response_rate buyer_close_rate offers_per_deal
buyers_per_deal first_buyer_reply deliverability opt_out_rate complaint_rate policy_block_rate deferred_rate
mean_deferral approval_latency approval_rate approval_edits ladder_adherence step_conversion touches_to_contact
liquidity_calibration pipeline_value weighted_pipeline emission_health
"""
OF_THE_DIGEST = """
lead_created speed_to_lead first_touch_5m contact_rate followup_30m followup_2h followup_overdue offer_presented
offer_to_mao offer_acceptance contract_signed buyer_response_rate liquidity assignment_fees weighted_pipeline
policy_block_rate opted_out failure_rate
"""


def sources() -> Iterator[tuple[Path, ast.AST]]:
    """Yield every module of the three packages, parsed."""
    for package in ("bot", "domain", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_each_event_is_held_by_exactly_one_definition_of_events():
    assert Counter(kpi for definition in EVENTS for kpi in definition.events) == Counter(Kpi)
    assert [len(definition.events) for definition in EVENTS] == [1] * len(EVENTS)


@pytest.mark.parametrize("kpi", Kpi)
def test_an_event_is_defined_under_the_names_it_is_stored_by(kpi):
    definition = event_definition(kpi)
    assert (definition.domain, definition.name) == kpi.value
    assert definition.source == "events"


@pytest.mark.parametrize("name", (OF_THE_FIELD + OF_THE_DIGEST).split())
def test_every_figure_of_the_trade_and_of_the_digest_is_defined(name):
    assert definition_of(name).name == name


def test_nothing_is_emitted_that_the_registry_does_not_hold_and_nothing_is_held_that_is_never_emitted():
    held = {kpi.name for definition in EVENTS for kpi in definition.events}
    used, made_elsewhere = set(), []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kpi":
                used |= {node.attr} if path not in REGISTRY else set()
            inserts = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "insert"
            if inserts and path.name != "kpis.py" and any(ast.unparse(each) == "kpi_event" for each in node.args):
                made_elsewhere.append(path.name)
    assert used == held
    assert made_elsewhere == []


def test_names_and_labels_are_unlike_however_they_are_typed():
    typed = [fold(name) for d in ALL for name in {fold(d.name), fold(d.label)}]
    assert [name for name, times in Counter(typed).items() if times > 1] == []


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: definition.name)
def test_a_definition_is_whole(definition):
    words = (definition.label, definition.formula, definition.numerator, definition.trap)
    assert all(each.strip() == each and each for each in words)
    assert definition.trap.endswith(".")
    assert definition.domain in {kpi.domain for kpi in Kpi}
    assert definition.denominator is None or definition.denominator.strip()
    if definition.unit == "share":
        assert definition.denominator
    assert len(set(definition.events)) == len(definition.events)


def test_all_holds_events_and_figures():
    assert (*EVENTS, *FIGURES) == ALL


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("speed-to-lead", "speed_to_lead"),
        ("Speed to lead", "speed_to_lead"),
        ("  SPEED_TO_LEAD ", "speed_to_lead"),
        ("WHOLESALE.lead_created", "lead_created"),
        ("lead_created", "lead_created"),
        ("New leads", "lead_created"),
        ("MESSAGING.delivered", "delivered"),
        ("Opt-out rate", "opt_out_rate"),
        ("ROI", "marketing_roi"),
        ("cost per qualified lead", "cost_per_qualified_lead"),
        ("first touch ≤ 5 min", None),
        ("", None),
        ("!?", None),
        ("the weather", None),
    ],
)
def test_a_figure_answers_to_what_people_type(text, name):
    found = definition_named(text)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: definition.name)
def test_every_figure_is_found_by_each_of_its_names(definition):
    assert definition_named(definition.typed) is definition
    assert definition_named(definition.label) is definition
    assert definition_named(f"{definition.domain}.{definition.name}") is definition


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("speed to laed", "speed_to_lead"),
        ("offer aceptance", "offer_acceptance"),
        ("speed", "speed_to_lead"),
        ("rois", "roas"),
        ("roas!", "roas"),
        ("foo", None),
        ("ro", "marketing_roi"),
        ("?!", None),
    ],
)
def test_the_nearest_figure_is_found(text, name):
    near = nearest_definition(text)
    assert (near.name if near else None) == name


def test_an_unknown_figure_names_the_nearest():
    with pytest.raises(KpiUnknown) as unknown:
        definition_of("speed to laed")
    assert str(unknown.value) == 'There is no figure called "speed to laed". Did you mean speed-to-lead?'
    assert unknown.value.code == "KPI_UNKNOWN"


def test_one_that_is_like_none_says_where_the_list_is():
    with pytest.raises(KpiUnknown) as unknown:
        definition_of("{the}\nweather " + "x" * 90)
    assert str(unknown.value) == (
        f'There is no figure called "{{the}} weather {"x" * 46}…". /kpi explain lists what can be explained.'
    )


@given(st.text(max_size=80))
def test_any_text_is_a_figure_or_refused(text):
    if found := definition_named(text):
        assert definition_of(text) is found
    else:
        with pytest.raises(KpiUnknown):
            definition_of(text)


def once(*kpis: Kpi) -> dict[Kpi, int]:
    return dict.fromkeys(kpis, 1)


def test_a_flow_that_counted_all_its_events_is_healthy():
    assert emission_health({"leadflow:1": once(*LEAD_FLOW), "leadflow:2": once(*LEAD_FLOW)}) == ()


def test_a_flow_that_counted_four_of_its_five_events_is_a_finding():
    counted = {"leadflow:1": once(*LEAD_FLOW), "leadflow:2": once(*LEAD_FLOW[:3], LEAD_FLOW[4])}
    assert emission_health(counted) == (Gap("leadflow:2", (Kpi.MATCH_ATTEMPT,), ()),)


def test_a_flow_that_counted_nothing_misses_everything():
    assert emission_health({"leadflow:7": {}}) == (Gap("leadflow:7", LEAD_FLOW, ()),)
    assert emission_health({"leadflow:7": dict.fromkeys(LEAD_FLOW, 0)}) == (Gap("leadflow:7", LEAD_FLOW, ()),)


def test_an_event_that_was_counted_twice_is_a_finding_too():
    counted = {"leadflow:3": once(*LEAD_FLOW) | {Kpi.MATCH_RESULT: 2}}
    assert emission_health(counted) == (Gap("leadflow:3", (), (Kpi.MATCH_RESULT,)),)


def test_of_other_flows_nothing_is_expected_unless_one_says_so():
    counted = {"send:1": {Kpi.DELIVERED: 2}, "notifications:4": {}}
    assert emission_health(counted) == ()
    expected = {**EXPECTED, "notifications": (Kpi.NOTIFICATIONS_PREPARED,)}
    assert emission_health(counted, expected=expected) == (Gap("notifications:4", (Kpi.NOTIFICATIONS_PREPARED,), ()),)


def test_no_flow_is_no_finding():
    assert emission_health({}) == ()
