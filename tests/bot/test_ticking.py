"""`valhalla tick`: one pass for every team, said in plain lines, and never beside a process that does it already."""

import asyncio
import sys
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot import cli
from bot.clock import SystemClock
from bot.holding import Holding, hold_file
from bot.services.sends import queue_post
from bot.settings import Settings
from bot.ticking import NO_SLACK, SchedulerHeld, tick
from domain.messages import Post
from storage.database import Database, parse_url
from storage.ladder import followup_task
from storage.leads import lead
from storage.sends import send
from tests.storage.builders import ELSEWHERE, HERE, captured, founded, rep


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    """An empty folder, no Slack, and the logs as they were."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PORT"):
        monkeypatch.delenv(name, raising=False)
    yield
    structlog.reset_defaults()


async def filled(url):
    """Two teams: one with a lead whose card is missing and a post that is due, one with nothing."""
    database, now = Database(url), SystemClock().now()
    await founded(database)
    await founded(database, ELSEWHERE)
    await captured(database)
    long_ago = now - timedelta(hours=1)

    def fill(tx):
        tx.connection.execute(update(lead).values(created_at=long_ago))
        tx.connection.execute(update(followup_task).values(due_at=now + timedelta(days=9)))
        queue_post(tx, rep(), "a warning", Post.WARNING, {"text": "look"}, now=long_ago)

    await database.write(HERE, fill)
    await database.close()


def settings(url):
    return Settings(_env_file=None, database_url=url)


async def states(url):
    database = Database(url)
    query = select(send.c.key, send.c.state).order_by(send.c.id)
    found = await database.read(HERE, lambda tx: [tuple(row) for row in tx.connection.execute(query)])
    await database.close()
    return found


async def test_a_pass_does_what_is_due_and_says_so_for_each_team(database_url):
    await filled(database_url)
    elsewhere, here = await tick(settings(database_url))
    assert (elsewhere.workspace.id, here.workspace.id) == (ELSEWHERE, HERE)
    assert here.lines() == [
        f"Test team ({HERE})",
        "  cards queued: 1",
        "  offers ended: 0",
        "  sends left by vanished workers: 0",
        "  follow-ups seen to: 0",
        "  sends looked at: 0",
        f"  posts to Slack that stay queued: 2; {NO_SLACK}",
    ]
    assert elsewhere.lines()[1:] == [
        "  cards queued: 0",
        "  offers ended: 0",
        "  sends left by vanished workers: 0",
        "  follow-ups seen to: 0",
        "  sends looked at: 0",
    ]
    assert [state for _, state in await states(database_url)] == ["approved", "approved"]


async def test_what_became_of_texts_is_counted_by_their_states(database_url):
    await filled(database_url)
    now = SystemClock().now()
    database = Database(database_url)
    text = {
        "medium": "SMS", "address": "+14165550123", "body": "Hi", "due_at": now - timedelta(hours=1), "attempt_count": 0,
        "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "created_at": now,
    }  # fmt: skip

    def fill(tx):
        over = {"expires_at": now - timedelta(minutes=1), "state": "approved"}
        for key, changes in {
            "over": over,
            "held": over | {"state": "held"},
            "no consent": {"state": "approved"},
        }.items():
            tx.connection.execute(send.insert(), tx.own(**text, key=key, **changes))

    await database.write(HERE, fill)
    await database.close()
    _, here = await tick(settings(database_url))
    assert sum(here.states.values()) == 3
    assert here.states["cancelled"] == 2
    assert "  sends looked at: 3 (" in "\n".join(here.lines())


async def test_follow_ups_that_are_due_come_up_and_are_counted(sqlite_url):
    await filled(sqlite_url)
    database, now = Database(sqlite_url), SystemClock().now()
    is_due = update(followup_task).where(followup_task.c.step == 2).values(due_at=now, kind="callback")
    await database.write(HERE, lambda tx: tx.connection.execute(is_due))
    await database.close()
    _, here = await tick(settings(sqlite_url))
    assert "  follow-ups seen to: 1" in here.lines()
    assert any(key.startswith("task:2:") for key, _ in await states(sqlite_url))


async def test_a_second_pass_finds_nothing_more_to_do(database_url):
    await filled(database_url)
    await tick(settings(database_url))
    _, here = await tick(settings(database_url))
    assert (here.cards, here.offers, sum(here.states.values())) == (0, 0, 0)


async def test_two_passes_at_once_on_a_server_do_everything_once(postgres_url):
    await filled(postgres_url)
    found = await asyncio.gather(*(tick(settings(postgres_url)) for _ in range(3)))
    assert sum(here.cards for _, here in found) == 1
    assert len(await states(postgres_url)) == 2


async def test_beside_a_process_that_holds_the_file_it_does_nothing_and_names_it(sqlite_url):
    await filled(sqlite_url)
    holding = Holding(hold_file(parse_url(sqlite_url)))
    assert holding.take()
    with pytest.raises(SchedulerHeld, match=f"Process {holding.holder()} holds the scheduler"):
        await tick(settings(sqlite_url))
    assert [key for key, _ in await states(sqlite_url)] == ["a warning"]
    holding.release()
    assert len(await tick(settings(sqlite_url))) == 2
    assert holding.take()


def test_the_command_prints_what_it_did_and_ends_well(sqlite_url, monkeypatch, capsys):
    asyncio.run(filled(sqlite_url))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert invoke(monkeypatch, "tick") == 0
    said = capsys.readouterr().out
    assert f"Test team ({HERE})\n  cards queued: 1\n" in said


def test_the_command_ends_with_1_while_the_scheduler_is_held(sqlite_url, monkeypatch, capsys):
    asyncio.run(filled(sqlite_url))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    holding = Holding(hold_file(parse_url(sqlite_url)))
    holding.take()
    assert invoke(monkeypatch, "tick") == 1
    assert capsys.readouterr().err.startswith(
        f"valhalla: Process {holding.holder()} holds the scheduler of this database"
    )


def test_without_a_database_the_command_says_what_to_do_and_makes_nothing(monkeypatch, capsys, tmp_path):
    assert invoke(monkeypatch, "tick") == 1
    assert "There is no database with a workspace" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_help_says_when_it_works():
    result = CliRunner().invoke(cli.app, ["tick", "--help"])
    assert result.exit_code == 0
    assert "while no Valhalla runs" in " ".join(result.output.split())
    assert "tick" in CliRunner().invoke(cli.app, ["--help"]).output


def invoke(monkeypatch, *arguments):
    """Run `main` as the shell would; return the exit code."""
    monkeypatch.setattr(sys, "argv", ["valhalla", *arguments])
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code or 0
    return 0
