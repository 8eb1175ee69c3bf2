"""The one question asked of real rows: each table speaks, refusals are kept, and a failure inside is a refusal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from bot.services import contacts as asking
from bot.services.contacts import Contacts, ContactWish
from domain.consent import MessageKind
from domain.content import Language, Sender, footer
from domain.gate import Stated
from domain.kpis import kpi_named
from domain.leads import ContactBasis
from domain.policy import Medium
from domain.zones import ZoneReport
from storage.audit import audit_entry
from storage.contacts import consent_event, contact_zone
from storage.database import DatabaseUnavailable
from storage.do_not_call import dncl_import, do_not_call
from storage.inbound import inbound_message
from storage.kpis import kpi_event
from storage.opt_outs import opt_out
from storage.pauses import market_pause
from storage.policies import market_policy
from storage.sends import send
from storage.workspaces import workspace
from tests.storage.builders import DRAFT, HERE, NOW, StandingClock, captured, founded, rep

SENDER = Sender("Maple Homes", "1 Main St, Hamilton ON", "+19055550100", "hello@maple.example")
BODY = f"Hi Ann. {footer(SENDER, Medium.SMS, language=Language.EN)}"
MAIL = f"Hi Ann.\n{footer(SENDER, Medium.EMAIL, language=Language.EN, unsubscribe_url='https://maple.example/u/1')}"
TEXT = ContactWish(Medium.SMS, DRAFT.phone, "send:1", body=BODY)
CALL = ContactWish(Medium.CALL, DRAFT.phone, "call:1")
EMAIL = ContactWish(Medium.EMAIL, "ann@example.com", "send:2", body=MAIL)
NIGHT = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)
"""Wednesday 20:30 in Toronto."""


@pytest.fixture
async def team(database):
    """A workspace that is set up, with one lead in Toronto who contacted us first, and a fresh national list."""
    await founded(database)
    await captured(database)

    def fill(tx):
        values = {"business_name": SENDER.business_name, "mailing_address": SENDER.mailing_address}
        values |= {"contact_phone": SENDER.phone, "contact_email": SENDER.email}
        tx.connection.execute(update(workspace).values(values))
        fresh = {"downloaded_on": date(2026, 3, 1), "rows": 1, "area_codes": ["416"], "file_hash": "h"}
        tx.connection.execute(
            insert(dncl_import), tx.own(**fresh, imported_by="U0SAM", finished_at=NOW, created_at=NOW)
        )

    await database.write(HERE, fill)
    return database


def gate(database, *, at=NOW, **others):
    return Contacts(database, StandingClock(at), **others)


async def add(database, table, **values):
    await database.write(HERE, lambda tx: tx.connection.execute(insert(table), tx.own(**{"created_at": NOW, **values})))


async def kept(database, table):
    return await database.read(HERE, lambda tx: [row._asdict() for row in tx.connection.execute(select(table))])


@pytest.mark.parametrize("wish", [TEXT, CALL, EMAIL], ids=lambda wish: wish.medium.value)
async def test_a_seller_who_contacted_us_first_may_be_contacted_in_the_window(team, wish):
    verdict = await gate(team).may_contact(rep(), wish)

    assert verdict.allowed, verdict
    assert verdict.policy == "ON/Toronto"
    assert list(verdict.local_times) == ["America/Toronto"]
    assert [row for row in await kept(team, audit_entry) if row["verb"] == asking.REFUSED] == []


OPTED_OUT = {
    "address": DRAFT.phone, "scope": "sms", "kind": "stop", "at": NOW - timedelta(hours=1), "source": "sms",
    "text": "STOP", "recorded_by": "inbound",
}  # fmt: skip
SENT = {
    "medium": "SMS", "address": DRAFT.phone, "body": "Hi", "state": "sent", "due_at": NOW, "attempt_count": 1,
    "correlation_id": "send:7", "metadata": {}, "created_by": "U0REP", "settled_at": NOW - timedelta(hours=1),
}  # fmt: skip
WAITS = {
    "provider_id": "SM1", "medium": "SMS", "address": DRAFT.phone, "text": "trying to stop the foreclosure",
    "intent": "ambiguous", "state": "needs_person", "received_at": NOW, "recorded_by": "inbound",
}  # fmt: skip
PAUSED = {"province": "ON", "market": "Toronto", "paused_by": "U0SAM", "paused_at": NOW, "reason": "a complaint"}
LISTED = {"number": DRAFT.phone, "list": "internal", "since": date(2026, 3, 1), "added_by": "U0REP"}


@pytest.mark.parametrize(
    ("table", "values", "wish", "reason"),
    [
        (opt_out, OPTED_OUT, TEXT, "block_opted_out"),
        (market_pause, PAUSED, TEXT, "paused"),
        (inbound_message, WAITS, TEXT, "reply_waits"),
        (do_not_call, LISTED, CALL, "block_internal_dnc"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_row_of_each_table_is_heeded(team, table, values, wish, reason):
    await add(team, table, **values)

    verdict = await gate(team).may_contact(rep(), wish)

    assert (verdict.allowed, verdict.reason) == (False, reason)


NO_CONTACT = OPTED_OUT | {"scope": "all", "kind": "do_not_call", "text": "do not contact me again"}


@pytest.mark.parametrize(
    ("changed", "allowed"),
    [
        ({}, False),
        ({"kind": "withdrawn"}, False),
        ({"kind": "wrong_person"}, True),
        ({"scope": "sms", "kind": "stop"}, True),
    ],
    ids=["no contact", "withdrawn", "wrong person", "stop by text"],
)
async def test_who_wants_no_contact_is_left_alone_at_every_address_on_their_record(team, changed, allowed):
    await add(team, opt_out, **NO_CONTACT | changed)

    assert (await gate(team).may_contact(rep(), EMAIL)).allowed is allowed


async def test_two_contacts_a_day_are_enough(team):
    for number in (1, 2):
        await add(team, send, key=f"k{number}", **SENT)

    verdict = await gate(team).may_contact(rep(), TEXT)

    assert (verdict.reason, verdict.next_open_at) == ("cap_reached", datetime(2026, 3, 12, 13, tzinfo=UTC))


async def test_contacts_of_yesterday_do_not_count_today(team):
    for number in (1, 2):
        await add(team, send, key=f"k{number}", **SENT | {"settled_at": NOW - timedelta(hours=12)})

    assert (await gate(team).may_contact(rep(), TEXT)).allowed


async def test_the_kill_switch_of_the_team_stops_everything(team):
    paused = {"outreach_paused": True, "outreach_paused_by": "U0SAM", "outreach_paused_at": NOW}
    paused["outreach_paused_reason"] = "audit"
    await team.write(HERE, lambda tx: tx.connection.execute(update(workspace).values(paused)))

    assert (await gate(team).may_contact(rep(), CALL)).reason == "paused"


async def test_wrong_time_zones_stop_everything(team):
    wrong = ZoneReport(False, "2025b", ("America/Vancouver is off.",))

    verdict = await gate(team, canary=lambda: wrong).may_contact(rep(), TEXT)

    assert (verdict.reason, verdict.tzdata_version) == ("zones_wrong", "2025b")
    assert "America/Vancouver is off." in verdict.sentence


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (replace(TEXT, body="Hi Ann."), "block_missing_identification"),
        (replace(TEXT, address="+14165550199"), "block_no_consent"),
        (replace(TEXT, address="+12125550199"), "block_no_consent"),
        (replace(CALL, address="+14375550199"), "block_stale_list"),
        (replace(CALL, address="+12125550199"), "block_stale_list"),
        (replace(EMAIL, address="stranger@example.com"), "block_no_consent"),
    ],
)
async def test_what_is_not_known_is_a_no(team, wish, reason):
    assert (await gate(team).may_contact(rep(), wish)).reason == reason


async def test_a_stranger_who_asked_for_a_reply_but_whose_zone_nobody_knows_is_blocked(team):
    wish = replace(EMAIL, address="stranger@example.com", kind=MessageKind.REPLY)

    verdict = await gate(team).may_contact(rep(), wish)

    assert (verdict.allowed, verdict.reason, verdict.local_times) == (False, "no_policy", {})


async def test_a_number_from_elsewhere_brings_its_own_clock(team):
    there = "+16045550123"
    await captured(team, phone=there, email=None)
    at_nine = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)  # 09:30 in Toronto, 06:30 in Vancouver

    verdict = await gate(team, at=at_nine).may_contact(rep(), replace(TEXT, address=there))

    assert set(verdict.local_times) == {"America/Toronto", "America/Vancouver"}
    assert (verdict.reason, verdict.next_open_at) == ("outside_window", datetime(2026, 3, 11, 16, tzinfo=UTC))


async def test_a_zone_that_a_person_set_stands_alone(team):
    await add(team, contact_zone, address=DRAFT.phone, zone="America/Vancouver", set_by="U0REP")

    verdict = await gate(team).may_contact(rep(), TEXT)

    assert list(verdict.local_times) == ["America/Vancouver"]


async def test_a_refusal_is_kept_as_a_kpi_event_without_the_address_and_in_the_audit_trail_with_it(team):
    verdict = await gate(team, at=NIGHT).may_contact(rep(), TEXT)

    (event,) = [row for row in await kept(team, kpi_event) if row["correlation_id"] == "send:1"]
    (entry,) = [row for row in await kept(team, audit_entry) if row["verb"] == asking.REFUSED]
    assert kpi_named(event["domain"], event["metric"]) is asking.BLOCKED[Medium.SMS]
    assert (event["success"], event["detail"]["reason"]) == (False, "outside_window")
    assert DRAFT.phone not in str(event)
    assert (entry["subject"], entry["actor"]) == (asking.subject_of(DRAFT.phone), "U0REP")
    assert (entry["after"]["policy_version"], entry["after"]["tzdata"]) == (1, verdict.tzdata_version)
    assert entry["reason"] == verdict.sentence


async def test_a_stated_time_is_kept_whatever_the_answer(team):
    allowed = await gate(team).may_contact(rep(), replace(TEXT, stated=Stated(2, "1000")))
    refused = await gate(team).may_contact(rep(), replace(TEXT, stated=Stated(2, "2300")))

    assert (allowed.allowed, refused.allowed) == (True, False)
    stated = [row["after"] for row in await kept(team, audit_entry) if row["verb"] == asking.TIME_STATED]
    assert [(row["hhmm"], row["allowed"]) for row in stated] == [("1000", True), ("2300", False)]


async def test_rules_that_cannot_be_read_block(team):
    await team.write(HERE, lambda tx: tx.connection.execute(update(market_policy).values(rules_json={"oops": 1})))

    assert (await gate(team).may_contact(rep(), TEXT)).reason == "invalid_rules"


def _falls_over(*_):
    raise OperationalError("SELECT 1", {}, Exception("the disk is gone"))


@pytest.mark.parametrize("name", ["lists_of", "pauses_for", "opt_outs_of", "cap_of", "market_policies", "judge"])
async def test_an_error_in_the_middle_is_a_refusal_that_is_kept(team, name, monkeypatch):
    monkeypatch.setattr(asking, name, _falls_over)

    verdict = await gate(team).may_contact(rep(), CALL)

    (event,) = [row for row in await kept(team, kpi_event) if row["correlation_id"] == "call:1"]
    assert (verdict.allowed, verdict.reason) == (False, "error_in_gate")
    assert (event["metric"], event["detail"]["reason"]) == ("call_blocked_by_policy", "error_in_gate")
    assert [row["verb"] for row in await kept(team, audit_entry) if row["verb"] == asking.REFUSED] == [asking.REFUSED]


async def test_a_refusal_stands_even_when_it_cannot_be_kept(team, monkeypatch):
    monkeypatch.setattr(asking, "judge", _falls_over)
    monkeypatch.setattr(asking, "emit_kpi", _falls_over)

    assert (await gate(team).may_contact(rep(), TEXT)).reason == "error_in_gate"


class AwayDatabase:
    """A database that has gone away."""

    async def read(self, *_):
        raise DatabaseUnavailable(why="it is away")

    write = read


async def test_a_database_that_is_away_is_a_refusal():
    verdict = await gate(AwayDatabase()).may_contact(rep(), TEXT)

    assert (verdict.allowed, verdict.reason, verdict.next_open_at) == (False, "error_in_gate", None)


async def test_consent_of_the_number_says_nothing_of_the_address(team):
    await team.write(
        HERE, lambda tx: tx.connection.execute(update(consent_event).values(medium="SMS", kind=ContactBasis.INQUIRY))
    )

    assert (await gate(team).may_contact(rep(), EMAIL)).reason == "block_channel_not_covered"
