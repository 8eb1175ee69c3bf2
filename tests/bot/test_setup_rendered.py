"""What people are shown of the set-up: Slack takes all of it, whatever stands in the settings, and it says what it must."""

from dataclasses import replace

import pytest

from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.elements import full_state
from bot.sandbox.entries import with_fields
from bot.services.members import RoleChange
from bot.services.setup import About, SetupShown, Status
from bot.slack.setup_card import changed_text, checklist_view, roles_blocks, status_blocks, status_text
from bot.slack.setup_form import read_changed, read_roles, read_step, step_view
from bot.slack.valhalla import HELP
from domain.content import Sender
from domain.pauses import Pause
from domain.roles import Role
from domain.setup import SetupStep, TeamSettings, checklist
from domain.zones import ZoneReport
from storage.workspaces import Member
from tests.acceptance.harness.texts import words
from tests.storage.builders import NOW

SENDER = Sender("Maple Homes", "1 Main St\nHamilton ON", "+14165550134", "hello@maple.example")
SETTINGS = TeamSettings(SENDER, "C0LEADS", "C0APPROVALS", "C0KPI", 8, "America/Toronto", "ON/ALL")
EMPTY = TeamSettings(Sender(None, None, None, None), None, None, None, 8, "America/Toronto", "ON/ALL")
ROLES = {"U0SAM": Role.ADMIN, "U0LEE": Role.APPROVER, "U0DANA": Role.REP}
FINE = ZoneReport(ok=True, iana_version="2026f", wrong=())
ABOUT = About("0.5.0", "Socket Mode", "SQLite")
HOSTILE = ("<!channel>", "😀" * 120, "&" * 120, "*_~`" * 30, "```", "{0}%s", "<" * 300)


def shown(settings=SETTINGS, roles=ROLES, *, may_change=True):
    return SetupShown(settings, roles, checklist(settings, roles.values()), may_change)


def status(setup=None, *, zones=FINE, pauses=(), about=ABOUT):
    return Status(about, zones, tuple(pauses), setup or shown(), NOW)


def said(now):
    """The text of a status, which Slack takes."""
    blocks = status_blocks(now)
    assert check_message({"text": status_text(now), "blocks": blocks}) == []
    return words(blocks)


def filled(view, **named):
    """The view with what a person enters by label (spaces as underscores)."""
    values = with_fields(view["blocks"], {}, {label.replace("_", " "): value for label, value in named.items()})
    return {**view, "state": {"values": full_state(view["blocks"], values)}}


# The status


def test_a_finished_team_reads_what_runs_and_may_change_it():
    text = said(status())
    assert "*Outreach*\non" in text
    assert "tzdata 2026f, checked" in text
    assert "Configurable defaults, not legal advice" in text
    assert ":white_check_mark: *Who may do what*: 1 admin, 1 approver, 1 rep" in text
    assert "Change the set-up" in text
    assert ":warning:" not in text


def test_a_new_team_reads_what_is_missing():
    text = said(status(shown(EMPTY, {"U0DANA": Role.REP})))
    assert ":warning: *Who sends your messages*: no name yet" in text
    assert ":warning: *Where things are posted*: none chosen" in text
    assert "Missing: an admin." in text
    assert "Finish the set-up" in text
    assert "An admin of this workspace sets it up." in said(status(shown(may_change=False)))


def test_zones_that_are_wrong_head_it_and_block_everything():
    wrong = ZoneReport(ok=False, iana_version="2025b", wrong=("America/Vancouver is -1 day, 16:00:00 from UTC.",))
    text = said(status(zones=wrong))
    assert text.startswith(":octagonal_sign: *Every message is blocked: the installed time zones are wrong.*")
    assert "America/Vancouver is -1 day" in text
    assert "blocked, the time zones are wrong" in status_text(status(zones=wrong))


@pytest.mark.parametrize(
    ("places", "outreach"),
    [
        (["ON/Toronto"], "paused in ON/Toronto"),
        (["BC/ALL", "ON/Toronto"], "paused in BC/ALL, ON/Toronto"),
        ([None, "BC/ALL"], "paused for the whole team"),
    ],
)
def test_pauses_are_told(places, outreach):
    now = status(pauses=[Pause(place, "U0SAM", NOW, "<!channel> an audit") for place in places])
    text = said(now)
    assert status_text(now) == f"Valhalla 0.5.0: {outreach}"
    assert "&lt;!channel&gt; an audit" in text


