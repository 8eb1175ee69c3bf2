"""The ten best of 100,000 buyers for one deal: the index beside a plain loop over all of them, on SQLite.

`--million` does the same with 1,000,000 buyers and fewer rounds of the loop.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select

from bot.services.matching import BuyerIndex
from domain.matching import MIN_FIT, BuyerFacts, DealFacts, rank
from domain.matching_areas import area_of
from domain.property_types import property_types
from storage.base import Tx
from storage.buyers import buyer
from storage.database import Database
from storage.migrate import upgrade
from tests.storage.builders import HERE, NOW

BUYERS, DEALS, LOOPS, READS = 100_000, 200, 10, 3
MILLION, FEW_LOOPS, FEW_READS = 1_000_000, 3, 1
BATCH = 20_000

# Markets with their population in 100,000s (census metropolitan areas, 2021) and what buyers there type.
MARKETS = {
    ("ON", "Toronto"): (62, "Toronto|GTA|toronto, on|Mississauga|Brampton and Mississauga|Toronto area|Scarborough"),
    ("QC", "Montreal"): (43, "Montreal|Montréal|Greater Montreal|Laval|Montreal, QC|Longueuil"),
    ("BC", "Vancouver"): (26, "Vancouver|Lower Mainland|Surrey|Burnaby, BC|Vancouver area"),
    ("ON", "Ottawa"): (15, "Ottawa|Ottawa, ON|Ottawa-Gatineau|Kanata"),
    ("AB", "Calgary"): (15, "Calgary|Calgary, AB|calgary area|Airdrie"),
    ("AB", "Edmonton"): (14, "Edmonton|Edmonton, Alberta|St. Albert|Sherwood Park"),
    ("QC", "Quebec City"): (8, "Quebec City|Québec|Lévis"),
    ("MB", "Winnipeg"): (8, "Winnipeg|Winnipeg, MB|WINNIPEG"),
    ("ON", "Hamilton"): (8, "Hamilton|Hamilton, ON|Burlington|Ancaster & Dundas|GTHA"),
    ("ON", "London"): (5, "London|London, Ontario|London ON"),
    ("NS", "Halifax"): (5, "Halifax|HRM|Dartmouth, NS"),
    ("ON", "Windsor"): (4, "Windsor|Windsor, ON|Windsor Essex"),
    ("SK", "Saskatoon"): (3, "Saskatoon|saskatoon sk"),
    ("SK", "Regina"): (2, "Regina|Regina, SK"),
    ("BC", "Victoria"): (4, "Victoria|Victoria, BC|Vancouver Island"),
    ("NL", "St. John's"): (2, "St. John's|St Johns NL"),
    ("NB", "Moncton"): (2, "Moncton|Moncton, NB"),
}  # fmt: skip
TOWNS = {
    ("ON", "Barrie, ON"): 2, ("ON", "Kitchener, ON"): 6, ("ON", "Oshawa, ON"): 4, ("BC", "Kelowna, BC"): 2,
    ("ON", "St. Catharines, ON"): 4, ("QC", "Sherbrooke, QC"): 2, ("ON", "Guelph, ON"): 2, ("AB", "Red Deer, AB"): 1,
}  # fmt: skip
WIDE = [
    "Ontario",
    "anywhere in Ontario",
    "BC",
    "Alberta",
    "Quebec",
    "anywhere",
    "Canada",
    "Maritimes",
    "southern Ontario",
]
ODD = [None, None, "wherever the numbers work", "ask me", "near the lake"]
KINDS = {
    "SFR": 5, "SFH": 5, "detached": 4, "houses": 3, "single family": 3, "SFH, duplex": 5, "duplex, triplex": 3,
    "multi family": 3, "condo": 4, "condos and townhouses": 1, "land": 1, "commercial": 1, "anything": 3, None: 3,
    "good deals": 1,
}  # fmt: skip


def chosen(source, weights):
    return source.choices(list(weights), list(weights.values()))[0]


def one_buyer(source, number):
    """A buyer's row: one to three places, mostly round amounts, and answers that few give and few give often."""
    contacted = int(source.paretovariate(0.9)) - 1 if source.random() < 0.6 else 0
    contacted = min(contacted, 200)
    responded = sum(source.random() < 0.33 for _ in range(contacted))
    most = round(source.lognormvariate(13.0, 0.5) / 5_000) * 5_000
    least = round(most * source.uniform(0.3, 0.8) / 25_000) * 25_000
    return {
        "workspace_id": HERE,
        "created_at": NOW,
        "number": number,
        "name": f"Buyer {number}",
        "locale": "en-CA",
        "notes": "",
        "active": True,
        "regions": regions(source),
        "property_types": chosen(source, KINDS),
        "min_price": Decimal(least) if source.random() < 0.4 else None,
        "max_price": Decimal(most) if source.random() < 0.85 else None,
        "min_beds": source.choice([None, None, 2, 3, 3, 4]),
        "min_baths": source.choice([None, None, None, 1, 2]),
        "contacted": contacted,
        "responded": responded,
        "bought": sum(source.random() < 0.12 for _ in range(responded)),
        "last_response_at": NOW - timedelta(days=source.expovariate(1 / 150)) if responded else None,
    }


