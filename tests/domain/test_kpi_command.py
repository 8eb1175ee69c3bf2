"""What `/kpi` understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kpi_command import (
    ExplainKpi,
    KpiHelp,
    KpiNotUnderstood,
    SendCsv,
    ShowErrors,
    ShowNow,
    ShowTripwire,
    ShowWeek,
    parse_kpi_command,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", ShowNow()),
        (" \n", ShowNow()),
        ("now", ShowNow()),
        ("Today please", ShowNow()),
        ("week", ShowWeek()),
        ("WEEKLY", ShowWeek()),
        ("explain speed-to-lead", ExplainKpi("speed-to-lead")),
        ("Explain  Speed to   lead", ExplainKpi("Speed to lead")),
        ("define nonsense", ExplainKpi("nonsense")),
        ("explain", ExplainKpi("")),
        ("speed-to-lead", ExplainKpi("speed-to-lead")),
        ("Offer acceptance", ExplainKpi("Offer acceptance")),
        ("errors", ShowErrors()),
        ("error", ShowErrors()),
        ("failures", ShowErrors()),
        ("csv", SendCsv()),
        ("export week", SendCsv()),
        ("tripwire", ShowTripwire()),
        ("alerts", ShowTripwire()),
        ("help", KpiHelp()),
        ("AIDE", KpiHelp()),
        ("?", KpiHelp()),
    ],
)
def test_what_people_type_is_understood(text, meant):
    assert parse_kpi_command(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("wek", "week"),
        ("Explian speed-to-lead", "explain"),
        ("erorrs", "errors"),
        ("cvs", "csv"),
        ("tripwrie", "tripwire"),
        ("hepl", "help"),
        ("speed to laed", "explain speed-to-lead"),
        ("speed", "explain speed-to-lead"),
        ("the weather", None),
        ("/x", None),
    ],
)
def test_a_slip_says_what_was_meant(text, meant):
    assert parse_kpi_command(text) == KpiNotUnderstood(text, meant)


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    assert parse_kpi_command(text) is not None
