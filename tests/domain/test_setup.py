"""What a team says about itself: each thing is checked, and the checklist names what is missing."""

import pytest

from domain.content import Sender
from domain.policy_places import PolicyPlace
from domain.roles import Role
from domain.setup import (
    BusinessNameTooLong,
    CapInvalid,
    ChannelArchived,
    ChannelClosed,
    ChannelMissing,
    ChannelSeen,
    HourInvalid,
    Item,
    MailingAddressTooLong,
    MailingAddressUnclear,
    MarketUnknown,
    SetupStep,
    TeamSettings,
    ThresholdInvalid,
    checked_business_name,
    checked_cap,
    checked_channel,
    checked_hour,
    checked_mailing_address,
    checked_market,
    checked_threshold,
    checked_zone,
    checklist,
    roles_wanted,
)
from domain.zones import UnknownZone

SENDER = Sender("Maple Homes", "1 Main St, Hamilton ON L8P 1A1", "+14165550134", None)
DONE = TeamSettings(SENDER, "C1", "C2", "C3", 8, "America/Toronto", "ON/ALL")
REP, APPROVER, ADMIN = Role.REP, Role.APPROVER, Role.ADMIN


def missing(settings, roles=(ADMIN,)):
    """What the checklist names, by step."""
    return {item.step: item.missing for item in checklist(settings, roles) if not item.is_done}


# The checklist


def test_each_step_is_one_line_in_order_and_a_finished_team_lacks_nothing():
    assert checklist(DONE, [ADMIN, REP]) == tuple(Item(step, ()) for step in SetupStep)


def test_a_new_team_lacks_its_name_its_channels_and_an_admin():
    new = TeamSettings(Sender(None, None, None, None), None, None, None, 8, "America/Toronto", "ON/ALL")
    assert missing(new, [REP, APPROVER]) == {
        SetupStep.BUSINESS: ("the business name", "the mailing address", "a phone number or an e-mail address"),
        SetupStep.CHANNELS: (
            "where leads are posted",
            "where approvals are asked",
            "where the morning digest is posted",
        ),
        SetupStep.ROLES: ("an admin",),
    }


def test_a_channel_that_was_not_chosen_is_named():
    some = TeamSettings(SENDER, "C1", None, "C3", 8, "America/Toronto", "ON/ALL")
    assert missing(some) == {SetupStep.CHANNELS: ("where approvals are asked",)}


def test_the_steps_follow_one_another_and_end():
    assert [step.next for step in SetupStep] == [
        SetupStep.CHANNELS,
        SetupStep.DAY,
        SetupStep.LIMITS,
        SetupStep.ROLES,
        None,
    ]


# What is typed


@pytest.mark.parametrize(("typed", "count"), [("0", 0), (" 25 ", 25), ("1000", 1000)])
def test_a_threshold_is_a_number_of_people(typed, count):
    assert checked_threshold(typed) == count


@pytest.mark.parametrize("typed", ["", "-1", "1001", "many", "2.5", "١", "1" * 5_000])
def test_what_is_no_number_of_people_is_refused(typed):
    with pytest.raises(ThresholdInvalid, match="from 0 to 1000"):
        checked_threshold(typed)


def test_a_cap_lets_one_contact_through_at_least():
    assert [checked_cap(typed) for typed in ("1", "20")] == [1, 20]
    for typed in ("0", "21", "often"):
        with pytest.raises(CapInvalid, match="from 1 to 20"):
            checked_cap(typed)


def test_a_business_name_is_one_line():
    assert checked_business_name("  Maple \n Homes  Inc. ") == "Maple Homes Inc."
    assert checked_business_name("é" * 120) == "é" * 120
    with pytest.raises(BusinessNameTooLong, match="has 121 characters; 120 fit"):
        checked_business_name("x" * 121)


def test_a_mailing_address_keeps_its_lines():
    typed = " 1  Main St \r\n\n Hamilton ON   L8P 1A1\n"
    assert checked_mailing_address(typed) == "1 Main St\nHamilton ON L8P 1A1"
    assert checked_mailing_address("C.P. 12, Québec QC") == "C.P. 12, Québec QC"


@pytest.mark.parametrize("typed", ["", "1 Main St", "Main Street, Hamilton, Ontario", "----------"])
def test_what_is_no_mailing_address_is_asked_for_whole(typed):
    with pytest.raises(MailingAddressUnclear, match="street and number or a post box, town, province, postal code"):
        checked_mailing_address(typed)


def test_a_mailing_address_has_an_end():
    with pytest.raises(MailingAddressTooLong, match="has 1,001 characters; 300 fit"):
        checked_mailing_address("1" * 1001)


@pytest.mark.parametrize(("typed", "hour"), [("0", 0), ("08", 8), ("23", 23)])
def test_an_hour_of_the_day(typed, hour):
    assert checked_hour(typed) == hour


@pytest.mark.parametrize("typed", ["", "24", "-1", "8:30", "٣", "1e1", "008", "8\n"])
def test_what_is_no_hour_is_named(typed):
    with pytest.raises(HourInvalid, match="choose one from 0 to 23"):
        checked_hour(typed)


def test_a_zone_is_one_that_the_packaged_zones_know():
    assert checked_zone("America/Vancouver") == "America/Vancouver"
    with pytest.raises(UnknownZone, match="'Canada/Middle' is not a time zone"):
        checked_zone("Canada/Middle")


def test_a_market_is_one_that_policies_know():
    assert checked_market("ON/Hamilton") == PolicyPlace("ON", "Hamilton")
    assert checked_market("BC/ALL") == PolicyPlace("BC", "ALL")
    for typed in ("BC/Toronto", "", "Narnia"):
        with pytest.raises(MarketUnknown, match="is no province or market"):
            checked_market(typed)


# Channels


def test_a_channel_must_be_there_open_and_ours_to_write_in():
    fine = ChannelSeen("C1", "leads")
    assert checked_channel(fine) is fine
    with pytest.raises(ChannelMissing, match="no such channel"):
        checked_channel(ChannelSeen("C9", is_there=False, is_archived=True))
    with pytest.raises(ChannelArchived, match="#leads is archived"):
        checked_channel(ChannelSeen("C1", "leads", is_archived=True, may_post=False))
    with pytest.raises(ChannelClosed, match="may not post in #leads"):
        checked_channel(ChannelSeen("C1", "leads", may_post=False))


# Roles


@pytest.mark.parametrize(
    ("admins", "approvers", "before", "changes"),
    [
        (["A"], [], {"A": ADMIN}, {}),
        (["A", "B"], [], {"A": ADMIN}, {"B": ADMIN}),
        (["A"], ["B"], {"A": ADMIN, "B": ADMIN}, {"B": APPROVER}),
        (["A"], [], {"A": ADMIN, "B": APPROVER}, {"B": REP}),
        (["A"], ["A"], {"A": APPROVER}, {"A": ADMIN}),  # whoever stands in both is an admin
        ([], [], {}, {}),
        (["A"], ["N"], {"A": ADMIN, "R": REP}, {"N": APPROVER}),
    ],
)  # fmt: skip
def test_a_form_changes_only_the_roles_that_differ(admins, approvers, before, changes):
    assert roles_wanted(admins, approvers, before) == changes
