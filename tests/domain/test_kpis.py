"""KPI events: the closed set, its names and its correlation ids."""

import re

import pytest

from domain.kpis import (
    LEAD_FLOW,
    CorrelationWrong,
    Kpi,
    KpiEvent,
    approval,
    call,
    deal,
    feedback,
    flow,
    inbound,
    kpi_named,
    ladder,
    leadflow,
    notifications,
    offer,
    opt_out,
    send,
)

EVERY_NAME = """
WHOLESALE lead_created deal_brief_created backend_deal_created ladder_created followup_completed offer_generated
 offer_presented offer_accepted offer_rejected contract_signed deal_assigned deal_closed deal_lost flow_part_failed
BUYER_MATCH match_attempt match_result buyer_feedback
NOTIFICATIONS prepared
MESSAGING email_sent sms_sent email_blocked_by_policy sms_blocked_by_policy call_blocked_by_policy email_failed
 sms_failed delivered inbound_received opted_out
FOLLOWUPS call_logged
APPROVALS decided
"""


def names() -> set[tuple[str, str]]:
    found, domain = set(), ""
    for word in EVERY_NAME.split():
        domain = word if word.isupper() else domain
        if not word.isupper():
            found.add((domain, word))
    return found


def test_the_set_holds_every_event_of_the_product_and_no_other() -> None:
    assert {(kpi.domain, kpi.metric) for kpi in Kpi} == names()
    assert len(Kpi) == 30


def test_the_lead_flow_counts_five_events_in_order() -> None:
    assert [f"{kpi.domain}.{kpi.metric}" for kpi in LEAD_FLOW] == [
        "WHOLESALE.lead_created",
        "WHOLESALE.deal_brief_created",
        "WHOLESALE.backend_deal_created",
        "BUYER_MATCH.match_attempt",
        "BUYER_MATCH.match_result",
    ]


@pytest.mark.parametrize("kpi", Kpi)
def test_a_stored_pair_of_names_finds_its_event(kpi: Kpi) -> None:
    assert kpi_named(kpi.domain, kpi.metric) is kpi


def test_an_unknown_pair_of_names_finds_nothing() -> None:
    assert kpi_named("WHOLESALE", "email_sent") is None


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (leadflow(7), "leadflow:7"),
        (ladder(7), "ladder:7"),
        (offer(31), "offer:31"),
        (deal(4), "deal:4"),
        (feedback(4), "feedback:4"),
        (notifications(4), "notifications:4"),
        (send(9), "send:9"),
        (call(3), "call:3"),
        (inbound(5), "inbound:5"),
        (opt_out(6), "optout:6"),
        (approval(2), "approval:2"),
        (flow(7), "flow:7"),
    ],
)
def test_a_correlation_id_is_its_prefix_and_the_id(made: str, expected: str) -> None:
    assert made == expected
    assert re.fullmatch(r"[a-z]+:\d+", made)
    kpi = Kpi.LEAD_CREATED if made == "leadflow:7" else Kpi.DELIVERED
    assert KpiEvent(kpi, success=True, correlation_id=made, actor="U1").correlation_id == made


def test_an_event_without_more_has_no_value_and_an_empty_detail() -> None:
    event = KpiEvent(Kpi.SMS_SENT, success=True, correlation_id=send(1), actor="U1")
    assert (event.value, dict(event.detail)) == (None, {})


@pytest.mark.parametrize("kpi", [kpi for kpi in Kpi if kpi not in LEAD_FLOW])
def test_leadflow_on_any_other_event_is_refused(kpi: Kpi) -> None:
    with pytest.raises(CorrelationWrong, match="exactly the five"):
        KpiEvent(kpi, success=True, correlation_id=leadflow(1), actor="U1")


@pytest.mark.parametrize("kpi", LEAD_FLOW)
def test_an_event_of_the_lead_flow_elsewhere_is_refused(kpi: Kpi) -> None:
    with pytest.raises(CorrelationWrong, match="under leadflow") as broken:
        KpiEvent(kpi, success=True, correlation_id=ladder(1), actor="U1")
    assert broken.value.code == "CORRELATION_WRONG"


@pytest.mark.parametrize(
    "wrong",
    ["send:john@example.com", "send:+14165550134", "message:7", "send:", "send", "", "send:7 ", "SEND:7", "send:-7"],
)
def test_a_correlation_id_that_is_no_prefix_and_number_is_refused(wrong: str) -> None:
    with pytest.raises(CorrelationWrong, match="known prefix"):
        KpiEvent(Kpi.EMAIL_SENT, success=True, correlation_id=wrong, actor="U1")
