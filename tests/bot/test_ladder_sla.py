"""How well follow-ups were kept, from the real rows."""

from datetime import timedelta

import pytest

from bot.services.ladder_sla import sla_snapshot
from domain.ladder import Sla
from domain.tasks import CallOutcome
from tests.bot.ladder_team import DANA, HOUR, LEE, MINUTE, a_ladder_team, another_lead
from tests.storage.builders import ELSEWHERE, HERE, NOW

DAY = timedelta(days=1)


@pytest.fixture
async def team(database):
    return await a_ladder_team(database)


async def test_what_came_due_is_measured_in_open_minutes_and_what_nobody_did_is_a_miss(team):
    await team.surface()
    team.sending.clock.move(4 * MINUTE)
    await team.send_step(1)
    await team.at("11 11:30")
    team.sending.clock.move(45 * MINUTE)
    await team.call(2, CallOutcome.VOICEMAIL)
    await team.at("11 19:00")

    measured = await team.ladder.sla(LEE, since=NOW, until=NOW + 8 * HOUR)

    assert measured == Sla(3, pytest.approx(1 / 3), pytest.approx(2 / 3), 1, 4, 1)


async def test_the_first_attempt_is_the_one_that_was_made_first(team):
    await team.surface()
    await team.at("11 11:30")
    await team.call(2, CallOutcome.NO_ANSWER)
    number = await another_lead(team, phone="+14165550177", email=None)
    await team.at("11 19:00")

    measured = await team.ladder.sla(LEE, since=NOW, until=NOW + 8 * HOUR)

    assert await team.states(number) == "dddppp"
    assert (measured.count, measured.undone) == (6, 5)
    assert (measured.speed_to_lead, measured.within_5m) == (30, 0)


async def test_what_ended_before_it_was_due_is_nobodys_miss(team):
    await team.surface()
    await team.ladder.skip(DANA, (await team.rung(2)).id, "She asked for a letter")
    await team.replies("Sold it already")
    team.sending.clock.at = NOW + DAY

    measured = await team.ladder.sla(LEE, since=NOW, until=NOW + DAY)

    assert (measured.count, measured.undone, measured.within_2h) == (2, 2, 0)


async def test_another_workspace_has_nothing_to_measure(team):
    nothing = await team.database.read(ELSEWHERE, lambda tx: sla_snapshot(tx, since=NOW, until=NOW + DAY))

    assert nothing == Sla(0, None, None, 0, None, None)
    assert (await team.database.read(HERE, lambda tx: sla_snapshot(tx, since=NOW, until=NOW + DAY))).count > 0
