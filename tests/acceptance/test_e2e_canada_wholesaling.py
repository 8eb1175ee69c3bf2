"""The walk from a lead to a priced deal, its first five steps."""

import pytest

from domain.geo import infer_province_market
from storage.deals import deal
from tests.acceptance.harness.rows import kpis, rows, tasks


@pytest.fixture
async def walked(on_both):
    """The stand after one lead with region "Toronto, ON", ARV 500,000 and repairs of 40,000, and the answer."""
    body = {
        "lead": {"name": "Test Seller", "email": "seller@example.com", "source": "test"},
        "deal": {"region": "Toronto, ON", "arv": 500000, "repairs": 40000},
    }
    async with on_both.slack.http.post(f"{on_both.origin}/flow/lead_to_deal", json=body) as answer:
        assert answer.status == 201
        yield on_both, await answer.json()


async def test_from_a_lead_in_toronto_to_its_offer(walked):
    stand, answer = walked
    told = answer["metadata"]
    # 1 and 2: the place
    assert (told["province"], told["market"]) == ("ON", "Toronto") == infer_province_market("Toronto, ON")
    # 3: five events
    found = await kpis(stand.database, f"leadflow:{told['lead_id']}")
    assert [event.metric for event in found] == [
        "lead_created",
        "deal_brief_created",
        "backend_deal_created",
        "match_attempt",
        "match_result",
    ]
    # 4: six tasks
    steps = await tasks(stand.database, told["lead_id"])
    assert "-".join(step.channel for step in steps) == "SMS-CALL-SMS-CALL-SMS-CALL"
    # 5: 70 % of 500,000 less 40,000
    (stored,) = await rows(stand.database, deal)
    assert (answer["deal"]["offer"], stored.offer, stored.mao) == (310_000.0, 310_000, 310_000)
