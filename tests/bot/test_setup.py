"""Setting a team up: only admins, everything checked, nothing half kept, and what stands is told to everybody."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.actors import Actor
from bot.services.pauses import Pauses
from bot.services.setup import DRY_RUN, About, Setup, SetupNotYours, StepRefused
from domain.roles import Role
from domain.setup import ChannelSeen, SetupStep
from domain.zones import iana_version
from storage.audit import audit_entry
from storage.workspaces import Member, add_member, cap_of, default_place, sender_of
from tests.storage.builders import ELSEWHERE, HERE, NOW, StandingClock, founded, rep

ADMIN = Actor(HERE, "U0SAM", Role.ADMIN)
ABOUT = About("1.2.3", "Socket Mode", "SQLite")
BUSINESS = {
    "business_name": " Maple  Homes ",
    "mailing_address": "1 Main St\nHamilton ON L8P 1A1",
    "contact_phone": "(416) 555-0134",
    "contact_email": "Hello@Maple.Example",
}


@pytest.fixture
async def team(database):
    await founded(database)
    sam = Member("U0SAM", "Sam Singh", Role.ADMIN, "America/Toronto")
    await database.write(HERE, lambda tx: add_member(tx, sam, now=NOW))
    return database


def setup(database):
    return Setup(database, StandingClock(), ABOUT)


async def trail(database):
    query = select(audit_entry).order_by(audit_entry.c.id)
    return await database.read(HERE, lambda tx: list(tx.connection.execute(query)))


async def sender(database, workspace_id=HERE):
    return await database.read(workspace_id, sender_of)


# Steps


async def test_a_step_is_kept_in_its_stored_form_and_the_checklist_moves_on(team):
    opened = await setup(team).open(ADMIN)
    assert opened.first_open is SetupStep.BUSINESS

    shown = await setup(team).save(ADMIN, BUSINESS)

    said = await sender(team)
    assert (said.business_name, said.phone, said.email) == ("Maple Homes", "+14165550134", "Hello@maple.example")
    assert said.is_complete
    assert (shown.first_open, shown.settings.sender) == (SetupStep.CHANNELS, said)


async def test_all_steps_done_leave_nothing_open(team):
    await setup(team).save(ADMIN, BUSINESS)
    channels = {f"{name}_channel_id": ChannelSeen(f"C0{name}", name) for name in ("leads", "approvals", "digest")}
    await setup(team).save(ADMIN, channels)
    shown = await setup(team).save(
        ADMIN, {"digest_hour": "7", "zone": "America/Regina", "default_market": "sk saskatoon"}
    )

    assert shown.first_open is None
    settings = shown.settings
    assert (settings.leads_channel_id, settings.digest_hour, settings.zone) == ("C0leads", 7, "America/Regina")
    assert await team.read(HERE, default_place) == ("SK", "Saskatoon")


async def test_what_changed_is_in_the_audit_trail_once_and_the_same_again_is_not(team):
    await setup(team).save(ADMIN, {"digest_hour": "9", "zone": "America/Toronto"})
    await setup(team).save(ADMIN, {"digest_hour": "9"})

    (entry,) = await trail(team)
    assert (entry.actor, entry.verb, entry.subject) == ("U0SAM", "settings_changed", "workspace")
    assert (entry.before, entry.after) == ({"digest_hour": 8}, {"digest_hour": 9})


async def test_a_blank_field_takes_back_what_stood_there(team):
    await setup(team).save(ADMIN, BUSINESS)
    shown = await setup(team).save(ADMIN, {"contact_phone": "  ", "contact_email": "", "leads_channel_id": ""})

    assert (shown.settings.sender.phone, shown.settings.sender.email) == (None, None)
    assert shown.items[0].missing == ("a phone number or an e-mail address",)
    assert shown.settings.leads_channel_id is None


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"contact_phone": "12"}, {"contact_phone": "This phone number cannot be used"}),
        ({"contact_email": "hello@"}, {"contact_email": "This e-mail address cannot be used"}),
        ({"business_name": "x" * 200}, {"business_name": "has 200 characters"}),
        ({"mailing_address": "Main Street"}, {"mailing_address": "Give the whole mailing address"}),
        ({"digest_hour": "24"}, {"digest_hour": "choose one from 0 to 23"}),
        ({"digest_hour": ""}, {"digest_hour": "choose one from 0 to 23"}),
        ({"zone": "Europe/Atlantis"}, {"zone": "is not a time zone"}),
        ({"default_market": "BC/Toronto"}, {"default_market": "is no province or market"}),
        ({"leads_channel_id": ChannelSeen("C9", is_there=False)}, {"leads_channel_id": "no such channel"}),
        (
            {"leads_channel_id": ChannelSeen("C1", "old", is_archived=True), "contact_phone": "1", "zone": "America/Regina"},
            {"leads_channel_id": "#old is archived", "contact_phone": "This phone number cannot be used"},
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_each_field_and_nothing_is_kept(team, typed, errors):
    with pytest.raises(StepRefused) as refused:
        await setup(team).save(ADMIN, typed)

    assert refused.value.errors.keys() == errors.keys()
    assert all(says in refused.value.errors[name] for name, says in errors.items())
    assert str(refused.value) == next(iter(refused.value.errors.values()))
    assert await trail(team) == []
    assert (await setup(team).show(ADMIN)).settings.zone == "America/Toronto"


async def test_two_admins_who_change_different_things_at_once_both_get_theirs(team):
    turns = [
        {"business_name": "Maple"},
        {"digest_hour": "6"},
        {"zone": "America/Regina"},
        {"contact_phone": "4165550134"},
    ]
    await asyncio.gather(*(setup(team).save(ADMIN, typed) for typed in turns))

    settings = (await setup(team).show(ADMIN)).settings
    assert (settings.sender.business_name, settings.digest_hour, settings.zone) == ("Maple", 6, "America/Regina")
    assert settings.sender.phone == "+14165550134"
    assert len(await trail(team)) == 4


async def test_another_team_keeps_its_own(team):
    await founded(team, ELSEWHERE)
    await setup(team).save(ADMIN, BUSINESS)
    assert (await sender(team, ELSEWHERE)).business_name is None


# Who may


@pytest.mark.parametrize("role", [Role.REP, Role.APPROVER])
async def test_only_admins_set_a_team_up_and_everybody_may_look(team, role):
    other = Actor(HERE, "U0DANA", role)
    for turn in (setup(team).save(other, BUSINESS), setup(team).open(other)):
        with pytest.raises(SetupNotYours, match=f"your role is {role.value}. Nothing was changed"):
            await turn
    shown = await setup(team).show(other)
    assert (shown.may_change, shown.settings.sender.business_name) == (False, None)


# What stands


async def test_status_tells_what_is_connected_and_what_is_paused(team):
    await Pauses(team, StandingClock()).pause(ADMIN, None, "an audit")
    status = await setup(team).status(rep())

    assert (status.about, status.about.texts, status.about.email) == (ABOUT, DRY_RUN, DRY_RUN)
    assert (status.zones.ok, status.zones.iana_version, status.now) == (True, iana_version(), NOW)
    assert [pause.reason for pause in status.pauses] == ["an audit"]
    assert (status.setup.roles, status.setup.may_change) == ({"U0SAM": Role.ADMIN}, False)


async def test_before_the_workspace_stands_there_is_no_sender_and_nobody_may_be_contacted(database):
    assert (await sender(database)).missing
    assert await database.read(HERE, cap_of) == 0
