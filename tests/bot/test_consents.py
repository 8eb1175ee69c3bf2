"""Recording consent: which entries follow, who may, what is refused, and that nothing is ever changed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.services.actors import Actor
from bot.services.consent_intake import NO_ROLE, NO_SOLICITATION, ONLY_ZONE, read_consent
from bot.services.consents import ConsentBook, ConsentNotYours, ConsentSubject, NobodyToReach, Recorded
from bot.services.numbered import BuyerNotFound, LeadNotFound
from domain.consent import ConsentKind
from domain.consent_draft import ConsentDraft, ConsentInFuture, EndInFuture, MediumUnreachable
from domain.leads import ContactBasis
from domain.policy import Medium
from domain.roles import Role
from storage.audit import audit_entry
from storage.contact_history import zones_said
from storage.contacts import ledger_of, zone_of
from storage.leads import change_lead
from storage.requests import RequestKey
from tests.bot.test_do_not_call import rows
from tests.storage.builders import DRAFT, HERE, StandingClock, add_buyer, captured, founded, rep

PHONE, EMAIL = DRAFT.phone, DRAFT.email
TODAY = date(2026, 3, 11)
KEY = RequestKey("view:V1", "hash")
LEAD, BUYER = ConsentSubject(True, 1), ConsentSubject(False, 1)
WRITTEN = ConsentDraft(ConsentKind.EXPRESS_WRITTEN, TODAY, wording="Text me.", source="form", evidence="form 7")


@pytest.fixture
async def book(database):
    """A ledger with the lead L-1 of U0REP, who is in Toronto and came without consent, and the buyer B-1."""
    await founded(database)
    await captured(database, basis=ContactBasis.NONE)
    await database.write(HERE, lambda tx: add_buyer(tx, phone=PHONE, email="B@Example.com"))
    return ConsentBook(database, StandingClock())


async def ledger(database, *addresses):
    return await database.read(HERE, lambda tx: ledger_of(tx, addresses or [PHONE, EMAIL]))


async def test_an_entry_for_each_medium_that_reaches_them_with_all_that_was_said(database, book):
    done = await book.record(rep(), LEAD, WRITTEN, KEY)
    assert done == Recorded(tuple(Medium), lacks_evidence=False, zone=None)
    entries = await ledger(database)
    assert [(entry.address, entry.medium) for entry in entries] == [
        (PHONE, Medium.SMS), (PHONE, Medium.CALL), (EMAIL, Medium.EMAIL),
    ]  # fmt: skip
    assert {(e.kind, e.obtained_on, e.wording, e.source, e.evidence, e.recorded_by) for e in entries} == {
        (ConsentKind.EXPRESS_WRITTEN, TODAY, "Text me.", "form", "form 7", "U0REP")
    }
    ((verb, subject, after),) = await rows(database, audit_entry, "verb", "subject", "after")
    assert (verb, subject, after["media"]) == ("consent_recorded", "L-1", ["SMS", "CALL", "EMAIL"])


async def test_only_what_was_ticked_is_covered(database, book):
    done = await book.record(rep(), LEAD, replace(WRITTEN, media=frozenset({Medium.EMAIL})), KEY)
    assert done.media == (Medium.EMAIL,)
    assert [entry.address for entry in await ledger(database)] == [EMAIL]


async def test_the_same_form_twice_is_one_entry_and_the_same_answer(database, book):
    first = await book.record(rep(), LEAD, WRITTEN, KEY)
    assert await book.record(rep(), LEAD, WRITTEN, KEY) == first
    assert len(await ledger(database)) == 3
    assert len(await rows(database, audit_entry, "id")) == 1


async def test_express_consent_without_evidence_is_kept_and_said_not_to_count(database, book):
    done = await book.record(rep(), LEAD, replace(WRITTEN, evidence=None), KEY)
    assert done.lacks_evidence
    assert [entry.is_proven for entry in await ledger(database)] == [False, False, False]


async def test_a_buyers_consent_is_kept_by_the_key_of_their_address(database, book):
    await book.record(rep(), BUYER, replace(WRITTEN, media=frozenset({Medium.EMAIL})), KEY)
    (entry,) = await ledger(database, "b@example.com")
    assert entry.kind is ConsentKind.EXPRESS_WRITTEN


async def test_what_a_kind_needs_besides_is_kept(database, book):
    contract = ConsentDraft(ConsentKind.CONTRACT, date(2026, 1, 1), ended_on=date(2026, 2, 1))
    await book.record(rep(), LEAD, contract, KEY)
    event = (await ledger(database))[0].event()
    assert (event.in_force, event.ended_on) == (False, date(2026, 2, 1))


async def test_where_they_live_is_set_for_all_their_addresses_with_or_without_consent(database, book):
    done = await book.record(rep(), LEAD, ConsentDraft(None, TODAY, zone="America/Halifax"), KEY)
    assert done == Recorded((), lacks_evidence=False, zone="America/Halifax")
    assert await ledger(database) == []
    found = await database.read(HERE, lambda tx: [zone_of(tx, [address]) for address in (PHONE, EMAIL)])
    assert found == ["America/Halifax"] * 2
    (row, _) = await database.read(HERE, lambda tx: zones_said(tx, [PHONE, EMAIL]))
    assert row.set_by == "U0REP"
    assert (await book.ask(rep(), LEAD)).zone == "America/Halifax"


@pytest.mark.parametrize("draft", [WRITTEN, ConsentDraft(ConsentKind.CONTRACT, TODAY, ended_on=TODAY)])
async def test_today_is_the_recipients_own_day(database, book, draft):
    early = ConsentBook(database, StandingClock(datetime(2026, 3, 11, 3, 59, tzinfo=UTC)))
    with pytest.raises(ConsentInFuture, match=r"where they live it is 10 Mar 2026"):
        await early.record(rep(), LEAD, draft, KEY)
    assert await ledger(database) == []
    told = replace(draft, zone="America/St_Johns")
    assert (await early.record(rep(), LEAD, told, KEY)).media
    assert (await early.ask(rep(), LEAD)).today == TODAY


async def test_a_contract_that_ends_tomorrow_is_in_force(book):
    with pytest.raises(EndInFuture):
        await book.record(rep(), LEAD, ConsentDraft(ConsentKind.CONTRACT, TODAY, ended_on=date(2026, 3, 12)), KEY)


async def test_a_medium_without_an_address_is_refused(database, book):
    await database.write(HERE, lambda tx: change_lead(tx, 1, {"email": None}))
    with pytest.raises(MediumUnreachable, match="no e-mail address on record"):
        await book.record(rep(), LEAD, replace(WRITTEN, media=frozenset({Medium.EMAIL})), KEY)
    assert (await book.record(rep(), LEAD, WRITTEN, KEY)).media == (Medium.SMS, Medium.CALL)


async def test_an_e_mail_address_alone_is_enough_and_nothing_at_all_is_not(database, book):
    await database.write(HERE, lambda tx: change_lead(tx, 1, {"phone": None}))
    assert (await book.ask(rep(), LEAD)).phone is None
    assert (await book.record(rep(), LEAD, WRITTEN, KEY)).media == (Medium.EMAIL,)
    await database.write(HERE, lambda tx: change_lead(tx, 1, {"email": None}))
    with pytest.raises(NobodyToReach, match="L-1 has neither"):
        await book.ask(rep(), LEAD)


@pytest.mark.parametrize(
    ("role", "user", "may"),
    [
        (Role.REP, "U0REP", True), (Role.REP, "U0OTHER", False), (Role.APPROVER, "U0OTHER", True),
        (Role.ADMIN, "U0OTHER", True),
    ],
)  # fmt: skip
async def test_reps_record_for_their_own_leads_the_others_for_all(book, role, user, may):
    who = Actor(HERE, user, role)
    if may:
        assert (await book.ask(who, LEAD)).person == DRAFT.name
        await book.record(who, LEAD, WRITTEN, KEY)
        return
    with pytest.raises(ConsentNotYours, match="L-1 is another rep's"):
        await book.ask(who, LEAD)
    with pytest.raises(ConsentNotYours):
        await book.record(who, LEAD, WRITTEN, KEY)


async def test_everyone_records_for_an_unassigned_lead(database, book):
    await database.write(HERE, lambda tx: change_lead(tx, 1, {"rep_id": None}))
    assert await book.ask(Actor(HERE, "U0OTHER"), LEAD)


async def test_who_is_not_there_is_said_not_to_be_there(book):
    with pytest.raises(LeadNotFound):
        await book.ask(rep(), ConsentSubject(True, 9))
    with pytest.raises(BuyerNotFound):
        await book.ask(rep(), ConsentSubject(False, 9))


# What a form says


def read(**values):
    return read_consent(values, today=TODAY)


def test_a_form_is_read_field_by_field():
    assert read(
        kind="contract", media=["SMS"], obtained_on="2026-01-02", ended_on="2026-02-01", wording=" ok ", zone="America/Regina",
    ) == ConsentDraft(
        ConsentKind.CONTRACT, date(2026, 1, 2), frozenset({Medium.SMS}), wording="ok", ended_on=date(2026, 2, 1),
        zone="America/Regina",
    )  # fmt: skip
    published = read(kind="publication", about=[NO_SOLICITATION, NO_ROLE])
    assert (published.no_solicitation, published.business_role, published.obtained_on) == (True, False, TODAY)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "kind"), ({"kind": ONLY_ZONE}, "kind"), ({"kind": "stop"}, "kind"), ({"kind": "nonsense"}, "kind"),
        ({"kind": "referral"}, "referrer"), ({"kind": "inquiry", "obtained_on": "soon"}, "obtained_on"),
        ({"kind": "contract", "ended_on": "2026-03-10"}, "ended_on"), ({"kind": "inquiry", "media": ["FAX"]}, "media"),
        ({"kind": "inquiry", "evidence": "x" * 2_001}, "evidence"), ({"kind": ONLY_ZONE, "zone": "Mars"}, "kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(values, field):
    assert list(read(**values)) == [field]


def test_where_they_live_alone_is_enough():
    assert read(kind=ONLY_ZONE, zone="America/Regina") == ConsentDraft(None, TODAY, zone="America/Regina")
