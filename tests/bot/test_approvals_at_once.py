"""A hundred approvals, each clicked twice at once by two people: a hundred decisions, and each message leaves once."""

import asyncio

from bot.services.messages import Draft
from domain.approvals import ApprovalDecided, ApprovalState
from domain.messages import Route
from domain.rules import Medium
from storage.approvals import approval
from storage.kpis import kpi_event
from tests.bot.approval_team import HELLO, KIM, LEE, SAM, an_approval_team
from tests.storage.builders import HERE

MANY = 100


async def test_a_hundred_approvals_clicked_twice_at_once_are_a_hundred_decisions(database):
    team = await an_approval_team(database)
    await team.settings(contact_cap_per_day=1_000)
    for number in range(1, MANY + 1):
        await team.approvals.ask(SAM, Draft(1, Medium.SMS, f"{HELLO} ({number})"), f"view:V{number}")
    ids = [row.id for row in await team.database.read(HERE, lambda tx: tx.connection.execute(approval.select()).all())]
    assert len(ids) == MANY

    async def click(who, approval_id, *, says_no=False):
        try:
            if says_no:
                await team.approvals.reject(who, approval_id, "Not today.")
            else:
                await team.approvals.approve(who, approval_id)
        except ApprovalDecided:
            return 0
        return 1

    clicks = [click(LEE, each) for each in ids] + [click(KIM, each, says_no=each % 5 == 0) for each in ids]
    assert sum(await asyncio.gather(*clicks)) == MANY

    decided = await team.decided()
    assert len(decided) == MANY
    assert len({event.correlation_id for event in decided}) == MANY
    while await team.sending.run():
        pass
    sent = [each for each in await team.sending.all() if each.route is not Route.SLACK]
    approved = [await team.approval(each) for each in ids]
    yes = sum(each.state is ApprovalState.APPROVED for each in approved)
    assert yes == sum(each.state.value == "sent" for each in sent)
    assert MANY - yes == sum(each.state.value == "rejected" for each in sent)
    texts = {each.id for each in sent}
    assert {times for send_id, times in team.sending.provider.times().items() if send_id in texts} == {1}
    assert await _counted(team) == yes


async def _counted(team):
    """How often a sent text was counted."""
    query = kpi_event.select().where(kpi_event.c.metric == "sms_sent")
    return len(await team.database.read(HERE, lambda tx: tx.connection.execute(query).all()))


async def test_two_twins_of_one_form_ask_once(database):
    team = await an_approval_team(database)
    first, second = await asyncio.gather(team.ask(), team.ask())
    assert first.approval.id == second.approval.id
    assert len(await team.posts("approval")) == 1
