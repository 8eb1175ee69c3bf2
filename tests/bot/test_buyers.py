"""Buyers at the service: taken down once, changed by two people at once, paused, removed and found."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from bot.services.actors import Actor
from bot.services.buyer_edits import BuyerEdit, BuyerMoved
from bot.services.buyers import BuyerKnown, Buyers, RemovalNotYours
from bot.services.numbered import BuyerNotFound, BuyerRemoved
from domain.buyers import BuyerDraft, BuyerStatus, PricesReversed
from domain.leads import ContactBasis
from domain.liquidity_sums import Feedback
from domain.policy import Medium
from domain.roles import Role
from storage.audit import audit_entry
from storage.buyers import areas_of, buyer, find_buyer
from storage.contacts import consent_event
from storage.feedback import buyer_feedback_event
from storage.liquidity import buyer_liquidity_node
from storage.requests import RequestKey
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, captured, founded, rep

CHEN = BuyerDraft(
    name="Wei Chen",
    company="Chen Homes",
    phone="+14165550177",
    email="Wei@example.com",
    regions="Hamilton, Narnia",
    property_types="SFH, duplex",
    min_price=Decimal(300_000),
    max_price=Decimal(550_000),
    min_beds=3,
    min_baths=2,
    proof_of_funds_on=date(2026, 2, 1),
    notes="Pays cash.",
    basis=ContactBasis.EXPRESS_WRITTEN,
)
KEY = RequestKey("view:V1", "hash")
LEE = Actor(HERE, "U0LEE", Role.APPROVER)


@pytest.fixture
async def buyers(database):
    await founded(database)
    return Buyers(database, StandingClock())


async def stored(database, number=1):
    return await database.read(HERE, lambda tx: find_buyer(tx, number=number))


async def rows(database, table, *names):
    query = select(*(table.c[name] for name in names)).where(table.c.workspace_id == HERE).order_by(table.c.id)
    return [tuple(row) for row in await database.read(HERE, lambda tx: tx.connection.execute(query).all())]


async def verbs(database):
    return [verb for (verb,) in await rows(database, audit_entry, "verb")]


async def node(database, market="Hamilton", kind="SFR"):
    c = buyer_liquidity_node.c
    query = select(c.buyer_count, c.active_buyer_count).where(c.market == market, c.property_type == kind)
    return tuple(await database.read(HERE, lambda tx: tx.connection.execute(query).one()))


async def edit(buyers, database, who=None, *, seen=None, request=None, **changes):
    """Save the form of B-1 with changes to what it says now, or to `CHEN` when it was opened at the change `seen`."""
    seen = (await stored(database)).changed_no if seen is None else seen
    draft = replace(CHEN, basis=ContactBasis.NONE, **changes)
    await buyers.edit(who or rep(), 1, BuyerEdit(draft, seen, request))


# Taking one down


async def test_a_buyer_is_stored_with_areas_types_consents_and_an_audit_entry(database, buyers):
    assert await buyers.add(rep(), CHEN, KEY) == 1
    row = await stored(database)
    assert (row.name, row.phone, row.regions, row.property_types) == (
        "Wei Chen", "+14165550177", "Hamilton, Narnia", "SFH, duplex",
    )  # fmt: skip
    assert (row.min_price, row.max_price, row.proof_of_funds_on) == (300_000, 550_000, date(2026, 2, 1))
    assert (row.active, row.contacted, row.removed_at, row.created_at) == (True, 0, None, NOW)
    assert await database.read(HERE, lambda tx: areas_of(tx, row.id)) == [("ON", "Hamilton")]
    assert await rows(database, buyer, "types", "search_text", "changed_no") == [
        (3, "wei chen chen homes hamilton narnia wei example com 14165550177", 1)
    ]
    consents = await rows(database, consent_event, "address", "medium", "kind", "source", "recorded_by")
    assert [row[:2] for row in consents] == [
        ("+14165550177", "SMS"), ("+14165550177", "CALL"), ("wei@example.com", "EMAIL"),
    ]  # fmt: skip
    assert {row[2:] for row in consents} == {("express_written", "buyer form", "U0REP")}
    assert await rows(database, audit_entry, "actor", "verb", "subject") == [("U0REP", "buyer_added", "B-1")]


async def test_the_same_request_twice_stores_one_buyer(database, buyers):
    assert [await buyers.add(rep(), CHEN, KEY) for _ in range(2)] == [1, 1]
    assert len(await rows(database, buyer, "id")) == 1


async def test_a_buyer_without_a_place_counts_nowhere_and_is_stored_all_the_same(database, buyers):
    await buyers.add(rep(), BuyerDraft("Ann", email="ann@example.com"))
    assert (await stored(database)).regions is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "other@example.com"}, "phone"),
        ({"phone": "+14165550178", "email": "WEI@EXAMPLE.com"}, "email"),
        ({"phone": None}, "email"),
    ],
)
async def test_a_contact_that_a_standing_buyer_has_is_refused_at_its_field(database, buyers, changes, field):
    await buyers.add(rep(), CHEN)
    with pytest.raises(BuyerKnown, match="B-1, Wei Chen, has this") as known:
        await buyers.add(rep(), replace(CHEN, name="Other", **changes))
    assert known.value.field == field
    assert len(await rows(database, buyer, "id")) == 1


async def test_a_removed_buyers_contact_is_free_again(database, buyers):
    await buyers.add(rep(), CHEN)
    await buyers.remove(LEE, 1)
    assert await buyers.add(rep(), CHEN) == 2


async def test_the_same_contact_at_once_is_stored_once(database, buyers):
    answers = await asyncio.gather(
        *(buyers.add(rep(user_id=f"U{turn}"), CHEN) for turn in range(6)), return_exceptions=True
    )
    assert [answer for answer in answers if answer == 1] == [1]
    assert sum(isinstance(answer, BuyerKnown) for answer in answers) == 5


async def test_twenty_at_once_get_twenty_numbers_and_changes(database, buyers):
    drafts = [replace(CHEN, phone=f"+1416555{turn:04}", email=None) for turn in range(100, 120)]
    numbers = await asyncio.gather(*(buyers.add(rep(), draft) for draft in drafts))
    assert sorted(numbers) == list(range(1, 21))
    changes = [no for (no,) in await rows(database, buyer, "changed_no")]
    assert sorted(changes) == list(range(1, 21))
    assert await node(database) == (20, 20)


async def test_the_same_contact_in_two_workspaces_is_two_buyers(database, buyers):
    await founded(database, ELSEWHERE)
    await buyers.add(rep(), CHEN)
    assert await buyers.add(rep(ELSEWHERE), CHEN) == 1


# Changing one


async def test_an_edit_changes_what_was_changed_and_all_that_follows(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, regions="Windsor", property_types="LAND", phone="+14165550178")
    assert await rows(database, buyer, "types", "search_text", "changed_no") == [
        (8, "wei chen chen homes windsor wei example com 14165550178", 2)
    ]
    assert await database.read(HERE, lambda tx: areas_of(tx, 1)) == [("ON", "Windsor")]
    assert (await node(database), await node(database, "Windsor", "LAND")) == ((0, 0), (1, 1))
    (_, entry) = await rows(database, audit_entry, "verb", "before", "after")
    assert entry == (
        "buyer_edited",
        {"phone": "+14165550177", "regions": "Hamilton, Narnia", "property_types": "SFH, duplex"},
        {"phone": "+14165550178", "regions": "Windsor", "property_types": "LAND", "changed_no": 2},
    )


async def test_an_edit_without_a_change_leaves_no_trace(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, property_types="SFR, MF", min_price=Decimal("300000.00"))
    assert (await stored(database)).property_types == "SFH, duplex"
    assert await verbs(database) == ["buyer_added"]


async def test_an_edit_that_is_delivered_twice_is_done_once(database, buyers):
    await buyers.add(rep(), CHEN)
    for _ in range(2):
        await edit(buyers, database, notes="Moved to Windsor.", request=KEY)
    assert await verbs(database) == ["buyer_added", "buyer_edited"]


async def test_consent_that_an_edit_brings_is_added_to_the_ledger(database, buyers):
    await buyers.add(rep(), replace(CHEN, basis=ContactBasis.NONE))
    draft = replace(CHEN, basis=ContactBasis.EXPRESS_ORAL, media=frozenset({Medium.CALL}))
    await buyers.edit(rep(), 1, BuyerEdit(draft, 1))
    assert await rows(database, consent_event, "medium", "kind") == [("CALL", "express_oral")]
    assert await verbs(database) == ["buyer_added"]


async def test_an_edit_may_keep_its_own_contact_and_not_take_anothers(database, buyers):
    await buyers.add(rep(), CHEN)
    await buyers.add(rep(), replace(CHEN, name="Bo", phone="+14165550188", email="bo@example.com"))
    await edit(buyers, database, notes="x", email="wei@EXAMPLE.com")
    with pytest.raises(BuyerKnown, match="B-2, Bo, has this phone number") as known:
        await edit(buyers, database, phone="+14165550188")
    assert known.value.field == "phone"
    with pytest.raises(BuyerKnown, match="B-2, Bo, has this e-mail address"):
        await edit(buyers, database, email="BO@example.com")


async def test_two_people_who_change_different_fields_both_get_what_they_typed(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, LEE, seen=1, max_price=Decimal(600_000), regions="Windsor")
    await edit(buyers, database, seen=1, notes="Wants a garage.", min_price=Decimal(250_000))
    row = await stored(database)
    assert (row.min_price, row.max_price, row.regions, row.notes) == (250_000, 600_000, "Windsor", "Wants a garage.")
    assert await database.read(HERE, lambda tx: areas_of(tx, 1)) == [("ON", "Windsor")]


async def test_two_people_who_change_one_field_are_told_and_the_first_stands(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, LEE, seen=1, max_price=Decimal(600_000))
    with pytest.raises(BuyerMoved, match=r'Somebody changed this to "600,000\.00" at 11:00') as moved:
        await edit(buyers, database, seen=1, max_price=Decimal(700_000), notes="Never saved.")
    assert moved.value.field == "max_price"
    row = await stored(database)
    assert (row.max_price, row.notes) == (600_000, "Pays cash.")
    await edit(buyers, database, seen=1, max_price=Decimal(600_000), notes="Saved.")
    assert (await stored(database)).notes == "Saved."


async def test_a_field_that_was_emptied_meanwhile_is_told_as_nothing(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, LEE, seen=1, company=None)
    with pytest.raises(BuyerMoved, match="changed this to nothing"):
        await edit(buyers, database, seen=1, company="Chen Bros")


async def test_of_several_edits_meanwhile_the_first_tells_what_the_form_showed(database, buyers):
    await buyers.add(rep(), CHEN)
    for price in (600_000, 650_000):
        await edit(buyers, database, LEE, max_price=Decimal(price))
    await edit(buyers, database, seen=1, notes="Left the price alone.")
    row = await stored(database)
    assert (row.max_price, row.notes) == (650_000, "Left the price alone.")


async def test_two_edits_that_only_together_break_a_rule_are_refused(database, buyers):
    await buyers.add(rep(), CHEN)
    await edit(buyers, database, LEE, seen=1, max_price=Decimal(350_000))
    with pytest.raises(PricesReversed):
        await edit(buyers, database, seen=1, min_price=Decimal(400_000))


async def test_two_people_at_once_lose_nothing_and_the_second_hears_of_the_first(database, buyers):
    await buyers.add(rep(), CHEN)
    answers = await asyncio.gather(
        edit(buyers, database, rep(user_id="U0ANN"), seen=1, notes="Ann's", min_beds=4),
        edit(buyers, database, rep(user_id="U0LEE"), seen=1, notes="Lee's", min_baths=3),
        edit(buyers, database, rep(user_id="U0BO"), seen=1, company="Bo's"),
        return_exceptions=True,
    )
    (told,) = filter(None, answers)
    assert isinstance(told, BuyerMoved)
    row = await stored(database)
    ann_first = row.notes == "Ann's"
    assert (row.min_beds, row.min_baths, row.company) == ((4, 2, "Bo's") if ann_first else (3, 3, "Bo's"))
    assert await verbs(database) == ["buyer_added", "buyer_edited", "buyer_edited"]


async def test_feedback_and_a_pause_meanwhile_are_no_other_edit(database, buyers):
    await buyers.add(rep(), CHEN)
    await buyers.pause(LEE, 1)
    await edit(buyers, database, seen=1, notes="Saved.")
    row = await stored(database)
    assert (row.notes, row.active) == ("Saved.", False)


# Pausing, resuming, removing


async def test_a_paused_buyer_counts_as_a_buyer_but_not_as_an_active_one(database, buyers):
    await buyers.add(rep(), CHEN)
    assert await node(database) == (1, 1)
    assert [await buyers.pause(rep(), 1) for _ in range(2)] == [True, False]
    assert await node(database) == (1, 0)
    assert (await buyers.card(rep(), 1)).status is BuyerStatus.PAUSED
    assert [await buyers.resume(rep(), 1) for _ in range(2)] == [True, False]
    assert await node(database) == (1, 1)
    assert await verbs(database) == ["buyer_added", "buyer_paused", "buyer_resumed"]


async def test_a_removed_buyer_is_gone_for_everybody_and_nothing_of_theirs_is_erased(database, buyers):
    await buyers.add(rep(), CHEN)
    with pytest.raises(RemovalNotYours, match="your role is rep"):
        await buyers.remove(rep(), 1)
    await buyers.remove(LEE, 1)
    row = await stored(database)
    assert (row.removed_at, row.active, row.phone, row.notes) == (NOW, False, "+14165550177", "Pays cash.")
    assert len(await rows(database, consent_event, "id")) == 3
    assert (await buyers.find(rep(), "chen"), (await buyers.newest(rep())).standing) == ([], 0)
    assert await node(database) == (0, 0)
    for refused in (buyers.card(rep(), 1), buyers.pause(rep(), 1), buyers.remove(LEE, 1)):
        with pytest.raises(BuyerRemoved, match="B-1 was removed on 11 Mar 2026"):
            await refused
    with pytest.raises(BuyerRemoved):
        await edit(buyers, database, notes="too late")


async def test_a_number_that_nobody_has_is_said_to_be_none(buyers):
    with pytest.raises(BuyerNotFound, match="There is no buyer B-7 here"):
        await buyers.card(rep(), 7)


async def test_each_change_takes_a_number_that_nobody_had_before(database, buyers):
    await buyers.add(rep(), CHEN)
    seen = [(await stored(database)).changed_no]
    for change in (
        buyers.pause(rep(), 1),
        buyers.resume(rep(), 1),
        edit(buyers, database, notes="x"),
        buyers.remove(LEE, 1),
    ):
        await change
        seen.append((await stored(database)).changed_no)
    assert seen == sorted(set(seen))


# Showing and finding


async def test_the_card_tells_consents_answers_and_who_may_remove(database, buyers):
    await buyers.add(rep(), CHEN)
    lead = await captured(database)

    answer = {
        "buyer_id": 1, "deal_id": lead.deal_id, "province": "ON", "market": "Toronto", "property_type": "SFR",
        "event": Feedback.RESPONDED, "correlation_id": f"feedback:{lead.deal_id}", "detail": {}, "created_at": NOW,
    }  # fmt: skip
    query = insert(buyer_feedback_event)
    await database.write(HERE, lambda tx: tx.connection.execute(query, tx.own(**answer)))
    card = await buyers.card(rep(), 1)
    assert [(given.deal_number, given.event, given.at) for given in card.answers] == [(1, Feedback.RESPONDED, NOW)]
    assert (len(card.consents), card.today, card.may_remove) == (3, date(2026, 3, 11), False)
    assert (await buyers.card(LEE, 1)).may_remove


@pytest.mark.parametrize("text", ["chen", "WEI homes", "wei@example.com", "416-555-0177", "narnia", "B chen"])
async def test_find_looks_at_name_company_areas_and_contacts(buyers, text):
    await buyers.add(rep(), CHEN)
    expected = [] if text.startswith("B ") else [1]
    assert [found.number for found in await buyers.find(rep(), text)] == expected


async def test_find_of_nothing_finds_nothing(buyers):
    await buyers.add(rep(), CHEN)
    assert await buyers.find(rep(), " ,. ") == []


async def test_the_list_is_the_newest_ten_and_counts_them_all(database, buyers):
    for turn in range(12):
        await buyers.add(rep(), BuyerDraft(f"Buyer {turn}", phone=f"+1416555{100 + turn:04}"))
    await buyers.pause(rep(), 12)
    shown = await buyers.newest(rep())
    assert [one.number for one in shown.buyers] == list(range(12, 2, -1))
    assert (shown.standing, shown.active) == (12, 11)


async def test_today_is_the_members_own(database):
    late = Buyers(database, StandingClock(NOW.replace(hour=5) + timedelta(days=1)))
    assert late.today(Actor(HERE, "U0REP", zone="America/Vancouver")) == date(2026, 3, 11)
    assert late.today(Actor(HERE, "U0REP", zone="America/Toronto")) == date(2026, 3, 12)
