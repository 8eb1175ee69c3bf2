"""Several programs on one database: whatever the timetable does is done by one of them, once."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.services.cards import Cards
from bot.services.links import Links
from bot.services.liquidity import LiquidityBook
from bot.services.sends import queue_post
from bot.services.sends_outbox import Outbox
from bot.transports.console import ConsoleTransport
from domain.messages import Post, Route
from storage.database import Database
from storage.leads import set_card
from storage.liquidity import buyer_liquidity_node
from storage.send_attempts import send_attempt
from storage.sends import send
from tests.storage.builders import HERE, NOW, StandingClock, add_buyer, captured, founded, rep

LATER = StandingClock(NOW + timedelta(minutes=1))
REPLICAS = 4


@asynccontextmanager
async def replicas(url):
    """Several programs' databases, until the block ends."""
    found = [Database(url) for _ in range(REPLICAS)]
    try:
        yield found
    finally:
        await asyncio.gather(*(each.close() for each in found))


@pytest.fixture
async def team(database):
    await founded(database)
    return database


async def rows(database, query):
    return await database.read(HERE, lambda tx: [tuple(row) for row in tx.connection.execute(query)])


async def test_each_message_leaves_once(team, database_url):
    def fill(tx):
        for number in range(120):
            queue_post(tx, rep(), f"post {number}", Post.WARNING, {"text": f"{number}"}, now=NOW)

    await team.write(HERE, fill)
    sent = []
    twin = ConsoleTransport(sent, dry_run=False)
    async with replicas(database_url) as found:
        outboxes = [Outbox(each, LATER, {Route.SLACK: twin}, Links(None, "for tests")) for each in found]
        counts = await asyncio.gather(*(each.run(HERE) for each in outboxes))
        await asyncio.gather(*(each.recover(HERE) for each in outboxes))
    assert sum(counts) == 120
    assert len(sent) == len({line["send_id"] for line in sent}) == 120
    assert await rows(team, select(send.c.state, func.count()).group_by(send.c.state)) == [("sent", 120)]
    assert await rows(team, select(func.count()).select_from(send_attempt)) == [(120,)]


async def test_each_missing_card_is_queued_once(team, database_url):
    for number in range(6):
        await captured(team, name=f"Seller {number}", address=f"{number + 1} King Street West, Toronto, ON")
    async with replicas(database_url) as found:
        queued = await asyncio.gather(*(Cards(each, LATER).queue_missing(HERE) for each in found for _ in range(2)))
    assert sorted(number for numbers in queued for number in numbers) == [1, 2, 3, 4, 5, 6]
    assert await rows(team, select(func.count()).where(send.c.medium == "SLACK")) == [(6,)]


async def test_liquidity_is_brought_up_to_date_as_if_by_one(team, database_url):
    await team.write(HERE, lambda tx: [add_buyer(tx, number) for number in range(1, 6)])
    counts = select(
        buyer_liquidity_node.c.province,
        buyer_liquidity_node.c.market,
        buyer_liquidity_node.c.property_type,
        buyer_liquidity_node.c.buyer_count,
        buyer_liquidity_node.c.sums,
    ).order_by(buyer_liquidity_node.c.id)
    await LiquidityBook(team, LATER).refresh(HERE)
    once = await rows(team, counts)
    async with replicas(database_url) as found:
        await asyncio.gather(*(LiquidityBook(each, LATER).refresh(HERE) for each in found for _ in range(2)))
    assert await rows(team, counts) == once


async def test_a_card_that_was_posted_anew_is_not_forgotten_by_whoever_found_the_old_one_gone(team):
    lead_id = (await captured(team)).lead_id
    cards = Cards(team, LATER)
    place = {"channel_id": "C0LEADS", "permalink": None}
    await team.write(HERE, lambda tx: set_card(tx, lead_id, ts="2.0", **place))
    await cards.give_back(rep(), lead_id, stood_at="1.0")
    assert not await cards.claim(rep(), lead_id)
    await cards.give_back(rep(), lead_id, stood_at="2.0")
    assert await cards.claim(rep(), lead_id)
