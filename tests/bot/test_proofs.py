"""A proof: all that is on record about somebody, for admins alone, and that it was taken out is on record too."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from bot.services.actors import Actor
from bot.services.contacts import subject_of
from bot.services.numbered import BuyerNotFound, LeadNotFound
from bot.services.proofs import ProofNotYours, Proofs
from bot.services.subjects import NothingToReach, SubjectUnclear
from domain.consent import ConsentKind
from domain.optout import ALL_MEDIA
from domain.policy import Medium
from domain.proofs import as_json, as_text
from domain.roles import Role
from storage.audit import Change, audit_entry, record
from storage.buyers import change_buyer
from storage.contacts import add_consents, set_zone
from storage.do_not_call import add_dncl_import, add_internal, finish_dncl_import, list_national
from storage.inbound import add_inbound
from storage.leads import change_lead
from storage.opt_outs import OptOut, add_opt_out
from storage.sends import send
from tests.bot.test_do_not_call import rows
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, add_buyer, captured, founded
from tests.storage.test_contact_history import SEND

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
PHONE, EMAIL, DAY = DRAFT.phone, DRAFT.email, date(2026, 3, 1)


def fill(tx):
    """All that can happen at an address."""
    consent = {
        "address": PHONE,
        "kind": ConsentKind.CONTRACT,
        "obtained_on": DAY,
        "recorded_by": "U0REP",
        "created_at": NOW,
    }
    add_consents(tx, [{**consent, "detail": {"in_force": False, "ended_on": "2026-03-02"}}])
    stop = OptOut(PHONE, Medium.SMS, ConsentKind.STOP, NOW, "sms", "STOP", "U0REP", inbound_id=1)
    add_opt_out(tx, stop, now=NOW)
    add_opt_out(tx, replace(stop, scope=ALL_MEDIA, text="START", lifted_at=NOW), now=NOW)
    message = {
        "provider_id": "p1", "medium": "SMS", "address": PHONE, "text": "STOP\n  2026-01-01  forged", "intent": "stop",
        "state": "handled", "received_at": NOW, "recorded_by": "U0REP", "created_at": NOW,
    }  # fmt: skip
    add_inbound(tx, message)
    add_internal(tx, PHONE, DAY, "U0REP", now=NOW)
    facts = {"downloaded_on": DAY, "rows": 1, "area_codes": ["416"], "file_hash": "h", "imported_by": "import"}
    download = add_dncl_import(tx, {**facts, "created_at": NOW})
    list_national(tx, download, [PHONE], now=NOW)
    finish_dncl_import(tx, download, now=NOW)
    set_zone(tx, PHONE, "America/Halifax", by="U0REP", now=NOW)
    tx.connection.execute(insert(send), tx.own(**SEND | {"address": PHONE, "key": "k", "body": "Hi Ann"}))
    after = {"address": PHONE, "medium": "SMS", "reason": "opted_out", "allowed": False, "tried": 1.5}
    record(tx, Change("U0REP", "contact_refused", subject_of(PHONE), after=after, reason="They opted out."), now=NOW)
    other = {"address": PHONE + "9"}
    record(tx, Change("U0REP", "contact_refused", subject_of(PHONE), after=other, reason="Another."), now=NOW)


@pytest.fixture
async def proofs(database):
    """A team with the lead L-1, about whom everything is on record."""
    await founded(database)
    await captured(database)
    await database.write(HERE, fill)
    return Proofs(database, StandingClock())


def counts(proof):
    return {section.name: len(section.entries) for section in proof.sections}


async def test_a_lead_brings_all_their_addresses_and_all_that_is_on_record(proofs):
    proof = await proofs.export(ADMIN, " l-1 ")
    assert (proof.addresses, proof.people, proof.team) == ((PHONE, EMAIL), ("L-1 Ann Seller",), "Test team")
    assert (proof.made_at, proof.made_by) == (NOW, "U0SAM")
    assert counts(proof) == {
        "consents": 4, "opt_outs": 2, "inbound": 1, "do_not_call": 2, "dncl_downloads": 1, "zones": 1, "sends": 1, "audit": 1,
    }  # fmt: skip


async def test_the_text_is_for_people_and_what_others_wrote_cannot_pass_for_an_entry(proofs):
    text = as_text(await proofs.export(ADMIN, "L-1"))
    for line in (
        "  2026-03-01  They have or had a written contract with us, all media",
        "    ended on: 2026-03-02",
        "    lapses on: 2028-03-02",
        "  2026-03-11 15:00 UTC  stop, SMS",
        "  2026-03-11 15:00 UTC  lifted, all media",
        "    text: STOP 2026-01-01 forged",
        "  2026-03-01  internal list",
        "  2026-03-11 15:00 UTC  America/Halifax",
        "    body: Hi Ann",
        "    sentence: They opted out.",
    ):
        assert line in text.splitlines(), line
    assert "Another." not in text


async def test_the_json_has_the_same_entries(proofs):
    read = json.loads(as_json(await proofs.export(ADMIN, "L-1")))
    assert [entry["kind"] for entry in read["consents"]] == ["inquiry"] * 3 + ["contract"]
    assert (read["audit"][0]["reason"], read["audit"][0]["allowed"], read["audit"][0]["tried"]) == (
        "opted_out",
        False,
        "1.5",
    )


@pytest.mark.parametrize(("text", "address"), [("(416) 555-0123", PHONE), ("ANN@Example.com", EMAIL)])
async def test_an_address_that_is_typed_stands_alone(proofs, text, address):
    proof = await proofs.export(ADMIN, text)
    assert (proof.addresses, proof.people) == ((address,), ("L-1 Ann Seller",))


async def test_nothing_on_record_is_an_answer_too(proofs):
    proof = await proofs.export(ADMIN, "604-555-0134")
    assert set(counts(proof).values()) == {0}
    assert "They never opted out." in as_text(proof)
    first = await proofs.export(ADMIN, "604-555-0134")
    assert counts(first)["audit"] == 1, "the export before this one"


async def test_that_somebody_took_a_proof_out_is_in_the_audit_trail(database, proofs):
    await proofs.export(ADMIN, "L-1")
    exports = [
        row for row in await rows(database, audit_entry, "verb", "actor", "subject") if row[0] == "proof_exported"
    ]
    assert exports == [("proof_exported", "U0SAM", subject_of(address)) for address in (PHONE, EMAIL)]


async def test_a_buyer_who_was_removed_can_still_be_proven(database, proofs):
    def removed(tx):
        buyer = add_buyer(tx, phone="+16045550134", email="Bo@Example.com")
        change_buyer(tx, buyer, {"removed_at": NOW, "active": False})
        add_buyer(tx, number=2, phone="+16045550177")

    await database.write(HERE, removed)
    assert (await proofs.export(ADMIN, "B-1")).addresses == ("+16045550134", "bo@example.com")
    assert (await proofs.export(ADMIN, "b2")).people == ("B-2 Buyer 2",)


@pytest.mark.parametrize("role", [Role.REP, Role.APPROVER])
async def test_only_admins_take_a_proof_out(database, proofs, role):
    with pytest.raises(ProofNotYours, match=f"your role is {role.value}"):
        await proofs.export(replace(ADMIN, role=role), "L-1")


async def test_who_is_not_there_or_cannot_be_reached_is_said(database, proofs):
    with pytest.raises(LeadNotFound):
        await proofs.export(ADMIN, "L-9")
    with pytest.raises(BuyerNotFound):
        await proofs.export(ADMIN, "B-9")
    for text in ("Ann", "12", "a@", ""):
        with pytest.raises(SubjectUnclear):
            await proofs.export(ADMIN, text)
    await database.write(HERE, lambda tx: change_lead(tx, 1, {"phone": None, "email": None}))
    with pytest.raises(NothingToReach, match="L-1 has neither"):
        await proofs.export(ADMIN, "L-1")