# The pages


@pytest.mark.parametrize("step", SetupStep)
@pytest.mark.parametrize(
    "settings", [SETTINGS, EMPTY, replace(SETTINGS, zone="Europe/Paris", default_market="QC/Ottawa")]
)
def test_a_page_is_one_that_slack_takes_and_left_alone_it_changes_nothing(step, settings):
    view = step_view(step, shown(settings))
    assert check_view(view) == []
    assert read_step(view) is step
    if step is SetupStep.ROLES:
        assert read_roles(filled(view)) == {}
    else:
        assert read_changed(filled(view)) == {}


def test_what_was_changed_is_read_and_what_was_emptied_too():
    view = step_view(SetupStep.BUSINESS, shown())
    assert read_changed(filled(view, Business_name="Oak\0 Homes", Phone="")) == {
        "business_name": "Oak Homes",
        "contact_phone": "",
    }
    view = step_view(SetupStep.CHANNELS, shown())
    assert read_changed(filled(view, Lead_cards="C0KPI", The_morning_digest=None)) == {
        "leads_channel_id": "C0KPI",
        "digest_channel_id": "",
    }
    view = step_view(SetupStep.DAY, shown())
    assert read_changed(filled(view, Default_market="QC/Ottawa")) == {"default_market": "QC/Ottawa"}
    view = step_view(SetupStep.LIMITS, shown())
    assert read_changed(filled(view, Messages_a_day_to_one_person="3")) == {"contact_cap_per_day": "3"}


def test_the_limits_are_said_in_words():
    assert "may approve what reaches up to 10 people; one person is written to at most 2 times a day" in said(status())
    strict = replace(SETTINGS, approval_threshold=0, contact_cap_per_day=1)
    assert "may approve what reaches nobody; one person is written to at most once a day" in said(status(shown(strict)))


def test_the_roles_that_were_changed_are_read():
    view = step_view(SetupStep.ROLES, shown())
    changed = filled(view, Admins=["U0SAM", "U0LEE"], Approvers=["U0DANA"])
    assert read_roles(changed) == {"U0LEE": Role.ADMIN, "U0DANA": Role.APPROVER}
    nobody = step_view(SetupStep.ROLES, shown(roles={}))
    assert read_roles(filled(nobody, Admins=["U0SAM"])) == {"U0SAM": Role.ADMIN}


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_a_team_calls_itself_is_shown_as_text(typed):
    settings = replace(SETTINGS, sender=Sender(typed, typed, "+14165550134", f"{typed[:20]}@x.ca"))
    for step in SetupStep:
        assert check_view(step_view(step, shown(settings))) == []
    checklist = checklist_view(shown(settings))
    assert check_view(checklist) == []
    assert "<!channel>" not in words(checklist) + said(status(shown(settings)))
    said(status(about=About(typed, typed, typed)))


def test_the_checklist_says_how_many_steps_lack_something_and_how_a_text_ends():
    assert "2 of 5 steps lack something." in words(checklist_view(shown(EMPTY)))
    done = words(checklist_view(shown()))
    assert "All is set up." in done
    assert "A text ends with: Maple Homes, 1 Main St, Hamilton ON" in done
    assert "A text ends with" not in words(checklist_view(shown(EMPTY)))


# Roles


def test_roles_are_listed_and_a_long_list_is_counted():
    people = [Member(f"U{n:010}", "N", Role.REP, "America/Toronto") for n in range(1000)]
    blocks = roles_blocks(people, may_change=True)
    assert check_message({"text": "x", "blocks": blocks}) == []
    text = words(blocks)
    assert "*Admins*: nobody" in text
    assert "and 940 more" in text
    assert "Change roles" in text
    assert "Admins of this workspace change roles." in words(roles_blocks(people, may_change=False))


def test_a_changed_role_is_told_and_no_change_is_nothing():
    lee = Member("U0LEE", "Lee", Role.REP, "America/Toronto")
    assert changed_text([RoleChange(lee, Role.ADMIN)]) == "<@U0LEE> is a rep now, and was an admin."
    assert changed_text([]) == ""


def test_the_help_is_a_message_that_slack_takes():
    assert check_message({"text": HELP}) == []
