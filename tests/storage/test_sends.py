"""What left for an address, and the sends that a policy is tried on."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.policy import Medium
from storage.sends import COUNTED, PastSend, contacts_since, send, sends_since
from tests.storage.builders import ELSEWHERE, HERE, NOW, captured, founded, rep

NUMBER, OTHER = "+14165550123", "+16045550134"
HOUR = timedelta(hours=1)


@pytest.fixture
async def database(database):
    """Two workspaces."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    return database


def add(database, key, *, workspace_id=HERE, **changes):
    """Insert a send that was delivered an hour ago, with changes."""
    values = {
        "key": key, "medium": "SMS", "address": NUMBER, "body": "Hi", "state": "delivered", "due_at": NOW - 2 * HOUR,
        "attempt_count": 1, "correlation_id": "send:1", "metadata": {}, "created_by": "U0REP", "settled_at": NOW - HOUR,
        "created_at": NOW - 3 * HOUR,
    }  # fmt: skip
    return database.write(workspace_id, lambda tx: tx.connection.execute(insert(send), tx.own(**values | changes)))


def contacts(database, since, workspace_id=HERE, address=NUMBER):
    return database.read(workspace_id, lambda tx: contacts_since(tx, [address], since))


def past(database, *, since=NOW - timedelta(days=30), until=NOW, limit=9):
    return database.read(HERE, lambda tx: sends_since(tx, since, until, limit=limit))


@pytest.mark.parametrize(
    ("state", "counts"),
    [(state, 1) for state in COUNTED] + [(state, 0) for state in ("waiting", "held", "refused", "failed", "cancelled")],
)
async def test_what_reached_somebody_or_may_have_counts_as_a_contact(database, state, counts):
    await add(database, "a", state=state)
    assert await contacts(database, NOW - HOUR) == counts


async def test_contacts_count_from_the_instant_asked_for(database):
    await add(database, "settled")
    await add(database, "under way", settled_at=None, state="sending")
    assert await contacts(database, NOW - HOUR) == 1
    assert await contacts(database, NOW - HOUR + timedelta(seconds=1)) == 0
    assert await contacts(database, NOW - 3 * HOUR) == 2
    assert await contacts(database, None) == 2


async def test_contacts_of_another_address_or_workspace_do_not_count(database):
    await add(database, "a", address=OTHER)
    await add(database, "b", workspace_id=ELSEWHERE)
    assert await contacts(database, None) == 0
    assert await contacts(database, None, ELSEWHERE) == 1


async def test_sends_come_newest_first_with_their_leads_place_and_what_became_of_them_does_not_matter(database):
    lead_id = (await captured(database, rep(HERE))).lead_id
    await add(database, "a", lead_id=lead_id, state="failed")
    await add(database, "b", settled_at=None, state="held", medium="EMAIL", address="ann@example.com")
    by_lead = PastSend(Medium.SMS, NUMBER, NOW - HOUR, "ON", "Toronto", frozenset({"America/Toronto"}))
    by_nobody = PastSend(Medium.EMAIL, "ann@example.com", NOW - 2 * HOUR, None, "ALL", frozenset())
    assert await past(database) == [by_lead, by_nobody]
    assert await past(database, limit=1) == [by_lead]


async def test_sends_before_or_after_the_span_are_left_out(database):
    await add(database, "long ago", settled_at=NOW - timedelta(days=31))
    await add(database, "to come", settled_at=None, due_at=NOW + HOUR)
    await add(database, "elsewhere", workspace_id=ELSEWHERE)
    assert await past(database) == []
    assert len(await past(database, since=NOW - timedelta(days=31))) == 1


async def test_a_lead_of_another_workspace_gives_no_place(database):
    theirs = (await captured(database, rep(ELSEWHERE))).lead_id
    await add(database, "a", lead_id=theirs)
    assert [each.province for each in await past(database)] == [None]
