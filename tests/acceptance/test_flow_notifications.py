"""POST /flow/notify_deal_parties: what a deal's parties would hear, over HTTP, waiting for a person's yes."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from bot.sandbox.people import TEAM_ID
from domain.consent import ConsentKind
from storage.approvals import approval
from storage.contacts import add_consents
from storage.deals import deal
from storage.kpis import kpi_event
from storage.sends import send
from tests.acceptance.harness.rows import count, rows
from tests.storage.builders import add_buyer

SELLER = {"name": "Test Seller", "phone": "416-555-0134", "email": "seller@example.com", "source": "test"}
PROPERTY = {"region": "Toronto, ON", "arv": 500000, "repairs": 40000}
PATH = "/flow/notify_deal_parties"
NOON = "2026-11-25T17:00:00Z"
"""Wednesday 12:00 in Toronto."""
BUYERS = ("+14165552001", "+14165552002")


async def post(stand, body, path=PATH):
    """Send a document; return the status and the answer."""
    async with stand.slack.http.post(stand.origin + path, json=body) as answer:
        return answer.status, await answer.json()


async def agree(stand, *addresses):
    """Note that whoever has these addresses agreed to hear from us."""
    row = {
        "kind": ConsentKind.EXPRESS_WRITTEN, "obtained_on": date(2026, 11, 1), "recorded_by": "U0DANA",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC), "evidence": "their form", "source": "form", "wording": "yes",
        "detail": {},
    }  # fmt: skip
    consents = [{**row, "address": address} for address in addresses]
    await stand.database.write(TEAM_ID, lambda tx: add_consents(tx, consents))


async def a_deal(stand, *, agreed=("+14165550134", *BUYERS)):
    """A lead of Toronto with its deal, two buyers who match and one who may not be written to; the flow's answer."""
    await stand.slack.post("clock", to=NOON)
    for number, phone in enumerate((*BUYERS, "+14165552003"), start=1):
        await stand.database.write(TEAM_ID, lambda tx, n=number, p=phone: add_buyer(tx, n, phone=p))
    status, answer = await post(stand, {"lead": SELLER, "deal": PROPERTY}, "/flow/lead_to_deal")
    assert status == 201
    if agreed:
        await agree(stand, *agreed)
    return answer


async def messages(stand):
    return [row for row in await rows(stand.database, send) if row.medium != "SLACK"]


async def test_seller_and_buyers_are_drafted_with_geo_and_liquidity_and_wait_for_approval(on_both):
    flow = await a_deal(on_both)
    status, answer = await post(on_both, {"deal_id": flow["deal"]["id"]})

    assert status == 200
    told = flow["metadata"]
    expected = {name: told[name] for name in ("province", "market", "liquidity_score", "deal_id", "lead_id")}
    seller, buyers = answer["seller_notification"], answer["buyer_notifications"]
    assert (seller["to"], seller["medium"], seller["subject"]) == ("(416) •••-0134", "SMS", None)
    assert seller["metadata"] == expected
    assert "Maple Homes" in seller["body"]
    assert [each["to"] for each in buyers] == ["(416) •••-2001", "(416) •••-2002"]
    for each in buyers:
        assert each["metadata"].items() >= expected.items()
        assert 0.7 <= each["metadata"]["fit"] <= 1
        assert each["body"].endswith("Reply STOP to opt out")
    (left_out,) = answer["excluded"]
    assert (left_out["buyer_id"], left_out["reason"]) == (3, "block_no_consent")
    assert left_out["sentence"]
    (asked,) = await rows(on_both.database, approval)
    assert (asked.id, asked.kind, asked.state, asked.requested_by) == (answer["approval_id"], "batch", "open", "api")
    assert {row.state for row in await messages(on_both)} == {"awaiting_approval"}
    (event,) = await rows(on_both.database, kpi_event, metric="prepared")
    assert (event.domain, event.success, event.value) == ("NOTIFICATIONS", True, 3)
    assert event.correlation_id == f"notifications:{told['deal_id']}"
    assert event.detail["market"] == "Toronto"
    assert isinstance(event.detail["liquidity_score"], float)


async def test_the_same_deal_again_answers_with_the_batch_that_waits(socket):
    await a_deal(socket)
    _, first = await post(socket, {"deal_number": "D-1"})
    status, again = await post(socket, {"deal_number": 1})
    assert (status, again) == (200, first)
    assert await count(socket.database, approval) == 1
    assert len(await rows(socket.database, kpi_event, metric="prepared")) == 1


async def test_where_nobody_may_be_told_each_reason_is_given_and_nothing_is_asked(socket):
    await a_deal(socket, agreed=())
    status, answer = await post(socket, {"deal_number": "d-1"})
    assert status == 200
    assert (answer["seller_notification"], answer["buyer_notifications"], answer["approval_id"]) == (None, [], None)
    assert answer["seller_left_out"]["reason"] == "block_no_consent"
    assert "Text: Blocked: no consent" in answer["seller_left_out"]["sentence"]
    assert [each["reason"] for each in answer["excluded"]] == ["block_no_consent"] * 3
    assert await messages(socket) == []
    assert await count(socket.database, approval) == 0
    (event,) = await rows(socket.database, kpi_event, metric="prepared")
    assert (event.success, event.detail["reason"]) == (False, "nobody_to_tell")


@pytest.mark.parametrize(("body", "said"), [({"deal_id": 99}, "the id 99"), ({"deal_number": "D-99"}, "no deal D-99")])
async def test_an_unknown_deal_is_not_found(socket, body, said):
    status, answer = await post(socket, body)
    assert (status, answer["code"]) == (404, "DEAL_NOT_FOUND")
    assert said in answer["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deal_id": 1, "deal_number": 1},
        {"deal_id": "one"},
        {"deal_id": 0},
        {"deal_id": 2**63},
        {"deal_number": "L-1"},
        {"deal_number": 0},
        {"deal_number": "D-٧"},
        {"deal_number": "9" * 40},
        [],
    ],
)
async def test_a_document_that_names_no_deal_is_malformed(socket, body):
    status, answer = await post(socket, body)
    assert (status, answer["code"]) == (422, "INVALID")


async def test_a_deal_that_is_over_is_refused_with_a_sentence(socket):
    await a_deal(socket)
    await socket.database.write(TEAM_ID, lambda tx: tx.connection.execute(update(deal).values(stage="closed")))
    status, answer = await post(socket, {"deal_id": 1})
    assert (status, answer["code"]) == (422, "DEAL_TAKEN")
    assert answer["detail"] == "D-1 is closed, so nobody is told of it any more."


async def test_another_sites_page_may_not_ask(socket):
    url, headers = socket.origin + PATH, {"Origin": "https://evil.example"}
    async with socket.slack.http.post(url, json={"deal_id": 1}, headers=headers) as answer:
        assert answer.status == 403
