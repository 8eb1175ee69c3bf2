"""Importing the national do-not-call list: what is in force afterwards, what is refused, and what a crash leaves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.services import do_not_call as service
from bot.services.actors import Actor
from bot.services.do_not_call import DnclDone, DnclWish, DoNotCallImport, ListNotYours
from domain.consent import Lists
from domain.dncl_file import DownloadInFuture, DownloadStale, ListShrank, NewerInForce, read_numbers
from domain.roles import Role
from storage.audit import audit_entry
from storage.database import DatabaseUnavailable
from storage.do_not_call import count_national, dncl_import, lists_of
from tests.storage.builders import HERE, NOW, StandingClock, founded

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
TODAY = date(2026, 3, 11)
ANN, BOB, CAT = "+14165550134", "+14165550199", "+16045550134"


def wish(*lines, on=TODAY, digest=None, **options):
    return DnclWish(read_numbers(lines), digest or "-".join(lines)[:64], on, **options)


class Heard(list):
    def __call__(self, done):
        self.append(done)


@pytest.fixture
async def work(database):
    await founded(database)
    return DoNotCallImport(database, StandingClock())


async def lists(database, number):
    return await database.read(HERE, lambda tx: lists_of(tx, number))


async def rows(database, table, *names):
    query = select(*(table.c[name] for name in names)).order_by(table.c.id)
    return [tuple(row) for row in await database.read(HERE, lambda tx: tx.connection.execute(query).all())]


async def test_a_list_is_in_force_for_its_area_codes_and_the_audit_trail_says_so(database, work):
    heard = Heard()
    done = await work.run(ADMIN, wish("4165550134", "604,5550134"), heard)
    assert (done, heard) == (DnclDone(2, dropped=0), [2])
    assert await lists(database, ANN) == Lists(True, TODAY)
    assert await lists(database, BOB) == Lists(False, TODAY)
    assert await lists(database, "+19055550134") == Lists(False, None)
    ((verb, actor, after),) = await rows(database, audit_entry, "verb", "actor", "after")
    assert (verb, actor, after["numbers"], after["area_codes"]) == ("dncl_imported", "U0SAM", 2, ["416", "604"])
    assert await rows(database, dncl_import, "rows", "downloaded_on", "finished_at") == [(2, TODAY, NOW)]


async def test_the_next_list_takes_the_place_of_the_last(database, work):
    await work.run(ADMIN, wish("4165550134", "6045550134", on=TODAY - timedelta(9)), Heard())
    done = await work.run(ADMIN, wish("4165550199"), Heard())
    assert done == DnclDone(1, dropped=1)
    assert [(await lists(database, number)).national for number in (ANN, BOB, CAT)] == [False, True, True]


async def test_the_same_file_again_changes_nothing_and_says_since_when_it_is_known(database, work):
    await work.run(ADMIN, wish("4165550134"), Heard())
    heard = Heard()
    assert await work.run(ADMIN, wish("4165550134"), heard) == DnclDone(1, known_since=NOW)
    assert (heard, len(await rows(database, dncl_import, "id"))) == ([], 1)
    later = replace(wish("4165550134"), downloaded_on=TODAY - timedelta(1))
    with pytest.raises(NewerInForce, match=r"for 416, downloaded on 11 Mar 2026"):
        await work.run(ADMIN, later, Heard())


async def test_a_dry_run_stores_nothing(database, work):
    assert await work.run(ADMIN, wish("4165550134"), Heard(), dry_run=True) == DnclDone(1)
    assert await lists(database, ANN) == Lists()
    assert await rows(database, dncl_import, "id") == []


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_day_that_cannot_be_or_is_too_long_ago_is_refused(database, work, dry_run):
    with pytest.raises(DownloadInFuture):
        await work.run(ADMIN, wish("4165550134", on=TODAY + timedelta(1)), Heard(), dry_run=dry_run)
    with pytest.raises(DownloadStale):
        await work.run(ADMIN, wish("4165550134", on=TODAY - timedelta(32)), Heard(), dry_run=dry_run)
    assert await rows(database, dncl_import, "id") == []


async def test_today_is_the_teams_own_day(database, work):
    late = DoNotCallImport(database, StandingClock(NOW.replace(hour=23)))
    far = replace(ADMIN, zone="Asia/Tokyo")
    assert (await late.run(far, wish("4165550134", on=TODAY + timedelta(1)), Heard())).dropped == 0


async def test_a_part_of_a_list_does_not_take_its_place_unless_somebody_says_that_it_is_whole(database, work):
    many = [f"604555{number:04}" for number in range(200)]
    await work.run(ADMIN, wish(*many, "4165550134"), Heard())
    stray = wish("4165550134", "6045550134", digest="stray")
    with pytest.raises(ListShrank, match="area code 604 has 1 of the 200 listed"):
        await work.run(ADMIN, stray, Heard())
    assert (await lists(database, "+16045550007")).national
    done = await work.run(ADMIN, replace(stray, accept_smaller=True), Heard())
    assert done == DnclDone(2, dropped=199)


@pytest.mark.parametrize("role", [Role.REP, Role.APPROVER])
async def test_only_admins_import(database, work, role):
    with pytest.raises(ListNotYours, match=f"your role is {role.value}"):
        await work.run(replace(ADMIN, role=role), wish("4165550134"), Heard())


class Dying:
    """A database that is lost at its n-th write."""

    def __init__(self, database, writes):
        self._database, self._left = database, writes

    async def read(self, *arguments):
        return await self._database.read(*arguments)

    async def write(self, *arguments):
        self._left -= 1
        if self._left < 0:
            raise DatabaseUnavailable(why="the disk is full")
        return await self._database.write(*arguments)


@pytest.mark.parametrize("writes", range(7))
async def test_wherever_it_stops_too_many_numbers_are_blocked_never_too_few_and_the_next_run_mends_it(
    database, work, monkeypatch, writes
):
    monkeypatch.setattr(service, "PART", 1)
    before = TODAY - timedelta(9)
    await work.run(ADMIN, wish("4165550134", "4165550177", "6045550134", on=before), Heard())
    new = wish("4165550134", "4165550199", "6045550134")
    with pytest.raises(DatabaseUnavailable):
        await DoNotCallImport(Dying(database, writes), StandingClock()).run(ADMIN, new, Heard())
    found = await lists(database, BOB)
    assert found.downloaded_on == before, "it is not in force before its end"
    assert [(await lists(database, number)).national for number in (ANN, CAT)] == [True, True]
    done = await work.run(ADMIN, new, Heard())
    assert done.numbers == 3
    assert [await lists(database, number) for number in (ANN, BOB, CAT, "+14165550177")] == [
        Lists(True, TODAY), Lists(True, TODAY), Lists(True, TODAY), Lists(False, TODAY),
    ]  # fmt: skip
    assert await database.read(HERE, lambda tx: count_national(tx, ["416", "604"])) == {"416": 2, "604": 1}
