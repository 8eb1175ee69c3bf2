"""What people are shown of contact policies: Slack takes all of it, and it says what it must."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.sandbox.block_ids import with_ids
from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import full_state
from bot.sandbox.entries import with_fields
from bot.services.actors import Actor
from bot.services.policies import Policies, PolicyChange, PolicyList, PolicyRow, PolicySeen
from bot.services.workspaces import Workspaces
from bot.slack.policy_card import (
    changes_text,
    list_blocks,
    list_text,
    preview_text,
    saved_view,
    shown_blocks,
    shown_text,
)
from bot.slack.policy_form import policy_view, read_change, read_enabled, read_rules, read_seen, redrawn
from domain.pauses import Pause
from domain.policy import Medium, Policy, Rules, seed_rules
from domain.policy_changes import Notice
from domain.policy_days import day_of
from domain.policy_places import PolicyPlace
from domain.roles import Role
from domain.window_lines import windows_in
from storage.policies import market_policy
from storage.requests import RequestKey
from tests.acceptance.harness.rows import change, remove
from tests.acceptance.harness.texts import action_ids, initial, words

TEAM = "T0SANDBOX"
SAM, DANA = Actor(TEAM, "U0SAM", Role.ADMIN), Actor(TEAM, "U0DANA", Role.REP)
TORONTO = PolicyPlace("ON", "Toronto")
SEED = Rules.from_json(seed_rules("ON"))
NOW = datetime(2026, 11, 24, 21, 5, tzinfo=UTC)
HOSTILE = ("<!channel>", "😀" * 500, "&" * 500, "*_~`" * 125, "a\nb" * 160, "```", "{0}%s")


@dataclass
class Clock:
    """A clock that the tests move."""

    at: datetime = NOW

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def team(sqlite, clock):
    """A team with its seeded policies, on SQLite."""
    await Workspaces(sqlite, clock).ensure(TEAM, name="Maple Homes")
    return sqlite


@pytest.fixture
def policies(team, clock):
    return Policies(team, clock)


def wish(place=TORONTO, *, row="Toronto", version=1, reason="Sellers complained.", enabled=True, lines="Mon-Fri 9-12"):
    rules = replace(SEED, windows=windows_in(lines))
    return PolicyChange(PolicySeen(place, row, version), enabled, rules, reason)


def key(number=1):
    return RequestKey(f"view:V{number}", "hash")


def table(blocks):
    """The rows of a list, by the policy's name."""
    (found,) = [block for block in blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in found["rows"]]
    return {row[0]: row[1:] for row in rows}


# The list


async def test_the_list_tells_todays_hours_in_the_places_own_time(policies):
    listed = await policies.list(DANA)
    blocks = list_blocks(listed)
    assert check_message({"text": list_text(listed), "blocks": blocks}) == []
    rows = table(blocks)
    assert rows["Policy"] == ["SMS, E-mail, Calls", "There now"]
    assert rows["Toronto ON"] == ["09:00–20:00", "Tue 16:05"]
    assert rows["Vancouver BC"][-1] == "Tue 14:05"
    assert rows["Saskatchewan"][-1] == "Tue 15:05–16:05"
    assert len(rows) == 34
    text = words(blocks)
    assert "Configurable defaults, not legal advice · tzdata 20" in text
    assert "in their local time" in text


async def test_off_paused_and_unreadable_rows_and_holidays_are_marked(policies, team, clock):
    clock.at = datetime(2026, 12, 25, 18, tzinfo=UTC)
    await policies.upsert_policy(SAM, wish(enabled=False), key())
    await change(team, market_policy, {"rules_json": {"windows": []}}, market="Hamilton")
    listed = await policies.list(DANA)
    pause = Pause("ON/London", "U0SAM", clock.at, "Ice storm.")
    rows = [replace(row, pause=pause if row.policy.market == "London" else None) for row in listed.rows]
    shown = table(list_blocks(replace(listed, rows=tuple(rows))))
    assert shown["Policy"] == ["SMS, E-mail", "Calls", "There now"]
    assert shown["Toronto ON (off, Christmas Day)"][:-1] == ["off", "off"]
    assert shown["Hamilton ON (rules unreadable, Christmas Day)"][:-1] == ["blocked", "blocked"]
    assert "London ON (paused, Christmas Day)" in shown
    assert shown["Vancouver BC (Christmas Day)"][:-1] == ["09:00–20:00", "closed"]


async def test_a_pause_of_all_outreach_marks_every_row(policies, clock):
    listed = await policies.list(DANA)
    pause = Pause(None, "U0SAM", clock.at, "Ice storm.")
    rows = tuple(replace(row, pause=pause) for row in listed.rows)
    shown = table(list_blocks(replace(listed, rows=rows)))
    assert all(name.endswith(" (paused)") for name in shown if name != "Policy")


