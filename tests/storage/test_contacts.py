"""The consent ledger and the zones that people said: added to, read back whole, and read as the law reads them."""

from datetime import UTC, date, datetime

import pytest

from domain.consent import ConsentEvent, ConsentKind
from domain.leads import ContactBasis
from domain.policy import Medium
from storage.contacts import add_consents, ledger_of, set_zone, zone_of
from tests.storage.builders import HERE, NOW, founded

ANN, BOB = "+14165550134", "bob@example.com"
DAY = date(2026, 2, 1)


@pytest.fixture
async def team(database):
    """An open database with a workspace."""
    await founded(database)
    return database


def row(**facts):
    basis = {"address": ANN, "kind": ConsentKind.INQUIRY, "obtained_on": DAY, "recorded_by": "U0REP", "created_at": NOW}
    return basis | facts


async def added(database, *rows):
    await database.write(HERE, lambda tx: add_consents(tx, rows))
    return await database.read(HERE, lambda tx: ledger_of(tx, [ANN, BOB]))


async def test_an_entry_comes_back_with_all_that_was_written(team):
    at = datetime(2026, 2, 1, 3, 30, tzinfo=UTC)
    facts = {
        "medium": "SMS", "wording": "yes", "source": "form", "evidence": "form 7", "happened_at": at, "opt_in": False,
        "referrer": "Jo Li", "detail": {"in_force": True},
    }  # fmt: skip
    (entry,) = await added(team, row(**facts))
    assert {name: getattr(entry, name) for name in facts} == facts | {"medium": Medium.SMS}
    assert (entry.address, entry.kind, entry.obtained_on, entry.recorded_by, entry.created_at) == (
        ANN, ConsentKind.INQUIRY, DAY, "U0REP", NOW,
    )  # fmt: skip
    assert entry.event().at == at


async def test_what_is_left_out_counts_as_opted_in_for_every_medium(team):
    (entry,) = await added(team, row())
    assert entry.event() == ConsentEvent(ConsentKind.INQUIRY, DAY)
    assert (entry.medium, entry.opt_in, entry.detail) == (None, True, {})


async def test_the_ledger_is_read_oldest_first_for_the_addresses_that_are_asked(team):
    entries = await added(team, row(address=BOB), row(), row(address="x@example.com"))
    assert [entry.address for entry in entries] == [BOB, ANN]
    assert await team.read(HERE, lambda tx: ledger_of(tx, [])) == []


@pytest.mark.parametrize("basis", [basis for basis in ContactBasis if basis is not ContactBasis.NONE])
async def test_every_answer_of_a_leads_form_is_a_kind_of_consent(team, basis):
    (entry,) = await added(team, row(kind=basis))
    assert entry.event().kind.value == basis.value


@pytest.mark.parametrize(
    ("kind", "evidence", "proven"),
    [
        ("express_oral", None, False), ("express_oral", "  ", False), ("express_oral", "call 9", True),
        ("express_written", None, False), ("express_written", "form 7", True), ("inquiry", None, True),
        ("contract", None, True),
    ],
)  # fmt: skip
async def test_express_consent_needs_evidence_and_what_follows_from_a_deed_does_not(team, kind, evidence, proven):
    (entry,) = await added(team, row(kind=kind, evidence=evidence))
    assert (entry.is_proven, entry.event().has_evidence) == (proven, proven)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"in_force": False, "ended_on": "2026-01-31"}, {"in_force": False, "ended_on": date(2026, 1, 31)}),
        ({"in_force": True}, {"in_force": True, "ended_on": None}),
        ({"no_solicitation": True, "business_role": False}, {"no_solicitation": True, "business_role": False}),
        ({"requested_by_message": True}, {"requested_by_message": True}),
        ({"in_force": "no", "business_role": None, "no_solicitation": 1, "requested_by_message": "maybe"},
         {"in_force": False, "business_role": False, "no_solicitation": True, "requested_by_message": True}),
    ],
)  # fmt: skip
async def test_what_a_kind_needs_besides_is_read_and_whatever_is_odd_counts_against_the_sender(team, detail, said):
    (entry,) = await added(team, row(kind="contract", detail=detail))
    event = entry.event()
    assert {name: getattr(event, name) for name in said} == said


async def test_the_zone_that_was_said_last_counts(team):
    assert await team.read(HERE, lambda tx: zone_of(tx, [ANN])) is None

    def said(tx):
        set_zone(tx, ANN, "America/Halifax", by="U0REP", now=NOW)
        set_zone(tx, ANN, "America/Toronto", by="U0SAM", now=NOW)
        set_zone(tx, BOB, "America/Regina", by="U0SAM", now=NOW)

    await team.write(HERE, said)
    zones = await team.read(HERE, lambda tx: [zone_of(tx, [address]) for address in (ANN, BOB)])
    assert zones == ["America/Toronto", "America/Regina"]
