"""The index of buyers follows the table, whoever writes to it, and ranks as a look at every row would."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from bot.sandbox.people import TEAM_ID
from bot.services import matching
from bot.services.leads import Capture, Leads
from bot.services.matching import EMPTY, BuyerIndex
from domain.matching import MIN_FIT, DealFacts, rank
from storage.buyer_index import buyer_facts
from storage.buyers import add_buyers, buyer, change_buyer, next_change
from storage.database import Database
from tests.storage.builders import DRAFT, ELSEWHERE, HERE, NOW, StandingClock, founded, rep

DEAL = DealFacts("Toronto, ON", "ON", "Toronto", "SFR", Decimal(320_000), 3, Decimal(2))
LATER = NOW + timedelta(hours=1)


def row(number, **values):
    """A buyer whom the deal suits, who never answered."""
    shown = {"number": number, "name": f"Buyer {number}", "locale": "en-CA", "notes": "", "created_at": NOW}
    wants = {
        "regions": "Toronto",
        "property_types": "SFR",
        "max_price": Decimal(400_000),
        "min_beds": 3,
        "min_baths": 2,
    }
    return shown | wants | {"active": True, "contacted": 0, "responded": 0, "bought": 0} | values


async def add(database, *rows, workspace=HERE):
    """Add buyers as the product does; return their ids."""

    def work(tx):
        number = next_change(tx)
        return add_buyers(tx, [{"changed_no": number} | values for values in rows])

    return await database.write(workspace, work)


async def change(database, buyer_id, **values):
    await database.write(HERE, lambda tx: change_buyer(tx, buyer_id, values))


async def ranked(index, database, deal=DEAL, workspace=HERE, **asked):
    return await database.read(workspace, lambda tx: index.rank(tx, deal, now=LATER, **asked))


async def ids(index, database, **asked):
    return [match.buyer_id for match in (await ranked(index, database, **asked)).matches]


async def test_the_best_are_named_with_their_reasons_and_the_others_with_what_keeps_them_out(database):
    index = BuyerIndex()
    fits, away, dear = await add(
        database, row(1), row(2, regions="Vancouver"), row(3, max_price=Decimal(300_000), min_beds=4)
    )
    found = await ranked(index, database, out=5)
    assert [match.buyer_id for match in found.matches] == [fits, dear]
    assert [match.buyer_id for match in found.out] == [away]
    assert found.matches[0].reasons[0].text == "Toronto is in their area"
    assert found.matches[1].reasons[2].text == "price 7 % over their maximum"
    assert found.out[0].reasons[0].text == "Toronto is outside their area"
    assert (found.fitting, found.active) == (2, 3)


async def test_the_ranking_is_that_of_a_look_at_every_row(database):
    index = BuyerIndex()
    rows = [
        row(
            number,
            regions=["Toronto", "GTA, Hamilton", "Ontario", None, "BC", "asdf"][number % 6],
            property_types=["SFR", None, "condo"][number % 3],
            min_price=[None, Decimal("350000.00"), Decimal(5)][number % 3],
            min_beds=[None, 3, 4, 6][number % 4],
            contacted=number % 5,
            responded=number % 3,
            last_response_at=NOW - timedelta(hours=20 * number) if number % 2 else None,
        )
        for number in range(1, 90)
    ]
    everybody = await add(database, *rows)
    facts = await database.read(HERE, lambda tx: buyer_facts(tx, everybody, now=LATER))
    for least in (0, 0.5, MIN_FIT, 1):
        found = await ranked(index, database, limit=12, min_fit=least, out=7)
        plain = rank(DEAL, facts)
        fitting = [match for match in plain if match.fit >= least]
        assert list(found.matches) == fitting[:12]
        assert list(found.out) == [match for match in plain if match.fit < least][:7]
        assert (found.fitting, found.active) == (len(fitting), len(plain))


async def test_the_index_follows_additions_edits_pauses_and_removals(database):
    index = BuyerIndex()
    assert await ranked(index, database) == EMPTY
    first, second = await add(database, row(1), row(2))
    assert await ids(index, database) == [first, second]
    (third,) = await add(database, row(3, contacted=2, responded=2))
    assert await ids(index, database) == [third, first, second]
    await change(database, first, regions="Vancouver")
    assert await ids(index, database) == [third, second]
    await change(database, third, active=False)
    assert await ids(index, database) == [second]
    await change(database, second, removed_at=NOW)
    assert await ids(index, database) == []
    await change(database, third, active=True)
    await change(database, first, regions="GTA", contacted=1, responded=1, last_response_at=NOW)
    assert await ids(index, database) == [third, first]
    assert (await ranked(index, database)).active == 2


async def test_a_row_that_somebody_inserted_by_hand_is_followed_once_and_for_all(database):
    index = BuyerIndex()
    (first,) = await add(database, row(1))
    await ranked(index, database)

    async def by_hand(number):
        insert = buyer.insert().returning(buyer.c.id)
        return await database.write(HERE, lambda tx: tx.connection.execute(insert, tx.own(**row(number))).scalar_one())

    second = await by_hand(2)
    assert await ids(index, database) == [first, second]
    (third,) = await add(database, row(3))
    fourth = await by_hand(4)
    assert await ids(index, database) == [first, second, third, fourth]


async def test_another_team_has_an_index_of_its_own(database):
    index = BuyerIndex()
    (here,) = await add(database, row(1))
    elsewhere, other = await add(database, row(1), row(2), workspace=ELSEWHERE)
    assert await ids(index, database) == [here]
    assert await ids(index, database, workspace=ELSEWHERE) == [elsewhere, other]
    await change(database, here, active=False)
    assert await ids(index, database) == []
    assert await ids(index, database, workspace=ELSEWHERE) == [elsewhere, other]


async def test_what_another_process_writes_is_seen(database, database_url):
    here, there, other = BuyerIndex(), BuyerIndex(), Database(database_url)
    (first,) = await add(database, row(1))
    assert await ids(here, database) == await ids(there, other) == [first]
    (second,) = await add(other, row(2))
    await change(database, first, active=False)
    assert await ids(here, database) == await ids(there, other) == [second]
    await other.close()


async def test_a_transaction_that_is_rolled_back_leaves_no_trace(database):
    index = BuyerIndex()
    (first,) = await add(database, row(1))
    await ranked(index, database)

    def fails(tx):
        add_buyers(tx, [row(2, changed_no=next_change(tx))])
        change_buyer(tx, first, {"active": False})
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(HERE, fails)
    assert await ids(index, database) == [first]
    (third,) = await add(database, row(3))  # under the number that was given back
    assert await ids(index, database) == [first, third]


async def test_a_ranking_in_a_transaction_that_fails_later_keeps_what_it_learned(database):
    index = BuyerIndex()
    (first,) = await add(database, row(1))

    def fails(tx):
        assert index.rank(tx, DEAL, now=LATER).fitting == 1
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(HERE, fails)
    assert await ids(index, database) == [first]


@pytest.mark.parametrize("deal", [DealFacts(), DealFacts(region="Toronto", market="Toronto")])
async def test_without_a_province_buyers_are_counted_and_nobody_is_named(database, deal):
    await add(database, row(1), row(2, active=False), row(3))
    found = await ranked(BuyerIndex(), database, deal, out=5)
    assert (found.matches, found.out, found.fitting, found.active) == ((), (), 0, 2)


async def test_without_a_limit_nobody_is_named_but_all_are_counted(database):
    await add(database, row(1), row(2, regions="Vancouver"))
    found = await ranked(BuyerIndex(), database, limit=0)
    assert (found.matches, found.out, found.fitting, found.active) == ((), (), 1, 2)


async def test_a_row_that_was_deleted_by_hand_does_not_take_anybodys_place(database):
    index = BuyerIndex()
    first, second, third = await add(database, row(1), row(2), row(3))
    assert await ids(index, database, limit=2) == [first, second]
    await database.write(HERE, lambda tx: tx.connection.execute(delete(buyer).where(buyer.c.id == first)))
    found = await ranked(index, database, limit=2)
    assert [match.buyer_id for match in found.matches] == [second, third]
    assert (found.fitting, found.active) == (2, 2)
    assert (await ranked(index, database, limit=0)).active == 2  # it is forgotten for good


async def test_a_buyer_who_was_paused_by_hand_is_noticed_when_chosen(database):
    index = BuyerIndex()
    first, second = await add(database, row(1), row(2))
    await ranked(index, database)
    paused = update(buyer).where(buyer.c.id == first).values(active=False)
    await database.write(HERE, lambda tx: tx.connection.execute(paused))
    assert await ids(index, database) == [second]


async def test_filling_reads_the_table_piece_by_piece_and_then_only_changes(database, monkeypatch):
    monkeypatch.setattr(matching, "PIECE", 3)
    asked = []
    real = matching.buyers_after
    monkeypatch.setattr(
        matching, "buyers_after", lambda tx, last, *, limit: asked.append(last) or real(tx, last, limit=limit)
    )
    everybody = await add(database, *(row(number) for number in range(1, 9)))
    index = BuyerIndex()
    await index.fill(database, HERE)
    assert asked == [0, everybody[2], everybody[5], everybody[7]]
    assert await ids(index, database) == everybody
    await index.fill(database, HERE)
    assert len(asked) == 4


async def test_filling_misses_nothing_that_changes_meanwhile(database, monkeypatch):
    monkeypatch.setattr(matching, "PIECE", 2)
    index, everybody = BuyerIndex(), await add(database, *(row(number) for number in range(1, 6)))
    real, loop, begun = index._take_in, asyncio.get_running_loop(), asyncio.Event()

    def take_in(*arguments):
        real(*arguments)
        loop.call_soon_threadsafe(begun.set)

    monkeypatch.setattr(index, "_take_in", take_in)
    filling = asyncio.create_task(index.fill(database, HERE))
    await begun.wait()
    await change(database, everybody[0], regions="Vancouver")
    (added,) = await add(database, row(6))
    assert await ids(index, database) == [*everybody[1:], added]
    await change(database, everybody[1], active=False)
    await filling
    assert await ids(index, database) == [*everybody[2:], added]
    assert (await ranked(index, database)).active == 5


async def test_an_index_that_knows_less_never_takes_the_place_of_one_that_knows_more(database, monkeypatch):
    index = BuyerIndex()
    everybody = await add(database, row(1), row(2))
    old, piece = await database.read(HERE, lambda tx: (matching._start(tx), matching.buyers_after(tx, 0, limit=1)))
    assert await ids(index, database) == everybody
    index._take_in(HERE, old, piece)
    asked = []
    monkeypatch.setattr(matching, "buyers_after", lambda *_arguments, **_more: asked.append(1))
    assert await ids(index, database) == everybody
    assert asked == []


async def test_threads_rank_and_follow_at_once(database):
    index = BuyerIndex()
    everybody = await add(database, *(row(number) for number in range(1, 40)))

    async def pauses():
        for buyer_id in everybody[:10]:
            await change(database, buyer_id, active=False)
            await database.write(HERE, lambda tx: index.rank(tx, DEAL, now=LATER, limit=50))  # SQLite's writer thread

    async def reads():
        for _ in range(30):
            found = await ids(index, database, limit=50)
            assert found == everybody[-len(found) :]

    await asyncio.gather(pauses(), reads())
    assert await ids(index, database, limit=50) == everybody[10:]


async def test_the_program_fills_its_one_index_when_it_connects(socket):
    await socket.settle()
    leads, places, deals = socket.program.desk.leads, socket.program.desk.places, socket.program.desk.deals
    assert leads._index is places._index is deals._index
    assert leads._index._states[TEAM_ID].read_to is None


async def test_what_is_captured_is_matched_by_an_index_that_was_filled_before(database, monkeypatch):
    await founded(database)
    await add(database, row(1), row(2, regions="Vancouver"))
    leads = Leads(database, StandingClock())
    await leads.prepare(HERE)
    monkeypatch.setattr(matching, "buyers_after", None)  # nothing is read from the start again
    done = await leads.capture(rep(), Capture(DRAFT))
    card = await leads.card(rep(), done.number, listed=5)
    assert (card.ranking.fitting, card.ranking.active, len(card.ranking.matches)) == (1, 2, 1)
    assert (await leads.card(rep(), done.number)).ranking.matches == ()
