"""What the flow counts: five events of its own, the events of its parts, and nothing that tells who the seller is."""

import json

import pytest

from domain.kpis import LEAD_FLOW
from storage.kpis import kpi_event
from storage.leads import lead
from storage.offer_policies import offer_policy
from storage.offers import offer_evidence
from storage.policies import market_policy
from tests.acceptance.harness.rows import change, count, kpis, leads, remove, rows, tasks
from tests.acceptance.harness.signed import open_line, set_up_workspace
from tests.acceptance.harness.stand import FULL
from tests.acceptance.harness.texts import words


@pytest.fixture
async def desk_line(database):
    """A line to a bot that knows its workspace, once on each kind of database."""
    line = await open_line(database)
    await set_up_workspace(line)
    yield line
    assert line.slack.faults == []


async def capture(line, **fields):
    """Take down a lead and return the text of its card."""
    await line.command()
    assert (await line.submit(line.slack.opened(), **{**FULL, **fields})).body == {}
    return words(line.slack.made("chat.postMessage")[-1]["blocks"])


async def test_a_captured_lead_counts_exactly_five_events_in_order(desk_line, database):
    await capture(desk_line)
    (stored,) = await leads(database)
    found = await kpis(database, f"leadflow:{stored.id}")
    assert [(event.domain, event.metric) for event in found] == [
        ("WHOLESALE", "lead_created"),
        ("WHOLESALE", "deal_brief_created"),
        ("WHOLESALE", "backend_deal_created"),
        ("BUYER_MATCH", "match_attempt"),
        ("BUYER_MATCH", "match_result"),
    ]
    assert [event.success for event in found] == [True] * 5
    assert {event.actor for event in found} == {"U0DANA"}
    assert [(kpi.domain, kpi.metric) for kpi in LEAD_FLOW] == [(event.domain, event.metric) for event in found]


async def test_the_details_hold_numbers_where_numbers_are_counted(desk_line, database):
    await capture(desk_line)
    found = {event.metric: event.detail for event in await rows(database, kpi_event)}
    assert (found["lead_created"]["province"], found["lead_created"]["market"]) == ("ON", "Hamilton")
    assert (found["backend_deal_created"]["offer"], found["backend_deal_created"]["mao"]) == (310_000, 310_000)
    assert found["backend_deal_created"]["evidence_id"] == 1
    assert (found["match_result"]["offer"], found["match_result"]["mao"]) == (310_000, 310_000)
    for metric in ("match_attempt", "match_result"):
        assert isinstance(found[metric]["liquidity_score"], int | float)
        assert 0 <= found[metric]["liquidity_score"] <= 1


async def test_the_parts_count_under_their_own_prefixes(desk_line, database):
    await capture(desk_line)
    (stored,), (evidence,) = await leads(database), await rows(database, offer_evidence)
    (ladder,) = await kpis(database, f"ladder:{stored.id}")
    (offer,) = await kpis(database, f"offer:{evidence.id}")
    assert (ladder.metric, ladder.success, ladder.detail) == ("ladder_created", True, {"steps": 6})
    assert (offer.metric, offer.success, offer.value) == ("offer_generated", True, 310_000)
    assert await kpis(database, f"flow:{stored.id}") == []
    assert await count(database, kpi_event) == 7


async def test_a_price_that_leaves_nothing_is_kept_and_counts_neither_as_an_offer_nor_as_a_failure(desk_line, database):
    await capture(desk_line, ARV="100k", Repairs="90k")
    await desk_line.command("100k 90k", name="/offer")
    assert await kpis(database, "offer:1") == await kpis(database, "offer:2") == []
    assert len(await rows(database, offer_evidence)) == 2
    assert [event for event in await rows(database, kpi_event) if not event.success] == []


async def test_no_event_holds_an_address_a_phone_or_a_name(desk_line, database):
    await capture(desk_line, Notes="call him at 905-555-0188")
    await capture(desk_line, **{"Seller's name": "Mary Jones", "Property address": "the blue house", "Phone": None})
    await desk_line.command("500k 40k", name="/offer")
    for event in await rows(database, kpi_event):
        told = json.dumps([event.detail, event.actor, event.correlation_id])
        for secret in ("King", "Smith", "Jones", "blue", "555", "example.com", "L8P"):
            assert secret not in told, (event.metric, told)


async def failed_parts(database):
    """The flow's failures of the only lead: part and why, each counted as one that did not succeed."""
    (stored,) = await leads(database)
    found = await kpis(database, f"flow:{stored.id}")
    assert {(event.metric, event.success) for event in found} <= {("flow_part_failed", False)}
    assert len(await kpis(database, f"leadflow:{stored.id}")) == 5
    return {event.detail["part"]: event.detail["why"] for event in found}


@pytest.mark.parametrize(
    "values",
    [{"rules_json": {"contact_windows_local": "always"}}, {"rules_json": {}}, {"rules_json": []}, {"enabled": False}],
)
async def test_a_ladder_that_cannot_be_planned_leaves_the_lead_and_is_named_on_its_card(desk_line, database, values):
    await change(database, market_policy, values, province="ON")
    card = await capture(desk_line)
    why = "No contact policy lets anybody be contacted there, so no follow-up is planned."
    assert await failed_parts(database) == {"ladder": why}
    assert await tasks(database, 1) == []
    assert why in card
    assert "*Next* the lead has no next action" in card
    assert "*Offer* $310,000.00" in card


async def test_an_absent_contact_policy_plans_nothing(desk_line, database):
    await remove(database, market_policy, province="ON")
    assert "no follow-up is planned" in await capture(desk_line)
    assert list(await failed_parts(database)) == ["ladder"]


async def test_an_absent_offer_policy_leaves_the_lead_without_an_offer_and_says_so(desk_line, database):
    await remove(database, offer_policy, province="ON")
    card = await capture(desk_line)
    (why,) = (await failed_parts(database)).values()
    assert why.startswith("No offer policy is set for")
    assert why in card
    assert "*Offer* none yet" in card
    assert await count(database, offer_evidence) == 0
    assert len(await tasks(database, 1)) == 6


async def test_a_disabled_offer_policy_leaves_the_lead_without_an_offer_and_says_so(desk_line, database):
    await change(database, offer_policy, {"enabled": False}, province="ON")
    card = await capture(desk_line)
    (why,) = (await failed_parts(database)).values()
    assert why.startswith("The offer policy for")
    assert why.endswith("is switched off: an admin can switch it on.")
    assert why in card


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"ARV": None}, "Give the ARV: what the house will sell for once it is repaired."),
        ({"Repairs": None}, "Give the cost of repairs, 0 if there are none."),
    ],
)
async def test_what_the_person_left_out_is_a_lack_on_the_card_and_no_failure(desk_line, database, fields, says):
    assert says in await capture(desk_line, **fields)
    assert await failed_parts(database) == {}
    assert await count(database, lead) == 1
