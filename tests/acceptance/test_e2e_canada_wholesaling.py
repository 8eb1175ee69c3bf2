"""The walk from a lead to its messages: the deployment checklist's eleven steps, one after the other."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from bot.sandbox.people import TEAM_ID
from domain.consent import ConsentKind
from domain.geo import infer_province_market
from storage.contacts import add_consents
from storage.deals import deal
from storage.kpis import kpi_event
from tests.acceptance.harness.rows import kpis, rows, tasks
from tests.storage.builders import add_buyer

SELLER, BUYER = "seller@example.com", "+14165552001"
OPEN, EVENING, SATURDAY = "2026-11-25T17:00:00Z", "2026-11-26T01:00:00Z", "2026-11-28T17:00:00Z"
"""Wednesday 12:00 and 20:00 in Toronto, and Saturday 12:00."""
LEAD = {
    "lead": {"name": "Test Seller", "email": SELLER, "source": "test"},
    "deal": {"region": "Toronto, ON", "arv": 500000, "repairs": 40000},
}
EMAIL = {"to": SELLER, "subject": "Your house", "body": "Shall we talk?", "province": "ON", "market": "Toronto"}
FLOW = [
    ("WHOLESALE", "lead_created"),
    ("WHOLESALE", "deal_brief_created"),
    ("WHOLESALE", "backend_deal_created"),
    ("BUYER_MATCH", "match_attempt"),
    ("BUYER_MATCH", "match_result"),
]


async def post(stand, path, body):
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


@pytest.fixture
async def walked(on_both):
    """The stand after one lead with region "Toronto, ON", ARV 500,000 and repairs of 40,000, and the answer."""
    await on_both.slack.post("clock", to=OPEN)
    await on_both.database.write(TEAM_ID, lambda tx: add_buyer(tx, 1, phone=BUYER))
    await agree(on_both, SELLER, BUYER)
    status, answer = await post(on_both, "/flow/lead_to_deal", LEAD)
    assert status == 201
    return on_both, answer


async def test_the_eleven_steps_from_a_lead_in_toronto_to_its_messages(walked):
    stand, answer = walked
    told = answer["metadata"]
    # 1 and 2: the place
    assert (told["province"], told["market"]) == ("ON", "Toronto") == infer_province_market("Toronto, ON")
    # 3: five events
    flow = await kpis(stand.database, f"leadflow:{told['lead_id']}")
    assert [(event.domain, event.metric) for event in flow] == FLOW
    # 4: six tasks
    steps = await tasks(stand.database, told["lead_id"])
    assert "-".join(step.channel for step in steps) == "SMS-CALL-SMS-CALL-SMS-CALL"
    # 5: 70 % of 500,000 less 40,000
    (stored,) = await rows(stand.database, deal)
    assert (answer["deal"]["offer"], stored.offer, stored.mao) == (310_000.0, 310_000, 310_000)
    # 6 and 7: the parties, with the place and the liquidity
    status, parties = await post(stand, "/flow/notify_deal_parties", {"deal_id": told["deal_id"]})
    assert status == 200
    for message in (parties["seller_notification"], *parties["buyer_notifications"]):
        kept = message["metadata"]
        assert (kept["province"], kept["market"]) == ("ON", "Toronto")
        assert kept["liquidity_score"] == told["liquidity_score"]
    assert len(parties["buyer_notifications"]) == 1
    # 8 and 9: an e-mail in the window leaves
    status, sent = await post(stand, "/messaging/send-email", EMAIL)
    assert status == 200
    await stand.leave()
    assert "email_sent" in [event.metric for event in await kpis(stand.database, f"send:{sent['send_id']}")]
    # 10: at eight in the evening and at the weekend it is blocked
    for moment, reason in ((EVENING, "outside_window"), (SATURDAY, "weekend")):
        await stand.slack.post("clock", to=moment)
        status, refused = await post(stand, "/messaging/send-email", EMAIL)
        assert (status, refused["reason"]) == (403, reason)
        (event,) = await kpis(stand.database, f"send:{refused['send_id']}")
        assert (event.metric, event.success) == ("email_blocked_by_policy", False)
    # 11: after all of it the flow has its five events still, in their order
    query = text("SELECT domain, metric FROM kpi_event WHERE correlation_id LIKE 'leadflow:%' ORDER BY id")
    found = await stand.database.read(TEAM_ID, lambda tx: [tuple(row) for row in tx.connection.execute(query)])
    assert found == FLOW
    assert await rows(stand.database, kpi_event, metric="prepared")