def regions(source):
    kind = source.random()
    if kind < 0.05:
        return source.choice(ODD)
    if kind < 0.15:
        return source.choice(WIDE)
    sizes = {place: size for place, (size, _) in MARKETS.items()}
    places = {chosen(source, sizes) for _ in range(source.choice([1, 1, 1, 2, 2, 3]))}
    return ", ".join(source.choice(MARKETS[place][1].split("|")) for place in sorted(places))


def one_deal(source):
    sizes = {place: size for place, (size, _) in MARKETS.items()} | TOWNS
    province, label = chosen(source, sizes)
    region, market = (label, "ALL") if (province, label) in TOWNS else (f"{label}, {province}", label)
    kind = source.choice(["SFR", "SFR", "SFR", "MF", "CONDO", None])
    price = Decimal(round(source.lognormvariate(12.9, 0.5), 2)).quantize(Decimal("0.01"))
    return DealFacts(
        region, province, market, kind, price, source.choice([None, 2, 3, 3, 4]), Decimal(source.choice([1, 2]))
    )


async def filled(url, count):
    """Return a database with that many buyers."""
    source, database = random.Random(4), Database(url)
    await upgrade(database)
    for first in range(1, count + 1, BATCH):
        rows = [one_buyer(source, number) for number in range(first, min(first + BATCH, count + 1))]
        await database.change(lambda connection, rows=rows: connection.execute(insert(buyer), rows))
    return database


FACTS = [buyer.c.id, *(buyer.c[field.name] for field in fields(BuyerFacts)[1:-1])]


def every_buyer(tx: Tx) -> list[BuyerFacts]:
    """Read every active buyer, as a plain service would."""
    query = select(*FACTS, buyer.c.last_response_at).where(
        buyer.c.workspace_id == HERE, buyer.c.active.is_(True), buyer.c.removed_at.is_(None)
    )
    found = []
    for *facts, answered_at in tx.connection.execute(query.order_by(buyer.c.id)):
        found.append(BuyerFacts(*facts, (NOW - answered_at).days if answered_at else None))
    return found


def timed(work):
    begun = time.perf_counter()
    result = work()
    return (time.perf_counter() - begun) * 1e3, result


async def fill(database):
    """Fill an index as the program does when it connects; print how long, how large, and what others wait at most."""
    index, gaps, done = BuyerIndex(), [0.0], asyncio.Event()

    async def tick():
        before = time.perf_counter()
        while not done.is_set():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - before)
            before = now

    area_of.cache_clear()
    property_types.cache_clear()
    ticking, begun = asyncio.create_task(tick()), time.perf_counter()
    await index.fill(database, HERE)
    seconds = time.perf_counter() - begun
    done.set()
    await ticking
    snapshot = index._states[HERE].snapshot
    columns = sum(getattr(snapshot.columns, field.name).nbytes for field in fields(snapshot.columns))
    print(f"index: filled in {seconds:.2f} s, others wait {max(gaps) * 1e3:.0f} ms at most, {columns / 1e6:.1f} MB,"
          f" {len(snapshot.pools.areas.values):,} distinct areas")  # fmt: skip
    return index


def cold(database):
    """The first ranking of an index that nobody filled."""
    area_of.cache_clear()
    property_types.cache_clear()
    deal = one_deal(random.Random(6))
    return database.read(HERE, lambda tx: timed(lambda: BuyerIndex().rank(tx, deal, now=NOW))[0])


def told(title, times):
    p50, p95 = statistics.median(times), sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
    print(f"{title:34} p50 {p50:9,.2f} ms   p95 {p95:9,.2f} ms   ({len(times)} deals)")
    return p50, p95


def check(ranking, plain):
    """Prove that both ways name the same buyers and count the same fits."""
    fitting = [match for match in plain if match.fit >= MIN_FIT]
    if (list(ranking.matches), ranking.fitting) != (fitting[:10], len(fitting)):
        raise SystemExit("the index and the loop disagree")


async def measure(database, loops, reads):
    index = await fill(database)
    print(f"first ranking without it: {await cold(database) / 1e3:.2f} s")
    source = random.Random(5)
    deals = [one_deal(source) for _ in range(DEALS)]

    def by_index(tx):
        return [timed(lambda deal=deal: index.rank(tx, deal, now=NOW)) for deal in deals]

    ours = await database.read(HERE, by_index)
    buyers = await database.read(HERE, every_buyer)
    rank(deals[0], buyers)  # the loop's own caches are warm as well
    plain = [timed(lambda deal=deal: rank(deal, buyers)) for deal in deals[:loops]]
    for (_, ranking), (_, matches) in zip(ours, plain, strict=False):
        check(ranking, matches)
    reading = [
        (await database.read(HERE, lambda tx, deal=deal: timed(lambda: rank(deal, every_buyer(tx)))))[0]
        for deal in deals[:reads]
    ]
    index_p50, index_p95 = told("BuyerIndex.rank(limit=10)", [milliseconds for milliseconds, _ in ours])
    for title, times in (
        ("loop over facts in memory", [taken for taken, _ in plain]),
        ("loop that reads the rows", reading),
    ):
        p50, p95 = told(title, times)
        print(f"{'':34} {p50 / index_p50:7,.0f} times          {p95 / index_p95:7,.0f} times as long as the index")


async def main():
    count, loops, reads = (MILLION, FEW_LOOPS, FEW_READS) if "--million" in sys.argv else (BUYERS, LOOPS, READS)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        database = await filled(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", count)
        print(f"{count:,} buyers, written in {time.perf_counter() - begun:.0f} s")
        await measure(database, loops, reads)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