@pytest.mark.parametrize(
    ("instant", "shown"),
    [("2026-11-25T05:30:00+00:00", "Tue 23:30–Wed 00:30"), ("2026-11-25T20:00:00+00:00", "Wed 14:00–15:00")],
)
def test_zones_on_two_dates_are_told_with_both_days(instant, shown):
    at = datetime.fromisoformat(instant)
    row = PolicyRow(policy := Policy("SK", "ALL", True, SEED), day_of(policy, at), None)
    assert table(list_blocks(PolicyList((row,), (), at, "2026f")))["Saskatchewan"][-1] == shown


def test_more_rows_than_slack_takes_are_cut():
    rows = tuple(
        PolicyRow(Policy("ON", f"M{n}", True, SEED), day_of(Policy("ON", "ALL", True, SEED), NOW), None)
        for n in range(150)
    )
    blocks = list_blocks(PolicyList(rows, (), NOW, "2026f"))
    assert check_message({"text": "x", "blocks": blocks}) == []


def test_without_any_policy_everything_is_said_to_be_blocked():
    blocks = list_blocks(PolicyList((), (), NOW, "2026f"))
    assert "so everything is blocked" in words(blocks)
    assert check_message({"text": "x", "blocks": blocks}) == []


# One policy


async def test_one_policy_tells_its_rules_each_with_law_or_policy_and_its_source(policies):
    shown = await policies.show(DANA, "Toronto")
    assert shown_text(shown) == "Contact policy for Toronto ON: ON/Toronto v1"
    text = words(shown_blocks(shown))
    for part in (
        "*Contact policy for Toronto ON*",
        "*ON/Toronto v1* stands. It is Tue 16:05 there.",
        "*SMS*  Mon–Fri 09:00–20:00 · today 09:00–20:00\n_policy: house rule, ON/Toronto v1; no law sets hours_",
        "*Calls*  Mon–Fri 09:00–20:00 · today 09:00–20:00\n_policy: house rule, ON/Toronto v1; law: Mon–Fri 09:00–21:30,"
        " Sat–Sun 10:00–18:00, CRTC Unsolicited Telecommunications Rules, Part III, rule 23_",
        "*Holidays*  none rests · next: 25 Dec 2026 Christmas Day",
        "*v1* Valhalla, <!date^",
        "Admins of this workspace may change it",
        "Configurable defaults, not legal advice · tzdata",
    ):
        assert part in text
    assert action_ids({"blocks": shown_blocks(shown)}) == []


async def test_bc_names_its_regulator_and_the_default_place_is_said_to_be_it(policies):
    text = words(shown_blocks(await policies.show(SAM, "BC")))
    assert "*Holidays*  calls rest" in text
    assert "telemarketing calls are banned then, says Consumer Protection BC" in text
    assert "(the team's default place)" in words(shown_blocks(await policies.show(SAM, "")))


async def test_the_history_says_what_each_version_changed(policies):
    await policies.upsert_policy(SAM, wish(), key(1))
    await policies.upsert_policy(SAM, wish(version=2, enabled=False), key(2))
    text = words(shown_blocks(await policies.show(SAM, "Toronto")))
    assert "*v3* <@U0SAM>" in text
    assert "\n    Switched on → off\n*v2*" in text
    assert "SMS: Mon–Fri 09:00–20:00 → Mon–Fri 09:00–12:00; E-mail" in text
    assert "*Switched off*: everything here is blocked." in text


async def test_a_market_without_a_row_of_its_own_says_whose_stands(policies, team):
    await remove(team, market_policy, market="Toronto")
    shown = await policies.show(SAM, "Toronto")
    assert "*ON/ALL v1* stands, the whole province's: Toronto has no row of its own." in words(shown_blocks(shown))
    assert "Toronto ON* has no row of its own: saving gives it one, and ON/ALL v1 goes on" in words(policy_view(shown))


async def test_a_place_without_a_policy_says_that_all_is_blocked_and_admins_can_give_it_one(policies, team):
    await remove(team, market_policy, province="YT")
    shown = await policies.show(SAM, "Yukon")
    assert shown_text(shown) == "Contact policy for Yukon: none stands, so everything is blocked"
    assert "No contact policy covers this place" in words(shown_blocks(shown))
    view = policy_view(shown)
    assert (check_view(view), initial(view, "windows")) == ([], "Mon-Fri 09:00-20:00")
    assert "Yukon* has no contact policy" in words(view)


async def test_rules_that_cannot_be_read_say_so_and_the_form_starts_anew(policies, team):
    await change(team, market_policy, {"rules_json": {"windows": []}}, market="Toronto")
    shown = await policies.show(SAM, "Toronto")
    assert "cannot be read, so everything is blocked" in words(shown_blocks(shown))
    view = policy_view(shown)
    assert "Its rules cannot be read" in words(view)
    assert initial(view, "windows") == "Mon-Fri 09:00-20:00"


async def test_a_holiday_is_named(policies, clock):
    clock.at = datetime(2026, 12, 25, 18, tzinfo=UTC)
    assert "It is Fri 13:00 there, Christmas Day." in words(shown_blocks(await policies.show(SAM, "Toronto")))


