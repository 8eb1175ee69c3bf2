"""A delivery that comes twice gives one result; the same key with other content is another request."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.services.leads import Capture, Leads
from storage.leads import lead
from storage.requests import RequestKey, begin_request, finish_request
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, founded, rep

KEY = RequestKey("view:V1", "hash")


def leads_stored(tx):
    return tx.connection.execute(select(func.count()).select_from(lead)).scalar_one()


@pytest.fixture
async def leads(database):
    await founded(database)
    return Leads(database, StandingClock())


async def test_a_repeat_finds_the_first_result(database, leads):
    first = await leads.capture(rep(), Capture(DRAFT, KEY))
    again = await leads.capture(rep(), Capture(DRAFT, KEY))
    assert again == replace(first, repeated=True)
    assert await database.read(HERE, leads_stored) == 1


async def test_ten_twins_at_once_store_one_lead_and_all_get_its_number(database, leads):
    done = await asyncio.gather(*(leads.capture(rep(), Capture(DRAFT, KEY)) for _ in range(10)))
    assert {(one.lead_id, one.number, one.deal_id) for one in done} == {(done[0].lead_id, 1, done[0].deal_id)}
    assert sorted(one.repeated for one in done) == [False] + [True] * 9
    assert await database.read(HERE, leads_stored) == 1


async def test_the_same_key_with_other_content_is_a_correction_and_new(database, leads):
    first = await leads.capture(rep(), Capture(DRAFT, KEY))
    other = await leads.capture(rep(), Capture(DRAFT, replace(KEY, payload_hash="other")))
    assert (first.number, other.number, other.repeated) == (1, 2, False)
    assert await database.read(HERE, leads_stored) == 2


async def test_without_a_key_the_same_lead_twice_is_two_leads(database, leads):
    await leads.capture(rep(), Capture(DRAFT))
    await leads.capture(rep(), Capture(DRAFT))
    assert await database.read(HERE, leads_stored) == 2


async def test_a_request_whose_work_failed_may_be_made_again(database, leads):
    def fail(tx):
        assert begin_request(tx, KEY, now=NOW) is None
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(HERE, fail)
    assert await database.write(HERE, lambda tx: begin_request(tx, KEY, now=NOW)) is None


async def test_a_twin_waits_for_a_first_that_fails_and_takes_its_place(database, leads):
    """The first of two twins fails: the second must do the work, not report nothing done."""

    def fail(tx):
        assert begin_request(tx, KEY, now=NOW) is None
        raise LookupError

    failed, done = await asyncio.gather(
        database.write(HERE, fail), leads.capture(rep(), Capture(DRAFT, KEY)), return_exceptions=True
    )
    assert isinstance(failed, LookupError) or failed is None
    assert (done.number, done.repeated) == (1, False)


async def test_what_a_request_led_to_is_kept_as_it_was(database):
    def first(tx):
        assert begin_request(tx, KEY, now=NOW) is None
        finish_request(tx, KEY, {"number": 7, "name": "Zoé"})

    await database.write(HERE, first)
    assert await database.write(HERE, lambda tx: begin_request(tx, KEY, now=NOW)) == {"number": 7, "name": "Zoé"}
