"""A captured lead brings all its rows at once, and fifty at once get fifty numbers."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot.services.cards import GRACE, LEASE, Cards
from bot.services.leads import Leads
from domain.kpis import LEAD_FLOW, leadflow
from domain.leads import ContactBasis
from storage.database import Database
from storage.kpis import kpi_event
from storage.leads import claim_cardless, set_card
from tests.storage.builders import HERE, NOW, StandingClock, captured, counts_of, founded, rep
from tests.storage.test_workspaces import SEEDED

ONE_LEAD = {
    "lead": 1, "followup_task": 6, "consent_event": 3, "deal_brief": 1, "deal": 1, "offer_evidence": 1, "kpi_event": 7,
    "counter": 2,
}  # fmt: skip
LATER = NOW + GRACE + timedelta(seconds=1)


@pytest.fixture
async def team(database):
    """An open database with a workspace that has no leads."""
    await founded(database)
    return database


async def test_a_lead_brings_its_ladder_brief_deal_evidence_consents_and_events(team):
    await captured(team)
    assert await team.change(lambda connection: counts_of(connection, HERE)) == SEEDED | ONE_LEAD


async def test_the_five_events_of_the_flow_stand_in_their_order_with_numbers_in_their_detail(team):
    done = await captured(team)
    query = select(kpi_event).where(kpi_event.c.correlation_id == leadflow(done.lead_id)).order_by(kpi_event.c.id)
    rows = await team.change(lambda connection: connection.execute(query).mappings().all())
    assert [(row["domain"], row["metric"]) for row in rows] == [(kpi.domain, kpi.metric) for kpi in LEAD_FLOW]
    assert all(row["success"] for row in rows)
    assert rows[2]["detail"]["offer"] == 310_000
    assert isinstance(rows[4]["detail"]["liquidity_score"], float)


async def test_50_captures_at_once_all_succeed_with_the_numbers_1_to_50(team):
    done = await asyncio.gather(*(captured(team, name=f"Seller {turn}") for turn in range(50)))
    assert sorted(one.number for one in done) == list(range(1, 51))
    assert len({one.deal_id for one in done}) == 50
    stored = await team.change(lambda connection: counts_of(connection, HERE))
    expected = {table: 50 * count for table, count in ONE_LEAD.items()} | {"counter": 2}
    assert stored == SEEDED | expected


async def test_two_programs_capture_at_once_without_gaps_or_twins(team, database_url):
    other = Database(database_url)
    done = await asyncio.gather(*(captured((team, other)[turn % 2]) for turn in range(20)))
    await other.close()
    assert sorted(one.number for one in done) == list(range(1, 21))


async def test_a_capture_that_cannot_commit_leaves_nothing(team):
    engine = team._writer._engine if team.is_sqlite else team._readers.sync_engine

    def lost(_connection):
        raise OSError("the disk is gone")

    event.listen(engine, "commit", lost)
    with pytest.raises(Exception, match="the disk is gone"):
        await captured(team)
    event.remove(engine, "commit", lost)
    assert await team.change(lambda connection: counts_of(connection, HERE)) == SEEDED
    assert (await captured(team)).number == 1


async def test_each_lead_without_a_card_goes_to_one_claimer(team, database_url):
    await asyncio.gather(*(captured(team) for _ in range(8)))
    other = Database(database_url)

    def claim(tx):
        return claim_cardless(tx, before=LATER, now=LATER, lease=LEASE, limit=3)

    claims = await asyncio.gather(*((team, other)[turn % 2].write(HERE, claim) for turn in range(6)))
    await other.close()
    claimed = [lead_id for ids in claims for lead_id in ids]
    assert len(claimed) == len(set(claimed))
    # On PostgreSQL a claimer passes by what another one holds just now: what it left is there for the next.
    left = [lead_id for _ in range(3) for lead_id in await team.write(HERE, claim)]
    assert len({*claimed, *left}) == len(claimed) + len(left) == 8


async def test_a_claimed_lead_is_free_again_when_its_lease_ends(team):
    done = await captured(team)

    async def claim(now):
        return await team.write(
            HERE, lambda tx: claim_cardless(tx, before=LATER, now=now, lease=timedelta(minutes=2), limit=9)
        )

    assert await claim(LATER) == [done.lead_id]
    assert await claim(LATER + timedelta(minutes=2)) == []
    assert await claim(LATER + timedelta(minutes=2, seconds=1)) == [done.lead_id]


async def test_a_lead_with_a_card_or_a_fresh_one_is_not_claimed(team):
    carded, fresh = await captured(team), await captured(team)
    await team.write(HERE, lambda tx: set_card(tx, carded.lead_id, channel_id="C1", ts="1.2", permalink=None))
    assert await Cards(team, StandingClock(NOW + GRACE)).queue_missing(HERE) == []
    assert await Cards(team, StandingClock(LATER)).queue_missing(HERE) == [fresh.number]


async def test_a_card_shows_what_was_captured(team):
    done = await captured(team, rep(user_id="U0REP"))
    card = await Leads(team, StandingClock()).card(rep(), done.number)
    assert card.lead.rep_id == "U0REP"
    assert card.lead.created_at == NOW
    assert [task.step for task in card.tasks] == [1, 2, 3, 4, 5, 6]
    assert str(card.deal.offer) == "310000.00"


async def test_consent_to_an_address_is_found_however_its_capitals_were_typed(team):
    await captured(team, phone=None, email="Ann@example.com")
    await captured(team, phone=None, email="ANN@example.com", basis=ContactBasis.NONE)
    for number in (1, 2):
        (entry,) = (await Leads(team, StandingClock()).card(rep(), number)).consents
        assert entry.address == "ann@example.com"