@pytest.mark.parametrize("reason", HOSTILE)
async def test_slack_takes_everything_that_is_shown_whatever_the_reason_says(policies, reason):
    lines = "\n".join(f"Mon-Fri 09:0{n % 10}-1{n % 10}:00 sms" for n in range(40))
    changed = await policies.upsert_policy(SAM, wish(reason=reason, lines=lines), key())
    for who in (DANA, SAM):
        shown = await policies.show(who, "Toronto")
        assert check_message({"text": shown_text(shown), "blocks": shown_blocks(shown)}) == []
        assert check_view(policy_view(shown)) == []
    assert check_view(saved_view(changed)) == []
    assert "<!channel>" not in words(shown_blocks(shown))


# A change


async def test_a_preview_tells_differences_warnings_and_the_last_30_days(policies):
    seen = PolicySeen(PolicyPlace("BC", "ALL"), "ALL", 1)
    rules = replace(SEED, windows=windows_in("Mon-Fri 09:00-20:00\nMon 10:00-11:00 sms"))
    text = preview_text(await policies.preview(SAM, seen, enabled=True, rules=rules))
    assert text.splitlines() == [
        "• Holidays: calls rest → none rests",
        ":warning: Mon-Fri 09:00-20:00 and Mon 10:00-11:00 sms overlap: together they count as one."
        " _(policy: house rule)_",
        ":warning: Calls in British Columbia no longer rest on holidays, though its regulator says that telemarketing "
        "calls are banned then. _(policy: Consumer Protection BC)_",
        "Last 30 days: no sends here to try it on.",
    ]


def test_a_change_of_nothing_says_so_and_a_notice_is_escaped():
    assert changes_text((), ()) == "The hours, media and holidays stay as they are."
    assert "&lt;!channel&gt;" in changes_text((), [Notice("<!channel>")])


async def test_a_stored_change_says_what_stands_and_what_became_of_the_old(policies, team):
    text = words(saved_view(await policies.upsert_policy(SAM, wish(), key(1))))
    assert "*ON/Toronto v2 stands now*" in text
    assert "SMS: Mon–Fri 09:00–20:00 → Mon–Fri 09:00–12:00" in text
    assert "Set by <@U0SAM>" in text
    assert "ON/Toronto v1 stays readable. From now on contacts are judged by ON/Toronto v2." in text
    await remove(team, market_policy, market="Hamilton")
    own = await policies.upsert_policy(SAM, wish(PolicyPlace("ON", "Hamilton"), row="ALL"), key(2))
    assert "ON/ALL v1 goes on everywhere else in Ontario." in words(saved_view(own))
    await remove(team, market_policy, province="YT")
    first = await policies.upsert_policy(SAM, wish(PolicyPlace("YT", "ALL"), row=None, version=0), key(3))
    assert "SMS: no window → Mon–Fri 09:00–12:00" in words(saved_view(first))


# What is typed


def filled(view, **fields):
    """The view as Slack sends it once fields, by label, are filled in."""
    blocks = with_ids(view["blocks"])
    named = {label.replace("_", " "): value for label, value in fields.items()}
    return {**view, "blocks": list(blocks), "state": {"values": full_state(blocks, with_fields(blocks, {}, named))}}


@pytest.fixture
async def form(policies):
    return policy_view(await policies.show(SAM, "Toronto"))


async def test_the_form_as_it_opens_reads_as_what_stands(form):
    view = filled(form, Reason="Why not.")
    assert read_change(view) == PolicyChange(PolicySeen(TORONTO, "Toronto", 1), True, SEED, "Why not.")


async def test_what_is_typed_and_chosen_is_read(form):
    view = filled(form, Reason="r", Policy="off", **{"Media that may be used": ["CALL"]})
    change_ = read_change(view)
    assert (change_.enabled, change_.rules.channels_allowed) == (False, {Medium.CALL})
    view = filled(form, **{"Media that rest on holidays": ["SMS", "CALL"], "Windows, in the recipient's time": ""})
    assert read_rules(view) == replace(SEED, windows=(), holidays=frozenset({Medium.SMS, Medium.CALL}))
    assert read_enabled(view)


async def test_wrong_lines_and_a_missing_reason_are_both_named(form):
    wrong = read_change(filled(form, Reason=" ", **{"Windows, in the recipient's time": "Mon 25-26"}))
    assert set(wrong) == {"windows", "reason"}
    assert "“25” is not a time" in wrong["windows"]


async def test_a_score_that_a_row_carries_is_kept_by_the_form(policies, team):
    stored = seed_rules("ON") | {"min_lead_score_to_contact": 0.4}
    await change(team, market_policy, {"rules_json": stored}, market="Toronto")
    view = filled(policy_view(await policies.show(SAM, "Toronto")))
    assert read_rules(view).min_lead_score_to_contact == 0.4


async def test_a_redrawn_form_keeps_all_but_the_result(form):
    view = filled(form)
    again = redrawn(view, "Something else.")
    assert check_view(again) == []
    assert "Something else." in words(again)
    changed = [new for old, new in zip(view["blocks"], again["blocks"], strict=True) if old != new]
    assert [block["block_id"] for block in changed] == ["result"]
    assert read_seen(again) == PolicySeen(TORONTO, "Toronto", 1)
