"""Importing buyers: once and not twice, in parts, interrupted and resumed, beside people who work meanwhile."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import func, select

from bot.services.actors import Actor
from bot.services.buyer_import import PART, BuyerFile, BuyerImport, Outcome, RowOutcome
from bot.services.buyers import Buyers
from domain.buyer_csv import decode, open_sheet
from domain.buyers import BuyerDraft
from domain.roles import Role
from storage.audit import audit_entry
from storage.buyers import areas_of, buyer, find_buyer
from storage.contacts import consent_event
from storage.database import Database
from storage.liquidity import buyer_liquidity_node
from tests.storage.builders import ELSEWHERE, HERE, StandingClock, founded, rep

WHO = Actor(HERE, "import", is_person=False)
HEADER = "name,phone,email,areas,types,max price,consent,active"
THREE = f"""{HEADER}
Wei Chen,416-555-0101,wei@example.com,"GTA, Hamilton",SFH,550k,written,yes
Bo Li,416-555-0102,,Narnia,castles,,,no
Ann,,ANN@example.com,Ontario,,lots,,
"""


@dataclass(slots=True)
class Heard:
    """What the import told, row by row; `stop_after` interrupts it once that many rows were told."""

    rows: list[RowOutcome] = field(default_factory=list)
    stop_after: int | None = None

    def __call__(self, outcomes):
        self.rows += outcomes
        if self.stop_after is not None and len(self.rows) >= self.stop_after:
            raise KeyboardInterrupt

    def by_line(self):
        return {row.line: (row.outcome, row.buyer) for row in self.rows}


def a_file(content: str | bytes) -> BuyerFile:
    raw = content.encode() if isinstance(content, str) else content
    return BuyerFile(open_sheet(decode(raw)), hashlib.sha256(raw).hexdigest())


def many(count: int, *, broken: int | None = None) -> str:
    """A file of `count` buyers of Hamilton houses; the row at `broken` has a quote that never closes."""
    rows = [f"Buyer {turn},+1416{2_000_000 + turn},b{turn}@example.com,Hamilton,SFH,500k,," for turn in range(count)]
    if broken is not None:
        rows[broken] = '"' + rows[broken]
    return "\n".join([HEADER, *rows])


@pytest.fixture
async def importing(database):
    await founded(database)
    return BuyerImport(database, StandingClock())


async def run(importing, content, *, who=WHO, dry_run=False, heard=None):
    heard = heard or Heard()
    counts = await importing.run(who, a_file(content), heard, dry_run=dry_run)
    return counts, heard


async def stored(database, *names, table=buyer, workspace=HERE):
    query = select(*(table.c[name] for name in names)).where(table.c.workspace_id == workspace).order_by(table.c.id)
    return [tuple(row) for row in await database.read(workspace, lambda tx: tx.connection.execute(query).all())]


async def how_many(database, table=buyer):
    return await database.read(
        HERE, lambda tx: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
    )


async def node(database, market="Hamilton", kind="SFR"):
    c = buyer_liquidity_node.c
    query = select(c.buyer_count, c.active_buyer_count).where(
        c.workspace_id == HERE, c.market == market, c.property_type == kind, c.province == "ON"
    )
    return tuple(await database.read(HERE, lambda tx: tx.connection.execute(query).one()))


# Once


async def test_a_file_brings_buyers_areas_consents_and_counts(database, importing):
    counts, heard = await run(importing, THREE)
    assert counts == {Outcome.IMPORTED: 1, Outcome.ASKED: 2}
    assert heard.by_line() == {
        2: (Outcome.IMPORTED, "B-1"), 3: (Outcome.ASKED, "B-2"), 4: (Outcome.ASKED, "B-3"),
    }  # fmt: skip
    assert heard.rows[1].words == (
        "areas: “Narnia” is kept as typed and not understood. types: “castles” is kept as typed and not understood."
    )
    assert await stored(database, "number", "name", "phone", "regions", "types", "active", "changed_no", "search_text") == [
        (1, "Wei Chen", "+14165550101", "GTA, Hamilton", 1, True, 1, "wei chen gta hamilton wei example com 14165550101"),
        (2, "Bo Li", "+14165550102", "Narnia", 0, False, 1, "bo li narnia 14165550102"),
        (3, "Ann", None, "Ontario", 0, True, 1, "ann ontario ann example com"),
    ]  # fmt: skip
    chen = await database.read(HERE, lambda tx: find_buyer(tx, number=1))
    assert await database.read(HERE, lambda tx: areas_of(tx, chen.id)) == [("ON", "Hamilton"), ("ON", "Toronto")]
    assert await stored(database, "address", "kind", "source", "obtained_on", "recorded_by", table=consent_event) == [
        (address, "express_written", "import", date(2026, 3, 11), "import")
        for address in ("+14165550101", "+14165550101", "wei@example.com")
    ]
    assert await node(database) == (2, 2)
    ((verb, after),) = await stored(database, "verb", "after", table=audit_entry)
    assert (verb, after) == ("buyers_imported", {"added": 3, "first": "B-1", "last": "B-3"})


async def test_a_second_run_of_the_same_file_adds_nothing_and_says_where_each_row_is(database, importing):
    await run(importing, THREE)
    before = await stored(database, "id", "changed_no")
    counts, heard = await run(importing, THREE)
    assert counts == {Outcome.KNOWN: 3}
    assert heard.rows[0] == RowOutcome(2, Outcome.KNOWN, "B-1", "An earlier run of this file stored it as B-1.")
    assert heard.rows[2].words.startswith("An earlier run of this file stored it as B-3. max price: ")
    assert await stored(database, "id", "changed_no") == before
    assert await how_many(database, consent_event) == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Other,416-555-0101,,,,,,", "B-1 has this phone number."),
        ("Other,,WEI@example.com,,,,,", "B-1 has this e-mail address."),
        ("Other,905-555-0101,ann@EXAMPLE.com,,,,,", "B-3 has this e-mail address."),
    ],
)
async def test_another_file_with_a_contact_that_somebody_has_is_skipped(database, importing, row, words):
    await run(importing, THREE)
    counts, heard = await run(importing, f"{HEADER}\n{row}\nNew,905-555-0199,,,,,,\n")
    assert counts == {Outcome.KNOWN: 1, Outcome.IMPORTED: 1}
    assert heard.rows[0].words == words
    assert heard.rows[1].buyer == "B-4"


async def test_a_file_of_nobody_new_leaves_no_trace(database, importing):
    await run(importing, THREE)
    counts, _ = await run(importing, THREE.replace("Wei Chen", "W. Chen"))
    assert counts == {Outcome.KNOWN: 3}
    assert len(await stored(database, "verb", table=audit_entry)) == 1


async def test_a_contact_twice_in_one_file_is_one_buyer(database, importing):
    text = f"{HEADER}\nWei,416-555-0101,,,,,,\nWei again,416-555-0101,w@x.ca,,,,,\nBo,,w@x.ca,,,,,\n"
    counts, heard = await run(importing, text)
    assert counts == {Outcome.IMPORTED: 2, Outcome.KNOWN: 1}
    assert heard.rows[1] == RowOutcome(3, Outcome.KNOWN, "B-1", "B-1 has this phone number.")
    assert await stored(database, "name") == [("Wei",), ("Bo",)]


async def test_a_removed_buyer_may_come_back_from_another_file(database, importing):
    await run(importing, THREE)
    await Buyers(database, StandingClock()).remove(Actor(HERE, "U0LEE", Role.ADMIN), 1)
    counts, _ = await run(importing, f"{HEADER}\nWei Chen,416-555-0101,,,,,,\n")
    assert counts == {Outcome.IMPORTED: 1}


async def test_a_dry_run_tells_all_and_stores_nothing(database, importing):
    await Buyers(database, StandingClock()).add(rep(), BuyerDraft("Ann", email="ann@example.com"))
    text = f'{THREE}Wei again,416-555-0101,,,,,,\n"broken,,,,,,,\n'
    counts, heard = await run(importing, text, dry_run=True)
    assert counts == {Outcome.IMPORTED: 1, Outcome.ASKED: 1, Outcome.KNOWN: 2, Outcome.BROKEN: 1}
    assert [(row.line, row.buyer, row.words) for row in heard.rows if row.outcome is Outcome.KNOWN] == [
        (4, "B-1", "B-1 has this e-mail address."), (5, "line 2", "line 2 has this phone number."),
    ]  # fmt: skip
    assert [row.buyer for row in heard.rows if row.outcome is Outcome.IMPORTED] == [""]
    assert await how_many(database) == 1
    counts, _ = await run(importing, text)
    assert counts == {Outcome.IMPORTED: 1, Outcome.ASKED: 1, Outcome.KNOWN: 2, Outcome.BROKEN: 1}


async def test_a_file_of_nothing_but_a_header_stores_nothing(database, importing):
    counts, heard = await run(importing, HEADER)
    assert (counts, heard.rows) == ({}, [])
    assert await stored(database, "verb", table=audit_entry) == []


async def test_the_same_file_for_two_teams_is_two_imports(database, importing):
    await founded(database, ELSEWHERE)
    await run(importing, THREE)
    counts, _ = await run(importing, THREE, who=Actor(ELSEWHERE, "import", is_person=False))
    assert counts[Outcome.KNOWN] == 0
    assert len(await stored(database, "id", workspace=ELSEWHERE)) == 3


# In parts


async def test_twenty_thousand_rows_with_a_broken_one_in_the_middle(database, importing):
    counts, heard = await run(importing, many(20_000, broken=10_000))
    assert counts == {Outcome.IMPORTED: 19_999, Outcome.BROKEN: 1}
    (broken,) = (row for row in heard.rows if row.outcome is Outcome.BROKEN)
    assert (broken.line, broken.words.partition(":")[0]) == (10_002, "Its quotes don't match")
    assert [row.line for row in heard.rows] == list(range(2, 20_002))
    numbers = [number for (number,) in await stored(database, "number")]
    assert numbers == list(range(1, 20_000))
    assert await node(database) == (19_999, 19_999)
    again, _ = await run(importing, many(20_000, broken=10_000))
    assert again == {Outcome.KNOWN: 19_999, Outcome.BROKEN: 1}
    assert await how_many(database) == 19_999


async def test_an_interrupted_run_goes_on_where_it_stopped(database, importing):
    content = many(4 * PART)
    with pytest.raises(KeyboardInterrupt):
        await run(importing, content, heard=Heard(stop_after=2 * PART))
    assert await how_many(database) == 2 * PART
    assert await node(database) == (0, 0)
    counts, heard = await run(importing, content)
    assert counts == {Outcome.KNOWN: 2 * PART, Outcome.IMPORTED: 2 * PART}
    assert [row.buyer for row in heard.rows] == [f"B-{number}" for number in range(1, 4 * PART + 1)]
    assert await node(database) == (4 * PART, 4 * PART)


async def test_two_runs_of_one_file_at_once_store_it_once(database, importing, database_url):
    other = Database(database_url)
    content = many(3 * PART)
    found = await asyncio.gather(run(importing, content), run(BuyerImport(other, StandingClock()), content))
    await other.close()
    assert sum(counts[Outcome.IMPORTED] for counts, _ in found) == 3 * PART
    numbers = [number for (number,) in await stored(database, "number")]
    assert numbers == list(range(1, 3 * PART + 1))


async def test_a_person_who_takes_down_a_buyer_meanwhile_is_met_in_the_next_part(database, importing):
    buyers = Buyers(database, StandingClock())
    rows = f"+1416{2_000_000 + PART}"
    heard = Heard()

    async def between(outcomes):
        if len(heard.rows) == PART:
            await buyers.add(rep(), BuyerDraft("Faster", phone=rows))

    pending = []

    def told(outcomes):
        heard(outcomes)
        pending.append(asyncio.ensure_future(between(outcomes)))

    class Patient(BuyerImport):
        async def _stored(self, *arguments):
            await asyncio.gather(*pending)
            return await super()._stored(*arguments)

    await Patient(database, StandingClock()).run(WHO, a_file(many(2 * PART)), told)
    (met,) = (row for row in heard.rows if row.outcome is Outcome.KNOWN)
    assert (met.line, met.buyer) == (PART + 2, f"B-{PART + 1}")


async def test_each_part_is_one_change_that_an_index_can_follow(database, importing):
    await run(importing, many(2 * PART + 1))
    changes = [no for (no,) in await stored(database, "changed_no")]
    assert changes == [1] * PART + [2] * PART + [3]
    await Buyers(database, StandingClock()).pause(rep(), 1)
    row = await database.read(HERE, lambda tx: find_buyer(tx, number=1))
    assert row.changed_no > 3


# As programs write files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
async def test_a_french_file_in_any_encoding_and_with_any_delimiter(database, importing, encoding, sign):
    rows = [
        ["Prénom", "Nom", "Téléphone", "Courriel", "Secteurs", "Prix max", "Actif"],
        ["Ève", "Côté", "514-555-0101", "eve@x.ca", "Montréal et Québec", "500 000 $", "oui"],
    ]
    content = "\r\n".join(sign.join(row) for row in rows).encode(encoding)
    counts, _ = await run(importing, content)
    assert counts == {Outcome.IMPORTED: 1}
    assert await stored(database, "name", "regions", "max_price", "search_text") == [
        ("Ève Côté", "Montréal et Québec", 500_000, "eve cote montreal et quebec eve x ca 15145550101")
    ]


async def test_what_is_hostile_is_text_like_any_other(database, importing):
    text = f"{HEADER}\n'; DROP TABLE buyer;--,416-555-0101,,<!channel> {{0}}%s,\u202e,,,\n"
    counts, _ = await run(importing, text)
    assert counts == {Outcome.ASKED: 1}
    assert await stored(database, "name", "regions") == [("'; DROP TABLE buyer;--", "<!channel> {0}%s")]
