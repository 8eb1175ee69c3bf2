"""Do-not-call lists: our own for good, the national one as its newest download has it, and never too few numbers."""

from datetime import date, datetime, timedelta

import pytest

from domain.consent import Lists
from storage.do_not_call import (
    add_dncl_import,
    add_internal,
    count_national,
    drop_older,
    finish_dncl_import,
    finished_import,
    list_national,
    lists_of,
    newest_downloads,
)
from tests.storage.builders import ELSEWHERE, HERE, NOW, founded

ANN, BOB, CAT = "+14165550134", "+14165550199", "+16045550134"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
async def team(database):
    """An open database with two workspaces."""
    await founded(database, HERE)
    await founded(database, ELSEWHERE)
    return database


def begun(tx, numbers, *, on=MARCH, codes=("416",), file_hash="hash"):
    """Begin an import and list its numbers; return its id."""
    values = {"downloaded_on": on, "rows": len(numbers), "area_codes": list(codes), "file_hash": file_hash}
    import_id = add_dncl_import(tx, {**values, "imported_by": "import", "created_at": NOW})
    list_national(tx, import_id, numbers, now=NOW)
    return import_id


def imported(tx, numbers, **facts):
    import_id = begun(tx, numbers, **facts)
    for code in facts.get("codes", ("416",)):
        drop_older(tx, import_id, code)
    finish_dncl_import(tx, import_id, now=NOW)
    return import_id


async def asked(database, number, workspace_id=HERE):
    return await database.read(workspace_id, lambda tx: lists_of(tx, number))


async def test_a_number_that_no_list_has_and_no_download_covers(team):
    assert await asked(team, ANN) == Lists(national=False, downloaded_on=None, internal_since=None)


async def test_a_finished_download_speaks_for_its_area_codes_alone(team):
    await team.write(HERE, lambda tx: imported(tx, [ANN]))
    assert await asked(team, ANN) == Lists(True, MARCH)
    assert await asked(team, BOB) == Lists(False, MARCH)
    assert await asked(team, CAT) == Lists(False, None)
    assert await asked(team, "+442079460000") == Lists(False, None)
    assert await asked(team, ANN, ELSEWHERE) == Lists()


async def test_until_it_is_finished_a_download_is_not_in_force_though_its_numbers_block(team):
    import_id = await team.write(HERE, lambda tx: begun(tx, [ANN]))
    assert await asked(team, ANN) == Lists(True, None)
    await team.write(HERE, lambda tx: finish_dncl_import(tx, import_id, now=NOW))
    assert await asked(team, ANN) == Lists(True, MARCH)


async def test_the_next_download_takes_the_place_of_the_last_in_its_area_codes(team):
    await team.write(HERE, lambda tx: imported(tx, [ANN, CAT], codes=("416", "604")))
    await team.write(HERE, lambda tx: imported(tx, [BOB], on=APRIL))
    found = [await asked(team, number) for number in (ANN, BOB, CAT)]
    assert found == [Lists(False, APRIL), Lists(True, APRIL), Lists(True, MARCH)]
    assert await team.read(HERE, lambda tx: count_national(tx, ["416", "604", "905"])) == {
        "416": 1, "604": 1, "905": 0,
    }  # fmt: skip


async def test_the_newest_download_counts_whenever_it_was_imported(team):
    await team.write(HERE, lambda tx: imported(tx, [ANN], on=APRIL))
    await team.write(HERE, lambda tx: imported(tx, [CAT], on=MARCH, codes=("604",)))
    newest = await team.read(HERE, lambda tx: newest_downloads(tx, ["416", "604", "905"]))
    assert newest == {"416": APRIL, "604": MARCH}


async def test_an_import_that_was_overtaken_takes_no_number_from_the_one_that_overtook_it(team):
    def both(tx):
        first = begun(tx, [ANN])
        second = begun(tx, [ANN, BOB], on=APRIL)
        list_national(tx, first, [ANN], now=NOW)
        drop_older(tx, first, "416")
        drop_older(tx, second, "416")
        finish_dncl_import(tx, second, now=NOW)

    await team.write(HERE, both)
    assert [(await asked(team, number)).national for number in (ANN, BOB)] == [True, True]


async def test_a_file_is_known_by_what_it_holds_and_its_day_once_it_is_finished(team):
    import_id = await team.write(HERE, lambda tx: begun(tx, [ANN]))
    assert await team.read(HERE, lambda tx: finished_import(tx, "hash", MARCH)) is None
    await team.write(HERE, lambda tx: finish_dncl_import(tx, import_id, now=NOW))
    found = await team.read(HERE, lambda tx: finished_import(tx, "hash", MARCH))
    assert (found, isinstance(found, datetime)) == (NOW, True)
    assert await team.read(HERE, lambda tx: finished_import(tx, "hash", APRIL)) is None


async def test_listed_twice_the_same_number_stands_once_with_its_first_day(team):
    await team.write(HERE, lambda tx: imported(tx, [ANN]))
    await team.write(HERE, lambda tx: imported(tx, [ANN], on=APRIL))
    assert await team.read(HERE, lambda tx: count_national(tx, ["416"])) == {"416": 1}


@pytest.mark.parametrize("days", [(0, 5), (5, 0)])
async def test_our_own_list_keeps_the_earlier_day(team, days):
    for day in days:
        since = MARCH + timedelta(day)
        await team.write(HERE, lambda tx, since=since: add_internal(tx, ANN, since, "U0REP", now=NOW))
    await team.write(HERE, lambda tx: imported(tx, [BOB]))
    assert await asked(team, ANN) == Lists(False, MARCH, MARCH)
    assert await asked(team, ANN, ELSEWHERE) == Lists()
