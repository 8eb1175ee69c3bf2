"""What Home reads: who is shown what, in which order, and in how many queries."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from bot.services.actors import Actor
from bot.services.home import HomeBook
from domain.deals import Stage
from domain.kpis import Kpi, KpiEvent
from domain.leads import LeadStatus
from domain.roles import Role
from storage.deals import deal
from storage.kpis import emit_kpi
from storage.ladder import followup_task
from storage.leads import deal_brief, lead
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, captured, founded, rep

DANA, EVE = rep(), rep(user_id="U0EVE")
LEE = Actor(HERE, "U0LEE", Role.APPROVER)
LATER = NOW + timedelta(hours=2)
NOWHERE = {"phone": None, "region": None, "address": None}
"""A lead of whom nobody knows where the house is: its follow-ups can't be planned."""


@pytest.fixture
async def team(database):
    """A database with a workspace."""
    await founded(database)
    return database


async def shown(database, who=DANA, *, at=LATER, most=20):
    return await HomeBook(database, StandingClock(at)).show(who, most=most)


async def set_rows(database, table, where=None, **values):
    changing = update(table).values(**values)
    changing = changing if where is None else changing.where(where)
    await database.write(HERE, lambda tx: tx.connection.execute(changing))


def steps(pairs):
    return [(lead.number, task.step) for task, lead in pairs]


async def test_what_is_due_comes_first_whether_the_timetable_has_seen_to_it_or_not(team):
    for _ in range(2):
        await captured(team)
    second = followup_task.c.lead_id == 2
    await set_rows(team, followup_task, second & (followup_task.c.step == 2), state="due", due_at=NOW - timedelta(1))
    home = await shown(team, at=NOW + timedelta(minutes=1))
    assert steps(home.owed) == [(2, 2), (1, 1), (2, 1)]
    assert steps(home.coming) == [(1, 2), (1, 3), (2, 3)]


async def test_a_member_sees_what_is_theirs_nobodys_or_was_handed_up_to_their_role(team):
    for who in (DANA, EVE, EVE):
        await captured(team, who)
    await set_rows(team, followup_task, followup_task.c.step == 1, state="due")
    await set_rows(team, followup_task, followup_task.c.lead_id == 3, escalation=1)
    await set_rows(team, followup_task, followup_task.c.lead_id == 2, owner=None)
    numbers = {
        who.user_id: [each.number for _, each in (await shown(team, who, at=NOW)).owed] for who in (DANA, EVE, LEE)
    }
    assert numbers == {"U0REP": [1, 2], "U0EVE": [2, 3], "U0LEE": [2, 3]}


async def test_a_paused_ladder_is_neither_due_nor_coming_up(team):
    await captured(team)
    await set_rows(team, lead, ladder_paused_at=NOW, ladder_paused_by="U0REP")
    home = await shown(team)
    assert (home.owed, home.coming, home.idle) == ((), (), ())


async def test_leads_without_a_next_action_are_the_newest_of_the_member_and_of_nobody(team):
    await captured(team)  # its follow-ups are planned
    for who in (DANA, EVE, DANA, DANA, DANA):
        await captured(team, who, **NOWHERE)
    await set_rows(team, lead, lead.c.number == 4, rep_id=None)
    await set_rows(team, lead, lead.c.number == 5, status=LeadStatus.DISQUALIFIED)
    await set_rows(team, deal, deal.c.lead_id == 6, stage=Stage.OFFERED)
    assert [each.number for each in (await shown(team)).idle] == [4, 2]
    assert [each.number for each in (await shown(team, most=1)).idle] == [4]


async def test_a_lead_whose_follow_ups_have_all_ended_has_no_next_action(team):
    await captured(team)
    await set_rows(team, followup_task, state="done", completed=True)
    home = await shown(team)
    assert ([each.number for each in home.idle], home.owed) == ([1], ())


async def test_the_pipeline_is_the_members_and_the_teams(team):
    for who in (DANA, EVE):
        await captured(team, who)
    await set_rows(team, deal, deal.c.lead_id == 2, stage=Stage.MARKETED)
    home = await shown(team)
    assert (home.mine, home.team) == ({Stage.DRAFT: 1}, {Stage.DRAFT: 1, Stage.MARKETED: 1})
    assert [each.number for each in home.newest] == [1]


async def test_today_counts_what_went_well_since_midnight_on_the_members_clock(team):
    midnight = NOW.replace(hour=4, minute=0)
    sent = KpiEvent(Kpi.SMS_SENT, True, "send:1", "outbox")
    failed = KpiEvent(Kpi.SMS_SENT, False, "send:1", "outbox")
    other = KpiEvent(Kpi.DELIVERED, True, "send:1", "outbox")
    await team.write(HERE, lambda tx: emit_kpi(tx, sent, now=midnight - timedelta(seconds=1)))
    await team.write(HERE, lambda tx: emit_kpi(tx, sent, sent, failed, other, now=midnight))
    await captured(team)
    home = await shown(team)
    assert (home.leads_today, home.today) == (1, {Kpi.SMS_SENT: 2})


async def test_another_workspace_sees_nothing(team):
    await founded(team, ELSEWHERE)
    await captured(team, **NOWHERE)
    home = await shown(team, rep(ELSEWHERE))
    assert (home.owed, home.idle, home.newest, home.team, home.leads_today) == ((), (), (), {}, 0)


async def test_home_takes_the_same_few_queries_however_many_leads_there_are(team):
    for _ in range(2):
        await captured(team)
        await captured(team, **NOWHERE)
    few = await statements(team)
    await multiplied(team, 40)
    home = await shown(team)
    assert (len(home.owed), len(home.idle)) == (20, 20)
    assert await statements(team) == few <= 12


async def statements(database):
    """How many statements Home sends to the database."""
    engine, seen = database._readers.sync_engine, []

    def note(*_):
        seen.append(1)

    event.listen(engine, "before_cursor_execute", note)
    await shown(database)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def multiplied(database, times):
    """Copy every lead so many times, with its tasks, its brief and its deal."""

    def work(tx):
        number = 100
        for first in list(tx.connection.execute(select(lead)).mappings()):
            rows = {table: _rows_of(tx, table, first["id"]) for table in (followup_task, deal_brief, deal)}
            for _ in range(times):
                number += 1
                values = {**first, "number": number}
                del values["id"]
                lead_id = tx.connection.execute(insert(lead).returning(lead.c.id), values).scalar_one()
                for table, copies in rows.items():
                    changed = {"lead_id": lead_id} | ({"number": number} if table is deal else {})
                    tx.connection.execute(insert(table), [each | changed for each in copies]) if copies else None

    await database.write(HERE, work)


def _rows_of(tx, table, lead_id):
    found = tx.connection.execute(select(table).where(table.c.lead_id == lead_id)).mappings()
    return [{name: value for name, value in row.items() if name != "id"} for row in found]
