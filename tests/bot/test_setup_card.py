"""The status says first what stops everything, and no list grows beyond what Slack shows."""

from dataclasses import replace

import pytest

from bot.sandbox.blocks import check_message, check_view
from bot.services.setup import About, SetupShown, Status
from bot.slack.setup_card import PEOPLE_SHOWN, checklist_view, roles_blocks, status_blocks, status_text
from bot.slack.setup_form import step_view
from domain.content import Sender
from domain.pauses import Pause
from domain.roles import Role
from domain.setup import Step, TeamSettings, checklist
from domain.zones import ZoneReport
from storage.workspaces import Member
from tests.acceptance.harness.texts import words
from tests.storage.builders import NOW

LONG = "<&>" * 100
NONE_YET = TeamSettings(Sender(None, None, None, None), None, None, None, 8, "America/Toronto", "ON/ALL")
FULL = TeamSettings(
    Sender("&" * 120, "1 " + "&" * 298, "+14165550134", f"{'a' * 60}@{'b' * 60}.example"), "C1", "C2", "C3", 0, "Pacific/Apia", "NL/St. John's"
)  # fmt: skip
WRONG = ZoneReport(ok=False, iana_version="2020a", wrong=("America/Vancouver is wrong.",))


def shown(settings=NONE_YET, roles=None, *, may_change=True):
    roles = roles or {}
    return SetupShown(settings, roles, checklist(settings, roles.values()), may_change)


def status(**changes):
    fine = ZoneReport(ok=True, iana_version="2026f", wrong=())
    return replace(Status(About("1.2.3", "Socket Mode", "SQLite"), fine, (), shown(), NOW), **changes)


@pytest.mark.parametrize(
    ("pauses", "outreach"),
    [
        ((), "on"),
        ((None,), "paused for the whole team"),
        (("ON/Toronto", "BC/ALL"), "paused in ON/Toronto, BC/ALL"),
        ((None, "ON/Toronto"), "paused for the whole team"),
    ],
)
def test_the_status_says_what_is_stopped(pauses, outreach):
    stands = status(pauses=tuple(Pause(place, "U0SAM", NOW, "a complaint") for place in pauses))
    assert status_text(stands) == f"Valhalla 1.2.3: {outreach}"
    assert f"*Outreach*\n{outreach}" in words(status_blocks(stands))
    assert ("a complaint" in words(status_blocks(stands)[0])) is bool(pauses)


def test_wrong_time_zones_stand_first_and_block_everything():
    stands = status(zones=WRONG)
    assert "Every message is blocked: the installed time zones are wrong.* America/Vancouver" in words(
        status_blocks(stands)[0]
    )
    assert status_text(stands) == "Valhalla 1.2.3: blocked, the time zones are wrong"


@pytest.mark.parametrize("settings", [NONE_YET, FULL])
@pytest.mark.parametrize("count", [0, 1, 300])
def test_every_page_and_message_is_one_that_slack_takes(settings, count):
    roles = {f"U{number:010}": list(Role)[number % 3] for number in range(count)}
    team = shown(settings, roles)
    views = [step_view(step, team) for step in Step] + [checklist_view(team)]
    assert [check_view(view) for view in views] == [[]] * len(views)

    people = [Member(person, LONG, role, "America/Toronto") for person, role in roles.items()]
    for blocks in (status_blocks(status(setup=team, zones=WRONG)), roles_blocks(people, may_change=True)):
        assert check_message({"text": "x", "blocks": blocks}) == []


def test_a_long_list_of_people_says_how_many_more_there_are():
    people = [Member(f"U{number}", "Ann", Role.REP, "America/Toronto") for number in range(PEOPLE_SHOWN + 2)]
    assert f"<@U{PEOPLE_SHOWN - 1}> and 2 more" in words(roles_blocks(people, may_change=False))


def test_a_zone_outside_canada_stays_choosable():
    view = step_view(Step.DAY, shown(FULL))
    (zone,) = [block for block in view["blocks"] if block.get("block_id") == "zone"]
    assert zone["element"]["initial_option"]["value"] == "Pacific/Apia"
    assert len(zone["element"]["options"]) <= 100
