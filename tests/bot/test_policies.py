"""Who may change a contact policy, what a change leaves behind, and what it would have done."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.services.actors import Actor
from bot.services.leads import Capture, Leads
from bot.services.offers import PlaceNotFound
from bot.services.policies import (
    NotForYou,
    Policies,
    PolicyChange,
    PolicyMoved,
    PolicySeen,
    PolicyUnchanged,
    baseline,
    rules_in_words,
)
from bot.services.workspaces import Workspaces
from domain.leads import LeadDraft
from domain.offer_policies import ReasonMissing, ReasonTooLong
from domain.policy import Medium, Policy, Rules, check_contact_window, seed_rules
from domain.policy_changes import CallsWiderThanLaw, WindowEmpty
from domain.policy_places import PolicyPlace
from domain.policy_replay import Replay
from domain.roles import Role
from domain.window_lines import windows_in
from storage.audit import audit_entry
from storage.policies import market_policy, market_policy_version
from storage.requests import RequestKey
from storage.sends import send
from tests.acceptance.harness.rows import change, count, remove, rows

TEAM = "T0SANDBOX"
SAM, LEE, DANA = (
    Actor(TEAM, "U0SAM", Role.ADMIN),
    Actor(TEAM, "U0LEE", Role.APPROVER),
    Actor(TEAM, "U0DANA", Role.REP),
)
ONTARIO, TORONTO = PolicyPlace("ON", "ALL"), PolicyPlace("ON", "Toronto")
SEED = Rules.from_json(seed_rules("ON"))
MORNINGS = replace(SEED, windows=windows_in("Mon-Fri 09:00-12:00"))


@dataclass
class Clock:
    """A clock that the tests move."""

    at: datetime = datetime(2026, 11, 24, 21, 5, tzinfo=UTC)

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def team(sqlite, clock):
    """A team with its seeded policies, on SQLite; the storage tests run on both databases."""
    await Workspaces(sqlite, clock).ensure(TEAM, name="Maple Homes")
    return sqlite


@pytest.fixture
def policies(team, clock):
    return Policies(team, clock)


def wish(place=TORONTO, *, row="Toronto", version=1, reason="Sellers complained.", enabled=True, rules=MORNINGS):
    """A change of what was seen at a place."""
    return PolicyChange(PolicySeen(place, row, version), enabled, rules, reason)


def key(number=1):
    return RequestKey(f"view:V{number}", "hash")


# What stands


async def test_the_list_has_every_row_each_province_before_its_markets(policies, clock):
    listed = await policies.list(DANA)
    names = [row.policy.name() for row in listed.rows]
    assert len(names) == 33
    assert names[:8] == [
        "ON/ALL", "ON/Toronto", "ON/Ottawa", "ON/Hamilton", "ON/London", "ON/Windsor", "QC/ALL", "QC/Montreal",
    ]  # fmt: skip
    assert (listed.pauses, listed.now, listed.tzdata[:2]) == ((), clock.at, "20")
    toronto = listed.rows[1]
    assert (toronto.day.hours[Medium.SMS], toronto.pause) == ("09:00–20:00", None)


async def test_a_row_of_no_place_that_we_know_is_listed_last(policies, team):
    await change(team, market_policy, {"market": "Atlantis"}, market="Toronto")
    await change(team, market_policy, {"province": "ON", "market": "Zion"}, market="Windsor")
    names = [row.policy.name() for row in (await policies.list(DANA)).rows]
    assert names[3:7] == ["ON/London", "ON/Atlantis", "ON/Zion", "QC/ALL"]


@pytest.mark.parametrize(
    ("typed", "label", "row"),
    [
        ("ON", "ON/ALL", "ON/ALL v1"),
        ("ON Toronto", "ON/Toronto", "ON/Toronto v1"),
        ("Barrie", "ON/ALL", "ON/ALL v1"),
        ("Gatineau", "QC/Ottawa", "QC/Ottawa v1"),
    ],
)
async def test_a_place_is_read_as_people_type_it(policies, typed, label, row):
    shown = await policies.show(DANA, typed)
    assert (shown.place.label, shown.standing.label, shown.is_default_place) == (label, row, False)
    assert shown.day.hours[Medium.CALL] == "09:00–20:00"


async def test_without_a_place_the_teams_default_place_is_shown_with_the_next_holidays(policies):
    shown = await policies.show(DANA, "")
    assert (shown.place, shown.is_default_place) == (ONTARIO, True)
    assert shown.holidays[0] == ("25 Dec 2026", "Christmas Day")
    assert len(shown.holidays) == 3


async def test_a_place_that_is_none_is_refused(policies):
    with pytest.raises(PlaceNotFound):
        await policies.show(DANA, "Atlantis")


async def test_a_place_without_any_row_is_shown_as_such(policies, team):
    await remove(team, market_policy, province="YT")
    shown = await policies.show(DANA, "Yukon")
    assert (shown.standing, shown.day, shown.history, shown.older) == (None, None, (), None)
    assert await policies.get_effective_policy(DANA, "YT", "ALL") is None


async def test_the_effective_policy_is_the_markets_own_and_a_disabled_one_does_not_fall_back(policies):
    assert (await policies.get_effective_policy(DANA, "Ontario", "TORONTO")).name() == "ON/Toronto"
    assert (await policies.get_effective_policy(DANA, "ON", "Sudbury")).name() == "ON/ALL"
    assert await policies.get_effective_policy(DANA, None, None) is None
    await policies.upsert_policy(SAM, wish(enabled=False), key())
    found = await policies.get_effective_policy(DANA, "ON", "Toronto")
    assert (found.name(), found.enabled) == ("ON/Toronto", False)


@pytest.mark.parametrize(("who", "may"), [(DANA, False), (LEE, False), (SAM, True)])
async def test_everyone_reads_it_and_admins_alone_may_change_it(policies, who, may):
    assert (await policies.show(who, "ON")).may_change is may


async def test_the_last_three_versions_are_listed_and_the_one_before_tells_what_changed(policies):
    for version in range(1, 5):
        rules = replace(SEED, windows=windows_in(f"Mon-Fri 09:00-1{version}:00"))
        await policies.upsert_policy(SAM, wish(version=version, rules=rules, reason=f"Step {version}"), key(version))
    shown = await policies.show(DANA, "Toronto")
    assert [(one.policy.version, one.reason) for one in shown.history] == [(5, "Step 4"), (4, "Step 3"), (3, "Step 2")]
    assert shown.older.policy.version == 2


# Changing it


async def test_a_change_is_the_next_version_and_the_old_one_stays_readable(policies, team, clock):
    first = (await policies.show(SAM, "Toronto")).standing
    clock.at += timedelta(hours=2)
    changed = await policies.upsert_policy(SAM, wish(reason=" Sellers complained. "), key())
    assert changed.before == first
    assert changed.after.policy == Policy("ON", "Toronto", True, MORNINGS, 2)
    assert (changed.after.changed_by, changed.after.reason, changed.after.updated_at) == (
        "U0SAM",
        "Sellers complained.",
        clock.at,
    )
    (kept,) = await rows(team, market_policy_version)
    assert (kept.version, kept.rules_json, kept.updated_at) == (1, seed_rules("ON"), first.updated_at)


async def test_the_next_contact_is_judged_by_the_new_version(policies, clock):
    await policies.upsert_policy(SAM, wish(), key())
    found = await policies.get_effective_policy(DANA, "ON", "Toronto")
    verdict = check_contact_window(
        found, zones=["America/Toronto"], at=clock.at, medium=Medium.SMS, holidays=frozenset()
    )
    assert (verdict.allowed, verdict.source) == (False, "contact policy of ON/Toronto, version 2")


async def test_a_change_leaves_an_audit_entry_with_before_and_after(policies, team):
    await policies.upsert_policy(SAM, wish(enabled=False), key())
    (entry,) = await rows(team, audit_entry)
    assert (entry.actor, entry.verb, entry.subject, entry.reason) == (
        "U0SAM",
        "market_policy_changed",
        "market_policy ON/Toronto",
        "Sellers complained.",
    )
    assert entry.before == {"policy": "ON/Toronto v1", "enabled": True, "rules_json": seed_rules("ON")}
    assert entry.after == {"policy": "ON/Toronto v2", "enabled": False, "rules_json": MORNINGS.to_json()}


@pytest.mark.parametrize("who", [DANA, LEE])
async def test_who_is_no_admin_changes_nothing_and_is_told_who_may(policies, team, who):
    with pytest.raises(NotForYou, match=f"Only an admin .* your role is {who.role.value}"):
        await policies.upsert_policy(who, wish(), key())
    with pytest.raises(NotForYou):
        await policies.edit(who, "Toronto")
    assert (await count(team, market_policy_version), await count(team, audit_entry)) == (0, 0)


async def test_a_change_of_what_somebody_changed_meanwhile_is_refused_and_says_what_stands_now(policies, team):
    await policies.upsert_policy(SAM, wish(), key(1))
    with pytest.raises(PolicyMoved) as moved:
        await policies.upsert_policy(SAM, wish(rules=SEED), key(2))
    assert "ON/Toronto v2 stands now, SMS Mon–Fri 09:00–12:00; E-mail Mon–Fri 09:00–12:00; Calls" in str(moved.value)
    assert '("Sellers complained.")' in str(moved.value)
    assert await count(team, audit_entry) == 1


async def test_a_row_that_is_gone_by_now_is_said_to_be_gone(policies, team):
    await remove(team, market_policy, province="ON")
    with pytest.raises(PolicyMoved, match="nothing stands now, so everything is blocked"):
        await policies.upsert_policy(SAM, wish(), key())


async def test_the_same_submission_twice_is_one_change_even_after_a_later_one(policies, team):
    first = await policies.upsert_policy(SAM, wish(), key(1))
    await policies.upsert_policy(SAM, wish(version=2, rules=SEED), key(2))
    assert await policies.upsert_policy(SAM, wish(), key(1)) == first
    assert await count(team, audit_entry) == 2


async def test_a_version_that_was_stored_and_is_not_there_is_an_error(policies, team):
    await policies.upsert_policy(SAM, wish(), key(1))
    await remove(team, market_policy_version, province="ON")
    with pytest.raises(LookupError, match="was stored and is not there"):
        await policies.upsert_policy(SAM, wish(), key(1))


async def test_rules_that_stand_already_are_no_change(policies, team):
    with pytest.raises(PolicyUnchanged, match="ON/Toronto v1"):
        await policies.upsert_policy(SAM, wish(rules=SEED), key())
    assert await count(team, market_policy_version) == 0


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"reason": " "}, ReasonMissing),
        ({"reason": "x" * 501}, ReasonTooLong),
        ({"rules": replace(SEED, windows=windows_in("Mon-Fri 08:00-20:00"))}, CallsWiderThanLaw),
        ({"rules": replace(SEED, windows=windows_in("Mon-Fri 08:00-08:00"))}, WindowEmpty),
    ],
)
async def test_a_refused_submission_can_be_sent_again_once_it_is_right(policies, broken, error):
    with pytest.raises(error):
        await policies.upsert_policy(SAM, wish(**broken), key())
    assert (await policies.upsert_policy(SAM, wish(), key())).after.label == "ON/Toronto v2"


async def test_a_market_without_a_row_gets_one_and_the_province_stays_as_it_is(policies, team):
    await remove(team, market_policy, market="Toronto")
    seen = await policies.edit(SAM, "Toronto")
    assert (seen.place, seen.standing.label) == (TORONTO, "ON/ALL v1")
    changed = await policies.upsert_policy(SAM, wish(row="ALL"), key())
    assert (changed.before.label, changed.after.label) == ("ON/ALL v1", "ON/Toronto v1")
    assert (await policies.show(DANA, "ON")).standing.label == "ON/ALL v1"
    (entry,) = await rows(team, audit_entry)
    assert (entry.verb, entry.subject) == ("market_policy_added", "market_policy ON/Toronto")


async def test_a_place_without_any_row_gets_its_first_one(policies, team):
    await remove(team, market_policy, province="YT")
    yukon = PolicyPlace("YT", "ALL")
    changed = await policies.upsert_policy(SAM, wish(yukon, row=None, version=0), key())
    assert (changed.before, changed.after.label) == (None, "YT/ALL v1")
    assert await policies.upsert_policy(SAM, wish(yukon, row=None, version=0), key()) == changed
    (entry,) = await rows(team, audit_entry)
    assert (entry.verb, entry.before) == ("market_policy_added", None)


async def test_of_two_who_add_the_same_row_the_second_is_told_what_stands(policies, team):
    await remove(team, market_policy, market="Toronto")
    await policies.upsert_policy(SAM, wish(row="ALL"), key(1))
    with pytest.raises(PolicyMoved, match="ON/Toronto v1 stands now"):
        await policies.upsert_policy(SAM, wish(row="ALL", rules=SEED), key(2))


def test_rules_are_told_in_a_line():
    assert rules_in_words(Policy("ON", "ALL", True, None)) == "its rules cannot be read"
    assert rules_in_words(Policy("ON", "ALL", False, SEED)) == (
        "switched off; SMS Mon–Fri 09:00–20:00; E-mail Mon–Fri 09:00–20:00; Calls Mon–Fri 09:00–20:00; "
        "on holidays none rests"
    )


def test_a_change_of_nothing_starts_from_rules_that_open_nothing():
    assert baseline(None, TORONTO) == Policy("ON", "Toronto", True, Rules(), 0)


# Trying it


def add_send(team, address, at, **values):
    """A send that was delivered at an instant."""
    row = {
        "key": f"{address}{at}", "medium": "SMS", "address": address, "body": "Hi", "state": "delivered", "due_at": at,
        "attempt_count": 1, "correlation_id": "send:1", "metadata": {}, "created_by": "U0DANA", "settled_at": at,
        "created_at": at,
    }  # fmt: skip
    return team.write(TEAM, lambda tx: tx.connection.execute(insert(send), tx.own(**row | values)))


def preview(policies, rules, place=TORONTO, row="Toronto"):
    return policies.preview(DANA, PolicySeen(place, row, 1), enabled=True, rules=rules)


async def test_a_preview_says_what_changes_and_keeps_nothing(policies, team):
    tried = await preview(policies, MORNINGS)
    assert tried.differences[0] == "SMS: Mon–Fri 09:00–20:00 → Mon–Fri 09:00–12:00"
    assert (tried.notices, tried.replay) == ((), Replay(0, 0, 0))
    assert await count(team, market_policy_version) == 0


async def test_a_preview_counts_the_last_30_days_sends_that_each_version_holds(policies, team, clock):
    draft = LeadDraft(name="Ann", phone="+14165550123", region="Toronto, ON", address="12 King St W, Toronto ON")
    lead_id = (await Leads(team, clock).capture(DANA, Capture(draft, None))).lead_id
    noon = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    await add_send(team, "+14165550123", noon, lead_id=lead_id)
    await add_send(team, "+14165550123", noon - timedelta(hours=2), lead_id=lead_id)
    await add_send(team, "ann@example.com", noon + timedelta(hours=12), lead_id=lead_id, medium="EMAIL")
    await add_send(team, "+14165550123", noon - timedelta(days=31), lead_id=lead_id)
    assert (await preview(policies, MORNINGS)).replay == Replay(3, 1, 2)


async def test_a_send_without_a_lead_lies_where_its_number_does_and_an_e_mail_nowhere(policies, team):
    noon = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    await add_send(team, "+17055550123", noon)
    await add_send(team, "ann@example.com", noon, medium="EMAIL")
    assert (await preview(policies, MORNINGS, ONTARIO, "ALL")).replay == Replay(1, 0, 1)
    assert (await preview(policies, MORNINGS)).replay.count == 0


async def test_a_preview_of_what_was_changed_meanwhile_or_breaks_a_rule_says_so(policies):
    with pytest.raises(CallsWiderThanLaw):
        await preview(policies, replace(SEED, windows=windows_in("daily 09:00-20:00")))
    await policies.upsert_policy(SAM, wish(), key())
    with pytest.raises(PolicyMoved):
        await preview(policies, SEED)
