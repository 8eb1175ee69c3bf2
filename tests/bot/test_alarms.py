"""While the database keeps messages from leaving, the team hears it straight from Slack: now and then, and at its end."""

from datetime import timedelta

import pytest
from aiohttp import ClientConnectionError
from sqlalchemy import update

from bot.alarms import OUTAGE, SendsAlarm
from storage.database import Database, DatabaseUnavailable
from storage.installation import installation
from storage.workspaces import workspace
from tests.storage.builders import HERE, NOW, founded


class Slack:
    """Remembers what was posted, and can be away."""

    def __init__(self):
        self.said, self.is_away = [], False

    async def chat_postMessage(self, *, channel, text):
        if self.is_away:
            raise ClientConnectionError("no route")
        self.said.append((channel, text))


class World:
    """A database that can be broken, a job that uses it, and minutes that pass."""

    def __init__(self, database):
        self.database, self.slack, self.at = database, Slack(), NOW
        self.why = None
        self.alarm = SendsAlarm(self.slack, database, clock=self)

    def now(self):
        return self.at

    async def job(self, workspace_id):
        if self.why:
            raise DatabaseUnavailable(why=self.why)

    async def tick(self, *, after=0):
        """Let a tick come after some seconds; return whether its job failed."""
        self.at += timedelta(seconds=after)
        try:
            await self.alarm.watch(HERE, self.job)
        except DatabaseUnavailable:
            return True
        return False


@pytest.fixture
async def world(sqlite_url):
    database = Database(sqlite_url)
    await founded(database)
    channels = {"approvals_channel_id": "C0APPROVALS", "leads_channel_id": "C0LEADS"}
    await database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(channels)))
    made = World(database)
    await made.alarm.meet(HERE)
    yield made
    await database.close()


async def test_while_all_is_well_nothing_is_said(world):
    assert [await world.tick(after=1) for _ in range(3)] == [False] * 3
    assert world.slack.said == []


async def test_an_outage_is_told_where_approvals_go_and_the_tick_still_fails(world):
    world.why = "database or disk is full"
    assert await world.tick()
    assert world.slack.said == []
    assert await world.tick(after=5)
    ((channel, text),) = world.slack.said
    assert channel == "C0APPROVALS"
    assert "No message leaves" in text
    assert "disk is full" in text
    assert "Nothing is lost" in text


async def test_one_of_a_few_seconds_is_not_told_and_neither_is_its_end(world):
    world.why = "the server starts"
    await world.tick()
    await world.tick(after=4)
    world.why = None
    await world.tick(after=1)
    assert world.slack.said == []


async def test_an_outage_that_lasts_is_told_again_after_a_quarter_of_an_hour(world):
    world.why = "gone"
    for _ in range(31 * 60):
        await world.tick(after=1)
    assert len(world.slack.said) == 3


async def test_the_end_is_told_once_and_only_when_a_row_could_be_written(world):
    world.why = "gone"
    await world.tick()
    await world.tick(after=10)
    world.why = None
    await world.tick(after=590)
    await world.tick(after=1)
    assert [text for _, text in world.slack.said][1:] == [
        ":white_check_mark: *Messages leave again.* The database could not be used for 10 min."
    ]
    query = installation.select().where(installation.c.name == OUTAGE)
    noted = await world.database.look(lambda connection: connection.execute(query).one())
    assert noted.value == "2026-03-11T15:10:00+00:00"


async def test_a_job_that_found_nothing_to_do_is_no_end_while_nothing_can_be_written(world, monkeypatch):
    async def refuse(_work):
        raise DatabaseUnavailable(why="database or disk is full")

    world.why = "database or disk is full"
    await world.tick()
    await world.tick(after=10)
    world.why = None
    monkeypatch.setattr(world.database, "change", refuse)
    assert await world.tick(after=10)
    assert len(world.slack.said) == 1
    monkeypatch.undo()
    assert not await world.tick(after=10)
    assert len(world.slack.said) == 2


async def test_outages_that_come_and_go_are_told_once_in_a_quarter_of_an_hour(world):
    for _ in range(4):
        world.why = "gone"
        await world.tick(after=10)
        await world.tick(after=10)
        world.why = None
        await world.tick(after=10)
    assert ["leave again" in text for _, text in world.slack.said] == [False, True]


async def test_while_slack_is_away_too_it_is_tried_again_at_the_next_tick(world):
    world.why, world.slack.is_away = "gone", True
    await world.tick()
    await world.tick(after=10)
    world.slack.is_away = False
    await world.tick(after=1)
    assert len(world.slack.said) == 1
    world.why, world.slack.is_away = None, True
    await world.tick(after=1)
    world.slack.is_away = False
    await world.tick(after=1)
    await world.tick(after=1)
    assert len(world.slack.said) == 2


async def test_a_clock_that_is_set_back_keeps_nobody_from_hearing_it(world):
    world.why = "gone"
    await world.tick()
    await world.tick(after=10)
    await world.tick(after=-3_600)
    assert len(world.slack.said) == 2


async def test_a_channel_that_was_chosen_since_is_where_it_is_told(world):
    chosen = {"approvals_channel_id": "C0NEW"}
    await world.database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(chosen)))
    world.why = "gone"
    await world.tick()
    await world.tick(after=10)
    assert [channel for channel, _ in world.slack.said] == ["C0NEW"]


async def test_what_the_database_cannot_say_any_more_is_what_was_known_before(sqlite_url):
    database = Database(sqlite_url)
    await founded(database)
    told = {"approvals_channel_id": "C0APPROVALS"}
    await database.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(told)))
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    world = World(database)
    await world.alarm.meet(HERE)
    world.alarm._database = away
    world.why = "gone"
    await world.tick()
    await world.tick(after=10)
    assert [channel for channel, _ in world.slack.said] == ["C0APPROVALS"]
    await away.close()
    await database.close()


async def test_a_team_without_a_channel_is_told_nothing_and_ticks_go_on(sqlite_url):
    database = Database(sqlite_url)
    await founded(database)
    world = World(database)
    world.why = "gone"
    await world.tick()
    assert await world.tick(after=10)
    assert world.slack.said == []
    await database.close()
