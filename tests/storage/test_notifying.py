"""What was written about a deal, as the tables answer it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.approvals import ApprovalKind, ApprovalState
from storage.approvals import NewApproval, add_approval, end_approval
from storage.notifying import open_batch_of, sends_about
from storage.sends import send
from tests.storage.builders import DRAFT, HERE, NOW, founded

SEND = {
    "medium": "SMS", "address": DRAFT.phone, "body": "Hi", "state": "sent", "due_at": NOW, "attempt_count": 1,
    "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "created_at": NOW, "deal_id": 7,
}  # fmt: skip


@pytest.fixture
async def team(database):
    await founded(database)
    return database


async def test_every_message_to_somebody_outside_about_a_deal_is_found_in_order(team):
    rows = [
        {"key": "a"},
        {"key": "b", "medium": "EMAIL", "state": "cancelled"},
        {"key": "c", "medium": "SLACK", "address": ""},
        {"key": "d", "deal_id": 8},
        {"key": "e", "deal_id": None},
    ]

    def fill(tx):
        for row in rows:
            tx.connection.execute(insert(send), tx.own(**SEND | row))

    await team.write(HERE, fill)
    assert [each.key for each in await team.read(HERE, lambda tx: sends_about(tx, 7))] == ["a", "b"]
    assert await team.read(HERE, lambda tx: sends_about(tx, 9)) == []


async def test_the_batch_that_nobody_decided_is_the_one_that_waits(team):
    def ask(tx, kind, deal_id):
        return add_approval(tx, NewApproval(kind, "U0DANA", NOW + timedelta(days=1), deal_id=deal_id), now=NOW).id

    def fill(tx):
        ask(tx, ApprovalKind.SEND, 7)
        ask(tx, ApprovalKind.BATCH, 8)
        over = ask(tx, ApprovalKind.BATCH, 7)
        end_approval(tx, over, ApprovalState.REJECTED, by="U0LEE", reason="no", now=NOW)
        return ask(tx, ApprovalKind.BATCH, 7)

    waits = await team.write(HERE, fill)
    found = await team.read(HERE, lambda tx: open_batch_of(tx, 7))
    assert (found.id, found.kind, found.state) == (waits, ApprovalKind.BATCH, ApprovalState.OPEN)
    assert await team.read(HERE, lambda tx: open_batch_of(tx, 9)) is None
